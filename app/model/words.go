package model

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"echopath/app/present"
	"echopath/netcheck"
)

// pathHint says what a path is.
func pathHint(p netcheck.Path) string { return present.Define(present.Term(p.Title())) }

// windowWords puts what the engine says of the terminal's flags into the words of the window.
var windowWords = strings.NewReplacer(
	"give a TURN server: --turn turn:HOST:3478 --turn-user NAME --turn-pass-file FILE.", "choose the target “TURN servers” and fill in yours.",
	" (--ip auto in the terminal)", "", " (--public-address)", "",
	" (--stun in the terminal)", "", " (--turn in the terminal)", "",
	"give --turn or --stun", "type one into the list of servers",
	"Give --turn-user and --turn-pass-file, or the shared secret.", "Fill in user and password, or the REST secret.",
	"the file given with --turn-ca", "the CA file",
	"give its CA with --turn-ca FILE or its pin with --turn-pin sha256/...", "fill in its CA file or its pin",
	"give the server's pin with --turn-pin sha256/... .", "fill in the server's pin.",
	"Use --ip auto", "Set the IP version to auto", "with --ip ", "with the IP version ",
	`--turn "turn:HOST:3478?transport=udp"`, "the server turn:HOST:3478?transport=udp",
	`--turn "turn:HOST:3478?transport=tcp"`, "the server turn:HOST:3478?transport=tcp",
	`--turn "turns:HOST:5349?transport=tcp"`, "the server turns:HOST:5349?transport=tcp",
	"--stun stun:HOST:3478", "the server stun:HOST:3478",
	"--turn turn:HOST:3478", "the server turn:HOST:3478",
)

// forWindow makes a text of the engine, a server or the system fit for the window.
func forWindow(text string) string { return windowWords.Replace(present.Printable(text)) }

// sentence makes a text a sentence.
func sentence(text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(text)
	text = string(unicode.ToUpper(first)) + text[size:]
	if !strings.ContainsAny(text[len(text)-1:], ".!?") {
		text += "."
	}
	return text
}

// joined puts sentences one after another, leaving out those that are empty.
func joined(sentences ...string) string {
	var out []string
	for _, s := range sentences {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, " ")
}

// clock is a time since the session's start as people read it: "0:12". Seconds that are not over do not count.
func clock(d time.Duration) string { return present.Clock(max(d, 0).Truncate(time.Second)) }

// moment is a time since the session's start for the log: "0:12.4".
func moment(d time.Duration) string {
	d = max(d, 0).Truncate(100 * time.Millisecond)
	return fmt.Sprintf("%s.%d", clock(d), d%time.Second/(100*time.Millisecond))
}

// ways are the names of the two directions: both ends on this computer must not speak of up and down.
func ways(up bool) (out, back string) {
	if up {
		return "up", "down"
	}
	return "out", "back"
}
