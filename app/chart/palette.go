package chart

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"echopath/app/chart/plot"
)

// palette is the theme in the terms of a chart.
type palette struct {
	back  color.NRGBA // behind everything
	text  color.NRGBA // titles, values
	soft  color.NRGBA // labels of the axes
	faint color.NRGBA // what there is not
	axis  color.NRGBA
	grid  color.NRGBA
	box   color.NRGBA // behind the values at the cursor
	focus color.NRGBA

	caption float32 // size of the text
}

// newPalette mixes the lesser colours from text and background: themes differ too much in what else they offer.
func newPalette(th fyne.Theme, variant fyne.ThemeVariant) palette {
	get := func(name fyne.ThemeColorName) color.NRGBA {
		return color.NRGBAModel.Convert(th.Color(name, variant)).(color.NRGBA)
	}
	back, text := get(theme.ColorNameOverlayBackground), get(theme.ColorNameForeground) // charts lie on cards
	return palette{
		back: back, text: text,
		soft:    blend(text, back, 0.28),
		faint:   blend(text, back, 0.42),
		axis:    blend(text, back, 0.55),
		grid:    blend(text, back, 0.88),
		box:     get(theme.ColorNameOverlayBackground),
		focus:   get(theme.ColorNamePrimary),
		caption: th.Size(theme.SizeNameCaptionText),
	}
}

// line is the colour in which a series is drawn on this background.
func (p palette) line(c color.NRGBA) color.NRGBA { return plot.Legible(c, p.back) }

// blend goes a share of the way from a to b.
func blend(a, b color.NRGBA, share float32) color.NRGBA {
	mix := func(x, y uint8) uint8 { return uint8(float32(x)*(1-share) + float32(y)*share + 0.5) }
	return color.NRGBA{R: mix(a.R, b.R), G: mix(a.G, b.G), B: mix(a.B, b.B), A: 255}
}

func withAlpha(c color.NRGBA, alpha uint8) color.NRGBA {
	c.A = alpha
	return c
}
