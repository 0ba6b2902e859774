package model

import (
	"time"

	"echopath/app/chart/plot"
	"echopath/app/present"
	"echopath/netcheck"
)

// VideoCurves is what the charts show of the video on one path. X is in seconds since the session's start. Rates, shares and counts
// are those of the last second.
type VideoCurves struct {
	Path netcheck.Path

	Sent, Received    *plot.Series // kbit/s on the wire
	Target, Available *plot.Series // kbit/s; available is the lower of what both ends' controllers allow
	RTT               *plot.Series // ms, of the reports
	LossBefore        *plot.Series // % of the packets sent, before repair
	LossAfter         *plot.Series // % of them that never came back, in spite of repair
	FPS               *plot.Series // new pictures shown a second
	Delay             *plot.Series // ms: mean of each window, up to its largest
	PSNR              *plot.Series // dB
	SSIM              *plot.Series // 0 to 1
	Freezes           *Spans       // when the picture stood still
}

// film is the running account of the video on one path, kept up with every sample at a cost that does not grow with the length
// of the run.
type film struct {
	present.VideoAccount
	curves *VideoCurves
	begun  bool
	origin time.Duration      // at which window 0 began, since the session's start
	size   netcheck.VideoSize // of the picture, as it was last told of
	before netcheck.VideoSize // what it was until then
	frozen bool               // the picture stands still
	calm   map[netcheck.Happening]*patience
	silent bool // that the picture stands still was not told
}

// videoPerSecond is how many windows a second has.
const videoPerSecond = int(time.Second / netcheck.VideoSampleWidth)

func newFilm(p netcheck.Path, size netcheck.VideoSize) *film {
	line := func(gap float64) *plot.Series { return &plot.Series{MaxGap: gap} }
	return &film{size: size, curves: &VideoCurves{Path: p, Sent: line(1), Received: line(1), Target: line(1), Available: line(1),
		RTT: line(3.5), // reports come about once a second
		FPS: line(1), Delay: line(1), PSNR: line(1), LossBefore: line(1), LossAfter: line(1),
		SSIM:    line(2.5), // of every tenth picture
		Freezes: &Spans{}}}
}

// put takes the newest view of a window.
func (f *film) put(s netcheck.VideoSample) {
	if !f.Put(s) {
		return
	}
	if !f.begun {
		f.begun, f.origin = true, s.At-time.Duration(s.Index)*netcheck.VideoSampleWidth
	}
	f.draw(s)
}

// happened keeps account of what a log tells too.
func (f *film) happened(at time.Duration, h netcheck.VideoHappened) {
	switch h.What {
	case netcheck.SizeChanged:
		f.before, f.size = f.size, netcheck.VideoSize{Width: h.Width, Height: h.Height}
	case netcheck.Froze:
		f.frozen = true
		f.curves.Freezes.open(at-h.Took, at)
	case netcheck.Thawed:
		f.frozen = false
		f.curves.Freezes.shut(at-h.Took, at)
	}
}

// worthTelling tells whether the log is to have a line of it. What happens again and again on a bad line is told ever more seldom.
func (f *film) worthTelling(at time.Duration, what netcheck.Happening) bool {
	switch what {
	case netcheck.Thawed:
		return !f.silent
	case netcheck.KeyFrameAsked, netcheck.SizeChanged, netcheck.RateFell, netcheck.Froze:
	default:
		return true
	}
	if f.calm == nil {
		f.calm = map[netcheck.Happening]*patience{}
	}
	if f.calm[what] == nil {
		f.calm[what] = &patience{}
	}
	ready := f.calm[what].ready(at)
	if ready {
		f.calm[what].tell(at)
	}
	if what == netcheck.Froze {
		f.silent = !ready
	}
	return ready
}

// finish tells that no more pictures come. One that stood still until then does so no longer.
func (f *film) finish() {
	f.frozen = false
	f.curves.Freezes.end()
}

// makeFilms makes the accounts and series of a session's videos, all of them, before there is anything to put in.
func (t *trial) makeFilms(granted netcheck.Plan) {
	t.films = map[netcheck.Path]*film{}
	if !granted.Video.On() {
		return
	}
	for _, p := range present.Runnable(granted) {
		t.films[p] = newFilm(p, netcheck.VideoSize{Width: granted.Video.Width, Height: granted.Video.Height})
	}
}
