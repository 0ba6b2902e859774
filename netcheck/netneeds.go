package netcheck

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// relayRange is where relays listen by custom (RFC 8656, section 7.2).
const relayRange = "49152-65535"

// netNeed is what a firewall has to allow: a protocol, a server and its ports. A client needs no more of a TURN server than the port on
// which it listens: what is relayed comes by that one.
type netNeed struct {
	protocol string // UDP or TCP
	spot     string
	ports    []int
	how      string // what is told of it besides, such as the proxy that it goes through
}

// String is what is asked for, without a verb: "UDP to 203.0.113.7, port 3478".
func (n netNeed) String() string {
	return fmt.Sprintf("%s to %s, %s%s", n.protocol, n.spot, portWords(n.ports), n.how)
}

func portWords(ports []int) string {
	var words []string
	for _, p := range ports {
		words = append(words, strconv.Itoa(p))
	}
	return verb(words, "port ", "ports ") + list(words)
}

// needsOf gathers what legs need, a protocol and server each. Servers that belong to nobody here are left out: no call depends on them.
func needsOf(legs []netLeg) []netNeed {
	return placesTo(pick(legs, func(l netLeg) bool { return !l.public }))
}

// placesTo gathers where legs went, a protocol and server each.
func placesTo(legs []netLeg) []netNeed {
	var out []netNeed
	for _, l := range legs {
		n := needOf(l)
		i := slices.IndexFunc(out, func(o netNeed) bool { return o.protocol == n.protocol && o.spot == n.spot })
		if i < 0 {
			out = append(out, n)
			continue
		}
		if !slices.Contains(out[i].ports, l.port) {
			out[i].ports = append(out[i].ports, l.port)
			slices.Sort(out[i].ports)
		}
	}
	slices.SortStableFunc(out, func(a, b netNeed) int { return -cmp.Compare(a.protocol, b.protocol) }) // UDP first
	return out
}

// needOf is what one leg needs.
func needOf(l netLeg) netNeed {
	n := netNeed{protocol: "UDP", spot: netHost{name: l.host, address: l.address}.spot(), ports: []int{l.port}}
	if l.stream {
		n.protocol = "TCP"
	}
	return n
}

// lowerAsk is askFor behind the beginning of a sentence.
func lowerAsk(legs []netLeg) string { return strings.Replace(askFor(legs), "Ask", "ask", 1) }

// askFor is a sentence that asks for what legs need.
func askFor(legs []netLeg) string {
	needs := needsOf(legs)
	switch {
	case len(legs) == 0:
		return ""
	case len(needs) == 0:
		return "Ask for UDP to the STUN and TURN servers of your calls to be allowed: by custom port 3478."
	case len(needs) == 1:
		return "Ask for " + needs[0].String() + ", to be allowed."
	}
	var words []string
	for _, n := range needs {
		words = append(words, n.String())
	}
	return "Ask for these to be allowed: " + strings.Join(words, "; ") + "."
}

// spotsOf lists where legs went, by protocol and server: "UDP to turn.example.com (203.0.113.7), port 3478; and TCP to …".
func spotsOf(legs []netLeg) string {
	var out []string
	for _, n := range placesTo(legs) {
		out = append(out, n.String())
	}
	return listOf(out)
}

// hostsOf lists the servers and ports of legs that all went by one protocol.
func hostsOf(legs []netLeg) string {
	var out []string
	for _, n := range placesTo(legs) {
		out = append(out, n.spot+", "+portWords(n.ports))
	}
	return listOf(unique(out))
}

// listOf lists what may hold commas itself, five things at most.
func listOf(words []string) string {
	const most = 5
	if len(words) > most {
		words = append(slices.Clone(words[:most-1]), fmt.Sprintf("%d more", len(words)-most+1))
	}
	switch n := len(words); n {
	case 0, 1:
		return list(words)
	case 2:
		return words[0] + ", and " + words[1]
	default:
		return strings.Join(words[:n-1], "; ") + "; and " + words[n-1]
	}
}
