package capture

import (
	"image"
	"image/color"

	"echopath/netcheck/video/picture"
)

// converter makes 4:2:0 in the limited range of BT.601, as VP8 carries it, of what cameras give. It keeps its memory.
type converter struct{ out *image.YCbCr }

// convert gives img itself if nothing has to be done, else a picture that is valid until the next call. Full tells that luma uses
// 0..255, as in JPEG.
func (c *converter) convert(img image.Image, full bool) *image.YCbCr {
	src, ok := img.(*image.YCbCr)
	switch {
	case !ok:
		c.prepare(img.Bounds())
		convertAny(c.out, img)
		return c.out
	case src.SubsampleRatio == image.YCbCrSubsampleRatio420 && aligned(src) && !full:
		return src
	}
	c.prepare(src.Rect)
	resample(c.out, src)
	if full {
		limitRange(c.out)
	}
	return c.out
}

// aligned tells whether the picture begins with a sample of chroma.
func aligned(img *image.YCbCr) bool { return (img.Rect.Min.X|img.Rect.Min.Y)&1 == 0 }

func (c *converter) prepare(r image.Rectangle) {
	if r = image.Rect(0, 0, r.Dx(), r.Dy()); c.out == nil || c.out.Rect != r {
		c.out = picture.New(r.Dx(), r.Dy())
	}
}

// resample takes over luma, and of chroma what lies at each square of four pixels: the mean of its upper and lower left corner.
func resample(dst, src *image.YCbCr) {
	b := src.Rect
	for y := range b.Dy() {
		copy(dst.Y[y*dst.YStride:][:b.Dx()], src.Y[src.YOffset(b.Min.X, b.Min.Y+y):][:b.Dx()])
	}
	for y := 0; y < b.Dy(); y += 2 {
		below := min(y+1, b.Dy()-1)
		row := y / 2 * dst.CStride
		for x := 0; x < b.Dx(); x += 2 {
			i, j := src.COffset(b.Min.X+x, b.Min.Y+y), src.COffset(b.Min.X+x, b.Min.Y+below)
			dst.Cb[row+x/2] = byte((int(src.Cb[i]) + int(src.Cb[j]) + 1) / 2)
			dst.Cr[row+x/2] = byte((int(src.Cr[i]) + int(src.Cr[j]) + 1) / 2)
		}
	}
}

// convertAny is for what no common camera gives: it asks for each pixel.
func convertAny(dst *image.YCbCr, img image.Image) {
	b := img.Bounds()
	for y := range b.Dy() {
		for x := range b.Dx() {
			r, g, bl, _ := img.At(b.Min.X+x, b.Min.Y+y).RGBA()
			l, cb, cr := color.RGBToYCbCr(uint8(r>>8), uint8(g>>8), uint8(bl>>8))
			dst.Y[y*dst.YStride+x] = limitedLuma[l]
			if (x|y)&1 == 0 {
				i := y/2*dst.CStride + x/2
				dst.Cb[i], dst.Cr[i] = limitedChroma[cb], limitedChroma[cr]
			}
		}
	}
}

// limitedLuma and limitedChroma take the full range 0..255 to 16..235 and 16..240.
var limitedLuma, limitedChroma = func() (l, c [256]byte) {
	for i := range 256 {
		l[i] = byte(16 + (i*219+127)/255)
		c[i] = byte(16 + (i*224+127)/255)
	}
	return l, c
}()

// limitRange takes a picture from the full range to the limited one.
func limitRange(img *image.YCbCr) {
	for i, v := range img.Y {
		img.Y[i] = limitedLuma[v]
	}
	for i, v := range img.Cb {
		img.Cb[i] = limitedChroma[v]
	}
	for i, v := range img.Cr {
		img.Cr[i] = limitedChroma[v]
	}
}
