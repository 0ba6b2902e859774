package rtc

import (
	"context"
	"errors"
	"io"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"echopath/netcheck"
)

// noLeaks must be called first in a test, so that it looks last.
func noLeaks(tb testing.TB) {
	tb.Helper()
	old := goleak.IgnoreCurrent()
	tb.Cleanup(func() { goleak.VerifyNone(tb, old) })
}

// inBubble is synctest.Test for what links do. Two timers of a bubble that fire at once on two processors, as those do that wake the readers
// of a link which ends, crash the race detector (golang/go issue 78156, seen with Go 1.26.8): under it there is one processor.
func inBubble(t *testing.T, f func(*testing.T)) {
	t.Helper()
	if raceEnabled {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	}
	synctest.Test(t, f)
}

// bounded gives a context that ends a test which hangs.
func bounded(tb testing.TB, d time.Duration) context.Context {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), d)
	tb.Cleanup(cancel)
	return ctx
}

// recorder collects events.
type recorder struct {
	mu     sync.Mutex
	events []netcheck.Event
}

func (r *recorder) trace(e netcheck.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}

func (r *recorder) steps(name netcheck.StepName) []netcheck.StepDone {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []netcheck.StepDone
	for _, e := range r.events {
		if s, ok := e.Body.(netcheck.StepDone); ok && s.Name == name {
			out = append(out, s)
		}
	}
	return out
}

func (r *recorder) connected() (netcheck.PathConnected, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.events {
		if c, ok := e.Body.(netcheck.PathConnected); ok {
			return c, true
		}
	}
	return netcheck.PathConnected{}, false
}

// echo reflects both carriers and the control channel until the link ends.
func echo(ctx context.Context, far netcheck.Link) error {
	var wg sync.WaitGroup
	for _, c := range netcheck.AllCarriers() {
		wg.Go(func() {
			d, buf := far.Datagrams(c), make([]byte, 2000)
			for {
				n, err := d.Receive(buf)
				if err != nil || d.Send(buf[:n]) != nil {
					return
				}
			}
		})
	}
	defer wg.Wait()
	for {
		msg, err := far.Control().Receive(ctx)
		if err != nil {
			if errors.Is(err, io.EOF) || ctx.Err() != nil {
				return nil
			}
			return err
		}
		if err := far.Control().Send(ctx, msg); err != nil {
			return nil //nolint:nilerr // the link is closing
		}
	}
}

// connect makes a link that the test's end closes.
func connect(tb testing.TB, c *Connector, leg netcheck.Leg, trace func(netcheck.Event)) netcheck.Link {
	tb.Helper()
	if trace == nil {
		trace = func(netcheck.Event) {}
	}
	l, err := c.Connect(bounded(tb, 20*time.Second), leg, trace)
	must(tb, err)
	tb.Cleanup(func() { must(tb, l.Close()) })
	return l
}

// failure connects and wants a Failure of the code.
func failure(tb testing.TB, c *Connector, leg netcheck.Leg, trace func(netcheck.Event), code netcheck.ReasonCode) *netcheck.Failure {
	tb.Helper()
	if trace == nil {
		trace = func(netcheck.Event) {}
	}
	ctx, begin := bounded(tb, 20*time.Second), time.Now()
	l, err := c.Connect(ctx, leg, trace)
	if err == nil {
		_ = l.Close()
		tb.Fatal("connected")
	}
	var f *netcheck.Failure
	if !errors.As(err, &f) || f.Code != code {
		tb.Fatalf("got %v, want a failure %s", err, code)
	}
	if ctx.Err() != nil {
		tb.Errorf("the leg's %v did not end it", leg.Timeout)
	}
	tb.Logf("%v: %s", time.Since(begin).Round(time.Millisecond), f.Text)
	return f
}
