package nat

import (
	"net/netip"
	"slices"

	"echopath/netcheck"
)

// observed is all that the questions of a discovery brought. [decide] makes a behaviour of it.
type observed struct {
	family  netcheck.Family
	local   netip.AddrPort // of the socket of the mapping tests
	own     []netip.Addr   // this computer's addresses
	servers []*serverSeen
	ports   []sighting // the sockets of the port tests, in order of their first sending
	tried   int        // how many of those there were
	others  []sighting // of further sockets
	hairpin hairpinSeen
}

// sighting is where a server saw a socket.
type sighting struct{ local, mapped netip.AddrPort }

// serverSeen is what one server brought: its first address and port are A1 and P1, the others A2 and P2.
type serverSeen struct {
	server    Server
	announced announced
	other     netip.AddrPort // A2P2, if announced so and usable
	alt       netip.AddrPort // A1P2, as of the announced address or told out of band

	// Of the mapping test: one socket throughout.
	first, second, third, port result // A1P1, A2P1, A2P2, A1P2

	filter  filterSeen
	contact result // of a connected socket
}

// filterSeen is of a socket that has sent to A1P1 and to nobody else.
type filterSeen struct {
	control result   // no change wanted
	both    result   // answer wanted from A2P2
	port    []result // answer wanted from A1P2; asked in more than one way where it is not known which one the server likes
}

type hairpinSeen struct {
	tested   bool // sent and waited out, or come back
	came     bool
	internal bool // with an inside source
}

// view is where a server saw the socket of the mapping test from one of its addresses.
type view struct{ server, mapped netip.AddrPort }

func (s *serverSeen) views() []view {
	var out []view
	for _, v := range []struct {
		at netip.AddrPort
		r  result
	}{
		{s.server.Addr, s.first},
		{netip.AddrPortFrom(s.other.Addr(), s.server.Addr.Port()), s.second},
		{s.other, s.third},
		{s.alt, s.port},
	} {
		if v.r.outcome == answered {
			out = append(out, view{v.at, v.r.mapped})
		}
	}
	return out
}

// pretends tells of a server that answers from its first address when asked to answer from the second.
func (s *serverSeen) pretends() bool {
	return s.announced == announcedSame || s.filter.both.letIn() && s.filter.both.from.Addr() == s.server.Addr.Addr()
}

// secondCame tells whether A2 has ever answered.
func (s *serverSeen) secondCame() bool { return s.second.came() || s.third.came() }

// side is how far outside a server stands, by the address under which it sees this computer. What servers on different sides see says
// nothing of how one NAT maps.
type side int

const (
	sideNone    side = iota
	sideOwn          // no NAT between
	sidePrivate      // behind one NAT, and before the next
	sideShared       // behind a carrier's NAT
	sidePublic
)

func (o *observed) side(local, mapped netip.AddrPort) side {
	a := mapped.Addr()
	switch {
	case !mapped.IsValid():
		return sideNone
	case mapped.Port() == local.Port() && slices.Contains(o.own, a.WithZone("")):
		return sideOwn
	case shared(a):
		return sideShared
	case private(a):
		return sidePrivate
	}
	return sidePublic
}

func (o *observed) sideOf(s *serverSeen) side { return o.side(o.local, s.first.mapped) }

// outmost is the farthest side from which a server has answered.
func (o *observed) outmost() side {
	far := sideNone
	for _, s := range o.servers {
		far = max(far, o.sideOf(s))
	}
	return far
}

// at lists the servers of a side.
func (o *observed) at(where side) []*serverSeen {
	var out []*serverSeen
	for _, s := range o.servers {
		if where != sideNone && o.sideOf(s) == where {
			out = append(out, s)
		}
	}
	return out
}
