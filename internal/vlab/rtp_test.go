package vlab_test

import (
	"encoding/binary"
	"net"
	"testing"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/stun/v3"

	"echopath/internal/vlab"
)

const transportID = 3

// media is a video packet with a transport-wide number, and logged what the log keeps of a payload.
func media(tb testing.TB, csrcs ...uint32) []byte {
	tb.Helper()
	p := rtp.Packet{Header: rtp.Header{Version: 2, Marker: true, PayloadType: 96, SequenceNumber: 65535, Timestamp: 3000, SSRC: 0xdecafbad, CSRC: csrcs},
		Payload: make([]byte, 900)}
	must(tb, p.SetExtension(1, []byte{1, 2, 3}))
	must(tb, p.SetExtension(transportID, []byte{0x12, 0x34}))
	b, err := p.Marshal()
	must(tb, err)
	return b
}

func logged(b []byte) vlab.Packet {
	p := vlab.Packet{Size: len(b)}
	copy(p.Head[:], b)
	return p
}

func channelData(b []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0x40, 0x01}, uint16(len(b))), b...)
}

func sendIndication(tb testing.TB, b []byte) []byte {
	tb.Helper()
	peer := stun.XORMappedAddress{IP: net.IPv4(203, 0, 113, 22), Port: 5000}
	m, err := stun.Build(stun.TransactionID, stun.NewType(stun.MethodSend, stun.ClassIndication), add(func(m *stun.Message) error {
		return peer.AddToAs(m, stun.AttrXORPeerAddress)
	}), add(func(m *stun.Message) error { m.Add(stun.AttrData, b); return nil }))
	must(tb, err)
	return m.Raw
}

type add func(*stun.Message) error

func (a add) AddTo(m *stun.Message) error { return a(m) }

func TestMediaPacketsAreRecognised(t *testing.T) {
	for name, b := range map[string][]byte{
		"plain": media(t), "with a CSRC": media(t, 7), "ChannelData": channelData(media(t)), "Send indication": sendIndication(t, media(t)),
	} {
		p := logged(b)
		pt, seq, ssrc, ok := p.RTP()
		if !ok || pt != 96 || seq != 65535 || ssrc != 0xdecafbad {
			t.Errorf("%s: payload type %d, number %d, SSRC %#x, %v", name, pt, seq, ssrc, ok)
		}
		m, _ := p.Media()
		if n, ok := m.TransportNumber(transportID); !ok || n != 0x1234 || !m.Marker || m.Timestamp != 3000 {
			t.Errorf("%s: transport-wide number %#x, %v; %+v", name, n, ok, m)
		}
		for _, id := range []uint8{0, 1, 2, 14, 15} {
			if n, ok := m.TransportNumber(id); ok {
				t.Errorf("%s: extension %d is read as the transport-wide number %d", name, id, n)
			}
		}
		if p.OnWire() != len(b)+28 {
			t.Errorf("%s: %d bytes on the wire", name, p.OnWire())
		}
	}
}

func TestNumberThatIsNotInTheLog(t *testing.T) {
	m, ok := logged(media(t, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13)).Media()
	if !ok {
		t.Fatal("no media packet")
	}
	if n, ok := m.TransportNumber(transportID); ok {
		t.Errorf("number %d from behind the log's end", n)
	}
}

func TestOtherPacketsAreNoMedia(t *testing.T) {
	report, err := rtcp.Marshal([]rtcp.Packet{&rtcp.SenderReport{SSRC: 1}, &rtcp.PictureLossIndication{SenderSSRC: 1, MediaSSRC: 2}})
	must(t, err)
	dtls := append([]byte{23, 0xfe, 0xfd}, make([]byte, 60)...)
	for name, b := range map[string][]byte{
		"RTCP": report, "wrapped RTCP": channelData(report), "DTLS": dtls, "wrapped DTLS": channelData(dtls),
		"STUN":  stun.MustBuild(stun.TransactionID, stun.BindingRequest).Raw,
		"short": media(t)[:11], "short in ChannelData": channelData(media(t)[:11]), "nothing": nil,
		"an indication without data": stun.MustBuild(stun.TransactionID, stun.NewType(stun.MethodSend, stun.ClassIndication)).Raw,
		"ChannelData twice":          channelData(channelData(media(t))),
	} {
		if pt, seq, ssrc, ok := logged(b).RTP(); ok || pt != 0 || seq != 0 || ssrc != 0 {
			t.Errorf("%s is read as RTP: %d %d %d %v", name, pt, seq, ssrc, ok)
		}
	}
}

func FuzzRTP(f *testing.F) {
	for _, b := range [][]byte{media(f), channelData(media(f)), sendIndication(f, media(f)), {0x90}, {0x40, 0, 0xff, 0xff, 0x90}} {
		f.Add(b, len(b))
	}
	f.Fuzz(func(t *testing.T, b []byte, size int) {
		p := logged(b)
		p.Size = size
		if len(p.Inner()) > len(p.Head) {
			t.Fatalf("%d bytes of %d", len(p.Inner()), len(p.Head))
		}
		m, ok := p.Media()
		if !ok && (m.SSRC != 0 || m.Sequence != 0) {
			t.Fatalf("%+v of no media packet", m)
		}
		for id := range uint8(16) {
			if v, ok := m.Extension(id); ok && (id == 0 || id == 15 || len(v) < 1 || len(v) > 16) {
				t.Fatalf("extension %d: %x", id, v)
			}
		}
		if whole, err := reference(p); ok && err == nil && (whole.SequenceNumber != m.Sequence || whole.SSRC != m.SSRC || whole.PayloadType != m.PayloadType) {
			t.Fatalf("%+v, another reader says %+v", m, whole)
		}
	})
}

// reference reads the same by another reader.
func reference(p vlab.Packet) (h rtp.Header, err error) {
	_, err = h.Unmarshal(p.Inner())
	return h, err
}
