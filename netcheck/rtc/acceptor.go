package rtc

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"net/netip"

	"github.com/pion/transport/v5"
	"github.com/pion/transport/v5/stdnet"

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
	PortMin, PortMax uint16               // of its sockets; 0: any
	Servers          []netcheck.ICEServer // STUN servers of this end, asked for its reflexive candidates
	// STUNAddresses gives where servers of an IP version answer over UDP, as far as that is known now; it must not wait. If it is set, no
	// name of Servers is looked up.
	STUNAddresses func(netcheck.Family) []netip.AddrPort
	NamedServers  bool // the asking end's STUN servers may be asked as well
	// Allowed tells where ICE checks may be sent, and from where they are answered; nil: everywhere but where no host of a network is. It
	// may change its mind, and is asked by goroutines of pion's: it must not wait for a link.
	Allowed func(netip.Addr) bool
	// AllowedPort is Allowed for an address with its port, where not every port of it is allowed; both must allow a candidate. Nil: every
	// port. It is asked for each check that comes in as well, and must not wait.
	AllowedPort func(netip.AddrPort) bool
	// Explain is asked when no packets passed and Allowed let no address of the other end through: the failure that the other end is told
	// of. Nil, or a nil failure: one in general words.
	Explain func() *netcheck.Failure
	// Opened tells of a socket of this end, by the address that its candidates have: its own, Public, or the one that one of Servers saw.
	// What the asking end's servers saw is not told: they may say what they like.
	Opened func(netip.AddrPort)
	Closed func(netip.AddrPort)
	// MaxRate and MaxSize are packets a second and bytes a packet for which a leg may reserve memory, whatever the order asks for. 0: 2000
	// a second, and netcheck.MaxSize.
	MaxRate float64
	MaxSize int
	Logger  *slog.Logger

	ice iceTimes // zero means remoteICETimes; tests shorten them
}

// endpoint is where this end of a leg is and what it offers.
func (a *Acceptor) endpoint(ctx context.Context, order signaling.Leg) (endpoint, error) {
	e := endpoint{name: ends[1], net: a.Net, ports: portRange(a.PortMin, a.PortMax)}
	if e.net == nil {
		n, err := stdnet.NewNet()
		if err != nil {
			return e, localError("The network interfaces of the other computer can not be listed.", err)
		}
		e.net = n
	}
	if a.Address.IsValid() {
		own := a.Address.Unmap()
		if !isFamily(own, order.Family) {
			return e, &netcheck.Failure{Code: netcheck.ReasonNoFamily,
				Text:   fmt.Sprintf("The other computer takes part at an address of another IP version than %s.", order.Family),
				Advice: "Choose the other IP version."}
		}
		e.at = place{addr: own, iface: interfaceOf(e.net, own)}
	}
	if p := a.Public.Unmap(); p.IsValid() && isFamily(p, order.Family) && p != e.at.addr {
		e.public = p
	}
	if order.Path != netcheck.PathDirect && !e.public.IsValid() {
		e.servers, e.foreign = a.stunServers(ctx, order)
	}
	e.role = farRole(order.Path, len(e.servers) > 0)
	if a.Opened != nil || a.Closed != nil {
		e.ledger = newLedger(a.Opened, a.Closed)
	}
	return e, nil
}

// portRange is from low to high, both included, and to the last port if only low is given; zeros are any.
func portRange(low, high uint16) [2]uint16 {
	if high == 0 && low != 0 {
		high = math.MaxUint16
	}
	return [2]uint16{low, high}
}
