package mirror_test

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"echopath/netcheck"
	"echopath/netcheck/echo"
	"echopath/netcheck/loss"
	"echopath/netcheck/mirror"
	"echopath/netcheck/netchecktest"
	"echopath/netcheck/signaling"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fineClock is the runtime's clock with a nanosecond more for each of its first readings: enough for its resolution to be found.
type fineClock struct {
	netcheck.RuntimeClock
	readings atomic.Int64
}

func (c *fineClock) Now() time.Time {
	return time.Now().Add(time.Duration(min(c.readings.Add(1), 24)))
}

// world connects each path over a perfect link with a responder at its end.
type world struct{}

type link struct {
	*netchecktest.Link
	served chan error
}

func (l link) Close() error { return errors.Join(l.Link.Close(), <-l.served) }

func (world) Connect(ctx context.Context, leg netcheck.Leg, trace func(netcheck.Event)) (netcheck.Link, error) {
	if err := (netcheck.RuntimeClock{}).SleepUntil(ctx, time.Now().Add(3*time.Millisecond)); err != nil {
		return nil, err
	}
	if leg.Path == netcheck.PathRelayTCP {
		return nil, &netcheck.Failure{Code: netcheck.ReasonRefused, Text: "It was refused.", Advice: "Mend it."}
	}
	near, far := netchecktest.NewLink(netchecktest.Perfect(time.Millisecond), netchecktest.Perfect(time.Millisecond))
	l := link{near, make(chan error, 1)}
	go func() { l.served <- echo.Responder{Now: new(fineClock).Now}.Serve(context.WithoutCancel(ctx), far) }()
	trace(netcheck.Event{Path: leg.Path, Body: netcheck.StepDone{Name: netcheck.StepCheck, OK: true}})
	trace(netcheck.Event{Path: leg.Path, Body: netcheck.PathConnected{Local: near.Pair, Far: far.Pair, Direction: netcheck.DirectionUpDown}})
	return l, nil
}

func plan(t *testing.T) netcheck.Plan {
	t.Helper()
	p := netcheck.Plan{Title: "a run", Loss: netcheck.Presets()[0].Loss}
	p.Target.Kind = netcheck.TargetSelf
	for _, s := range []string{"stun:127.0.0.1", "turn:127.0.0.1", "turn:127.0.0.1?transport=tcp", "turns:127.0.0.1"} {
		u, err := netcheck.ParseServerURL(s)
		if err != nil {
			t.Fatal(err)
		}
		p.Target.Servers = append(p.Target.Servers, netcheck.ICEServer{URL: u, Password: "hunter2"})
	}
	return p
}

func probes(a netcheck.Asked) []netcheck.Stage {
	return []netcheck.Stage{{&loss.Probe{Path: a.Path, Plan: a.Granted.Loss, Start: a.Start, Clock: new(fineClock)}}}
}

// through is an event as it is after being stored.
func through(t *testing.T, e netcheck.Event) netcheck.Event {
	t.Helper()
	b, err := json.Marshal(e)
	var back netcheck.Event
	if err == nil {
		err = json.Unmarshal(b, &back)
	}
	if err != nil {
		t.Fatal(err)
	}
	return back
}

// The other end folds what it gets, live, to the report that the run ends with, and has every row.
func TestMirrorOfARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var folded, want netcheck.Report
		var rows, wantRows, bytesSent, messages int
		var running atomic.Int32
		var early bool
		r := mirror.NewReceiver("run", func(e netcheck.Event) {
			folded = netcheck.Fold(folded, e)
			if b, ok := e.Body.(netcheck.PacketsDecided); ok {
				rows += len(b.Packets)
				early = early || running.Load() > 0
			}
		})
		s := mirror.NewSender("run", func(_ context.Context, m signaling.Message) error {
			messages++
			bytesSent += len(m.Mirror.Data)
			if len(m.Mirror.Data) > signaling.MaxMirror {
				t.Errorf("a part of %d bytes", len(m.Mirror.Data))
			}
			return r.Take(*m.Mirror)
		})
		deps := netcheck.Deps{Connector: world{}, Probes: probes, AppVersion: "1", OS: "test"}
		_, err := netcheck.Run(t.Context(), plan(t), deps, func(e netcheck.Event) {
			want = netcheck.Fold(want, through(t, e))
			switch b := e.Body.(type) {
			case netcheck.ProbeStarted:
				running.Add(1)
			case netcheck.ProbeEnded:
				running.Add(-1)
			case netcheck.PacketsDecided:
				wantRows += len(b.Packets)
			}
			s.Observe(e)
		})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := s.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if !r.Ended() || !reflect.DeepEqual(folded, want) {
			t.Errorf("ended %v; the other end's report:\n%+v\nwant\n%+v", r.Ended(), folded, want)
		}
		if rows != wantRows || rows == 0 || early {
			t.Errorf("%d rows of %d; some while a probe ran: %v", rows, wantRows, early)
		}
		if took := want.Duration.Seconds(); float64(messages) > 5*took || messages < 10 {
			t.Errorf("%d messages in %.1f s", messages, took)
		}
		t.Logf("%d bytes in %d messages for %d rows", bytesSent, messages, rows)
	})
}

func sample(i int) netcheck.Event {
	return netcheck.Event{Seq: uint64(i), Path: netcheck.PathSTUN, Body: netcheck.SampleTaken{Sample: netcheck.Sample{Carrier: netcheck.CarrierSRTP, Index: i}}} //nolint:gosec // small
}

func TestSenderEndsWithItsConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone := errors.New("gone")
		s := mirror.NewSender("run", func(context.Context, signaling.Message) error { return gone })
		s.Observe(sample(1))
		time.Sleep(time.Second) // of the bubble: it flushes
		s.Observe(sample(2))
		if err := s.Close(t.Context()); !errors.Is(err, gone) {
			t.Error(err)
		}
		stuck := mirror.NewSender("run", func(ctx context.Context, _ signaling.Message) error { <-ctx.Done(); return ctx.Err() })
		stuck.Observe(sample(1))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := stuck.Close(ctx); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

// User names of servers stay with their user.
func TestNoUserNames(t *testing.T) {
	p := plan(t)
	p.Target.Servers[1].Username = "alice"
	var sent bytes.Buffer
	s := mirror.NewSender("run", func(_ context.Context, m signaling.Message) error { sent.Write(m.Mirror.Data); return nil })
	s.Observe(netcheck.Event{Body: netcheck.SessionStarted{Plan: p, Granted: p}})
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(flate.NewReader(&sent)) // the parts are one stream of DEFLATE
	if err != nil {
		t.Fatal(err)
	}
	for word, want := range map[string]bool{"alice": false, "hunter2": false, "turn:127.0.0.1": true} {
		if strings.Contains(string(text), word) != want {
			t.Errorf("%s was sent: %v", word, !want)
		}
	}
	if p.Target.Servers[1].Username != "alice" {
		t.Error("the plan was changed")
	}
}
