package widgets

import (
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// wrap breaks a text into lines of a width, between words where it can.
func (s style) wrap(text string, width float32) []string {
	var lines []string
	for _, part := range strings.Split(text, "\n") {
		line := ""
		for _, word := range glued(strings.Fields(part)) {
			joined := strings.TrimPrefix(line+" "+word, " ")
			if s.measure(joined).Width <= width {
				line = joined
				continue
			}
			if line != "" {
				lines = append(lines, line)
			}
			line = word
			for s.measure(line).Width > width { // an address or a hash is longer than any line
				head, rest := s.split(line, width)
				lines, line = append(lines, head), rest
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// glued joins a figure and its unit into one word: "0.76" at the end of a line and "%" at the next is read wrongly.
func glued(words []string) []string {
	var out []string
	for _, w := range words {
		if n := len(out); n > 0 && isUnit(w) && unicode.IsDigit(rune(out[n-1][len(out[n-1])-1])) {
			out[n-1] += " " + w
			continue
		}
		out = append(out, w)
	}
	return out
}

func isUnit(word string) bool {
	switch strings.TrimRight(word, ".,;:)") {
	case "%", "ms", "s", "min", "kbit/s", "Mbit/s", "bytes":
		return true
	}
	return false
}

// split cuts a word behind what fits; at least one character.
func (s style) split(word string, width float32) (head, rest string) {
	r := []rune(word)
	n := 1
	for n < len(r)-1 && s.measure(string(r[:n+1])).Width <= width {
		n++
	}
	if n >= len(r) {
		return word, ""
	}
	return string(r[:n]), string(r[n:])
}

// paragraph is a text that wraps at its width. If it has a limit, what does not fit into that many lines is cut with an ellipsis.
type paragraph struct {
	widget.BaseWidget
	text   string
	style  style
	limit  int     // lines; 0 for as many as it takes
	closer float32 // by so much its lines stand closer than usual
	align  fyne.TextAlign
	width  float32 // that the lines were broken for

	lines []*canvas.Text
	shown int
	cut   bool // not all of the text is visible
}

func newParagraph(text string, s style, limit int) *paragraph {
	p := &paragraph{text: text, style: s, limit: limit}
	p.ExtendBaseWidget(p)
	return p
}

// set changes the text and tells whether it takes another number of lines than before.
func (p *paragraph) set(text string, s style) bool {
	if p.text == text && p.style == s {
		return false
	}
	before := p.shown
	p.text, p.style = text, s
	p.Refresh()
	return p.shown != before
}

func (p *paragraph) lineHeight() float32 { return p.style.measure("M").Height - p.closer }

// heightFor is the height at a width, without laying anything out.
func (p *paragraph) heightFor(width float32) float32 {
	n := len(p.style.wrap(p.text, width))
	if p.limit > 0 {
		n = min(n, p.limit)
	}
	return float32(n) * p.lineHeight()
}

// flow breaks the text and fills the lines.
func (p *paragraph) flow(width float32) {
	p.width = width
	var lines []string
	if p.text != "" && width > 0 {
		lines = p.style.wrap(p.text, width)
	}
	p.cut = p.limit > 0 && len(lines) > p.limit
	if p.cut {
		last := strings.Join(lines[p.limit-1:], " ")
		lines = append(lines[:p.limit-1:p.limit-1], p.style.fit(last, width))
	}
	for len(p.lines) < len(lines) {
		p.lines = append(p.lines, p.style.newText("", p.align))
	}
	p.shown = len(lines)
	for i, t := range lines {
		l := p.lines[i]
		if p.style.apply(l) || l.Text != t {
			l.Text = t
			l.Refresh()
		}
	}
}

// CreateRenderer implements fyne.Widget.
func (p *paragraph) CreateRenderer() fyne.WidgetRenderer { return &paragraphRenderer{p} }

type paragraphRenderer struct{ p *paragraph }

func (r *paragraphRenderer) Destroy() {}

func (r *paragraphRenderer) Objects() []fyne.CanvasObject {
	out := make([]fyne.CanvasObject, r.p.shown)
	for i := range out {
		out[i] = r.p.lines[i]
	}
	return out
}

// MinSize is as high as the text at the width it has now: a layout that changes the width asks heightFor.
func (r *paragraphRenderer) MinSize() fyne.Size {
	n := max(r.p.shown, 1)
	return fyne.NewSize(theme.Size(theme.SizeNameText)*3, float32(n)*r.p.lineHeight())
}

func (r *paragraphRenderer) Layout(size fyne.Size) {
	if size.Width != r.p.width {
		r.p.flow(size.Width)
	}
	h := r.p.lineHeight()
	for i, l := range r.p.lines[:r.p.shown] {
		l.Move(fyne.NewPos(0, float32(i)*h))
		l.Resize(fyne.NewSize(size.Width, h))
	}
}

func (r *paragraphRenderer) Refresh() {
	r.p.flow(r.p.Size().Width)
	r.Layout(r.p.Size())
	canvas.Refresh(r.p)
}
