package signaling_test

import (
	"bytes"
	"context"
	"sync"
	"testing"
	"testing/synctest"

	"echopath/netcheck/signaling"
	"echopath/netcheck/signaling/signalingtest"
)

// tamperer falsifies what one end of one wire sends, from a frame of the session on. It keeps all frames.
type tamperer struct {
	mu     sync.Mutex
	seen   [][]byte // of the session: the first two of each end are the handshake's
	frames int
	at     int                                           // index of the frame of the session that is falsified
	change func(earlier [][]byte, frame []byte) [][]byte // what arrives in its place
}

func (m *tamperer) hook(_ context.Context, f []byte) ([][]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.frames++; m.frames <= 2 {
		return [][]byte{f}, nil
	}
	out := [][]byte{f}
	if len(m.seen) == m.at && m.change != nil {
		out = m.change(m.seen, f)
	}
	m.seen = append(m.seen, bytes.Clone(f))
	return out, nil
}

func (m *tamperer) frame(n int) []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	return bytes.Clone(m.seen[n])
}

var falsifications = map[string]func(earlier [][]byte, f []byte) [][]byte{
	"altered at the head":  func(_ [][]byte, f []byte) [][]byte { f[3] ^= 1; return [][]byte{f} },
	"altered in its count": func(_ [][]byte, f []byte) [][]byte { f[16] ^= 1; return [][]byte{f} },
	"altered at the end":   func(_ [][]byte, f []byte) [][]byte { f[len(f)-1] ^= 1; return [][]byte{f} },
	"of another type":      func(_ [][]byte, f []byte) [][]byte { f[0] = 1; return [][]byte{f} },
	"cut":                  func(_ [][]byte, f []byte) [][]byte { return [][]byte{f[:len(f)-1]} },
	"empty":                func(_ [][]byte, f []byte) [][]byte { return [][]byte{{}} },
	"longer":               func(_ [][]byte, f []byte) [][]byte { return [][]byte{append(f, 0)} },
	"repeated":             func(_ [][]byte, f []byte) [][]byte { return [][]byte{f, f} },
	"an earlier one":       func(e [][]byte, f []byte) [][]byte { return [][]byte{e[0], f} },
	"in its place":         func(e [][]byte, f []byte) [][]byte { return [][]byte{e[1]} },
	"too large":            func(_ [][]byte, f []byte) [][]byte { return [][]byte{make([]byte, signaling.MaxFrame+1)} },
}

// TestFalsifiedFrameEndsTheWire: whatever is done to one frame, the wire ends, the session goes on over the next one, and every
// message comes once and in order.
func TestFalsifiedFrameEndsTheWire(t *testing.T) {
	for name, change := range falsifications {
		for _, fromGuest := range []bool{true, false} {
			synctest.Test(t, func(t *testing.T) {
				falsified(t, name, fromGuest, &tamperer{at: 3, change: change})
			})
		}
	}
}

// Two frames that change places, and one that is left out, are noticed with the next one.
func TestOrderOfFrames(t *testing.T) {
	var held []byte
	n := 0
	swap := func(_ [][]byte, f []byte) [][]byte { held = f; return nil }
	for _, fromGuest := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) { falsified(t, "left out", fromGuest, &tamperer{at: 3, change: swap}) })
		synctest.Test(t, func(t *testing.T) {
			m := &tamperer{at: 3, change: swap}
			later := func(ctx context.Context, f []byte) ([][]byte, error) {
				out, err := m.hook(ctx, f)
				if held != nil && len(out) == 1 && n == 0 {
					n, out = 1, append(out, held)
				}
				return out, err
			}
			held, n = nil, 0
			falsifiedBy(t, "changed places", fromGuest, later)
		})
	}
}

func falsified(t *testing.T, name string, fromGuest bool, m *tamperer) {
	t.Helper()
	falsifiedBy(t, name, fromGuest, m.hook)
}

