package signaling_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck/signaling"
)

// latest is the guest that arrived last.
func latest(h *hall, g *signaling.Guest) *signaling.Guest {
	for {
		select {
		case g = <-h.guests:
		default:
			return g
		}
	}
}

func TestDismissedWhileAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, nil)
		guest, host := h.join(nil)
		h.set(func() { h.down = errors.New("no network") })
		h.wire().Break()
		<-h.away
		_ = host.Dismiss(signaling.CodeRemoved, "Enough for today.")
		h.set(func() { h.down = nil })
		_, err := guest.Receive(t.Context())
		mustSay(t, wantCode(t, err, signaling.CodeRemoved), "Enough for today.")
	})
}

func TestHostStartedAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, other := newHall(t, nil), newHall(t, nil)
		guest, _ := h.join(func(c *signaling.JoinConfig) {
			first := c.Dial
			c.Dial = func(ctx context.Context) (signaling.Wire, error) {
				if h.count() == 0 {
					return first(ctx)
				}
				return other.dial(ctx)
			}
		})
		h.wire().Break()
		_, err := guest.Receive(t.Context())
		mustSay(t, wantCode(t, err, signaling.CodeLost), "does not know this session any more")
	})
}

func TestShutKeepsWhoIsIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, nil)
		guest, host := h.join(nil)
		h.lobby.Shut(h.room.ID)
		h.wire().Break()
		<-h.away
		<-h.away
		send(t, guest, "in")
		expect(t, host, "in")
	})
}

func TestRefusedIsRateLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, nil)
		flood := func() {
			for range 100 {
				h.refusal(signaling.CodeUnknownRoom, func(c *signaling.JoinConfig) { c.Room[0]++ })
			}
		}
		flood()
		if n := len(h.refused); n != 10 {
			t.Errorf("told %d times", n)
		}
		time.Sleep(3 * time.Second)
		flood()
		if n := len(h.refused); n != 13 {
			t.Errorf("told %d times", n)
		}
	})
}

func TestOpenChecks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, nil)
		for name, change := range map[string]func(*signaling.Room){
			"no secret": func(r *signaling.Room) { r.Secret = [16]byte{} },
			"no expiry": func(r *signaling.Room) { r.Expiry = time.Time{} },
			"no guests": func(r *signaling.Room) { r.Guests = 0 },
			"too many":  func(r *signaling.Room) { r.Guests = 1 << 20 },
		} {
			r := h.room
			change(&r)
			if h.lobby.Open(r) == nil {
				t.Errorf("%s was taken", name)
			}
		}
		// A room that is open takes new terms and keeps who used it.
		guest, _ := h.join(identity(1))
		_ = guest.Close()
		<-h.served
		h.room.Guests = 2
		if err := h.lobby.Open(h.room); err != nil {
			t.Fatal(err)
		}
		h.join(identity(2))
		h.refusal(signaling.CodeUsed, identity(3))
		_ = h.lobby.Close()
		wantCode(t, h.lobby.Open(h.room), signaling.CodeHostStopped)
	})
}

// Ends may be used from within Arrive.
func TestDismissFromArrive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, func(c *signaling.LobbyConfig, _ *signaling.Room) {
			c.Arrive = func(g *signaling.Guest) { _ = g.Dismiss(signaling.CodeDeclined, "") }
		})
		conn, err := signaling.Join(t.Context(), h.config())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		_, err = conn.Receive(t.Context())
		wantCode(t, err, signaling.CodeDeclined)
	})
}

func TestManyGuests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const many = 100
		h := newHall(t, guests(many))
		done := make(chan error, many)
		hosts := make(chan *signaling.Guest, many)
		for n := range many {
			go func() {
				c, err := signaling.Join(t.Context(), h.config())
				if err == nil {
					for i := range 10 {
						err = errors.Join(err, c.Send(t.Context(), ended(fmt.Sprintf("%d-%d", n, i))))
					}
					m, receiveErr := c.Receive(t.Context())
					err = errors.Join(err, receiveErr)
					if err == nil && m.RunEnded.ID != fmt.Sprintf("%d-9", n) {
						err = fmt.Errorf("guest %d got %s", n, m.RunEnded.ID)
					}
					_ = c.Close()
				}
				done <- err
			}()
			go func() {
				g := <-h.guests
				for range 9 {
					_, _ = g.Receive(t.Context())
				}
				if m, err := g.Receive(t.Context()); err == nil {
					_ = g.Send(t.Context(), m)
				}
				hosts <- g
			}()
		}
		for range many {
			if err := <-done; err != nil {
				t.Error(err)
			}
			_, err := (<-hosts).Receive(t.Context())
			wantCode(t, err, signaling.CodeLeft)
		}
	})
}

// TestAwayComesAfterArrive: a host is never told that a guest is away of whom it has not heard.
func TestAwayComesAfterArrive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h *hall
		var told []string
		h = newHall(t, func(c *signaling.LobbyConfig, _ *signaling.Room) {
			c.Arrive = func(g *signaling.Guest) {
				time.Sleep(time.Second) // the guest knows that it is in
				h.wire().Break()
				time.Sleep(time.Second) // it is back before that
				told = append(told, "arrived")
				h.guests <- g
			}
			c.Away = func(_ *signaling.Guest, away bool) { told = append(told, fmt.Sprint("away ", away)) }
		})
		guest, host := h.join(nil)
		send(t, guest, "x")
		expect(t, host, "x")
		synctest.Wait()
		if len(told) != 1 || told[0] != "arrived" {
			t.Errorf("told %q", told)
		}
		h.set(func() { h.down = errors.New("no network") })
		h.wire().Break()
		synctest.Wait()
		h.set(func() { h.down = nil })
		send(t, guest, "y")
		expect(t, host, "y")
		synctest.Wait()
		if fmt.Sprint(told) != "[arrived away true away false]" {
			t.Errorf("told %q", told)
		}
	})
}
