package echo

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"echopath/netcheck/control"
)

// Limits are what may be asked for. A field that is zero allows nothing; the zero value as a whole, where no Ledger is made of it, leaves the
// bounds of package control.
type Limits struct {
	PacketsPerSecond float64 // of all carriers together, one direction
	Kbps             float64 // of datagrams and video together, one direction
	Packets          int     // measured ones, a carrier and order
}

// ErrGivenUp is that of serving a link whose order gave way to a newer one on another link of the same Ledger.
var ErrGivenUp = errors.New("a newer order on another link has taken the place of this link's")

// Ledger holds the links of one run to the limits of that run: what they ask for is added up, and so is what they return. An order that does not
// fit beside those of the run's other links ends the serving of those, with ErrGivenUp: whoever ordered has given them up, for example
// because a network that is gone keeps a link from being closed. It is safe for several goroutines.
type Ledger struct {
	limits  Limits
	bounded bool // else there are no limits

	mu       sync.Mutex // guards what follows, and what is in shares
	shares   []*share
	returned budget // by all links: each order has a budget of its own besides, which begins anew with the next one
}

// NewLedger makes the ledger of a run. A field of l that is zero allows nothing.
func NewLedger(l Limits) *Ledger {
	return &Ledger{limits: l, bounded: true, returned: budget{kbps: budgetShare * l.Kbps, least: runBurst}}
}

// ledgerOf is that of one link.
func ledgerOf(l Limits) *Ledger {
	if l == (Limits{}) {
		return &Ledger{}
	}
	return NewLedger(l)
}

// share is what the orders of one link have taken of a ledger.
type share struct {
	ledger *Ledger
	giveUp func() // ends the serving of the link; it does not wait
	rate   float64
	loss   float64 // kbit/s
	video  float64 // the same
}

// open enters a link.
func (l *Ledger) open(giveUp func()) *share {
	s := &share{ledger: l, giveUp: giveUp}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.shares = append(l.shares, s)
	return s
}

// close takes a link out.
func (s *share) close() {
	l := s.ledger
	l.mu.Lock()
	defer l.mu.Unlock()
	s.leave()
}

// leave takes a link out of a ledger that is locked.
func (s *share) leave() {
	if i := slices.Index(s.ledger.shares, s); i >= 0 {
		s.ledger.shares = slices.Delete(s.ledger.shares, i, i+1)
	}
}

// take tells whether a payload may be returned as far as the ledger goes.
func (s *share) take(bytes int, now time.Time) bool {
	l := s.ledger
	if !l.bounded {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.returned.take(bytes, now)
}

// begin takes the load of an order for packets, in place of what the one before had taken. It says in words what is too much.
func (s *share) begin(o control.Order) string {
	carriers := float64(len(o.Carriers))
	rate, kbps := carriers*o.Rate, carriers*o.Rate*float64(o.Size)*8/1000
	l := s.ledger
	l.mu.Lock()
	defer l.mu.Unlock()
	s.rate, s.loss = 0, 0
	switch {
	case !s.in():
		return givenUp
	case l.above(rate, l.limits.PacketsPerSecond):
		return fmt.Sprintf("the test asks for %.0f packets a second and this end returns at most %.0f: lower the rate", rate, l.limits.PacketsPerSecond)
	case l.above(kbps+s.video, l.limits.Kbps):
		return tooManyBits(kbps+s.video, l.limits.Kbps) + "lower the rate or the size"
	case l.bounded && o.Packets > l.limits.Packets:
		return fmt.Sprintf("the test asks for %d packets a carrier and this end returns at most %d: make it shorter or lower the rate", o.Packets, l.limits.Packets)
	}
	s.rate, s.loss = rate, kbps
	s.makeRoom()
	return ""
}

// beginVideo does the same for the order of a video.
func (s *share) beginVideo(v control.Video) string {
	l := s.ledger
	l.mu.Lock()
	defer l.mu.Unlock()
	s.video = 0
	if !s.in() {
		return givenUp
	}
	if l.above(v.MaxKbps+s.loss, l.limits.Kbps) {
		return tooManyBits(v.MaxKbps+s.loss, l.limits.Kbps) + "lower the bitrate of the video"
	}
	s.video = v.MaxKbps
	s.makeRoom()
	return ""
}

const givenUp = "another link of the same test has taken this one's place"

// in tells whether the link has not been given up. The ledger is locked.
func (s *share) in() bool { return slices.Contains(s.ledger.shares, s) }

// makeRoom gives up what other links have taken if all of it together is too much. The ledger is locked.
func (s *share) makeRoom() {
	l := s.ledger
	var rate, kbps float64
	for _, o := range l.shares {
		rate, kbps = rate+o.rate, kbps+o.loss+o.video
	}
	if !l.above(rate, l.limits.PacketsPerSecond) && !l.above(kbps, l.limits.Kbps) {
		return
	}
	for _, o := range slices.Clone(l.shares) {
		if o != s && o.rate+o.loss+o.video > 0 {
			o.leave()
			o.giveUp()
		}
	}
}

func (s *share) ended() {
	s.ledger.mu.Lock()
	defer s.ledger.mu.Unlock()
	s.rate, s.loss = 0, 0
}

func (s *share) videoEnded() {
	s.ledger.mu.Lock()
	defer s.ledger.mu.Unlock()
	s.video = 0
}

// above forgives what rounding may add.
func (l *Ledger) above(asked, limit float64) bool { return l.bounded && asked > limit*1.001 }

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
	runBurst    = 64 << 10        // bytes, at low rates: of all carriers and links of a run
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
