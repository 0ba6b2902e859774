package video

import (
	"time"

	"github.com/pion/rtp/codecs"

	"echopath/netcheck"
)

// How long a packet that is missing is waited for, counted from the arrival of the first packet behind it. Repair goes on until
// giveUp; long before that a key frame is asked for, and whichever comes first ends the wait. Of many packets that are missing
// at once, as after a queue has run over, repair would only fill the queue again: then a key frame is asked for at once.
const (
	giveUp       = time.Second
	keyAfterMin  = 150 * time.Millisecond
	keyAfterMax  = 500 * time.Millisecond
	keyAfterLost = 15 // packets
)

// keyAfter is the age of a hole from which a key frame is asked for: there was time for two requests and their answers.
func keyAfter(rtt time.Duration) time.Duration {
	return min(max(keyAfterMin, 100*time.Millisecond+5*rtt/2), keyAfterMax)
}

// window is the number of packets that the assembler keeps: 1.6 s of 10 Mbit/s.
const window = 2048

// maxFrame bounds one coded picture in bytes.
const maxFrame = 2 << 20

// assembled is a coded picture as it came back.
type assembled struct {
	data      []byte
	timestamp uint32
	key       bool
}

// assembler puts coded pictures together from packets that come in any order. A picture is handed out with the arrival of its last
// packet and not with the first of the next one, which would add the distance of two pictures to every delay. After a packet
// that does not come, nothing can be decoded until a key frame: what is not one is thrown away at once.
type assembler struct {
	slots    [window]slot
	seen     [2 * window]int64 // numbers that arrived, to tell copies; -1: none
	started  bool
	fresh    bool // and nothing has been handed out or given up
	began    time.Time
	head     int64 // first packet of the next picture
	highest  int64
	ready    bool // pictures can be decoded: a key frame was handed out, and everything since
	waitKey  bool // everything up to a key frame is useless
	distinct int  // packets that arrived
	copies   int
	given    int // packets given up: never put into a picture
	emit     func(assembled)
	buffer   func() []byte // an empty buffer to use again
}

type slot struct {
	seq       int64 // -1: empty
	missing   bool  // known to be missing, since
	since     time.Time
	timestamp uint32
	marker    bool
	start     bool // begins a picture
	key       bool // and that is a key frame
	payload   []byte
}

func newAssembler(buffer func() []byte, emit func(assembled)) *assembler {
	a := &assembler{emit: emit, buffer: buffer}
	for i := range a.slots {
		a.slots[i].seq = -1
	}
	for i := range a.seen {
		a.seen[i] = -1
	}
	return a
}

func (a *assembler) at(seq int64) *slot { return &a.slots[seq%window] }

// push takes one packet and hands out every picture that it completes. It tells whether a key frame is needed to go on.
func (a *assembler) push(p *netcheck.MediaPacket, now time.Time, keyAfter time.Duration) (needKey bool) {
	seq := a.extend(p.Sequence)
	if mark := &a.seen[seq%int64(len(a.seen))]; *mark == seq {
		a.copies++
		return false
	} else if seq > *mark {
		*mark = seq
		if len(p.Payload) > 0 {
			a.distinct++
		}
	}
	switch {
	case !a.started:
		a.started, a.fresh, a.began, a.head, a.highest = true, true, now, seq, seq-1
	case seq < a.head && a.fresh && a.head-seq < window/2: // the stream's first packets came in another order
		for hole := seq + 1; hole < a.head; hole++ {
			a.miss(hole, now)
		}
		a.head = seq
	case seq < a.head:
		return a.waitKey
	case seq >= a.head+window: // an outage: begin again
		a.leave(a.highest + 1)
		a.given += int(seq - a.head)
		a.clear()
		a.head, a.highest = seq, seq-1
		a.broken()
	}
	for hole := a.highest + 1; hole < seq; hole++ {
		a.miss(hole, now)
	}
	a.highest = max(a.highest, seq)
	a.store(seq, p)
	a.advance(now)
	return a.waitKey || a.stuck(now, keyAfter)
}

// stuck tells that what is missing should have come by now, or is too much to be repaired.
func (a *assembler) stuck(now time.Time, keyAfter time.Duration) bool {
	missing := 0
	for seq := a.head; seq <= a.highest && missing < keyAfterLost; seq++ {
		if s := a.at(seq); s.missing {
			if missing++; now.Sub(s.since) >= keyAfter {
				return true
			}
		}
	}
	return missing >= keyAfterLost
}

// miss notes that a packet is not there yet.
func (a *assembler) miss(seq int64, now time.Time) {
	if s := a.at(seq); s.seq != seq || s.missing {
		*s = slot{seq: seq, missing: true, since: now, payload: s.payload}
	}
}

