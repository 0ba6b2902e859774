package host

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"echopath/app/hosting"
	"echopath/app/session"
	"echopath/netcheck"
	"echopath/netcheck/control"
	"echopath/netcheck/netchecktest"
	"echopath/netcheck/rtc"
	"echopath/netcheck/signaling"
	"echopath/netcheck/video"
)

// free is a guest with a run that orders legs and packets as it likes.
type free struct {
	t   *testing.T
	mux *signaling.Mux
}

func newFree(t *testing.T, c signaling.Conn, r signaling.Run) *free {
	t.Helper()
	ask(t, c, r)
	hear(t, c, r.ID, signaling.StandingAdmitted)
	f := &free{t, signaling.NewMux(c)}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			if _, err := f.mux.Receive(context.Background()); err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		_ = f.mux.Close()
		<-ended
	})
	return f
}

// link makes a leg that is ordered for a load.
func (f *free) link(load netcheck.Load) netcheck.Link {
	f.t.Helper()
	c := &rtc.Connector{Remote: func(ctx context.Context, leg netcheck.Leg) (rtc.Signals, error) {
		return f.mux.OpenLeg(ctx, signaling.Leg{Path: leg.Path, Family: leg.Family, Rate: leg.Load.PacketsPerSecond, Size: leg.Load.PacketSize, Timeout: leg.Timeout})
	}}
	l, err := c.Connect(f.t.Context(), netcheck.Leg{Target: netcheck.TargetInvite, Path: netcheck.PathDirect, Family: netcheck.Family4, Interface: "127.0.0.1",
		Far: netcheck.FarRemote, Load: load, Timeout: 10 * time.Second}, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { _ = l.Close() })
	return l
}

