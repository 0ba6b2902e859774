package present

import (
	"fmt"
	"io"
	"strings"
)

// Style is what is known of the reader of a text.
type Style struct {
	Width   int  // columns to use, 30 or more; a longer word has a line of its own
	Unicode bool // characters beyond ASCII are shown
	Colour  bool // ANSI escape sequences for colours (ECMA-48, SGR) are understood and wanted
}

// Widths that a text can count on, in columns.
const (
	PlainWidth = 80 // where nothing is known of the reader: files, tickets, logs
	MinWidth   = 60 // below it a table or a second column has no room, and figures stand in lines of their own
)

// ascii stands in for the few characters beyond ASCII that the texts of this package use.
var ascii = strings.NewReplacer("●", "*", "▲", "!", "■", "#", "○", "?", "–", "-", "≤", "<=", "×", "x", "·", "-", "…", "...")

// Fit gives text in the characters that the reader can see. It must run before a text is measured, since stand-ins differ in
// width.
func (s Style) Fit(text string) string {
	if s.Unicode {
		return text
	}
	return ascii.Replace(text)
}

// Paint colours text, or leaves it alone. It must run after a text is measured.
func (s Style) Paint(t Tone, text string) string {
	code := map[Tone]string{ToneGood: "32;1", ToneFair: "33;1", TonePoor: "31;1", ToneFaint: "2"}[t]
	if !s.Colour || code == "" || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// page is where a text is written, with what is known of its reader. That a write failed is for the writer to remember: there
// is nothing else to do about it half-way through a page.
type page struct {
	io.Writer
	Style
}

// Paragraph writes text to w, made printable and wrapped, each line behind an indent. An empty text is no paragraph.
func Paragraph(w io.Writer, s Style, indent, text string) {
	page{w, s}.paragraph(indent, text)
}

func (out page) paragraph(indent, text string) {
	if text != "" {
		out.hanging(indent, indent, text)
	}
}

// hanging writes a wrapped text with a beginning for its first line and an indent for the others.
func (out page) hanging(first, rest, text string) {
	for _, line := range Indented(first, rest, out.Fit(Printable(text)), out.Width) {
		out.line(line)
	}
}

func (out page) line(text string) { _, _ = fmt.Fprintln(out, text) }
