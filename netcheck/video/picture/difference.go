package picture

import "image"

// Difference shows where b differs from a: grey on black, the brighter the more, gain times as much as the pictures differ (in
// luma or in one of the chroma planes, whichever is most). A gain below 1 is taken as 1. All three are 4:2:0 and should have one
// size; what lies outside of the smallest is left as it is. dst may be a or b.
func Difference(dst, a, b *image.YCbCr, gain int) {
	var levels [256]uint8
	for d := range levels {
		levels[d] = uint8(black + min(d*max(gain, 1), white-black))
	}
	out, pa, pb := planes(dst), planes(a), planes(b)
	width := min(out[0].width, pa[0].width, pb[0].width)
	height := min(out[0].height, pa[0].height, pb[0].height)
	half := (width + 1) / 2
	for y := 0; y < height; y += 2 {
		c := y / 2
		chroma, other := out[1].row(c)[:half], out[2].row(c)[:half]
		farthest(chroma, [4][]byte{pa[1].row(c), pb[1].row(c), pa[2].row(c), pb[2].row(c)}) // kept here for the two lines
		for row := y; row < min(y+2, height); row++ {
			differ(out[0].row(row)[:width], pa[0].row(row), pb[0].row(row), chroma, &levels)
		}
		gray(chroma)
		gray(other)
	}
}

// farthest gives by how much the chroma of a line differs: Cb of both pictures and Cr of both.
func farthest(dst []byte, chroma [4][]byte) {
	n := len(dst)
	cb1, cb2, cr1, cr2 := chroma[0][:n], chroma[1][:n], chroma[2][:n], chroma[3][:n]
	for c := range dst {
		dst[c] = uint8(larger(distance(cb1[c], cb2[c]), distance(cr1[c], cr2[c])))
	}
}

func differ(dst, a, b, chroma []byte, levels *[256]uint8) {
	a, b = a[:len(dst)], b[:len(dst)]
	for x := range dst {
		dst[x] = levels[uint8(larger(int32(chroma[x/2]), distance(a[x], b[x])))]
	}
}

// A processor guesses the branches of noise wrong half the time, so these two have none. Their arguments are small.

func distance(a, b uint8) int32 {
	d := int32(a) - int32(b)
	sign := d >> 31 // 0 or -1
	return (d ^ sign) - sign
}

func larger(a, b int32) int32 {
	d := a - b
	return a - d&(d>>31)
}

func gray(row []byte) {
	for x := range row {
		row[x] = neutral
	}
}
