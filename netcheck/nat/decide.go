package nat

import (
	"net/netip"

	"echopath/netcheck"
)

// decide makes a behaviour of observations. It is pure, and leaves out the tests, which are evidence only.
func decide(o observed) netcheck.NATBehavior {
	b := netcheck.NATBehavior{Family: o.family, Local: o.local.String()}
	for _, s := range o.servers {
		if s.first.outcome == answered {
			b.Servers = append(b.Servers, s.server.Addr.String())
		}
	}
	where := o.outmost()
	servers := o.at(where)
	if len(servers) == 0 {
		b.MappingNote, b.FilteringNote = noteNobody, noteNobody
		return b
	}
	b.NAT = netcheck.TriOf(where != sideOwn)
	b.Mapped = servers[0].first.mapped.String()
	b.Method = method(servers)
	b.Mapping, b.MappingNote = mapping(where, servers)
	b.Filtering, b.FilteringNote = filtering(servers)
	if len(servers) < len(b.Servers) {
		b.MappingNote = sentences(b.MappingNote, noteSides)
	}
	if note := noteImpostors(servers); note != "" {
		b.MappingNote = sentences(b.MappingNote, note)
	}
	o.flags(&b)
	o.portFigures(&b)
	if b.NAT == netcheck.Yes && o.hairpin.tested {
		b.Hairpin, b.HairpinInternal = netcheck.TriOf(o.hairpin.came), o.hairpin.internal
	}
	return b
}

// method is the one of the server that decides most.
func method(servers []*serverSeen) netcheck.NATMethod {
	addresses := map[netip.Addr]bool{}
	twoPorts := false
	for _, s := range servers {
		if s.announced == announcedSecond && !s.pretends() && (s.secondCame() || s.filter.both.came()) {
			return netcheck.NATByTwoAddresses
		}
		address := s.server.Addr.Addr()
		twoPorts = twoPorts || s.port.came() && !s.pretends() || addresses[address] // two servers on one address
		addresses[address] = true
	}
	switch {
	case twoPorts:
		return netcheck.NATByTwoPorts
	case len(addresses) > 1:
		return netcheck.NATBySeveralServers
	}
	return netcheck.NATByOneServer
}

// mapping decides how one socket's outside address depends on where it sends to (RFC 4787, section 4.1). What several servers saw counts
// together: a difference between any two is certain, sameness only between addresses and ports that were both varied.
func mapping(where side, servers []*serverSeen) (netcheck.Behavior, string) {
	if where == sideOwn {
		return netcheck.BehaviorNone, ""
	}
	v := variation(servers)
	switch {
	case v.byPort:
		return netcheck.BehaviorAddressAndPortDependent, ""
	case v.byAddress && v.portsSame:
		return netcheck.BehaviorAddressDependent, ""
	case v.byAddress:
		return netcheck.BehaviorDependent, noteDependent
	case v.addresses > 1 && v.portsSame:
		return netcheck.BehaviorEndpointIndependent, ""
	case v.addresses > 1:
		return netcheck.BehaviorNotSeenToVary, noteNotSeen(v.addresses)
	}
	why := noteSecondSilent(servers)
	if v.portsSame {
		return netcheck.BehaviorIndependentOrAddress, sentences(noteOneAddress, why)
	}
	if why == "" {
		why = noteOnePort
	}
	return netcheck.BehaviorNotTested, why
}

// varied is what differs between where servers saw one socket.
type varied struct {
	addresses int  // of servers that answered
	byAddress bool // servers at different addresses saw different things
	byPort    bool // two ports of one address did
	portsSame bool // two ports of one address saw the same
}

func variation(servers []*serverSeen) varied {
	var views []view
	for _, s := range servers {
		if s.pretends() { // its second address is none, whatever it says there
			views = append(views, view{s.server.Addr, s.first.mapped})
			continue
		}
		views = append(views, s.views()...)
	}
	var v varied
	addresses := map[netip.Addr]bool{}
	for i, a := range views {
		addresses[a.server.Addr()] = true
		for _, b := range views[:i] {
			switch same := a.mapped == b.mapped; {
			case a.server == b.server:
			case a.server.Addr() != b.server.Addr():
				v.byAddress = v.byAddress || !same
			case same:
				v.portsSame = true
			default:
				v.byPort = true
			}
		}
	}
	v.addresses = len(addresses)
	return v
}

