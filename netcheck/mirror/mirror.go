// Package mirror shows the run of one end to the other: it packs events into messages and unpacks them.
//
// It owns the packing, the order and the bounds of that stream. It decides nothing about a run, and waits for nobody: an end
// that is too slow to take the stream gets less of it.
package mirror

import (
	"context"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// Sender packs the events of one run. Its Observe is a netcheck.Observer.
type Sender struct{}

// NewSender begins the stream of a run. send is called from one goroutine.
func NewSender(run string, send func(ctx context.Context, m signaling.Message) error) *Sender {
	return &Sender{}
}

// Observe takes an event. It is quick and never waits: rows of packets and pictures wait until no probe runs.
func (s *Sender) Observe(e netcheck.Event) {}

// Close sends what is left, within ctx, and waits. It is idempotent.
func (s *Sender) Close(ctx context.Context) error { return nil }

// Receiver unpacks one run's stream.
type Receiver struct{}

// NewReceiver hands each event to observe, from the goroutine that calls Take.
func NewReceiver(run string, observe netcheck.Observer) *Receiver { return &Receiver{} }

// Take unpacks a message. An error means that the stream can not be used any further; what came before stays valid.
func (r *Receiver) Take(m signaling.Mirror) error { return nil }

// Ended tells whether the last part has come.
func (r *Receiver) Ended() bool { return false }
