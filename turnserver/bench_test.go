package turnserver

import (
	"errors"
	"net"
	"testing"
	"time"
)

// benchRelay is a relay with a client but without the library, and a socket that it may talk to.
func benchRelay(b testing.TB) (*relay, *net.UDPConn) {
	b.Helper()
	s := start(b, Config{})
	session := newSession(b, s)
	conn, addr := service(b)
	if err := session.AllowPeer(addr); err != nil {
		b.Fatal(err)
	}
	r, err := s.openRelay(0)
	if err != nil {
		b.Fatal(err)
	}
	r.session, r.endpoint = session, &endpoint{srv: s, transport: TransportUDP}
	s.allocations, session.allocations = 1, 1
	b.Cleanup(func() { _ = r.Close() })
	return r, conn
}

func BenchmarkRelayWriteTo(b *testing.B) {
	r, conn := benchRelay(b)
	p, to := make([]byte, 200), conn.LocalAddr()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.WriteTo(p, to); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRelayReadFrom(b *testing.B) {
	r, conn := benchRelay(b)
	p, to := make([]byte, 200), r.addr
	buf := make([]byte, 1600)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := conn.WriteToUDPAddrPort(p, to); err != nil {
			b.Fatal(err)
		}
		if _, _, err := r.ReadFrom(buf); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRelayDenied(b *testing.B) {
	r, _ := benchRelay(b)
	p, to := make([]byte, 200), net.UDPAddrFromAddrPort(distant)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.WriteTo(p, to); err != nil {
			b.Fatal(err)
		}
	}
}

// TestRelayAllocs holds what the benchmarks show: a relayed packet costs no memory, and neither does a denied one.
func TestRelayAllocs(t *testing.T) {
	r, conn := benchRelay(t)
	p, buf := make([]byte, 200), make([]byte, 1600)
	peer, denied := conn.LocalAddr(), net.UDPAddrFromAddrPort(distant)
	for name, relayOne := range map[string]func() error{
		"to a peer":   func() error { _, err := r.WriteTo(p, peer); return err },
		"denied peer": func() error { _, err := r.WriteTo(p, denied); return err },
		"from a peer": func() error {
			_, sent := conn.WriteToUDPAddrPort(p, r.addr)
			_, _, err := r.ReadFrom(buf)
			return errors.Join(sent, err)
		},
	} {
		allocs := testing.AllocsPerRun(100, func() {
			if err := relayOne(); err != nil {
				t.Fatal(err)
			}
		})
		if allocs != 0 {
			t.Errorf("%s: %v allocations a packet, want none", name, allocs)
		}
	}
}

func BenchmarkUDPEndpointReadFrom(b *testing.B) {
	s := start(b, Config{UDPPort: PortOff})
	conn, addr := service(b)
	client, clientAddr := service(b)
	u := newUDPEndpoint(s, conn)
	s.clients[clientKey{TransportUDP, clientAddr}] = &relay{clientAddr: client.LocalAddr()}
	b.Cleanup(func() { delete(s.clients, clientKey{TransportUDP, clientAddr}) })
	p, buf := make([]byte, 204), make([]byte, 1600)
	p[0], p[3] = 0x40, 200
	b.ReportAllocs()
	for b.Loop() {
		if _, err := client.WriteToUDPAddrPort(p, addr); err != nil {
			b.Fatal(err)
		}
		if _, _, err := u.ReadFrom(buf); err != nil {
			b.Fatal(err)
		}
	}
	u.finish()
}

// TestEndpointAllocs: packets of the first port cost no memory beside questions of RFC 5780 either, in both directions.
func TestEndpointAllocs(t *testing.T) {
	s := start(t, Config{NATDiscovery: true})
	conn, addr := service(t)
	client, clientAddr := service(t)
	u := newUDPEndpoint(s, conn)
	u.spot = newSpot(s.discovery, conn, 0, 0)
	s.clients[clientKey{TransportUDP, clientAddr}] = &relay{clientAddr: client.LocalAddr()}
	t.Cleanup(func() { delete(s.clients, clientKey{TransportUDP, clientAddr}) })
	p, buf := make([]byte, 204), make([]byte, 1600)
	p[0], p[3] = 0x40, 200
	allocs := testing.AllocsPerRun(100, func() {
		_, sent := client.WriteToUDPAddrPort(p, addr)
		_, _, got := u.ReadFrom(buf)
		_, answered := u.WriteTo(p, client.LocalAddr())
		if err := errors.Join(sent, got, answered); err != nil {
			t.Fatal(err)
		}
	})
	u.finish()
	if allocs != 0 {
		t.Errorf("%v allocations a packet, want none", allocs)
	}
}

func BenchmarkStreamReadFrame(b *testing.B) {
	s := start(b, Config{})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer listener.Close()
	client, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	server, err := listener.Accept()
	if err != nil {
		b.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		p := make([]byte, 204)
		p[0], p[3] = 0x40, 200
		for {
			if _, err := client.Write(p); err != nil {
				return
			}
		}
	}()
	e := newStreamEndpoint(s, TransportTCP, server)
	e.raw.first = time.Now().Add(time.Hour)
	buf := make([]byte, 1600)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.readFrame(buf); err != nil {
			b.Fatal(err)
		}
	}
	_ = server.Close()
	_ = client.Close()
	<-done
}
