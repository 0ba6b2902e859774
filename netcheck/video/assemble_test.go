package video

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"echopath/netcheck"
)

// coded is a coded picture of a test: the first bit says whether it is a key frame, as in VP8, and the rest names it.
func coded(n, size int, key bool) []byte {
	b := make([]byte, max(size, 8))
	if b[0] = 1; key {
		b[0] = 0
	}
	binary.BigEndian.PutUint32(b[1:], uint32(n)) //nolint:gosec // small
	for i := 5; i < len(b); i++ {
		b[i] = byte(n + i)
	}
	return b
}

// stream is the packets of so many pictures, a key frame first and then every so many.
func stream(pictures, size, keyEvery int, first uint16) [][]netcheck.MediaPacket {
	p := newPacketizer(first)
	var all [][]netcheck.MediaPacket
	for n := range pictures {
		var packets []netcheck.MediaPacket
		frame := coded(n, size, n == 0 || keyEvery > 0 && n%keyEvery == 0)
		_, _ = p.packets(frame, uint32(n)*3000, func(m *netcheck.MediaPacket) error { //nolint:gosec // small
			packets = append(packets, netcheck.MediaPacket{Sequence: m.Sequence, Timestamp: m.Timestamp, Marker: m.Marker, Payload: slices.Clone(m.Payload)})
			return nil
		})
		all = append(all, packets)
	}
	return all
}

// catcher is an assembler with what it handed out, and when.
type catcher struct {
	*assembler
	frames []int
	keys   []bool
	bad    int
	needed int // pushes after which a key frame was needed
}

func newCatcher() *catcher {
	c := &catcher{}
	c.assembler = newAssembler(func() []byte { return nil }, func(f assembled) {
		if len(f.data) < 8 {
			c.bad++ // rubbish that looked like a picture
			return
		}
		n := int(binary.BigEndian.Uint32(f.data[1:]))
		if !bytes.Equal(f.data, coded(n, len(f.data), f.key)) || f.timestamp != uint32(n)*3000 { //nolint:gosec // small
			c.bad++
		}
		c.frames, c.keys = append(c.frames, n), append(c.keys, f.key)
	})
	return c
}

func (c *catcher) take(now time.Time, giveUp time.Duration, packets ...netcheck.MediaPacket) {
	for i := range packets {
		if c.push(&packets[i], now, giveUp) {
			c.needed++
		}
	}
}

var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func at(ms int) time.Time { return epoch.Add(time.Duration(ms) * time.Millisecond) }

const patience = 200 * time.Millisecond

func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func TestPicturesComeOutWithTheirLastPacket(t *testing.T) {
	c := newCatcher()
	for n, packets := range stream(10, 5000, 0, 65530) { // the number wraps on the way
		for i, p := range packets {
			if len(c.frames) != n {
				t.Fatalf("before packet %d of picture %d there are %d pictures", i, n, len(c.frames))
			}
			c.take(at(n*33), patience, p)
		}
	}
	if !slices.Equal(c.frames, upTo(10)) || c.bad != 0 || c.needed != 0 || c.distinct != 50 {
		t.Errorf("pictures %v, bad %d, key frames needed %d, packets %d", c.frames, c.bad, c.needed, c.distinct)
	}
}

func TestAnyOrderAndCopies(t *testing.T) {
	for seed := range uint64(50) {
		rnd := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // a test
		var all []netcheck.MediaPacket
		for _, p := range stream(40, 3000, 0, 100) {
			all = append(all, p...)
		}
		first := all[0]
		rest := slices.Clone(all[1:])
		for i := range rest { // each packet may fall back by some places
			j := min(i+rnd.IntN(8), len(rest)-1)
			rest[i], rest[j] = rest[j], rest[i]
		}
		c := newCatcher()
		c.take(at(0), patience, first)
		for _, p := range rest {
			c.take(at(1), patience, p)
			if rnd.IntN(4) == 0 {
				c.take(at(1), patience, p)
			}
		}
		if !slices.Equal(c.frames, upTo(40)) || c.bad != 0 || c.distinct != len(all) {
			t.Fatalf("seed %d: pictures %v, bad %d, packets %d of %d", seed, c.frames, c.bad, c.distinct, len(all))
		}
	}
}

func TestAHoleIsWaitedForFromTheFirstPacketBehindIt(t *testing.T) {
	s := stream(20, 3000, 0, 0)
	c := newCatcher()
	c.take(at(0), patience, s[0]...)
	lost := s[1][1]
	c.take(at(33), patience, s[1][0], s[1][2]) // the hole is known from here on
	for n := 2; n < 6; n++ {
		c.take(at(33*n), patience, s[n]...) // up to 165 ms
	}
	if len(c.frames) != 1 || c.needed != 0 {
		t.Fatalf("pictures %v: what is behind a hole can not be decoded yet", c.frames)
	}
	c.take(at(230), patience, lost) // repaired after 197 ms
	if !slices.Equal(c.frames, upTo(6)) || c.bad != 0 || c.needed != 0 {
		t.Errorf("after the repair: %v, bad %d, needed %d", c.frames, c.bad, c.needed)
	}
}

