// Package signalingtest gives tests a way between two ends of a session that they can break, delay and falsify.
//
// It owns no part of the protocol and knows no frame from inside.
package signalingtest

import (
	"context"
	"io"
	"net/netip"
	"sync"

	"echopath/netcheck/signaling"
)

// depth is how many frames one direction holds before Send waits.
const depth = 16

// Hook sees each frame that is sent over a wire and gives what arrives in its place, in that order: nothing, the frame, several, other
// ones. It may wait, as long as ctx is not done; an error breaks the wire in both directions.
type Hook func(ctx context.Context, frame []byte) ([][]byte, error)

// Wires gives the two ends of a wire in memory.
func Wires() (a, b signaling.Wire) {
	x, y := Pair()
	return x, y
}

// Pair is Wires with what a test can do to an end.
func Pair() (a, b *Wire) {
	ab, ba := make(chan []byte, depth), make(chan []byte, depth)
	s := &state{broken: make(chan struct{})}
	a = &Wire{state: s, out: ab, in: ba, closed: make(chan struct{})}
	b = &Wire{state: s, out: ba, in: ab, closed: make(chan struct{})}
	a.other, b.other = b, a
	return a, b
}

// state is what both ends share.
type state struct {
	once   sync.Once
	broken chan struct{}
}

// Wire is one end.
type Wire struct {
	state   *state
	out, in chan []byte
	other   *Wire
	once    sync.Once
	closed  chan struct{}

	mu     sync.Mutex
	hook   Hook
	remote netip.AddrPort
	way    signaling.Way
}

// OnSend lets h see what this end sends from now on.
func (w *Wire) OnSend(h Hook) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hook = h
}

// SetRemote is what Remote gives from now on.
func (w *Wire) SetRemote(a netip.AddrPort) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.remote = a
}

// SetWay is what Way gives from now on.
func (w *Wire) SetWay(way signaling.Way) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.way = way
}

// Break cuts the wire: both ends fail at once, and what was under way is lost.
func (w *Wire) Break() { w.state.once.Do(func() { close(w.state.broken) }) }

// Inject puts a frame into what the other end receives, without this end's hook.
func (w *Wire) Inject(ctx context.Context, frame []byte) error { return w.put(ctx, frame) }

// Send sends a copy of a frame.
func (w *Wire) Send(ctx context.Context, frame []byte) error {
	w.mu.Lock()
	hook := w.hook
	w.mu.Unlock()
	frames := [][]byte{append([]byte(nil), frame...)}
	if hook != nil {
		var err error
		if frames, err = hook(ctx, frames[0]); err != nil {
			w.Break()
			return err
		}
	}
	for _, f := range frames {
		if err := w.put(ctx, f); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (w *Wire) put(ctx context.Context, frame []byte) error {
	select {
	case <-w.state.broken:
		return io.ErrClosedPipe
	case <-w.closed:
		return io.ErrClosedPipe
	case <-w.other.closed:
		return io.ErrClosedPipe
	default:
	}
	select {
	case w.out <- frame:
		return nil
	case <-w.state.broken:
	case <-w.closed:
	case <-w.other.closed:
	case <-ctx.Done():
		return ctx.Err()
	}
	return io.ErrClosedPipe
}

// Receive waits for the next frame. What the other end sent before it closed still comes; a broken wire gives nothing more.
func (w *Wire) Receive(ctx context.Context) ([]byte, error) {
	select {
	case <-w.state.broken:
		return nil, io.ErrUnexpectedEOF
	case <-w.closed:
		return nil, io.ErrClosedPipe
	default:
	}
	select {
	case f := <-w.in:
		return f, nil
	case <-w.state.broken:
		return nil, io.ErrUnexpectedEOF
	case <-w.closed:
		return nil, io.ErrClosedPipe
	case <-w.other.closed:
		select {
		case f := <-w.in:
			return f, nil
		default:
			return nil, io.EOF
		}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Close ends both ends; the other one reads what was sent before.
func (w *Wire) Close() error {
	w.once.Do(func() { close(w.closed) })
	return nil
}

// Way is memory unless a test said otherwise.
func (w *Wire) Way() signaling.Way {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.way == "" {
		return signaling.WayMemory
	}
	return w.way
}

// Remote is zero unless a test said otherwise.
func (w *Wire) Remote() netip.AddrPort {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.remote
}

// Deliver puts a frame into what this end receives, as if the other one had sent it.
func (w *Wire) Deliver(ctx context.Context, frame []byte) error { return w.other.put(ctx, frame) }
