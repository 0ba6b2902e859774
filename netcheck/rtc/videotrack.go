package rtc

import (
	"strings"
	"sync"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"echopath/netcheck"
)

// vp8 is the codec of the video streams, with the feedback that both ends understand. Retransmissions travel in the stream
// itself: with a stream of their own (RFC 4588) pion's pacers drop them, and take that for losses of the network.
var vp8 = webrtc.RTPCodecParameters{
	RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: videoClock,
		RTCPFeedback: []webrtc.RTCPFeedback{
			{Type: webrtc.TypeRTCPFBNACK}, {Type: webrtc.TypeRTCPFBNACK, Parameter: "pli"}, {Type: webrtc.TypeRTCPFBCCM, Parameter: "fir"},
			{Type: webrtc.TypeRTCPFBTransportCC}, {Type: webrtc.TypeRTCPFBGoogREMB},
		}},
	PayloadType: 96,
}

const videoClock = 90000

// videoTrack is the sending track of video; it implements webrtc.TrackLocal. The packets' numbers are the caller's.
type videoTrack struct {
	mu     sync.Mutex // guards all of it
	header rtp.Header
	to     webrtc.TrackLocalWriter
}

func (t *videoTrack) send(p *netcheck.MediaPacket) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.to == nil {
		return errNotBound
	}
	t.header.SequenceNumber, t.header.Timestamp, t.header.Marker = p.Sequence, p.Timestamp, p.Marker
	t.header.Extension, t.header.Extensions = false, t.header.Extensions[:0] // the interceptors add theirs
	_, err := t.to.WriteRTP(&t.header, p.Payload)
	return err
}

func (t *videoTrack) ssrc() uint32 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.header.SSRC
}

// Bind is called when the descriptions have been exchanged.
func (t *videoTrack) Bind(c webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	for _, codec := range c.CodecParameters() {
		if !strings.EqualFold(codec.MimeType, vp8.MimeType) {
			continue
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		t.header = rtp.Header{Version: 2, PayloadType: uint8(codec.PayloadType), SSRC: uint32(c.SSRC())}
		t.to = c.WriteStream()
		return codec, nil
	}
	return webrtc.RTPCodecParameters{}, webrtc.ErrUnsupportedCodec
}

// Unbind is called when the peer closes.
func (t *videoTrack) Unbind(webrtc.TrackLocalContext) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.to = nil
	return nil
}

// ID names the track in descriptions.
func (t *videoTrack) ID() string { return "echopath-video" }

// RID is empty: there is one encoding.
func (t *videoTrack) RID() string { return "" }

// StreamID names the track's stream in descriptions. It is not that of the srtp carrier: nothing keeps the two in step.
func (t *videoTrack) StreamID() string { return "echopath-video" }

// Kind is video.
func (t *videoTrack) Kind() webrtc.RTPCodecType { return webrtc.RTPCodecTypeVideo }
