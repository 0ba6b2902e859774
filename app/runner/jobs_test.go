package runner

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestJobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		view := newScreen(t)
		j := NewJobs(view.post)
		var log []string
		work := func(context.Context) (string, error) {
			time.Sleep(time.Second)
			return "saved", nil
		}
		done := func(out string, err error) {
			if err != nil || !view.drawing || j.Busy("export") {
				t.Errorf("%v, drawing %v, busy %v", err, view.drawing, j.Busy("export"))
			}
			log = append(log, out)
		}
		for i := range 2 {
			if err := Go(j, "export", work, done); err != nil || !j.Busy("export") || j.Busy("try") {
				t.Error(err)
			}
			if err := Go(j, "export", work, done); !errors.Is(err, ErrJobBusy) {
				t.Errorf("two at once: %v", err)
			}
			if err := Go(j, "try", func(context.Context) (int, error) { return 7, nil }, func(n int, err error) {
				if n != 7 || err != nil {
					t.Errorf("%d, %v", n, err)
				}
			}); err != nil {
				t.Errorf("beside another: %v", err)
			}
			time.Sleep(time.Minute)
			synctest.Wait()
			if len(log) != i+1 || j.Busy("export") {
				t.Errorf("%q", log)
			}
		}
		j.Close()
		view.stop()
	})
}

func TestCancelJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		view := newScreen(t)
		j := NewJobs(view.post)
		j.Cancel("nothing")
		calls := 0
		err := Go(j, "try", func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() }, func(_ int, err error) {
			if calls++; !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
		if err != nil {
			t.Error(err)
		}
		j.Cancel("try")
		time.Sleep(time.Second)
		j.Close()
		view.stop()
		if calls != 1 {
			t.Errorf("done was called %d times", calls)
		}
	})
}

// Close waits for the work; neither what ends then nor what was posted before is told.
func TestCloseJobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		view := newScreen(t)
		view.slow = func() time.Duration { return time.Minute }
		j := NewJobs(view.post)
		told := func(int, error) { t.Error("done after Close") }
		ended := false
		for name, work := range map[string]func(context.Context) (int, error){
			"posted": func(context.Context) (int, error) { return 0, nil },
			"running": func(ctx context.Context) (int, error) {
				<-ctx.Done()
				time.Sleep(time.Second)
				ended = true
				return 0, nil
			},
		} {
			if err := Go(j, name, work, told); err != nil {
				t.Error(err)
			}
		}
		synctest.Wait()
		j.Close()
		if posts := view.posted(); !ended || posts != 1 {
			t.Errorf("ended %v, %d posts", ended, posts)
		}
		if err := Go(j, "late", func(context.Context) (int, error) { t.Error("work after Close"); return 0, nil }, told); !errors.Is(err, ErrClosed) {
			t.Error(err)
		}
		j.Close()
		view.stop()
	})
}
