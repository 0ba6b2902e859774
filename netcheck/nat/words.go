package nat

import (
	"fmt"
	"net/netip"
	"strings"

	"echopath/netcheck"
)

// describe says what is known of a NAT, most important things first.
func describe(b netcheck.NATBehavior) string {
	list := []string{nature(b)}
	if b.MappingNote != "" {
		list = append(list, b.MappingNote)
	}
	if b.FilteringNote != "" && b.FilteringNote != b.MappingNote {
		list = append(list, b.FilteringNote)
	}
	return sentences(append(list, traits(b)...)...)
}

// nature is the sentence about mapping and filtering.
func nature(b netcheck.NATBehavior) string {
	in := filteringWords(b.Filtering, b.NAT == netcheck.Yes)
	if b.NAT != netcheck.Yes {
		s := fmt.Sprintf("There is no NAT on the way to the servers: they see this computer under its own address %s", host(b.Mapped))
		return join(s, strings.Replace(in, "it", "the network", 1), b.Gloss())
	}
	seen := "A NAT shows this computer to the servers as " + b.Mapped
	out := mappingWords(b.Mapping)
	switch {
	case out != "":
		return seen + ". " + join("The NAT "+out, strings.TrimPrefix(in, "it "), b.Gloss())
	case in != "":
		return seen + ". " + join("It "+strings.TrimPrefix(in, "it "), "", b.Gloss())
	}
	return seen + "."
}

// join makes a sentence of two halves and the name that people know it by.
func join(first, second, gloss string) string {
	s := first
	if second != "" {
		s += " and " + second
	}
	if gloss != "" {
		s += "; known as " + gloss
	}
	return s + "."
}

// mappingWords go on from "The NAT".
func mappingWords(b netcheck.Behavior) string {
	switch b {
	case netcheck.BehaviorEndpointIndependent:
		return "keeps one outside address and port for all destinations (endpoint-independent mapping)"
	case netcheck.BehaviorAddressDependent:
		return "uses another outside address or port for each destination address (address-dependent mapping)"
	case netcheck.BehaviorAddressAndPortDependent:
		return "uses another outside address or port for each destination address and port (address and port dependent mapping)"
	case netcheck.BehaviorIndependentOrAddress:
		return "keeps its outside port when the destination's port changes (mapping not address and port dependent)"
	case netcheck.BehaviorDependent:
		return "uses other outside addresses or ports for other destinations (mapping address-dependent, or address and port dependent)"
	case netcheck.BehaviorNotSeenToVary:
		return "was not seen to change its outside address and port from destination to destination"
	}
	return ""
}

// filteringWords go on from a sentence whose subject has filtered.
func filteringWords(b netcheck.Behavior, nat bool) string {
	switch b {
	case netcheck.BehaviorEndpointIndependent, netcheck.BehaviorNone:
		return "it lets in packets from anywhere (endpoint-independent filtering)"
	case netcheck.BehaviorAddressDependent:
		return "it lets in packets only from addresses you sent to (address-dependent filtering)"
	case netcheck.BehaviorAddressAndPortDependent:
		return "it lets in answers only from where you sent to (address and port dependent filtering)"
	case netcheck.BehaviorIndependentOrAddress:
		return "it lets in packets from other ports of an address you sent to (filtering not address and port dependent)"
	case netcheck.BehaviorDependent:
		return "it keeps strangers out (filtering address-dependent, or address and port dependent)"
	}
	return ""
}

// traits are what else is worth a sentence.
func traits(b netcheck.NATBehavior) []string {
	var out []string
	add := func(when bool, text string) {
		if when {
			out = append(out, text)
		}
	}
	add(b.SharedAddress, fmt.Sprintf("The outside address %s is one that carriers share among customers (100.64.0.0/10): a carrier's NAT follows on the way to the Internet.", host(b.Mapped)))
	add(b.PrivateMapped && b.NAT == netcheck.Yes, fmt.Sprintf("The outside address %s is a private one, so the servers stand inside: this is not how the Internet sees this computer.", host(b.Mapped)))
	add(b.SeveralAddresses, "Several outside addresses were seen for sockets of this computer.")
	if b.NAT == netcheck.Yes && b.PortsTried > 0 {
		out = append(out, ports(b))
	}
	add(b.Hairpin == netcheck.Yes && !b.HairpinInternal, "Two computers behind this NAT reach each other by their outside addresses too (hairpinning).")
	add(b.Hairpin == netcheck.Yes && b.HairpinInternal, "Two computers behind this NAT reach each other by their outside addresses too, but the packets show an inside sender (hairpinning against RFC 4787, REQ-9).")
	add(b.Hairpin == netcheck.No, "Two computers behind this NAT do not reach each other by their outside addresses (no hairpinning).")
	return out
}

func ports(b netcheck.NATBehavior) string {
	switch {
	case b.PortsPreserved == b.PortsTried:
		return fmt.Sprintf("Ports are kept (%d of %d).", b.PortsPreserved, b.PortsTried)
	case b.PortStep != 0:
		return fmt.Sprintf("Ports are not kept; the outside port goes on by %+d from socket to socket.", b.PortStep)
	case b.PortsPreserved == 0:
		return fmt.Sprintf("Ports are not kept (0 of %d).", b.PortsTried)
	}
	return fmt.Sprintf("Ports are kept at times (%d of %d).", b.PortsPreserved, b.PortsTried)
}

// advise says how more could be found out; "" if nothing is missing.
func advise(b netcheck.NATBehavior) string {
	complete := func(x netcheck.Behavior) bool {
		switch x {
		case netcheck.BehaviorNotTested, netcheck.BehaviorIndependentOrAddress, netcheck.BehaviorDependent, netcheck.BehaviorNotSeenToVary:
			return false
		}
		return true
	}
	if complete(b.Mapping) && complete(b.Filtering) {
		return ""
	}
	return "To know more, add a STUN server with two addresses (RFC 5780) to the list."
}

func host(hostPort string) string {
	if a, err := netip.ParseAddrPort(hostPort); err == nil {
		return a.Addr().String()
	}
	return hostPort
}
