package signaling

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// memory is a wire in memory for tests from inside, which can not use package signalingtest.
type memory struct {
	in, out chan []byte
	own     chan struct{}
	other   chan struct{}
}

func memoryWires() (a, b *memory) {
	ab, ba := make(chan []byte, 16), make(chan []byte, 16)
	ac, bc := make(chan struct{}), make(chan struct{})
	return &memory{in: ba, out: ab, own: ac, other: bc}, &memory{in: ab, out: ba, own: bc, other: ac}
}

var errClosed = errors.New("closed")

func (m *memory) Send(ctx context.Context, b []byte) error {
	select {
	case m.out <- bytes.Clone(b):
		return nil
	case <-m.own:
	case <-m.other:
	case <-ctx.Done():
	}
	return errClosed
}

func (m *memory) Receive(ctx context.Context) ([]byte, error) {
	select {
	case b := <-m.in:
		return b, nil
	default:
	}
	select {
	case b := <-m.in:
		return b, nil
	case <-m.own:
	case <-m.other:
		select {
		case b := <-m.in: // the last that was sent
			return b, nil
		default:
		}
	case <-ctx.Done():
	}
	return nil, errClosed
}

func (m *memory) Close() error {
	select {
	case <-m.own:
	default:
		close(m.own)
	}
	return nil
}

func (m *memory) Way() Way               { return WayMemory }
func (m *memory) Remote() netip.AddrPort { return netip.MustParseAddrPort("192.0.2.9:9") }

// inside is a lobby and one guest in it.
type insideHall struct {
	lobby  *Lobby
	config JoinConfig
	guest  *session
	host   *Guest
	served chan error
}

func newInside(t *testing.T) *insideHall {
	t.Helper()
	arrived := make(chan *Guest, 1)
	h := &insideHall{lobby: NewLobby(LobbyConfig{Arrive: func(g *Guest) { arrived <- g }}), config: testConfig(), served: make(chan error, 16)}
	if err := h.lobby.Open(Room{ID: h.config.Room, Secret: h.config.Secret, Expiry: time.Now().Add(time.Hour), Guests: 1}); err != nil {
		t.Fatal(err)
	}
	h.config.Dial = func(context.Context) (Wire, error) {
		a, b := memoryWires()
		go func() { h.served <- h.lobby.Serve(context.Background(), b) }()
		return a, nil
	}
	c, err := Join(t.Context(), h.config)
	if err != nil {
		t.Fatal(err)
	}
	h.guest, h.host = c.(*session), <-arrived
	return h
}

func (h *insideHall) close() {
	_ = h.guest.Close()
	_ = h.lobby.Close()
}

// TestStrangerResumes: who names a session without its key does not get it, and does not disturb it.
func TestStrangerResumes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newInside(t)
		defer h.close()
		for name, s := range map[string]*session{
			"another's key": newSession(roleGuest, h.host.ID(), 1, Hello{}, inviteKey(h.config.Room, h.config.Secret)),
			"no session":    newSession(roleGuest, "abcdefghabcdefgh", 1, Hello{}, h.guest.resume),
		} {
			w, _ := h.config.Dial(t.Context())
			if _, _, err := greet(t.Context(), w, h.config, s); code(err) != CodeLost {
				t.Errorf("%s: %v", name, err)
			}
			_ = w.Close()
			s.finish(ownLeave(), true)
			if c := code(<-h.served); c != CodeLost {
				t.Errorf("%s: the host says %s", name, c)
			}
		}
		if h.host.Away() {
			t.Error("the guest lost its wire")
		}
	})
}

// TestResumeWithAnotherHistory: a guest that has the key and tells of other messages than the host sent is none.
func TestResumeWithAnotherHistory(t *testing.T) {
	for name, change := range map[string]func(*session){
		"a message that was not sent": func(s *session) { s.received++ },
		"other messages":              func(s *session) { s.inChain[0]++ },
	} {
		synctest.Test(t, func(t *testing.T) {
			h := newInside(t)
			defer h.close()
			twin := newSession(roleGuest, h.host.ID(), 1, Hello{}, h.guest.resume)
			change(twin)
			w, _ := h.config.Dial(t.Context())
			if _, _, err := greet(t.Context(), w, h.config, twin); code(err) != CodeProtocol {
				t.Errorf("%s: %v", name, err)
			}
			_ = w.Close()
			twin.finish(ownLeave(), true)
			if c := h.host.s.over(); c == nil || c.Code != CodeProtocol {
				t.Errorf("%s: %v", name, c)
			}
		})
	}
}

// put queues what Encode would refuse.
func put(t *testing.T, s *session, text string) {
	t.Helper()
	if _, err := s.queue([]byte(text)); err != nil {
		t.Fatal(err)
	}
}

// TestUnreadableMessageEndsTheSession at both ends, and each says so.
func TestUnreadableMessageEndsTheSession(t *testing.T) {
	for text, want := range map[string]Code{
		`{"run":{"id":""}}`: CodeProtocol,
		`no JSON`:           CodeProtocol,
		`{"x":"` + strings.Repeat("y", 65400) + `"}`: CodeTooLarge,
	} {
		synctest.Test(t, func(t *testing.T) {
			h := newInside(t)
			defer h.close()
			put(t, h.guest, text)
			if _, err := h.host.Receive(t.Context()); code(err) != want {
				t.Errorf("%.20s: the host says %v", text, err)
			}
			if _, err := h.guest.Receive(t.Context()); code(err) != want {
				t.Errorf("%.20s: the guest says %v", text, err)
			}
		})
		synctest.Test(t, func(t *testing.T) {
			h := newInside(t)
			defer h.close()
			put(t, h.host.s, text)
			if _, err := h.guest.Receive(t.Context()); code(err) != want {
				t.Errorf("%.20s: the guest says %v", text, err)
			}
			if _, err := h.host.Receive(t.Context()); code(err) != want {
				t.Errorf("%.20s: the host says %v", text, err)
			}
		})
	}
}