// expect begins with a number that is known beforehand: then it is known too when the first packets are missing.
func (a *assembler) expect(first uint16) {
	a.started, a.head = true, 1<<20+int64(first)
	a.highest = a.head - 1
}

// extend gives a number of 16 bits its place in the whole series (RFC 3550, appendix A.1).
func (a *assembler) extend(seq uint16) int64 {
	if !a.started {
		return 1<<20 + int64(seq)
	}
	return a.highest + int64(int16(seq-uint16(a.highest))) //nolint:gosec // the difference of two numbers of 16 bits
}

// broken notes that nothing can be decoded before the next key frame.
func (a *assembler) broken() { a.ready, a.waitKey = false, true }

func (a *assembler) clear() {
	for i := range a.slots {
		a.slots[i].seq, a.slots[i].missing = -1, false
	}
}

// store takes the VP8 payload out of a packet (RFC 7741, section 4.2).
func (a *assembler) store(seq int64, p *netcheck.MediaPacket) {
	s := a.at(seq)
	*s = slot{seq: seq, timestamp: p.Timestamp, marker: p.Marker, payload: s.payload[:0]}
	var d codecs.VP8Packet
	payload, err := d.Unmarshal(p.Payload)
	if err != nil || len(payload) == 0 {
		return // padding, or not VP8: it belongs to no picture
	}
	s.payload = append(s.payload, payload...)
	s.start = d.S == 1 && d.PID == 0
	s.key = s.start && payload[0]&1 == 0 // RFC 6386, section 9.1
}

// advance hands out what is whole and gives up what has been waited for long enough.
func (a *assembler) advance(now time.Time) {
	for a.head <= a.highest {
		if a.fresh && !a.at(a.head).start && now.Sub(a.began) < keyAfterMin {
			return // the beginning may have been overtaken
		}
		end, whole := a.frameEnd()
		switch {
		case whole:
			a.take(end)
		case !a.skip(end, now):
			return
		}
	}
}

// frameEnd finds the last packet of the picture that begins at head: whole, or as far as the first packet that is not there.
func (a *assembler) frameEnd() (end int64, whole bool) {
	for seq := a.head; seq <= a.highest; seq++ {
		switch s := a.at(seq); {
		case s.missing:
			return seq, false
		case s.marker:
			return seq, true
		}
	}
	return a.highest + 1, false
}

// take hands out the whole picture from head to end, or throws it away if it can not be decoded.
func (a *assembler) take(end int64) {
	first := a.firstOf(end)
	if f := a.at(first); first <= end && f.start && (f.key || a.ready) {
		data, size := a.buffer(), 0
		for seq := first; seq <= end; seq++ {
			if size += len(a.at(seq).payload); size <= maxFrame {
				data = append(data, a.at(seq).payload...)
			}
		}
		if f.key {
			a.ready, a.waitKey = true, false
		}
		a.emit(assembled{data: data, timestamp: f.timestamp, key: f.key})
	} else if first <= end {
		a.broken() // a picture without its beginning, or one that builds on what is missing
	}
	a.head, a.fresh = end+1, false
}

// firstOf passes over packets without a payload before a picture.
func (a *assembler) firstOf(end int64) int64 {
	seq := a.head
	for seq <= end && len(a.at(seq).payload) == 0 {
		seq++
	}
	return seq
}

// skip decides on a picture with a hole: whether to wait for it, or where to go on. It tells whether head has moved.
func (a *assembler) skip(hole int64, now time.Time) bool {
	if hole > a.highest {
		return false // the rest of the picture is still to come
	}
	if key := a.wholeKey(hole); key > 0 {
		a.leave(key)
		return true
	}
	if now.Sub(a.at(hole).since) < giveUp {
		return false // also while a key frame is awaited: this may be a part of it, and nothing else could be shown meanwhile
	}
	a.fresh = false
	a.broken()
	return a.pass(hole)
}

// pass moves head to the next beginning of a picture behind the hole.
func (a *assembler) pass(hole int64) bool {
	for seq := hole + 1; seq <= a.highest; seq++ {
		if s := a.at(seq); !s.missing && s.start {
			a.leave(seq)
			return true
		}
	}
	a.leave(a.highest + 1)
	return true
}

// leave goes on at a later packet, and counts what is missing before it as given up.
func (a *assembler) leave(to int64) {
	for seq := a.head; seq < to; seq++ {
		if a.at(seq).missing {
			a.given++
		}
	}
	a.head = to
}

// wholeKey finds the beginning of a key frame behind a hole that is there from its first packet to its last.
func (a *assembler) wholeKey(hole int64) int64 {
	first := int64(0)
	for seq := hole + 1; seq <= a.highest; seq++ {
		s := a.at(seq)
		switch {
		case s.missing:
			first = 0
		case s.key:
			first = seq
		case s.start:
			first = 0
		}
		if first > 0 && !s.missing && s.marker {
			return first
		}
	}
	return 0
}
