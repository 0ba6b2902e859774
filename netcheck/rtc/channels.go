package rtc

import (
	"fmt"

	"github.com/pion/datachannel"
	"github.com/pion/webrtc/v4"
)

// Streams of SCTP. Both ends know them beforehand, so no channel costs a round trip to open (RFC 8832 is not spoken).
const (
	streamLink    = 0 // the two ends of the link among themselves
	streamControl = 2 // what netcheck.Link calls Control
	streamData    = 4 // the datachannel carrier
)

// openChannels prepares the carriers; they open once there is a connection.
func (p *peer) openChannels() error {
	p.waiting = 4
	p.link, p.control, p.data = newMessageConn(p), newMessageConn(p), &dataCarrier{peer: p}
	ordered, unordered, never := true, false, uint16(0)
	for _, ch := range []struct {
		id      uint16
		options webrtc.DataChannelInit
		open    func(*webrtc.DataChannel, datachannel.ReadWriteCloserDeadliner, *gate)
	}{
		{streamLink, webrtc.DataChannelInit{Ordered: &ordered}, p.link.open},
		{streamControl, webrtc.DataChannelInit{Ordered: &ordered}, p.control.open},
		{streamData, webrtc.DataChannelInit{Ordered: &unordered, MaxRetransmits: &never}, p.data.open},
	} {
		negotiated := true
		ch.options.ID, ch.options.Negotiated = &ch.id, &negotiated
		dc, err := p.pc.CreateDataChannel(fmt.Sprintf("echopath-%d", ch.id), &ch.options)
		if err != nil {
			return err
		}
		dc.OnOpen(func() {
			raw, err := dc.DetachWithDeadline()
			if err != nil {
				p.fail(err)
				return
			}
			g := &gate{reader: raw}
			ch.open(dc, raw, g)
			p.ready(g)
		})
	}
	return p.openTrack()
}

func (p *peer) openTrack() error {
	p.srtp = &srtpCarrier{peer: p}
	if _, err := p.pc.AddTrack(&p.srtp.out); err != nil {
		return err
	}
	p.pc.OnTrack(func(t *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		if g := (&gate{reader: t}); p.srtp.open(t, g) {
			p.ready(g)
		}
	})
	return nil
}
