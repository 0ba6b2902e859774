package signaling_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

func testLeg() signaling.Leg {
	return signaling.Leg{Path: netcheck.PathDirect, Family: netcheck.Family4, Rate: 100, Size: 200, Timeout: 5 * time.Second}
}

// muxes gives a Mux at each end of a pipe: the first is the one that asks.
func muxes(t *testing.T) (guest, host *signaling.Mux) {
	t.Helper()
	a, b := signaling.Pipe(signaling.Hello{Name: "guest"}, signaling.Hello{Name: "host"})
	guest, host = signaling.NewMux(a), signaling.NewMux(b)
	t.Cleanup(func() {
		_ = guest.Close()
		_ = host.Close()
	})
	return guest, host
}

func candidate(text string) signaling.Signal { return signaling.Signal{Candidate: text} }

func wantCode(t *testing.T, err error, code signaling.Code) *signaling.Gone {
	t.Helper()
	var g *signaling.Gone
	if !errors.As(err, &g) {
		t.Fatalf("error is %v, want a *Gone with %q", err, code)
	}
	if g.Code != code {
		t.Fatalf("code is %q (%s, %v), want %q", g.Code, g.Text, g.Err, code)
	}
	if g.Text == "" || g.Advice == "" {
		t.Fatalf("%q has no words: %+v", code, g)
	}
	return g
}

