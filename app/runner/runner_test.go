package runner

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"echopath/app/record"
	"echopath/netcheck"
)

// play runs one session to its end and gives the screen.
func play(t *testing.T, s *story, prepare func(*screen, *Runner, *Config)) *screen {
	t.Helper()
	view := newScreen(t)
	c := view.config(s.run)
	c.Records = nothingKept
	r := new(Runner)
	if prepare != nil {
		prepare(view, r, &c)
	}
	*r = *New(c) //nolint:govet // not used yet
	start(t, r, record.Keep{})
	for r.Busy() {
		time.Sleep(time.Second)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	view.stop()
	return view
}

// Whatever the speed of the session and of the window, events come in order, whole, and then the end, once.
func TestOrder(t *testing.T) {
	temporaries(t)
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 1))
			pauses := []time.Duration{0, time.Microsecond, 10 * time.Millisecond, 200 * time.Millisecond}
			s := &story{pause: pauses[seed%4]}
			view := play(t, s, func(view *screen, _ *Runner, _ *Config) {
				if seed > 3 {
					view.slow = func() time.Duration { return time.Duration(rnd.Int64N(int64(3 * time.Second))) }
				}
			})
			wantEvents(t, view.events(), s.told)
			if view.longest > 1 {
				t.Errorf("%d functions were posted at once", view.longest)
			}
			got := view.result()
			if !got.Ran || got.Err != nil || got.SaveErr != nil || got.Report.Ended != netcheck.EndedComplete || got.Verdict.Grade == "" || len(view.troubles) > 0 {
				t.Errorf("%+v", got)
			}
			if last := view.batches[len(view.batches)-1]; last.now != got.Report.Duration {
				t.Errorf("the last clock is %v, the session took %v", last.now, got.Report.Duration)
			}
		})
	}
}

// A silent session has its clock run all the same, neither slower nor faster than asked.
func TestClock(t *testing.T) {
	temporaries(t)
	for every, want := range map[time.Duration]time.Duration{0: defaultEvery, time.Millisecond: minEvery, time.Second: time.Second} {
		synctest.Test(t, func(t *testing.T) {
			begin := time.Now()
			view := play(t, &story{pause: 7 * time.Second}, func(_ *screen, _ *Runner, c *Config) { c.Every = every })
			for i := range view.at[:len(view.at)-1] {
				if got := view.at[i].Sub(begin); got != time.Duration(i+1)*want {
					t.Fatalf("delivery %d of every %v came after %v", i, every, got)
				}
				// The session's time is known from its first event, which says that it began 7 s ago.
				since := view.at[i].Sub(begin)
				if got := view.batches[i].now; since < 7*time.Second && got != 0 || since > 7*time.Second && got != since {
					t.Fatalf("delivery %d: the clock says %v, not %v", i, got, since)
				}
			}
		})
	}
}

// A window that stands still for a minute gets one batch, with the newest sample of each window.
func TestSlowWindow(t *testing.T) {
	temporaries(t)
	synctest.Test(t, func(t *testing.T) {
		s := &story{pause: time.Millisecond}
		begin := time.Now()
		var took time.Duration
		run := func(ctx context.Context, p netcheck.Plan, o netcheck.Observer) (netcheck.Report, error) {
			r, err := s.run(ctx, p, o)
			took = time.Since(begin)
			return r, err
		}
		view := play(t, s, func(view *screen, _ *Runner, c *Config) {
			c.Run = run
			view.slow = func() time.Duration { return time.Minute }
		})
		if took > time.Second {
			t.Errorf("the session was held up: %v", took)
		}
		if len(view.batches) != 1 || view.posted() != 1 {
			t.Fatalf("%d batches, %d posts", len(view.batches), view.posted())
		}
		samples := map[window]int{}
		for _, e := range view.events() {
			if b, ok := e.Body.(netcheck.SampleTaken); ok {
				samples[window{e.Path, b.Sample.Carrier, b.Sample.Index}]++
				if b.Sample.Index < 5 && b.Sample.Answered != 10 {
					t.Errorf("an old sample: %+v", b.Sample)
				}
			}
		}
		if len(samples) != 2*2*6 {
			t.Errorf("%d windows", len(samples))
		}
		for w, n := range samples {
			if n != 1 {
				t.Errorf("%v came %d times", w, n)
			}
		}
	})
}

