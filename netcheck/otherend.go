package netcheck

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of what the other computer says about itself, in characters.
const (
	maxName = 64
	maxAway = 80 // an address with its port
)

// cleaned is the other end as a report keeps it: what it says about itself is input.
func (o *OtherEnd) cleaned() *OtherEnd {
	if o == nil {
		return nil
	}
	return &OtherEnd{Name: CleanText(o.Name, maxName), AppVersion: CleanText(o.AppVersion, maxName), OS: CleanText(o.OS, maxName),
		Way: CleanText(o.Way, maxName), Address: CleanText(o.Address, maxAway), Host: o.Host, Observed: CleanText(o.Observed, maxAway),
		PeerPorts: portRange(o.PeerPorts)}
}

// portRange is a range of ports written as "low-high", or "" if text is none.
func portRange(text string) string {
	first, last, _ := strings.Cut(text, "-")
	low, err1 := strconv.ParseUint(first, 10, 16)
	high, err2 := strconv.ParseUint(last, 10, 16)
	if err1 != nil || err2 != nil || low == 0 || low > high {
		return ""
	}
	return fmt.Sprintf("%d-%d", low, high)
}

// peerPorts names the ports of the host's end of straight ways: "ports 49152-49407"; "" if they are not known.
func (r Report) peerPorts() string {
	if r.Other == nil || !r.Other.Host {
		return ""
	}
	ports := portRange(r.Other.PeerPorts)
	switch low, high, _ := strings.Cut(ports, "-"); {
	case ports == "":
		return ""
	case low == high:
		return "port " + low
	}
	return "ports " + ports
}

// called is what the second computer is called in the middle of a sentence.
func (o *OtherEnd) called() string {
	if o == nil || o.Name == "" {
		return otherComputer
	}
	return CleanText(o.Name, maxName)
}

// What a second computer is called that has no name, and the other end of a path where there may be none.
const (
	otherComputer = "the other computer"
	otherEndWord  = "the other end"
)

// begins is what it is called at the beginning of a sentence.
func (o *OtherEnd) begins() string { return beginning(o.called()) }

// beginning begins a sentence with what a computer is called. A name stays as its owner writes it.
func beginning(called string) string {
	if called == otherComputer || called == otherEndWord {
		return capital(called)
	}
	return called
}

// far is what the second computer of a report is called in the middle of a sentence.
func (r Report) far() string { return r.Other.called() }

// remote tells that a second computer was measured.
func (r Report) remote() bool { return r.Granted.Target.Kind == TargetInvite }

// capital begins a sentence.
func capital(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[n:]
}

// farAddresses lists the addresses under which the other computer was met, as seen from here: as candidates of links that came up,
// and else that of its signalling.
func farAddresses(r Report) []string {
	var out []string
	for _, p := range r.Paths {
		if c := p.Local.Remote; p.Connected && c.Type != "relay" && c.Address.IsValid() {
			out = append(out, c.Address.Addr().Unmap().String())
		}
	}
	if at := signallingHost(r); len(out) == 0 && at != "" {
		out = append(out, at)
	}
	return unique(out)
}

// signallingHost is the name or address under which this end reached its host; "" if it did not, or did not say.
func signallingHost(r Report) string {
	if r.Other == nil || !r.Other.Host {
		return ""
	}
	if inner, bracketed := strings.CutPrefix(r.Other.Address, "["); bracketed {
		host, _, _ := strings.Cut(inner, "]")
		return host
	}
	host, _, _ := strings.Cut(r.Other.Address, ":")
	return host
}
