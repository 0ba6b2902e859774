package video

import (
	"context"
	"errors"
	"image"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/control"
	"echopath/netcheck/stats"
	"echopath/netcheck/video/picture"
	"echopath/netcheck/video/record"
	"echopath/netcheck/video/timecode"
	"echopath/netcheck/video/vp8"
)

// keyFrameGap is the least time between two key frames that were asked for: one is many times the size of other pictures, and
// several requests for one loss are usual.
const keyFrameGap = 300 * time.Millisecond

// firstTimestamp is the RTP timestamp of picture 0. It is no secret, and known to the receiver: it tells each picture's number.
const firstTimestamp = 1 << 20

// leastPayload is the lowest bitrate in kbit/s that the encoder is asked for, whatever little the other end says it can take: it
// leaves pictures out then, and that is counted.
const leastPayload = 20

// sender captures, encodes and sends.
type sender struct {
	*run
	encoder  *vp8.Encoder
	packets  *packetizer
	adapt    *adapter
	spare    *image.YCbCr // the next picture is captured into it
	scaled   *image.YCbCr // the picture in the size that is encoded, if it is not the source's
	lastKey  time.Time
	lag      stats.Sketch // lateness against the grid
	fell     rateWatch
	repairs  control.RepairShare
	encoded  int64     // pictures given to the encoder
	grid     time.Time // picture 0 is due
	finished bool      // sent to the plan's end
}

func newSender(r *run) (*sender, error) {
	s := &sender{run: r, spare: picture.New(r.Plan.Width, r.Plan.Height), packets: newPacketizer(uint16(r.id)), adapt: newAdapter(r.Plan)} //nolint:gosec // any number will do
	return s, s.open()
}

// open makes the encoder of the size that fits.
func (s *sender) open() error {
	size := s.adapt.size()
	e, err := vp8.NewEncoder(vp8.Config{Width: size.Width, Height: size.Height, FPS: s.Plan.FPS, Kbps: payloadKbps(s.Plan.StartKbps, s.Plan.FPS)})
	if err != nil {
		return err
	}
	s.close()
	if s.encoder, s.scaled = e, nil; size.Width != s.Plan.Width {
		s.scaled = picture.New(size.Width, size.Height)
	}
	return nil
}

func (s *sender) close() {
	if s.encoder != nil {
		_ = s.encoder.Close() // it frees memory and has nothing to say
	}
}

// loop sends until the plan's end. Pictures are due on an absolute grid; what this computer is too late for is skipped.
func (s *sender) loop(ctx context.Context) error {
	interval, total, end := s.interval(), pictures(s.Plan), s.begin.Add(s.Plan.Duration)
	s.grid = s.begin
	for n := 0; n < total; n++ {
		due := s.due(n)
		if !due.Before(end) {
			break // a camera gave fewer pictures than were asked for
		}
		if s.Clock.SleepUntil(ctx, due) != nil {
			return ended(ctx)
		}
		late := s.Clock.Now().Sub(due)
		s.lag.Add(late)
		for skip := int(late / interval); skip > 0 && n < total; skip-- {
			s.record.add(row{captureUS: s.due(n).Sub(s.Start).Microseconds(), status: stats.FrameSkipped})
			s.meter.skipped()
			n++
		}
		if n >= total {
			break
		}
		if err := s.picture(ctx, n, s.due(n)); err != nil {
			return err
		}
	}
	s.finished = true
	return nil
}

// due is when a picture is to be captured.
func (s *sender) due(n int) time.Time {
	return s.grid.Add(time.Duration(n) * time.Second / time.Duration(s.Plan.FPS))
}

// interval is the time between two pictures.
func (s *sender) interval() time.Duration { return time.Second / time.Duration(s.Plan.FPS) }

// ended tells why sending ended before the plan did.
func ended(ctx context.Context) error {
	var f *netcheck.Failure
	if cause := context.Cause(ctx); errors.As(cause, &f) {
		return f
	}
	return cancelled()
}

// picture takes one picture all the way to the link.
func (s *sender) picture(ctx context.Context, n int, due time.Time) error {
	img := s.spare
	if err := s.Source.Next(ctx, img); err != nil {
		if ctx.Err() != nil {
			return ended(ctx)
		}
		return netcheck.AsFailure(err, netcheck.ReasonLocal)
	}
	return s.code(n, due, img)
}

// code draws the time code, shows, encodes and sends a captured picture.
func (s *sender) code(n int, due time.Time, img *image.YCbCr) error {
	at := s.Clock.Now()
	if n == 0 && s.Began != nil {
		s.Began(at)
	}
	if late := at.Sub(due); s.Plan.Source.Kind == netcheck.SourceCamera && late > s.interval() {
		s.grid = s.grid.Add(late - s.interval()) // the camera gives fewer pictures than were asked for: they are not skipped here
	}
	captureUS := at.Sub(s.Start).Microseconds()
	timecode.Draw(img, timecode.Code{Frame: uint32(n) & 0xffffff, Time: timecode.Ticks(captureUS)}) //nolint:gosec // 24 bits
	s.record.add(row{captureUS: captureUS})
	s.spare = s.refs.put(n, img) // its echo may be back before it is sent to the end
	if s.Screen != nil {
		s.Screen.Sent(s.Path, uint32(n), img) //nolint:gosec // bounded by the plan
	}
	target := s.media.Rate().Target
	if err := s.resize(target, at); err != nil {
		return noCodec(err)
	}
	return s.encode(n, img, target)
}

