package cli

import (
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/term"
)

// screen is an output with what is known of its reader.
type screen struct {
	io.Writer
	terminal bool
	width    int  // columns to use
	colour   bool // escape sequences are understood and wanted
	unicode  bool // characters beyond ASCII are shown
}

// Without a terminal the text goes to a file, a ticket or a log, where 80 columns can always be read. A wider table than
// maxWidth is harder to read, not easier.
const (
	plainWidth = 80
	minWidth   = 60
	maxWidth   = 160
)

// sizer is a terminal that is no file: what tests hand in.
type sizer interface{ TerminalWidth() int }

// screenOf looks at dst, the place where w ends up.
func screenOf(w, dst io.Writer, env func(string) string) screen {
	s := screen{Writer: w, width: plainWidth, unicode: knowsUnicode(env)}
	switch d := dst.(type) {
	case sizer:
		s.terminal, s.width = true, d.TerminalWidth()
	case *os.File:
		fd := int(d.Fd()) //nolint:gosec // file descriptors are small
		if s.terminal = term.IsTerminal(fd); s.terminal {
			if width, _, err := term.GetSize(fd); err == nil && width > 0 {
				s.width = width
			}
			s.colour = understandsColour(d)
		}
	}
	if columns, err := strconv.Atoi(env("COLUMNS")); err == nil && columns > 0 && !s.terminal {
		s.width = columns
	}
	s.width = min(max(s.width, minWidth), maxWidth)
	s.colour = s.colour && env("NO_COLOR") == "" && env("TERM") != "dumb" // https://no-color.org
	return s
}

// knowsUnicode follows the locale where one is set (POSIX, section 8.2: LC_ALL before LC_CTYPE before LANG). Unset, as in
// containers and on Windows and macOS, nearly always means a terminal that shows UTF-8.
func knowsUnicode(env func(string) string) bool {
	if runtime.GOOS == "windows" {
		return true // the console is written to in UTF-16
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(env(name)); v != "" {
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return true
}

// tone is what a colour means.
type tone int

const (
	toneNone tone = iota
	toneGood
	toneFair
	tonePoor
	toneFaint
)

// paint colours s, or leaves it alone.
func (s screen) paint(t tone, text string) string {
	code := map[tone]string{toneGood: "32;1", toneFair: "33;1", tonePoor: "31;1", toneFaint: "2"}[t]
	if !s.colour || code == "" || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// ascii stands in for the few characters beyond ASCII that the texts of this package use.
var ascii = strings.NewReplacer("●", "*", "▲", "!", "■", "#", "○", "?", "–", "-", "≤", "<=", "×", "x", "·", "-", "…", "...")

// text makes s fit for the screen. It must run before a text is measured, since stand-ins differ in width.
func (s screen) text(t string) string {
	if s.unicode {
		return t
	}
	return ascii.Replace(t)
}
