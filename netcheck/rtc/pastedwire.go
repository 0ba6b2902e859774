package rtc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"

	"github.com/pion/datachannel"
	"github.com/pion/webrtc/v4"

	"echopath/netcheck/signaling"
)

// take makes the wire's frames of a data channel's messages. There is one; another one ends the wire, since nobody would read it.
func (w *Pasted) take(dc *webrtc.DataChannel) {
	if !w.claimed.CompareAndSwap(false, true) {
		w.end(strangeChannel(fmt.Errorf("a data channel with the label %.40q", dc.Label())))
		_ = dc.Close()
		return
	}
	dc.OnOpen(func() { w.detach(dc) })
}

func (w *Pasted) detach(dc *webrtc.DataChannel) {
	raw, err := dc.DetachWithDeadline()
	if err != nil {
		w.end(localError("This computer could not open the connection to the other end.", err))
		return
	}
	dc.SetBufferedAmountLowThreshold(lowWater)
	dc.OnBufferedAmountLow(func() {
		select {
		case w.low <- struct{}{}:
		default:
		}
	})
	w.begin(dc, raw)
}

// begin reads, unless Close has begun: pion opens a channel on a goroutine that its own closing does not wait for.
func (w *Pasted) begin(dc *webrtc.DataChannel, raw datachannel.ReadWriteCloserDeadliner) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closing {
		return
	}
	w.dc = dc
	w.reading.Go(func() { w.read(raw) })
	w.opens.set(raw)
}

func (w *Pasted) read(raw datachannel.ReadWriteCloserDeadliner) {
	defer close(w.inbox)
	defer w.end(nil) // the other end closed it, unless it is over already
	buf := make([]byte, signaling.MaxFrame)
	for {
		n, err := raw.Read(buf)
		if err != nil {
			return
		}
		select {
		case w.inbox <- append([]byte(nil), buf[:n]...):
		case <-w.over:
			return
		}
	}
}

// Send sends a frame, once there is a connection and its queue is short. Once the connection is over it gives io.ErrClosedPipe: in a
// *netcheck.Failure if there is a reason (Why).
func (w *Pasted) Send(ctx context.Context, frame []byte) error {
	if len(frame) == 0 || len(frame) > signaling.MaxFrame {
		return fmt.Errorf("frame of %d bytes: 1 to %d can be sent", len(frame), signaling.MaxFrame)
	}
	if err := w.await(ctx, w.opens.wait()); err != nil {
		return err
	}
	for w.dc.BufferedAmount() > highWater {
		if err := w.await(ctx, w.low); err != nil {
			return err
		}
	}
	raw, _ := w.opens.get()
	_, err := raw.Write(frame)
	return err
}

// await waits for what Send and Connected need. A wire that is over is over, whatever is ready besides.
func (w *Pasted) await(ctx context.Context, ready <-chan struct{}) error {
	if _, over := w.ended.get(); over {
		return w.overBy(io.ErrClosedPipe)
	}
	select {
	case <-ready:
		return nil
	case <-w.ended.wait():
		return w.overBy(io.ErrClosedPipe)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Receive waits for the next frame, and gives io.EOF once the connection is over: in a *netcheck.Failure if there is a reason (Why).
func (w *Pasted) Receive(ctx context.Context) ([]byte, error) {
	select {
	case frame, ok := <-w.inbox:
		return w.received(frame, ok)
	case <-w.ended.wait():
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case frame, ok := <-w.inbox: // what came before the end comes before it
		return w.received(frame, ok)
	default:
		return nil, w.overBy(io.EOF)
	}
}

func (w *Pasted) received(frame []byte, ok bool) ([]byte, error) {
	if !ok {
		return nil, w.overBy(io.EOF)
	}
	return frame, nil
}

// Way is WayPaste.
func (w *Pasted) Way() signaling.Way { return signaling.WayPaste }

// Remote is where the other end's packets come from, zero before there is a connection.
func (w *Pasted) Remote() netip.AddrPort {
	pair, err := w.pc.SCTP().Transport().ICETransport().GetSelectedCandidatePair()
	if err != nil || pair == nil {
		return netip.AddrPort{}
	}
	return candidate(pair.Remote).Address
}

// Close ends the wire and waits for its goroutines.
func (w *Pasted) Close() error {
	w.once.Do(func() {
		close(w.over)
		w.mu.Lock()
		w.closing = true
		w.mu.Unlock()
		w.end(nil)
		w.onConnection(webrtc.PeerConnectionStateClosed)
		w.attending.Wait() // it asks pion, which must not be asked while it closes
		w.err = errors.Join(closePion(w.pc, w.net), w.net.closeAll())
		w.reading.Wait()
	})
	return w.err
}
