package picture

import (
	"encoding/binary"
	"image"
	"math"
)

// ToRGBA converts a 4:2:0 picture of the same size to RGB by BT.601 (ITU-R BT.601-7, 2.5.3), alpha 255. Chroma samples are
// repeated, not interpolated. If the sizes differ it converts what they have in common, from the upper left corner.
func ToRGBA(dst *image.RGBA, src *image.YCbCr) {
	p := planes(src)
	width, height := min(p[0].width, dst.Rect.Dx()), min(p[0].height, dst.Rect.Dy())
	if width <= 0 {
		return
	}
	for y := 0; y < height; y += 2 {
		below := min(y+1, height-1) // an odd last line is made twice
		toRGBA(dst.Pix[y*dst.Stride:][:4*width], dst.Pix[below*dst.Stride:][:4*width],
			p[0].row(y), p[0].row(below), p[1].row(y/2), p[2].row(y/2))
	}
}

// The tables are in quarters of a level, so that three rounded terms are still right to a level: luma's from 0 to 1114, and what
// chroma adds to it, at most 1115 either way.
const (
	quarter  = 4
	clipZero = 1200 // where 0 lies in clip
	clipSize = 4096 // a power of two: the index needs no check
)

var (
	lumaTerm = term(1.16438*quarter, black, clipZero)
	redCr    = term(1.59603*quarter, neutral, 0)
	greenCr  = term(-0.81297*quarter, neutral, 0)
	greenCb  = term(-0.39176*quarter, neutral, 0)
	blueCb   = term(2.01723*quarter, neutral, 0)
	clip     = clipTable()
)

// term gives factor*(value-zero)+offset for each value of a byte.
func term(factor float64, zero, offset int) *[256]int32 {
	var t [256]int32
	for i := range t {
		t[i] = int32(math.Round(factor*float64(i-zero))) + int32(offset)
	}
	return &t
}

// clipTable turns quarters of a level from clipZero on into levels of 0..255.
func clipTable() *[clipSize]uint8 {
	var t [clipSize]uint8
	for i := range t {
		t[i] = uint8(min(max(i-clipZero+quarter/2, 0)/quarter, 255))
	}
	return &t
}

// toRGBA converts the two lines that have their chroma in common.
func toRGBA(upper, lower, upperLuma, lowerLuma, cb, cr []byte) {
	n := len(upper) / 4
	lumas, clips := lumaTerm, clip
	for c := range n / 2 {
		u, v := cb[c], cr[c]
		red, green, blue := redCr[v], greenCr[v]+greenCb[u], blueCb[u]
		a, b := upperLuma[2*c:][:2], lowerLuma[2*c:][:2]
		l, r := lumas[a[0]], lumas[a[1]]
		binary.LittleEndian.PutUint64(upper[8*c:], uint64(rgba(clips, l+red, l+green, l+blue))|uint64(rgba(clips, r+red, r+green, r+blue))<<32)
		l, r = lumas[b[0]], lumas[b[1]]
		binary.LittleEndian.PutUint64(lower[8*c:], uint64(rgba(clips, l+red, l+green, l+blue))|uint64(rgba(clips, r+red, r+green, r+blue))<<32)
	}
	if x := n - 1; n%2 == 1 {
		u, v := cb[n/2], cr[n/2]
		red, green, blue := redCr[v], greenCr[v]+greenCb[u], blueCb[u]
		l, r := lumas[upperLuma[x]], lumas[lowerLuma[x]]
		binary.LittleEndian.PutUint32(upper[4*x:], rgba(clips, l+red, l+green, l+blue))
		binary.LittleEndian.PutUint32(lower[4*x:], rgba(clips, r+red, r+green, r+blue))
	}
}

func rgba(clip *[clipSize]uint8, r, g, b int32) uint32 {
	const mask = clipSize - 1
	return uint32(clip[r&mask]) | uint32(clip[g&mask])<<8 | uint32(clip[b&mask])<<16 | 0xff<<24
}
