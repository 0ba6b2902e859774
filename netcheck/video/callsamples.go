package video

import (
	"time"

	"echopath/netcheck"
	"echopath/netcheck/control"
)

// openWindows is the number of windows in which the other end's part may still be entered: what comes later is entered into the next.
const openWindows = 64

// callSamples makes the samples of a call from the accounts of both ends at the end of each window. It belongs to one goroutine at a
// time.
type callSamples struct {
	next   int                 // index of the window that has not ended
	own    control.CallAccount // this end's, at the end of the window before
	others control.CallAccount // the other end's newest
	slots  [openWindows]netcheck.CallSample
	used   [openWindows]bool
}

// slot finds the sample of a window, which may be empty.
func (c *callSamples) slot(index int) *netcheck.CallSample {
	s := &c.slots[index%openWindows]
	if used := &c.used[index%openWindows]; !*used || s.Index != index {
		*s, *used = netcheck.CallSample{Index: index}, true
		s.Up.TargetKbps, s.Down.TargetKbps = -1, -1
	}
	return s
}

// near enters what this end has counted in a window that has just ended.
func (c *callSamples) near(index int, at time.Duration, own control.CallAccount, frozen, rtt time.Duration, reports int) netcheck.CallSample {
	s := c.slot(index)
	s.At, s.RTT, s.RTTCount = at, rtt, reports
	addSent(&s.Up, c.own, own)
	addReceived(&s.Down, c.own, own)
	s.Down.Frozen = frozen
	c.own, c.next = own, index+1
	return *s
}

// far enters what the other end has counted, into its window of the same index. told is false if that has not ended here.
func (c *callSamples) far(a control.CallAccount) (s netcheck.CallSample, told bool) {
	index := c.next
	if at := a.Window - 1; at+openWindows > uint64(c.next) && at < uint64(c.next)+openWindows/2 { //nolint:gosec // not negative
		index = int(at) //nolint:gosec // near next
	}
	into := c.slot(index)
	addSent(&into.Down, c.others, a)
	addReceived(&into.Up, c.others, a)
	into.Up.Frozen += min(time.Duration(max(a.FrozenUS-c.others.FrozenUS, 0))*time.Microsecond, mostFrozen)
	c.others, into.Whole = a, true
	return *into, index < c.next
}

// settle enters what the other end has counted in the end into the last window. After its last account nothing of the windows before
// is open: it gives those that are whole by that.
func (c *callSamples) settle(a control.CallAccount) (whole []netcheck.CallSample) {
	a.Window = 0
	c.far(a)
	if !a.Last {
		return nil
	}
	for i := max(0, c.next-openWindows/2); i < c.next; i++ {
		if s := c.slot(i); !s.Whole {
			s.Whole = true
			whole = append(whole, *s)
		}
	}
	return whole
}

// What one window can have at most, whatever the other end says: sums over the longest call stay far from wrapping.
const (
	mostGrown  = 1 << 30
	mostFrozen = time.Minute
)

// grown is what a count has grown by. A packet that overtook another one looks lost for a moment: that is not taken back.
func grown(before, now uint64) int { return int(min(now-min(before, now), mostGrown)) } //nolint:gosec // bounded

// addSent adds what a direction's sender has counted.
func addSent(w *netcheck.CallWindow, before, now control.CallAccount) {
	w.Sent += grown(before.FramesSent, now.FramesSent)
	w.Dropped += grown(before.FramesDropped, now.FramesDropped)
	w.Skipped += grown(before.FramesSkipped, now.FramesSkipped)
	w.BytesSent += int64(grown(before.BytesSent, now.BytesSent))
	if now.TargetKbps > 0 {
		w.TargetKbps = now.TargetKbps
	}
}

// addReceived adds what its receiver has.
func addReceived(w *netcheck.CallWindow, before, now control.CallAccount) {
	w.Shown += grown(before.FramesShown, now.FramesShown)
	w.BytesReceived += int64(grown(before.BytesReceived, now.BytesReceived))
	w.Lost += grown(missing(before), missing(now))
	w.LostAfter += grown(before.GivenUp, now.GivenUp)
	w.NACK += grown(before.NACKSent, now.NACKSent)
	w.PLI += grown(before.PLISent, now.PLISent)
	w.Width, w.Height = now.Width, now.Height
}

// missing is the number of transmissions that a receiver knows to be missing for now.
func missing(a control.CallAccount) uint64 { return a.Expected - min(a.Expected, a.PacketsReceived) }
