package natprobe

import (
	"fmt"
	"time"
)

// load is what became of packets at one rate.
type load struct {
	kbps  float64 // that was asked for, all connections together
	flows int
	sent  int
	came  int
	got   float64 // kbit/s that arrived
	delay time.Duration
	grown time.Duration // of the delay, from the first quarter to the last
	busy  bool          // this computer could not keep the time
}

func (l load) loss() float64 {
	if l.sent == 0 {
		return 0
	}
	return 1 - float64(l.came)/float64(l.sent)
}

// strained tells of a load that was too much, as a smaller one was not.
func (l load) strained(smaller load) bool {
	if l.loss() > smaller.loss()+rateStrain {
		return true
	}
	return l.got < rateShare*l.kbps*(1-smaller.loss()) && (l.grown > rateQueue || l.busy || l.loss() > smaller.loss()+rateStrain/2)
}

func (l load) words() string {
	where := "in one connection"
	if l.flows > 1 {
		where = fmt.Sprintf("in %d connections", l.flows)
	}
	text := fmt.Sprintf("%s %s: %.1f %% lost, %s there and back", megabits(l.kbps), where, 100*l.loss(), milliseconds(l.delay))
	if l.busy {
		text += ", and this computer was busy"
	}
	return text
}

// ends says what a load met.
func (l load) ends(t Transport) string {
	queue := ""
	if l.grown > rateQueue {
		queue = fmt.Sprintf("the delay grew by %s", milliseconds(l.grown))
	}
	if t.stream() && queue != "" {
		return queue
	}
	text := fmt.Sprintf("%.1f %% were lost", 100*l.loss())
	if queue != "" {
		return text + " and " + queue
	}
	return text + ", the delay was " + milliseconds(l.delay)
}