// steps is the number of events of a story.
func steps(t *testing.T) (n int) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &story{}
		play(t, s, nil)
		n = len(s.told)
	})
	return n
}

func TestStopAtEveryEvent(t *testing.T) {
	temporaries(t)
	for at := range steps(t) {
		synctest.Test(t, func(t *testing.T) {
			s := &story{at: at + 1, pause: 30 * time.Millisecond}
			view := play(t, s, func(_ *screen, r *Runner, _ *Config) { s.act = r.Stop })
			wantEvents(t, view.events(), s.told)
			got := view.result()
			complete := got.Report.Ended == netcheck.EndedComplete // it was the very last one
			if !got.Ran || complete && got.Err != nil || !complete && (got.Report.Ended != netcheck.EndedCancelled || !errors.Is(got.Err, context.Canceled)) {
				t.Errorf("stopped at event %d: %+v, %v", at+1, got.Report.Ended, got.Err)
			}
			if got.SaveErr != nil || got.Verdict.Sentence == "" {
				t.Errorf("stopped at event %d: %+v", at+1, got)
			}
		})
	}
}

// Stop before the session has begun, and when there is none.
func TestStopEarly(t *testing.T) {
	temporaries(t)
	synctest.Test(t, func(t *testing.T) {
		view := newScreen(t)
		r := New(view.config((&story{pause: time.Second}).run))
		r.Stop()
		start(t, r, record.Keep{})
		r.Stop()
		for r.Busy() {
			time.Sleep(time.Second)
		}
		r.Stop()
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		view.stop()
		if got := view.result(); got.Report.Ended != netcheck.EndedCancelled {
			t.Errorf("%+v", got)
		}
	})
}

func TestOneAtATime(t *testing.T) {
	temporaries(t)
	synctest.Test(t, func(t *testing.T) {
		view := newScreen(t)
		var r *Runner
		p, granted := plan(t)
		runs := 0
		view.onEnd = func(v *screen) {
			if r.Busy() {
				t.Error("busy in Ended")
			}
			if runs++; runs < 3 {
				v.results, v.batches = nil, nil
				if err := r.Start(p, granted, record.Keep{}); err != nil {
					t.Error(err)
				}
			}
		}
		r = New(view.config(func(ctx context.Context, p netcheck.Plan, o netcheck.Observer) (netcheck.Report, error) {
			return (&story{pause: 20 * time.Millisecond}).run(ctx, p, o)
		}))
		if r.Busy() {
			t.Error("busy before a run")
		}
		start(t, r, record.Keep{})
		for r.Busy() {
			if err := r.Start(p, granted, record.Keep{}); !errors.Is(err, ErrBusy) {
				t.Errorf("%v", err)
			}
			time.Sleep(time.Minute)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		view.stop()
		if runs != 3 || view.longest > 1 {
			t.Errorf("%d runs, %d functions at once", runs, view.longest)
		}
	})
}

// A session that does not begin says why, and leaves nothing.
func TestNeverBegan(t *testing.T) {
	list := temporaries(t)
	why := errors.New("no such interface")
	dir := t.TempDir()
	for _, keep := range []record.Keep{{}, {Results: true, Dir: dir}} {
		synctest.Test(t, func(t *testing.T) {
			view := newScreen(t)
			r := New(view.config((&story{before: why}).run))
			start(t, r, keep)
			for r.Busy() {
				time.Sleep(time.Second)
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
			view.stop()
			if got := view.result(); got.Ran || !errors.Is(got.Err, why) || got.Recording != nil || got.Folder != "" || got.SaveErr != nil {
				t.Errorf("%+v", got)
			}
			if left := slices.Concat(list(), entries(t, dir)); len(left) > 0 || len(view.events()) > 0 || view.batches[0].now != 0 {
				t.Errorf("left %q, %+v", left, view.batches)
			}
		})
	}
}
