package netchecktest

import (
	"sync"
	"time"
)

// deadline tells a reader when its time is over, as net.Conn's does.
type deadline struct {
	mu     sync.Mutex
	passed chan struct{} // closed when the deadline has passed, or has been replaced
	timer  *time.Timer
}

// closedChannel stands for a deadline that has passed.
var closedChannel = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

func newDeadline() *deadline { return &deadline{passed: make(chan struct{})} }

// wait is to be asked for anew before each wait.
func (d *deadline) wait() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.passed
}

func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
	fresh := make(chan struct{})
	old := d.passed
	d.passed = fresh
	switch {
	case t.IsZero():
	case !t.After(time.Now()):
		d.passed = closedChannel
	default:
		d.timer = time.AfterFunc(time.Until(t), func() {
			d.mu.Lock()
			defer d.mu.Unlock()
			if d.passed == fresh { // else it has been replaced, and closed, already
				close(fresh)
				d.passed = closedChannel
			}
		})
	}
	select {
	case <-old:
	default:
		close(old) // a waiting Receive looks again
	}
}
