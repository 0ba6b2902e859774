package natprobe

import (
	"context"
	"sync"
	"time"

	"echopath/netcheck"
)

const (
	// maxHolders probes have allocations on one server at the same time: each has two, and many servers allow a user few (a dozen, by the
	// sample settings of some).
	maxHolders = 2
	// quotaPause is how long a probe waits before it asks again a server that has too many sessions of the user: those of the probe
	// before it may still count. coturn 4.6 counts them for a second after their end.
	quotaPause = 1200 * time.Millisecond
)

// few lets a few have something at the same time, for each host apart. The zero value is ready.
type few struct {
	mu     sync.Mutex
	places map[string]chan struct{}
}

// take waits for a place and gives what gives it back. The error is ctx's.
func (f *few) take(ctx context.Context, host string) (back func(), err error) {
	f.mu.Lock()
	if f.places == nil {
		f.places = map[string]chan struct{}{}
	}
	places := f.places[host]
	if places == nil {
		places = make(chan struct{}, maxHolders)
		f.places[host] = places
	}
	f.mu.Unlock()
	select {
	case places <- struct{}{}:
		return func() { <-places }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// take waits for the visit's place, unless it has one.
func (v *visit) take(ctx context.Context) (err error) {
	if v.left == nil {
		v.left, err = v.prober.few.take(ctx, v.srv.URL.Host)
	}
	return err
}

// leave gives the visit's place back.
func (v *visit) leave() {
	if v.left != nil {
		v.left()
		v.left = nil
	}
}

// within is allocated, and asks once more a server that has too many sessions of the user.
func (v *visit) within(ctx context.Context, log *timeline) (*session, error) {
	s, err := v.allocated(ctx, log)
	if err == nil || netcheck.AsFailure(err, netcheck.ReasonLocal).Code != netcheck.ReasonQuota {
		return s, err
	}
	again := time.NewTimer(quotaPause)
	defer again.Stop()
	select {
	case <-again.C:
		return v.allocated(ctx, log)
	case <-ctx.Done():
		return nil, err
	}
}
