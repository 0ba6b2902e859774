package netcheck_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/netchecktest"
)

func TestRunAllPaths(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		delay := map[netcheck.Path]time.Duration{netcheck.PathRelayTLS: 20 * time.Millisecond}
		w := &world{impair: func(p netcheck.Path) (out, back netchecktest.Impair) {
			return netchecktest.Perfect(delay[p]), netchecktest.Perfect(delay[p])
		}}
		r, _, err := run(t.Context(), t, w, plan(), nil)
		if err != nil || r.Ended != netcheck.EndedComplete || r.AppVersion != "1.2.3" || r.OS != "test" || r.ID == "" || r.Title != "test" {
			t.Errorf("%+v, %v", r, err)
		}
		for _, p := range r.Paths {
			if p.State != netcheck.StateOK || !p.Connected || p.Connect != 9*time.Millisecond || len(p.Steps) != 3 || len(p.Carriers) != 2 || p.Pair == nil {
				t.Errorf("%s: %+v", p.Path, p)
			}
			for _, c := range p.Carriers {
				s := c.Result.Stats
				if s.Up.Sent != 20 || s.Total.Lost != 0 || s.RTT.MaxUS != 2*delay[p.Path].Microseconds() || c.Samples.Len() != 10 {
					t.Errorf("%s, %s: %d samples, %+v", p.Path, c.Carrier, c.Samples.Len(), s)
				}
			}
		}
		if p, _ := r.Path(netcheck.PathRelayTLS); p.Server != "turns:127.0.0.1:5349?transport=tcp" {
			t.Errorf("server %q", p.Server)
		}
		v := netcheck.Judge(r)
		if v.Grade != netcheck.GradeGood || !strings.Contains(v.Sentence, "All 5 paths work.") || !strings.Contains(v.Sentence, "Relay TLS adds 40 ms") {
			t.Errorf("%+v", v)
		}
	})
}

// A path that fails is an event; the paths after it still run.
func TestRunGoesOnAfterAFailure(t *testing.T) {
	codes := []netcheck.ReasonCode{
		netcheck.ReasonNoServer, netcheck.ReasonSameMachine, netcheck.ReasonNoHairpin, netcheck.ReasonNoFamily,
		netcheck.ReasonNameNotFound, netcheck.ReasonNameTimeout, netcheck.ReasonNoAnswer, netcheck.ReasonRefused, netcheck.ReasonUnreachable,
		netcheck.ReasonProxyRefused, netcheck.ReasonProxyAuth, netcheck.ReasonNoPair, netcheck.ReasonAuth, netcheck.ReasonExpired,
		netcheck.ReasonTLSUntrusted, netcheck.ReasonTLSName, netcheck.ReasonTLSDate, netcheck.ReasonTLSPin, netcheck.ReasonTLSFailed, netcheck.ReasonPeerRefused,
		netcheck.ReasonQuota, netcheck.ReasonNoCapacity, netcheck.ReasonServerError, netcheck.ReasonNotSTUN, netcheck.ReasonDTLS,
		netcheck.ReasonNoProof, netcheck.ReasonLinkLost, netcheck.ReasonFarRefused, netcheck.ReasonLocal,
	}
	for _, code := range codes {
		t.Run(string(code), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cause := errors.New("the cause")
				w := &world{connect: func(_ context.Context, leg netcheck.Leg, _ func(netcheck.Event)) (netcheck.Link, error) {
					if leg.Path != netcheck.PathSTUN {
						return nil, nil
					}
					return nil, fmt.Errorf("stun: %w", &netcheck.Failure{Code: code, Server: "stun:s:1", Text: "It failed.", Advice: "Mend it.", Err: cause})
				}}
				r, _, err := run(t.Context(), t, w, plan(), nil)
				if err != nil || r.Ended != netcheck.EndedComplete {
					t.Errorf("ended %s, %v", r.Ended, err)
				}
				want := netcheck.PathReport{Path: netcheck.PathSTUN, State: code.State(), Code: code, Reason: "It failed.", Advice: "Mend it.",
					Server: "stun:s:1", Cause: "the cause"}
				p := r.Paths[1]
				if p.State != want.State || p.Code != want.Code || p.Reason != want.Reason || p.Advice != want.Advice || p.Server != want.Server || p.Cause != want.Cause {
					t.Errorf("got %+v\nwant %+v", p, want)
				}
				if got := states(r); !slices.Equal(slices.Delete(got, 1, 2), []string{"ok", "ok", "ok", "ok"}) {
					t.Errorf("the others: %v", got)
				}
			})
		})
	}
}

