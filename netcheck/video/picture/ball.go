package picture

import (
	"image"
	"math"
)

// ball is a chequered ball that spins: a picture for each phase of the spin.
type ball struct {
	size   int // of the pictures, in both directions
	phases [][]dot
}

// dot is a sample of the ball. Where alpha is 0 there is none.
type dot struct{ y, cb, cr, alpha uint8 }

const (
	ballPhases  = 12
	ballSectors = 12 // of longitude; a spin by two of them looks like none
	ballBands   = 6  // of latitude
	ballTilt    = 0.35
)

func newBall(radius int) ball {
	b := ball{size: 2 * max(radius, 1)}
	for phase := range ballPhases {
		turn := float64(phase) / ballPhases * 2 / ballSectors * 2 * math.Pi
		dots := make([]dot, b.size*b.size)
		for i := range dots {
			dots[i] = ballDot((float64(i%b.size)+0.5)/float64(b.size)*2-1, (float64(i/b.size)+0.5)/float64(b.size)*2-1, turn, 2/float64(b.size))
		}
		b.phases = append(b.phases, dots)
	}
	return b
}

// ballDot looks at a ball of radius 1 from the front, with light from the upper left. sample is the size of a sample.
func ballDot(x, y, turn, sample float64) dot {
	r := math.Hypot(x, y)
	alpha := min(max((1-r)/sample+0.5, 0), 1)
	if alpha == 0 {
		return dot{}
	}
	if r > 0.999 {
		x, y = x/r*0.999, y/r*0.999
	}
	z := math.Sqrt(1 - x*x - y*y)
	light := 0.45 + 0.55*max((-0.5*x-0.6*y+0.62*z), 0)
	sin, cos := math.Sincos(ballTilt)
	u, v := x*cos+y*sin, y*cos-x*sin
	longitude := math.Atan2(u, z) + turn + 2*math.Pi
	sector, band := int(longitude/(2*math.Pi)*ballSectors), int((math.Asin(v)/math.Pi+0.5)*ballBands)
	c := color{228, neutral, neutral}
	if (sector+band)%2 == 0 {
		c = color{96, 98, 216}
	}
	shade := func(v uint8, zero float64) uint8 { return uint8(zero + (float64(v)-zero)*light) }
	return dot{shade(c.y, black), shade(c.cb, neutral), shade(c.cr, neutral), uint8(alpha * 255)}
}

// draw lays the ball over a picture. What lies outside is cut off.
func (b ball) draw(p [3]plane, at image.Point, phase int) {
	dots := b.phases[phase%ballPhases]
	r := image.Rectangle{at, at.Add(image.Pt(b.size, b.size))}.Intersect(image.Rect(0, 0, p[0].width, p[0].height))
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row, from := p[0].row(y), dots[(y-at.Y)*b.size:][:b.size]
		for x := r.Min.X; x < r.Max.X; x++ {
			d := from[x-at.X]
			row[x] = over(row[x], d.y, int(d.alpha), 255)
		}
	}
	for y := r.Min.Y / 2; y < (r.Max.Y+1)/2; y++ {
		cb, cr := p[1].row(y), p[2].row(y)
		for x := r.Min.X / 2; x < (r.Max.X+1)/2; x++ {
			b.drawChroma(&cb[x], &cr[x], dots, image.Pt(2*x, 2*y).Sub(at))
		}
	}
}

// drawChroma lays the mean of the four dots under a chroma sample over it.
func (b ball) drawChroma(cb, cr *uint8, dots []dot, at image.Point) {
	var sumCb, sumCr, alpha int
	for y := max(at.Y, 0); y < min(at.Y+2, b.size); y++ {
		for x := max(at.X, 0); x < min(at.X+2, b.size); x++ {
			d := dots[y*b.size+x]
			alpha += int(d.alpha)
			sumCb += int(d.cb) * int(d.alpha)
			sumCr += int(d.cr) * int(d.alpha)
		}
	}
	if alpha > 0 {
		*cb = over(*cb, uint8(sumCb/alpha), alpha, 4*255)
		*cr = over(*cr, uint8(sumCr/alpha), alpha, 4*255)
	}
}

// over mixes v into what is there: alpha of full.
func over(there, v uint8, alpha, full int) uint8 {
	return uint8((int(there)*(full-alpha) + int(v)*alpha + full/2) / full)
}
