package picture

import "image"

// New makes a picture at the origin whose planes lie one after another in one buffer, black. With an even width the strides are
// the widths of the planes. Sizes that are not positive make an empty picture.
func New(width, height int) *image.YCbCr {
	width, height = max(width, 0), max(height, 0)
	chromaWidth, chromaHeight := (width+1)/2, (height+1)/2
	luma, chroma := width*height, chromaWidth*chromaHeight
	buf := make([]byte, luma+2*chroma)
	p := &image.YCbCr{
		Y: buf[:luma:luma], Cb: buf[luma : luma+chroma : luma+chroma], Cr: buf[luma+chroma:],
		YStride: width, CStride: chromaWidth, SubsampleRatio: image.YCbCrSubsampleRatio420, Rect: image.Rect(0, 0, width, height),
	}
	fill(p, p.Rect, color{black, neutral, neutral})
	return p
}

// Copy copies src into dst, both 4:2:0. If their sizes differ it copies what they have in common, from the upper left corner.
func Copy(dst, src *image.YCbCr) {
	to, from := planes(dst), planes(src)
	for i := range to {
		for y := range min(to[i].height, from[i].height) {
			copy(to[i].row(y), from[i].row(y))
		}
	}
}

// Levels of BT.601's limited range.
const (
	black   = 16
	white   = 235
	neutral = 128
)

// color is one of luma and chroma.
type color struct{ y, cb, cr uint8 }

// plane is the luma of a picture, or one of its two chroma planes.
type plane struct {
	pix           []byte
	stride        int
	width, height int
}

func (p plane) row(y int) []byte {
	o := y * p.stride
	return p.pix[o : o+p.width : o+p.width]
}

// crop gives a part of the plane, which must be within it.
func (p plane) crop(r image.Rectangle) plane {
	if r.Empty() {
		return plane{}
	}
	return plane{p.pix[r.Min.Y*p.stride+r.Min.X:], p.stride, r.Dx(), r.Dy()}
}

// planes gives luma, Cb and Cr. The first byte of each belongs to Rect.Min, in a sub-image too.
func planes(p *image.YCbCr) [3]plane {
	w, h := p.Rect.Dx(), p.Rect.Dy()
	if w <= 0 || h <= 0 {
		return [3]plane{}
	}
	right, down := subsampling(p.SubsampleRatio)
	cw, ch := chromaSpan(p.Rect.Min.X, p.Rect.Max.X, right), chromaSpan(p.Rect.Min.Y, p.Rect.Max.Y, down)
	return [3]plane{{p.Y, p.YStride, w, h}, {p.Cb, p.CStride, cw, ch}, {p.Cr, p.CStride, cw, ch}}
}

// subsampling gives by how many bits luma coordinates are shifted right to get those of chroma.

func subsampling(r image.YCbCrSubsampleRatio) (x, y int) {
	switch r {
	case image.YCbCrSubsampleRatio420:
		return 1, 1
	case image.YCbCrSubsampleRatio422:
		return 1, 0
	case image.YCbCrSubsampleRatio440:
		return 0, 1
	case image.YCbCrSubsampleRatio411:
		return 2, 0
	case image.YCbCrSubsampleRatio410:
		return 2, 1
	}
	return 0, 0
}

// chromaSpan counts the chroma samples that lie under the luma samples from..to-1.
func chromaSpan(from, to, shift int) int { return (to-1)>>shift - from>>shift + 1 }

// fill paints a rectangle in coordinates from the picture's upper left corner. Odd edges of the chroma are rounded outwards.
func fill(p *image.YCbCr, r image.Rectangle, c color) {
	all := planes(p)
	r = r.Intersect(image.Rect(0, 0, all[0].width, all[0].height))
	if r.Empty() {
		return
	}
	half := image.Rect(r.Min.X/2, r.Min.Y/2, (r.Max.X+1)/2, (r.Max.Y+1)/2)
	all[0].crop(r).fill(c.y)
	all[1].crop(half).fill(c.cb)
	all[2].crop(half).fill(c.cr)
}

func (p plane) fill(v uint8) {
	for y := range p.height {
		row := p.row(y)
		for x := range row {
			row[x] = v
		}
	}
}
