package rtc

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"echopath/netcheck"
)

// media is one VP8 stream each way with its feedback; it implements netcheck.MediaConn. What a leg without video has is not
// changed by it: the streams have their own description, interceptors and channel.
type media struct {
	peer       *peer
	control    *messageConn
	out        videoTrack
	meter      *meter
	repair     *repair
	controller controller
	brake      *brake
	sender     *webrtc.RTPSender

	gate     *gate // of the two that follow; p.mu guards their setting
	in       *webrtc.TrackRemote
	receiver *webrtc.RTPReceiver

	packet rtp.Packet // only the receiver uses these two
	buffer [maxRTP]byte

	keyAsked chan struct{}
	peerKbps atomic.Uint64 // math.Float64bits
	tag      atomic.Int64  // bytes of SRTP's tag; 0: not known yet
}

// newMedia begins no goroutine but those of the controller, which close ends.
func newMedia(p *peer, load netcheck.VideoLoad, leg netcheck.Leg) (*media, error) {
	ctl, err := newGCC(load, p.log)
	if err != nil {
		return nil, err
	}
	hold, err := newBrake(p.log)
	if err != nil {
		ctl.close()
		return nil, err
	}
	m := &media{peer: p, control: newMessageConn(p), controller: ctl, brake: hold, meter: newMeter(p.framing(leg)),
		keyAsked: make(chan struct{}, 1)}
	m.repair = newRepair(time.Now, m.meter.rtt, m.out.ssrc)
	return m, nil
}

// open takes the track of the other end. There is one; a second would be a fault of the peer, and is left alone.
func (m *media) open(t *webrtc.TrackRemote, r *webrtc.RTPReceiver, g *gate) bool {
	m.peer.mu.Lock()
	defer m.peer.mu.Unlock()
	if m.in != nil {
		return false
	}
	m.in, m.receiver, m.gate = t, r, g
	return true
}

// run starts what reads feedback. The peer's lock is held, and everything has opened.
func (m *media) run() {
	m.peer.run(m.control.read)
	m.peer.run(m.watchSender)
	m.peer.run(m.watchReceiver)
}

// Control carries the video probe's messages.
func (m *media) Control() netcheck.MessageConn { return m.control }

// Send hands over one packet. The responder to NACKs keeps a copy of it.
func (m *media) Send(p *netcheck.MediaPacket) error {
	if len(p.Payload) > maxPayload {
		return fmt.Errorf("payload of %d bytes: at most %d fit into a packet", len(p.Payload), maxPayload)
	}
	if err := m.out.send(p); err != nil {
		return m.peer.closedOr(err)
	}
	return nil
}

// Receive strips header extensions and padding. A packet of padding alone has an empty payload; its number counts.
//
// The time at which it takes a packet is the packet's arrival for the other end's congestion control: a caller that does
// something slow in between makes the network look slow.
func (m *media) Receive(p *netcheck.MediaPacket) error {
	for {
		if _, dead := m.peer.dead.get(); dead {
			return m.peer.lost()
		}
		n, _, err := m.in.Read(m.buffer[:])
		if errors.Is(err, webrtc.ErrCodecNotFound) {
			continue // of a type that was not agreed on
		}
		if err != nil {
			return m.peer.receiveError(err)
		}
		if m.packet.Unmarshal(m.buffer[:n]) != nil {
			continue // not one of ours
		}
		p.Sequence, p.Timestamp, p.Marker = m.packet.SequenceNumber, m.packet.Timestamp, m.packet.Marker
		p.Payload = append(p.Payload[:0], m.packet.Payload...)
		return nil
	}
}

// Expect tells the number with which the other end's stream begins.
func (m *media) Expect(first uint16) { m.repair.expect(first) }

// SetReceiveDeadline ends a waiting Receive at t.
func (m *media) SetReceiveDeadline(t time.Time) error { return m.gate.set(t) }

// KeyFrameAsked is signalled when the other end asks for a key frame.
func (m *media) KeyFrameAsked() <-chan struct{} { return m.keyAsked }

// AskKeyFrame sends a picture loss indication (RFC 4585, section 6.3.1).
func (m *media) AskKeyFrame() error {
	m.repair.keyAsked()
	return m.feedback(&rtcp.PictureLossIndication{SenderSSRC: m.out.ssrc(), MediaSSRC: uint32(m.in.SSRC())})
}

// ReturnRate sends a receiver estimated maximum bitrate (draft-alvestrand-rmcat-remb).
func (m *media) ReturnRate(kbps float64) error {
	if math.IsNaN(kbps) || math.IsInf(kbps, 0) || kbps <= 0 {
		return fmt.Errorf("bitrate of %v kbit/s: it must be above 0", kbps)
	}
	return m.feedback(&rtcp.ReceiverEstimatedMaximumBitrate{SenderSSRC: m.out.ssrc(), Bitrate: float32(kbps * 1000),
		SSRCs: []uint32{uint32(m.in.SSRC())}})
}

func (m *media) feedback(p rtcp.Packet) error {
	if _, dead := m.peer.dead.get(); dead {
		return m.peer.lost()
	}
	if err := m.peer.pc.WriteRTCP([]rtcp.Packet{p}); err != nil {
		return m.peer.closedOr(err)
	}
	return nil
}

// Rate is what congestion control has to say.
func (m *media) Rate() netcheck.MediaRate {
	own := m.controller.rate()
	own.kbps = min(own.kbps, m.meter.sight())
	if held, braked := m.brake.hold(own.kbps, time.Now()); braked {
		own.kbps, own.state, own.usage = held, "decrease", "over"
	}
	r := netcheck.MediaRate{Own: own.kbps, Peer: m.peerRate(), Target: own.kbps,
		State: own.state, Usage: own.usage, Loss: own.loss}
	if r.Peer > 0 {
		r.Target = min(r.Own, r.Peer)
	}
	return r
}

// peerRate is what the other end can return, in kbit/s; 0: it has not said.
func (m *media) peerRate() float64 { return math.Float64frombits(m.peerKbps.Load()) }

// Counters are cumulative.
func (m *media) Counters() netcheck.MediaCounters { return m.meter.counters(m.tagLength()) }

// tagLength is what SRTP adds to every packet, in bytes. It is looked up once, and known when the link is.
func (m *media) tagLength() int {
	if n := m.tag.Load(); n > 0 {
		return int(n)
	}
	n, ok := m.peer.srtpTag()
	if ok {
		m.tag.Store(int64(n))
	}
	return n
}

// close ends the controller, which the connection ends as well if it came that far.
func (m *media) close() { m.controller.close() }

var _ netcheck.MediaConn = (*media)(nil)

// srtpTag is the number of bytes that SRTP adds to a packet, for the profile that both ends agreed on (RFC 5764, section 4.1.2
// and RFC 7714, section 14.2). It is not known before there is a connection.
func (p *peer) srtpTag() (int, bool) {
	for _, s := range p.pc.GetStats() {
		t, ok := s.(webrtc.TransportStats)
		switch {
		case !ok:
		case strings.Contains(t.SRTPCipher, "GCM"):
			return 16, true
		case strings.HasSuffix(t.SRTPCipher, "_80"):
			return 10, true
		}
	}
	return 16, false // of those that pion offers first
}
