package picture

import (
	"encoding/binary"
	"image"
	"math"
	"math/rand/v2"
)

// texture is 1/f noise, as natural surfaces have it: each octave of detail is fainter than the coarser one. It repeats in x.
type texture struct {
	pix           []byte
	width, height int
}

// coarsest is the distance of the coarsest octave's points; the texture's width is a multiple of it, so that it repeats.
const coarsest = 64

func newTexture(size image.Point, seed uint64) texture {
	if size.X <= 0 || size.Y <= 0 {
		return texture{}
	}
	t := texture{width: (size.X + 2*coarsest) / coarsest * coarsest, height: size.Y}
	gen, sum := rand.New(rand.NewPCG(seed, 1)), make([]float64, t.width*t.height)
	for step, amount := coarsest, 1.0; step >= 1; step, amount = step/2, amount*0.5 {
		t.addOctave(sum, step, amount, gen)
	}
	t.pix = levelled(sum, 126, 30)
	return t
}

// addOctave adds noise that is random at points step apart, and smooth between them.
func (t texture) addOctave(sum []float64, step int, amount float64, gen *rand.Rand) {
	across, down := t.width/step, t.height/step+2
	points := make([]float64, across*down)
	for i := range points {
		points[i] = gen.NormFloat64() * amount
	}
	for y := range t.height {
		upper, lower := points[y/step*across:][:across], points[(y/step+1)*across:][:across]
		fy := smooth(float64(y%step) / float64(step))
		for x := range t.width {
			i, fx := x/step, smooth(float64(x%step)/float64(step))
			k := (i + 1) % across
			sum[y*t.width+x] += mix(mix(upper[i], upper[k], fx), mix(lower[i], lower[k], fx), fy)
		}
	}
}

func smooth(f float64) float64 { return f * f * (3 - 2*f) }

func mix(a, b, f float64) float64 { return a + (b-a)*f }

// levelled scales values to a mean and a standard deviation, within the limited range.
func levelled(values []float64, mean, deviation float64) []byte {
	total, squares := 0.0, 0.0
	for _, v := range values {
		total += v
		squares += v * v
	}
	n := float64(len(values))
	middle := total / n
	scale := deviation / max(math.Sqrt(max(squares/n-middle*middle, 0)), 1e-9)
	out := make([]byte, len(values))
	for i, v := range values {
		out[i] = uint8(min(max(mean+(v-middle)*scale, black), white))
	}
	return out
}

// draw shows the texture moved to the left.
func (t texture) draw(luma plane, r image.Rectangle, moved int) {
	luma = luma.crop(r)
	for y := range luma.height {
		row, from := luma.row(y), t.pix[y*t.width:][:t.width]
		n := copy(row, from[moved%t.width:])
		copy(row[n:], from) // the texture is wider than the picture
	}
}

// noiseSpread is how many places there are to take a line of noise from.
const noiseSpread = 1 << 15

// sensorNoise is enough noise for lines of a width, up to amount either way: the sum of two even ones, which is nearly normal.
func sensorNoise(amount, width int, seed uint64) []byte {
	gen := rand.New(rand.NewPCG(seed, 2))
	noise := make([]byte, noiseSpread+width)
	for i := range noise {
		half := (amount + 1) / 2
		noise[i] = uint8(gen.IntN(2*half+1) + gen.IntN(2*(amount-half)+1) - amount)
	}
	return noise
}

// addNoise adds to each line noise from a place that depends on the seed, the picture and the line. Sums do not leave 0..255: what is
// drawn is within black..white, and noise is at most 16 either way.
func addNoise(luma plane, noise []byte, seed, picture uint64) {
	for y := range luma.height {
		at := scramble(seed^picture<<20^uint64(y)) % noiseSpread
		addBytes(luma.row(y), noise[at:])
	}
}

// addBytes adds modulo 256, eight bytes at a time: the upper bit of each by itself, so that nothing is carried into the next byte.
func addBytes(dst, b []byte) {
	const upper = 0x8080808080808080
	b = b[:len(dst)]
	x := 0
	for ; x+8 <= len(dst); x += 8 {
		p, q := binary.LittleEndian.Uint64(dst[x:]), binary.LittleEndian.Uint64(b[x:])
		binary.LittleEndian.PutUint64(dst[x:], (p&^upper+q&^upper)^(p^q)&upper)
	}
	for ; x < len(dst); x++ {
		dst[x] += b[x]
	}
}

// scramble is the mixing step of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
func scramble(v uint64) uint64 {
	v += 0x9e3779b97f4a7c15
	v = (v ^ v>>30) * 0xbf58476d1ce4e5b9
	v = (v ^ v>>27) * 0x94d049bb133111eb
	return v ^ v>>31
}