func TestAHoleThatStaysNeedsAKeyFrame(t *testing.T) {
	s := stream(30, 3000, 15, 0)
	c := newCatcher()
	c.take(at(0), patience, s[0]...)
	c.take(at(33), patience, s[1][0], s[1][2])
	for n := 2; n < 15; n++ {
		c.take(at(33*n), patience, s[n]...)
		if want := 33*n-33 >= 200; (c.needed > 0) != want {
			t.Fatalf("at %d ms a key frame is needed: %v, want %v", 33*n, c.needed > 0, want)
		}
	}
	for n := 15; n < 30; n++ {
		c.take(at(33*n), patience, s[n]...)
	}
	want := append([]int{0}, upTo(30)[15:]...)
	if !slices.Equal(c.frames, want) || c.bad != 0 {
		t.Errorf("pictures %v, want the first and all from the next key frame", c.frames)
	}
}

func TestAKeyFrameIsNotHeldUpByAHole(t *testing.T) {
	s := stream(4, 3000, 3, 0)
	c := newCatcher()
	c.take(at(0), patience, s[0]...)
	c.take(at(33), patience, s[1][0], s[1][2])
	c.take(at(66), patience, s[2]...)
	c.take(at(99), patience, s[3]...) // a key frame, 66 ms after the hole
	if !slices.Equal(c.frames, []int{0, 3}) {
		t.Errorf("pictures %v, want the key frame at once", c.frames)
	}
}

func TestOutages(t *testing.T) {
	tests := []struct {
		name     string
		from, to int // pictures that are lost
		keyAfter int
	}{
		{"of a picture", 5, 6, 20}, {"of many pictures", 5, 200, 210}, {"of more than the window", 5, 2000, 2010},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := stream(tt.keyAfter+20, 3000, tt.keyAfter, 7)
			c := newCatcher()
			for n, p := range s {
				if n < tt.from || n >= tt.to {
					c.take(at(33*n), patience, p...)
				}
			}
			want := append(upTo(tt.from), upTo(tt.keyAfter + 20)[tt.keyAfter:]...)
			if !slices.Equal(c.frames, want) || c.bad != 0 || c.needed == 0 {
				t.Errorf("pictures %v, want %v; bad %d, needed %d", c.frames, want, c.bad, c.needed)
			}
		})
	}
}

func TestTheFirstPacketsAreLost(t *testing.T) {
	s := stream(20, 3000, 9, 0)
	c := newCatcher()
	c.take(at(0), patience, s[0][1:]...)
	for n := 1; n < 20; n++ {
		c.take(at(33*n), patience, s[n]...)
	}
	if !slices.Equal(c.frames, upTo(20)[9:]) || c.needed == 0 {
		t.Errorf("pictures %v, want those from the key frame; needed %d", c.frames, c.needed)
	}
}

// Whatever comes, nothing panics, no picture is put together from parts of others, and after a key frame the picture goes on.
func FuzzAssembler(f *testing.F) {
	f.Add([]byte{1, 2, 3, 255, 0, 9}, uint64(1))
	f.Add([]byte{200, 10, 200, 10, 4, 4, 4}, uint64(7))
	f.Fuzz(func(t *testing.T, fates []byte, seed uint64) {
		rnd := rand.New(rand.NewPCG(seed, 2)) //nolint:gosec // a test
		var all []netcheck.MediaPacket
		for _, p := range stream(60, 2500, 20, uint16(seed)) { //nolint:gosec // any number
			all = append(all, p...)
		}
		c := newCatcher()
		for i, p := range all {
			fate := byte(0)
			if len(fates) > 0 {
				fate = fates[i%len(fates)]
			}
			switch {
			case fate >= 250: // rubbish in its place
				p.Payload = p.Payload[:rnd.IntN(len(p.Payload))]
				for j := range p.Payload {
					p.Payload[j] = byte(rnd.Uint32())
				}
			case fate >= 200:
				continue
			case fate >= 150:
				c.take(at(i*10), patience, p)
			case fate >= 100:
				p.Sequence += uint16(rnd.Uint32()) //nolint:gosec // any number
				p.Payload = nil
			}
			c.take(at(i*10), patience, p)
		}
		if !slices.IsSorted(c.frames) && len(fates) > 0 && slices.Max(fates) < 250 {
			t.Errorf("out of order: %v", c.frames)
		}
	})
}
