package video

import (
	"image"
	"slices"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/video/timecode"
	"echopath/netcheck/video/vp8"
)

// This file is what an end of a call makes of each picture: its own are counted, those of the other end are counted and shown.

// skipped counts a picture that this computer was too late for.
func (e *callEnd) skipped(time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.sent.skipped++
}

// captured needs no copy: nothing comes back to be compared.
func (e *callEnd) captured(_ int, at time.Time, img *image.YCbCr) (next *image.YCbCr) {
	us := e.us(at)
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.sent.any {
		e.sent.any, e.sent.firstUS = true, us
	}
	e.sent.lastUS = us
	return img
}

func (e *callEnd) dropped(int, time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.sent.dropped++
}

func (e *callEnd) encoded(_ int, p vp8.Packet, size netcheck.VideoSize, _ time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.sent.n++
	if p.Key {
		e.sent.keys++
	}
	if size.Width == e.plan.Width {
		e.sent.full++
	}
}

func (e *callEnd) transmitted(_, packets int, _ int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.sent.packets += uint64(packets) //nolint:gosec // not negative
}

// target is what this end's own controller allows: the other end returns nothing, so what it could return does not matter, also not
// if it has said so on this link before.
func (e *callEnd) target() float64 { return e.media.Rate().Own }

// timestamp is the time of capture, as it is meant to be (RFC 3550, section 5.1): the receiver's jitter rests on it.
func (e *callEnd) timestamp(_ int, captureUS int64) int64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return (captureUS - e.sent.firstUS) * rtpClock / 1_000_000
}

// arrived follows the jitter. Packets that were overtaken are left out: most were sent again, and their delay is that of repair.
func (e *callEnd) arrived(p *netcheck.MediaPacket, now time.Time) {
	if len(p.Payload) == 0 {
		return // of no picture
	}
	us := e.us(now)
	e.mu.Lock()
	defer e.mu.Unlock()
	g := &e.got
	if g.any && int16(p.Sequence-g.sequence) <= 0 { //nolint:gosec // the difference of two numbers of 16 bits
		return
	}
	g.any, g.sequence = true, p.Sequence
	g.jitter.Add(int64(p.Timestamp-firstTimestamp)*1_000_000/rtpClock, us)
}

// roomToDecode is how much sooner pictures may come than they are due: what a stall held up comes at once.
const roomToDecode = 2 * time.Second

// wanted refuses pictures beyond those that were agreed on, in number and in size.
func (e *callEnd) wanted(f assembled) bool {
	most := (e.clock.Now().Sub(e.opened) + roomToDecode).Seconds() * float64(e.theirs.FPS)
	e.mu.Lock()
	e.got.tried++
	tried := e.got.tried
	e.mu.Unlock()
	if float64(tried) > most {
		return false
	}
	if !f.key {
		return true
	}
	_, width, height, err := vp8.Header(f.data)
	return err == nil && width <= e.theirs.Width && slices.Contains(netcheck.VideoSizes(), netcheck.VideoSize{Width: width, Height: height})
}

// decoded counts and shows a picture that is newer than all before. What is new its timestamp says; the number in its time code has
// to agree.
func (e *callEnd) decoded(f assembled, img *image.YCbCr, began, now time.Time) {
	code, _, read := timecode.Read(img)
	number, read, fresh := e.newer(f.timestamp-firstTimestamp, code.Frame, read)
	if !fresh {
		return
	}
	if !read {
		e.in.countUnread()
	}
	if thawed := e.show(img.Bounds().Size(), now.Sub(began), e.us(now)); thawed > 0 {
		e.emit(netcheck.VideoHappened{What: netcheck.Thawed, Took: thawed})
	}
	if e.screen != nil {
		e.screen.Echoed(e.path, number, nil, e.in.full(img, e.theirs.Width, e.theirs.Height))
	}
}

// newer tells whether a picture is newer than all before, and gives its number: that of its code, or the next one if that can not be.
func (e *callEnd) newer(stamp, code uint32, read bool) (number uint32, agreed, fresh bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	g := &e.got
	if g.shown > 0 && int32(stamp-g.stamp) <= 0 { //nolint:gosec // the difference of two times of 32 bits
		return 0, false, false
	}
	number = code
	if ahead := (code - g.number) & 0xffffff; !read || g.shown > 0 && (ahead == 0 || ahead > 1<<23) {
		number, read = g.number+1, false
	}
	g.stamp, g.number = stamp, number
	return number, read, true
}

// show counts a new picture, and gives the length of the freeze that it ended.
func (e *callEnd) show(size image.Point, took time.Duration, us int64) (thawed time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	g := &e.got
	if g.shown == 0 { // the last picture will come as long after the first as it was captured
		g.endUS = min(g.endUS, us+(e.plan.Duration-e.interval()).Microseconds())
	}
	thawed = g.still.shown(int(g.shown), us) //nolint:gosec // bounded by wanted
	g.shown++
	g.width, g.height = size.X, size.Y
	g.decode.Add(took)
	return thawed
}
