package present

import (
	"fmt"
	"strings"
	"time"

	"echopath/netcheck"
)

// CallSum adds up windows of a call: what can be said of it while it runs. Of the way there only windows count whose part the other
// end has told. The zero value is empty.
type CallSum struct {
	Up, Down CallWaySum
}

// CallWaySum is the sum of one direction, as its receiver counts.
type CallWaySum struct {
	Windows int
	Shown   int   // pictures
	Bytes   int64 // received
	Frozen  time.Duration
}

// Add counts a window, or takes it away again with sign -1.
func (c *CallSum) Add(s netcheck.CallSample, sign int) {
	c.Down.add(s.Down, sign)
	if s.Whole {
		c.Up.add(s.Up, sign)
	}
}

func (c *CallWaySum) add(w netcheck.CallWindow, sign int) {
	c.Windows += sign
	c.Shown += sign * w.Shown
	c.Bytes += int64(sign) * w.BytesReceived
	c.Frozen += time.Duration(sign) * w.Frozen
}

// Figures are those so far, with the bitrate in kbit/s; ok is false in the first second, when they are more chance than figures.
func (c CallWaySum) Figures() (fps, kbps float64, ok bool) {
	if c.Windows < sumRates {
		return 0, 0, false
	}
	span := (time.Duration(c.Windows) * netcheck.VideoSampleWidth).Seconds()
	return float64(c.Shown) / span, float64(c.Bytes) * 8 / 1000 / span, true
}

// Words are the figures of both directions in a line: ", up / down 960 / 940 kbit/s, 29.8 / 30 fps, frozen 0 / 0.2 s"; "" in the first
// second. write makes a text of a bitrate given in kbit/s, without the unit.
func (c CallSum) Words(unit string, write func(kbps float64) string) string {
	if c.Down.Windows < sumRates {
		return ""
	}
	var rates, shown, frozen [2]string
	for i, way := range []CallWaySum{c.Up, c.Down} {
		rates[i], shown[i], frozen[i] = None, None, None
		if fps, kbps, ok := way.Figures(); ok {
			rates[i], shown[i], frozen[i] = write(kbps), Number(fps, 3), strings.TrimSuffix(Seconds(way.Frozen), " s")
		}
	}
	return fmt.Sprintf(", up / down %s / %s %s, %s / %s fps, frozen %s / %s s", rates[0], rates[1], unit, shown[0], shown[1], frozen[0], frozen[1])
}

// CallAccount is the running account of a call: the sum of its windows, and the windows that may still change. Its size does not
// grow with the length of the call. The zero value is empty.
type CallAccount struct {
	windows recent[netcheck.CallSample]
	sum     CallSum
}

// Put takes the newest view of a window in the place of the one before. An impossible window is left out, as is one that has been
// forgotten.
func (a *CallAccount) Put(s netcheck.CallSample) {
	if s.Index < 0 || s.Index >= maxVideoWindows {
		return
	}
	before, known, ok := a.windows.put(s.Index, s)
	if !ok {
		return
	}
	if known {
		a.sum.Add(before, -1)
	}
	a.sum.Add(s, 1)
}

// Sum is that of all windows.
func (a *CallAccount) Sum() CallSum { return a.sum }
