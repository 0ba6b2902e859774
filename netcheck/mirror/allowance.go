package mirror

import (
	"fmt"
	"sync"
	"time"

	"echopath/netcheck"
)

// What an end takes of another's views, in bytes, unpacked. A sender that fills a hundred parts a second sends 2.4 MiB a second, for as long
// as its stream lasts; to do so again and again takes a run of 20,000 packets a second after the other.
const (
	peakPerSecond = 4 << 20
	peakBurst     = 16 << 20 // of what a network held back
	longPerSecond = 1 << 20
	longBurst     = 96 << 20 // a whole stream and a half

	partBytes = 1 << 10 // that a part counts beside what it holds
	// packedFactor is what a byte of a part counts at least: blocks of DEFLATE that hold nothing cost more than what they could hold.
	packedFactor = 4
)

var (
	errPeak = fmt.Errorf("it comes at more than %d MiB a second, unpacked", peakPerSecond>>20)
	errLong = fmt.Errorf("it comes at more than %d MiB a second, unpacked, for too long", longPerSecond>>20)
)

// Allowance bounds what is unpacked and decoded for one guest over all its runs: a new run does not give it any more. It is safe
// for several goroutines.
type Allowance struct {
	now func() time.Time

	mu         sync.Mutex // guards what follows
	peak, long bucket
	last       time.Time
}

// NewAllowance gives a full allowance that is refilled by now. Nil means time.Now.
func NewAllowance(now func() time.Time) *Allowance {
	if now == nil {
		now = time.Now
	}
	return &Allowance{now: now, last: now(),
		peak: bucket{left: peakBurst, perSecond: peakPerSecond, burst: peakBurst},
		long: bucket{left: longBurst, perSecond: longPerSecond, burst: longBurst}}
}

// NewReceiver is like the function of that name, within this allowance instead of one of its own.
func (a *Allowance) NewReceiver(run string, observe netcheck.Observer) *Receiver {
	return &Receiver{run: run, observe: observe, allowance: a}
}

// take counts n bytes, or tells why there is no room for them.
func (a *Allowance) take(n int) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	elapsed := now.Sub(a.last).Seconds() // below 0 if the clock was set: then it goes on from there
	a.last = now
	a.peak.refill(elapsed)
	a.long.refill(elapsed)
	switch {
	case a.peak.left < float64(n):
		return errPeak
	case a.long.left < float64(n):
		return errLong
	}
	a.peak.left -= float64(n)
	a.long.left -= float64(n)
	return nil
}

// owe counts n bytes that have been taken already.
func (a *Allowance) owe(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.peak.left -= float64(n)
	a.long.left -= float64(n)
}

// bucket holds bytes that may be taken.
type bucket struct {
	left             float64 // below 0 after an event that counted more than its line
	perSecond, burst float64
}

func (b *bucket) refill(seconds float64) {
	if seconds > 0 {
		b.left = min(b.left+seconds*b.perSecond, b.burst)
	}
}
