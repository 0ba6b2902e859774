package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"echopath/app/look"
)

// Segments is a choice of one of a few views, side by side. Left and Right choose; a badge says how much there is to see.
type Segments struct {
	widget.BaseWidget
	OnChanged func(int) // may be nil

	titles, badges []string
	selected       int
	pointed        int // -1 for none
	focused        bool
	fixed          bool

	ground *canvas.Rectangle
	knob   *canvas.Rectangle // behind the chosen one
	over   *canvas.Rectangle // behind the one under the pointer
	texts  []*canvas.Text
	counts []*canvas.Text
	edges  []float32 // right edges
}

// NewSegments makes a choice of which the first is chosen.
func NewSegments(titles ...string) *Segments {
	s := &Segments{titles: titles, badges: make([]string, len(titles)), pointed: -1, edges: make([]float32, len(titles))}
	s.ground, s.knob, s.over = canvas.NewRectangle(color.Transparent), canvas.NewRectangle(color.Transparent), canvas.NewRectangle(color.Transparent)
	for _, t := range titles {
		s.texts = append(s.texts, plainStyle.newText(t, fyne.TextAlignLeading))
		s.counts = append(s.counts, captionStyle.newText("", fyne.TextAlignLeading))
	}
	s.ExtendBaseWidget(s)
	return s
}

// SetBadge puts a short text behind a title; "" takes it away.
func (s *Segments) SetBadge(i int, badge string) {
	if s.badges[i] == badge {
		return
	}
	s.badges[i] = badge
	s.Refresh()
}

// Selected is the index of the chosen one.
func (s *Segments) Selected() int { return s.selected }

// Select chooses.
func (s *Segments) Select(i int) {
	if i == s.selected || i < 0 || i >= len(s.titles) {
		return
	}
	s.selected = i
	s.Refresh()
	if s.OnChanged != nil {
		s.OnChanged(i)
	}
}

// FocusGained implements fyne.Focusable.
func (s *Segments) FocusGained() { s.focused = true; s.Refresh() }

// FocusLost implements fyne.Focusable.
func (s *Segments) FocusLost() { s.focused = false; s.Refresh() }

// TypedRune implements fyne.Focusable.
func (s *Segments) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (s *Segments) TypedKey(key *fyne.KeyEvent) {
	switch key.Name {
	case fyne.KeyLeft:
		s.pick(s.selected - 1)
	case fyne.KeyRight:
		s.pick(s.selected + 1)
	case fyne.KeyHome:
		s.pick(0)
	case fyne.KeyEnd:
		s.pick(len(s.titles) - 1)
	default:
		passOn(s, key)
	}
}

func (s *Segments) at(x float32) int {
	for i, edge := range s.edges {
		if x < edge {
			return i
		}
	}
	return -1
}

// Tapped implements fyne.Tappable.
func (s *Segments) Tapped(e *fyne.PointEvent) {
	focus(s)
	s.pick(s.at(e.Position.X))
}

// MouseIn implements desktop.Hoverable.
func (s *Segments) MouseIn(e *desktop.MouseEvent) { s.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (s *Segments) MouseMoved(e *desktop.MouseEvent) {
	if i := s.at(e.Position.X); i != s.pointed {
		s.pointed = i
		s.Refresh()
	}
}

// MouseOut implements desktop.Hoverable.
func (s *Segments) MouseOut() { s.pointed = -1; s.Refresh() }

// CreateRenderer implements fyne.Widget.
func (s *Segments) CreateRenderer() fyne.WidgetRenderer {
	r := &segmentsRenderer{s}
	r.dress()
	return r
}

type segmentsRenderer struct{ s *Segments }

const (
	segmentPad   = 14
	segmentInset = 2 // of the knob in the ground
	badgeGap     = 5
)

func (r *segmentsRenderer) Destroy() {}

func (r *segmentsRenderer) Objects() []fyne.CanvasObject {
	out := []fyne.CanvasObject{r.s.ground, r.s.over, r.s.knob}
	for i := range r.s.texts {
		out = append(out, r.s.texts[i], r.s.counts[i])
	}
	return out
}

// widths measures with bold titles, so that nothing moves when another one is chosen.
func (r *segmentsRenderer) widths() []float32 {
	out := make([]float32, len(r.s.titles))
	for i, t := range r.s.titles {
		out[i] = strongStyle.measure(t).Width + 2*segmentPad
		if b := r.s.badges[i]; b != "" {
			out[i] += badgeGap + captionStyle.measure(b).Width
		}
	}
	return out
}

func (r *segmentsRenderer) MinSize() fyne.Size {
	size := fyne.NewSize(2*segmentInset, plainStyle.measure("M").Height+2*theme.Size(theme.SizeNameInnerPadding))
	for _, w := range r.widths() {
		size.Width += w
	}
	return size
}

func (r *segmentsRenderer) Layout(size fyne.Size) {
	s := r.s
	least := r.MinSize()
	y := (size.Height - least.Height) / 2
	s.ground.Move(fyne.NewPos(0, y))
	s.ground.Resize(least)
	x := float32(segmentInset)
	for i, w := range r.widths() {
		knob := area{fyne.NewPos(x, y+segmentInset), fyne.NewSize(w, least.Height-2*segmentInset)}
		if i == s.selected {
			s.knob.Move(knob.pos)
			s.knob.Resize(knob.size)
		}
		if i == s.pointed {
			s.over.Move(knob.pos)
			s.over.Resize(knob.size)
		}
		title := strongStyle.measure(s.titles[i]).Width
		slack := title - s.texts[i].MinSize().Width
		s.texts[i].Move(fyne.NewPos(x+segmentPad+slack/2, y))
		s.texts[i].Resize(fyne.NewSize(title, least.Height))
		s.counts[i].Move(fyne.NewPos(x+segmentPad+title+badgeGap, y))
		s.counts[i].Resize(fyne.NewSize(w, least.Height))
		x += w
		s.edges[i] = x
	}
}

func (r *segmentsRenderer) dress() {
	s := r.s
	radius := theme.Size(theme.SizeNameInputRadius)
	for _, rect := range []*canvas.Rectangle{s.ground, s.knob, s.over} {
		rect.CornerRadius = radius
	}
	s.ground.FillColor = paint(theme.ColorNameButton)
	s.knob.FillColor, s.knob.StrokeWidth = paint(theme.ColorNameBackground), hairline
	s.knob.StrokeColor = paint(look.ColorBorder)
	if s.focused {
		s.knob.StrokeColor, s.knob.StrokeWidth = paint(theme.ColorNamePrimary), 1.5
	}
	s.over.FillColor = paint(theme.ColorNameHover)
	s.over.Hidden = s.pointed < 0 || s.pointed == s.selected || s.fixed
	for i, t := range s.texts {
		st := mutedStyle
		if i == s.selected {
			st = strongStyle
		}
		if s.fixed {
			st.color = theme.ColorNameDisabled
		}
		st.apply(t)
		captionStyle.apply(s.counts[i])
		s.counts[i].Text = s.badges[i]
	}
}

func (r *segmentsRenderer) Refresh() {
	r.dress()
	r.Layout(r.s.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
	canvas.Refresh(r.s)
}
