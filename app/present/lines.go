package present

import (
	"strings"
	"unicode/utf8"
)

// Columns is the width of s on a screen. The texts of this program use characters of width 1 only.
func Columns(s string) int { return utf8.RuneCountInString(s) }

// Wrap breaks a text into lines of at most width columns, between words; a word that is longer has a line of its own.
func Wrap(text string, width int) []string { return Indented("", "", text, width) }

// Indented wraps a text with a beginning for its first line and one for those that follow.
func Indented(first, rest, text string, width int) []string {
	var lines []string
	line, empty := first, true
	for _, word := range glued(strings.Fields(text)) {
		switch {
		case empty:
			line += word
		case Columns(line)+1+Columns(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = rest + word
		}
		empty = false
	}
	return append(lines, line)
}

// glued joins a figure and its unit into one word: "0.76" at the end of a line and "%" at the next is read wrongly.
func glued(words []string) []string {
	var out []string
	for _, w := range words {
		last := len(out) - 1
		if last >= 0 && isUnit(w) && strings.ContainsAny(out[last][len(out[last])-1:], "0123456789") {
			out[last] += " " + w
			continue
		}
		out = append(out, w)
	}
	return out
}

func isUnit(word string) bool {
	switch strings.TrimRight(word, ".,;:)") {
	case "%", "ms", "s", "min", "kbit/s", "bytes", "kB", "MB", "GB", "dB", "fps":
		return true
	}
	return false
}

// UpTo shortens a list with commas to width columns. It ends behind a whole item: half a figure is another figure.
func UpTo(list string, width int) string {
	for Columns(list) > width {
		i := strings.LastIndex(list, ", ")
		if i < 0 {
			return string([]rune(list)[:max(width, 0)])
		}
		list = list[:i]
	}
	return list
}

// Printable takes control characters out of a text that came from elsewhere (a server, a name): on a terminal they could move
// the cursor and rewrite what is shown.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' {
			return ' '
		}
		if r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0x202e || r == 0x2066 || r == 0x2067 || r == 0x2068 {
			return -1
		}
		return r
	}, s)
}
