package rtc

import (
	"context"
	"io"
	"sync"
	"time"

	"echopath/netcheck/signaling"
)

// memory is one end of Signals within this process.
type memory struct {
	out  chan<- signaling.Signal
	in   <-chan signaling.Signal
	over *ending
}

// ending is shared by both ends.
type ending struct {
	once sync.Once
	ch   chan struct{}
}

// signalDepth holds a description and more candidates than a machine has addresses, so that pion's callbacks do not wait.
const signalDepth = 64

func newMemory() (near, far Signals) {
	there, back := make(chan signaling.Signal, signalDepth), make(chan signaling.Signal, signalDepth)
	over := &ending{ch: make(chan struct{})}
	return &memory{there, back, over}, &memory{back, there, over}
}

// Send queues a signal.
func (m *memory) Send(ctx context.Context, s signaling.Signal) error {
	select {
	case m.out <- s:
		return nil
	case <-m.over.ch:
		return io.ErrClosedPipe
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Receive waits for the next signal; what was sent before the end comes before io.EOF.
func (m *memory) Receive(ctx context.Context) (signaling.Signal, error) {
	select {
	case s := <-m.in:
		return s, nil
	default:
	}
	select {
	case s := <-m.in:
		return s, nil
	case <-m.over.ch:
		select {
		case s := <-m.in:
			return s, nil
		default:
			return signaling.Signal{}, io.EOF
		}
	case <-ctx.Done():
		return signaling.Signal{}, ctx.Err()
	}
}

// Close ends both ends.
func (m *memory) Close() error {
	m.over.once.Do(func() { close(m.over.ch) })
	return nil
}

// heldBack delivers the far end's relay candidate once the far end's relay lets packets through, so that the first check is
// not lost there: the next one follows 200 ms later. The wait is short against the round trips after which the order no
// longer matters.
type heldBack struct {
	Signals
	until <-chan struct{}
}

const longestHold = 20 * time.Millisecond

// Receive waits for the next signal, and with a candidate until it is of use.
func (h heldBack) Receive(ctx context.Context) (signaling.Signal, error) {
	s, err := h.Signals.Receive(ctx)
	if err != nil || s.Candidate == "" {
		return s, err
	}
	hold := time.NewTimer(longestHold)
	defer hold.Stop()
	select {
	case <-h.until:
	case <-hold.C:
	case <-ctx.Done():
	}
	return s, nil
}
