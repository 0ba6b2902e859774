package vp8_test

import (
	"testing"

	"echopath/netcheck/video/vp8"
)

func TestHeader(t *testing.T) {
	// A key frame of 640x360 that is scaled up on showing, with a first partition of 1 byte.
	key := []byte{0x30, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x42, 0x68, 0x81, 0}
	for _, c := range []struct {
		name          string
		data          []byte
		key           bool
		width, height int
		wrong         bool
	}{
		{name: "key", data: key, key: true, width: 640, height: 360},
		{name: "other", data: []byte{0x31, 0, 0, 0}},
		{name: "nothing", wrong: true},
		{name: "tag cut short", data: key[:2], wrong: true},
		{name: "key header cut short", data: key[:9], key: true, wrong: true},
		{name: "partition cut short", data: key[:10], key: true, wrong: true},
		{name: "start code", data: []byte{0x10, 0, 0, 0x9d, 0x01, 0x2b, 0x80, 2, 0x68, 1, 0}, key: true, wrong: true},
		{name: "no width", data: []byte{0x10, 0, 0, 0x9d, 0x01, 0x2a, 0, 0x40, 0x68, 1, 0}, key: true, wrong: true},
		{name: "version 4", data: []byte{0x19, 0, 0, 0}, wrong: true},
	} {
		key, w, h, err := vp8.Header(c.data)
		if key != c.key || w != c.width || h != c.height || (err != nil) != c.wrong {
			t.Errorf("%s: %v %dx%d, %v", c.name, key, w, h, err)
		}
	}
}

func FuzzHeader(f *testing.F) {
	f.Add([]byte{0x30, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x42, 0x68, 0x81, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		key, w, h, err := vp8.Header(data)
		if sized := w > 0 && h > 0; sized != (key && err == nil) || w > 16383 || h > 16383 {
			t.Errorf("%v %dx%d, %v", key, w, h, err)
		}
	})
}
