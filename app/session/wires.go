package session

import (
	"context"
	"sync"
	"time"

	"echopath/netcheck/signaling"
	"echopath/netcheck/signaling/web"
)

// wires watches the wires of a session come and go: under which address the host was reached, and whether there is one now.
type wires struct {
	open func(context.Context) (signaling.Wire, error)

	mu      sync.Mutex // guards what follows
	reached string
	own     wayOut // by which the newest wire was made
	newest  *watchedWire
	why     error         // the newest wire broke so, or could not be made; nil while there is one
	changed chan struct{} // closed and replaced when why changes
}

func newWires(open func(context.Context) (signaling.Wire, error)) *wires {
	return &wires{open: open, changed: make(chan struct{})}
}

// dial makes a wire.
func (w *wires) dial(ctx context.Context) (signaling.Wire, error) {
	wire, err := w.open(ctx)
	if err != nil {
		w.set(nil, err)
		return nil, err
	}
	watched := &watchedWire{wire, w}
	own := linkTo(wire.Remote())
	w.mu.Lock()
	w.own = own
	w.mu.Unlock()
	w.set(watched, nil)
	return watched, nil
}

// set notes a new wire, or why there is none.
func (w *wires) set(newest *watchedWire, why error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.newest, w.why = newest, why
	if newest != nil {
		if at, ok := newest.Wire.(*web.Wire); ok {
			w.reached = at.Reached()
		}
	}
	w.tell()
}

// broke notes the end of a wire.
func (w *wires) broke(old *watchedWire, why error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.newest == old {
		w.newest, w.why = nil, why
		w.tell()
	}
}

func (w *wires) tell() {
	close(w.changed)
	w.changed = make(chan struct{})
}

// missing tells why there is no wire, nil if there is one, and what is closed when that may have changed.
func (w *wires) missing() (changed <-chan struct{}, why error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.changed, w.why
}

// await waits until there is a wire, or there is none, and tells whether that came before ctx and the session were over.
func (w *wires) await(ctx context.Context, over <-chan struct{}, wanted bool, most time.Duration) bool {
	limit := time.NewTimer(most)
	defer limit.Stop()
	for {
		changed, why := w.missing()
		if (why == nil) == wanted {
			return true
		}
		select {
		case <-changed:
			continue
		case <-over:
		case <-limit.C:
		case <-ctx.Done():
		}
		return false
	}
}

func (w *wires) address() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.reached
}

func (w *wires) link() wayOut {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.own
}

// watchedWire tells when it breaks.
type watchedWire struct {
	signaling.Wire
	wires *wires
}

// aborter is what signaling asks of a wire whose other end will not hear its farewell.
type aborter interface{ Abort() }

var _ aborter = (*watchedWire)(nil)

// Abort ends the wire without waiting for the other end, if it can. It has to be closed all the same.
func (w *watchedWire) Abort() {
	if a, ok := w.Wire.(aborter); ok {
		a.Abort()
	}
}

// Receive receives.
func (w *watchedWire) Receive(ctx context.Context) ([]byte, error) {
	frame, err := w.Wire.Receive(ctx)
	if err != nil && ctx.Err() == nil {
		w.wires.broke(w, err)
	}
	return frame, err
}
