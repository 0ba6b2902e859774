package turnserver

import (
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/pion/stun/v3"
)

// twoAddresses is a server that shows all of RFC 5780: Linux has all of 127.0.0.0/8.
var twoAddresses = Config{AltUDPPort: PortAny, NATDiscovery: true, AltAddress: netip.MustParseAddr("127.0.0.2")}

var oneAddress = Config{AltUDPPort: PortAny, NATDiscovery: true}

func requireTwoAddresses(t *testing.T) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.2:0")
	if err != nil {
		t.Skipf("SKIPPED: this machine has no address 127.0.0.2: %v", err)
	}
	_ = conn.Close()
}

// Attributes of requests.
func change(flags byte) stun.RawAttribute {
	return stun.RawAttribute{Type: stun.AttrChangeRequest, Value: []byte{0, 0, 0, flags}}
}

func responsePort(port int) stun.RawAttribute {
	return stun.RawAttribute{Type: stun.AttrResponsePort, Value: []byte{byte(port >> 8), byte(port)}}
}

func padding(n int) stun.RawAttribute {
	return stun.RawAttribute{Type: stun.AttrPadding, Value: slices.Repeat([]byte("p"), n)}
}

var askTOS = stun.RawAttribute{Type: AttrEchopathTOS}

// reply is an answer as it arrived.
type reply struct {
	*stun.Message
	from netip.AddrPort
	size int // bytes
	sent int // bytes of the request
}

// asker is a socket that asks. Other than with a client's, answers may come from anywhere.
type asker struct {
	t    testing.TB
	conn *net.UDPConn
}

func newAsker(t testing.TB, address string) *asker {
	t.Helper()
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(address), 0)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &asker{t, conn}
}

func (a *asker) addr() netip.AddrPort { return addrPortOf(a.conn.LocalAddr()) }

func (a *asker) send(to netip.AddrPort, setters ...stun.Setter) *stun.Message {
	a.t.Helper()
	m := stun.MustBuild(append([]stun.Setter{stun.TransactionID, stun.BindingRequest}, setters...)...)
	if _, err := a.conn.WriteToUDPAddrPort(m.Raw, to); err != nil {
		a.t.Fatal(err)
	}
	return m
}

func (a *asker) receive() reply {
	a.t.Helper()
	_ = a.conn.SetReadDeadline(time.Now().Add(patience))
	p := make([]byte, 4096)
	n, from, err := a.conn.ReadFromUDPAddrPort(p)
	if err != nil {
		a.t.Fatal(err)
	}
	m := &stun.Message{Raw: p[:n]}
	if err := m.Decode(); err != nil {
		a.t.Fatal(err)
	}
	return reply{Message: m, from: plain(from), size: n}
}

// ask sends a request and takes the next answer, which must be to it.
func (a *asker) ask(to netip.AddrPort, setters ...stun.Setter) reply {
	a.t.Helper()
	m := a.send(to, setters...)
	r := a.receive()
	if r.sent = len(m.Raw); r.TransactionID != m.TransactionID {
		a.t.Fatalf("an answer to another request: %s", r.Message)
	}
	return r
}

func (r reply) code() int {
	var code stun.ErrorCodeAttribute
	if code.GetFrom(r.Message) != nil {
		return 0
	}
	return int(code.Code)
}

func (r reply) mapped() netip.AddrPort {
	var a stun.XORMappedAddress
	if a.GetFrom(r.Message) != nil {
		return netip.AddrPort{}
	}
	return plain((&net.UDPAddr{IP: a.IP, Port: a.Port}).AddrPort())
}

// address reads RESPONSE-ORIGIN or OTHER-ADDRESS.
func (r reply) address(kind stun.AttrType) netip.AddrPort {
	var a stun.MappedAddress
	if a.GetFromAs(r.Message, kind) != nil {
		return netip.AddrPort{}
	}
	return plain((&net.UDPAddr{IP: a.IP, Port: a.Port}).AddrPort())
}

func (r reply) origin() netip.AddrPort { return r.address(stun.AttrResponseOrigin) }
func (r reply) other() netip.AddrPort  { return r.address(stun.AttrOtherAddress) }

// spotsOf lists the sockets of a server by address and port.
func spotsOf(s *Server) (all [2][2]netip.AddrPort) {
	for i, row := range s.discovery.spots {
		for j, spot := range row {
			if spot != nil {
				all[i][j] = addrPortOf(spot.conn.LocalAddr())
			}
		}
	}
	return all
}
