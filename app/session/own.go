package session

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"

	"echopath/netcheck"
	"echopath/turnserver"
)

// own is the embedded server of a session with the target "self".
type own struct {
	server  *turnserver.Server
	session *turnserver.Session
}

// startOwn starts the server on the loopback address of the plan's family and points the plan at it.
func startOwn(ctx context.Context, plan *netcheck.Plan, logger *slog.Logger) (*own, error) {
	addr := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	if plan.Family == netcheck.Family6 {
		addr = netip.IPv6Loopback()
	}
	server, err := turnserver.Start(ctx, turnserver.Config{Address: addr, Logger: logger})
	if err != nil {
		return nil, fmt.Errorf("the embedded STUN/TURN server could not start: %w", err)
	}
	session, err := server.NewSession()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the embedded STUN/TURN server: %w", err), server.Close())
	}
	o := &own{server: server, session: session}
	plan.Target.Kind = netcheck.TargetSelf
	plan.Target.Servers = nil
	for _, text := range server.URLs() {
		u, err := netcheck.ParseServerURL(text)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("the embedded server's address: %w", err), o.Close())
		}
		plan.Target.Servers = append(plan.Target.Servers, netcheck.ICEServer{
			URL: u, Fresh: o.credentials, Trust: netcheck.Trust{Pins: []netcheck.SPKIHash{server.SPKISHA256()}}})
	}
	return o, nil
}

func (o *own) credentials() (string, netcheck.Secret) {
	user, pass := o.session.Credentials()
	return user, netcheck.Secret(pass)
}

// Close ends the session's allocations and the server.
func (o *own) Close() error {
	return errors.Join(o.session.Close(), o.server.Close())
}

// ownConnector adds the embedded server's socket drops to a link's counters: packets that it could not read in time are lost
// on this computer, not in the network.
type ownConnector struct {
	netcheck.Connector
	drops func() (uint64, bool)
}

// Connect connects and wraps the link.
func (c ownConnector) Connect(ctx context.Context, leg netcheck.Leg, trace func(netcheck.Event)) (netcheck.Link, error) {
	l, err := c.Connector.Connect(ctx, leg, trace)
	if err != nil {
		return nil, err
	}
	return ownLink{l, c.drops}, nil
}

type ownLink struct {
	netcheck.Link
	drops func() (uint64, bool)
}

// Counters are those of the link, with the server's drops.
func (l ownLink) Counters() netcheck.PairCounters {
	k := l.Link.Counters()
	drops, known := l.drops()
	k.Drops += drops
	k.DropsKnown = k.DropsKnown && known
	return k
}
