package chart

import (
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

// fixedTheme is light or dark whatever machine the tests run on: Fyne's own one asks the desktop and reads the user's files.
type fixedTheme struct {
	fyne.Theme // sizes and icons of Fyne's test theme
	colors     map[fyne.ThemeColorName]color.Color
}

func (t *fixedTheme) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	if c, ok := t.colors[name]; ok {
		return c
	}
	return t.Theme.Color(name, variant)
}

func (t *fixedTheme) Font(style fyne.TextStyle) fyne.Resource {
	if style.Bold {
		return theme.DefaultTextBoldFont()
	}
	return theme.DefaultTextFont()
}

var (
	lightTheme = &fixedTheme{test.Theme(), map[fyne.ThemeColorName]color.Color{
		theme.ColorNameBackground:        color.NRGBA{0xff, 0xff, 0xff, 0xff},
		theme.ColorNameForeground:        color.NRGBA{0x40, 0x40, 0x40, 0xff},
		theme.ColorNameOverlayBackground: color.NRGBA{0xff, 0xff, 0xff, 0xff},
		theme.ColorNamePrimary:           color.NRGBA{0x29, 0x6f, 0xf6, 0xff},
		theme.ColorNameHover:             color.NRGBA{0, 0, 0, 0x0f},
	}}
	darkTheme = &fixedTheme{test.Theme(), map[fyne.ThemeColorName]color.Color{
		theme.ColorNameBackground:        color.NRGBA{0x17, 0x17, 0x18, 0xff},
		theme.ColorNameForeground:        color.NRGBA{0xf3, 0xf3, 0xf3, 0xff},
		theme.ColorNameOverlayBackground: color.NRGBA{0x17, 0x17, 0x18, 0xff},
		theme.ColorNamePrimary:           color.NRGBA{0x29, 0x6f, 0xf6, 0xff},
		theme.ColorNameHover:             color.NRGBA{0xff, 0xff, 0xff, 0x0f},
	}}
)

// show puts an object into a window of its own, without a frame.
func show(t *testing.T, th fyne.Theme, scale float32, size fyne.Size, o fyne.CanvasObject) fyne.Canvas {
	t.Helper()
	test.NewTempApp(t)
	test.ApplyTheme(t, th)
	w := test.NewTempWindow(t, o)
	w.SetPadded(false)
	w.Canvas().(interface{ SetScale(float32) }).SetScale(scale)
	w.Resize(size)
	return w.Canvas()
}
