package video

import (
	"image"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/stats"
	"echopath/netcheck/video/quality"
	"echopath/netcheck/video/record"
	"echopath/netcheck/video/timecode"
	"echopath/netcheck/video/vp8"
)

// This file is what a run whose pictures come back makes of each of them: it has a row, and a reference to compare its echo with.

// skipped notes a picture that this computer was too late for.
func (r *run) skipped(due time.Time) {
	r.record.add(row{captureUS: r.us(due), status: stats.FrameSkipped})
	r.meter.skipped()
}

// captured keeps a picture for its echo, which may be back before it is sent to the end.
func (r *run) captured(n int, at time.Time, img *image.YCbCr) (next *image.YCbCr) {
	r.record.add(row{captureUS: r.us(at)})
	return r.refs.put(n, img)
}

func (r *run) dropped(n int, took time.Duration) {
	r.record.change(n, func(x *row) { x.status, x.encodeUS = stats.FrameDropped, clamp32(took.Microseconds()) })
	r.meter.dropped(r.out.adapt.size())
}

func (r *run) encoded(n int, p vp8.Packet, size netcheck.VideoSize, took time.Duration) {
	r.record.sending(n, func(x *row) {
		x.encodeUS, x.bytes, x.key = clamp32(took.Microseconds()), int32(len(p.Data)), p.Key //nolint:gosec // far below 2 GB
		x.width, x.height = uint16(size.Width), uint16(size.Height)                          //nolint:gosec // bounded by the plan
	})
	r.meter.sent(p.Key, size)
	r.back.leaves(n, r.clock.Now().Sub(r.start))
	if r.keep != nil && r.RecordSent {
		r.keep.Put(record.Frame{Data: p.Data, Key: p.Key, Width: size.Width, Height: size.Height, At: r.sinceFirst(n)})
	}
}

func (r *run) transmitted(n, packets int, sentUS int64) {
	r.record.change(n, func(x *row) {
		x.packets, x.sentUS = uint16(packets), max(1, clamp32(sentUS-x.captureUS)) //nolint:gosec // bounded by the largest frame
	})
}

// target is the lower of what both legs allow, and less while pictures wait on the way.
func (r *run) target() float64 { return r.back.hold(r.media.Rate().Target, r.clock.Now().Sub(r.start)) }

// timestamp lies on the grid of the plan, so that it tells which picture comes back.
func (r *run) timestamp(n int, _ int64) int64 { return int64(n) * rtpClock / int64(r.Plan.FPS) }

// sinceFirst is the time between the first picture's capture and that of picture n.
func (r *run) sinceFirst(n int) time.Duration {
	var us int64
	r.record.change(0, func(x *row) { us = -x.captureUS })
	r.record.change(n, func(x *row) { us += x.captureUS })
	return time.Duration(us) * time.Microsecond
}

// arrived tells how long a packet was under way: its number and its time are this end's own.
func (r *run) arrived(p *netcheck.MediaPacket, now time.Time) {
	if len(p.Payload) > 0 {
		r.back.came(r.numberOf(p.Timestamp), p.Sequence, len(p.Payload), now.Sub(r.start))
	}
}

// decoded finds out which picture came back, and compares it with the one that was captured.
func (r *run) decoded(f assembled, img *image.YCbCr, began, now time.Time) {
	n, read := r.number(img, f.timestamp)
	if !read {
		r.in.countUnread()
	}
	us := r.us(now)
	delay, first, known := r.record.shown(n, us)
	if !known {
		return
	}
	r.meter.shown(n, us, delay, first)
	r.record.change(n, func(x *row) { x.decodeUS = clamp32(now.Sub(began).Microseconds()) })
	if r.keep != nil && !r.RecordSent && first {
		size := img.Bounds().Size()
		r.keep.Put(record.Frame{Data: f.data, Key: f.key, Width: size.X, Height: size.Y, At: r.sinceFirst(n)})
	}
	if first {
		r.compare(n, img)
	}
}

// ssimEvery is the number of pictures of which one is compared by SSIM: it costs five times what PSNR does.
const ssimEvery = 10

// wanted tells whether a coded picture can be one that was sent: a peer could keep this computer busy with others.
func (r *run) wanted(f assembled) bool {
	size, sent := r.record.size(r.numberOf(f.timestamp))
	if !sent || !f.key {
		return sent
	}
	_, width, height, err := vp8.Header(f.data)
	return err == nil && width == size.Width && height == size.Height
}

// numberOf gives the number of a picture by its RTP timestamp.
func (r *run) numberOf(timestamp uint32) int {
	return int(int64(timestamp-firstTimestamp) * int64(r.Plan.FPS) / rtpClock)
}

// number tells which picture this is. The time code in the picture says so; the RTP timestamp, which the far end keeps, says so
// too, and helps out where the code can not be read.
func (r *run) number(img *image.YCbCr, timestamp uint32) (n int, read bool) {
	n = r.numberOf(timestamp)
	c, _, ok := timecode.Read(img)
	return n, ok && c.Frame == uint32(n)&0xffffff //nolint:gosec // 24 bits
}

// compare holds an echo against the picture that was captured.
func (r *run) compare(n int, echo *image.YCbCr) {
	echo = r.in.full(echo, r.Plan.Width, r.Plan.Height)
	r.refs.use(n, func(captured *image.YCbCr) {
		if captured != nil {
			r.liken(n, captured, echo)
		}
		if r.Screen != nil {
			r.Screen.Echoed(r.Path, uint32(n), captured, echo) //nolint:gosec // bounded by the plan
		}
	})
}

func (r *run) liken(n int, captured, echo *image.YCbCr) {
	skip := timecode.Height(r.Plan.Width)
	psnr, ssim := quality.PSNR(captured, echo, skip), 0.0
	if n%ssimEvery == 0 {
		ssim = quality.SSIM(captured, echo, skip)
	}
	x := row{psnr: uint16(min(max(psnr, 0), 99)*100 + 0.5), ssim: uint16(min(max(ssim, 0), 1)*10_000 + 0.5)}
	r.record.change(n, func(y *row) { y.psnr, y.ssim = x.psnr, x.ssim })
	r.meter.compared(float64(x.psnr)/100, float64(x.ssim)/10_000)
}
