package model

import (
	"slices"
	"time"

	"echopath/app/chart/plot"
	"echopath/app/present"
	"echopath/netcheck"
)

// draw puts a window into the series, and what the newest view of it changes in the figures over a second.
func (f *film) draw(s netcheck.VideoSample) {
	c, x := f.curves, f.x(s.Index)
	known := func(v float64, ok bool) plot.Point {
		if !ok {
			return plot.Gap(x)
		}
		return plot.Flat(x, v)
	}
	delay := plot.Gap(x)
	if s.FramesShown > 0 {
		delay = plot.Point{X: x, Y: ms(s.DelayMean), Low: ms(s.DelayMean), High: ms(s.DelayMax)}
	}
	c.Delay.Put(delay)
	if s.RTTCount > 0 { // most windows have none
		c.RTT.Put(plot.Flat(x, ms(s.RTT)))
	}
	if s.SSIMCount > 0 {
		c.SSIM.Put(plot.Flat(x, s.SSIMSum/float64(s.SSIMCount)))
	}
	c.PSNR.Put(known(s.PSNRSum/float64(max(s.PSNRCount, 1)), s.PSNRCount > 0))
	c.Target.Put(known(s.TargetKbps, s.TargetKbps > 0))
	c.Available.Put(known(available(s)))
	f.curves.Freezes.grow(s.At + netcheck.VideoSampleWidth)
	for j := s.Index; j < s.Index+videoPerSecond; j++ {
		if second, ok := f.LastSecond(j); ok {
			f.drawSecond(j, second)
		}
	}
}

// drawSecond puts the figures over the second that ends with a window. The first ones rest on less than that.
func (f *film) drawSecond(i int, second present.VideoSum) {
	c, x := f.curves, f.x(i)
	share := func(ratio float64, ok bool) plot.Point {
		if !ok {
			return plot.Gap(x)
		}
		return plot.Flat(x, 100*ratio)
	}
	c.LossBefore.Put(share(second.Before()))
	c.LossAfter.Put(share(second.After()))
	c.Sent.Put(plot.Flat(x, second.Rate(second.BytesSent)))
	c.Received.Put(plot.Flat(x, second.Rate(second.BytesReceived)))
	c.FPS.Put(plot.Flat(x, second.FPS()))
}

// x is a window's place on the time axis: its middle, in seconds since the session's start.
func (f *film) x(i int) float64 {
	return (f.origin + time.Duration(i)*netcheck.VideoSampleWidth + netcheck.VideoSampleWidth/2).Seconds()
}

// available is the lower of what both ends' controllers allow, or what is known of it.
func available(s netcheck.VideoSample) (kbps float64, ok bool) {
	if s.PeerKbps >= 0 && (s.OwnKbps <= 0 || s.PeerKbps < s.OwnKbps) {
		return s.PeerKbps, s.PeerKbps > 0
	}
	return s.OwnKbps, s.OwnKbps > 0
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// Spans holds stretches of time in order. Its version grows with every change.
type Spans struct {
	list    []span
	running bool // the last one still grows
	version uint64
}

// span is a stretch of time, in seconds since the session's start.
type span struct{ from, to float64 }

// maxSpans bounds what a session with a freeze every second would gather in a day.
const maxSpans = 20_000

// Len is the number of spans.
func (s *Spans) Len() int { return len(s.list) }

// At returns from when to when a span lasts, in seconds since the session's start, by its place in order of time. The last one may
// still grow.
func (s *Spans) At(i int) (from, to float64) { return s.list[i].from, s.list[i].to }

// Version grows with every change.
func (s *Spans) Version() uint64 { return s.version }

// open begins a span that grows until it is shut.
func (s *Spans) open(from, to time.Duration) {
	s.end()
	if s.put(from, to) {
		s.running = true
	}
}

// shut ends the span that grows, or puts one that was never begun.
func (s *Spans) shut(from, to time.Duration) {
	if s.running {
		s.list = s.list[:len(s.list)-1]
	}
	s.running = false
	s.put(from, to)
}

// grow tells that time has gone on.
func (s *Spans) grow(to time.Duration) {
	if last := len(s.list) - 1; s.running && to.Seconds() > s.list[last].to {
		s.list[last].to = to.Seconds()
		s.version++
	}
}

// end leaves the span that grows as it is.
func (s *Spans) end() { s.running = false }

// put adds a span in order of time. What can not be one is left out: it comes from a file.
func (s *Spans) put(from, to time.Duration) bool {
	if to < from || len(s.list) >= maxSpans {
		return false
	}
	add := span{max(from, 0).Seconds(), max(to, 0).Seconds()}
	i, _ := slices.BinarySearchFunc(s.list, add, func(a, b span) int {
		switch {
		case a.from < b.from:
			return -1
		case a.from > b.from:
			return 1
		}
		return 0
	})
	s.list = slices.Insert(s.list, i, add)
	s.version++
	return i == len(s.list)-1
}
