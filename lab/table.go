package lab

import (
	"fmt"
	"strings"
)

// Paths are all that the program knows, in its own order.
var Paths = []string{"direct", "stun", "relay-udp", "relay-tcp", "relay-tls"}

// Pairs are all pairs of NATs, in the order of the table.
func Pairs() []Pair {
	var all []Pair
	for _, b := range []NAT{None, Cone, Symmetric} {
		for _, a := range []NAT{None, Cone, Symmetric} {
			all = append(all, Pair{a, b})
		}
	}
	return all
}

// Pair is what stands before the two ends.
type Pair struct{ A, B NAT }

// Connects says which paths connect between such ends. Measured with another implementation of the lab, and what RFC 4787 lets one
// expect: a packet from an end that filters by address and port passes in only from where one went out before.
func (p Pair) Connects(path string) bool {
	switch path {
	case "direct": // one end must be reachable by its own address
		return p.A == None || p.B == None
	case "stun": // the mapping that STUN shows must be the one that is used, at one end at least if the other does not filter
		return p.A == None || p.B == None || p.A == Cone && p.B == Cone
	}
	return true
}

// NATBetween says whether a NAT lies between the ends on that path. A relay is no NAT, and hides none.
func (p Pair) NATBetween() bool { return p.A != None || p.B != None }

// Markdown writes what was found, the outcome of each path, as a table: one row a pair. A cell that is not as expected says so.
func Markdown(found map[Pair]map[string]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "| A (guest) | B (host) | %s |\n|%s\n", strings.Join(Paths, " | "), strings.Repeat("---|", len(Paths)+2))
	for _, pair := range Pairs() {
		paths, ok := found[pair]
		if !ok {
			continue
		}
		cells := []string{string(pair.A), string(pair.B)}
		for _, path := range Paths {
			cells = append(cells, cell(pair.Connects(path), paths[path]))
		}
		fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | "))
	}
	return b.String()
}

func cell(expected bool, state string) string {
	switch {
	case state == "":
		return "not tried"
	case expected && state == "ok":
		return "OK"
	case !expected && state == "blocked no_pair":
		return "FAIL"
	case expected:
		return "**" + state + ", expected OK**"
	}
	return "**" + state + ", expected FAIL**"
}
