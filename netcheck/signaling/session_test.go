package signaling_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck/signaling"
	"echopath/netcheck/signaling/signalingtest"
)

func TestSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, nil)
		guest, host := h.join(nil)
		if p := guest.Peer(); p.Name != "host" || p.AppVersion != "1.2" || p.OS != "plan9" || p.Versions != [2]int{1, 1} {
			t.Errorf("the guest sees %+v", p)
		}
		if p := host.Peer(); p.Name != "guest" || len(p.Features) != 1 || p.Versions != [2]int{1, 1} {
			t.Errorf("the host sees %+v", p)
		}
		if guest.Version() != 1 || host.Version() != 1 || guest.Way() != signaling.WayMemory || len(host.ID()) != 16 || host.Room() != h.room.ID {
			t.Errorf("version %d, %d, way %s, id %q", guest.Version(), host.Version(), guest.Way(), host.ID())
		}
		send(t, guest, "a", "b")
		send(t, host, "c", "d")
		expect(t, host, "a", "b")
		expect(t, guest, "c", "d")

		send(t, guest, "last")
		if err := errors.Join(guest.Close(), guest.Close()); err != nil {
			t.Fatal(err)
		}
		expect(t, host, "last")
		_, err := host.Receive(t.Context())
		wantCode(t, err, signaling.CodeLeft)
		wantCode(t, host.Send(t.Context(), ended("x")), signaling.CodeLeft)
		wantCode(t, <-h.served, signaling.CodeLeft)
		_, err = guest.Receive(t.Context())
		wantCode(t, err, signaling.CodeLeft)
	})
}

func TestHostStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, func(_ *signaling.LobbyConfig, r *signaling.Room) { r.Guests = 5 })
		var guests []signaling.Conn
		for range 5 {
			g, _ := h.join(nil)
			guests = append(guests, g)
		}
		if err := errors.Join(h.lobby.Close(), h.lobby.Close()); err != nil {
			t.Fatal(err)
		}
		for _, g := range guests {
			_, err := g.Receive(t.Context())
			wantCode(t, err, signaling.CodeHostStopped)
		}
		_, err := signaling.Join(t.Context(), h.config())
		wantCode(t, err, signaling.CodeHostStopped)
	})
}

func TestDismiss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, nil)
		guest, host := h.join(nil)
		send(t, host, "before")
		if err := host.Dismiss(signaling.CodeRemoved, "You have had\nyour \x1b[31mturn."); err != nil {
			t.Fatal(err)
		}
		expect(t, guest, "before")
		_, err := guest.Receive(t.Context())
		if g := wantCode(t, err, signaling.CodeRemoved); g.Text != "You have had your [31mturn." {
			t.Errorf("text is %q", g.Text)
		}
		_, err = host.Receive(t.Context())
		wantCode(t, err, signaling.CodeRemoved)
		wantCode(t, <-h.served, signaling.CodeRemoved)
	})
}

// What both ends send while wires break comes once and in order.
func TestResumeLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, nil)
		breaking := func(after int) signalingtest.Hook {
			n := 0
			return func(_ context.Context, f []byte) ([][]byte, error) {
				if n++; n > after {
					return nil, errors.New("cut")
				}
				return [][]byte{f}, nil
			}
		}
		h.onWire = func(n int, guest, host *signalingtest.Wire) {
			if n < 20 {
				guest.OnSend(breaking(3 + 5*n%11))
				host.OnSend(breaking(3 + 7*n%13))
			}
		}
		guest, host := h.join(nil)
		const messages = 100
		for i := range messages {
			send(t, guest, fmt.Sprintf("g%d", i))
			send(t, host, fmt.Sprintf("h%d", i))
		}
		for i := range messages {
			expect(t, host, fmt.Sprintf("g%d", i))
			expect(t, guest, fmt.Sprintf("h%d", i))
		}
		if h.count() < 10 {
			t.Errorf("only %d wires were used", h.count())
		}
		_ = guest.Close()
		_, err := host.Receive(t.Context())
		wantCode(t, err, signaling.CodeLeft)
	})
}

func TestAwayAndBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, nil)
		guest, host := h.join(nil)
		h.set(func() { h.down = errors.New("no network") })
		h.wire().Break()
		if away := <-h.away; !away || !host.Away() {
			t.Fatal("not away")
		}
		wantCode(t, <-h.served, signaling.CodeLost)
		send(t, host, "meanwhile")
		send(t, guest, "me-too")
		time.Sleep(20 * time.Second)
		h.set(func() { h.down = nil; h.remote = "192.0.2.7:1" })
		if away := <-h.away; away || host.Away() {
			t.Fatal("not back")
		}
		expect(t, guest, "meanwhile")
		expect(t, host, "me-too")
		if host.Remote().String() != "192.0.2.7:1" {
			t.Errorf("remote is %v", host.Remote())
		}
	})
}

func TestLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, nil)
		guest, host := h.join(nil)
		send(t, guest, "read-later")
		synctest.Wait()
		h.set(func() { h.down = errors.New("no network") })
		h.wire().Break()
		began := time.Now()
		_, err := guest.Receive(t.Context())
		g := wantCode(t, err, signaling.CodeLost)
		if g.Err == nil || time.Since(began) != time.Minute {
			t.Errorf("%v after %v", g.Err, time.Since(began))
		}
		expect(t, host, "read-later")
		_, err = host.Receive(t.Context())
		wantCode(t, err, signaling.CodeLost)
		if time.Since(began) != time.Minute {
			t.Errorf("after %v", time.Since(began))
		}
	})
}

// A cable that is pulled breaks no wire: nothing is heard any more.
func TestSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, nil)
		pulled := dead(h)
		guest, host := h.join(nil)
		time.Sleep(10 * time.Minute) // signs of life keep the wire
		if h.count() != 1 {
			t.Fatalf("%d wires", h.count())
		}
		pulled.Store(true)
		began := time.Now()
		if away := <-h.away; !away {
			t.Fatal("not away")
		}
		if d := time.Since(began); d < 15*time.Second || d > 25*time.Second {
			t.Errorf("noticed after %v", d)
		}
		if away := <-h.away; away {
			t.Fatal("not back")
		}
		send(t, guest, "a")
		send(t, host, "b")
		expect(t, host, "a")
		expect(t, guest, "b")
	})
}

// stubborn is a wire of which the other end does not learn that it was closed.
type stubborn struct{ signaling.Wire }

func (stubborn) Close() error { return nil }

// A guest whose old wire still seems to live at the host comes in by a new one.
func TestSecondWireReplacesTheFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, nil)
		guest, host := h.join(func(c *signaling.JoinConfig) {
			c.Dial = func(ctx context.Context) (signaling.Wire, error) {
				w, err := h.dial(ctx)
				return stubborn{w}, err
			}
		})
		synctest.Wait()
		first := h.wire()
		if err := first.Deliver(t.Context(), []byte("noise")); err != nil {
			t.Fatal(err)
		}
		send(t, guest, "over-the-second")
		expect(t, host, "over-the-second")
		send(t, host, "and-back")
		expect(t, guest, "and-back")
		wantCode(t, <-h.served, signaling.CodeReplaced)
		if h.count() != 2 {
			t.Errorf("%d wires", h.count())
		}
		_ = guest.Close()
		_, err := host.Receive(t.Context())
		wantCode(t, err, signaling.CodeLeft)
	})
}

func TestSendWaitsWhileTheOtherEndDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, nil)
		guest, host := h.join(nil)
		fill := func(c signaling.Conn) (n int) {
			for {
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour) // it stays so for long
				err := c.Send(ctx, ended("m"))
				cancel()
				if errors.Is(err, context.DeadlineExceeded) {
					return n
				}
				if err != nil {
					t.Fatal(err)
				}
				n++
			}
		}
		const window, queue = 256, 1024
		for _, c := range []signaling.Conn{guest, host} {
			if n := fill(c); n != window+queue {
				t.Errorf("%d messages were taken", n)
			}
		}
		if h.count() != 1 {
			t.Errorf("%d wires: one that nobody reads was held to be broken", h.count())
		}
		for range window + queue {
			expect(t, host, "m")
			expect(t, guest, "m")
		}
		send(t, guest, "on")
		expect(t, host, "on")
	})
}

func TestBytesBoundTheQueueAsWell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, nil)
		guest, host := h.join(nil)
		part := signaling.Message{Mirror: &signaling.Mirror{Run: "r", Data: make([]byte, signaling.MaxMirror)}}
		n := 0
		for ; ; n++ {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			err := guest.Send(ctx, part)
			cancel()
			if err != nil {
				break
			}
		}
		b, err := signaling.Encode(part)
		if err != nil {
			t.Fatal(err)
		}
		if want := (1<<20)/len(b) + (4<<20)/len(b); n != want {
			t.Errorf("%d parts of %d bytes were taken, want %d", n, len(b), want)
		}
		for range n {
			if m, err := host.Receive(t.Context()); err != nil || m.Mirror == nil {
				t.Fatal(err)
			}
		}
	})
}

// A guest that reads nothing does not keep the host from ending its session.
func TestCloseDoesNotWaitForAFullQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, nil)
		guest, host := h.join(nil)
		for range 1000 {
			send(t, host, "m")
		}
		began := time.Now()
		_ = host.Dismiss(signaling.CodeRemoved, "")
		if d := time.Since(began); d > time.Second {
			t.Errorf("it took %v", d)
		}
		for range 256 {
			expect(t, guest, "m")
		}
		_, err := guest.Receive(t.Context())
		wantCode(t, err, signaling.CodeRemoved)
	})
}

func TestWrongUseOfSendEndsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, nil)
		guest, host := h.join(nil)
		for name, m := range map[string]signaling.Message{
			"none": {}, "two": {RunEnded: &signaling.RunEnded{ID: "r"}, Leave: &signaling.Leave{Code: "left"}},
			"large": {Mirror: &signaling.Mirror{Run: "r", Data: make([]byte, signaling.MaxMirror+1)}},
		} {
			if err := guest.Send(t.Context(), m); !errors.Is(err, signaling.ErrMessage) {
				t.Errorf("%s: %v", name, err)
			}
		}
		send(t, guest, "fine")
		expect(t, host, "fine")
	})
}
