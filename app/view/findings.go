package view

import (
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"echopath/app/look"
	"echopath/app/model"
)

// findings lists what was found, with evidence and advice.
type findings struct {
	object *container.Scroll
	column *fyne.Container
	shown  []model.Finding
	phase  model.Phase
	banner string // the verdict's sentence, which the banner may have cut
}

func newFindings() *findings {
	f := &findings{column: container.New(layout.NewCustomPaddedVBoxLayout(10))}
	f.object = container.NewVScroll(container.New(layout.NewCustomPaddedLayout(0, 6, 8, 12), f.column))
	f.empty("")
	return f
}

func (f *findings) show(v model.View) {
	verdict := ""
	if v.Phase == model.PhaseDone {
		verdict = v.Banner.Text
	}
	if v.Phase == f.phase && verdict == f.banner && slices.EqualFunc(v.Findings, f.shown, sameFinding) {
		return
	}
	f.phase, f.shown, f.banner = v.Phase, v.Findings, verdict
	f.column.RemoveAll()
	switch {
	case len(v.Findings) > 0:
		if verdict != "" {
			f.column.Add(paragraph(verdict, theme.ColorNameForeground, false))
		}
		for _, finding := range v.Findings {
			f.column.Add(findingCard(finding))
		}
	case v.Phase == model.PhaseDone:
		f.empty("Nothing was found that calls for action.")
	case v.Phase.Busy():
		f.empty("What the test finds, and what to do about it, will stand here when it has ended.")
	default:
		f.empty("Start a test: what it finds, and what to do about it, will stand here.")
	}
	f.object.ScrollToTop()
	f.column.Refresh()
}

// sameFinding compares what tells findings of one run apart.
func sameFinding(a, b model.Finding) bool {
	return a.Mark == b.Mark && a.Title == b.Title && a.Advice == b.Advice && a.Paths == b.Paths
}

func (f *findings) empty(text string) {
	f.column.RemoveAll()
	f.column.Add(paragraph(text, look.ColorMuted, false))
}

// renew has the findings of another run shown.
func (f *findings) renew() { f.phase, f.shown = "", nil }

// findingCard is one finding: what it is, on what it rests, what to do. All of it is one text, so that its lines stand close.
func findingCard(f model.Finding) fyne.CanvasObject {
	text := widget.NewRichText(line(f.Title, theme.ColorNameForeground, true))
	text.Wrapping = fyne.TextWrapWord
	add := func(s ...widget.RichTextSegment) { text.Segments = append(text.Segments, s...) }
	if first, _, _ := strings.Cut(f.Paths, ","); !strings.Contains(f.Title, first) { // the title names them most of the time
		add(line("On "+f.Paths, look.ColorMuted, false))
	}
	if f.Detail != "" {
		add(line(f.Detail, theme.ColorNameForeground, false))
	}
	if f.Advice != "" {
		add(inline("What to do: ", true), inline(f.Advice, false), line("", look.ColorMuted, false))
	}
	if facts := evidence(f.Evidence); facts != "" {
		add(line(facts, look.ColorMuted, false))
	}
	return container.NewBorder(nil, nil, beside(f.Mark), nil, text)
}

func line(text string, name fyne.ThemeColorName, bold bool) widget.RichTextSegment {
	return &widget.TextSegment{Text: text, Style: widget.RichTextStyle{ColorName: name, TextStyle: fyne.TextStyle{Bold: bold}}}
}

func inline(text string, bold bool) widget.RichTextSegment {
	return &widget.TextSegment{Text: text, Style: widget.RichTextStyle{Inline: true, TextStyle: fyne.TextStyle{Bold: bold}}}
}

func evidence(facts [][2]string) string {
	text := ""
	for _, e := range facts {
		if text != "" {
			text += " · "
		}
		text += e[0] + ": " + e[1]
	}
	return text
}

// paragraph is text that wraps.
func paragraph(text string, name fyne.ThemeColorName, bold bool) fyne.CanvasObject {
	t := widget.NewRichText(line(text, name, bold))
	t.Wrapping = fyne.TextWrapWord
	return t
}

func count(n int) string { return strconv.Itoa(n) }
