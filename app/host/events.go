package host

import (
	"sync"
	"time"

	"echopath/app/hosting"
)

// events hands events to the observer one at a time, in the order in which they were added. Adding never waits, so it may be done
// with locks held; delivering is done without.
type events struct {
	observe func(hosting.Event) // nil: nobody looks
	now     func() time.Time

	mu      sync.Mutex // guards pending
	pending []hosting.Event

	delivering sync.Mutex // held while the observer is called
}

func (e *events) add(event hosting.Event) {
	if e.observe == nil {
		return
	}
	event.Time = e.now()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.pending = append(e.pending, event)
}

// deliver returns when everything that was added before has been handed over.
func (e *events) deliver() {
	e.delivering.Lock()
	defer e.delivering.Unlock()
	e.mu.Lock()
	events := e.pending
	e.pending = nil
	e.mu.Unlock()
	for _, event := range events {
		e.observe(event)
	}
}
