package signaling_test

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"testing"
	"time"

	"echopath/netcheck/signaling"
	"echopath/netcheck/signaling/signalingtest"
)

// hall is a lobby with one room, and wires in memory that lead to it.
type hall struct {
	t       testing.TB
	lobby   *signaling.Lobby
	room    signaling.Room
	guests  chan *signaling.Guest
	away    chan bool
	refused chan *signaling.Gone
	served  chan error // what Serve returned, in order
	serving sync.WaitGroup

	mu     sync.Mutex
	remote string
	// onWire is told of each wire before it is used: the guest's end and the host's.
	onWire func(n int, guest, host *signalingtest.Wire)
	wires  int
	down   error // what Dial fails with
	last   *signalingtest.Wire
}

func newHall(t testing.TB, change func(*signaling.LobbyConfig, *signaling.Room)) *hall {
	t.Helper()
	h := &hall{
		t: t, guests: make(chan *signaling.Guest, 256), away: make(chan bool, 256), refused: make(chan *signaling.Gone, 256),
		served: make(chan error, 1024),
		room: signaling.Room{
			ID: [8]byte{1, 2, 3}, Secret: [16]byte{4, 5, 6}, Expiry: time.Now().Add(10 * time.Minute), Guests: 1,
		},
	}
	c := signaling.LobbyConfig{
		Self:    signaling.Hello{Name: "host", AppVersion: "1.2", OS: "plan9"},
		Arrive:  func(g *signaling.Guest) { h.guests <- g },
		Away:    func(_ *signaling.Guest, away bool) { h.away <- away },
		Refused: func(_ string, g *signaling.Gone) { h.refused <- g },
	}
	if change != nil {
		change(&c, &h.room)
	}
	h.lobby = signaling.NewLobby(c)
	if err := h.lobby.Open(h.room); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = h.lobby.Close()
		h.serving.Wait()
	})
	return h
}

// dial is a JoinConfig.Dial.
func (h *hall) dial(context.Context) (signaling.Wire, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.down != nil {
		return nil, h.down
	}
	a, b := signalingtest.Pair()
	if h.remote != "" {
		b.SetRemote(netip.MustParseAddrPort(h.remote))
	}
	if h.onWire != nil {
		h.onWire(h.wires, a, b)
	}
	h.wires++
	h.last = a
	h.serving.Go(func() { h.served <- h.lobby.Serve(context.Background(), b) })
	return a, nil
}

// set changes what dial does.
func (h *hall) set(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f()
}

// count is how many wires there were.
func (h *hall) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.wires
}

func (h *hall) wire() *signalingtest.Wire {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.last
}

func (h *hall) config() signaling.JoinConfig {
	return signaling.JoinConfig{
		Self: signaling.Hello{Name: "guest", Features: []string{signaling.FeatureVideo}}, Room: h.room.ID, Secret: h.room.Secret, Dial: h.dial,
	}
}

// join comes in and gives both ends.
func (h *hall) join(change func(*signaling.JoinConfig)) (signaling.Conn, *signaling.Guest) {
	h.t.Helper()
	c := h.config()
	if change != nil {
		change(&c)
	}
	conn, err := signaling.Join(h.t.Context(), c)
	if err != nil {
		h.t.Fatalf("join: %v (%v)", err, errors.Unwrap(err))
	}
	h.t.Cleanup(func() { _ = conn.Close() })
	return conn, <-h.guests
}

// refusal is the error of a Join that must fail, at both ends.
func (h *hall) refusal(code signaling.Code, change func(*signaling.JoinConfig)) (guest, host *signaling.Gone) {
	h.t.Helper()
	c := h.config()
	if change != nil {
		change(&c)
	}
	conn, err := signaling.Join(h.t.Context(), c)
	if conn != nil {
		_ = conn.Close()
		h.t.Fatal("came in")
	}
	guest, host = gone(h.t, err), gone(h.t, <-h.served)
	if guest.Code != code || host.Code != code {
		h.t.Fatalf("guest: %q (%s), host: %q (%s), want %q", guest.Code, guest.Text, host.Code, host.Text, code)
	}
	return guest, host
}

func gone(t testing.TB, err error) *signaling.Gone {
	t.Helper()
	var g *signaling.Gone
	if !errors.As(err, &g) {
		t.Fatalf("error is %v, want a *Gone", err)
	}
	if g.Text == "" || g.Advice == "" {
		t.Fatalf("%q has no words: %+v", g.Code, g)
	}
	return g
}

func ended(id string) signaling.Message {
	return signaling.Message{RunEnded: &signaling.RunEnded{ID: id}}
}

func send(t testing.TB, c signaling.Conn, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if err := c.Send(t.Context(), ended(id)); err != nil {
			t.Fatalf("send %s: %v", id, err)
		}
	}
}

func expect(t testing.TB, c signaling.Conn, ids ...string) {
	t.Helper()
	for _, id := range ids {
		m, err := c.Receive(t.Context())
		if err != nil || m.RunEnded == nil || m.RunEnded.ID != id {
			t.Fatalf("received %+v, %v; want %s", m.RunEnded, err, id)
		}
	}
}