func TestLegCarriesSignalsBothWays(t *testing.T) {
	guest, host := muxes(t)
	ctx := t.Context()
	g, err := guest.OpenLeg(ctx, testLeg())
	if err != nil {
		t.Fatal(err)
	}
	// Before anybody accepts it.
	for _, c := range []string{"one", "two"} {
		if err := g.Send(ctx, candidate(c)); err != nil {
			t.Fatal(err)
		}
	}
	order, h, err := host.NextLeg(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if order.ID != g.ID() || order.Path != netcheck.PathDirect || order.Rate != 100 {
		t.Fatalf("order is %+v", order)
	}
	for _, want := range []string{"one", "two"} {
		s, err := h.Receive(ctx)
		if err != nil || s.Candidate != want || s.Leg != g.ID() {
			t.Fatalf("signal is %+v, %v; want %q", s, err, want)
		}
	}
	if err := h.Send(ctx, signaling.Signal{Gathered: true}); err != nil {
		t.Fatal(err)
	}
	if s, err := g.Receive(ctx); err != nil || !s.Gathered {
		t.Fatalf("signal is %+v, %v", s, err)
	}
	if err := errors.Join(h.Send(ctx, candidate("last")), h.Close(), h.Close()); err != nil {
		t.Fatal(err)
	}
	if s, err := g.Receive(ctx); err != nil || s.Candidate != "last" {
		t.Fatalf("what came before the end: %+v, %v", s, err)
	}
	_, err = g.Receive(ctx)
	wantCode(t, err, signaling.CodeLeft)
	wantCode(t, g.Send(ctx, candidate("x")), signaling.CodeLeft)
	_, err = h.Receive(ctx)
	wantCode(t, err, signaling.CodeLeft)
}

func TestOrdersAboveTheLimitAreRefused(t *testing.T) {
	guest, host := muxes(t)
	ctx := t.Context()
	var open []*signaling.LegConn
	for range 4 {
		l, err := guest.OpenLeg(ctx, testLeg())
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, l)
	}
	fifth, err := guest.OpenLeg(ctx, testLeg())
	if err != nil {
		t.Fatal(err)
	}
	s, err := fifth.Receive(ctx)
	if err != nil || s.Failure == nil || s.Failure.Code != netcheck.ReasonFarRefused {
		t.Fatalf("signal is %+v, %v; want a failure", s, err)
	}
	_, h, err := host.NextLeg(ctx)
	if err != nil {
		t.Fatal(err)
	}
	// A leg that was ended makes room, whether or not the other end has closed it too.
	if err := open[0].Close(); err != nil {
		t.Fatal(err)
	}
	_, err = h.Receive(ctx)
	wantCode(t, err, signaling.CodeLeft)
	sixth, err := guest.OpenLeg(ctx, testLeg())
	if err != nil {
		t.Fatal(err)
	}
	for {
		l, c, err := host.NextLeg(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if l.ID == sixth.ID() {
			_ = c.Close()
			return
		}
	}
}

func TestUnknownPathIsRefused(t *testing.T) {
	guest, _ := muxes(t)
	l := testLeg()
	l.Path = "teleport"
	c, err := guest.OpenLeg(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := c.Receive(t.Context()); err != nil || s.Failure == nil {
		t.Fatalf("signal is %+v, %v; want a failure", s, err)
	}
}

func TestBothEndsMayAsk(t *testing.T) {
	guest, host := muxes(t)
	ctx := t.Context()
	g, err := guest.OpenLeg(ctx, testLeg())
	if err != nil {
		t.Fatal(err)
	}
	h, err := host.OpenLeg(ctx, testLeg())
	if err != nil {
		t.Fatal(err)
	}
	if g.ID() == h.ID() {
		t.Fatalf("both legs are %d", g.ID())
	}
	_, atHost, err := host.NextLeg(ctx)
	if err != nil {
		t.Fatal(err)
	}
	_, atGuest, err := guest.NextLeg(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for from, to := range map[*signaling.LegConn]*signaling.LegConn{g: atHost, atHost: g, h: atGuest, atGuest: h} {
		if err := from.Send(ctx, candidate("c")); err != nil {
			t.Fatal(err)
		}
		if s, err := to.Receive(ctx); err != nil || s.Candidate != "c" {
			t.Fatalf("signal is %+v, %v", s, err)
		}
	}
}

func TestOrderTakenBackIsNotGiven(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		guest, host := muxes(t)
		ctx := t.Context()
		first, _ := guest.OpenLeg(ctx, testLeg())
		second, _ := guest.OpenLeg(ctx, testLeg())
		_ = first.Close()
		synctest.Wait()
		l, c, err := host.NextLeg(ctx)
		if err != nil || l.ID != second.ID() || c.ID() != second.ID() {
			t.Fatalf("order is %+v, %v; want %d", l, err, second.ID())
		}
	})
}

func TestOtherMessagesAndTheEnd(t *testing.T) {
	guest, host := muxes(t)
	ctx := t.Context()
	leg, err := host.OpenLeg(ctx, testLeg())
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := guest.Send(ctx, signaling.Message{RunEnded: &signaling.RunEnded{ID: "r1"}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := guest.Close(); err != nil {
		t.Fatal(err)
	}
	<-host.Done()
	wantCode(t, host.Err(), signaling.CodeLeft)
	for range 3 {
		if m, err := host.Receive(ctx); err != nil || m.RunEnded == nil {
			t.Fatalf("message is %+v, %v", m, err)
		}
	}
	_, err = host.Receive(ctx)
	wantCode(t, err, signaling.CodeLeft)
	_, err = leg.Receive(ctx)
	wantCode(t, err, signaling.CodeLeft)
	_, _, err = host.NextLeg(ctx)
	wantCode(t, err, signaling.CodeLeft)
	_, err = host.OpenLeg(ctx, testLeg())
	wantCode(t, err, signaling.CodeLeft)
	_, err = guest.Receive(ctx)
	wantCode(t, err, signaling.CodeLeft)
}

// A leg that nobody reads holds up the session, and loses nothing.
func TestUnreadLegHoldsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		guest, host := muxes(t)
		const queued, signals = 128, 200
		leg, _ := guest.OpenLeg(t.Context(), testLeg())
		for range signals {
			if err := leg.Send(t.Context(), candidate("c")); err != nil {
				t.Fatal(err)
			}
		}
		_ = guest.Send(t.Context(), signaling.Message{RunEnded: &signaling.RunEnded{ID: "behind"}})
		_, h, err := host.NextLeg(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if m, err := host.Receive(short); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("message overtook %d signals: %+v, %v", signals-queued, m, err)
		}
		for i := range signals {
			if s, err := h.Receive(t.Context()); err != nil || s.Candidate != "c" {
				t.Fatalf("signal %d is %+v, %v", i, s, err)
			}
		}
		if m, err := host.Receive(t.Context()); err != nil || m.RunEnded == nil {
			t.Fatalf("message is %+v, %v", m, err)
		}
	})
}

// The end of a session is noticed although nobody reads what came before.
func TestEndIsNoticedBehindAFullQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		guest, host := muxes(t)
		for range 100 {
			_ = guest.Send(t.Context(), signaling.Message{RunEnded: &signaling.RunEnded{ID: "r"}})
		}
		_ = guest.Close()
		<-host.Done()
		for i := range 100 {
			if m, err := host.Receive(t.Context()); err != nil || m.RunEnded == nil {
				t.Fatalf("message %d is %+v, %v", i, m, err)
			}
		}
		_, err := host.Receive(t.Context())
		wantCode(t, err, signaling.CodeLeft)
	})
}
