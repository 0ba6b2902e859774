package netcheck_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// fakeProbe is a probe that gives what it is told to.
type fakeProbe func(ctx context.Context, emit func(netcheck.Event)) (netcheck.Summary, error)

func (f fakeProbe) Run(ctx context.Context, _ netcheck.Link, emit func(netcheck.Event)) (netcheck.Summary, error) {
	return f(ctx, emit)
}

func (f fakeProbe) Name() string { return netcheck.ProbeLoss }

// summary is a sound result of n packets, changed as asked.
func summary(n int, change func(*netcheck.CarrierResult)) *netcheck.LossSummary {
	var rows stats.Packets
	for i := range n {
		at := int64(i) * 1000
		rows = append(rows, stats.Packet{Seq: uint32(i), SentUS: at, UpRecvUS: at, ReflSendUS: at, DownRecvUS: at + 100, Status: stats.StatusOK})
	}
	c := netcheck.CarrierResult{Carrier: netcheck.CarrierSRTP, Stats: stats.Summarize(rows, stats.Options{})}
	if change != nil {
		change(&c)
	}
	return &netcheck.LossSummary{Carriers: []netcheck.CarrierResult{c}}
}

func gives(s *netcheck.LossSummary, err error) fakeProbe {
	return func(context.Context, func(netcheck.Event)) (netcheck.Summary, error) {
		if s == nil {
			return nil, err
		}
		return s, err
	}
}

func TestHowProbesEndAPath(t *testing.T) {
	busy := summary(100, func(c *netcheck.CarrierResult) { c.Self.SendErrorP95, c.Stats.RTT.P95US = time.Second, 1_000_000 })
	late := summary(100, func(c *netcheck.CarrierResult) { c.Self.SendErrorP95 = time.Second })
	failure := &netcheck.Failure{Code: netcheck.ReasonFarRefused, Text: "Refused.", Advice: "Update."}
	lost := &netcheck.Failure{Code: netcheck.ReasonLinkLost, Text: "Lost.", Advice: "Again."}
	tests := []struct {
		name    string
		probes  []netcheck.Probe
		want    string
		partial bool
	}{
		{"no probe", nil, "ok", false},
		{"sound", []netcheck.Probe{gives(summary(100, nil), nil)}, "ok", false},
		{"in doubt", []netcheck.Probe{gives(busy, nil)}, "inconclusive computer_busy", false},
		{"in doubt, then sound", []netcheck.Probe{gives(busy, nil), gives(summary(100, nil), nil)}, "inconclusive computer_busy", false},
		{"late, and good all the same", []netcheck.Probe{gives(late, nil)}, "ok computer_busy", false},
		{"late and good, then sound", []netcheck.Probe{gives(late, nil), gives(summary(100, nil), nil)}, "ok computer_busy", false},
		{"late and good, then in doubt", []netcheck.Probe{gives(late, nil), gives(busy, nil)}, "inconclusive computer_busy", false},
		{"could not begin", []netcheck.Probe{gives(nil, failure)}, "failed far_refused", false},
		{"broke half-way", []netcheck.Probe{gives(summary(100, nil), lost)}, "failed link_lost", true},
		{"an error without words", []netcheck.Probe{gives(nil, errors.New("odd"))}, "failed link_lost", false},
		{"the second failed", []netcheck.Probe{gives(summary(100, nil), nil), gives(nil, failure)}, "failed far_refused", false},
		{"none after a failure", []netcheck.Probe{gives(nil, failure), fakeProbe(func(context.Context, func(netcheck.Event)) (netcheck.Summary, error) {
			panic("this probe must not run")
		})}, "failed far_refused", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := plan()
			p.Paths = []netcheck.Path{netcheck.PathDirect}
			w := &world{probes: func(netcheck.Plan, netcheck.Path, time.Time) []netcheck.Probe { return tt.probes }}
			synctest.Test(t, func(t *testing.T) {
				r, _, err := run(t.Context(), t, w, p, nil)
				if got := states(r)[0]; err != nil || got != tt.want || r.Paths[0].Partial != tt.partial {
					t.Errorf("%s (partial %v), %v; want %s (%v)", got, r.Paths[0].Partial, err, tt.want, tt.partial)
				}
			})
		})
	}
}

// Probes may emit from several goroutines: the events still come one by one, each with a number of its own.
func TestEventsAreSerial(t *testing.T) {
	p := plan()
	p.Paths = []netcheck.Path{netcheck.PathDirect}
	const emitters, each = 8, 200
	w := &world{probes: func(netcheck.Plan, netcheck.Path, time.Time) []netcheck.Probe {
		return []netcheck.Probe{fakeProbe(func(_ context.Context, emit func(netcheck.Event)) (netcheck.Summary, error) {
			done := make(chan struct{})
			for range emitters {
				go func() {
					for range each {
						emit(netcheck.Event{Path: netcheck.PathDirect, Body: netcheck.Noted{Text: "x"}})
					}
					done <- struct{}{}
				}()
			}
			for range emitters {
				<-done
			}
			return summary(100, nil), nil
		})}
	}}
	_, events, err := run(t.Context(), t, w, p, nil)
	noted := 0
	for _, e := range events {
		if _, ok := e.Body.(netcheck.Noted); ok {
			noted++
		}
	}
	if err != nil || noted != emitters*each {
		t.Errorf("%d remarks, %v", noted, err)
	}
}

func TestALinkThatDoesNotCloseIsNoted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := plan()
		p.Paths = []netcheck.Path{netcheck.PathDirect}
		r, events, err := run(t.Context(), t, &world{onClose: errors.New("stuck")}, p, nil)
		noted := slices.ContainsFunc(events, func(e netcheck.Event) bool {
			return e.Path == netcheck.PathDirect && e.Body == netcheck.Noted{Text: "Closing the connection: stuck"}
		})
		if err != nil || !noted || r.Paths[0].State != netcheck.StateOK {
			t.Errorf("noted %v, %v, %v", noted, states(r), err)
		}
	})
}

// A link that dies half-way fails the path and keeps what was measured.
func TestALinkThatDies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := plan()
		p.Paths, p.Loss.Duration = []netcheck.Path{netcheck.PathDirect, netcheck.PathSTUN}, 2*time.Second
		w := &world{}
		w.connect = func(ctx context.Context, leg netcheck.Leg, trace func(netcheck.Event)) (netcheck.Link, error) {
			link, err := w.link(ctx, leg, trace)
			if err == nil && leg.Path == netcheck.PathDirect {
				time.AfterFunc(1100*time.Millisecond, func() { _ = link.(*fakeLink).Link.Close() })
			}
			return link, err
		}
		r, _, err := run(t.Context(), t, w, p, nil)
		if err != nil || states(r)[0] != "failed link_lost" || states(r)[1] != "ok" {
			t.Fatalf("%v, %v", states(r), err)
		}
		c, ok := r.Paths[0].NetworkLoss()
		if !ok || c.Stats.Up.Sent < 19 || c.Stats.Up.Sent > 21 || !c.Partial || !r.Paths[0].Partial {
			t.Errorf("%+v", c)
		}
	})
}
