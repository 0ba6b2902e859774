package timecode

import "image"

// What a pattern must be like to be believed. Levels are relative to the distance of the mean of the markers' light and dark
// cells, halved: 1 is where a cell should be, 0 is the middle between them.
const (
	minContrast = (lumaOne - lumaZero) / 4 // of light and dark, in levels of luma
	minMargin   = 0.3                      // of a cell's mean. Coding at 100 kbit/s leaves 0.89
	maxMargin   = 1.7
	maxSpread   = 0.6 // mean distance of the samples of a cell from its mean: noise with a standard deviation of 64 levels at full contrast
)

// Read reads the code of a picture. margin is how far the worst cell is from being taken for the other value: 1 as drawn, 0 a toss-up.
// It is given whenever markers can be told from one another at all, also if the code is not believed: then ok is false, and c is zero.
func Read(src *image.YCbCr) (c Code, margin float64, ok bool) {
	height := Height(src.Rect.Dx())
	if height == 0 || src.Rect.Dy() < height {
		return Code{}, 0, false
	}
	var all [2][columns]cell
	for y := range all {
		for x := range all[y] {
			all[y][x] = measure(src, x, y)
		}
	}
	dark, light := levels(&all)
	if light-dark < minContrast {
		return Code{}, 0, false
	}
	rows, margin, clear := decide(&all, dark, light)
	if c, ok = parse(rows); !ok || !clear {
		return Code{}, margin, false
	}
	return c, margin, true
}

// cell is what was seen of a cell: the mean of its samples, and their mean distance from that.
type cell struct{ mean, spread float64 }

// measure looks at the middle half of a cell in both directions: its edges are blurred by coding and scaling.
func measure(p *image.YCbCr, column, row int) cell {
	width := p.Rect.Dx()
	left, right := middle(column, width)
	top, bottom := middle(row, width)
	sum := 0
	for y := top; y < bottom; y++ {
		for _, v := range p.Y[y*p.YStride:][left:right] {
			sum += int(v)
		}
	}
	n := (right - left) * (bottom - top)
	rounded, apart := (sum+n/2)/n, 0
	for y := top; y < bottom; y++ {
		for _, v := range p.Y[y*p.YStride:][left:right] {
			apart += max(int(v)-rounded, rounded-int(v))
		}
	}
	return cell{float64(sum) / float64(n), float64(apart) / float64(n)}
}

// middle gives the samples whose centres lie in the middle half of cell i: at least one, as cells are at least 4 wide.
func middle(i, width int) (from, to int) {
	// In units of 1/(8*columns) of a sample a cell is 8*width, a sample 8*columns and its centre 4*columns from its edge.
	const sample, centre = 8 * columns, 4 * columns
	begin, end := (8*i+2)*width, (8*i+6)*width
	return (begin - centre + sample - 1) / sample, (end-centre)/sample + 1
}

// levels gives the mean of the eight marker cells that should be dark, and of those that should be light.
func levels(all *[2][columns]cell) (dark, light float64) {
	for y, markers := range [2]uint64{topMarkers, bottomMarkers} {
		for x := range columns {
			bit := columns - 1 - x
			switch {
			case markerMask>>bit&1 == 0:
			case markers>>bit&1 == 1:
				light += all[y][x].mean / 8
			default:
				dark += all[y][x].mean / 8
			}
		}
	}
	return dark, light
}

// decide turns cells into bits. margin is that of the worst cell, and clear tells whether none is doubtful.
func decide(all *[2][columns]cell, dark, light float64) (rows [2]uint64, margin float64, clear bool) {
	threshold, half := (light+dark)/2, (light-dark)/2
	margin, clear = 1, true
	for y := range all {
		for _, c := range all[y] {
			level := (c.mean - threshold) / half
			rows[y] <<= 1
			if level > 0 {
				rows[y] |= 1
			}
			level = max(level, -level)
			margin = min(margin, level)
			clear = clear && level >= minMargin && level <= maxMargin && c.spread <= maxSpread*half
		}
	}
	return rows, margin, clear
}
