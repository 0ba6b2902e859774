package view

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/widgets"
)

// statusBar is the foot of the window, the same on every screen: what runs, how far it is, and what can be done with the result.
type statusBar struct {
	widget.BaseWidget
	line             *canvas.Rectangle
	track, fill      *canvas.Rectangle
	time, text, left *canvas.Text
	export, copy     *widgets.Button
	buttons          [2]fyne.CanvasObject
	shown            model.Status
	words            fyne.CanvasObject // the text, with all of it as its tip where it is cut
	message          string            // stands in for the text while nothing runs: an export that was written
	said             time.Time         // when that was
}

func newStatusBar(export, copyText *action, menu func(at fyne.CanvasObject)) *statusBar {
	s := &statusBar{line: canvas.NewRectangle(nil), track: canvas.NewRectangle(nil), fill: canvas.NewRectangle(nil),
		time: canvas.NewText("", nil), text: canvas.NewText("", nil), left: canvas.NewText("", nil)}
	s.export = widgets.NewButton("Export", theme.MenuDropUpIcon(), func() { menu(s.export) })
	s.export.IconPlacement = widget.ButtonIconTrailingText
	s.copy = widgets.NewButton("Copy", theme.ContentCopyIcon(), copyText.run)
	s.buttons = [2]fyne.CanvasObject{
		widgets.Tipped(s.export, why(export, "Save the result as CSV, JSON or a picture")),
		widgets.Tipped(s.copy, why(copyText, "Copy the whole result as text, for a ticket or a mail")),
	}
	s.words = widgets.Tipped(s.text, func() string {
		if s.text.Text == s.shown.Text {
			return ""
		}
		return s.shown.Text
	})
	s.ExtendBaseWidget(s)
	return s
}

// why is what an action's button is for, or the reason why it can not work now.
func why(a *action, purpose string) func() string {
	return func() string {
		if a.enabled != nil {
			if ok, reason := a.enabled(); !ok {
				return reason
			}
		}
		return purpose
	}
}

// show tells of the run that goes on, whichever screen it belongs to, and offers the result of the one that is shown.
func (s *statusBar) show(shown, running model.View) {
	disable(!shown.CanSave, s.export, s.copy)
	st := running.Status
	if s.message != "" && !st.Busy {
		st.Text = s.message
	}
	if st == s.shown {
		return
	}
	s.shown = st
	s.Refresh()
}

// say shows a message until the next run, and for messageTime at least if there is none.
func (s *statusBar) say(text string, now time.Time) { s.message, s.said = text, now }

// messageTime is how long a message is news: long enough to read a path and go there.
const messageTime = 30 * time.Second

// forget takes a message away that is no news any more.
func (s *statusBar) forget(now time.Time) {
	if now.Sub(s.said) >= messageTime {
		s.message = ""
	}
}

// CreateRenderer implements fyne.Widget.
func (s *statusBar) CreateRenderer() fyne.WidgetRenderer {
	r := &statusRenderer{s}
	r.Refresh()
	return r
}

type statusRenderer struct{ s *statusBar }

const statusHeight = 36

func (r *statusRenderer) Destroy()           {}
func (r *statusRenderer) MinSize() fyne.Size { return fyne.NewSize(600, statusHeight) }

func (r *statusRenderer) Objects() []fyne.CanvasObject {
	s := r.s
	return []fyne.CanvasObject{s.line, s.time, s.words, s.track, s.fill, s.left, s.buttons[0], s.buttons[1]}
}

// Layout gives everything a fixed place: time, text, bar, time left, buttons. In a small window the bar gives way to the text.
func (r *statusRenderer) Layout(size fyne.Size) {
	const margin, timeWidth, leftWidth, leastBar, mostBar, narrow = 12, 56, 74, 40, 150, 900
	s := r.s
	barWidth := min(max(leastBar+size.Width-narrow, leastBar), mostBar)
	place(s.line, 0, 0, size.Width, 1)
	x := size.Width - margin
	for i := len(s.buttons) - 1; i >= 0; i-- {
		w := s.buttons[i].MinSize()
		x -= w.Width
		place(s.buttons[i], x, (size.Height-w.Height)/2, w.Width, w.Height)
		x -= gap
	}
	height := s.text.MinSize().Height
	top := (size.Height - height) / 2
	x -= leftWidth + gap
	place(s.left, x, top, leftWidth, height)
	x -= barWidth + gap
	place(s.track, x, size.Height/2-3, barWidth, 6)
	place(s.fill, x, size.Height/2-3, barWidth*float32(s.shown.Progress), 6)
	place(s.time, margin, top, timeWidth, height)
	place(s.words, margin+timeWidth, top, x-margin-timeWidth-gap, height)
}

func (r *statusRenderer) Refresh() {
	s := r.s
	s.line.FillColor = theme.Color(look.ColorBorder)
	s.track.FillColor, s.fill.FillColor = theme.Color(look.ColorBorder), theme.Color(theme.ColorNamePrimary)
	s.track.CornerRadius, s.fill.CornerRadius = 3, 3
	s.track.Hidden, s.fill.Hidden = !s.shown.Busy, !s.shown.Busy || s.shown.Progress <= 0
	for _, t := range []*canvas.Text{s.time, s.text, s.left} {
		t.Color, t.TextSize = theme.Color(theme.ColorNameForeground), theme.Size(theme.SizeNameCaptionText)+1
	}
	s.left.Color = theme.Color(look.ColorMuted)
	s.time.Text, s.left.Text = s.shown.Elapsed, s.shown.Left
	r.Layout(s.Size())
	s.text.Text = fitting(s.shown.Text, s.words.Size().Width, s.text.TextSize)
	for _, o := range r.Objects()[:6] {
		o.Refresh()
	}
}

// fitting cuts a text that is too long for its place, with an ellipsis.
func fitting(text string, width, size float32) string {
	if width <= 0 || fyne.MeasureText(text, size, fyne.TextStyle{}).Width <= width {
		return text
	}
	runes := []rune(text)
	for len(runes) > 1 && fyne.MeasureText(string(runes)+"…", size, fyne.TextStyle{}).Width > width {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}