func TestRunLeavesOutWhatDoesNotApply(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := plan()
		p.Target = netcheck.Target{Kind: netcheck.TargetTURN, Servers: p.Target.Servers[1:2]}
		w := &world{connect: func(_ context.Context, leg netcheck.Leg, _ func(netcheck.Event)) (netcheck.Link, error) {
			if leg.Path != netcheck.PathSTUN && leg.Path != netcheck.PathRelayUDP {
				t.Errorf("%s was connected", leg.Path)
			}
			return nil, nil
		}}
		r, _, err := run(t.Context(), t, w, p, nil)
		want := []string{"not_applicable same_machine", "ok", "ok", "not_applicable no_server", "not_applicable no_server"}
		if got := states(r); err != nil || !slices.Equal(got, want) {
			t.Errorf("%v, %v; want %v", got, err, want)
		}
	})
}

// A connector that forgets its own deadline is stopped by the session, and the words are still for people.
func TestRunBoundsAConnectorThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{connect: func(ctx context.Context, leg netcheck.Leg, _ func(netcheck.Event)) (netcheck.Link, error) {
			if leg.Path != netcheck.PathRelayTCP {
				return nil, nil
			}
			<-ctx.Done()
			return nil, fmt.Errorf("dial: %w", ctx.Err())
		}}
		begin := time.Now()
		p := plan()
		p.Paths = []netcheck.Path{netcheck.PathRelayTCP, netcheck.PathDirect}
		r, _, err := run(t.Context(), t, w, p, nil)
		if took := time.Since(begin); err != nil || took > 6*time.Second {
			t.Errorf("%v after %v", err, took)
		}
		got := r.Paths[0]
		if got.State != netcheck.StateBlocked || got.Code != netcheck.ReasonNoAnswer || strings.Contains(got.Reason, "deadline") || got.Advice == "" ||
			!strings.Contains(got.Cause, "deadline") || r.Paths[1].State != netcheck.StateOK {
			t.Errorf("%+v", got)
		}
	})
}

func TestRunRefusesAPlanWithoutEvents(t *testing.T) {
	w := &world{}
	p := plan()
	p.Loss.Rate = 0
	r, err := netcheck.Run(t.Context(), p, w.deps(), func(e netcheck.Event) { t.Errorf("event %+v", e) })
	if err == nil || !strings.Contains(err.Error(), "rate") || r.ID != "" {
		t.Errorf("%+v, %v", r, err)
	}
}

// Observers may be slow, or none: the packets leave in time all the same.
func TestRunWithSlowOrNoObserver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := plan()
		p.Paths = []netcheck.Path{netcheck.PathDirect}
		slow := func(netcheck.Event) {
			_ = netcheck.RuntimeClock{}.SleepUntil(context.Background(), time.Now().Add(70*time.Millisecond))
		}
		r, _, err := run(t.Context(), t, &world{}, p, slow)
		c, _ := r.Paths[0].NetworkLoss()
		if err != nil || c.Self.MissedSends != 0 || c.Stats.Total.Received != 20 || c.Self.SendErrorMax > time.Microsecond {
			t.Errorf("%+v, %v", c, err)
		}
		r, err = netcheck.Run(t.Context(), p, (&world{}).deps(), nil)
		if err != nil || r.Ended != netcheck.EndedComplete || r.Paths[0].State != netcheck.StateOK {
			t.Errorf("without an observer: %+v, %v", r, err)
		}
	})
}

// An hour passes in fake time, and not a packet, sample or event is missing.
func TestRunForAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := plan()
		p.Paths, p.Loss.Rate, p.Loss.Duration = []netcheck.Path{netcheck.PathRelayUDP}, 5, time.Hour
		w := &world{impair: func(netcheck.Path) (out, back netchecktest.Impair) {
			return func(_ netcheck.Carrier, n int, _ []byte) []time.Duration {
				if n%100 == 50 {
					return nil
				}
				return []time.Duration{time.Millisecond}
			}, nil
		}}
		packets := map[netcheck.Carrier]int{}
		r, _, err := run(t.Context(), t, w, p, func(e netcheck.Event) {
			if b, ok := e.Body.(netcheck.PacketsDecided); ok {
				if len(b.Packets) > netcheck.MaxBlock || int(b.Packets[0].Seq) != packets[b.Carrier] {
					t.Errorf("block of %d from %d, after %d packets", len(b.Packets), b.Packets[0].Seq, packets[b.Carrier])
				}
				packets[b.Carrier] += len(b.Packets)
			}
		})
		if err != nil || r.Duration < time.Hour || r.Duration > time.Hour+3*time.Second {
			t.Errorf("%v, %v", r.Duration, err)
		}
		for _, c := range r.Paths[0].Carriers {
			s := c.Result.Stats
			if packets[c.Carrier] != 18_000 || s.Up.Sent != 18_000 || s.Up.Lost != 180 || s.Total.Received != 17_820 || c.Samples.Len() != 18_000 {
				t.Errorf("%s: %d packets, %d samples, %+v", c.Carrier, packets[c.Carrier], c.Samples.Len(), s.Total)
			}
			sum := 0
			for w := range c.Samples.All() {
				sum += w.Answered + w.LostUp
			}
			if sum != 18_000 {
				t.Errorf("%s: the samples count %d packets", c.Carrier, sum)
			}
		}
	})
}
