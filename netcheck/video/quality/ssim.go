package quality

import (
	"encoding/binary"
	"image"
)

// The windows of SSIM and its constants, (K*255)² with the K of the paper.
const (
	block  = 4         // distance of windows: half of one, so that a window is four blocks
	window = 2 * block // on a side
	pixels = window * window

	c1 = 0.01 * 255 * 0.01 * 255
	c2 = 0.03 * 255 * 0.03 * 255
)

// stripBlocks is how many blocks side by side are kept at a time: it bounds the memory on the stack, whatever the width.
const stripBlocks = 192

// SSIM is the mean structural similarity of the luma, -1 to 1, 1 for equal pictures: Wang, Bovik, Sheikh, Simoncelli, "Image
// quality assessment: from error visibility to structural similarity", IEEE Transactions on Image Processing 13(4), 2004, with
// K1 = 0.01 and K2 = 0.03, over flat windows of 8x8 every 4 samples, variances divided by 64. A strip of less than 4 samples at the
// right and lower edge is left out. Pictures less than a window wide or high are not measured.
func SSIM(a, b *image.YCbCr, skipRows int) float64 {
	p, q, ok := pair(a, b, skipRows)
	across, down := p.width/block, p.height/block
	if !ok || across < 2 || down < 2 {
		return 0
	}
	total := 0.0
	for first := 0; first < across-1; first += stripBlocks - 1 { // strips overlap by a block
		total += strip(p, q, first, min(stripBlocks, across-first), down)
	}
	return total / float64((across-1)*(down-1))
}

// strip sums the similarity of all windows of a column of the picture, n blocks wide.
func strip(p, q plane, first, n, down int) (total float64) {
	var lines [2][stripBlocks]sums
	for y := range down {
		above, current := lines[(y+1)&1][:n], lines[y&1][:n]
		fillBlocks(current, p, q, first, y)
		if y == 0 {
			continue
		}
		for x := 1; x < len(current) && x < len(above); x++ {
			total += similarity(above[x-1].plus(above[x]).plus(current[x-1]).plus(current[x]))
		}
	}
	return total
}

// sums are those of a block or window: of both pictures' samples, of the squares of all, and of the products.
type sums struct{ a, b, squares, products uint32 }

func (s sums) plus(t sums) sums {
	return sums{s.a + t.a, s.b + t.b, s.squares + t.squares, s.products + t.products}
}

// fillBlocks sums one line of blocks.
func fillBlocks(dst []sums, p, q plane, first, y int) {
	clear(dst)
	for row := y * block; row < (y+1)*block; row++ {
		a, b := p.row(row)[first*block:], q.row(row)[first*block:]
		for i := range dst {
			dst[i].add(binary.LittleEndian.Uint32(a[i*block:]), binary.LittleEndian.Uint32(b[i*block:]))
		}
	}
}

// add counts four samples of each picture, side by side in memory.
func (s *sums) add(a, b uint32) {
	a0, a1, a2, a3 := a&255, a>>8&255, a>>16&255, a>>24
	b0, b1, b2, b3 := b&255, b>>8&255, b>>16&255, b>>24
	s.a += a0 + a1 + a2 + a3
	s.b += b0 + b1 + b2 + b3
	s.squares += a0*a0 + a1*a1 + a2*a2 + a3*a3 + b0*b0 + b1*b1 + b2*b2 + b3*b3
	s.products += a0*b0 + a1*b1 + a2*b2 + a3*b3
}

// similarity is the formula for one window, with both fractions multiplied by the number of samples squared, so that sums stand for
// means.
func similarity(s sums) float64 {
	const n1, n2 = c1 * pixels * pixels, c2 * pixels * pixels
	a, b := float64(s.a), float64(s.b)
	means, product := a*a+b*b, a*b
	variances := pixels*float64(s.squares) - means
	covariance := pixels*float64(s.products) - product
	return (2*product + n1) * (2*covariance + n2) / ((means + n1) * (variances + n2))
}