// filtering takes the verdict of the server that tells most (RFC 4787, section 5), of those that tell as much the first one's.
func filtering(servers []*serverSeen) (netcheck.Behavior, string) {
	best, note := netcheck.BehaviorNotTested, ""
	for _, s := range servers {
		b, why := s.filtering()
		if telling(b) > telling(best) || note == "" && telling(b) == telling(best) {
			best, note = b, why
		}
	}
	if best == netcheck.BehaviorNotTested && note == "" {
		note = noteNoSecond
	}
	return best, note
}

func telling(b netcheck.Behavior) int {
	switch b {
	case netcheck.BehaviorNotTested:
		return 0
	case netcheck.BehaviorIndependentOrAddress, netcheck.BehaviorDependent:
		return 1
	}
	return 2
}

func (s *serverSeen) filtering() (netcheck.Behavior, string) {
	control := s.filter.control.outcome
	switch {
	case control == notAsked:
		return netcheck.BehaviorNotTested, ""
	case control == cut:
		return netcheck.BehaviorNotTested, noteCut
	case control != answered:
		return netcheck.BehaviorNotTested, noteControl(s)
	case s.pretends():
		return netcheck.BehaviorNotTested, notePretends(s)
	case s.filter.both.outcome == notAsked:
		return s.filteringByPort()
	}
	return s.filteringByAddress()
}

// filteringByAddress decides with a server that has two addresses (RFC 5780, section 4.4).
func (s *serverSeen) filteringByAddress() (netcheck.Behavior, string) {
	port := best(s.filter.port)
	switch {
	case s.filter.both.letIn():
		return netcheck.BehaviorEndpointIndependent, ""
	case s.filter.both.outcome == refused: // it may know of ports all the same
		if b, why := s.filteringByPort(); b != netcheck.BehaviorNotTested {
			return b, why
		}
		return netcheck.BehaviorNotTested, noteRefused(s, s.filter.both.code)
	case s.filter.both.outcome != silent:
		return netcheck.BehaviorNotTested, noteCut
	case port.letIn() && !port.fromAsked:
		if !s.secondCame() { // whether it would be let in can not be seen if it never sends
			return netcheck.BehaviorIndependentOrAddress, noteSecondSilent([]*serverSeen{s})
		}
		return netcheck.BehaviorAddressDependent, ""
	case !s.secondCame():
		return netcheck.BehaviorNotTested, noteSecondSilent([]*serverSeen{s})
	case port.outcome == silent && s.port.came():
		return netcheck.BehaviorAddressAndPortDependent, ""
	case port.outcome == silent:
		return netcheck.BehaviorDependent, notePortSilent(s)
	}
	return netcheck.BehaviorDependent, notePortUnable(s)
}

// filteringByPort decides with a server that has one address and two ports.
func (s *serverSeen) filteringByPort() (netcheck.Behavior, string) {
	port := best(s.filter.port)
	switch {
	case port.letIn() && !port.fromAsked:
		return netcheck.BehaviorIndependentOrAddress, noteOneAddressFilter
	case port.outcome == refused:
		return netcheck.BehaviorNotTested, noteRefused(s, port.code)
	case port.letIn():
		return netcheck.BehaviorNotTested, notePortUnable(s)
	case port.outcome != silent:
		return netcheck.BehaviorNotTested, noteCut
	case !s.port.came():
		return netcheck.BehaviorNotTested, notePortSilent(s)
	}
	return netcheck.BehaviorAddressAndPortDependent, ""
}

// best is the end that tells most of one thing that was asked in several ways: an answer from elsewhere than from where the question went
// to, then silence, then what only says that this way of asking is not understood.
func best(list []result) result {
	var top result
	rank := func(r result) int {
		switch {
		case r.letIn() && !r.fromAsked:
			return 5
		case r.outcome == silent:
			return 4
		case r.outcome == cut, r.outcome == unsent:
			return 3
		case r.outcome == notAsked:
			return 0
		}
		return 2
	}
	for _, r := range list {
		if rank(r) > rank(top) {
			top = r
		}
	}
	return top
}
