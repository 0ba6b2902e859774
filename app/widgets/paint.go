package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"echopath/app/look"
)

// hairline is the width of the lines between rows and around cards.
const hairline = 1

// paint looks a colour up; only the current theme knows it, so nothing keeps one over a Refresh.
func paint(name fyne.ThemeColorName) color.Color { return theme.Color(name) }

// style is how a text looks; the sizes and colours behind the names change with the theme.
type style struct {
	color fyne.ThemeColorName
	size  fyne.ThemeSizeName
	bold  bool
}

var (
	plainStyle   = style{theme.ColorNameForeground, theme.SizeNameText, false}
	strongStyle  = style{theme.ColorNameForeground, theme.SizeNameText, true}
	mutedStyle   = style{look.ColorMuted, theme.SizeNameText, false}
	captionStyle = style{look.ColorMuted, theme.SizeNameCaptionText, false}
)

func (s style) in(c fyne.ThemeColorName) style { s.color = c; return s }

func (s style) text() fyne.TextStyle { return fyne.TextStyle{Bold: s.bold} }

// measure is the size of a text in this style.
func (s style) measure(text string) fyne.Size {
	return fyne.MeasureText(text, theme.Size(s.size), s.text())
}

// apply dresses a text and tells whether it looks different now.
func (s style) apply(t *canvas.Text) bool {
	c, size, st := paint(s.color), theme.Size(s.size), s.text()
	if t.Color == c && t.TextSize == size && t.TextStyle == st {
		return false
	}
	t.Color, t.TextSize, t.TextStyle = c, size, st
	return true
}

// newText makes a text in this style.
func (s style) newText(text string, align fyne.TextAlign) *canvas.Text {
	t := canvas.NewText(text, paint(s.color))
	t.Alignment = align
	s.apply(t)
	return t
}

// fit shortens a text to a width, with an ellipsis at its end.
func (s style) fit(text string, width float32) string {
	if text == "" || s.measure(text).Width <= width {
		return text
	}
	r := []rune(text)
	low, high := 0, len(r) // the longest beginning that fits lies between
	for low < high {
		mid := (low + high + 1) / 2
		if s.measure(string(r[:mid])+"…").Width <= width {
			low = mid
		} else {
			high = mid - 1
		}
	}
	if low == 0 {
		return ""
	}
	return string(r[:low]) + "…"
}

// newRing is the frame around what has the focus.
func newRing() *canvas.Rectangle {
	r := canvas.NewRectangle(color.Transparent)
	r.StrokeWidth, r.Hidden = 1.5, true
	return r
}

func dressRing(r *canvas.Rectangle, on bool) {
	r.StrokeColor = paint(theme.ColorNamePrimary)
	r.CornerRadius = theme.Size(theme.SizeNameInputRadius)
	r.Hidden = !on
	canvas.Refresh(r)
}

// redraw lays a widget out and draws its objects anew.
func redraw(r fyne.WidgetRenderer, size fyne.Size) {
	r.Layout(size)
	for _, o := range r.Objects() {
		o.Refresh()
	}
}
