package signaling_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck/signaling"
	"echopath/netcheck/signaling/signalingtest"
)

func guests(n int) func(*signaling.LobbyConfig, *signaling.Room) {
	return func(_ *signaling.LobbyConfig, r *signaling.Room) { r.Guests = n }
}

func identity(n byte) func(*signaling.JoinConfig) {
	return func(c *signaling.JoinConfig) { c.Identity = [32]byte{n} }
}

func mustSay(t *testing.T, g *signaling.Gone, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(g.Text+" "+g.Advice, w) {
			t.Errorf("%q is not in: %s %s", w, g.Text, g.Advice)
		}
	}
}

func TestUnknownRoomAndWrongSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, nil)
		h.refusal(signaling.CodeUnknownRoom, func(c *signaling.JoinConfig) { c.Room[0]++ })
		h.refusal(signaling.CodeWrongSecret, func(c *signaling.JoinConfig) { c.Secret[0]++ })
		h.lobby.Shut(h.room.ID)
		h.refusal(signaling.CodeUnknownRoom, nil)
	})
}

func TestExpired(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, nil)
		first, _ := h.join(identity(1))
		time.Sleep(25 * time.Minute)
		g, _ := h.refusal(signaling.CodeExpired, nil)
		mustSay(t, g, "15 min ago by the host's clock", "new invite")
		if strings.Contains(g.Text, "ahead") || strings.Contains(g.Text, "behind") {
			t.Errorf("a clock is blamed: %s", g.Text)
		}
		g, _ = h.refusal(signaling.CodeExpired, func(c *signaling.JoinConfig) {
			c.Now = func() time.Time { return time.Now().Add(3 * time.Hour) }
		})
		mustSay(t, g, "This computer's clock is 3 h ahead", "Set the clocks")
		g, _ = h.refusal(signaling.CodeExpired, func(c *signaling.JoinConfig) {
			c.Now = func() time.Time { return time.Now().Add(-90 * time.Second) }
		})
		mustSay(t, g, "90 s behind")

		// Who was in before stays, and may come again.
		send(t, first, "still-in")
		_ = first.Close()
		<-h.served
		h.join(identity(1))
	})
}

func TestUsedAndFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, guests(2))
		a, _ := h.join(identity(1))
		b, atHost := h.join(identity(2))
		h.refusal(signaling.CodeRoomFull, identity(3))
		_ = b.Close()
		wantCode(t, <-h.served, signaling.CodeLeft)
		_, err := atHost.Receive(t.Context())
		wantCode(t, err, signaling.CodeLeft)
		h.refusal(signaling.CodeUsed, identity(3))
		h.join(identity(2)) // it comes again
		h.refusal(signaling.CodeRoomFull, nil)

		// The same guest once more, from a second window.
		again, _ := h.join(identity(1))
		wantCode(t, <-h.served, signaling.CodeReplaced)
		_, err = a.Receive(t.Context())
		wantCode(t, err, signaling.CodeReplaced)
		send(t, again, "in")
	})
}

func TestHostFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, func(c *signaling.LobbyConfig, r *signaling.Room) { c.MaxGuests, r.Guests = 2, 9 })
		a, _ := h.join(nil)
		h.join(identity(2))
		h.refusal(signaling.CodeHostFull, nil)
		h.join(identity(2)) // takes its own place
		<-h.served
		_ = a.Close()
		<-h.served
		h.join(nil)
	})
}

func TestPerAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, func(c *signaling.LobbyConfig, r *signaling.Room) { c.MaxPerAddress, r.Guests = 2, 9 })
		from := func(remote string) { h.set(func() { h.remote = remote }) }
		from("192.0.2.7:1000")
		h.join(nil)
		from("[::ffff:192.0.2.7]:2000")
		h.join(nil)
		h.refusal(signaling.CodeTooMany, nil)
		from("192.0.2.8:1000")
		h.join(nil)
		from("[2001:db8:1:2::1]:1")
		h.join(nil)
		from("[2001:db8:1:2:ffff::9]:1")
		h.join(nil)
		h.refusal(signaling.CodeTooMany, nil)
		from("[2001:db8:1:3::1]:1")
		h.join(nil)
	})
}

func TestJoinsPerMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, func(c *signaling.LobbyConfig, r *signaling.Room) { c.JoinsPerMinute = 6 })
		wrong := func(c *signaling.JoinConfig) { c.Secret[0]++ }
		h.remote = "192.0.2.7:1000"
		for range 6 {
			h.refusal(signaling.CodeWrongSecret, wrong)
		}
		h.refusal(signaling.CodeTooMany, nil)
		time.Sleep(10 * time.Second)
		guest, _ := h.join(nil)

		// Coming back over new wires is no attempt.
		for range 20 {
			synctest.Wait() // the guest has taken the wire as well
			h.wire().Break()
			<-h.away
			<-h.away
		}
		send(t, guest, "x")
	})
}

func TestVersions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		speaks := func(low, high int) func(*signaling.LobbyConfig, *signaling.Room) {
			return func(c *signaling.LobbyConfig, r *signaling.Room) { c.Self.Versions, r.Guests = [2]int{low, high}, 9 }
		}
		comes := func(low, high int) func(*signaling.JoinConfig) {
			return func(c *signaling.JoinConfig) { c.Self.Versions = [2]int{low, high} }
		}
		h := newHall(t, speaks(2, 4))
		guest, host := h.join(comes(1, 3))
		if guest.Version() != 3 || host.Version() != 3 || host.Peer().Versions != [2]int{1, 3} {
			t.Errorf("version %d, %d", guest.Version(), host.Version())
		}
		atGuest, atHost := h.refusal(signaling.CodeVersion, comes(1, 1))
		mustSay(t, atGuest, "this computer speaks version 1", "the host speaks versions 2 to 4", "Update Echopath on this computer")
		mustSay(t, atHost, "this host speaks versions 2 to 4", "the guest speaks version 1", "Update Echopath on the guest")
		atGuest, atHost = h.refusal(signaling.CodeVersion, comes(5, 7))
		mustSay(t, atGuest, "Update Echopath on the host")
		mustSay(t, atHost, "Update Echopath on this host")
		h.refusal(signaling.CodeVersion, comes(3, 2))
	})
}

func TestWhoSaysNothingIsSentAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, func(c *signaling.LobbyConfig, r *signaling.Room) { c.MaxPerAddress = 3 })
		h.remote = "192.0.2.7:1000"
		began := time.Now()
		for range 3 {
			if _, err := h.dial(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		h.join(nil) // even from the same address, nobody is disturbed by them
		for range 3 {
			g := wantCode(t, <-h.served, signaling.CodeLost)
			mustSay(t, g, "10 s")
		}
		if d := time.Since(began); d != 10*time.Second {
			t.Errorf("after %v", d)
		}
	})
}

// A host that is silent, or hangs up, is told apart from one that refuses.
func TestSilentHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, nil)
		c := h.config()
		c.Dial = func(context.Context) (signaling.Wire, error) {
			a, _ := signalingtest.Wires()
			return a, nil
		}
		_, err := signaling.Join(t.Context(), c)
		mustSay(t, wantCode(t, err, signaling.CodeLost), "did not answer in time")

		c.Dial = func(context.Context) (signaling.Wire, error) {
			a, b := signalingtest.Wires()
			_ = b.Close()
			return a, nil
		}
		_, err = signaling.Join(t.Context(), c)
		mustSay(t, wantCode(t, err, signaling.CodeLost), "ended before it let this computer in")

		blocked := errors.New("blocked")
		c.Dial = func(context.Context) (signaling.Wire, error) { return nil, blocked }
		if _, err = signaling.Join(t.Context(), c); err != blocked { //nolint:errorlint // it is that error itself
			t.Errorf("error is %v", err)
		}

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		c.Dial = func(context.Context) (signaling.Wire, error) {
			a, _ := signalingtest.Wires()
			return a, nil
		}
		_, err = signaling.Join(ctx, c)
		wantCode(t, err, signaling.CodeLost)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error is %v", err)
		}
	})
}

// A wire that breaks during the handshake is made again, and the invite is not used up by it.
func TestHandshakeIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for cut := range 4 {
			h := newHall(t, nil)
			h.onWire = func(n int, guest, host *signalingtest.Wire) {
				frames := 0
				hook := func(_ context.Context, f []byte) ([][]byte, error) {
					if frames++; n == 0 && frames > cut/2 {
						return nil, errors.New("cut")
					}
					return [][]byte{f}, nil
				}
				if cut%2 == 0 {
					guest.OnSend(hook)
				} else {
					host.OnSend(hook)
				}
			}
			guest, host := h.join(nil)
			if cut == 3 { // the host lost it after it had let the guest in
				host = latest(h, host)
			}
			send(t, guest, "in")
			expect(t, host, "in")
			if h.count() != 2 {
				t.Errorf("cut %d: %d wires", cut, h.count())
			}
		}
	})
}
