package natprobe

import (
	"bytes"
	"testing"

	"github.com/pion/stun/v3"
)

// FuzzAnswer holds that whatever comes over UDP or TCP is read within bounds, and that only an answer to the question is
// taken for one.
func FuzzAnswer(f *testing.F) {
	question := stun.MustBuild(stun.NewTransactionIDSetter([12]byte{1, 2, 3}), stun.NewType(stun.MethodAllocate, stun.ClassRequest))
	answer := func(class stun.MessageClass, attrs ...stun.Setter) []byte {
		setters := []stun.Setter{stun.NewTransactionIDSetter(question.TransactionID), stun.NewType(stun.MethodAllocate, class)}
		return stun.MustBuild(append(setters, attrs...)...).Raw
	}
	f.Add(answer(stun.ClassErrorResponse, stun.CodeUnauthorized, stun.NewRealm("realm"), stun.NewNonce("nonce")))
	f.Add(answer(stun.ClassSuccessResponse, stun.RawAttribute{Type: stun.AttrXORRelayedAddress, Value: []byte{0, 1, 0, 80, 1, 2, 3, 4}}))
	f.Add(answer(stun.ClassSuccessResponse, stun.RawAttribute{Type: stun.AttrXORRelayedAddress, Value: []byte{0, 2, 0, 80, 1}}))
	f.Add(answer(stun.ClassErrorResponse, stun.RawAttribute{Type: stun.AttrAlternateServer, Value: []byte{0, 1}}))
	f.Add([]byte{0x40, 0, 0, 5, 'h', 'e', 'l', 'l', 'o', 0, 0, 0})
	f.Add([]byte{0x40, 0, 0xff, 0xff, 'h', 'e', 'l', 'l', 'o'})
	f.Add(stun.MustBuild(stun.TransactionID, dataIndication, stun.RawAttribute{Type: stun.AttrData, Value: []byte("hello")}).Raw)
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, channel := range []uint16{0, firstChannel} {
			if frame, err := readFrame(bytes.NewReader(b), channel); err == nil && (len(frame) > maxMessage || !bytes.HasPrefix(b, frame)) {
				t.Fatalf("frame of %d bytes from %d", len(frame), len(b))
			}
			e := &exchanger{channel: channel}
			if data, ok := e.payload(b); ok && !bytes.Contains(b, data) {
				t.Fatalf("%x carries %x", b, data)
			}
		}
		m, err := parseAnswer(b, question)
		if err != nil {
			return
		}
		if m.TransactionID != question.TransactionID || m.Type.Method != stun.MethodAllocate {
			t.Fatalf("%v is no answer", m)
		}
		_, _ = xorAddress(m, stun.AttrXORRelayedAddress)
		_ = alternate(m)
		if no := refusalOf(m); len([]rune(no.reason)) > 121 {
			t.Fatalf("reason of %d bytes", len(no.reason))
		}
	})
}
