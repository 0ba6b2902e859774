package video

import (
	"time"

	"echopath/netcheck"
)

// When to change the size. Below its least bitrate a size looks worse than a smaller one, and the encoder leaves pictures out; up
// again needs some room, and patience, since every change costs a key frame.
const (
	downAfter = 800 * time.Millisecond
	upAfter   = 4 * time.Second // and twice as long each time that a step up did not last, up to
	upMost    = 32 * time.Second
	upLasts   = 10 * time.Second // a step up that is not taken back for so long was right
	upRoom    = 1.3
)

// leastKbps is the bitrate on the wire below which a size is too large, at 30 pictures a second.
var leastKbps = map[netcheck.VideoSize]float64{
	{Width: 320, Height: 180}: 0, {Width: 480, Height: 270}: 130, {Width: 640, Height: 360}: 220,
	{Width: 960, Height: 540}: 450, {Width: 1280, Height: 720}: 800,
}

// adapter chooses the size in which pictures are encoded.
type adapter struct {
	sizes []netcheck.VideoSize // up to the asked one, smallest first
	at    int
	scale float64 // of the least bitrates: fewer pictures need less
	fixed bool
	below time.Time // the target has been too low since; zero: it is not
	above time.Time // it has been enough for the next size since
	wait  time.Duration
	up    time.Time // the last step up
}

func newAdapter(p netcheck.VideoPlan) *adapter {
	a := &adapter{scale: 1, fixed: !p.Adapt, wait: upAfter}
	if p.FPS < 30 {
		a.scale = 0.6
	}
	for _, s := range netcheck.VideoSizes() {
		if s.Width <= p.Width {
			a.sizes = append(a.sizes, s)
		}
	}
	a.at = len(a.sizes) - 1
	for !a.fixed && a.at > 0 && p.StartKbps < a.least(a.at) {
		a.at--
	}
	return a
}

func (a *adapter) least(i int) float64 { return leastKbps[a.sizes[i]] * a.scale }

func (a *adapter) size() netcheck.VideoSize { return a.sizes[a.at] }

// target takes the newest target and tells whether the size has changed.
func (a *adapter) target(kbps float64, now time.Time) bool {
	if a.fixed {
		return false
	}
	low := a.at > 0 && kbps < a.least(a.at)
	high := a.at+1 < len(a.sizes) && kbps > upRoom*a.least(a.at+1)
	hold(&a.below, low, now)
	hold(&a.above, high, now)
	switch {
	case low && now.Sub(a.below) >= downAfter:
		if a.wait = min(2*a.wait, upMost); a.up.IsZero() || now.Sub(a.up) > upLasts {
			a.wait = upAfter
		}
		for a.at > 0 && kbps < a.least(a.at) {
			a.at--
		}
	case high && now.Sub(a.above) >= a.wait:
		a.at++
		a.up = now
	default:
		return false
	}
	a.below, a.above = time.Time{}, time.Time{}
	return true
}

// hold keeps the time since which a condition is met.
func hold(since *time.Time, met bool, now time.Time) {
	switch {
	case !met:
		*since = time.Time{}
	case since.IsZero():
		*since = now
	}
}
