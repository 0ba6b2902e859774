package present

import (
	"fmt"
	"strings"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// Standing says how a guest stands with its host, in a sentence: state is one of signaling.StandingState, position and of are its
// place in the queue and how long that is. It is "" for a state without words.
func Standing(state string, position, of int) string {
	switch signaling.StandingState(state) {
	case signaling.StandingWaiting:
		return "The host is asked to let you in ..."
	case signaling.StandingIn:
		return "The host has let you in."
	case signaling.StandingQueued:
		switch {
		case position <= 0:
			return "The host is busy: your test waits in the queue."
		case of < position:
			return "Your test is " + Ordinal(position) + " in the queue."
		}
		return fmt.Sprintf("Your test is %s of %d in the queue.", Ordinal(position), of)
	case signaling.StandingAdmitted:
		return "The host is ready for your test."
	case signaling.StandingRefused:
		return "The host does not take this test."
	}
	return ""
}

// OtherEnd tells in a line who the other end of a session was: "With Lab-PC (linux/amd64, Echopath 0.5) by WebSocket; it sees this
// computer as 203.0.113.9." It is "" where both ends were in one process.
func OtherEnd(o *netcheck.OtherEnd) string {
	if o == nil {
		return ""
	}
	text := "With " + guestName(o.Name, "another computer")
	var about []string
	if os := netcheck.CleanText(o.OS, MaxName); os != "" {
		about = append(about, os)
	}
	if version := netcheck.CleanText(o.AppVersion, MaxName); version != "" {
		about = append(about, "Echopath "+version)
	}
	if len(about) > 0 {
		text += " (" + strings.Join(about, ", ") + ")"
	}
	if way := WayWords(o.Way); way != "" {
		text += " by " + way
	}
	if seen := netcheck.CleanText(o.Observed, MaxName); seen != "" {
		text += "; it sees this computer as " + withoutPort(seen)
	}
	return text + "."
}

// MirrorNote belongs above a run of another computer that is shown here: its words are those of the computer that measured.
func MirrorNote(name string) string {
	who := guestName(name, "the guest")
	return fmt.Sprintf("This is a test of %s: there “this computer” is %s, and upload is the way from it to here.", who, who)
}

// WayWords is how signalling travels, as people call it; "" for a way that has no name.
func WayWords(way string) string {
	switch signaling.Way(way) {
	case signaling.WayWebSocket:
		return "WebSocket"
	case signaling.WaySSE:
		return "HTTP (server-sent events)"
	case signaling.WayPaste:
		return "copy and paste"
	case signaling.WayMemory:
	}
	return ""
}

// withoutPort takes the port off an address: the one that signalling came from changes with each connection.
func withoutPort(address string) string {
	i := strings.LastIndexByte(address, ':')
	if i < 0 || strings.HasSuffix(address, "]") || !strings.HasPrefix(address, "[") && strings.Count(address, ":") > 1 {
		return strings.Trim(address, "[]")
	}
	return strings.Trim(address[:i], "[]")
}
