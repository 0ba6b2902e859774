package vlab

import (
	"math"
	"slices"
	"time"
)

const (
	headers    = 20 + 8 // bytes of IPv4 and UDP that every packet has on the wire
	fullPacket = 1500   // bytes
	ageless    = 365 * 24 * time.Hour
)

// course is what a pipe does over time: phases, counted from begin. Its methods are pure.
type course struct {
	begin  time.Time
	phases []Phase
}

// at is the shape that holds at t.
func (c course) at(t time.Time) Shape {
	var s Shape
	for _, ph := range c.phases {
		if t.Sub(c.begin) >= ph.From {
			s = ph.Shape
		}
	}
	return s
}

// change is when the next phase begins after t.
func (c course) change(t time.Time) (next time.Time, ok bool) {
	for _, ph := range c.phases {
		if begins := c.begin.Add(ph.From); begins.After(t) && (!ok || begins.Before(next)) {
			next, ok = begins, true
		}
	}
	return next, ok
}

// sent is when the last of some bits is out if the first begins at t.
func (c course) sent(t time.Time, bits float64) time.Time {
	for {
		rate := c.at(t).rate()
		if math.IsInf(rate, 1) {
			return t
		}
		end := t.Add(time.Duration(math.Round(min(bits/rate, float64(ageless)))))
		next, ok := c.change(t)
		if !ok || !end.After(next) {
			return end
		}
		bits -= rate * float64(next.Sub(t))
		t = next
	}
}

// bits is how much can be sent between two moments.
func (c course) bits(from, to time.Time) float64 {
	sum := 0.0
	for from.Before(to) {
		end := to
		if next, ok := c.change(from); ok && next.Before(to) {
			end = next
		}
		sum += c.at(from).rate() * float64(end.Sub(from))
		from = end
	}
	return sum
}

// job is a packet's place at the bottleneck.
type job struct {
	begins, ends time.Time // of its transmission
	left         float64   // bits that are not sent at since
	since        time.Time
}

// line is the bottleneck of a pipe: one packet after the other is transmitted, and the others wait. It keeps a virtual clock,
// in which a transmission begins exactly when the one before it ends: what a timer is late by adds up to nothing.
type line struct {
	jobs []*job  // those that are not sent entirely, in order
	left float64 // sum of theirs
}

// advance forgets what has been sent.
func (l *line) advance(now time.Time) {
	n := 0
	for n < len(l.jobs) && !l.jobs[n].ends.After(now) {
		l.left -= l.jobs[n].left
		n++
	}
	l.jobs = slices.Delete(l.jobs, 0, n)
	if len(l.jobs) == 0 {
		l.left = 0 // rounding does not add up
	}
}

// backlog is how many bits are still to be sent. The line must have advanced to now.
func (l *line) backlog(c course, now time.Time) float64 {
	if len(l.jobs) == 0 {
		return 0
	}
	return l.left - c.bits(l.jobs[0].since, now)
}

// add puts bits behind all others.
func (l *line) add(c course, now time.Time, bits float64) *job {
	begins := now
	if n := len(l.jobs); n > 0 {
		begins = latest(now, l.jobs[n-1].ends)
	}
	j := &job{begins: begins, since: begins, left: bits, ends: c.sent(begins, bits)}
	l.jobs, l.left = append(l.jobs, j), l.left+bits
	return j
}

// replan serves what waits by another course from now on. The line must have advanced to now.
func (l *line) replan(old, course course, now time.Time) {
	free := now
	for _, j := range l.jobs {
		if now.After(j.since) { // the one that is being transmitted
			done := old.bits(j.since, now)
			j.left, l.left = j.left-done, l.left-done
		} else {
			j.begins = free
		}
		j.since = free
		j.ends = course.sent(free, j.left)
		free = j.ends
	}
}
