package signaling

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// endTimeout bounds how long Close of a leg waits to tell the other end, when too much is queued before it.
const endTimeout = 2 * time.Second

// LegConn carries the signals of one leg. It implements what netcheck/rtc asks of a signaller.
type LegConn struct {
	mux     *Mux
	order   Leg
	theirs  bool // the other end ordered it
	signals chan Signal
	closed  chan struct{} // by Close
	over    chan struct{} // closed after the last signal, with gone set

	mu       sync.Mutex
	gone     *Gone
	closeRun sync.Once
}

func newLegConn(m *Mux, l Leg, theirs bool) *LegConn {
	return &LegConn{mux: m, order: l, theirs: theirs, signals: make(chan Signal, maxSignals), closed: make(chan struct{}), over: make(chan struct{})}
}

// ID is the leg's number.
func (l *LegConn) ID() uint32 { return l.order.ID }

// Send sends a signal; its Leg is filled in. The error is a *Gone when the leg or the session is over.
func (l *LegConn) Send(ctx context.Context, s Signal) error {
	if g := l.reason(); g != nil {
		return g
	}
	select {
	case <-l.closed:
		return ownLegEnd()
	default:
	}
	s.Leg = l.order.ID
	return l.mux.Conn.Send(ctx, Message{Signal: &s})
}

// Receive waits for the next signal of this leg. After the other end's Signal.End, after Close, or at the end of the session, it
// fails with a *Gone; what came before is given first.
func (l *LegConn) Receive(ctx context.Context) (Signal, error) {
	select {
	case <-l.closed:
		return Signal{}, ownLegEnd()
	default:
	}
	select {
	case s := <-l.signals:
		return s, nil
	default:
	}
	select {
	case s := <-l.signals:
		return s, nil
	case <-l.over:
		return l.last()
	case <-l.closed:
		return Signal{}, ownLegEnd()
	case <-ctx.Done():
		return Signal{}, context.Cause(ctx)
	}
}

// last gives what was queued before the end, and then why it ended. Nothing is queued any more when it is called.
func (l *LegConn) last() (Signal, error) {
	select {
	case s := <-l.signals:
		return s, nil
	default:
		return Signal{}, l.reason()
	}
}

// Close tells the other end that the leg is over, unless that has told so itself, and forgets it. It is idempotent.
func (l *LegConn) Close() error {
	l.closeRun.Do(func() {
		close(l.closed)
		l.mux.forget(l)
		if l.ended() {
			return
		}
		ctx, cancel := context.WithTimeout(l.mux.ctx, endTimeout)
		defer cancel()
		_ = l.mux.Conn.Send(ctx, Message{Signal: &Signal{Leg: l.order.ID, End: true}}) // an end that can not be told is no longer there
	})
	return nil
}

// put queues a signal that came, or ends the leg. Only the reader calls it. It is false when over came before there was room.
func (l *LegConn) put(s Signal, over <-chan struct{}) bool {
	if l.ended() || s.contents() == 0 { // after its end, or of a newer version
		return true
	}
	if s.End {
		l.finish(&Gone{
			Code: CodeLeft, Text: fmt.Sprintf("The other end has ended this connection (%s).", l.order.Path.Title()),
			Advice: "Look at the other end for the reason, then run the test again.",
		})
		return true
	}
	select {
	case l.signals <- s:
	case <-l.closed:
	case <-l.mux.ctx.Done():
	case <-over:
		return false
	}
	return true
}

func (l *LegConn) finish(g *Gone) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.gone == nil {
		l.gone = g
		close(l.over)
	}
}

// claim takes an order out of the queue. It is false if the other end has taken it back.
func (l *LegConn) claim() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.gone == nil
}

func (l *LegConn) ended() bool { return l.reason() != nil }

func (l *LegConn) reason() *Gone {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.gone
}

func ownLegEnd() *Gone {
	return &Gone{Code: CodeLeft, Text: "This end has ended this connection.", Advice: "Run the test again."}
}
