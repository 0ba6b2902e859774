package runner

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"echopath/app/record"
	"echopath/netcheck"
)

// Close at every event: it waits for the session, and nothing comes afterwards, neither from what was posted before nor anew.
func TestCloseAtEveryEvent(t *testing.T) {
	list := temporaries(t)
	for at := range steps(t) {
		for _, slow := range []time.Duration{0, 100 * time.Millisecond} {
			synctest.Test(t, func(t *testing.T) {
				reached := make(chan struct{})
				s := &story{at: at + 1, pause: 30 * time.Millisecond, act: func() { close(reached) }}
				ended := false
				view := newScreen(t)
				view.slow = func() time.Duration { return slow }
				c := view.config(func(ctx context.Context, p netcheck.Plan, o netcheck.Observer) (netcheck.Report, error) {
					report, err := s.run(ctx, p, o)
					time.Sleep(3 * time.Second) // it takes its time
					ended = true
					return report, err
				})
				if slow > 0 || at%10 > 0 {
					c.Records = nothingKept // with files it takes long in earnest
				}
				r := New(c)
				start(t, r, record.Keep{})
				<-reached
				if err := r.Close(); err != nil || !ended {
					t.Errorf("%v, ended %v", err, ended)
				}
				posts := view.posted()
				synctest.Wait()
				batches := len(view.batches)
				view.stop()
				time.Sleep(time.Minute)
				if view.posted() != posts || len(view.batches) != batches || len(view.results) > 0 {
					t.Errorf("closed at event %d: after it %d posts, %d batches, %d ends", at+1, view.posted()-posts, len(view.batches)-batches, len(view.results))
				}
				p, granted := plan(t)
				if err := r.Start(p, granted, record.Keep{}); !errors.Is(err, ErrClosed) {
					t.Errorf("a run after Close: %v", err)
				}
				if err := r.Close(); err != nil {
					t.Error(err)
				}
			})
			if left := list(); len(left) > 0 {
				t.Fatalf("left behind: %q", left)
			}
		}
	}
}

// Closing from the functions that the window hands over must not wait for itself.
func TestCloseFromTheWindow(t *testing.T) {
	temporaries(t)
	for _, from := range []string{"Deliver", "last Deliver", "Ended"} {
		synctest.Test(t, func(t *testing.T) {
			view := newScreen(t)
			s := &story{pause: time.Millisecond}
			r := New(view.config(s.run))
			closeNow := func(view *screen) {
				if err := r.Close(); err != nil {
					t.Error(err)
				}
			}
			switch from {
			case "Deliver":
				view.onBatch = closeNow
			case "last Deliver":
				view.slow = func() time.Duration { return time.Minute } // the first is the last
				view.onBatch = closeNow
			case "Ended":
				view.onEnd = closeNow
			}
			start(t, r, record.Keep{})
			time.Sleep(time.Hour)
			if err := r.Close(); err != nil {
				t.Error(err)
			}
			view.stop()
			if want := from == "Ended"; (len(view.results) == 1) != want {
				t.Errorf("closed from %s: %d ends", from, len(view.results))
			}
		})
	}
}
