package host

import (
	"context"
	"sync"

	"echopath/netcheck/signaling"
)

// maxOutbox is how many messages wait for a guest beside those that its session queues: it is told little, so one that leaves so
// much unread is not there.
const maxOutbox = 128

// outbox holds what a guest is to be told. Putting something in never waits.
type outbox struct {
	wake chan struct{}

	mu       sync.Mutex // guards what follows
	messages []signaling.Message
	full     bool
}

func (o *outbox) init() { o.wake = make(chan struct{}, 1) }

// put adds a message. A place in the queue replaces the one told before.
func (o *outbox) put(m signaling.Message) {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := len(o.messages)
	switch {
	case n > 0 && queued(m) && queued(o.messages[n-1]):
		o.messages[n-1] = m
	case n >= maxOutbox:
		o.full = true
	default:
		o.messages = append(o.messages, m)
	}
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

func queued(m signaling.Message) bool {
	return m.Standing != nil && m.Standing.State == signaling.StandingQueued
}

// take waits for messages. It gives nil when ctx ends, and full when too many were put in meanwhile.
func (o *outbox) take(ctx context.Context) (messages []signaling.Message, full bool) {
	for {
		o.mu.Lock()
		messages, full = o.messages, o.full
		o.messages = nil
		o.mu.Unlock()
		if len(messages) > 0 || full {
			return messages, full
		}
		select {
		case <-o.wake:
		case <-ctx.Done():
			return nil, false
		}
	}
}
