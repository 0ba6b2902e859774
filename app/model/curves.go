package model

import (
	"time"

	"echopath/app/chart/plot"
	"echopath/netcheck"
)

// x is a window's place on the time axis: its middle, in seconds since the session's start.
func (y *tally) x(i int) float64 {
	return (y.origin + time.Duration(i)*netcheck.SampleWidth + netcheck.SampleWidth/2).Seconds()
}

// draw puts a sample's window into the series, and what the newest view of it changes in the figures over a second.
func (y *tally) draw(s netcheck.Sample) {
	x := y.x(s.Index)
	rtt := plot.Gap(x)
	if s.Answered > 0 {
		rtt = plot.Point{X: x, Y: ms(s.RTTMean), Low: ms(s.RTTMin), High: ms(s.RTTMax)}
	}
	y.curves.RTT.Put(rtt)
	y.curves.Lost.Put(plot.Mark{X: x, Up: s.LostUp, Down: s.LostDown, Unknown: s.LostUnknown})
	y.slide(s.Index, min(s.Index+perSecond, len(y.windows)), func(j int, second window) {
		loss := plot.Gap(y.x(j))
		if n := second.decided(); n > 0 {
			loss = plot.Flat(y.x(j), 100*float64(second.lost())/float64(n))
		}
		y.curves.Loss.Put(loss)
		if j < y.settled {
			y.putRates(j, second)
		}
	})
	if last := s.Index - 1; last >= y.settled && last >= 0 { // it is whole now, though answers may be under way
		y.slide(last, last+1, y.putSent)
	}
}

// drawRates puts the bitrates of a window that is decided.
func (y *tally) drawRates(i int) { y.slide(i, i+1, y.putRates) }

func (y *tally) putRates(i int, second window) {
	y.putSent(i, second)
	if i+1 >= y.least {
		y.curves.Received.Put(plot.Flat(y.x(i), y.rate(i, second.bytesBack)))
	}
}

func (y *tally) putSent(i int, second window) {
	if i+1 >= y.least {
		y.curves.Sent.Put(plot.Flat(y.x(i), y.rate(i, second.bytesOut)))
	}
}

// rate is the bitrate of bytes in the second that ends with window i, or in what there was of it, in kbit/s.
func (y *tally) rate(i int, bytes int64) float64 {
	span := time.Duration(min(i+1, perSecond)) * netcheck.SampleWidth
	return float64(bytes) * 8 / 1000 / span.Seconds()
}

// slide calls put for the windows from i up to end that were seen, each with the sum over the second that ends with it.
func (y *tally) slide(i, end int, put func(j int, second window)) {
	var second window
	for j := max(i-perSecond+1, 0); j < end; j++ {
		second.add(y.windows[j], 1)
		if out := j - perSecond; out >= 0 && j > i {
			second.add(y.windows[out], -1)
		}
		if j >= i && y.windows[j].seen {
			put(j, second)
		}
	}
}
