package rtc

import (
	"errors"
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/pion/datachannel"
	"github.com/pion/webrtc/v4"

	"echopath/netcheck"
)

// dataCarrier carries datagrams as messages of an unordered data channel without retransmission.
type dataCarrier struct {
	peer *peer
	dc   *webrtc.DataChannel
	raw  datachannel.ReadWriteCloserDeadliner
	gate *gate

	claimed atomic.Bool // the other end has opened it
}

// claim tells whether the channel of the other end is the first.
func (d *dataCarrier) claim() bool { return d.claimed.CompareAndSwap(false, true) }

func (d *dataCarrier) open(dc *webrtc.DataChannel, raw datachannel.ReadWriteCloserDeadliner, g *gate) {
	d.dc, d.raw, d.gate = dc, raw, g
}

// Send queues the datagram in SCTP, which copies it.
func (d *dataCarrier) Send(b []byte) error {
	if _, err := d.raw.Write(b); err != nil {
		return d.peer.closedOr(err)
	}
	return nil
}

func (d *dataCarrier) Receive(b []byte) (int, error) {
	if _, dead := d.peer.dead.get(); dead {
		return 0, d.peer.lost()
	}
	n, err := d.raw.Read(b)
	if errors.Is(err, io.ErrShortBuffer) {
		n, err = d.takeOversize(b)
	}
	if err != nil {
		return 0, d.peer.receiveError(err)
	}
	return n, nil
}

// maxOversize is the size of a message, in bytes, above which the other end is not one of ours.
const maxOversize = 64 << 10

// takeOversize cuts a message that does not fit, as a UDP socket does; SCTP would keep it, and everything after it.
func (d *dataCarrier) takeOversize(b []byte) (int, error) {
	whole := make([]byte, maxOversize)
	n, err := d.raw.Read(whole)
	return copy(b, whole[:n]), err
}

func (d *dataCarrier) SetReceiveDeadline(t time.Time) error { return d.gate.set(t) }

// Queued is what SCTP has not sent yet, or sent and not had acknowledged.
func (d *dataCarrier) Queued() int { return int(d.dc.BufferedAmount()) } //nolint:gosec // far below 2^63

// receiveError tells the end of the peer from a deadline and from the end of the channel.
func (p *peer) receiveError(err error) error {
	if _, dead := p.dead.get(); dead {
		return p.lost()
	}
	var timeout interface{ Timeout() bool }
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout() {
		return os.ErrDeadlineExceeded
	}
	p.fail(endOf(err))
	return p.lost()
}

var (
	_ netcheck.DatagramConn = (*dataCarrier)(nil)
	_ netcheck.DatagramConn = (*srtpCarrier)(nil)
	_ netcheck.MessageConn  = (*messageConn)(nil)
)
