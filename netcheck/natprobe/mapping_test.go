package natprobe_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"testing"

	"github.com/pion/stun/v3"

	"echopath/netcheck"
	"echopath/netcheck/natprobe"
)

// seeing is a server that sees everybody at one address, or says what it likes.
func seeing(t *testing.T, at string, instead ...func(request *stun.Message) []*stun.Message) netip.AddrPort {
	t.Helper()
	mapped := net.UDPAddrFromAddrPort(netip.MustParseAddrPort(at))
	return serveUDP(t, func(datagram []byte) [][]byte {
		request := &stun.Message{Raw: datagram}
		if request.Decode() != nil {
			return nil
		}
		var out [][]byte
		for _, f := range instead {
			for _, m := range f(request) {
				out = append(out, m.Raw)
			}
		}
		return append(out, stun.MustBuild(request, stun.BindingSuccess, &stun.XORMappedAddress{IP: mapped.IP, Port: mapped.Port}, stun.Fingerprint).Raw)
	})
}

func socket(t *testing.T, address string) *net.UDPConn {
	t.Helper()
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort(address)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func TestFindMapping(t *testing.T) {
	conn := socket(t, "127.0.0.1:0")
	own := conn.LocalAddr().String()
	const one, two = "203.0.113.7:40000", "203.0.113.7:40001"
	for name, tt := range map[string]struct {
		servers     []netip.AddrPort
		nat         netcheck.Tri
		independent netcheck.Tri
		mapped      string
	}{
		"no NAT":            {[]netip.AddrPort{seeing(t, own)}, netcheck.No, netcheck.Unknown, own},
		"a NAT, one server": {[]netip.AddrPort{seeing(t, one)}, netcheck.Yes, netcheck.Unknown, one},
		"two ports of one address say nothing of other addresses": {[]netip.AddrPort{seeing(t, one), seeing(t, one)}, netcheck.Yes, netcheck.Unknown, one},
		"another for another port":                                {[]netip.AddrPort{seeing(t, one), seeing(t, two)}, netcheck.Yes, netcheck.No, one},
		"nobody was asked":                                        {nil, netcheck.Unknown, netcheck.Unknown, ""},
	} {
		m, err := natprobe.FindMapping(t.Context(), conn, tt.servers)
		if err != nil {
			t.Fatal(err)
		}
		mapped := ""
		if m.Mapped().IsValid() {
			mapped = m.Mapped().String()
		}
		if m.NAT() != tt.nat || m.Independent() != tt.independent || mapped != tt.mapped || m.Local.String() != own {
			t.Errorf("%s: NAT %q, independent %q, %+v", name, m.NAT(), m.Independent(), m)
		}
	}
}

// What was not asked for, or comes from elsewhere, is passed over.
func TestFindMappingPassesOverWhatIsNoAnswer(t *testing.T) {
	conn := socket(t, "127.0.0.1:0")
	lie := net.UDPAddrFromAddrPort(netip.MustParseAddrPort("198.51.100.1:1"))
	wrong := func(request *stun.Message) []*stun.Message {
		return []*stun.Message{
			stun.MustBuild(stun.TransactionID, stun.BindingSuccess, &stun.XORMappedAddress{IP: lie.IP, Port: lie.Port}),
			stun.MustBuild(request, stun.BindingError, stun.CodeServerError),
			stun.MustBuild(request, stun.BindingSuccess),
			stun.MustBuild(request, stun.BindingSuccess, &stun.XORMappedAddress{IP: lie.IP}),
			request,
		}
	}
	const want = "203.0.113.7:40000"
	m, err := natprobe.FindMapping(t.Context(), conn, []netip.AddrPort{seeing(t, want, wrong)})
	if err != nil || m.Mapped().String() != want {
		t.Errorf("%+v, %v", m, err)
	}
	other := socket(t, "127.0.0.1:0")
	forged := serveUDP(t, func(datagram []byte) [][]byte {
		request := &stun.Message{Raw: datagram}
		if request.Decode() == nil {
			answer := stun.MustBuild(request, stun.BindingSuccess, &stun.XORMappedAddress{IP: lie.IP, Port: lie.Port})
			_, _ = other.WriteTo(answer.Raw, conn.LocalAddr())
		}
		return nil
	})
	if m, err := natprobe.FindMapping(t.Context(), conn, []netip.AddrPort{forged}); err != nil || len(m.Seen) != 0 || m.NAT() != netcheck.Unknown {
		t.Errorf("an answer from another address was taken: %+v, %v", m, err)
	}
}

// A question that is lost is asked again, and the end of ctx ends it.
func TestFindMappingAsksAgain(t *testing.T) {
	conn := socket(t, "127.0.0.1:0")
	asked := 0
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	server := serveUDP(t, func([]byte) [][]byte {
		if asked++; asked == 2 {
			cancel()
		}
		return nil
	})
	if _, err := natprobe.FindMapping(ctx, conn, []netip.AddrPort{server}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	const want = "203.0.113.7:40000"
	if m, err := natprobe.FindMapping(t.Context(), conn, []netip.AddrPort{seeing(t, want)}); err != nil || m.Mapped().String() != want {
		t.Errorf("the same socket afterwards: %+v, %v", m, err)
	}
	_ = conn.Close()
	if _, err := natprobe.FindMapping(t.Context(), conn, []netip.AddrPort{seeing(t, want)}); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a closed socket: %v", err)
	}
}

// Two servers at different addresses decide.
func TestMappingOfTwoAddresses(t *testing.T) {
	seen := func(server, mapped string) natprobe.Seen {
		return natprobe.Seen{Server: netip.MustParseAddrPort(server), Mapped: netip.MustParseAddrPort(mapped)}
	}
	local := netip.MustParseAddrPort("192.168.1.2:5000")
	for _, tt := range []struct {
		seen             []natprobe.Seen
		nat, independent netcheck.Tri
	}{
		{[]natprobe.Seen{seen("198.51.100.1:3478", "203.0.113.7:5000"), seen("198.51.100.2:3478", "203.0.113.7:5000")}, netcheck.Yes, netcheck.Yes},
		{[]natprobe.Seen{seen("198.51.100.1:3478", "203.0.113.7:5000"), seen("198.51.100.2:3478", "203.0.113.7:5001")}, netcheck.Yes, netcheck.No},
		{[]natprobe.Seen{seen("198.51.100.1:3478", "203.0.113.7:5000"), seen("198.51.100.2:3478", "203.0.113.8:5000")}, netcheck.Yes, netcheck.No},
		{[]natprobe.Seen{seen("198.51.100.1:3478", local.String()), seen("198.51.100.2:3478", local.String())}, netcheck.No, netcheck.Yes},
	} {
		m := natprobe.Mapping{Local: local, Seen: tt.seen}
		if m.NAT() != tt.nat || m.Independent() != tt.independent {
			t.Errorf("%+v: NAT %q, independent %q", tt.seen, m.NAT(), m.Independent())
		}
	}
	if m := (natprobe.Mapping{Local: netip.MustParseAddrPort("0.0.0.0:5000"), Seen: []natprobe.Seen{seen("198.51.100.1:3478", "203.0.113.7:5000")}}); m.NAT() != netcheck.Unknown {
		t.Errorf("a socket on no address of its own: %q", m.NAT())
	}
}
