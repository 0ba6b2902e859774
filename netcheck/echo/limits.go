package echo

import (
	"fmt"
	"sync"
	"time"

	"echopath/netcheck/control"
)

// Limits are what the orders of one link may ask for. A field that is zero leaves the bounds of package control.
type Limits struct {
	PacketsPerSecond float64 // of all carriers together, one direction
	Kbps             float64 // of datagrams and video together, one direction
	Packets          int     // measured ones, a carrier and order
}

// ledger is what the orders that run on a link have taken of its limits.
type ledger struct {
	Limits

	mu                  sync.Mutex // guards what follows
	lossKbps, videoKbps float64
}

// loss takes the load of an order, in place of what the one before had taken. It says in words what is too much.
func (l *ledger) loss(o control.Order) string {
	carriers := float64(len(o.Carriers))
	rate, kbps := carriers*o.Rate, carriers*o.Rate*float64(o.Size)*8/1000
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lossKbps = 0
	switch {
	case above(rate, l.PacketsPerSecond):
		return fmt.Sprintf("the test asks for %.0f packets a second and this end returns at most %.0f: lower the rate", rate, l.PacketsPerSecond)
	case above(kbps+l.videoKbps, l.Kbps):
		return tooManyBits(kbps+l.videoKbps, l.Kbps) + "lower the rate or the size"
	case l.Packets > 0 && o.Packets > l.Packets:
		return fmt.Sprintf("the test asks for %d packets a carrier and this end returns at most %d: make it shorter or lower the rate", o.Packets, l.Packets)
	}
	l.lossKbps = kbps
	return ""
}

// video does the same for the order of a video.
func (l *ledger) video(v control.Video) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.videoKbps = 0
	if above(v.MaxKbps+l.lossKbps, l.Kbps) {
		return tooManyBits(v.MaxKbps+l.lossKbps, l.Kbps) + "lower the bitrate of the video"
	}
	l.videoKbps = v.MaxKbps
	return ""
}

func (l *ledger) lossEnded() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lossKbps = 0
}

func (l *ledger) videoEnded() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.videoKbps = 0
}

// above forgives what rounding may add.
func above(asked, limit float64) bool { return limit > 0 && asked > limit*1.001 }

func tooManyBits(asked, limit float64) string {
	return fmt.Sprintf("the test asks for %.0f kbit/s and this end returns at most %.0f: ", asked, limit)
}

// budget bounds what is returned: the origin said how much it will send at most, and gets no more back than that with some room:
// for key frames and repair, and for what a stall of the network held up. What it sends beyond is not returned, so that an order
// can not be used to make this end send more than was granted.
type budget struct {
	kbps  float64
	least float64 // bytes that may always come at once
	left  float64 // bytes
	at    time.Time
}

const (
	budgetShare = 1.5
	budgetBurst = 2 * time.Second // of the bitrate may come at once
	leastBurst  = 4               // datagrams, at low rates
)

// take tells whether a payload may be returned.
func (b *budget) take(bytes int, now time.Time) bool {
	perSecond := b.kbps * 1000 / 8
	most := max(perSecond*budgetBurst.Seconds(), b.least)
	if b.at.IsZero() {
		b.left = most
	} else {
		b.left = min(b.left+perSecond*now.Sub(b.at).Seconds(), most)
	}
	b.at = now
	if b.left < float64(bytes) {
		return false
	}
	b.left -= float64(bytes)
	return true
}
