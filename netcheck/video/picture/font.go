package picture

import (
	"image"
	"math"
)

// glyphWidth and glyphHeight are the size of a letter on the grid that it is drawn from; a column of space follows.
const (
	glyphWidth  = 5
	glyphHeight = 7
)

// glyphs are the letters of clock and caption, a string of rows each.
var glyphs = map[rune][glyphHeight]string{
	'0': {" ### ", "#   #", "#   #", "#   #", "#   #", "#   #", " ### "},
	'1': {"  #  ", " ##  ", "  #  ", "  #  ", "  #  ", "  #  ", " ### "},
	'2': {" ### ", "#   #", "    #", "   # ", "  #  ", " #   ", "#####"},
	'3': {" ### ", "#   #", "    #", "  ## ", "    #", "#   #", " ### "},
	'4': {"   # ", "  ## ", " # # ", "#  # ", "#####", "   # ", "   # "},
	'5': {"#####", "#    ", "#### ", "    #", "    #", "#   #", " ### "},
	'6': {" ### ", "#    ", "#    ", "#### ", "#   #", "#   #", " ### "},
	'7': {"#####", "    #", "   # ", "   # ", "  #  ", "  #  ", "  #  "},
	'8': {" ### ", "#   #", "#   #", " ### ", "#   #", "#   #", " ### "},
	'9': {" ### ", "#   #", "#   #", " ####", "    #", "    #", " ### "},
	':': {"     ", "     ", "  #  ", "     ", "     ", "  #  ", "     "},
	'.': {"     ", "     ", "     ", "     ", "     ", "     ", "  #  "},
	'X': {"     ", "     ", "#   #", " # # ", "  #  ", " # # ", "#   #"},
	'F': {"#####", "#    ", "#    ", "#### ", "#    ", "#    ", "#    "},
	'P': {"#### ", "#   #", "#   #", "#### ", "#    ", "#    ", "#    "},
	'S': {" ####", "#    ", "#    ", " ### ", "    #", "    #", "#### "},
}

// letter is one drawn large: how much of each sample is covered, 0..255.
type letter struct {
	width, height int
	alpha         []byte
}

// stroke is how thick lines are, in steps of the grid.
const stroke = 1.1

// drawLetter makes a letter of a height. The points of the grid are not shown as squares, but joined by strokes with round ends.
func drawLetter(r rune, height int) letter {
	step := float64(height) / glyphHeight // of the grid, in samples
	l := letter{width: int(math.Round(step * glyphWidth)), height: height}
	l.alpha = make([]byte, l.width*l.height)
	glyph := glyphs[r]
	for i := range l.alpha {
		x, y := (float64(i%l.width)+0.5)/step-0.5, (float64(i/l.width)+0.5)/step-0.5
		covered := (stroke/2-inkDistance(&glyph, x, y))*step + 0.5
		l.alpha[i] = uint8(min(max(covered, 0), 1) * 255)
	}
	return l
}

// inkDistance is how far it is to the middle of the nearest stroke, if that is near enough to matter.
func inkDistance(glyph *[glyphHeight]string, x, y float64) float64 {
	nearest := math.Inf(1)
	for k := int(y) - 1; k <= int(y)+2; k++ {
		for i := int(x) - 1; i <= int(x)+2; i++ {
			if !inked(glyph, i, k) {
				continue
			}
			nearest = min(nearest, math.Hypot(x-float64(i), y-float64(k)))
			for _, d := range [4]image.Point{{1, 0}, {0, 1}, {1, 1}, {-1, 1}} {
				if joined(glyph, i, k, d) {
					nearest = min(nearest, strokeDistance(x-float64(i), y-float64(k), float64(d.X), float64(d.Y)))
				}
			}
		}
	}
	return nearest
}

func inked(glyph *[glyphHeight]string, i, k int) bool {
	return k >= 0 && k < glyphHeight && i >= 0 && i < len(glyph[k]) && glyph[k][i] == '#'
}

// joined tells whether a stroke goes from a point to its neighbour: aslant only if there is no way round by a corner.
func joined(glyph *[glyphHeight]string, i, k int, d image.Point) bool {
	if !inked(glyph, i+d.X, k+d.Y) {
		return false
	}
	return d.X == 0 || d.Y == 0 || !inked(glyph, i+d.X, k) && !inked(glyph, i, k+d.Y)
}

// strokeDistance is the distance of x, y from the line that goes from 0, 0 to dx, dy.
func strokeDistance(x, y, dx, dy float64) float64 {
	along := min(max((x*dx+y*dy)/(dx*dx+dy*dy), 0), 1)
	return math.Hypot(x-along*dx, y-along*dy)
}

// draw lays the letter over a plane, at a level. What lies outside is cut off.
func (l letter) draw(luma plane, at image.Point, level uint8) {
	r := image.Rectangle{at, at.Add(image.Pt(l.width, l.height))}.Intersect(image.Rect(0, 0, luma.width, luma.height))
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row, alpha := luma.row(y), l.alpha[(y-at.Y)*l.width:][:l.width]
		for x := r.Min.X; x < r.Max.X; x++ {
			row[x] = over(row[x], level, int(alpha[x-at.X]), 255)
		}
	}
}

// advance is how far it is to the next letter.
func advance(height int) int { return height * (glyphWidth + 1) / glyphHeight }

// write draws a line of text as high as a rectangle, from its left edge. Below 5 samples nothing could be read.
func write(luma plane, r image.Rectangle, text string, level uint8) {
	if r.Dy() < 5 {
		return
	}
	at := r.Min
	for _, c := range text {
		drawLetter(c, r.Dy()).draw(luma, at, level)
		at.X += advance(r.Dy())
	}
}

// clock shows a time as mm:ss.d.
type clock struct {
	at      image.Point
	step    int        // from a letter to the next
	letters [12]letter // the digits, colon and point; without samples if there is no room
}

const (
	colon = 10
	point = 11
)

func newClock(r image.Rectangle) clock {
	c := clock{at: r.Min}
	height := min(r.Dy(), r.Dx()*glyphHeight/(glyphWidth+1)/7)
	if height < glyphHeight {
		return c
	}
	c.step = advance(height)
	for i, r := range "0123456789:." {
		c.letters[i] = drawLetter(r, height)
	}
	return c
}

// draw shows a time in tenths of a second. Minutes have as many digits as they need, at least two.
func (c *clock) draw(luma plane, tenths int64) {
	const level = 225
	var text [24]uint8 // from the right
	seconds, minutes := tenths/10%60, tenths/600
	text[0], text[1], text[2], text[3], text[4] = uint8(tenths%10), point, uint8(seconds%10), uint8(seconds/10), colon
	n := 5
	for ; n < 7 || minutes > 0; n++ {
		text[n] = uint8(minutes % 10)
		minutes /= 10
	}
	at := c.at
	for i := n - 1; i >= 0; i-- {
		c.letters[text[i]].draw(luma, at, level)
		at.X += c.step
	}
}