// TestAuthenticNonsenseEndsTheSession: what only the other end itself can have said, and can not be.
func TestAuthenticNonsenseEndsTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newInside(t)
		defer h.close()
		h.guest.mu.Lock()
		h.guest.received, h.guest.tellNow = 7, true // messages that the host never sent
		h.guest.signal(h.guest.wake)
		h.guest.mu.Unlock()
		if _, err := h.host.Receive(t.Context()); code(err) != CodeProtocol {
			t.Error(err)
		}
		if _, err := h.guest.Receive(t.Context()); code(err) != CodeProtocol {
			t.Error(err)
		}
	})
}

func TestAddressesAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAddresses(30, 2)
		for n := range maxAddresses {
			a.attempt(fmt.Sprint("old", n), time.Now())
		}
		a.enter("old7")
		for range 30 { // those that are new share one account while the old ones count
			if !a.attempt("new1", time.Now()) {
				t.Fatal("refused too early")
			}
		}
		if a.attempt("new2", time.Now()) || len(a.all) > maxAddresses+1 {
			t.Errorf("%d accounts are kept", len(a.all))
		}
		// Later on all are idle but the one with a guest, and one that is new has an account of its own.
		time.Sleep(time.Hour)
		if !a.attempt("new2", time.Now()) || len(a.all) != 2 || a.count("old7") != 1 {
			t.Errorf("%d accounts are kept", len(a.all))
		}
	})
}

func TestAddressesCount(t *testing.T) {
	a := newAddresses(30, 2)
	a.enter("x")
	a.leave("x")
	a.leave("x")
	if a.count("x") != 0 || !a.begin("x") || !a.begin("x") || a.begin("x") {
		t.Error("miscounted")
	}
	a.begun("x")
	if !a.begin("x") {
		t.Error("no room after one has ended")
	}
	for range 100 {
		if !a.attempt("", time.Now()) || !a.begin("") {
			t.Error("an unknown address is limited")
		}
	}
}

// TestWordsAreComplete: every code has words of its own for either end.
func TestWordsAreComplete(t *testing.T) {
	codes := []Code{
		CodeLeft, CodeRemoved, CodeDeclined, CodeHostStopped, CodeLost, CodeExpired, CodeUsed, CodeUnknownRoom, CodeRoomFull, CodeHostFull,
		CodeTooMany, CodeWrongSecret, CodeVersion, CodeProtocol, CodeTooLarge, CodeReplaced, CodeFlood, CodeBusy,
	}
	for _, r := range []role{roleGuest, roleHost} {
		texts := map[string]bool{}
		for _, c := range codes {
			g := r.gone(c, nil)
			if texts[g.Text] || !strings.HasSuffix(g.Text, ".") || !strings.HasSuffix(g.Advice, ".") || strings.Contains(g.Text, string(c)+")") {
				t.Errorf("%c, %s: %q %q", r, c, g.Text, g.Advice)
			}
			texts[g.Text] = true
		}
		if g := r.gone("meltdown", nil); !strings.Contains(g.Text, "meltdown") || g.Advice == "" {
			t.Errorf("an unknown code: %q", g.Text)
		}
	}
	if len(guestWords) != len(codes) || len(hostWords) != len(codes) {
		t.Errorf("%d and %d codes have words, of %d", len(guestWords), len(hostWords), len(codes))
	}
}

func TestIdentityIsOfTheRoom(t *testing.T) {
	id := func(room byte) []byte { return mac(make([]byte, 32), "identity", []byte{room}) }
	if bytes.Equal(id(1), id(2)) || len(id(1)) != sha256.Size {
		t.Error("two hosts could tell that one guest was at both")
	}
}

// deaf is a wire that takes the host's first frame and no other.
type deaf struct {
	*memory
	frames int
}

func (d *deaf) Send(ctx context.Context, b []byte) error {
	if d.frames++; d.frames > 1 {
		return errClosed
	}
	return d.memory.Send(ctx, b)
}

// TestGuestThatWasNotToldUsesUpNothing: an accept that could not be sent leaves the invite as it was.
func TestGuestThatWasNotToldUsesUpNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := testConfig()
		l := NewLobby(LobbyConfig{})
		defer func() { _ = l.Close() }()
		if err := l.Open(Room{ID: c.Room, Secret: c.Secret, Expiry: time.Now().Add(time.Hour), Guests: 1}); err != nil {
			t.Fatal(err)
		}
		broken := true
		c.Dial = func(context.Context) (Wire, error) {
			a, b := memoryWires()
			w := Wire(b)
			if broken {
				w = &deaf{memory: b}
			}
			go func() { _ = l.Serve(context.Background(), w) }()
			return a, nil
		}
		if _, err := Join(t.Context(), c); code(err) != CodeLost {
			t.Fatal(err)
		}
		broken = false
		c.Identity = [32]byte{9} // somebody else
		conn, err := Join(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.Close()
	})
}