func falsifiedBy(t *testing.T, name string, fromGuest bool, hook signalingtest.Hook) {
	t.Helper()
	h := newHall(t, nil)
	h.onWire = func(n int, guest, host *signalingtest.Wire) {
		switch {
		case n == 0 && fromGuest:
			guest.OnSend(hook)
		case n == 0:
			host.OnSend(hook)
		}
	}
	guest, host := h.join(nil)
	ids := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
	var from, to signaling.Conn = guest, host
	if !fromGuest {
		from, to = host, guest
	}
	for _, id := range ids {
		send(t, from, id)
		synctest.Wait() // so that each is a frame of its own, whatever is said beside
	}
	expect(t, to, ids...)
	send(t, to, "back")
	expect(t, from, "back")
	if h.count() != 2 {
		t.Errorf("%s: %d wires, want 2", name, h.count())
	}
	if fromGuest { // the host noticed
		if g := gone(t, <-h.served); g.Code != signaling.CodeProtocol {
			t.Errorf("%s: the wire ended with %q (%v)", name, g.Code, g.Err)
		}
	}
}

// A frame that is sent back to its sender ends the wire.
func TestReflectedFrame(t *testing.T) {
	for _, fromGuest := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			m := &tamperer{}
			h := newHall(t, nil)
			var ends [2]*signalingtest.Wire
			h.onWire = func(n int, guest, host *signalingtest.Wire) {
				if n == 0 {
					ends = [2]*signalingtest.Wire{guest, host}
					if fromGuest {
						guest.OnSend(m.hook)
					} else {
						host.OnSend(m.hook)
					}
				}
			}
			guest, host := h.join(nil)
			var from signaling.Conn = guest
			own := ends[0]
			if !fromGuest {
				from, own = host, ends[1]
			}
			send(t, from, "a", "b", "c", "d")
			synctest.Wait()
			// With every number that could be due.
			for n := range 3 {
				if err := own.Deliver(t.Context(), m.frame(n)); err != nil {
					break // the wire has ended
				}
				synctest.Wait()
			}
			if <-h.away != true {
				t.Fatal("the wire goes on")
			}
		})
	}
}

// TestPersistentTampering: a session over which nothing gets through unfalsified ends, instead of trying for ever.
func TestPersistentTampering(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, nil)
		h.onWire = func(n int, guest, _ *signalingtest.Wire) {
			guest.OnSend((&tamperer{change: falsifications["altered at the end"]}).hook)
		}
		guest, host := h.join(nil)
		_, err := host.Receive(t.Context())
		wantCode(t, err, signaling.CodeProtocol)
		_, err = guest.Receive(t.Context())
		wantCode(t, err, signaling.CodeProtocol)
		if n := h.count(); n > 7 {
			t.Errorf("%d wires", n)
		}
	})
}

// TestHandshakeIsProtected: whatever byte of the handshake is changed, no session comes of it, and nothing panics.
func TestHandshakeIsProtected(t *testing.T) {
	for _, frame := range []struct {
		name      string
		fromGuest bool
		n         int
	}{{"guest hello", true, 0}, {"host hello", false, 0}, {"finish", true, 1}, {"accept", false, 1}} {
		for at := 0; ; at += 3 {
			done := false
			synctest.Test(t, func(t *testing.T) { done = !altered(t, frame.name, frame.fromGuest, frame.n, at) })
			if done {
				break
			}
		}
	}
}

