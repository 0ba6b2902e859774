package rtc

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// srtpCarrier carries datagrams as payloads of RTP packets (RFC 3550), encrypted (RFC 3711), without feedback or repair.
type srtpCarrier struct {
	peer *peer
	out  outTrack
	gate *gate

	in     *webrtc.TrackRemote
	header rtp.Header // only the receiver uses these two
	packet [maxRTP]byte
}

const (
	rtpHeader  = 12
	maxRTP     = 1500
	maxPayload = 1200 // with the headers of RTP, SRTP and TURN it stays below 1280
)

// open takes the track of the other end. There is one; a second would be a fault of the peer, and is left alone.
func (s *srtpCarrier) open(t *webrtc.TrackRemote, g *gate) bool {
	s.peer.mu.Lock()
	defer s.peer.mu.Unlock()
	if s.in != nil {
		return false
	}
	s.in, s.gate = t, g
	return true
}

func (s *srtpCarrier) Send(b []byte) error {
	if len(b) > maxPayload {
		return fmt.Errorf("datagram of %d bytes: at most %d fit into a packet", len(b), maxPayload)
	}
	if err := s.out.send(b); err != nil {
		return s.peer.closedOr(err)
	}
	return nil
}

func (s *srtpCarrier) Receive(b []byte) (int, error) {
	for {
		if _, dead := s.peer.dead.get(); dead {
			return 0, s.peer.lost()
		}
		n, _, err := s.in.Read(s.packet[:])
		if err != nil {
			return 0, s.peer.receiveError(err)
		}
		at, err := s.header.Unmarshal(s.packet[:n])
		if err != nil || at >= n {
			continue // not one of ours
		}
		return copy(b, s.packet[at:n]), nil
	}
}

func (s *srtpCarrier) SetReceiveDeadline(t time.Time) error { return s.gate.set(t) }

// Queued is what waits for a relay's TCP stream. Over UDP it is 0: a packet is on the wire when Send returns.
func (s *srtpCarrier) Queued() int {
	if s.peer.dial == nil {
		return 0
	}
	return s.peer.dial.queued()
}

// outTrack is the sending track; it implements webrtc.TrackLocal. It hands packets to the sender that it is bound to and
// nothing else, so that sending allocates nothing.
type outTrack struct {
	mu     sync.Mutex // guards all of it
	header rtp.Header
	begin  time.Time
	to     webrtc.TrackLocalWriter
}

var errNotBound = errors.New("the track is not bound")

func (t *outTrack) send(b []byte) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.to == nil {
		return errNotBound
	}
	t.header.SequenceNumber++
	t.header.Timestamp = uint32(time.Since(t.begin) * rtpClock / time.Second) //nolint:gosec // wraps by design
	_, err := t.to.WriteRTP(&t.header, b)
	return err
}

// Bind is called when the descriptions have been exchanged.
func (t *outTrack) Bind(c webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	for _, codec := range c.CodecParameters() {
		if codec.MimeType != opus.MimeType {
			continue
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		t.header = rtp.Header{Version: 2, PayloadType: uint8(codec.PayloadType), SSRC: uint32(c.SSRC())}
		t.begin, t.to = time.Now(), c.WriteStream()
		return codec, nil
	}
	return webrtc.RTPCodecParameters{}, webrtc.ErrUnsupportedCodec
}

// Unbind is called when the peer closes.
func (t *outTrack) Unbind(webrtc.TrackLocalContext) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.to = nil
	return nil
}

// ID names the track in descriptions.
func (t *outTrack) ID() string { return "echopath-srtp" }

// RID is empty: there is one encoding.
func (t *outTrack) RID() string { return "" }

// StreamID names the track's stream in descriptions.
func (t *outTrack) StreamID() string { return "echopath" }

// Kind is audio, the simplest form of media.
func (t *outTrack) Kind() webrtc.RTPCodecType { return webrtc.RTPCodecTypeAudio }