// resize changes the size if the target asks for it.
func (s *sender) resize(target float64, now time.Time) error {
	s.fell.note(target, now, s.emit)
	if !s.adapt.target(target, now) {
		return nil
	}
	size := s.adapt.size()
	s.emit(netcheck.VideoHappened{What: netcheck.SizeChanged, Width: size.Width, Height: size.Height, Kbps: target})
	return s.open()
}

func (s *sender) encode(n int, img *image.YCbCr, target float64) error {
	begin := s.Clock.Now()
	if s.scaled != nil {
		picture.Scale(s.scaled, img)
		img = s.scaled
	}
	key := begin.Sub(s.lastKey) >= keyFrameGap && s.forced.lower()
	timestamp := int64(n) * rtpClock / int64(s.Plan.FPS)
	// The encoder takes its picture rate from the timestamps: after a gap it would believe in fewer pictures, and make each of the
	// next ones several times too large. So its own run on without gaps.
	s.encoded++
	packet, err := s.encoder.Encode(img, s.encoded*rtpClock/int64(s.Plan.FPS), max(payloadKbps(s.forPictures(target, begin), s.Plan.FPS), leastPayload), key)
	if err != nil {
		return noCodec(err)
	}
	took := s.Clock.Now().Sub(begin)
	size := s.adapt.size()
	s.meter.size(size)
	if packet.Dropped {
		if key {
			s.forced.raise()
		}
		s.record.change(n, func(x *row) { x.status, x.encodeUS = stats.FrameDropped, clamp32(took.Microseconds()) })
		s.meter.dropped()
		return nil
	}
	if packet.Key {
		s.lastKey = begin
	}
	s.record.sending(n, func(x *row) {
		x.encodeUS, x.bytes, x.key = clamp32(took.Microseconds()), int32(len(packet.Data)), packet.Key //nolint:gosec // far below 2 GB
		x.width, x.height = uint16(size.Width), uint16(size.Height)                                    //nolint:gosec // bounded by the plan
	})
	s.meter.sent(packet.Key)
	if s.keep != nil && s.RecordSent {
		s.keep.Put(record.Frame{Data: packet.Data, Key: packet.Key, Width: size.Width, Height: size.Height, At: s.sinceFirst(n)})
	}
	return s.transmit(n, packet.Data, timestamp)
}

// forPictures is what repair leaves of a target.
func (s *sender) forPictures(target float64, now time.Time) float64 {
	k := s.media.Counters()
	return s.repairs.Leave(target, k.PacketsSent, k.Retransmitted, k.BytesSent, now)
}

// transmit hands the packets of a picture to the link.
func (s *sender) transmit(n int, frame []byte, timestamp int64) error {
	var sent int64 // before the last packet leaves: its echo may be here before Send returns
	send := func(p *netcheck.MediaPacket) error {
		if p.Marker {
			sent = s.Clock.Now().Sub(s.Start).Microseconds()
		}
		return s.media.Send(p)
	}
	count, err := s.packets.packets(frame, uint32(firstTimestamp+timestamp), send) //nolint:gosec // wraps by design
	if err != nil {
		return lost(err)
	}
	s.record.change(n, func(x *row) {
		x.packets, x.sentUS = uint16(count), max(1, clamp32(sent-x.captureUS)) //nolint:gosec // bounded by the largest frame
	})
	return nil
}

// tail sends a packet without a picture.
func (s *sender) tail() error {
	p := netcheck.MediaPacket{Sequence: s.packets.sequence, Timestamp: firstTimestamp}
	s.packets.sequence++
	return s.media.Send(&p)
}

// sinceFirst is the time between the first picture's capture and that of picture n.
func (r *run) sinceFirst(n int) time.Duration {
	var us int64
	r.record.change(0, func(x *row) { us = -x.captureUS })
	r.record.change(n, func(x *row) { us += x.captureUS })
	return time.Duration(us) * time.Microsecond
}

// rateWatch tells of a target that fell far at once.
type rateWatch struct {
	high   float64   // the target a moment ago
	at     time.Time // when that was
	silent time.Time // nothing is told before
}

const (
	fallShare  = 0.6 // of what it was
	fallWithin = 2 * time.Second
)

func (w *rateWatch) note(kbps float64, now time.Time, emit func(netcheck.Body)) {
	if kbps < fallShare*w.high && now.After(w.silent) {
		emit(netcheck.VideoHappened{What: netcheck.RateFell, Kbps: kbps, FromKbps: w.high})
		w.high, w.at, w.silent = kbps, now, now.Add(fallWithin)
		return
	}
	if kbps >= w.high || now.Sub(w.at) > fallWithin {
		w.high, w.at = kbps, now
	}
}
