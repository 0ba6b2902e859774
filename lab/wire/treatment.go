package wire

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Treatment is what a link does to the packets of one direction. The zero value carries them at once and in order.
type Treatment struct {
	Loss      float64       `toml:"loss"` // chance of each packet alone, 0..1
	Burst     Burst         `toml:"burst"`
	Outages   []Span        `toml:"outages"`
	Delay     time.Duration `toml:"delay"`
	Jitter    Jitter        `toml:"jitter"`
	Reorder   Reorder       `toml:"reorder"`
	Duplicate float64       `toml:"duplicate"` // chance that a packet arrives twice, 0..1
	Rate      Rate          `toml:"rate"`
}

// Burst is the loss model of Gilbert and Elliott: a chain of two states that takes one step with each packet. In the bad state packets are
// lost by the chance Loss, in the good one none is (but for Treatment.Loss). Bursts last 1/Leave packets on average, and the bad state takes
// Enter/(Enter+Leave) of all. The zero value makes none.
type Burst struct {
	Enter float64 `toml:"enter"` // chance to get from good to bad, 0..1
	Leave float64 `toml:"leave"` // chance to get from bad to good, 0..1
	Loss  float64 `toml:"loss"`  // in the bad state; 0 is 1
}

// Span is from some time to another after the treatment began.
type Span struct {
	From time.Duration `toml:"from"`
	To   time.Duration `toml:"to"`
}

// Spread names the distribution of a jitter.
type Spread string

// The distributions of jitter. Both have the mean 0: what they add to the delay may be negative.
const (
	NoSpread Spread = ""
	Uniform  Spread = "uniform" // evenly within By to both sides
	Normal   Spread = "normal"  // with the standard deviation By, cut off at three of them
)

// Jitter is what varies of the delay, independent from packet to packet.
type Jitter struct {
	Spread Spread        `toml:"spread"`
	By     time.Duration `toml:"by"`
	// InOrder makes a packet wait for those before it, as in a queue: delays are longer than the distribution says where packets come
	// closer than By. Otherwise they overtake each other.
	InOrder bool `toml:"in_order"`
}

// reach is the largest amount of the jitter.
func (j Jitter) reach() time.Duration {
	switch j.Spread {
	case Uniform:
		return j.By
	case Normal:
		return 3 * j.By
	}
	return 0
}

// Reorder holds back a share of the packets; the others keep their order and overtake them.
type Reorder struct {
	Share float64       `toml:"share"` // 0..1
	By    time.Duration `toml:"by"`
}

// Rate is a bottleneck with a queue that drops what comes when it is full. The zero value is none.
type Rate struct {
	Kbps float64 `toml:"kbps"` // of whole IP packets, in 1000 bits a second
	// The queue's bound, one of the two: what may wait in bytes, the packet being sent and the new one counted; or how long a packet may
	// wait before its sending begins.
	QueueBytes int           `toml:"queue_bytes"`
	QueueTime  time.Duration `toml:"queue_time"`
}

// bits is the capacity in bits a nanosecond.
func (r Rate) bits() float64 { return r.Kbps / 1e6 }

// Check finds what no link can do, and what would make a distribution another one than was asked.
func (t Treatment) Check() error {
	for _, c := range []struct {
		name  string
		value float64
	}{{"loss", t.Loss}, {"burst.enter", t.Burst.Enter}, {"burst.leave", t.Burst.Leave}, {"burst.loss", t.Burst.Loss},
		{"reorder.share", t.Reorder.Share}, {"duplicate", t.Duplicate}} {
		if math.IsNaN(c.value) || c.value < 0 || c.value > 1 {
			return fmt.Errorf("%s is %v: a chance is from 0 to 1", c.name, c.value)
		}
	}
	if t.Burst.Enter > 0 && t.Burst.Leave == 0 {
		return errors.New("burst: without a chance to leave, the first burst would never end")
	}
	if t.Burst.Enter == 0 && t.Burst != (Burst{}) {
		return errors.New("burst: without a chance to enter there is none")
	}
	for i, s := range t.Outages {
		if s.From < 0 || s.To <= s.From {
			return fmt.Errorf("outages: number %d is from %v to %v", i+1, s.From, s.To)
		}
	}
	return errors.Join(t.checkDelay(), t.Rate.check())
}

func (t Treatment) checkDelay() error {
	const longest = time.Minute
	switch {
	case t.Delay < 0 || t.Delay > longest:
		return fmt.Errorf("delay is %v: it is from 0 to %v", t.Delay, longest)
	case t.Jitter.Spread != NoSpread && t.Jitter.Spread != Uniform && t.Jitter.Spread != Normal:
		return fmt.Errorf("jitter.spread is %q: there are %q and %q", t.Jitter.Spread, Uniform, Normal)
	case (t.Jitter.Spread == NoSpread) != (t.Jitter.By == 0) || t.Jitter.By < 0:
		return errors.New("jitter: it needs both a spread and an amount above 0 (by)")
	case t.Jitter.reach() > t.Delay:
		return fmt.Errorf("jitter: packets can not leave before they come: the delay of %v must reach %v", t.Delay, t.Jitter.reach())
	case t.Reorder.By < 0 || t.Reorder.By > longest || (t.Reorder.Share == 0) != (t.Reorder.By == 0):
		return errors.New("reorder: it needs both a share and a time (by) above 0")
	}
	return nil
}

func (r Rate) check() error {
	const slowest, fastest = 1, 1e7 // 1 kbit/s to 10 Gbit/s
	switch {
	case r == Rate{}:
		return nil
	case math.IsNaN(r.Kbps) || r.Kbps < slowest || r.Kbps > fastest:
		return fmt.Errorf("rate.kbps is %v: it is from %v to %v", r.Kbps, float64(slowest), float64(fastest))
	case r.QueueBytes < 0 || r.QueueTime < 0 || (r.QueueBytes == 0) == (r.QueueTime == 0):
		return errors.New("rate: the queue has one bound, queue_bytes or queue_time, above 0")
	}
	return nil
}
