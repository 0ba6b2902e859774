package turnserver

import (
	"net/netip"
	"testing"

	"github.com/pion/stun/v3"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// A client hears how its request was marked when it arrived, on every socket; and only if it asks.
func TestTOS(t *testing.T) {
	for _, address := range []string{"127.0.0.1", "::1"} {
		t.Run(address, func(t *testing.T) {
			requireAddress(t, address)
			s := start(t, Config{Address: netip.MustParseAddr(address), AltUDPPort: PortAny, NATDiscovery: true})
			if !s.udp.spot.tellsTOS {
				a := newAsker(t, address)
				if r := a.ask(s.UDPAddr(), askTOS); r.code() != 0 || r.Contains(AttrEchopathTOS) {
					t.Errorf("a system that does not tell: %s", r.Message)
				}
				t.Skip("SKIPPED: this system does not tell how a datagram was marked")
			}
			a := newAsker(t, address)
			for _, mark := range []int{0, 46 << 2, 34<<2 | 2, 0xFC} { // a DSCP, and ECN beside it
				setMark(t, a, mark)
				for _, asked := range []netip.AddrPort{s.UDPAddr(), s.AltUDPAddr()} {
					for _, more := range []stun.Setter{padding(0), padding(200), change(flagChangePort)} {
						r := a.ask(asked, askTOS, more)
						value, err := r.Get(AttrEchopathTOS)
						if err != nil || len(value) != 1 || int(value[0]) != mark {
							t.Errorf("marked with %#x, arrived with %x: %v", mark, value, err)
						}
					}
				}
			}
			if r := a.ask(s.UDPAddr(), padding(200)); r.Contains(AttrEchopathTOS) {
				t.Error("told without having been asked")
			}
		})
	}
}

func setMark(t *testing.T, a *asker, mark int) {
	t.Helper()
	set := ipv4.NewConn(a.conn).SetTOS
	if a.addr().Addr().Is6() {
		set = ipv6.NewConn(a.conn).SetTrafficClass
	}
	if err := set(mark); err != nil {
		t.Fatal(err)
	}
}
