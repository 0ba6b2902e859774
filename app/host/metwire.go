package host

import (
	"context"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"echopath/netcheck/signaling"
)

// lingerTime is how long a wire that was pasted waits for the other end to close it first. Closing gives up what is still under way, and
// the last frame is the one that says why: a refusal, or a farewell.
const lingerTime = time.Second

// metWire is a pasted wire whose first frame has come. It is received by one goroutine at a time, and by none when it is closed.
type metWire struct {
	frames  signaling.Wire
	first   []byte
	aborted atomic.Bool
	once    sync.Once
	err     error
}

// Send sends a frame.
func (w *metWire) Send(ctx context.Context, frame []byte) error { return w.frames.Send(ctx, frame) }

// Receive gives the first frame, and then those that follow.
func (w *metWire) Receive(ctx context.Context) ([]byte, error) {
	if frame := w.first; frame != nil {
		w.first = nil
		return frame, nil
	}
	return w.frames.Receive(ctx)
}

// Way is that of the wire.
func (w *metWire) Way() signaling.Way { return w.frames.Way() }

// Remote is where its packets come from.
func (w *metWire) Remote() netip.AddrPort { return w.frames.Remote() }

// Abort makes Close wait for nothing: the other end would not hear it.
func (w *metWire) Abort() { w.aborted.Store(true) }

// Close lets the other end hear what was said last, and closes the wire.
func (w *metWire) Close() error {
	w.once.Do(func() {
		if !w.aborted.Load() {
			w.linger()
		}
		w.err = w.frames.Close()
	})
	return w.err
}

func (w *metWire) linger() {
	ctx, cancel := context.WithTimeout(context.Background(), lingerTime)
	defer cancel()
	for {
		if _, err := w.frames.Receive(ctx); err != nil {
			return
		}
	}
}
