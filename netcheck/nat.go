package netcheck

import "time"

// Behavior is how a NAT maps or filters, in the words of RFC 4787, sections 4.1 and 5. The values in the second group are
// what can be said where the servers at hand can not decide between two: they are facts too, and are never rounded to one of them.
type Behavior string

// The behaviours.
const (
	BehaviorNotTested               Behavior = ""     // see NATBehavior.MappingNote or FilteringNote
	BehaviorNone                    Behavior = "none" // mapping: there is no NAT
	BehaviorEndpointIndependent     Behavior = "endpoint_independent"
	BehaviorAddressDependent        Behavior = "address_dependent"
	BehaviorAddressAndPortDependent Behavior = "address_and_port_dependent"

	// BehaviorIndependentOrAddress is not address-and-port-dependent: the servers could not tell the other two apart.
	BehaviorIndependentOrAddress Behavior = "endpoint_independent_or_address_dependent"
	// BehaviorDependent is address-dependent or address-and-port-dependent.
	BehaviorDependent Behavior = "address_dependent_or_address_and_port_dependent"
	// BehaviorNotSeenToVary is the mapping that several plain STUN servers saw alike: evidence for endpoint-independent, and no proof.
	BehaviorNotSeenToVary Behavior = "not_seen_to_vary"
)

// NATMethod is by what servers the behaviour was found.
type NATMethod string

// The methods, from the one that decides most to the one that decides least.
const (
	NATByTwoAddresses   NATMethod = "two_addresses"   // RFC 5780, sections 4.3 and 4.4
	NATByTwoPorts       NATMethod = "two_ports"       // one address with two ports
	NATBySeveralServers NATMethod = "several_servers" // plain STUN servers on different addresses
	NATByOneServer      NATMethod = "one_server"
)

// NATBehavior is what is known of the NATs between this computer and the servers that were asked.
type NATBehavior struct {
	Family    Family    `json:"family"`
	Method    NATMethod `json:"method"`
	Servers   []string  `json:"servers"`       // host:port of those that answered
	NAT       Tri       `json:"nat,omitempty"` // Unknown if no server answered
	Mapping   Behavior  `json:"mapping,omitempty"`
	Filtering Behavior  `json:"filtering,omitempty"`
	// MappingNote and FilteringNote say in a sentence why something was not tested or not told apart.
	MappingNote   string `json:"mapping_note,omitempty"`
	FilteringNote string `json:"filtering_note,omitempty"`
	Local         string `json:"local,omitempty"`  // host:port of the socket of the mapping test
	Mapped        string `json:"mapped,omitempty"` // host:port under which the first server saw it

	// PortsTried sockets were looked at, and PortsPreserved of them were seen under their own port (RFC 4787, section 4.2.1).
	PortsTried     int `json:"ports_tried,omitempty"`
	PortsPreserved int `json:"ports_preserved,omitempty"`
	// ParityPreserved tells whether even ports stay even and odd ones odd (RFC 4787, section 4.2.2); Unknown where ports are preserved.
	ParityPreserved Tri `json:"parity_preserved,omitempty"`
	// PortStep is by how much the outside port grew from socket to socket; 0 if there was no rule.
	PortStep int `json:"port_step,omitempty"`

	Hairpin Tri `json:"hairpin,omitempty"` // RFC 4787, section 6; Unknown without NAT
	// HairpinInternal tells of a hairpin with the inside source address, against REQ-9.
	HairpinInternal bool `json:"hairpin_internal,omitempty"`

	SharedAddress bool `json:"shared_address,omitempty"` // mapped to 100.64.0.0/10 (RFC 6598): a carrier's NAT lies between
	PrivateMapped bool `json:"private_mapped,omitempty"` // mapped to a private address: the server is inside, this is not the Internet's view
	// SeveralAddresses tells that different outside addresses were seen for sockets of this computer (RFC 4787, section 4.1, "Arbitrary" pooling).
	SeveralAddresses bool `json:"several_addresses,omitempty"`

	Tests []NATTest `json:"tests,omitempty"` // the evidence, in order of time
}

