package model

import (
	"time"

	"echopath/app/chart/plot"
	"echopath/app/present"
	"echopath/netcheck"
)

// CallCurves is what the charts show of a two-way call on one path. X is in seconds since the session's start. Rates and counts are
// those of the last second. Up is the picture of the end that called, Down the other one's.
type CallCurves struct {
	Path     netcheck.Path
	Up, Down CallWayCurves
	RTT      *plot.Series // ms, of the reports
}

// CallWayCurves is one direction.
type CallWayCurves struct {
	Sent, Received *plot.Series // kbit/s on the wire, as its sender and its receiver count
	FPS            *plot.Series // new pictures shown a second
	LostBefore     *plot.Series // packets a second, before repair
	LostAfter      *plot.Series // packets a second that never came, in spite of repair
	Freezes        *Spans       // when the picture stood still
}

// callFilm is the running account of the call on one path, kept up with every sample at a cost that does not grow with the length of
// the run.
type callFilm struct {
	present.CallAccount
	curves   *CallCurves
	windows  map[int]netcheck.CallSample // the newest view of those that may still change
	begun    bool
	origin   time.Duration // at which window 0 began, since the session's start
	newest   int           // window
	whole    int           // the newest one whose part of the other end is there; -1: none yet
	up, down callFreezes
}

// callFreezes puts the stretches in which one end's picture stood still into the curves, each once.
type callFreezes struct{ placed int }

// keepCallWindows is how many windows may still change: those whose account of the other end is on its way, and the second before.
const keepCallWindows = 100

func newCallFilm(p netcheck.Path) *callFilm {
	line := func() *plot.Series { return &plot.Series{MaxGap: 1} }
	way := func() CallWayCurves {
		return CallWayCurves{Sent: line(), Received: line(), FPS: line(), LostBefore: line(), LostAfter: line(), Freezes: &Spans{}}
	}
	return &callFilm{windows: map[int]netcheck.CallSample{}, whole: -1, up: callFreezes{-1}, down: callFreezes{-1},
		curves: &CallCurves{Path: p, Up: way(), Down: way(), RTT: &plot.Series{MaxGap: 3.5}}} // reports come about once a second
}

// makeCalls makes the accounts and series of a session's calls, all of them, before there is anything to put in.
func (t *trial) makeCalls(granted netcheck.Plan) {
	t.calls = map[netcheck.Path]*callFilm{}
	if granted.Video.Mode != netcheck.VideoCall {
		return
	}
	for _, p := range present.Runnable(granted) {
		t.calls[p] = newCallFilm(p)
	}
}

// CallCurves gives a set of series for each path of the run that may carry a call, in running order. The pointers stay the same until
// the next run begins.
func (t *trial) CallCurves() []*CallCurves {
	var out []*CallCurves
	for _, p := range t.plan.Paths {
		if c := t.calls[p]; c != nil {
			out = append(out, c.curves)
		}
	}
	return out
}

// put takes the newest view of a window.
func (c *callFilm) put(s netcheck.CallSample) {
	if s.Index < 0 || s.Index >= maxCallWindows || c.begun && s.Index <= c.newest-keepCallWindows {
		return
	}
	c.Put(s)
	if !c.begun {
		c.begun, c.origin, c.newest = true, s.At-time.Duration(s.Index)*netcheck.VideoSampleWidth, s.Index
	}
	c.windows[s.Index] = s
	for ; c.newest < s.Index; c.newest++ {
		delete(c.windows, c.newest-keepCallWindows)
	}
	if s.Whole {
		c.whole = max(c.whole, s.Index)
	}
	c.draw(s)
}

// maxCallWindows bounds what is believed of a sample: it comes from another computer, or from a file.
const maxCallWindows = int(netcheck.MaxVideoDuration/netcheck.VideoSampleWidth) + keepCallWindows

// finish tells that no more pictures come.
func (c *callFilm) finish() {
	c.curves.Up.Freezes.end()
	c.curves.Down.Freezes.end()
}

