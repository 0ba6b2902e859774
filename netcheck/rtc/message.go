package rtc

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/pion/datachannel"
	"github.com/pion/sctp"
	"github.com/pion/webrtc/v4"

	"echopath/netcheck"
)

// Limits of a message channel in bytes and messages. What is not read stays in SCTP's receive buffer, which the data carrier
// shares: so a few messages are taken out of it at once.
const (
	highWater = 256 << 10
	lowWater  = 64 << 10
	inboxSize = 16
)

// messageConn is a reliable, ordered channel; it implements netcheck.MessageConn.
type messageConn struct {
	peer  *peer
	dc    *webrtc.DataChannel
	raw   datachannel.ReadWriteCloserDeadliner
	inbox chan []byte   // closed when nothing can come any more
	turn  chan struct{} // held by the one who sends
	low   chan struct{} // the queue has become short
}

func newMessageConn(p *peer) *messageConn {
	return &messageConn{peer: p, inbox: make(chan []byte, inboxSize), turn: make(chan struct{}, 1), low: make(chan struct{}, 1)}
}

func (m *messageConn) open(dc *webrtc.DataChannel, raw datachannel.ReadWriteCloserDeadliner, _ *gate) {
	m.dc, m.raw = dc, raw
	dc.SetBufferedAmountLowThreshold(lowWater)
	dc.OnBufferedAmountLow(func() {
		select {
		case m.low <- struct{}{}:
		default:
		}
	})
}

// Send waits while more than 256 KiB are queued.
func (m *messageConn) Send(ctx context.Context, msg []byte) error {
	if len(msg) == 0 || len(msg) > netcheck.MaxMessage {
		return fmt.Errorf("message of %d bytes: 1 to %d can be sent", len(msg), netcheck.MaxMessage)
	}
	select {
	case m.turn <- struct{}{}:
		defer func() { <-m.turn }()
	case <-ctx.Done():
		return ctx.Err()
	case <-m.peer.dead.wait():
		return m.peer.lost()
	}
	for int(m.dc.BufferedAmount())+len(msg) > highWater { //nolint:gosec // far below 2^63
		select {
		case <-m.low:
		case <-ctx.Done():
			return ctx.Err()
		case <-m.peer.dead.wait():
			return m.peer.lost()
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := m.raw.Write(msg); err != nil {
		return m.peer.closedOr(err)
	}
	return nil
}

// Receive gives the messages that came before the end, and io.EOF then.
func (m *messageConn) Receive(ctx context.Context) ([]byte, error) {
	select {
	case msg, ok := <-m.inbox:
		if !ok {
			return nil, m.peer.lost()
		}
		return msg, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// read moves messages from SCTP to the inbox until the channel ends.
func (m *messageConn) read() {
	defer close(m.inbox)
	buf := make([]byte, netcheck.MaxMessage)
	for {
		n, err := m.raw.Read(buf)
		if errors.Is(err, io.ErrShortBuffer) {
			err = fmt.Errorf("a message of more than %d bytes came", netcheck.MaxMessage)
		}
		if err != nil {
			m.peer.fail(endOf(err))
			return
		}
		select {
		case m.inbox <- append([]byte(nil), buf[:n]...):
		case <-m.peer.dead.wait():
			return
		}
	}
}

// endOf makes io.EOF of the errors with which an association ends in order. One of them is about the answer to the far end's
// closing of a channel: pion gives it in place of io.EOF when the far end has closed the association meanwhile.
func endOf(err error) error {
	for _, end := range []error{io.EOF, io.ErrClosedPipe, sctp.ErrUserInitiatedAbort, sctp.ErrResetPacketInStateNotExist} {
		if errors.Is(err, end) {
			return io.EOF
		}
	}
	return err
}

// closedOr is err, or why the peer is dead if it is.
func (p *peer) closedOr(err error) error {
	if _, dead := p.dead.get(); dead {
		return p.lost()
	}
	return err
}
