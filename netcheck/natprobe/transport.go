package natprobe

import "echopath/netcheck"

// Transport is how a client reaches a STUN or TURN server (RFC 8489, section 6.2, and RFC 8656, section 3.1).
type Transport string

// The transports.
const (
	TransportUDP  Transport = "udp"
	TransportTCP  Transport = "tcp"
	TransportTLS  Transport = "tls"  // over TCP
	TransportDTLS Transport = "dtls" // over UDP (RFC 7350)
)

// AllTransports lists them from the one that suits calls best to the one that passes most firewalls.
func AllTransports() []Transport {
	return []Transport{TransportUDP, TransportDTLS, TransportTCP, TransportTLS}
}

// transportOf is the transport that a path takes to its server.
func transportOf(p netcheck.Path) Transport {
	switch p {
	case netcheck.PathRelayTCP:
		return TransportTCP
	case netcheck.PathRelayTLS:
		return TransportTLS
	}
	return TransportUDP
}

func (t Transport) known() bool {
	switch t {
	case TransportUDP, TransportTCP, TransportTLS, TransportDTLS:
		return true
	}
	return false
}

// stream tells of transports that carry messages one after another, and lose none.
func (t Transport) stream() bool { return t == TransportTCP || t == TransportTLS }

// protocol is what a firewall lets through or not.
func (t Transport) protocol() string {
	if t.stream() {
		return "TCP"
	}
	return "UDP"
}

// word is how sentences name the transport.
func (t Transport) word() string {
	switch t {
	case TransportTCP:
		return "TCP"
	case TransportTLS:
		return "TLS"
	case TransportDTLS:
		return "DTLS"
	}
	return "UDP"
}

// address is a server's URL for the transport at a port.
func (t Transport) address(u netcheck.ServerURL, port int) netcheck.ServerURL {
	u.Scheme, u.Transport, u.Port = netcheck.SchemeTURN, "udp", port
	if t.stream() {
		u.Transport = "tcp"
	}
	if t == TransportTLS || t == TransportDTLS {
		u.Scheme = netcheck.SchemeTURNS
	}
	return u
}
