package wire

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Policy is what a firewall does with a packet.
type Policy string

// The policies of a firewall.
const (
	Pass   Policy = "pass" // also the empty one
	Drop   Policy = "drop"
	Reject Policy = "reject" // with an ICMP error: administratively prohibited
)

// Firewall is what may pass in one direction. The zero value lets everything through.
type Firewall struct {
	UDP Policy `toml:"udp"` // what becomes of UDP that Allow does not name
	// Allow, if there is any, is all of TCP and UDP that may pass; other TCP is dropped, and other UDP too unless UDP rejects it.
	Allow []Rule `toml:"allow"`
}

// Rule is a set of ports that may pass, written as "udp 3478", "tcp to 443" or "udp from 49152-65535". Without "to" and "from" it is about
// either end's port.
type Rule struct {
	Protocol  uint8
	Low, High uint16
	To, From  bool // whose port; both are never false
}

// UnmarshalText reads a rule.
func (r *Rule) UnmarshalText(text []byte) error {
	words := strings.Fields(string(text))
	bad := fmt.Errorf(`%q is no rule: it is as "udp 3478", "tcp to 443" or "udp from 49152-65535"`, text)
	if len(words) < 2 || len(words) > 3 {
		return bad
	}
	protocol, known := map[string]uint8{"tcp": TCP, "udp": UDP}[words[0]]
	to, from := true, true
	if len(words) == 3 {
		to, from = words[1] == "to", words[1] == "from"
	}
	low, high, isRange := strings.Cut(words[len(words)-1], "-")
	if !isRange {
		high = low
	}
	first, err1 := strconv.ParseUint(low, 10, 16)
	last, err2 := strconv.ParseUint(high, 10, 16)
	if !known || !to && !from || err1 != nil || err2 != nil || first == 0 || last < first {
		return bad
	}
	*r = Rule{Protocol: protocol, Low: uint16(first), High: uint16(last), To: to, From: from}
	return nil
}

// passes says whether the rule lets a packet through. A fragment without ports passes by any rule of its protocol.
func (r Rule) passes(p Packet) bool {
	in := func(port uint16) bool { return port >= r.Low && port <= r.High }
	return p.Protocol == r.Protocol && (p.Fragment || r.To && in(p.To) || r.From && in(p.From))
}

// Check finds policies that do not exist.
func (f Firewall) Check() error {
	if !slices.Contains([]Policy{"", Pass, Drop, Reject}, f.UDP) {
		return fmt.Errorf("udp is %q: there are %q, %q and %q", f.UDP, Pass, Drop, Reject)
	}
	if f.UDP == Pass && len(f.Allow) > 0 {
		return fmt.Errorf("udp is %q, and a list of what is allowed says otherwise: leave one out", Pass)
	}
	return nil
}

// decide says what becomes of a packet.
func (f Firewall) decide(p Packet) Policy {
	if p.Protocol != TCP && p.Protocol != UDP || slices.ContainsFunc(f.Allow, func(r Rule) bool { return r.passes(p) }) {
		return Pass
	}
	switch {
	case p.Protocol == UDP && (f.UDP == Drop || f.UDP == Reject):
		return f.UDP
	case len(f.Allow) > 0:
		return Drop
	}
	return Pass
}
