package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"echopath/netcheck/dial"
	"echopath/netcheck/signaling"
)

// Errors that a wire ends with, beside io.EOF. None of them wraps io.EOF, which would claim an end in order.
var (
	errBroken   = errors.New("the connection broke")
	errTooLarge = fmt.Errorf("a frame is larger than %d bytes", maxFrame)
	errProtocol = errors.New("the other end broke the rules of the wire")
)

func broken(err error) error { return fmt.Errorf("%w: %v", errBroken, err) } //nolint:errorlint // io.EOF must not be seen

// Wire is a signaling.Wire over HTTPS.
type Wire struct {
	way      signaling.Way
	remote   netip.AddrPort
	reached  string        // guest: the address as the invite has it
	evidence dial.Evidence // guest: of the first connection
	timing   timing

	in, out chan []byte
	closing chan struct{} // Close was called: what is queued is still sent
	over    chan struct{} // nothing comes or goes any more
	why     error         // of over; set before it is closed

	stopping sync.Once
	closed   sync.Once
	pumps    sync.WaitGroup
	carrier  carrier
}

var _ signaling.Aborter = (*Wire)(nil)

// carrier takes frames to the other end. All but breakOff are called by one goroutine.
type carrier interface {
	send(frames [][]byte) error // within the wire's write time
	beat() error                // gives a sign of life
	end() error                 // tells the other end that this is all
	breakOff(why error)         // makes all that waits return; idempotent, from any goroutine
	release()                   // gives back what is left when nothing runs any more
}

func newWire(way signaling.Way, remote net.Addr, t timing) *Wire {
	w := &Wire{
		way: way, timing: t, in: make(chan []byte, queued), out: make(chan []byte, queued),
		closing: make(chan struct{}), over: make(chan struct{}),
	}
	if remote != nil {
		w.remote = addrPort(remote.String())
	}
	return w
}

func addrPort(s string) netip.AddrPort {
	a, _ := netip.ParseAddrPort(s)
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

// Way is WayWebSocket or WaySSE.
func (w *Wire) Way() signaling.Way { return w.way }

// Remote is the source of the TCP connection.
func (w *Wire) Remote() netip.AddrPort { return w.remote }

// Reached is the host's address with which a guest's wire was made, as the invite has it; "" at the host.
func (w *Wire) Reached() string { return w.reached }

// Evidence is what a guest saw on the way to the host.
func (w *Wire) Evidence() dial.Evidence { return w.evidence }

// Send queues a frame, and waits while there is no room. A frame that was queued when Close is called is still sent if the other
// end takes it soon. The frame may be used again afterwards. The end of ctx does not harm the wire.
func (w *Wire) Send(ctx context.Context, frame []byte) error {
	if len(frame) > maxFrame {
		return errTooLarge
	}
	if err := w.shut(); err != nil {
		return err
	}
	select {
	case w.out <- slices.Clone(frame):
		return nil
	case <-w.over:
	case <-w.closing:
	case <-ctx.Done():
		return ctx.Err()
	}
	return w.shut()
}

// shut tells why nothing can be sent, or nil.
func (w *Wire) shut() error {
	select {
	case <-w.closing:
		return net.ErrClosed
	default:
	}
	select {
	case <-w.over:
		if errors.Is(w.why, io.EOF) {
			return io.ErrClosedPipe
		}
		return w.why
	default:
		return nil
	}
}

// Receive gives the next frame. What came before the other end closed the wire is given before io.EOF. The end of ctx does not
// harm the wire.
func (w *Wire) Receive(ctx context.Context) ([]byte, error) {
	select {
	case <-w.closing:
		return nil, net.ErrClosed
	default:
	}
	select {
	case frame := <-w.in:
		return frame, nil
	case <-w.closing:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-w.over:
	}
	select {
	case frame := <-w.in:
		return frame, nil
	default:
		return nil, w.why
	}
}

// Close sends what is queued, tells the other end and waits, for about two seconds at most. It is idempotent.
func (w *Wire) Close() error {
	w.closed.Do(func() {
		close(w.closing)
		force := time.AfterFunc(w.timing.grace, func() { w.stop(errBroken) })
		w.pumps.Wait()
		force.Stop()
		w.stop(net.ErrClosed)
		w.carrier.release()
	})
	return nil
}

// Abort ends the wire at once: nothing more is sent, and the other end is not told. It is for one that does not reach the other end any
// more, where Close would wait for nothing. It is idempotent, and Close may follow.
func (w *Wire) Abort() {
	w.stop(errBroken)
	_ = w.Close() // nothing is left that it could wait for
}

// stop ends both directions. The first reason stays.
func (w *Wire) stop(why error) {
	w.stopping.Do(func() {
		w.why = why
		close(w.over)
	})
	w.carrier.breakOff(why)
}

// deliver hands a frame to Receive, and tells whether more are wanted.
func (w *Wire) deliver(frame []byte) bool {
	select {
	case w.in <- frame:
		return true
	case <-w.over:
	case <-w.closing:
	}
	return false
}

// start begins to send.
func (w *Wire) start(c carrier) {
	w.carrier = c
	w.pumps.Go(w.pump)
}

func (w *Wire) pump() {
	beat := time.NewTicker(w.timing.ping)
	defer beat.Stop()
	for {
		var err error
		select {
		case <-w.over:
			return
		case frame := <-w.out:
			err = w.carrier.send(w.batch(frame))
		case <-beat.C:
			err = w.carrier.beat()
		case <-w.closing:
			w.drain()
			return
		}
		if err != nil {
			w.sendFailed(err)
			return
		}
	}
}

// batch adds to a frame those that wait behind it and fit with it into one POST.
func (w *Wire) batch(frame []byte) [][]byte {
	frames, size := [][]byte{frame}, recordHead+len(frame)
	for size <= maxBatch-recordHead-maxFrame {
		select {
		case frame = <-w.out:
			frames, size = append(frames, frame), size+recordHead+len(frame)
		default:
			return frames
		}
	}
	return frames
}

// drain sends what is queued and ends the wire in order.
func (w *Wire) drain() {
	for {
		select {
		case <-w.over:
			return
		case frame := <-w.out:
			if w.carrier.send(w.batch(frame)) != nil {
				return
			}
		default:
			_ = w.carrier.end() // there is nobody left to tell
			return
		}
	}
}

// sendFailed ends the wire because nothing can be sent. The direction that is read mostly knows better why: when the other end
// closed in order, that stands there.
func (w *Wire) sendFailed(err error) {
	wait := time.NewTimer(w.timing.last)
	defer wait.Stop()
	select {
	case <-w.over:
	case <-w.closing:
	case <-wait.C:
	}
	w.stop(err)
}
