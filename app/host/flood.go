package host

import (
	"context"
	"sync"
	"time"

	"echopath/netcheck/signaling"
)

// What a guest may send. A run needs some twenty messages a leg and five a second for its view; the rows at the end of a run come
// as fast as they may.
const (
	messagesPerSecond = 200
	messageBurst      = 1000
)

// How often a guest may begin. Each run and each leg is told to whoever hosts, and a run that a person begins takes seconds; a run of
// all paths takes five legs, and some more where paths are tried over several servers.
const (
	runsPerSecond = 0.5
	runBurst      = 20
	legsPerSecond = 2
	legBurst      = 50
)

// bucket is a token bucket that starts full. It is for one goroutine.
type bucket struct {
	perSecond, burst float64
	now              func() time.Time
	tokens           float64
	last             time.Time
}

func newBucket(now func() time.Time, perSecond, burst float64) *bucket {
	return &bucket{perSecond: perSecond, burst: burst, now: now}
}

func (b *bucket) take(n float64) bool {
	now := b.now()
	if b.last.IsZero() {
		b.tokens = b.burst
	} else if elapsed := now.Sub(b.last).Seconds(); elapsed > 0 {
		b.tokens = min(b.burst, b.tokens+elapsed*b.perSecond)
	}
	b.last = now
	if b.tokens < n {
		return false
	}
	b.tokens -= n
	return true
}

// counted is a guest's connection that is cut when more messages come over it than a run needs. Below it the session counts frames and bytes,
// whatever is in them.
type counted struct {
	*signaling.Guest
	rate  *bucket
	flood func()
	once  sync.Once
}

// Receive waits for the next message.
func (c *counted) Receive(ctx context.Context) (signaling.Message, error) {
	m, err := c.Guest.Receive(ctx)
	if err != nil || c.rate.take(1) {
		return m, err
	}
	c.once.Do(c.flood)
	select { // nothing more is read: who floods is told so, and its session ends
	case <-c.Done():
	case <-ctx.Done():
	}
	return signaling.Message{}, &signaling.Gone{Code: signaling.CodeFlood, Text: "The guest has sent too many messages and was removed."}
}
