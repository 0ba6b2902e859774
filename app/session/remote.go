package session

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// JoinOptions say how to reach the host of an invite.
type JoinOptions struct {
	Name      string // of this computer, for the host
	Version   string
	Interface string // name or address; "" leaves the choice to the system
	Logger    *slog.Logger
	// Trace sees the steps of reaching the host; Standing how this end stands with it. Both may be nil and are called from one goroutine at a time.
	Trace    func(netcheck.StepDone)
	Standing func(signaling.Standing)
	// Only forces a way of signalling; "" chooses.
	Only signaling.Way
}

// Remote is the session with a host that was joined. Several runs may use it, one after another.
type Remote struct{}

// Join comes to the host of an invite and waits until it lets this end in, or ctx ends. The error is a *netcheck.Failure, with a
// sentence and advice of its own for each thing that can be wrong: with the invite, the way to the host, and at the host.
func Join(ctx context.Context, invite netcheck.Secret, o JoinOptions) (*Remote, error) {
	return nil, errors.New("not built")
}

// Other tells about the host.
func (r *Remote) Other() netcheck.OtherEnd { return netcheck.OtherEnd{} }

// Observed is where the host sees this end's signalling come from.
func (r *Remote) Observed() netip.AddrPort { return netip.AddrPort{} }

// Done is closed when the session with the host is over; Err tells why then, as a *netcheck.Failure.
func (r *Remote) Done() <-chan struct{} { return nil }

// Err is why the session is over, or nil.
func (r *Remote) Err() error { return nil }

// Close leaves. It is idempotent and waits.
func (r *Remote) Close() error { return nil }
