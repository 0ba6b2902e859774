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
	width    int        // columns to use
	size     func() int // real width of the terminal, which may change
	escapes  bool       // escape sequences are understood
	colour   bool       // and those for colours are wanted
	unicode  bool       // characters beyond ASCII are shown
}

// Without a terminal the text goes to a file, a ticket or a log, where 80 columns can always be read, and 60 be had. A terminal
// has as many columns as it has; below tinyWidth a text is broken by the terminal. A wider table than maxWidth is harder to
// read, not easier.
const (
	plainWidth = 80
	minWidth   = 60
	tinyWidth  = 30
	maxWidth   = 160
)

// sizer is a terminal that is no file: what tests hand in.
type sizer interface{ TerminalWidth() int }

// screenOf looks at dst, the place where w ends up.
func screenOf(w, dst io.Writer, env func(string) string) screen {
	s := screen{Writer: w, width: plainWidth, unicode: knowsUnicode(env)}
	switch d := dst.(type) {
	case sizer:
		s.terminal, s.size = true, d.TerminalWidth
	case *os.File:
		fd := int(d.Fd()) //nolint:gosec // file descriptors are small
		if s.terminal = term.IsTerminal(fd); s.terminal {
			s.size = func() int { return terminalWidth(fd) }
			s.escapes = understandsColour(d) && env("TERM") != "dumb"
		}
	}
	least := minWidth
	if s.terminal {
		s.width, least = s.size(), tinyWidth
	} else if columns, err := strconv.Atoi(env("COLUMNS")); err == nil && columns > 0 {
		s.width = columns
	}
	s.width = min(max(s.width, least), maxWidth)
	s.colour = s.escapes && env("NO_COLOR") == "" // https://no-color.org
	return s
}

func terminalWidth(fd int) int {
	if width, _, err := term.GetSize(fd); err == nil && width > 0 {
		return width
	}
	return plainWidth
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
