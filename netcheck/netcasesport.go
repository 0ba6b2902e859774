package netcheck

import (
	"slices"
	"strconv"
)

// This file is about servers that answer on some of their ports.

// usualPorts are those of STUN and TURN (RFC 8656, section 18.3), and that of the web, which servers take where little else is open. Nobody
// mistypes another port as one of them.
var usualPorts = []int{3478, 5349, 443}

// mistyped tells of a port at which the server's own computer says that no program listens, and that is no usual one.
func mistyped(l netLeg) bool {
	return closedUDP(l) && l.answer == answerRefused && !byRouter(l) && !slices.Contains(usualPorts, l.port)
}

// casesOtherPort tells of a server whose UDP passes on some of its ports.
func casesOtherPort(v *netView) []netCase {
	return v.portCases(func(l netLeg) bool { return closedUDP(l) && !mistyped(l) })
}

// casesWrongPort tells of a server that answers on other ports than the one that was named, and refuses that one.
func casesWrongPort(v *netView) []netCase { return v.portCases(mistyped) }

// portCases makes a case for each server that answers over UDP, and of which ports that meet a condition do not.
func (v *netView) portCases(meets func(netLeg) bool) []netCase {
	var out []netCase
	for _, h := range v.hosts {
		open := portsOf(pick(h.legs, worksUDP))
		legs := pick(h.legs, func(l netLeg) bool { return meets(l) && !slices.Contains(open, l.port) })
		if len(open) == 0 || len(legs) == 0 {
			continue
		}
		shut := portsOf(legs)
		c := h.caseOf(slices.Concat(legs, pick(h.legs, worksUDP)))
		c.words["asklow"], c.words["refused"] = lowerAsk(legs), ""
		c.words["open"], c.words["openport"] = numbers(open), portWords(open)
		c.words["closed"], c.words["closedport"] = numbers(shut), portWords(shut)
		if refused, _ := refusals(legs); len(refused) > 0 {
			c.words["refused"] = " Refused (ICMP): " + portWords(portsOf(refused)) + "."
		}
		out = append(out, c)
	}
	return out
}

func portsOf(legs []netLeg) []int {
	var out []int
	for _, l := range legs {
		if !slices.Contains(out, l.port) {
			out = append(out, l.port)
		}
	}
	slices.Sort(out)
	return out
}

func numbers(ports []int) string {
	var words []string
	for _, n := range ports {
		words = append(words, strconv.Itoa(n))
	}
	return list(words)
}
