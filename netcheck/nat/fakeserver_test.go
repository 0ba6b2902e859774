package nat

import (
	"net/netip"

	"github.com/pion/stun/v3"
)

// fakeServer is a STUN server of a world. Its zero value is a plain one.
type fakeServer struct {
	a1, a2     string // a2 "": one address
	p1, p2     uint16 // p2 0: one port
	announces  string // OTHER-ADDRESS, instead of a2:p2
	needsPad   bool   // tells of RFC 5780 only to requests with PADDING
	noPadding  bool   // answers PADDING with error 420
	pads       int    // answers PADDING with that many bytes
	noChange   bool   // answers CHANGE-REQUEST with error 420
	noChangeIP bool   // only that of the address
	ignores    bool   // passes over CHANGE-REQUEST
	pretends   bool   // answers from the same address when asked for the other
	mute2      bool   // nothing leaves from the second address
	muteP2     bool   // nor from the second port of the first, unless it changes to it
	noPort     bool   // passes over RESPONSE-PORT
	tells      bool   // the traffic class
	code       int    // of an error to everything
	hops       bool   // answers from an address that nobody asked
	garbage    bool
	lies       string // says this instead of where it sees the client
}

// serve puts a server into the world.
func (w *world) serve(s fakeServer) Server {
	addresses, ports := []string{s.a1}, []uint16{s.p1}
	if s.a2 != "" {
		addresses = append(addresses, s.a2)
	}
	if s.p2 != 0 {
		ports = append(ports, s.p2)
	}
	for _, a := range addresses {
		for _, p := range ports {
			at := netip.AddrPortFrom(netip.MustParseAddr(a), p)
			w.servers[at] = func(from netip.AddrPort, class byte, b []byte) { s.answer(w, at, from, class, b) }
		}
	}
	return Server{Addr: netip.AddrPortFrom(netip.MustParseAddr(s.a1), s.p1)}
}

func (s fakeServer) answer(w *world, at, from netip.AddrPort, class byte, b []byte) {
	m := &stun.Message{Raw: b}
	if m.Decode() != nil {
		return
	}
	if s.garbage {
		w.in(at, from, []byte("HTTP/1.1 400 Bad Request"))
		return
	}
	if s.hops {
		w.in(netip.AddrPortFrom(netip.MustParseAddr("198.51.100.99"), at.Port()), from, s.success(m, at, from, class))
		return
	}
	if code := s.refuses(m); code != 0 {
		w.in(at, from, stun.MustBuild(m, stun.BindingError, stun.ErrorCodeAttribute{Code: stun.ErrorCode(code)}, stun.Fingerprint).Raw)
		return
	}
	source, to := s.source(m, at), s.destination(m, from)
	second := s.a2 != "" && source.Addr().String() == s.a2
	if second && s.mute2 || !m.Contains(stun.AttrChangeRequest) && s.muteP2 && source.Port() == s.p2 && !second {
		return
	}
	w.in(source, to, s.success(m, source, from, class))
}

func (s fakeServer) refuses(m *stun.Message) int {
	v, err := m.Get(stun.AttrChangeRequest)
	switch {
	case s.code != 0:
		return s.code
	case s.noPadding && m.Contains(stun.AttrPadding), err == nil && s.noChange, err == nil && s.noChangeIP && v[3]&changeIP != 0:
		return 420
	case m.Contains(stun.AttrPadding) && m.Contains(stun.AttrResponsePort):
		return 400
	}
	return 0
}

// source is where the answer leaves from.
func (s fakeServer) source(m *stun.Message, at netip.AddrPort) netip.AddrPort {
	v, err := m.Get(stun.AttrChangeRequest)
	if err != nil || s.ignores || s.needsPad && !m.Contains(stun.AttrPadding) {
		return at
	}
	a, p := at.Addr().String(), at.Port()
	if v[3]&changeIP != 0 && !s.pretends {
		a = map[bool]string{true: s.a2, false: s.a1}[a == s.a1]
	}
	if v[3]&changePort != 0 {
		p = map[bool]uint16{true: s.p2, false: s.p1}[p == s.p1]
	}
	return netip.AddrPortFrom(netip.MustParseAddr(a), p)
}

func (s fakeServer) destination(m *stun.Message, from netip.AddrPort) netip.AddrPort {
	if v, err := m.Get(stun.AttrResponsePort); err == nil && !s.noPort {
		return netip.AddrPortFrom(from.Addr(), uint16(v[0])<<8|uint16(v[1]))
	}
	return from
}

func (s fakeServer) success(m *stun.Message, source, from netip.AddrPort, class byte) []byte {
	if s.lies != "" {
		from = netip.MustParseAddrPort(s.lies)
	}
	set := []stun.Setter{m, stun.BindingSuccess, &stun.XORMappedAddress{IP: from.Addr().AsSlice(), Port: int(from.Port())}}
	if other := s.other(); other.IsValid() && (!s.needsPad || m.Contains(stun.AttrPadding)) {
		set = append(set, &stun.OtherAddress{IP: other.Addr().AsSlice(), Port: int(other.Port())})
	}
	if s.pads > 0 && m.Contains(stun.AttrPadding) {
		set = append(set, raw(stun.AttrPadding, make([]byte, s.pads)))
	}
	if s.tells && m.Contains(attrArrived) {
		set = append(set, raw(attrArrived, []byte{class}))
	}
	return stun.MustBuild(append(set, stun.Fingerprint)...).Raw
}

func (s fakeServer) other() netip.AddrPort {
	switch {
	case s.announces != "":
		return netip.MustParseAddrPort(s.announces)
	case s.a2 != "":
		return netip.AddrPortFrom(netip.MustParseAddr(s.a2), s.p2)
	}
	return netip.AddrPort{}
}
