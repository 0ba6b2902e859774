package natprobe

import (
	"context"
	"net/netip"
	"sync"
	"time"
)

// wakerPause lies between two packets of the connection that wakes the others: none forgets so soon.
const wakerPause = 4 * time.Second

// waker is the connection that stays in use, and through whose relay the silent ones are woken.
type waker struct {
	s    *session
	stop context.CancelFunc
	done sync.WaitGroup
	turn turn           // of who uses s, and of what follows
	peer netip.AddrPort // that it was last allowed to send to
}

// newWaker asks for the first relay, whose timeline is the probe's.
func (q *idleTest) newWaker(ctx context.Context) (*waker, error) {
	s, err := q.within(ctx, q.log)
	if err != nil {
		return nil, err
	}
	s.log = nil
	w := &waker{s: s, turn: newTurn()}
	ctx, w.stop = context.WithCancel(ctx)
	w.done.Go(func() { w.keep(ctx) })
	return w, nil
}

// keep has the connection in use.
func (w *waker) keep(ctx context.Context) {
	for {
		if _, err := waitUntil(ctx, time.Now().Add(wakerPause)); err != nil {
			return
		}
		_ = w.use(ctx, func() error { return w.allow(ctx, w.peer) })
	}
}

// use does something with the connection when nobody else does.
func (w *waker) use(ctx context.Context, do func() error) error {
	back, err := w.turn.take(ctx)
	if err != nil {
		return err
	}
	defer back()
	return do()
}

// allow asks for leave to send to a relay, which also keeps the connection in use. It is for who has the turn.
func (w *waker) allow(ctx context.Context, peer netip.AddrPort) error {
	if !peer.IsValid() {
		peer = w.s.relayed
	}
	err := w.s.permit(ctx, peer)
	if err == nil {
		w.peer = peer
	}
	return err
}

// close ends it and gives the relay back.
func (w *waker) close(ctx context.Context) {
	w.stop()
	w.done.Wait()
	w.s.leave(ctx)
}

// wake sends a packet to a relay, which has it sent on to whom the relay belongs, and tells when.
func (w *waker) wake(ctx context.Context, peer netip.AddrPort, data []byte) (at time.Time, err error) {
	at = time.Now()
	err = w.use(ctx, func() error {
		if err := w.allow(ctx, peer); err != nil {
			return err
		}
		if _, err := w.s.wait(ctx, streamTimeout); err != nil { // for the deadline
			return err
		}
		at = time.Now()
		return w.s.forward(peer, data)
	})
	return at, err
}

// well tells whether the server still answers the connection that is in use.
func (w *waker) well(ctx context.Context) bool {
	return w.use(ctx, func() error { return w.allow(ctx, w.peer) }) == nil
}

// turn lets one at a time do something.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

// take waits for the turn and gives what gives it back. The error is ctx's.
func (t turn) take(ctx context.Context) (back func(), err error) {
	select {
	case t <- struct{}{}:
		return func() { <-t }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
