package plot

import (
	"image/color"
	"math"
)

// The contrast that a line needs: 3:1 is what WCAG 2.2 §1.4.11 asks of graphics. On a dark background thin lines look thinner than they
// are, and there is room for more.
const (
	contrastOnLight = 3
	contrastOnDark  = 4.5
)

// Legible returns the colour, made darker on a light background or lighter on a dark one until it is easy to see. Its hue stays, so
// a path keeps its colour; colours that are easy to see already are returned as they are.
func Legible(c color.NRGBA, background color.Color) color.NRGBA {
	back := luminance(background)
	toward, want := uint8(0), float64(contrastOnLight)
	if Dark(background) {
		toward, want = 255, contrastOnDark
	}
	for share := 0.0; share <= 1; share += 0.02 {
		if m := mix(c, toward, share); contrast(luminance(m), back) >= want {
			return m
		}
	}
	return mix(c, toward, 1)
}

// mix blends a colour with a grey, which is black or white here.
func mix(c color.NRGBA, toward uint8, share float64) color.NRGBA {
	blend := func(v uint8) uint8 { return uint8(math.Round(float64(v)*(1-share) + float64(toward)*share)) }
	return color.NRGBA{R: blend(c.R), G: blend(c.G), B: blend(c.B), A: c.A}
}

// luminance is relative luminance as WCAG 2.2 defines it.
func luminance(c color.Color) float64 {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(n.R) + 0.7152*linear(n.G) + 0.0722*linear(n.B)
}

func contrast(a, b float64) float64 {
	return (math.Max(a, b) + 0.05) / (math.Min(a, b) + 0.05)
}

// Dark tells whether a background is a dark one.
func Dark(background color.Color) bool {
	return luminance(background) < 0.18 // half-way between black and white to the eye
}