// order asks for packets of both carriers over a link.
func (f *free) order(l netcheck.Link, rate float64, size int) control.Message {
	f.t.Helper()
	var carriers []string
	for _, c := range netcheck.AllCarriers() {
		carriers = append(carriers, string(c))
	}
	b, err := control.Encode(control.Message{ID: 1, Order: &control.Order{Probe: "loss", Session: 7, Carriers: carriers, Rate: rate, Size: size, Packets: 1000}})
	if err == nil {
		err = l.Control().Send(f.t.Context(), b)
	}
	if err != nil {
		f.t.Fatal(err)
	}
	answer, err := l.Control().Receive(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	m, err := control.Decode(answer)
	if err != nil {
		f.t.Fatal(err)
	}
	return m
}

// A run that asks for nothing is admitted, for it may want to know what connects; it gets nothing back.
func TestRunThatAsksForNothing(t *testing.T) {
	h, _ := startTest(t, usual, nil)
	i, _ := newInvite(t, h, 1)
	f := newFree(t, raw(t, i), signaling.Run{ID: "nothing", Duration: time.Minute})
	l := f.link(netcheck.Load{PacketsPerSecond: netcheck.MaxRate, PacketSize: netcheck.MaxSize})
	for _, rate := range []float64{netcheck.MaxRate, 1} {
		if m := f.order(l, rate, 100); m.Refusal == nil || m.Refusal.Code != "limit" {
			t.Errorf("%v packets a second: %+v", rate, m)
		}
	}
}

// The legs of a run have together what it may ask for: a second one that measures takes the first one's place.
func TestLegsOfARunShareItsLimits(t *testing.T) {
	h, l := startTest(t, usual, nil)
	i, _ := newInvite(t, h, 1)
	f := newFree(t, raw(t, i), signaling.Run{ID: "legs", PacketsPerSecond: 1000, Kbps: 1600, Packets: 1000, Duration: time.Minute})
	load := netcheck.Load{PacketsPerSecond: 500, PacketSize: 200}
	one, two := f.link(load), f.link(load)
	if m := f.order(one, 500, 200); m.Grant == nil {
		t.Fatalf("the first: %+v", m)
	}
	if m := f.order(two, 500, 200); m.Grant == nil {
		t.Errorf("the second: %+v", m)
	}
	if e := l.Wait(t, hosting.EventLegClosed, 1); e.Code != errAhead.code || e.Text == "" {
		t.Errorf("the first ended with %+v", e)
	}
	if m := f.order(two, 501, 200); m.Refusal == nil {
		t.Errorf("more than the run has: %+v", m)
	}
}

// A call of a run without bits, or without time, is refused by the answering end itself.
func TestCallOfARunWithoutLimits(t *testing.T) {
	order := control.Message{ID: 1, Call: &control.Call{MaxKbps: 100, StartKbps: 100, Width: 320, Height: 180, FPS: 15, Duration: time.Second}}
	for name, limits := range map[string]video.AnswerLimits{"no bits": {MaxDuration: time.Minute, Strict: true}, "no time": {MaxKbps: 1000, Strict: true}} {
		near, far := netchecktest.NewMedia(nil, nil)
		a := &video.Answer{Limits: limits, Open: func(context.Context, int, int, int) (video.Source, netcheck.SourceKind, error) {
			t.Errorf("%s: pictures are made", name)
			return nil, "", context.Canceled
		}}
		if next, err := a.Take(t.Context(), far, order); next != nil || err != nil {
			t.Errorf("%s: %+v, %v", name, next, err)
		}
		b, err := near.Control().Receive(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if m, err := control.Decode(b); err != nil || m.Refusal == nil || m.Refusal.Code != "limit" {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
	}
}

// What a leg reserves and what its video asks for is never more than its run has.
func TestLegsAreHeldToTheirRun(t *testing.T) {
	r := signaling.Run{PacketsPerSecond: 200, Kbps: 320}
	for size, want := range map[int]float64{0: 200, 100: 200, 200: 200, 400: 100, netcheck.MaxSize: 320e3 / 8 / netcheck.MaxSize} {
		if got := rateOf(signaling.Leg{Rate: netcheck.MaxRate, Size: size}, r); got != want {
			t.Errorf("packets of %d bytes: %v a second, want %v", size, got, want)
		}
	}
	if got := rateOf(signaling.Leg{Size: 100}, signaling.Run{}); got != leastRate {
		t.Errorf("of a run that asks for nothing: %v", got)
	}
	large := signaling.Leg{Video: &netcheck.VideoLoad{StartKbps: 500, MaxKbps: 5000}}
	if v := held(large, r).Video; v.MaxKbps != 320 || v.StartKbps != 320 || large.Video.MaxKbps != 5000 {
		t.Errorf("%+v of %+v", v, large.Video)
	}
	if small := (signaling.Leg{Video: &netcheck.VideoLoad{StartKbps: 100, MaxKbps: 300}}); held(small, r).Video != small.Video {
		t.Errorf("%+v", held(small, r).Video)
	}
}

// The system's ports of a guest's address are nobody's, and at the host's own address there are only the guest's relays.
func TestPortsOfChecks(t *testing.T) {
	h, _ := startTest(t, usual, func(c *hosting.Config) { c.STUN = []netcheck.ICEServer{stunServer(t, "stun:198.51.100.9")} })
	turn, err := h.turn.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	g := &guest{h: h, turn: turn}
	g.see(netip.MustParseAddrPort("192.0.2.7:4000"))
	at := func(port uint16) string { return netip.AddrPortFrom(h.cfg.Address, port).String() }
	want := func(when string, want map[string]bool) {
		t.Helper()
		for a, ok := range want {
			if got := g.allowedPort(netip.MustParseAddrPort(a)); got != ok {
				t.Errorf("%s: %s: %v", when, a, got)
			}
		}
	}
	want("a guest from elsewhere", map[string]bool{
		"192.0.2.7:1024": true, "192.0.2.7:65535": true, "192.0.2.7:1023": false, "192.0.2.7:53": false, "[::ffff:192.0.2.7]:161": false,
		"198.51.100.9:443": true, at(50000): false, at(22): false, at(h.turn.UDPAddr().Port()): false,
	})
	g.see(netip.AddrPortFrom(h.cfg.Address, 4000))
	want("a guest on this computer", map[string]bool{at(50000): true, at(22): false, at(h.turn.UDPAddr().Port()): false, at(h.turn.AltUDPAddr().Port()): false})
}

// An invite for several guests is used by those that are different.
func TestUsedByDifferentGuests(t *testing.T) {
	h, l := startTest(t, usual, nil)
	i, _ := newInvite(t, h, 5)
	for n, identity := range []byte{1, 1, 2, 1} {
		c := joinAs(t, i, [32]byte{identity})
		l.Wait(t, hosting.EventGuestJoined, n+1)
		_ = c.Close()
		l.Wait(t, hosting.EventGuestLeft, n+1)
	}
	if used := h.Snapshot().Invites[0].Used; used != 2 {
		t.Errorf("two guests have used %d of 5 places", used)
	}
}

// Credentials end by the wall clock, so they are made anew as soon as that says they will soon be over.
func TestCredentialsOfAClockThatIsSet(t *testing.T) {
	now := time.Now()
	for name, tt := range map[string]struct {
		g    *guest
		want bool
	}{
		"new":                    {&guest{renew: now.Add(credentialsEvery), expires: now.Round(0).Add(credentialTTL)}, false},
		"old":                    {&guest{renew: now, expires: now.Round(0).Add(credentialTTL - credentialsEvery)}, true},
		"the clock went forward": {&guest{renew: now.Add(credentialsEvery), expires: now.Round(0).Add(-credentialsEvery)}, true},
		"and backward":           {&guest{renew: now.Add(credentialsEvery), expires: now.Round(0).Add(time.Hour)}, false},
		"long ago":               {&guest{renew: now.Add(-time.Second), expires: now.Round(0).Add(time.Hour)}, true},
	} {
		if got := tt.g.stale(now); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Whoever hosts is told what a path and a run came to, not only that there was one.
func TestEventsTellTheGrade(t *testing.T) {
	h, l := startTest(t, usual, nil)
	_, text := newInvite(t, h, 1)
	r, err := session.Run(t.Context(), planFor(text, netcheck.PathDirect), session.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	own := netcheck.Judge(r)
	ended := l.Wait(t, hosting.EventRunEnded, 1)
	if ended.Grade != own.Grade || ended.Verdict != own.Sentence || ended.Grade == "" || ended.Verdict == "" {
		t.Errorf("the run came to %q, %q; the guest says %q, %q", ended.Grade, ended.Verdict, own.Grade, own.Sentence)
	}
	told := 0
	for _, e := range l.Events() {
		if e.Kind != hosting.EventRun {
			continue
		}
		if _, path := e.Run.Body.(netcheck.PathEnded); !path {
			if e.Grade != "" {
				t.Errorf("%T has grade %q", e.Run.Body, e.Grade)
			}
			continue
		}
		if told++; e.Grade != own.Paths[netcheck.PathDirect] {
			t.Errorf("the path came to %q, %q", e.Grade, e.Verdict)
		}
	}
	if told != 1 {
		t.Errorf("%d paths have ended", told)
	}
}
