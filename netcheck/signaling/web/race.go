package web

import (
	"context"
	"sync"
	"time"
)

// stagger is how long an attempt has a head start of the next one (RFC 8305, section 5).
const stagger = 250 * time.Millisecond

// race makes n attempts, each a little after the one before, or as soon as that one has failed. The first that succeeds ends the
// others, which are waited for; what they make all the same is dropped. failed is told of each attempt that failed on its own.
func race[T any](ctx context.Context, n int, attempt func(ctx context.Context, i int) (T, error), failed func(i int, err error), drop func(T)) (winner T, ok bool) {
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	var mu sync.Mutex // guards winner and ok, and the order of failed
	try := func(i int, over chan<- struct{}) {
		defer close(over)
		made, err := attempt(ctx, i)
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err == nil && ok:
			drop(made)
		case err == nil:
			winner, ok = made, true
			cancel()
		case !ok:
			failed(i, err)
		}
	}
	for i := range n {
		over := make(chan struct{})
		all.Go(func() { try(i, over) })
		if i == n-1 {
			break
		}
		head := time.NewTimer(stagger)
		select {
		case <-head.C:
		case <-over:
		case <-ctx.Done():
		}
		head.Stop()
		if ctx.Err() != nil {
			break
		}
	}
	all.Wait()
	return winner, ok
}
