package netcheck_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/echo"
	"echopath/netcheck/loss"
	"echopath/netcheck/netchecktest"
)

// world is what a session meets in these tests. Its funcs may be nil; then every path connects over a perfect link.
type world struct {
	connect func(ctx context.Context, leg netcheck.Leg, trace func(netcheck.Event)) (netcheck.Link, error)
	impair  func(p netcheck.Path) (out, back netchecktest.Impair)
	probes  func(netcheck.Plan, netcheck.Path, time.Time) []netcheck.Probe
	stages  func(netcheck.Asked) []netcheck.Stage // instead of probes
	onClose error                                 // what closing a link gives

	open atomic.Int32 // links that are not closed yet
}

func (w *world) deps() netcheck.Deps {
	probes := w.probes
	if probes == nil {
		probes = lossProbe
	}
	stages := func(a netcheck.Asked) []netcheck.Stage {
		var out []netcheck.Stage
		for _, p := range probes(a.Granted, a.Path, a.Start) {
			out = append(out, netcheck.Stage{p})
		}
		return out
	}
	if w.stages != nil {
		stages = w.stages
	}
	return netcheck.Deps{Connector: w, Probes: stages, AppVersion: "1.2.3", OS: "test"}
}

func lossProbe(g netcheck.Plan, p netcheck.Path, start time.Time) []netcheck.Probe {
	return []netcheck.Probe{&loss.Probe{Path: p, Plan: g.Loss, Start: start, Clock: &fineClock{}}}
}

// Connect implements netcheck.Connector.
func (w *world) Connect(ctx context.Context, leg netcheck.Leg, trace func(netcheck.Event)) (netcheck.Link, error) {
	if w.connect != nil {
		if link, err := w.connect(ctx, leg, trace); link != nil || err != nil {
			return link, err
		}
	}
	return w.link(ctx, leg, trace)
}

// link connects as an adapter does: some steps, some milliseconds, a proof.
func (w *world) link(ctx context.Context, leg netcheck.Leg, trace func(netcheck.Event)) (netcheck.Link, error) {
	begin := time.Now()
	for _, s := range []netcheck.StepName{netcheck.StepGather, netcheck.StepCheck, netcheck.StepOpen} {
		err := netcheck.RuntimeClock{}.SleepUntil(ctx, time.Now().Add(3*time.Millisecond))
		trace(netcheck.Event{Path: leg.Path, Body: netcheck.StepDone{Name: s, End: "local", OK: err == nil, Took: 3 * time.Millisecond}})
		if err != nil {
			return nil, err
		}
	}
	var out, back netchecktest.Impair
	if w.impair != nil {
		out, back = w.impair(leg.Path)
	}
	local, far := netchecktest.NewLink(out, back)
	if leg.Path.Relay() {
		local.Pair.Local.Type, local.Pair.Local.RelayProtocol = "relay", "udp"
		local.Pair.Local.Server = leg.Servers[0].URL.String()
	}
	served := make(chan error, 1)
	clock := &fineClock{}
	go func() { served <- echo.Responder{Now: clock.Now}.Serve(context.WithoutCancel(ctx), far) }()
	trace(netcheck.Event{Path: leg.Path, Body: netcheck.PathConnected{Connect: time.Since(begin), Local: local.Pair, Far: far.Pair,
		NATBetween: netcheck.No, Interface: "lo", Direction: netcheck.DirectionLoop}})
	w.open.Add(1)
	return &fakeLink{Link: local, served: served, world: w}, nil
}

// fakeLink waits for the far end when it closes, as a link has to.
type fakeLink struct {
	*netchecktest.Link
	served chan error
	once   sync.Once
	world  *world
}

func (l *fakeLink) Close() error {
	err := l.Link.Close()
	l.once.Do(func() {
		err = errors.Join(err, <-l.served, l.world.onClose)
		l.world.open.Add(-1)
	})
	return err
}

// fineClock is the runtime's clock, which stands still within synctest while goroutines run, with a nanosecond more for each
// of the first readings: enough for the clock's resolution to be found at once.
type fineClock struct {
	netcheck.RuntimeClock
	readings atomic.Int64
}

func (c *fineClock) Now() time.Time {
	return time.Now().Add(time.Duration(min(c.readings.Add(1), 24)))
}

// plan is a small session over all five paths.
func plan() netcheck.Plan {
	p := netcheck.Plan{Title: "test", Loss: netcheck.LossPlan{Carriers: netcheck.AllCarriers(), Rate: 20, Size: 100, Duration: time.Second,
		Warmup: 100 * time.Millisecond, LateAfter: 150 * time.Millisecond}, ConnectTimeout: 2 * time.Second}
	p.Target = netcheck.Target{Kind: netcheck.TargetSelf}
	for _, s := range []string{"stun:127.0.0.1", "turn:127.0.0.1", "turn:127.0.0.1?transport=tcp", "turns:127.0.0.1"} {
		u, err := netcheck.ParseServerURL(s)
		if err != nil {
			panic(err)
		}
		p.Target.Servers = append(p.Target.Servers, netcheck.ICEServer{URL: u, Username: "u", Password: "hunter2"})
	}
	return p
}

// recorder is an observer that keeps what it sees and notices when two events come at once.
type recorder struct {
	t       *testing.T
	events  []netcheck.Event
	inside  atomic.Bool
	observe func(netcheck.Event) // may be nil
}

func (r *recorder) take(e netcheck.Event) {
	if !r.inside.CompareAndSwap(false, true) {
		r.t.Error("an event came while another was observed")
	}
	r.events = append(r.events, e)
	if r.observe != nil {
		r.observe(e)
	}
	r.inside.Store(false)
}

// run runs a session and holds it to what is true of every session, however it ends. It must be called inside a bubble.
func run(ctx context.Context, t *testing.T, w *world, p netcheck.Plan, observe func(netcheck.Event)) (netcheck.Report, []netcheck.Event, error) {
	t.Helper()
	rec := &recorder{t: t, observe: observe}
	report, err := netcheck.Run(ctx, p, w.deps(), rec.take)
	if n := w.open.Load(); n != 0 {
		t.Errorf("%d links are open after Run has returned", n)
	}
	checkStream(t, report, rec.events)
	return report, rec.events, err
}

func checkStream(t *testing.T, report netcheck.Report, events []netcheck.Event) {
	t.Helper()
	var folded netcheck.Report
	var ends []netcheck.Path
	last := time.Duration(0)
	for i, e := range events {
		_, started := e.Body.(netcheck.SessionStarted)
		_, ended := e.Body.(netcheck.SessionEnded)
		if e.Seq != uint64(i+1) || e.At < last || started != (i == 0) || ended != (i == len(events)-1) {
			t.Errorf("event %d of %d is out of order: %+v", i+1, len(events), e)
		}
		if _, ok := e.Body.(netcheck.PathEnded); ok {
			ends = append(ends, e.Path)
		}
		last = e.At
		folded = netcheck.Fold(folded, e)
	}
	var want []netcheck.Path
	for _, pr := range report.Paths {
		want = append(want, pr.Path)
	}
	if !slices.Equal(ends, want) {
		t.Errorf("the paths ended as %v, want each one once: %v", ends, want)
	}
	if !reflect.DeepEqual(folded, report) {
		t.Errorf("the events fold to another report:\n%+v\nwant\n%+v", folded, report)
	}
}

// states lists how the paths ended.
func states(r netcheck.Report) []string {
	var out []string
	for _, p := range r.Paths {
		s := string(p.State)
		if p.Code != netcheck.ReasonNone {
			s += " " + string(p.Code)
		}
		out = append(out, s)
	}
	return out
}
