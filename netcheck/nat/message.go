package nat

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"time"

	"github.com/pion/stun/v3"
)

// Attributes of our own, of the range that servers pass over if they do not know them (RFC 8489, section 14).
const (
	attrArrived stun.AttrType = 0xC0E5 // empty in a request; one of our servers answers with the traffic class byte that arrived
	attrFiller  stun.AttrType = 0xC0E6 // bytes without a meaning
)

const (
	maxMessage   = 4 << 10 // bytes of an answer that are read; coturn pads to 1596
	headerSize   = 20
	attrHeader   = 4
	changePort   = 2 // bits of CHANGE-REQUEST (RFC 5780, section 7.2)
	changeIP     = 4
	usualPadding = 108 // makes a request longer than any answer without padding: 20 + 3 x 24 + 8 bytes, and words about software
)

// padding is by what attribute a request is made at least as long as its answer. Servers that are wary of being used to amplify
// answer to RFC 5780 only then.
type padding int

const (
	// byFiller is passed over by every server.
	byFiller padding = iota
	// byPadding is the one of RFC 5780, section 7.6. coturn 4.6 answers it with 1500 bytes of its own, which reach nobody behind a
	// firewall that drops fragments. So it comes second.
	byPadding
)

func (p padding) attribute(size int) stun.Setter {
	if p == byPadding {
		return raw(stun.AttrPadding, make([]byte, size))
	}
	return raw(attrFiller, make([]byte, size))
}

func raw(t stun.AttrType, value []byte) stun.Setter { return stun.RawAttribute{Type: t, Value: value} }

func change(flags uint32) stun.Setter {
	return raw(stun.AttrChangeRequest, binary.BigEndian.AppendUint32(nil, flags))
}

// responsePort is written with the two bytes of RFC 5780 and two more, as coturn reads it and as attributes are aligned anyway.
func responsePort(port uint16) stun.Setter {
	return raw(stun.AttrResponsePort, []byte{byte(port >> 8), byte(port), 0, 0})
}

// binding builds a request. That fails only where the system has no random numbers, and then package crypto/rand ends the program first.
func binding(attrs ...stun.Setter) *stun.Message {
	setters := append([]stun.Setter{stun.TransactionID, stun.BindingRequest}, attrs...)
	return stun.MustBuild(append(setters, stun.Fingerprint)...)
}

// answer is what is read from an answer to a Binding request. Addresses that are not in it, or are none, are zero.
type answer struct {
	from     netip.AddrPort
	success  bool
	mapped   netip.AddrPort
	other    netip.AddrPort // OTHER-ADDRESS
	code     int            // of an error
	size     int            // bytes of the message
	arrived  int            // the traffic class byte that a server of ours tells; -1: none
	at       time.Time
	took     time.Duration // since the question was first sent
	sendings int           // until it came; a round trip is measured only if it is 1
}

var errNotSTUN = errors.New("the answer is no STUN answer to the question")

// message reads STUN of method Binding: a response, or a request that came back over a hairpin.
func message(b []byte) (*stun.Message, error) {
	if len(b) < headerSize || len(b) > maxMessage || b[0]&0xc0 != 0 || !stun.IsMessage(b) {
		return nil, errNotSTUN
	}
	m := &stun.Message{}
	if _, err := m.Write(b); err != nil {
		return nil, errNotSTUN
	}
	if m.Type.Method != stun.MethodBinding || m.Contains(stun.AttrFingerprint) && stun.Fingerprint.Check(m) != nil {
		return nil, errNotSTUN
	}
	return m, nil
}

// read takes out of a response what is of use.
func read(m *stun.Message) answer {
	a := answer{success: m.Type.Class == stun.ClassSuccessResponse, size: len(m.Raw), arrived: -1}
	if !a.success {
		var code stun.ErrorCodeAttribute
		if code.GetFrom(m) == nil {
			a.code = int(code.Code)
		}
		return a
	}
	var seen stun.XORMappedAddress
	if seen.GetFrom(m) == nil {
		a.mapped = endpoint(seen.IP, seen.Port)
	}
	var other stun.OtherAddress
	if other.GetFrom(m) == nil {
		a.other = endpoint(other.IP, other.Port)
	}
	if v, err := m.Get(attrArrived); err == nil && len(v) > 0 {
		a.arrived = int(v[len(v)-1])
	}
	return a
}

// endpoint checks an address from the network; zero if it can be nobody's.
func endpoint(ip []byte, port int) netip.AddrPort {
	a, ok := netip.AddrFromSlice(ip)
	if !ok || port <= 0 || port > 0xffff || a.IsUnspecified() || a.IsMulticast() {
		return netip.AddrPort{}
	}
	return plain(netip.AddrPortFrom(a, uint16(port)))
}

// second tells whether what a server announces as its OTHER-ADDRESS may be sent to: another address and another port (RFC 5780, section
// 7.4), and as public as the server itself. A server must not direct our packets to the inside of a network.
func second(server, other netip.AddrPort) announced {
	a, b := server.Addr(), other.Addr()
	switch {
	case !other.IsValid():
		return announcedNone
	case a == b:
		return announcedSame
	case other.Port() == server.Port(), familyOf(a) != familyOf(b), a.IsLoopback() != b.IsLoopback(), !private(a) && private(b),
		b == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return announcedUnusable
	}
	return announcedSecond
}

// announced is what a server says of a second address.
type announced int

const (
	announcedNone     announced = iota
	announcedSecond             // one that can be used
	announcedSame               // the address that it has already: it pretends to have two
	announcedUnusable           // one that can not be right
)

// private tells an address that is not the Internet's.
func private(a netip.Addr) bool {
	return a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || shared(a)
}

// shared tells an address that carriers share among customers.
func shared(a netip.Addr) bool { return sharedSpace.Contains(a) }

var sharedSpace = netip.MustParsePrefix("100.64.0.0/10") // RFC 6598
