package presenttest

import (
	"slices"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// Film describes what happened to the pictures of a video.
type Film struct {
	Kbps    float64       // on the wire; 0: 1000
	Delay   time.Duration // of each picture
	Wobble  time.Duration // added to every other one
	Missing map[int]bool  // pictures whose echo never came, by number
	Dropped map[int]bool  // by the encoder
	Skipped map[int]bool  // by this computer
	Still   []Still       // when the picture stood still: what was sent meanwhile is missing
	Smaller time.Duration // from then on 480x270, because the bitrate fell; 0: never
	LostUp  int           // one packet in so many is lost on the way out before repair, and as many back; 0: none
	Beyond  int           // packets given up
	Adds    int64         // microseconds that the video adds to the round-trip time of packets beside it

	Stop time.Duration // the person stops the session so long after the video began; 0: never
	Fail error         // the video can not be measured, from Stop on
}

// Still is a stretch in which the picture stood still, from the video's beginning.
type Still struct{ At, For time.Duration }

// What each picture of a film needs.
const (
	filmKbps    = 1000
	packetBytes = 1000
	encoding    = 3 * time.Millisecond
)

// Film plays a video on a path that is connected, and gives what came of it: nil if it failed before the first picture.
func (s *Stage) Film(p netcheck.Path, f Film) *netcheck.VideoSummary {
	plan := s.Plan.Video
	s.Emit(p, netcheck.ProbeStarted{Probe: netcheck.ProbeVideo, Duration: plan.Duration})
	r := reel{stage: s, path: p, film: f, plan: plan, begin: s.Now, length: plan.Duration}
	if f.Stop > 0 || f.Fail != nil {
		r.length = f.Stop
	}
	if f.Kbps == 0 {
		r.film.Kbps = filmKbps
	}
	if r.length == 0 {
		return nil
	}
	r.shoot()
	r.show()
	s.Now = r.begin + r.length + netcheck.VideoSampleWidth
	s.Emit(p, netcheck.FramesDecided{Frames: r.frames[:min(len(r.frames), netcheck.MaxFrameBlock)]})
	return r.summary()
}

// reel is a film that is being played.
type reel struct {
	stage  *Stage
	path   netcheck.Path
	film   Film
	plan   netcheck.VideoPlan
	begin  time.Duration
	length time.Duration
	frames stats.Frames
}

// shoot makes the pictures.
func (r *reel) shoot() {
	gap := time.Second / time.Duration(r.plan.FPS)
	for i := range int(r.length / gap) {
		at := time.Duration(i) * gap
		f := stats.Frame{Number: uint32(i), CaptureUS: (r.begin + at).Microseconds(), SentUS: stats.NotMeasured, ShownUS: stats.NotMeasured,
			Width: r.plan.Width, Height: r.plan.Height, Key: i == 0}
		if r.film.Smaller > 0 && at >= r.film.Smaller {
			f.Width, f.Height = 480, 270
		}
		r.fate(&f, i, at)
		r.frames = append(r.frames, f)
	}
}

// fate decides what becomes of a picture.
func (r *reel) fate(f *stats.Frame, i int, at time.Duration) {
	switch {
	case r.film.Skipped[i]:
		f.Status = stats.FrameSkipped
		return
	case r.film.Dropped[i]:
		f.Status = stats.FrameDropped
		return
	}
	f.Packets = max(int(r.film.Kbps*1000/8/float64(r.plan.FPS)/packetBytes), 1)
	f.Bytes = f.Packets * packetBytes
	f.SentUS = f.CaptureUS + encoding.Microseconds()
	still := slices.ContainsFunc(r.film.Still, func(s Still) bool { return at > s.At && at < s.At+s.For })
	if r.film.Missing[i] || still {
		f.Status = stats.FrameMissing
		return
	}
	delay := r.film.Delay + time.Duration(i%2)*r.film.Wobble
	f.Status, f.ShownUS = stats.FrameShown, f.CaptureUS+delay.Microseconds()
	f.EncodeUS, f.DecodeUS = encoding.Microseconds(), 600
	f.PSNR = 44.2
	if i%10 == 0 {
		f.SSIM = 0.972
	}
}

// show emits the windows, and what happened, in the order of time.
func (r *reel) show() {
	width := netcheck.VideoSampleWidth
	for i := range int((r.length + r.film.Delay + r.film.Wobble + width - 1) / width) { // until the last picture is back
		at := r.begin + time.Duration(i)*width
		r.stage.Now = at + width
		r.happen(at, at+width)
		r.stage.Emit(r.path, netcheck.VideoSampleTaken{Sample: r.sample(i, at, at+width)})
	}
}

// happen emits what happened in a window.
func (r *reel) happen(from, to time.Duration) {
	within := func(at time.Duration) bool { return r.begin+at >= from && r.begin+at < to }
	if r.film.Smaller > 0 && within(r.film.Smaller) {
		r.stage.Emit(r.path, netcheck.VideoHappened{What: netcheck.RateFell, FromKbps: r.film.Kbps, Kbps: 300})
		r.stage.Emit(r.path, netcheck.VideoHappened{What: netcheck.SizeChanged, Width: 480, Height: 270, Kbps: 300})
	}
	for _, s := range r.film.Still {
		const seen = 200 * time.Millisecond
		if within(s.At + seen) {
			r.stage.Emit(r.path, netcheck.VideoHappened{What: netcheck.KeyFrameAsked, Far: true})
			r.stage.Emit(r.path, netcheck.VideoHappened{What: netcheck.Froze, Took: r.stage.Now - r.begin - s.At})
		}
		if within(s.At + s.For) {
			r.stage.Emit(r.path, netcheck.VideoHappened{What: netcheck.Thawed, Took: s.For})
		}
	}
}

// sample counts a window.
func (r *reel) sample(index int, from, to time.Duration) netcheck.VideoSample {
	w := netcheck.VideoSample{Index: index, At: from, TargetKbps: r.film.Kbps, OwnKbps: 1.1 * r.film.Kbps, PeerKbps: 1.2 * r.film.Kbps,
		State: "increase", Width: r.plan.Width, Height: r.plan.Height}
	if r.film.Smaller > 0 && from-r.begin >= r.film.Smaller {
		w.TargetKbps, w.OwnKbps, w.PeerKbps, w.State, w.Width, w.Height = 300, 300, 900, "decrease", 480, 270
	}
	in := func(us int64) bool { return us >= from.Microseconds() && us < to.Microseconds() }
	var delays time.Duration
	for _, f := range r.frames {
		if in(f.CaptureUS) {
			r.count(&w, f)
		}
		if delay, ok := f.Delay(); ok && in(f.ShownUS) {
			d := time.Duration(delay) * time.Microsecond
			w.FramesShown++
			w.BytesReceived += int64(f.Bytes)
			w.PSNRSum, w.PSNRCount = w.PSNRSum+f.PSNR, w.PSNRCount+1
			if f.SSIM > 0 {
				w.SSIMSum, w.SSIMCount = w.SSIMSum+f.SSIM, w.SSIMCount+1
			}
			delays += d
			w.DelayMax = max(w.DelayMax, d)
		}
	}
	if w.FramesShown > 0 {
		w.DelayMean = delays / time.Duration(w.FramesShown)
	}
	for _, f := range stats.Freezes(r.frames, (r.begin + r.length).Microseconds()) {
		w.Frozen += time.Duration(f.Within(from.Microseconds(), to.Microseconds())) * time.Microsecond
	}
	if index%5 == 0 {
		w.RTT, w.RTTCount = r.film.Delay/2, 1
	}
	return w
}

// count adds a picture that was taken in the window.
func (r *reel) count(w *netcheck.VideoSample, f stats.Frame) {
	switch f.Status {
	case stats.FrameDropped:
		w.FramesDropped++
		return
	case stats.FrameSkipped:
		w.FramesSkipped++
		return
	}
	w.FramesSent++
	w.BytesSent += int64(f.Bytes)
	for n := range f.Packets {
		if lost := int(f.Number)*f.Packets + n; r.film.LostUp > 0 && lost%r.film.LostUp == 0 {
			w.LostUp++
			w.LostDown++
			w.NACK += 2
		}
	}
	w.PacketsSent += f.Packets
	if f.Key {
		w.KeyFrames++
	}
}

// summary is what came of the film.
func (r *reel) summary() *netcheck.VideoSummary {
	var w netcheck.VideoSample
	for _, f := range r.frames {
		r.count(&w, f)
	}
	sum := &netcheck.VideoSummary{Plan: r.plan, Stats: stats.SummarizeFrames(r.frames, (r.begin + r.length).Microseconds()),
		Begin: r.begin, Span: r.length, TargetKbps: r.film.Kbps, Partial: r.film.Stop > 0, DirectionKnown: true, NACK: w.NACK,
		Retransmitted: w.NACK, PLI: len(r.film.Still), Up: stats.LossOf(w.PacketsSent, w.LostUp), Down: stats.LossOf(w.PacketsSent-w.LostUp, w.LostDown),
		AfterRepair: stats.LossOf(w.PacketsSent, r.film.Beyond)}
	sum.SentKbps = float64(w.BytesSent) * 8 / 1000 / r.length.Seconds()
	if sum.Stats.Sent > 0 {
		sum.ReceivedKbps = sum.SentKbps * float64(sum.Stats.Shown) / float64(sum.Stats.Sent)
	}
	if us := (r.film.Delay / 2).Microseconds(); us > 0 {
		sum.RTT = stats.RTT{OK: true, N: 10, MinUS: us, MeanUS: float64(us), P50US: us, P95US: us + 200, P99US: us + 300, MaxUS: us + 300}
	}
	return sum
}
