package loss

import (
	"slices"
	"time"

	"echopath/netcheck/stats"
)

// cut is a time in which nothing was answered, as stats.Cuts has them, in microseconds since the session's start.
type cut struct{ from, to int64 }

// cuts lists those of a carrier.
func (c *carrierRun) cuts() []cut {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []cut
	now, lost := cut{}, 0
	end := func() {
		if lost >= stats.CutLost && now.to-now.from >= stats.CutUS {
			out = append(out, now)
		}
		lost = 0
	}
	for seq := range c.record.Len() {
		switch p, _ := c.record.row(seq); p.Status {
		case stats.StatusLostUp, stats.StatusLostDown, stats.StatusLost:
			if lost == 0 {
				now.from = p.SentUS
			}
			now.to = p.SentUS
			lost++
		case stats.StatusOK:
			if lost > 0 {
				now.to = p.SentUS
			}
			end()
		case stats.StatusUnknown, stats.StatusSkipped:
		}
	}
	end()
	return out
}

// lateBeside is how late the worst in twenty of the packets left whose time was not within a cut of any carrier; 0 without a cut. In a
// cut a sender is late that waits for the system: it keeps what it can not send, as packets to a neighbour that does not tell its
// address (RFC 1122, section 2.3.2.2), until the socket's buffer is full. The carriers share a socket and take turns.
func (c *carrierRun) lateBeside(cuts []cut, begin time.Duration) time.Duration {
	if len(cuts) == 0 {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	var late stats.Sketch
	for seq := range c.record.Len() {
		p, _ := c.record.row(seq)
		slot := (begin + c.slot(seq)).Microseconds()
		if p.SentUS == stats.NotMeasured || slices.ContainsFunc(cuts, func(k cut) bool { return slot >= k.from && slot <= k.to }) {
			continue
		}
		late.Add(time.Duration(p.SentUS-slot) * time.Microsecond)
	}
	return late.Percentile(0.95)
}
