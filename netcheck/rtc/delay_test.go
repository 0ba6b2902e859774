package rtc

import (
	"encoding/binary"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/pion/stun/v3"

	"echopath/netcheck"
)

// slowWay passes TCP connections on to a server, and holds back what the server says: as a stream does of which a segment was lost.
type slowWay struct {
	listener net.Listener
	hold     func() time.Duration // for each piece
	over     chan struct{}
	working  sync.WaitGroup

	mu       sync.Mutex
	requests map[[stun.TransactionIDSize]byte]int // to allocate, on plain streams
	conns    []net.Conn
}

func newSlowWay(t *testing.T, to string, hold func() time.Duration) *slowWay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	w := &slowWay{listener: l, hold: hold, over: make(chan struct{}), requests: map[[stun.TransactionIDSize]byte]int{}}
	w.working.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s, err := net.Dial("tcp", to)
			if err != nil {
				_ = c.Close()
				continue
			}
			if !w.keep(c, s) {
				return
			}
			w.working.Go(func() { w.carry(s, c, false) })
			w.working.Go(func() { w.carry(c, s, true) })
		}
	})
	t.Cleanup(func() {
		must(t, l.Close())
		w.mu.Lock()
		close(w.over)
		for _, c := range w.conns {
			_ = c.Close()
		}
		w.mu.Unlock()
		w.working.Wait()
	})
	return w
}

// keep remembers two connections for the end, and closes them if that is over.
func (w *slowWay) keep(c, s net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case <-w.over:
		_, _ = c.Close(), s.Close()
		return false
	default:
		w.conns = append(w.conns, c, s)
		return true
	}
}

func (w *slowWay) carry(to, from net.Conn, slow bool) {
	b := make([]byte, 64<<10)
	for {
		n, err := from.Read(b)
		if err != nil {
			_ = to.Close()
			return
		}
		if !slow {
			w.look(b[:n])
		} else if !w.wait() {
			return
		}
		if _, err := to.Write(b[:n]); err != nil {
			return
		}
	}
}

func (w *slowWay) wait() bool {
	timer := time.NewTimer(w.hold())
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-w.over:
		return false
	}
}

// look counts the requests to allocate. Several may come in one piece.
func (w *slowWay) look(b []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(b) >= stunHeader && b[0]&0xc0 == 0 {
		size := stunHeader + int(binary.BigEndian.Uint16(b[2:]))
		if binary.BigEndian.Uint16(b) == allocateRequest {
			w.requests[[stun.TransactionIDSize]byte(b[8:])]++
		}
		b = b[min(size, len(b)):]
	}
}

func addressOf(u netcheck.ServerURL) string { return net.JoinHostPort(u.Host, strconv.Itoa(u.Port)) }

func (w *slowWay) port() int { return w.listener.Addr().(*net.TCPAddr).Port }

// A relay whose answers are held up on the way is slow, and no more: it is not asked again over a stream, and nothing that it says twice is
// taken for a refusal.
func TestSlowStreamIsNoRefusal(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	for _, p := range []netcheck.Path{netcheck.PathRelayTCP, netcheck.PathRelayTLS} {
		t.Run(string(p), func(t *testing.T) {
			leg := s.leg(p)
			r, mu := rand.New(rand.NewPCG(8, 1)), sync.Mutex{}
			way := newSlowWay(t, addressOf(leg.Servers[0].URL), func() time.Duration {
				mu.Lock()
				defer mu.Unlock()
				return 250*time.Millisecond + time.Duration(r.IntN(int(150*time.Millisecond)))
			})
			leg.Servers[0].URL.Port = way.port()
			leg.Timeout = 20 * time.Second
			h := loopbackHost(t)
			h.respond = echo
			connectRemote(t, h, &Connector{}, remote(leg), nil)
			way.mu.Lock()
			defer way.mu.Unlock()
			if p == netcheck.PathRelayTCP && len(way.requests) != 2 {
				t.Errorf("%d requests to allocate", len(way.requests))
			}
			for _, n := range way.requests {
				if n != 1 {
					t.Errorf("one request came %d times", n)
				}
			}
		})
	}
}

// Over UDP the first request is repeated, and each copy answered with a challenge.
func TestRepeatedChallenge(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	leg := s.leg(netcheck.PathRelayUDP)
	leg.Servers[0].URL.Port = slowUDP(t, addressOf(leg.Servers[0].URL), 350*time.Millisecond)
	leg.Timeout = 20 * time.Second
	h := loopbackHost(t)
	h.respond = echo
	connectRemote(t, h, &Connector{}, remote(leg), nil)
}

// slowUDP passes one client's datagrams on to a server, and each of the server's after a while.
func slowUDP(t *testing.T, to string, hold time.Duration) int {
	t.Helper()
	front, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	must(t, err)
	back, err := net.Dial("udp4", to)
	must(t, err)
	type late struct {
		at time.Time
		b  []byte
	}
	queue, over := make(chan late, 10000), make(chan struct{})
	var working sync.WaitGroup
	var mu sync.Mutex
	var client net.Addr
	working.Go(func() {
		for b := make([]byte, 2000); ; {
			n, from, err := front.ReadFrom(b)
			if err != nil {
				return
			}
			mu.Lock()
			client = from
			mu.Unlock()
			_, _ = back.Write(b[:n])
		}
	})
	working.Go(func() {
		defer close(queue)
		for b := make([]byte, 2000); ; {
			n, err := back.Read(b)
			if err != nil {
				return
			}
			queue <- late{time.Now().Add(hold), append([]byte(nil), b[:n]...)}
		}
	})
	working.Go(func() {
		for p := range queue {
			timer := time.NewTimer(time.Until(p.at))
			select {
			case <-timer.C:
			case <-over:
			}
			timer.Stop()
			mu.Lock()
			c := client
			mu.Unlock()
			_, _ = front.WriteTo(p.b, c)
		}
	})
	t.Cleanup(func() {
		close(over)
		_, _ = front.Close(), back.Close()
		working.Wait()
	})
	return front.LocalAddr().(*net.UDPAddr).Port
}

// What a stream drops is a request that was sent before, and nothing else.
func TestRepeats(t *testing.T) {
	s := &stream{}
	request := func(m stun.Method) []byte {
		return stun.MustBuild(stun.TransactionID, stun.NewType(m, stun.ClassRequest)).Raw
	}
	first := request(stun.MethodAllocate)
	for i, tt := range []struct {
		b    []byte
		want bool
	}{
		{first, false}, {first, true}, {request(stun.MethodAllocate), false}, {request(stun.MethodRefresh), false}, {first, true},
		{nil, false}, {[]byte{0x40, 0, 0, 4, 1, 2, 3, 4}, false}, {[]byte{0x40, 0, 0, 4, 1, 2, 3, 4}, false}, {first[:19], false},
	} {
		if s.repeats(tt.b) != tt.want {
			t.Errorf("%d: want %v", i, tt.want)
		}
	}
	for _, class := range []stun.MessageClass{stun.ClassIndication, stun.ClassSuccessResponse} {
		if b := stun.MustBuild(stun.TransactionID, stun.NewType(stun.MethodSend, class)).Raw; s.repeats(b) {
			t.Errorf("%v", class)
		} else if s.repeats(b) {
			t.Errorf("%v again", class)
		}
	}
	for range 1000 {
		if s.repeats(request(stun.MethodRefresh)) {
			t.Error("a new request")
		}
	}
}
