package netcheck

import (
	"cmp"
	"slices"
	"time"

	"echopath/netcheck/stats"
)

// outage is a silence that no queue explains.
const outage = time.Duration(stats.CutUS) * time.Microsecond

// beforeCut and afterCut are how long before and after a cut a video still shows it: packets are asked for again, a key frame has to come, and the
// bitrate has to find its level anew.
const (
	beforeCut = 400 * time.Millisecond
	afterCut  = 2 * time.Second
)

// cut is a time in windows of VideoSampleWidth during which nothing of a video arrived: those from first to last.
type cut struct{ first, last int }

func (c cut) length() time.Duration { return time.Duration(c.last-c.first+1) * VideoSampleWidth }

// touches tells that a window shows the cut.
func (c cut) touches(index int) bool {
	return index >= c.first-int(beforeCut/VideoSampleWidth) && index <= c.last+int(afterCut/VideoSampleWidth)
}

func touched(cuts []cut, index int) bool {
	return slices.ContainsFunc(cuts, func(c cut) bool { return c.touches(index) })
}

// longestCut is 0 without one.
func longestCut(cuts []cut) time.Duration {
	if len(cuts) == 0 {
		return 0
	}
	return slices.MaxFunc(cuts, func(a, b cut) int { return cmp.Compare(a.length(), b.length()) }).length()
}

// arrival is what a window knows of what came through.
type arrival uint8

const (
	nothingKnown  arrival = iota // nothing was sent, or not heard of yet: it neither begins nor ends a cut
	nothingPassed                // in spite of what was sent
	passed
)

// cutter finds cuts in a series of windows.
type cutter struct {
	cuts []cut
	now  cut
	open bool
	came bool // something passed before, or passes now: without that it is no cut, but a way that does not work
}

func (c *cutter) add(index int, a arrival) {
	switch {
	case a == passed:
		c.end()
		c.came = true
	case a == nothingPassed && c.open:
		c.now.last = index
	case a == nothingPassed:
		c.now, c.open = cut{index, index}, true
	}
}

func (c *cutter) end() {
	if c.open && c.came && c.now.length() >= outage {
		c.cuts = append(c.cuts, c.now)
	}
	c.open = false
}

func (c *cutter) all() []cut {
	c.end()
	return c.cuts
}

// videoCuts finds the times in which nothing of an echoed video came back.
func videoCuts(p PathReport) []cut {
	if p.Video == nil {
		return nil
	}
	var c cutter
	for s := range p.Video.Samples.All() {
		c.add(s.Index, arrivalOf(s.FramesSent, s.BytesReceived))
	}
	return c.all()
}

func arrivalOf(sent int, received int64) arrival {
	switch {
	case received > 0:
		return passed
	case sent > 0:
		return nothingPassed
	}
	return nothingKnown
}

// callCuts finds the times in which nothing of a call arrived: at both ends at once, there, and here. Those at both ends are among the
// other two: of them the other end's accounts are the first to be late.
func callCuts(p PathReport) (both, up, down []cut) {
	if p.Call == nil {
		return nil, nil, nil
	}
	var b, u, d cutter
	for s := range p.Call.Samples.All() {
		there, here := arrivalOf(s.Up.Sent, s.Up.BytesReceived), arrivalOf(s.Down.Sent, s.Down.BytesReceived)
		if !s.Whole { // the other end's part of it is not known
			there = nothingKnown
			if here != passed {
				here = nothingPassed
			}
		}
		u.add(s.Index, there)
		d.add(s.Index, here)
		b.add(s.Index, atBothEnds(there, here))
	}
	both = b.all()
	return both, withAll(u.all(), both), withAll(d.all(), both)
}

// withAll gives the cuts of a way with those of both ways among them. Two that overlap are one.
func withAll(cuts, more []cut) []cut {
	out := slices.Clone(cuts)
	for _, m := range more {
		i := slices.IndexFunc(out, func(c cut) bool { return c.first <= m.last && m.first <= c.last })
		if i < 0 {
			out = append(out, m)
			continue
		}
		out[i] = cut{min(out[i].first, m.first), max(out[i].last, m.last)}
	}
	return out
}

func atBothEnds(a, b arrival) arrival {
	switch {
	case a == passed || b == passed:
		return passed
	case a == nothingPassed || b == nothingPassed:
		return nothingPassed
	}
	return nothingKnown
}
