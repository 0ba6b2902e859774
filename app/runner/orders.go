package runner

import (
	"context"
	"sync"

	"echopath/app/hosting"
)

// order is something to be done with the host.
type order struct {
	// work is done on the host's goroutine, or on one of its own if beside. ctx ends when the host is to.
	work   func(ctx context.Context, host hosting.Host) error
	beside bool
	done   func(error) // called on the goroutine that draws
}

// orders wait here for the host's goroutine, first come, first served.
type orders struct {
	wake chan struct{} // has room for one

	mu    sync.Mutex
	queue []order
	over  bool
}

func newOrders() *orders { return &orders{wake: make(chan struct{}, 1)} }

// add tells whether the order was taken: nothing is when the host is over.
func (q *orders) add(o order) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.over {
		return false
	}
	q.queue = append(q.queue, o)
	select {
	case q.wake <- struct{}{}:
	default:
	}
	return true
}

// take gives what waits.
func (q *orders) take() []order {
	q.mu.Lock()
	defer q.mu.Unlock()
	waiting := q.queue
	q.queue = nil
	return waiting
}

// end gives what waits, and has nothing more be taken.
func (q *orders) end() []order {
	q.mu.Lock()
	q.over = true
	q.mu.Unlock()
	return q.take()
}
