package turnserver

import (
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/stun/v3"
)

func textLogger(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func TestQuotas(t *testing.T) {
	s := start(t, Config{MaxAllocations: 3, MaxAllocationsPerSession: 2})
	one, two := newSession(t, s), newSession(t, s)
	want := func(session *Session, want int) *rawClient {
		t.Helper()
		c := sessionRaw(t, s, session)
		if got, _ := c.do(allocate, overUDP); got != want {
			t.Errorf("Allocate: code %d, want %d", got, want)
		}
		return c
	}
	// Neither is an allocation, so neither may count as one. The library fails for lifetime 0 after the quota was asked.
	odd := sessionRaw(t, s, one)
	for range 5 {
		if code, _ := odd.do(allocate, overUDP, lifetime(0)); code != 508 {
			t.Errorf("Allocate with lifetime 0: code %d, want 508", code)
		}
	}
	first := want(one, 0)
	want(one, 0)
	want(one, 486)
	want(two, 0)
	want(two, 486) // in total
	if code, _ := first.do(refresh, lifetime(0)); code != 0 {
		t.Errorf("Refresh: code %d", code)
	}
	want(two, 0)
	want(one, 486)
	if got := s.Totals().Allocations; got != 3 {
		t.Errorf("%d allocations, want 3", got)
	}
}

func TestRelayPorts(t *testing.T) {
	probe, addr := service(t)
	_ = probe.Close()
	low := int(addr.Port())
	s := start(t, Config{RelayPortMin: low, RelayPortMax: low})
	session := newSession(t, s)
	if got := sessionRaw(t, s, session).mustAllocate(); int(got.Port()) != low {
		t.Errorf("relay on port %d, want %d", got.Port(), low)
	}
	if code, _ := sessionRaw(t, s, session).do(allocate, overUDP); code != 508 {
		t.Errorf("no port is left: code %d, want 508", code)
	}
}

func TestConnectionLimits(t *testing.T) {
	for name, cfg := range map[string]Config{
		"in total":   {MaxConns: 2},
		"of address": {MaxConnsPerIP: 2},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, cfg)
			user, pass := newSession(t, s).Credentials()
			first := newRaw(t, s, TransportTCP, user, pass)
			first.mustAllocate()
			newRaw(t, s, TransportTLS, user, pass).mustAllocate()
			wantClosed(t, dial(t, s, TransportTCP))
			if got := s.Totals(); got.Connections != 2 || got.ConnsRefused != 1 {
				t.Errorf("%d connections and %d refused, want 2 and 1", got.Connections, got.ConnsRefused)
			}
			// The place of a connection that ended is free again, once the server has seen the end.
			_ = first.conn.Close()
			waitFor(t, func() bool { return s.Totals().Connections == 1 })
			newRaw(t, s, TransportTCP, user, pass).mustAllocate()
		})
	}
}

// An IPv6 host has a whole /64 to choose addresses from: it counts as one.
func TestConnectionLimitOfPrefix(t *testing.T) {
	take := taker(t, start(t, Config{MaxConns: 10, MaxConnsPerIP: 3}))
	for _, addr := range []string{"[2001:db8::1]:1", "[2001:db8::2]:1", "[2001:db8::ffff:0:0:1]:1"} {
		if !take(addr) {
			t.Errorf("%s is turned away", addr)
		}
	}
	if take("[2001:db8::3]:1") {
		t.Error("a /64 takes more places than it has")
	}
	for _, addr := range []string{"[2001:db8:0:1::1]:1", "192.0.2.1:1", "192.0.2.2:1"} {
		if !take(addr) {
			t.Errorf("%s is turned away for others", addr)
		}
	}
}

// Prefixes that take all the places they can, without credentials, do not keep others out.
func TestRoomIsLeftForOthers(t *testing.T) {
	take := taker(t, start(t, Config{MaxConns: 544, MaxConnsPerIP: 96}))
	taken := 0
	for n := range 16 {
		for take(fmt.Sprintf("198.51.100.%d:1", n)) {
			taken++
		}
	}
	if taken < 476 {
		t.Errorf("only %d connections for 16 addresses", taken)
	}
	for n := range 3 {
		if !take(fmt.Sprintf("192.0.2.%d:1", n)) {
			t.Fatalf("%d of them, and another is turned away", taken)
		}
	}
	if take("198.51.100.1:1") {
		t.Error("one of the 16 takes what is left")
	}
}

// taker counts connections from anywhere in.
func taker(t *testing.T, s *Server) func(addr string) bool {
	return func(addr string) bool {
		near, far := net.Pipe()
		t.Cleanup(func() { _, _ = near.Close(), far.Close() })
		e := newStreamEndpoint(s, TransportTCP, namedConn{near, net.TCPAddrFromAddrPort(netip.MustParseAddrPort(addr))})
		ok := s.remember(e)
		if ok {
			t.Cleanup(func() { s.forget(e) })
		}
		return ok
	}
}

