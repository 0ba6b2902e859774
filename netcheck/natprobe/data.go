package natprobe

import (
	"encoding/binary"
	"io"
	"net/netip"

	"github.com/pion/stun/v3"
)

// dataHeader is the size of what precedes the data in a message of a channel: its number and the length.
const dataHeader = 4

// dataIndication is what a server sends for a peer without a channel (RFC 8656, section 11.4).
var dataIndication = stun.NewType(stun.MethodData, stun.ClassIndication)

// carries tells whether a message is what a peer sent through the relay, and no answer.
func (e *exchanger) carries(raw []byte) bool {
	_, ok := e.payload(raw)
	return ok
}

// payload gives what a peer sent through the relay, if raw is that.
func (e *exchanger) payload(raw []byte) ([]byte, bool) {
	if len(raw) >= dataHeader && e.channel != 0 && binary.BigEndian.Uint16(raw) == e.channel {
		size := int(binary.BigEndian.Uint16(raw[2:]))
		if size > len(raw)-dataHeader {
			return nil, false
		}
		return raw[dataHeader:][:size], true
	}
	if len(raw) > maxMessage || !stun.IsMessage(raw) {
		return nil, false
	}
	m := &stun.Message{}
	if _, err := m.Write(raw); err != nil || m.Type != dataIndication {
		return nil, false
	}
	data, err := m.Get(stun.AttrData)
	return data, err == nil
}

// forward has the server send data to a peer: by the channel if one is bound, else by a Send indication (RFC 8656, section 11.1).
func (e *exchanger) forward(peer netip.AddrPort, data []byte) error {
	message := e.channelMessage(data)
	if e.channel == 0 {
		m, err := stun.Build(stun.TransactionID, stun.NewType(stun.MethodSend, stun.ClassIndication),
			xorPeer(peer), stun.RawAttribute{Type: stun.AttrData, Value: data}, stun.Fingerprint)
		if err != nil {
			return err
		}
		message = m.Raw
	}
	_, err := e.conn.Write(message)
	return err
}

// channelMessage writes data as it travels by a channel (RFC 8656, section 12.4): padded on streams.
func (e *exchanger) channelMessage(data []byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, e.channel)
	b = binary.BigEndian.AppendUint16(b, uint16(len(data))) //nolint:gosec // a few bytes of this program's own
	b = append(b, data...)
	for e.stream && len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

// readChannelFrame reads the rest of a channel's message from a stream; the channel's number stands in frame. The padding is left in.
func readChannelFrame(r io.Reader, frame []byte) ([]byte, error) {
	if _, err := io.ReadFull(r, frame[2:dataHeader]); err != nil {
		return nil, err
	}
	size := dataHeader + (int(binary.BigEndian.Uint16(frame[2:]))+3)&^3
	if size > maxMessage {
		return nil, errNotSTUN
	}
	frame = frame[:size]
	_, err := io.ReadFull(r, frame[dataHeader:])
	return frame, err
}
