package dial

import (
	"context"
	"net"
	"net/netip"
	"strconv"

	"echopath/netcheck"
)

// alpnTURN is offered, since some firewalls let TURN pass by it; servers without ALPN are as good (RFC 7443, section 3).
const alpnTURN = "stun.turn"

// To says where a stream goes and how the other side proves itself.
type To struct {
	Host  string         // name or literal address, without brackets; a name is sent as SNI
	Port  int            // TCP
	Addr  netip.AddrPort // what Host was resolved to; may be zero if Host is literal or a proxy is set for it
	TLS   bool
	Trust netcheck.Trust // a pin decides alone, whatever name and dates the certificate has
	ALPN  []string       // protocols offered in TLS (RFC 7301); nil = none
}

// hostPort is the other side as the user knows it.
func (t To) hostPort() string { return net.JoinHostPort(t.Host, strconv.Itoa(t.Port)) }

// Open opens a stream to a host of a session, that is to another computer with this program: like Stream, with the same steps,
// limits, evidence and errors, in words for a host. Its name in them is host:port.
func (d *Dialer) Open(ctx context.Context, to To, trace func(netcheck.StepDone)) (net.Conn, Evidence, error) {
	if a, err := netip.ParseAddr(to.Host); err == nil && !to.Addr.IsValid() {
		to.Addr = netip.AddrPortFrom(a.Unmap(), uint16(to.Port)) //nolint:gosec // a port
	}
	return d.run(ctx, &way{dialer: d, to: to, label: to.hostPort(), about: aboutHost, trace: trace})
}

// streamTo is what Stream opens for a STUN or TURN server.
func streamTo(srv netcheck.ICEServer, addr netip.AddrPort) To {
	return To{
		Host: srv.URL.Host, Port: srv.URL.Port, Addr: addr, TLS: srv.URL.Scheme == netcheck.SchemeTURNS,
		Trust: srv.Trust, ALPN: []string{alpnTURN},
	}
}