// callSecond is the sum of some windows that follow one another, of one direction.
type callSecond struct {
	windows           int
	sent, shown       int
	lost, lostAfter   int
	bytesOut, bytesIn int64
}

// lastSecond adds up the windows of the second that ends with one; ok is false if that one is not there, or lacks the other end's part
// though it is asked for.
func (c *callFilm) lastSecond(last int, whole bool) (up, down callSecond, ok bool) {
	for i := last; i > last-videoPerSecond; i-- {
		s, known := c.windows[i]
		if !known || whole && !s.Whole {
			if i == last {
				return up, down, false
			}
			continue
		}
		up.add(s.Up)
		down.add(s.Down)
	}
	return up, down, true
}

func (a *callSecond) add(w netcheck.CallWindow) {
	a.windows++
	a.sent += w.Sent
	a.shown += w.Shown
	a.lost += w.Lost
	a.lostAfter += w.LostAfter
	a.bytesOut += w.BytesSent
	a.bytesIn += w.BytesReceived
}

// span is the time that the windows cover, in seconds.
func (a callSecond) span() float64 {
	return (time.Duration(max(a.windows, 1)) * netcheck.VideoSampleWidth).Seconds()
}

func (a callSecond) rate(bytes int64) float64 { return float64(bytes) * 8 / 1000 / a.span() }
func (a callSecond) fps() float64             { return float64(a.shown) / a.span() }

// draw puts a window into the series, and what the newest view of it changes in the figures over a second.
func (c *callFilm) draw(s netcheck.CallSample) {
	if s.RTTCount > 0 { // most windows have none
		c.curves.RTT.Put(plot.Flat(c.x(s.Index), ms(s.RTT)))
	}
	end := s.At + netcheck.VideoSampleWidth
	c.down.put(c.curves.Down.Freezes, s.Index, s.Down.Frozen, end)
	if s.Whole {
		c.up.put(c.curves.Up.Freezes, s.Index, s.Up.Frozen, end)
	}
	for j := s.Index; j < s.Index+videoPerSecond; j++ {
		c.drawNear(j)
		c.drawFar(j)
	}
}

// drawNear puts what this end counts itself over the second that ends with a window. The first ones rest on less than that.
func (c *callFilm) drawNear(i int) {
	up, down, ok := c.lastSecond(i, false)
	if !ok {
		return
	}
	x := c.x(i)
	c.curves.Up.Sent.Put(plot.Flat(x, up.rate(up.bytesOut)))
	c.curves.Down.received(x, down)
}

// drawFar puts what only the other end can count.
func (c *callFilm) drawFar(i int) {
	up, down, ok := c.lastSecond(i, true)
	if !ok {
		return
	}
	x := c.x(i)
	c.curves.Down.Sent.Put(plot.Flat(x, down.rate(down.bytesOut)))
	c.curves.Up.received(x, up)
}

// received puts what the receiver of a direction counts.
func (w CallWayCurves) received(x float64, a callSecond) {
	w.Received.Put(plot.Flat(x, a.rate(a.bytesIn)))
	w.FPS.Put(plot.Flat(x, a.fps()))
	w.LostBefore.Put(plot.Flat(x, float64(a.lost)/a.span()))
	w.LostAfter.Put(plot.Flat(x, float64(a.lostAfter)/a.span()))
}

// x is a window's place on the time axis: its middle, in seconds since the session's start.
func (c *callFilm) x(i int) float64 {
	return (c.origin + time.Duration(i)*netcheck.VideoSampleWidth + netcheck.VideoSampleWidth/2).Seconds()
}

// put takes how long the picture stood still by the end of a window, as far as that became known in it. Windows come in order, and again
// when the other end's part is entered.
func (f *callFreezes) put(to *Spans, index int, frozen, end time.Duration) {
	if frozen <= 0 || index <= f.placed {
		return
	}
	f.placed = index
	to.put(end-frozen, end)
}
