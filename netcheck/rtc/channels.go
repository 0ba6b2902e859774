package rtc

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/pion/datachannel"
	"github.com/pion/webrtc/v4"
)

// Streams of SCTP that both ends know beforehand, so that no channel costs a round trip to open (RFC 8832 is not spoken).
const (
	streamLink    = 0 // the two ends of the link among themselves
	streamControl = 2 // what netcheck.Link calls Control
	streamMedia   = 4 // what netcheck.MediaConn calls Control
)

// labelData is the label of the datachannel carrier.
const labelData = "echopath-datagrams"

// openChannels prepares the carriers; they open once there is a connection.
func (p *peer) openChannels() error {
	p.link, p.control, p.data = newMessageConn(p), newMessageConn(p), &dataCarrier{peer: p}
	channels := map[uint16]*messageConn{streamLink: p.link, streamControl: p.control}
	p.missing = parts{partLink: {}, partControl: {}, partData: {}, partAudio: {}}
	if p.media != nil {
		channels[streamMedia] = p.media.control
		p.missing[partMedia], p.missing[partVideo] = struct{}{}, struct{}{}
	}
	ordered, negotiated := true, true
	for id, m := range channels {
		dc, err := p.pc.CreateDataChannel(fmt.Sprintf("echopath-%d", id),
			&webrtc.DataChannelInit{ID: &id, Negotiated: &negotiated, Ordered: &ordered})
		if err != nil {
			return err
		}
		dc.OnOpen(func() { p.detach(dc, m.open, func(g *gate) { p.ready(partOf[id], g) }) })
	}
	if err := p.openData(); err != nil {
		return err
	}
	return p.openTracks()
}

// openData opens the datachannel carrier in band (RFC 8832): pion sets a channel's reliability only when its opening is
// acknowledged, so a channel negotiated beforehand would be a reliable one, which hides every loss.
func (p *peer) openData() error {
	p.pc.OnDataChannel(p.incoming)
	p.pc.SCTP().OnError(p.unaccepted)
	if !p.role.offers {
		return nil
	}
	ordered, never := false, uint16(0)
	dc, err := p.pc.CreateDataChannel(labelData, &webrtc.DataChannelInit{Ordered: &ordered, MaxRetransmits: &never})
	if err != nil {
		return err
	}
	dc.OnOpen(func() { p.detach(dc, p.data.open, p.awaitAck) })
	return nil
}

func (p *peer) detach(dc *webrtc.DataChannel, open func(*webrtc.DataChannel, datachannel.ReadWriteCloserDeadliner, *gate), then func(*gate)) {
	raw, err := dc.DetachWithDeadline()
	if err != nil {
		p.fail(err)
		return
	}
	g := &gate{reader: raw}
	open(dc, raw, g)
	then(g)
}

// awaitAck reads until the far end has acknowledged the opening of the data carrier. pion handles that message inside Read and
// tells of it by a callback; nothing else can come before the carrier is ready.
func (p *peer) awaitAck(g *gate) {
	acked, ok := p.data.raw.(interface{ OnOpen(f func()) })
	if !ok {
		p.fail(fmt.Errorf("a data channel of type %T can not tell when it is open", p.data.raw))
		return
	}
	acked.OnOpen(g.wake)
	p.mu.Lock()
	p.addGate(g)
	p.mu.Unlock()
	p.run(func() {
		_, err := p.data.raw.Read(make([]byte, maxDatagram))
		if err = p.receiveError(err); !errors.Is(err, os.ErrDeadlineExceeded) {
			return // the peer is dead, and says why
		}
		if err := g.set(time.Time{}); err != nil {
			p.fail(err)
			return
		}
		p.ready(partData, nil)
	})
}

// maxDatagram is more than any datagram that the far end may send, in bytes.
const maxDatagram = 2048

func (p *peer) openTracks() error {
	p.srtp = &srtpCarrier{peer: p}
	if _, err := p.pc.AddTrack(&p.srtp.out); err != nil {
		return err
	}
	if p.media != nil {
		var err error
		if p.media.sender, err = p.pc.AddTrack(&p.media.out); err != nil {
			return err
		}
	}
	p.pc.OnTrack(func(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
		g := &gate{reader: t}
		if what, ok := p.takes(t, r, g); ok {
			p.ready(what, g)
		}
	})
	return nil
}

// takes finds what an incoming track is for, and tells whether there is anything.
func (p *peer) takes(t *webrtc.TrackRemote, r *webrtc.RTPReceiver, g *gate) (part, bool) {
	if t.Kind() == webrtc.RTPCodecTypeAudio {
		return partAudio, p.srtp.open(t, g)
	}
	return partVideo, p.media != nil && p.media.open(t, r, g)
}
