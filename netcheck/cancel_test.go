package netcheck_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck"
)

// cancelPlan is short, and meets paths that run, one that fails and ones that do not apply.
func cancelPlan() (*world, netcheck.Plan) {
	p := plan()
	p.Target.Servers = p.Target.Servers[:3]
	p.Loss.Rate = 10
	return &world{connect: func(_ context.Context, leg netcheck.Leg, _ func(netcheck.Event)) (netcheck.Link, error) {
		if leg.Path == netcheck.PathSTUN {
			return nil, &netcheck.Failure{Code: netcheck.ReasonNoAnswer, Text: "No answer.", Advice: "Ask."}
		}
		return nil, nil
	}}, p
}

// Whenever a session is cancelled, at each of its events, what is left is a valid partial report.
func TestCancelAtEveryEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := cancelPlan()
		_, whole, err := run(t.Context(), t, w, p, nil)
		if err != nil || len(whole) < 50 {
			t.Fatalf("%d events, %v", len(whole), err)
		}
		for at := range whole {
			cancelAt(t, at)
			if t.Failed() {
				t.Fatalf("cancelled at event %d of %d: %T of %s", at+1, len(whole), whole[at].Body, whole[at].Path)
			}
		}
	})
}

var errStop = errors.New("the user has had enough")

func cancelAt(t *testing.T, at int) {
	t.Helper()
	w, p := cancelPlan()
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	var stoppedAt time.Time
	path, seen, tooLate := netcheck.PathUnknown, 0, true
	r, _, err := run(ctx, t, w, p, func(e netcheck.Event) {
		if seen == at {
			cancel(errStop)
			stoppedAt, path = time.Now(), e.Path
			_, tooLate = e.Body.(netcheck.SessionEnded)
		}
		seen++
	})
	if tooLate { // the last event, or none: there was nothing left to cancel
		if err != nil || r.Ended != netcheck.EndedComplete {
			t.Errorf("ended %s, %v", r.Ended, err)
		}
		return
	}
	if !errors.Is(err, errStop) || r.Ended != netcheck.EndedCancelled {
		t.Errorf("ended %s, %v", r.Ended, err)
	}
	if took := time.Since(stoppedAt); took > 3*time.Second {
		t.Errorf("took %v to stop", took)
	}
	checkPartial(t, r, path)
	netcheck.Judge(r)
}

// checkPartial looks at a session that was cancelled on the path: those before it are whole, those after it were not run.
func checkPartial(t *testing.T, r netcheck.Report, on netcheck.Path) {
	t.Helper()
	before := on != netcheck.PathUnknown
	for _, p := range r.Paths {
		switch {
		case p.Path == on:
			before = false
			if p.State != netcheck.StateInterrupted && p.State != netcheck.StateOK && p.State != netcheck.StateBlocked && p.State != netcheck.StateNotApplicable {
				t.Errorf("the path that was running: %s %s", p.State, p.Code)
			}
			checkFigures(t, p)
		case before && p.State != netcheck.StateOK && p.State != netcheck.StateBlocked && p.State != netcheck.StateNotApplicable:
			t.Errorf("%s ran before and is %s", p.Path, p.State)
		case !before && (p.State != netcheck.StateNotRun || p.Code != netcheck.ReasonCancelled || p.Reason == ""):
			t.Errorf("%s comes after and is %s %s", p.Path, p.State, p.Code)
		}
	}
}

// checkFigures wants the path that was stopped to say so where figures are missing, and no loss that the stop has made.
func checkFigures(t *testing.T, p netcheck.PathReport) {
	t.Helper()
	for _, c := range p.Carriers {
		switch {
		case p.State == netcheck.StateOK && (c.Result == nil || c.Result.Stats.Up.Sent != 10 || p.Partial):
			t.Errorf("%s is ok with %+v", p.Path, c.Result)
		case c.Result != nil && (c.Result.Stats.Total.Lost != 0 || c.Result.Stats.Undecided != 0):
			t.Errorf("%s: stopping has lost packets: %+v", p.Path, c.Result.Stats.Total)
		}
	}
}

// Cancelling while the connector is at work ends it at once.
func TestCancelWhileConnecting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		w := &world{connect: func(ctx context.Context, _ netcheck.Leg, _ func(netcheck.Event)) (netcheck.Link, error) {
			<-ctx.Done()
			return nil, &netcheck.Failure{Code: netcheck.ReasonNoAnswer, Text: "No answer.", Err: ctx.Err()}
		}}
		begin := time.Now()
		r, _, err := run(ctx, t, w, plan(), nil)
		if took := time.Since(begin); !errors.Is(err, context.DeadlineExceeded) || took != time.Second {
			t.Errorf("%v after %v", err, took)
		}
		want := "[interrupted cancelled not_run cancelled not_run cancelled not_run cancelled not_run cancelled]"
		if got := fmt.Sprint(states(r)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}

func TestCancelledBeforeItBegins(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := &world{connect: func(_ context.Context, leg netcheck.Leg, _ func(netcheck.Event)) (netcheck.Link, error) {
		t.Errorf("%s was connected", leg.Path)
		return nil, errStop
	}}
	r, events, err := run(ctx, t, w, plan(), nil)
	if err == nil || r.Ended != netcheck.EndedCancelled || len(events) != 7 {
		t.Errorf("%d events, ended %s, %v", len(events), r.Ended, err)
	}
}
