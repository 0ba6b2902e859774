package turnserver

import (
	"bytes"
	"testing"
	"time"

	"github.com/pion/stun/v3"
)

func TestClassify(t *testing.T) {
	classes := map[stun.MessageClass]packetClass{
		stun.ClassRequest: classRequest, stun.ClassIndication: classIndication,
		stun.ClassSuccessResponse: classSuccess, stun.ClassErrorResponse: classError,
	}
	for _, method := range []stun.Method{stun.MethodBinding, stun.MethodAllocate, stun.MethodChannelBind, 0x7F, 0xFFF} {
		for class, want := range classes {
			p := stun.MustBuild(stun.TransactionID, stun.NewType(method, class)).Raw
			if got, m := classify(p); got != want || m != uint16(method) {
				t.Errorf("%s of method %#x: class %d, method %#x", class, uint16(method), got, m)
			}
		}
	}
	for name, p := range map[string][]byte{
		"empty":         nil,
		"RTP":           {0x80, 0, 0, 1, 0, 0, 0, 0},
		"cut channel":   {0x40, 0, 0, 5, 1, 2},
		"no cookie":     make([]byte, 20),
		"DTLS":          {22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
		"longer inside": {0, 1, 0, 4, 0x21, 0x12, 0xA4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12},
	} {
		if class, _ := classify(p); class != classUnknown {
			t.Errorf("%s: class %d", name, class)
		}
	}
}

func TestGrantedLifetime(t *testing.T) {
	answer := func(method stun.Method, class stun.MessageClass) []byte {
		return stun.MustBuild(stun.TransactionID, stun.NewType(method, class), stun.NewSoftware("x"), lifetime(600)).Raw
	}
	if got, ok := grantedLifetime(answer(stun.MethodRefresh, stun.ClassSuccessResponse)); !ok || got != 10*time.Minute {
		t.Errorf("%v, %v; want 10m", got, ok)
	}
	if _, ok := grantedLifetime(answer(stun.MethodRefresh, stun.ClassErrorResponse)); ok {
		t.Error("an error grants a lifetime")
	}
	if _, ok := grantedLifetime(answer(stun.MethodBinding, stun.ClassSuccessResponse)); ok {
		t.Error("a Binding response grants a lifetime")
	}
}

// The library must agree about every packet that is taken for STUN, and nothing may panic.
func FuzzPacket(f *testing.F) {
	f.Add(stun.MustBuild(stun.TransactionID, allocate, overUDP, lifetime(600)).Raw)
	f.Add([]byte{0x40, 0, 0, 4, 1, 2, 3, 4})
	f.Add([]byte{0x01, 0x03, 0, 8, 0x21, 0x12, 0xA4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 13, 0, 5, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, p []byte) {
		if len(p) >= channelHeaderSize {
			if size, ok := frameSize(p); ok && (size < channelHeaderSize || size > stunHeaderSize+65536) {
				t.Errorf("a frame of %d bytes", size)
			}
		}
		grantedLifetime(p)
		class, method := classify(p)
		if class == classUnknown || class == classChannelData {
			return
		}
		value, found := attribute(p, attrLifetime)
		message := &stun.Message{Raw: bytes.Clone(p)}
		if message.Decode() != nil {
			return // the library looks at all attributes before it accepts any
		}
		if uint16(message.Type.Method) != method {
			t.Errorf("method %#x, the library says %s", method, message.Type)
		}
		want, err := message.Get(stun.AttrLifetime)
		if found != (err == nil) || !bytes.Equal(value, want) {
			t.Errorf("LIFETIME %x, %v; the library says %x, %v", value, found, want, err)
		}
	})
}
