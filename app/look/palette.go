package look

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"echopath/app/present"
	"echopath/netcheck"
)

// Names of colours that Fyne's themes do not have.
const (
	ColorRaised  fyne.ThemeColorName = "echopathRaised"  // behind what is chosen among several
	ColorBorder  fyne.ThemeColorName = "echopathBorder"  // hairline around cards and between rows
	ColorMuted   fyne.ThemeColorName = "echopathMuted"   // secondary text, readable (contrast at least 4.5)
	ColorFaint   fyne.ThemeColorName = "echopathFaint"   // provisional figures, disabled hints
	ColorRowOver fyne.ThemeColorName = "echopathRowOver" // a row under the pointer

	ColorScreen   fyne.ThemeColorName = "echopathScreen"   // behind pictures: dark in both variants, as a screen that is off
	ColorOnScreen fyne.ThemeColorName = "echopathOnScreen" // text on it

	ColorGood     fyne.ThemeColorName = "echopathGood"
	ColorFair     fyne.ThemeColorName = "echopathFair"
	ColorPoor     fyne.ThemeColorName = "echopathPoor"
	ColorGoodBack fyne.ThemeColorName = "echopathGoodBack" // behind a banner of that tone
	ColorFairBack fyne.ThemeColorName = "echopathFairBack"
	ColorPoorBack fyne.ThemeColorName = "echopathPoorBack"
)

func rgb(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xff} //nolint:gosec // bytes of a colour
}

// pair is a colour in the light and in the dark variant.
type pair struct{ light, dark color.NRGBA }

func (p pair) in(v fyne.ThemeVariant) color.NRGBA {
	if v == theme.VariantLight {
		return p.light
	}
	return p.dark
}

// pathColors are those of Okabe and Ito, which people with any colour vision tell apart, in the order of the paths; lighter on
// dark ground where the contrast with it would be below 3.
var pathColors = map[netcheck.Path]pair{
	netcheck.PathDirect:   {rgb(0x0072b2), rgb(0x4ba3e3)},
	netcheck.PathSTUN:     {rgb(0x009e73), rgb(0x1fc79a)},
	netcheck.PathRelayUDP: {rgb(0xd08a00), rgb(0xf0b429)},
	netcheck.PathRelayTCP: {rgb(0xd55e00), rgb(0xf47b34)},
	netcheck.PathRelayTLS: {rgb(0xb3598f), rgb(0xd98cbb)},
}

// PathColor is the colour of a path everywhere in the program.
func PathColor(p netcheck.Path, v fyne.ThemeVariant) color.NRGBA {
	if c, ok := pathColors[p]; ok {
		return c.in(v)
	}
	return pair{rgb(0x6b7280), rgb(0x9ca3af)}.in(v)
}

// ToneColor names the colour of text and shapes in a tone.
func ToneColor(t present.Tone) fyne.ThemeColorName {
	switch t {
	case present.ToneGood:
		return ColorGood
	case present.ToneFair:
		return ColorFair
	case present.TonePoor:
		return ColorPoor
	case present.ToneFaint:
		return ColorMuted
	}
	return theme.ColorNameForeground
}

// ToneBack names the colour behind a banner in a tone; ok is false for a tone that has none.
func ToneBack(t present.Tone) (name fyne.ThemeColorName, ok bool) {
	switch t {
	case present.ToneGood:
		return ColorGoodBack, true
	case present.ToneFair:
		return ColorFairBack, true
	case present.TonePoor:
		return ColorPoorBack, true
	}
	return "", false
}
