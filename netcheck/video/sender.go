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
	*pipe
	told     outgoing
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

// newSender makes the sender of a pipe; first is the number of its first packet.
func newSender(p *pipe, told outgoing, first uint16) (*sender, error) {
	s := &sender{pipe: p, told: told, spare: picture.New(p.plan.Width, p.plan.Height), packets: newPacketizer(first), adapt: newAdapter(p.plan)}
	return s, s.open()
}

// open makes the encoder of the size that fits.
func (s *sender) open() error {
	size := s.adapt.size()
	e, err := vp8.NewEncoder(vp8.Config{Width: size.Width, Height: size.Height, FPS: s.plan.FPS, Kbps: payloadKbps(s.plan.StartKbps, s.plan.FPS)})
	if err != nil {
		return err
	}
	s.close()
	if s.encoder, s.scaled = e, nil; size.Width != s.plan.Width {
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
	interval, total, end := s.interval(), pictures(s.plan), s.begin.Add(s.plan.Duration)
	s.grid = s.begin
	for n := 0; n < total; n++ {
		due := s.due(n)
		if !due.Before(end) {
			break // a camera gave fewer pictures than were asked for
		}
		if s.clock.SleepUntil(ctx, due) != nil {
			return ended(ctx)
		}
		late := s.clock.Now().Sub(due)
		s.lag.Add(late)
		for skip := int(late / interval); skip > 0 && n < total; skip-- {
			s.told.skipped(s.due(n))
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
	return s.grid.Add(time.Duration(n) * time.Second / time.Duration(s.plan.FPS))
}

// interval is the time between two pictures.
func (s *sender) interval() time.Duration { return time.Second / time.Duration(s.plan.FPS) }

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
	if err := s.source.Next(ctx, img); err != nil {
		if ctx.Err() != nil {
			return ended(ctx)
		}
		return netcheck.AsFailure(err, netcheck.ReasonLocal)
	}
	return s.code(n, due, img)
}

// code draws the time code, shows, encodes and sends a captured picture.
func (s *sender) code(n int, due time.Time, img *image.YCbCr) error {
	at := s.clock.Now()
	if n == 0 && s.first != nil {
		s.first(at)
	}
	if late := at.Sub(due); s.plan.Source.Kind == netcheck.SourceCamera && late > s.interval() {
		s.grid = s.grid.Add(late - s.interval()) // the camera gives fewer pictures than were asked for: they are not skipped here
	}
	timecode.Draw(img, timecode.Code{Frame: uint32(n) & 0xffffff, Time: timecode.Ticks(s.us(at))}) //nolint:gosec // 24 bits
	s.spare = s.told.captured(n, at, img)
	if s.screen != nil {
		s.screen.Sent(s.path, uint32(n), img) //nolint:gosec // bounded by the plan
	}
	target := s.told.target()
	if err := s.resize(target, at); err != nil {
		return noCodec(err)
	}
	return s.encode(n, img, s.told.timestamp(n, s.us(at)), target)
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

func (s *sender) encode(n int, img *image.YCbCr, timestamp int64, target float64) error {
	begin := s.clock.Now()
	if s.scaled != nil {
		picture.Scale(s.scaled, img)
		img = s.scaled
	}
	key := begin.Sub(s.lastKey) >= keyFrameGap && s.forced.lower()
	// The encoder takes its picture rate from the timestamps: after a gap it would believe in fewer pictures, and make each of the
	// next ones several times too large. So its own run on without gaps.
	s.encoded++
	packet, err := s.encoder.Encode(img, s.encoded*rtpClock/int64(s.plan.FPS), max(payloadKbps(s.forPictures(target, begin), s.plan.FPS), leastPayload), key)
	if err != nil {
		return noCodec(err)
	}
	took := s.clock.Now().Sub(begin)
	if packet.Dropped {
		if key {
			s.forced.raise()
		}
		s.told.dropped(n, took)
		return nil
	}
	if packet.Key {
		s.lastKey = begin
	}
	s.told.encoded(n, packet, s.adapt.size(), took)
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
			sent = s.us(s.clock.Now())
		}
		return s.media.Send(p)
	}
	count, err := s.packets.packets(frame, uint32(firstTimestamp+timestamp), send) //nolint:gosec // wraps by design
	if err != nil {
		return lost(err)
	}
	s.told.transmitted(n, count, sent)
	return nil
}

// tails sends what shows the loss of the last picture's last packet. It ends early with ctx or the link.
func (s *sender) tails(ctx context.Context) {
	for range tailPackets {
		if s.tail() != nil || s.clock.SleepUntil(ctx, s.clock.Now().Add(tailGap)) != nil {
			return
		}
	}
}

// tail sends a packet without a picture.
func (s *sender) tail() error {
	p := netcheck.MediaPacket{Sequence: s.packets.sequence, Timestamp: firstTimestamp}
	s.packets.sequence++
	return s.media.Send(&p)
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
