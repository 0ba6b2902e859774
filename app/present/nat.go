package present

import (
	"slices"
	"strings"

	"echopath/netcheck"
)

// Expected is how calls with some kinds of other ends are expected to go.
type Expected struct {
	How  string   // in a word or two
	With []string // whom, to follow "ends"
}

// ExpectedCalls says what a NAT's behaviour lets expect of calls, most direct first; nil if too little is known. It is the reasoning of
// RFC 4787 and ICE and no measurement.
func ExpectedCalls(n netcheck.NATBehavior) []Expected {
	var out []Expected
	for _, other := range netcheck.AllPeers() {
		how := expectations(couldBe(n), other)
		if how == "" {
			continue
		}
		i := slices.IndexFunc(out, func(e Expected) bool { return e.How == how })
		if i < 0 {
			out, i = append(out, Expected{How: how}), len(out)
		}
		out[i].With = append(out[i].With, peerWords(other))
	}
	return out
}

// expectations names all that can come of a call between an end that is one of several kinds, and another.
func expectations(here []netcheck.Peer, other netcheck.Peer) string {
	var words []string
	for _, p := range here {
		word := map[netcheck.Expectation]string{netcheck.ExpectDirect: "direct", netcheck.ExpectRelay: "by a relay", netcheck.ExpectStream: "by a relay over TCP or TLS"}[netcheck.Expect(p, other)]
		if word != "" && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return strings.Join(words, " or ")
}

// couldBe lists the kinds of end that this computer can be to others, by what is known.
func couldBe(n netcheck.NATBehavior) []netcheck.Peer {
	if p, ok := n.AsPeer(); ok {
		return []netcheck.Peer{p}
	}
	var kinds []netcheck.Peer
	switch n.Filtering {
	case netcheck.BehaviorEndpointIndependent, netcheck.BehaviorNone:
		kinds = []netcheck.Peer{netcheck.PeerOpen}
	case netcheck.BehaviorAddressDependent:
		kinds = []netcheck.Peer{netcheck.PeerRestricted}
	case netcheck.BehaviorAddressAndPortDependent:
		kinds = []netcheck.Peer{netcheck.PeerPortRestricted}
	case netcheck.BehaviorIndependentOrAddress:
		kinds = []netcheck.Peer{netcheck.PeerOpen, netcheck.PeerRestricted}
	case netcheck.BehaviorDependent:
		kinds = []netcheck.Peer{netcheck.PeerRestricted, netcheck.PeerPortRestricted}
	default:
		kinds = []netcheck.Peer{netcheck.PeerOpen, netcheck.PeerRestricted, netcheck.PeerPortRestricted}
	}
	switch n.Mapping {
	case netcheck.BehaviorNone, netcheck.BehaviorEndpointIndependent, netcheck.BehaviorNotSeenToVary:
		return kinds
	case netcheck.BehaviorIndependentOrAddress:
		return append(kinds, netcheck.PeerSymmetric)
	}
	return nil
}

func peerWords(p netcheck.Peer) string {
	switch p {
	case netcheck.PeerOpen:
		return "without NAT or behind a full cone NAT"
	case netcheck.PeerRestricted:
		return "behind a restricted cone NAT"
	case netcheck.PeerPortRestricted:
		return "behind a port-restricted cone NAT"
	case netcheck.PeerSymmetric:
		return "behind a symmetric NAT"
	case netcheck.PeerUDPBlocked:
		return "without UDP"
	}
	return string(p)
}