// namedConn is a connection from anywhere.
type namedConn struct {
	net.Conn
	from net.Addr
}

func (c namedConn) RemoteAddr() net.Addr { return c.from }

// waitFor looks again until something holds that the server does on its own.
func waitFor(t *testing.T, holds func() bool) {
	t.Helper()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	for !holds() {
		select {
		case <-ticker.C:
		case <-limit.C:
			t.Fatalf("still not so after %s", patience)
		}
	}
}

func TestSilentConnections(t *testing.T) {
	s := start(t, Config{HandshakeTimeout: 50 * time.Millisecond})
	plainText := dial(t, s, TransportTCP)
	noHandshake, err := net.Dial("tcp", s.TLSAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer noHandshake.Close()
	part := dial(t, s, TransportTCP)
	if _, err := part.Write([]byte{0, 1, 0}); err != nil {
		t.Fatal(err)
	}
	for name, conn := range map[string]net.Conn{"tcp": plainText, "no TLS handshake": noHandshake, "part of a header": part} {
		t.Run(name, func(t *testing.T) { wantClosed(t, conn) })
	}
	// The handshake races with the deadline here; whoever wins, the connection ends.
	if conn, err := tls.Dial("tcp", s.TLSAddr().String(), &tls.Config{InsecureSkipVerify: true}); err == nil {
		defer conn.Close()
		wantClosed(t, conn)
	}
	waitFor(t, func() bool { return s.Totals().Connections == 0 })
}

func TestIdleConnection(t *testing.T) {
	s := start(t, Config{IdleTimeout: 50 * time.Millisecond})
	user, pass := newSession(t, s).Credentials()
	c := newRaw(t, s, TransportTCP, user, pass)
	if answer := c.exchange(stun.BindingRequest); answer.Type != stun.BindingSuccess {
		t.Fatalf("Binding: %s", answer.Type)
	}
	wantClosed(t, c.conn)
}

// A client that only receives is not idle: deadlineConn looks at both directions.
func TestDeadline(t *testing.T) {
	began := processStart.Add(time.Second)
	c := &deadlineConn{first: began.Add(10 * time.Second), idle: time.Minute}
	if got := c.deadline(began); got != c.first {
		t.Errorf("before the first frame: %v, want %v", got, c.first)
	}
	c.established.Store(true)
	if got, want := c.deadline(began), began.Add(time.Minute); got != want {
		t.Errorf("nothing written: %v, want %v", got, want)
	}
	c.lastWrite.Store(int64(31 * time.Second))
	if got, want := c.deadline(began), began.Add(90*time.Second); !got.Equal(want) {
		t.Errorf("written after 30 s: %v, want %v", got, want)
	}
	// Who sets the clock must not end connections: the time has a monotonic reading, which only such a text shows.
	if got := c.deadline(began).String(); !strings.Contains(got, " m=") {
		t.Errorf("the deadline %s is by the clock on the wall", got)
	}
}

func TestHostileStreams(t *testing.T) {
	header := func(length uint16) []byte {
		p := make([]byte, stunHeaderSize)
		p[1] = 1
		binary.BigEndian.PutUint16(p[2:], length)
		binary.BigEndian.PutUint32(p[4:], magicCookie)
		return p
	}
	t.Run("a frame that 16 bits can not count", func(t *testing.T) {
		// 65516 + 20 is 0 in 16 bits, and the library's own stream reader then returns frames of size 0 for ever.
		s := start(t, Config{})
		c := newRaw(t, s, TransportTCP, "", "")
		c.send(append(header(65516), make([]byte, 65516)...))
		if answer := c.exchange(stun.BindingRequest); answer.Type != stun.BindingSuccess {
			t.Errorf("Binding afterwards: %s", answer.Type)
		}
		if got := s.Totals().TooLong; got != 1 {
			t.Errorf("%d frames counted as too long, want 1", got)
		}
	})
	for name, p := range map[string][]byte{
		"no TURN":       []byte("\xff\xff\xff\xff"),
		"odd length":    header(3),
		"reserved bits": {0x80, 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, Config{})
			conn := dial(t, s, TransportTCP)
			_, _ = conn.Write(p)
			wantClosed(t, conn)
		})
	}
	t.Run("small ChannelData", func(t *testing.T) {
		// The library's stream reader holds frames below 9 bytes back until more arrives.
		s := start(t, Config{})
		session := newSession(t, s)
		user, pass := session.Credentials()
		c := newRaw(t, s, TransportTCP, user, pass)
		c.mustAllocate()
		conn, addr := service(t)
		if err := session.AllowPeer(addr); err != nil {
			t.Fatal(err)
		}
		channel := stun.RawAttribute{Type: stun.AttrChannelNumber, Value: []byte{0x40, 0, 0, 0}}
		if code, _ := c.do(channelBind, channel, peerAddress(addr)); code != 0 {
			t.Fatalf("ChannelBind: code %d", code)
		}
		c.send([]byte{0x40, 0, 0, 1, 'x', 0, 0, 0})
		wantDatagram(t, conn, "x")
	})
}

