package rtc

import (
	"context"
	"log/slog"
	"net/netip"

	"github.com/pion/transport/v5"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// Signals carries what the two ends of one leg tell each other before there is a link; a *signaling.LegConn is one. It keeps the
// order and loses nothing.
type Signals interface {
	Send(ctx context.Context, s signaling.Signal) error
	Receive(ctx context.Context) (signaling.Signal, error)
	Close() error
}

// Acceptor makes the far end of legs that another computer asks for. The zero value uses the system's network, every address of it
// and no server.
type Acceptor struct {
	Net     transport.Net
	Address netip.Addr // that sockets are bound to; zero leaves it to the system
	// Public replaces Address in candidates: a 1:1 NAT shows it to the world. Zero if there is none.
	Public           netip.Addr
	PortMin, PortMax uint16                // of its sockets; 0: any
	Servers          []netcheck.ICEServer  // STUN servers of this end, asked for its reflexive candidates
	NamedServers     bool                  // the asking end's STUN servers may be asked as well
	Allowed          func(netip.Addr) bool // where ICE checks may be sent; nil: everywhere but where no host of a network is
	// Explain is asked when no packets passed and Allowed let no address of the other end through: the failure that the other end is told
	// of. Nil, or a nil failure: one in general words.
	Explain func() *netcheck.Failure
	Opened  func(netip.AddrPort) // a socket of this end: the address that its candidates have
	Closed  func(netip.AddrPort)
	Logger  *slog.Logger

	ice iceTimes // zero means remoteICETimes; tests shorten them
}
