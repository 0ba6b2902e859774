package video

import (
	"github.com/pion/rtp/codecs"

	"echopath/netcheck"
)

// maxPayload is the largest RTP payload in bytes: with the headers of RTP, its extensions, SRTP, TURN, UDP and IPv6 a packet stays
// below 1280, the least that every IPv6 link carries (RFC 8200, section 5).
const maxPayload = 1150

// wireOverhead is what a packet has beside its payload, in bytes: RTP 12, extension 8, SRTP 10 to 16, UDP 8, IP 20, ChannelData 4.
const wireOverhead = 64

// rtpClock is the clock rate of video in RTP timestamps (RFC 7741, section 6.1).
const rtpClock = 90_000

// packetizer cuts coded pictures into RTP payloads (RFC 7741, section 4). The picture identifier of 15 bits lets the assembler see
// that a whole frame is missing.
type packetizer struct {
	payloader codecs.VP8Payloader
	sequence  uint16
}

func newPacketizer(sequence uint16) *packetizer {
	return &packetizer{payloader: codecs.VP8Payloader{EnablePictureID: true}, sequence: sequence}
}

// packets calls send with each packet of a frame and gives their number.
func (p *packetizer) packets(frame []byte, timestamp uint32, send func(*netcheck.MediaPacket) error) (int, error) {
	payloads := p.payloader.Payload(maxPayload, frame)
	for i, b := range payloads {
		packet := netcheck.MediaPacket{Sequence: p.sequence, Timestamp: timestamp, Marker: i == len(payloads)-1, Payload: b}
		p.sequence++
		if err := send(&packet); err != nil {
			return i, err
		}
	}
	return len(payloads), nil
}

// payloadKbps is what is left for coded pictures of a bitrate on the wire.
func payloadKbps(wire float64, fps int) float64 {
	frame := wire * 1000 / 8 / float64(fps) // bytes on the wire
	packets := float64(int(frame/(maxPayload+wireOverhead)) + 1)
	return max(wire-packets*wireOverhead*8*float64(fps)/1000, wire/2)
}