func TestRateLimit(t *testing.T) {
	frozen := time.Now()
	s := start(t, Config{Now: func() time.Time { return frozen }})
	session := newSession(t, s)
	known := sessionRaw(t, s, session)
	known.mustAllocate()
	c := newRaw(t, s, TransportUDP, "", "")
	binding := stun.MustBuild(stun.TransactionID, stun.BindingRequest)
	for range 2 * requestBurst {
		c.send(binding.Raw)
	}
	// One socket, so one order: when the known client is answered, all of the above were dealt with.
	if code, _ := known.do(refresh, lifetime(600)); code != 0 {
		t.Errorf("a client with an allocation is not limited: code %d", code)
	}
	if got := s.Totals().RateLimited; got != requestBurst+2 {
		t.Errorf("%d requests were dropped, want %d", got, requestBurst+2)
	}
	known.send(binding.Raw) // not signed: anybody could have sent it from there
	if code, _ := known.do(refresh, lifetime(600)); code != 0 {
		t.Errorf("a client with an allocation is not limited: code %d", code)
	}
	if got := s.Totals().RateLimited; got != requestBurst+3 {
		t.Errorf("%d requests were dropped, want %d", got, requestBurst+3)
	}
}

// What a request without credentials brings stands in the documentation of the package: nobody is flooded by way of this server.
func TestAnswersWithoutCredentials(t *testing.T) {
	s := start(t, Config{AltUDPPort: PortAny})
	for _, tt := range []struct {
		kind stun.MessageType
		to   netip.AddrPort
		want int
	}{{stun.BindingRequest, s.UDPAddr(), 40}, {stun.BindingRequest, s.AltUDPAddr(), 40}, {allocate, s.UDPAddr(), 68}} {
		conn, _ := service(t)
		if _, err := conn.WriteToUDPAddrPort(stun.MustBuild(stun.TransactionID, tt.kind).Raw, tt.to); err != nil {
			t.Fatal(err)
		}
		if got := len(readSTUN(t, conn).Raw); got > tt.want {
			t.Errorf("%s: an answer of %d bytes, documented are %d", tt.kind, got, tt.want)
		}
	}
}

func TestBucket(t *testing.T) {
	now := time.Unix(1000, 0)
	var b bucket
	took := 0
	for range 20 {
		if b.take(now, 10, 5) {
			took++
		}
	}
	if took != 5 {
		t.Errorf("took %d at once, want the burst of 5", took)
	}
	now = now.Add(300 * time.Millisecond)
	for range 20 {
		if b.take(now, 10, 5) {
			took++
		}
	}
	if took != 8 {
		t.Errorf("took %d after 300 ms at 10 a second, want 8", took)
	}
}

func TestGenerationsForget(t *testing.T) {
	g := newGenerations[int, int](10)
	for i := range 1000 {
		g.put(i, i)
		if _, ok := g.get(0); i < 1000 && !ok {
			t.Fatalf("a key in use was forgotten at %d", i)
		}
		if size := len(g.young) + len(g.old); size > 20 {
			t.Fatalf("%d keys are kept, want 20 at most", size)
		}
	}
	if _, ok := g.get(500); ok {
		t.Error("an old key was not forgotten")
	}
}

func TestEvents(t *testing.T) {
	var mu sync.Mutex
	events := map[EventKind][]Event{}
	clock := time.Now()
	s := start(t, Config{Now: func() time.Time { return clock }, Observe: func(e Event) {
		mu.Lock()
		defer mu.Unlock()
		events[e.Kind] = append(events[e.Kind], e)
	}})
	session := newSession(t, s)
	c := sessionRaw(t, s, session)
	relayed := c.mustAllocate()
	for range 50 {
		c.exchange(permission, peerAddress(distant))
	}
	_ = session.Close()
	_ = s.Close()
	made, ended, denied := events[EventAllocationCreated], events[EventAllocationDeleted], events[EventPeerDenied]
	if len(made) != 1 || len(ended) != 1 || made[0] != ended[0].as(EventAllocationCreated) || made[0].Relay != relayed {
		t.Errorf("events of the allocation: %+v, %+v", made, ended)
	}
	if len(denied) != failureEventBurst {
		t.Errorf("%d events of denied peers, want %d", len(denied), failureEventBurst)
	}
	if e := denied[0]; e.Session != session.ID() || e.Peer != netip.AddrPortFrom(distant.Addr(), 0) || e.Relay != relayed || e.Reason == "" {
		t.Errorf("event of a denied peer: %+v", e)
	}
}

func (e Event) as(kind EventKind) Event {
	e.Kind = kind
	return e
}