// NATTest is one question of the discovery and its answer.
type NATTest struct {
	Name   string        `json:"name"` // such as mapping_2, filtering_address_and_port, hairpin
	Server string        `json:"server"`
	Local  string        `json:"local,omitempty"`
	From   string        `json:"from,omitempty"`   // where the answer came from; "" if none came
	Mapped string        `json:"mapped,omitempty"` // what it said
	Code   int           `json:"code,omitempty"`   // of an error answer (RFC 8489, section 14.8)
	Took   time.Duration `json:"took_ns"`
}

// Gloss is the name of RFC 3489 by which people know the combination; "" if it has none or is not known well enough.
func (n NATBehavior) Gloss() string {
	switch n.Mapping {
	case BehaviorNone:
		return glossWithoutNAT(n.Filtering)
	case BehaviorAddressDependent, BehaviorAddressAndPortDependent, BehaviorDependent:
		return "symmetric NAT"
	case BehaviorEndpointIndependent:
		switch n.Filtering {
		case BehaviorEndpointIndependent:
			return "full cone NAT"
		case BehaviorAddressDependent:
			return "restricted cone NAT"
		case BehaviorAddressAndPortDependent:
			return "port-restricted cone NAT"
		}
	}
	return ""
}

func glossWithoutNAT(filtering Behavior) string {
	switch filtering {
	case BehaviorEndpointIndependent, BehaviorNone:
		return "open, no NAT and no firewall"
	case BehaviorAddressDependent, BehaviorAddressAndPortDependent, BehaviorDependent:
		return "no NAT, and a firewall that lets answers in"
	}
	return ""
}

// Expectation is what a pair of NATs lets expect of a call. It is no measurement: a real connection overrules it.
type Expectation string

// The expectations.
const (
	ExpectUnknown Expectation = ""
	ExpectDirect  Expectation = "direct"
	ExpectRelay   Expectation = "relay"        // over UDP
	ExpectStream  Expectation = "relay_stream" // a relay over TCP or TLS
)

// Peer stands for a kind of other end in the table of expectations.
type Peer string

// The kinds of other ends.
const (
	PeerOpen           Peer = "open"            // no NAT or endpoint-independent in both
	PeerRestricted     Peer = "restricted"      // endpoint-independent mapping, address-dependent filtering
	PeerPortRestricted Peer = "port_restricted" // endpoint-independent mapping, address-and-port-dependent filtering
	PeerSymmetric      Peer = "symmetric"       // mapping depends on the destination
	PeerUDPBlocked     Peer = "udp_blocked"
)

// AllPeers lists the kinds from the most to the least reachable.
func AllPeers() []Peer {
	return []Peer{PeerOpen, PeerRestricted, PeerPortRestricted, PeerSymmetric, PeerUDPBlocked}
}

// AsPeer is the kind of end that this computer is to others; ok is false if too little is known.
func (n NATBehavior) AsPeer() (peer Peer, ok bool) {
	mapping := n.Mapping
	if mapping == BehaviorNone {
		mapping = BehaviorEndpointIndependent
	}
	switch mapping {
	case BehaviorAddressDependent, BehaviorAddressAndPortDependent, BehaviorDependent:
		return PeerSymmetric, true
	case BehaviorEndpointIndependent, BehaviorNotSeenToVary:
		switch n.Filtering {
		case BehaviorEndpointIndependent, BehaviorNone:
			return PeerOpen, true
		case BehaviorAddressDependent:
			return PeerRestricted, true
		case BehaviorAddressAndPortDependent:
			return PeerPortRestricted, true
		}
	}
	return "", false
}

// Expect tells how a call between two ends is expected to go: the reasoning of RFC 4787 and RFC 8445, both ends with working ICE.
// Two ends behind one NAT, or with IPv6 at both, may do better.
func Expect(a, b Peer) Expectation {
	rank := map[Peer]int{PeerOpen: 0, PeerRestricted: 1, PeerPortRestricted: 2, PeerSymmetric: 3, PeerUDPBlocked: 4}
	x, known := rank[a]
	y, alsoKnown := rank[b]
	switch low, high := min(x, y), max(x, y); {
	case !known || !alsoKnown:
		return ExpectUnknown
	case high == 4:
		return ExpectStream
	case low >= 2 && high == 3: // the port that one end opens is never the one that the other sends from
		return ExpectRelay
	}
	return ExpectDirect
}
