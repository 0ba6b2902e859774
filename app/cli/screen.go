package cli

import (
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/term"

	"echopath/app/present"
)

// screen is an output with what is known of its reader.
type screen struct {
	io.Writer
	present.Style
	terminal bool
	size     func() int // real width of the terminal, which may change
	escapes  bool       // escape sequences are understood
}

// Without a terminal the text goes to a file, a ticket or a log, where present.PlainWidth can always be read, and
// present.MinWidth be had. A terminal has as many columns as it has; below tinyWidth a text is broken by the terminal. A wider
// table than maxWidth is harder to read, not easier.
const (
	tinyWidth = 30
	maxWidth  = 160
)

// sizer is a terminal that is no file: what tests hand in.
type sizer interface{ TerminalWidth() int }

// screenOf looks at dst, the place where w ends up.
func screenOf(w, dst io.Writer, env func(string) string) screen {
	s := screen{Writer: w, Style: present.Style{Width: present.PlainWidth, Unicode: knowsUnicode(env)}}
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
	least := present.MinWidth
	if s.terminal {
		s.Width, least = s.size(), tinyWidth
	} else if columns, err := strconv.Atoi(env("COLUMNS")); err == nil && columns > 0 {
		s.Width = columns
	}
	s.Width = min(max(s.Width, least), maxWidth)
	s.Colour = s.escapes && env("NO_COLOR") == "" // https://no-color.org
	return s
}

func terminalWidth(fd int) int {
	if width, _, err := term.GetSize(fd); err == nil && width > 0 {
		return width
	}
	return present.PlainWidth
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

// paragraph writes a text, wrapped.
func (s screen) paragraph(text string) { present.Paragraph(s, s.Style, "", text) }
