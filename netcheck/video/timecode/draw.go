package timecode

import "image"

// MinWidth is the smallest width of a picture that can hold a code: cells of 4 samples, of which the reader looks at 2.
const MinWidth = 160

// Levels of the pattern, apart from the ends of the limited range so that coding can overshoot.
const (
	lumaZero = 40
	lumaOne  = 210
	chroma   = 128
)

// Height gives how many lines of luma at the top the code covers in a picture of a width: two cells, rounded up to an even
// number. It is 0 for widths below MinWidth.
func Height(width int) int {
	if width < MinWidth {
		return 0
	}
	return (width + columns - 1) / columns * 2
}

// Draw writes a code over the top of a 4:2:0 picture. A picture less than MinWidth wide or Height high is left as it is.
func Draw(dst *image.YCbCr, c Code) {
	width, height := dst.Rect.Dx(), Height(dst.Rect.Dx())
	if height == 0 || dst.Rect.Dy() < height {
		return
	}
	rows := c.rows()
	middle := edge(1, width)
	cells(dst.Y[:width], rows[0])
	repeat(dst.Y, dst.YStride, width, 0, middle)
	cells(dst.Y[middle*dst.YStride:][:width], rows[1])
	repeat(dst.Y, dst.YStride, width, middle, height)
	for _, plane := range [][]byte{dst.Cb, dst.Cr} {
		line := plane[:(width+1)/2]
		for x := range line {
			line[x] = chroma
		}
		repeat(plane, dst.CStride, len(line), 0, height/2)
	}
}

// edge is where cell i begins, to the nearest sample.
func edge(i, width int) int { return (2*i*width + columns) / (2 * columns) }

// cells draws a line of a row.
func cells(line []byte, row uint64) {
	for i := range columns {
		level := uint8(lumaZero)
		if row>>(columns-1-i)&1 == 1 {
			level = lumaOne
		}
		cell := line[edge(i, len(line)):edge(i+1, len(line))]
		for x := range cell {
			cell[x] = level
		}
	}
}

// repeat copies the first line of from..to-1 into the others.
func repeat(pix []byte, stride, width, from, to int) {
	first := pix[from*stride:][:width]
	for y := from + 1; y < to; y++ {
		copy(pix[y*stride:][:width], first)
	}
}
