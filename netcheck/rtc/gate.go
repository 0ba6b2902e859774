package rtc

import (
	"sync"
	"time"
)

// gate sets the deadline of a reader and can shut it for good, which wakes a Read that waits.
type gate struct {
	mu     sync.Mutex
	closed bool
	reader interface{ SetReadDeadline(time.Time) error }
}

func (g *gate) set(t time.Time) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return nil
	}
	return g.reader.SetReadDeadline(t)
}

// wake ends a Read that waits; set lets it read again.
func (g *gate) wake() { _ = g.set(time.Unix(1, 0)) }

func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.closed {
		g.closed = true
		_ = g.reader.SetReadDeadline(time.Unix(1, 0))
	}
}

// release ends the goroutine that pion/sctp keeps for a deadline that has not passed. It is called when reading has ended.
func (g *gate) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	_ = g.reader.SetReadDeadline(time.Time{})
}
