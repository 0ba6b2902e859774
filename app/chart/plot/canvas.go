package plot

import (
	"encoding/binary"
	"image"
	"image/color"
)

// Canvas draws charts into an image that it reuses: nothing is allocated unless the size changes. A shape is first drawn as coverage into
// a mask and then painted once, so that a translucent or anti-aliased line has no dark spots where its parts meet.
type Canvas struct {
	img   *image.RGBA
	scale float64 // pixels per unit of length

	mask  []uint8         // coverage of the shape that is being drawn, of the size of the image; all zero in between
	dirty image.Rectangle // what of the mask may not be zero
	clip  image.Rectangle // nothing is drawn outside
}

// Reset begins an empty, transparent picture. Scale is the number of pixels per unit of length, 2 on a dense screen.
func (c *Canvas) Reset(width, height int, scale float64) {
	width, height = max(width, 1), max(height, 1)
	if !(scale > 0) {
		scale = 1
	}
	c.scale = scale
	if c.img == nil || c.img.Rect.Dx() != width || c.img.Rect.Dy() != height {
		c.img = image.NewRGBA(image.Rect(0, 0, width, height))
		c.mask = make([]uint8, width*height)
		return
	}
	clear(c.img.Pix)
}

// Image is the picture; it is drawn over by the next one.
func (c *Canvas) Image() *image.RGBA { return c.img }

// Px returns a length in pixels, at least one.
func (c *Canvas) Px(length float64) int { return max(int(length*c.scale+0.5), 1) }

// Fill paints a rectangle of pixels.
func (c *Canvas) Fill(r image.Rectangle, col color.NRGBA) {
	r = r.Intersect(c.img.Rect)
	p := newPaint(col)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := c.img.Pix[c.img.PixOffset(r.Min.X, y):c.img.PixOffset(r.Max.X, y)]
		for i := 0; i < len(row); i += 4 {
			p.over(row[i:i+4:i+4], 255)
		}
	}
}

// begin clears the way for a shape within a rectangle of pixels.
func (c *Canvas) begin(clip image.Rectangle) {
	c.clip = clip.Intersect(c.img.Rect)
	c.dirty = image.Rectangle{}
}

// touch notes that the mask is drawn on within rows [y0, y1).
func (c *Canvas) touch(y0, y1 int) {
	if c.dirty.Empty() {
		c.dirty = image.Rect(c.clip.Min.X, y0, c.clip.Max.X, y1)
		return
	}
	c.dirty.Min.Y, c.dirty.Max.Y = min(c.dirty.Min.Y, y0), max(c.dirty.Max.Y, y1)
}

// cover sets the coverage of a pixel inside the clip unless it is larger already.
func (c *Canvas) cover(x, y int, coverage uint8) {
	if m := &c.mask[y*c.img.Rect.Dx()+x]; *m < coverage {
		*m = coverage
	}
}

// paint colours what the mask covers and leaves the mask empty.
func (c *Canvas) paint(col color.NRGBA) {
	p := newPaint(col)
	width := c.img.Rect.Dx()
	r := c.dirty.Intersect(c.clip)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := c.mask[y*width+r.Min.X : y*width+r.Max.X]
		pix := c.img.Pix[c.img.PixOffset(r.Min.X, y):]
		for x := 0; x < len(row); x++ {
			// Most of a chart is empty: step over it eight pixels at a time.
			for x+8 <= len(row) && binary.LittleEndian.Uint64(row[x:]) == 0 {
				x += 8
			}
			if x < len(row) && row[x] != 0 {
				p.over(pix[4*x:4*x+4:4*x+4], uint32(row[x]))
				row[x] = 0
			}
		}
	}
}

// paintColor is a colour ready for painting.
type paintColor struct {
	r, g, b, a uint32
	full       [4]uint8 // what full coverage makes of an empty pixel
}

func newPaint(c color.NRGBA) paintColor {
	p := paintColor{r: uint32(c.R), g: uint32(c.G), b: uint32(c.B), a: uint32(c.A)}
	p.full = [4]uint8{uint8(div255(p.r * p.a)), uint8(div255(p.g * p.a)), uint8(div255(p.b * p.a)), c.A}
	return p
}

// over paints one pixel, alpha premultiplied as image.RGBA holds it, with a coverage from 0 to 255.
func (p *paintColor) over(dst []uint8, coverage uint32) {
	if coverage == 255 && (dst[3] == 0 || p.a == 255) {
		copy(dst, p.full[:])
		return
	}
	a := div255(p.a * coverage)
	keep := 255 - a
	dst[0] = uint8(div255(p.r*a + uint32(dst[0])*keep))
	dst[1] = uint8(div255(p.g*a + uint32(dst[1])*keep))
	dst[2] = uint8(div255(p.b*a + uint32(dst[2])*keep))
	dst[3] = uint8(div255(255*a + uint32(dst[3])*keep))
}

// div255 divides by 255 and rounds, for v up to 255*255.
func div255(v uint32) uint32 {
	v += 128
	return (v + v>>8) >> 8
}
