package export

import (
	"io"
	"math"
	"strconv"
	"time"

	"echopath/netcheck"
)

var callsHeader = []string{
	"path", "direction", "second", "at_us", "span_ms", "frames_sent", "frames_shown", "frames_dropped", "frames_skipped", "bytes_sent", "bytes_received",
	"sent_kbps", "received_kbps", "target_kbps", "lost", "lost_after_repair", "nack", "pli", "rtt_ms", "frozen_ms", "width", "height",
}

// HasCall tells whether a call was made, or tried, on any path: then there is calls.csv.
func HasCall(r netcheck.Report) bool {
	for _, p := range r.Paths {
		if p.Call != nil {
			return true
		}
	}
	return false
}

// Calls writes calls.csv: two rows, up and down, for each second and path with a call, summed up from the windows of
// netcheck.VideoSampleWidth. What only the other end counts is empty where its account of one of the windows did not arrive.
func Calls(w io.Writer, r netcheck.Report) error {
	b := appendRow(make([]byte, 0, bufferSize), callsHeader...)
	var err error
	for _, p := range r.Paths {
		if p.Call == nil {
			continue
		}
		for s := range callSeconds(p.Call.Samples) {
			b = s.append(b, p.Path, "up", s.up)
			b = s.append(b, p.Path, "down", s.down)
			if b, err = drain(w, b, bufferSize/2); err != nil {
				return err
			}
		}
	}
	_, err = drain(w, b, 0)
	return err
}

// callSecond is the sum of the windows of one second of a call.
type callSecond struct {
	number  int
	windows int
	whole   bool // the other end's part of all of them is known
	at      time.Duration
	rtt     time.Duration // sum, weighted by its count
	reports int
	up      callSum
	down    callSum
}

// callSum is one direction of it.
type callSum struct {
	netcheck.CallWindow
	target mean
	far    callFar
}

// callFar says what of a direction only the other end counts.
type callFar struct{ sender, receiver bool }

// callSeconds yields the sums of each second that has windows, in order.
func callSeconds(list netcheck.List[netcheck.CallSample]) func(func(callSecond) bool) {
	return func(yield func(callSecond) bool) {
		var s callSecond
		for w := range list.All() {
			number := int(math.Floor(float64(w.Index) / float64(windowsPerSecond)))
			if s.windows > 0 && number != s.number {
				if !yield(s) {
					return
				}
				s = callSecond{}
			}
			s.number = number
			s.add(w)
		}
		if s.windows > 0 {
			yield(s)
		}
	}
}

func (s *callSecond) add(w netcheck.CallSample) {
	if s.windows == 0 {
		s.at, s.whole = w.At, true
		s.up.far, s.down.far = callFar{receiver: true}, callFar{sender: true}
	}
	s.windows++
	s.whole = s.whole && w.Whole
	s.rtt += w.RTT * time.Duration(w.RTTCount)
	s.reports += w.RTTCount
	s.up.add(w.Up)
	s.down.add(w.Down)
}

func (c *callSum) add(w netcheck.CallWindow) {
	c.Sent += w.Sent
	c.Shown += w.Shown
	c.Dropped += w.Dropped
	c.Skipped += w.Skipped
	c.BytesSent += w.BytesSent
	c.BytesReceived += w.BytesReceived
	c.Lost += w.Lost
	c.LostAfter += w.LostAfter
	c.NACK += w.NACK
	c.PLI += w.PLI
	c.Frozen += w.Frozen
	if w.Width > 0 && w.Height > 0 {
		c.Width, c.Height = w.Width, w.Height
	}
	c.target.add(w.TargetKbps)
}

// append adds the row of one direction. Counts of a second are facts even at 0, as far as they are known.
func (s callSecond) append(b []byte, path netcheck.Path, direction string, c callSum) []byte {
	sender, receiver := s.whole || !c.far.sender, s.whole || !c.far.receiver
	span := time.Duration(s.windows) * netcheck.VideoSampleWidth
	whole := func(known bool, list ...int64) {
		for _, n := range list {
			if known {
				b = strconv.AppendInt(b, n, 10)
			}
			b = append(b, ',')
		}
	}
	figures := func(known bool, v *float64) {
		if !known {
			v = nil
		}
		b = append(append(b, cell(v)...), ',')
	}
	b = append(appendText(b, string(path)), ',')
	b = append(appendText(b, direction), ',')
	whole(true, int64(s.number), s.at.Microseconds(), span.Milliseconds())
	whole(sender, int64(c.Sent))
	whole(receiver, int64(c.Shown))
	whole(sender, int64(c.Dropped), int64(c.Skipped), c.BytesSent)
	whole(receiver, c.BytesReceived)
	figures(sender, kbps(c.BytesSent, span))
	figures(receiver, kbps(c.BytesReceived, span))
	figures(sender, c.target.rounded())
	whole(receiver, int64(c.Lost), int64(c.LostAfter), int64(c.NACK), int64(c.PLI))
	figures(true, millisOf(s.reports > 0, per(s.rtt, s.reports)))
	figures(receiver, millisOf(true, c.Frozen))
	if c.Width > 0 && receiver {
		b = append(strconv.AppendInt(b, int64(c.Width), 10), ',')
		b = strconv.AppendInt(b, int64(c.Height), 10)
	} else {
		b = append(b, ',')
	}
	return append(b, endRow...)
}
