package signaling_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck/signaling"
	"echopath/netcheck/signaling/signalingtest"
)

// dead makes the first wire of a hall lose everything, both ways, once it is true.
func dead(h *hall) *atomic.Bool {
	var gone atomic.Bool
	hook := func(_ context.Context, f []byte) ([][]byte, error) {
		if gone.Load() {
			return nil, nil
		}
		return [][]byte{f}, nil
	}
	h.onWire = func(n int, guest, host *signalingtest.Wire) {
		if n == 0 {
			guest.OnSend(hook)
			host.OnSend(hook)
		}
	}
	return &gone
}

// muxesOver are the two ends of a session as their users have them. Both implement Checker by all of their parts.
func muxesOver(t *testing.T, guest signaling.Conn, host *signaling.Guest) [2]*signaling.Mux {
	t.Helper()
	m := [2]*signaling.Mux{signaling.NewMux(guest), signaling.NewMux(host)}
	t.Cleanup(func() {
		for _, m := range m {
			_ = m.Close()
		}
	})
	return m
}

func TestCheckKeepsAWireThatLives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, nil)
		guest, host := h.join(nil)
		synctest.Wait()
		for range 20 {
			for _, c := range []signaling.Checker{guest.(signaling.Checker), host} { //nolint:forcetypeassert // it is what is tested
				began := time.Now()
				if err := c.Check(t.Context()); err != nil || time.Since(began) != 0 {
					t.Errorf("%v after %v", err, time.Since(began))
				}
			}
			time.Sleep(700 * time.Millisecond)
		}
		if h.count() != 1 {
			t.Errorf("%d wires", h.count())
		}
		send(t, guest, "a")
		expect(t, host, "a")
	})
}

// What a slow wire carries in time is a sign of life, whatever it is.
func TestCheckTakesAnythingForASignOfLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, nil)
		h.onWire = func(n int, guest, _ *signalingtest.Wire) {
			frames := 0
			guest.OnSend(func(_ context.Context, f []byte) ([][]byte, error) {
				if frames++; n == 0 && frames > 3 { // none of the guest's gets through after its first
					return nil, nil
				}
				return [][]byte{f}, nil
			})
		}
		guest, host := h.join(nil)
		synctest.Wait()
		time.AfterFunc(time.Second, func() { send(t, host, "unasked") })
		began := time.Now()
		if err := guest.(signaling.Checker).Check(t.Context()); err != nil || time.Since(began) != time.Second { //nolint:forcetypeassert // see above
			t.Errorf("%v after %v", err, time.Since(began))
		}
		expect(t, guest, "unasked")
	})
}

// Either end notices a dead wire in 1.5 s, and the guest makes another one at once.
func TestCheckReplacesADeadWire(t *testing.T) {
	for who, name := range []string{"guest", "host"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHall(t, nil)
				gone := dead(h)
				guest, host := h.join(nil)
				ends := muxesOver(t, guest, host)
				time.Sleep(time.Second)
				gone.Store(true)
				leg, err := ends[0].OpenLeg(t.Context(), testLeg())
				if err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				check := leg.Check
				if who == 1 {
					check = ends[1].Check
				}
				if err := check(t.Context()); !errors.Is(err, signaling.ErrNoWire) || time.Since(began) != 1500*time.Millisecond {
					t.Errorf("%v after %v", err, time.Since(began))
				}
				if _, _, err := ends[1].NextLeg(t.Context()); err != nil {
					t.Fatal(err)
				}
				if d := time.Since(began); d > 1800*time.Millisecond { // on this clock only what is asked for takes time
					t.Errorf("the order came after %v", d)
				}
				for _, m := range ends {
					if err := m.Check(t.Context()); err != nil {
						t.Error(err)
					}
				}
				if h.count() != 2 {
					t.Errorf("%d wires", h.count())
				}
			})
		})
	}
}

// The end of a Check's context harms no wire.
func TestCheckEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, nil)
		gone := dead(h)
		guest, _ := h.join(nil)
		synctest.Wait()
		gone.Store(true)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := guest.(signaling.Checker).Check(ctx); !errors.Is(err, context.DeadlineExceeded) { //nolint:forcetypeassert // see above
			t.Error(err)
		}
		gone.Store(false)
		time.Sleep(5 * time.Second)
		if h.count() != 1 {
			t.Errorf("%d wires", h.count())
		}
	})
}

// Without a wire a Check is told at once, and shortens the pause before the next attempt; so does an order.
func TestCheckWithoutAWireHastens(t *testing.T) {
	for name, prod := range map[string]func(*testing.T, *signaling.Mux){
		"check": func(t *testing.T, m *signaling.Mux) {
			if err := m.Check(t.Context()); !errors.Is(err, signaling.ErrNoWire) {
				t.Error(err)
			}
		},
		"order": func(t *testing.T, m *signaling.Mux) {
			if _, err := m.OpenLeg(t.Context(), testLeg()); err != nil {
				t.Error(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHall(t, nil)
				guest, host := h.join(nil)
				ends := muxesOver(t, guest, host)
				for range 20 {
					synctest.Wait() // the guest has taken the wire as well: one that breaks in its handshake is not a new one to it
					h.set(func() { h.down = errors.New("no network") })
					h.wire().Break()
					if away := <-h.away; !away {
						t.Fatal("not away")
					}
					time.Sleep(12 * time.Second) // the pauses are at their longest
					h.set(func() { h.down = nil })
					began := time.Now()
					prod(t, ends[0])
					if away := <-h.away; away {
						t.Fatal("not back")
					}
					if d := time.Since(began); d > 300*time.Millisecond { // see above
						t.Errorf("back after %v", d)
					}
				}
			})
		})
	}
}

func TestCheckOfASessionThatIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, nil)
		guest, host := h.join(nil)
		_ = guest.Close()
		_, err := host.Receive(t.Context())
		wantCode(t, err, signaling.CodeLeft)
		wantCode(t, host.Check(t.Context()), signaling.CodeLeft)
		wantCode(t, guest.(signaling.Checker).Check(t.Context()), signaling.CodeLeft) //nolint:forcetypeassert // see above

		a, b := signaling.Pipe(signaling.Hello{}, signaling.Hello{})
		if err := signaling.NewMux(a).Check(t.Context()); err != nil {
			t.Error(err)
		}
		_ = b.Close()
		wantCode(t, a.(signaling.Checker).Check(t.Context()), signaling.CodeLeft) //nolint:forcetypeassert // see above
	})
}

// A wire that two texts made can not be made anew, and is kept.
func TestCheckKeepsAPastedWire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, nil)
		gone := dead(h)
		hooked := h.onWire
		h.onWire = func(n int, guest, host *signalingtest.Wire) {
			hooked(n, guest, host)
			guest.SetWay(signaling.WayPaste)
		}
		guest, host := h.join(nil)
		synctest.Wait()
		gone.Store(true)
		if err := guest.(signaling.Checker).Check(t.Context()); !errors.Is(err, signaling.ErrNoWire) { //nolint:forcetypeassert // see above
			t.Error(err)
		}
		if h.count() != 1 || host.Away() {
			t.Errorf("%d wires", h.count())
		}
	})
}