// altered changes one byte of one frame of the handshake. It is false when the frame has no such byte.
func altered(t *testing.T, name string, fromGuest bool, number, at int) (changed bool) {
	h := newHall(t, func(c *signaling.LobbyConfig, _ *signaling.Room) { c.JoinsPerMinute = 1000 })
	h.onWire = func(_ int, guest, host *signalingtest.Wire) {
		n := 0
		hook := func(_ context.Context, f []byte) ([][]byte, error) {
			if n == number && at < len(f) {
				changed = true
				f[at] ^= 0x55
			}
			n++
			return [][]byte{f}, nil
		}
		if fromGuest {
			guest.OnSend(hook)
		} else {
			host.OnSend(hook)
		}
	}
	c, err := signaling.Join(t.Context(), h.config())
	switch {
	case err == nil && changed:
		t.Errorf("%s, byte %d: came in", name, at)
	case err != nil && !changed:
		t.Errorf("%s: %v", name, err)
	case err != nil:
		gone(t, err)
	}
	if c != nil {
		_ = c.Close()
	}
	return changed
}

// TestGuestsOfOneInvite: two guests with the same invite can not pass for each other.
func TestGuestsOfOneInvite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := &tamperer{}, &tamperer{}
		h := newHall(t, guests(2))
		var wires []*signalingtest.Wire
		h.onWire = func(n int, guest, _ *signalingtest.Wire) {
			guest.OnSend([]*tamperer{a, b, {}}[min(n, 2)].hook)
			wires = append(wires, guest)
		}
		first, firstHost := h.join(nil)
		second, secondHost := h.join(nil)
		send(t, first, "a", "b")
		send(t, second, "a")
		expect(t, firstHost, "a", "b")
		expect(t, secondHost, "a")
		synctest.Wait()
		// The second guest's wire carries what the first one sent, at the number that is due.
		due := len(b.seen)
		for len(a.seen) <= due {
			send(t, first, "more")
			expect(t, firstHost, "more")
			synctest.Wait()
		}
		if err := wires[1].Inject(t.Context(), a.frame(due)); err != nil {
			t.Fatal(err)
		}
		wantCode(t, <-h.served, signaling.CodeProtocol)
		send(t, second, "own")
		expect(t, secondHost, "own")
	})
}

// TestNoOracle: who does not know the secret learns nothing from a host but that.
func TestNoOracle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, nil)
		var mu sync.Mutex
		var said []byte
		h.onWire = func(_ int, _, host *signalingtest.Wire) {
			host.OnSend(func(_ context.Context, f []byte) ([][]byte, error) {
				mu.Lock()
				defer mu.Unlock()
				said = append(said, f...)
				return [][]byte{f}, nil
			})
		}
		h.refusal(signaling.CodeWrongSecret, func(c *signaling.JoinConfig) { c.Secret[3]++ })
		mu.Lock()
		defer mu.Unlock()
		if want := append([]byte{15}, make([]byte, 32)...); !bytes.Equal(said, append(want, `{"code":"wrong_secret"}`...)) {
			t.Errorf("the host said %q", said)
		}
	})
}

// TestNoise: frames that are none of the handshake.
func TestNoise(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, frame := range map[string][]byte{
			"empty": {}, "one byte": {1}, "no JSON": append([]byte{1}, make([]byte, 40)...), "a frame of a session": append([]byte{16}, make([]byte, 40)...),
			"finish first": append([]byte{3}, make([]byte, 60)...), "no room": append(append([]byte{1}, make([]byte, 32)...), `{"room":"AAAA"}`...),
			"large": make([]byte, 4097),
		} {
			h := newHall(t, nil)
			w, err := h.dial(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Send(t.Context(), frame); err != nil {
				t.Fatal(err)
			}
			g := gone(t, <-h.served)
			if want := signaling.CodeProtocol; g.Code != want && (name != "large" || g.Code != signaling.CodeTooLarge) && (name != "empty" || g.Code != signaling.CodeLost) {
				t.Errorf("%s: %q (%s)", name, g.Code, g.Text)
			}
			for { // whatever it answers, it is small, and the wire ends
				answer, err := w.Receive(t.Context())
				if err != nil {
					break
				}
				if len(answer) > 200 {
					t.Errorf("%s: %d bytes", name, len(answer))
				}
			}
			_ = w.Close()
		}
	})
}
