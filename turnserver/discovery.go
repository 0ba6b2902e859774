package turnserver

import (
	"net/netip"

	"github.com/pion/stun/v3"
)

// Answers that are longer than their request, and answers to another port than the one that asked: what coturn's clients and the test of a
// binding's lifetime need, which take a handful. Who asks for more pads its requests.
const (
	shortPerSec = 10
	shortBurst  = 40
)

// discovery answers the questions of RFC 5780: how a NAT maps and filters, how long it remembers, what fits through the path.
type discovery struct {
	srv *Server
	// spots are the sockets by address and port: [0][0] is the one that serves TURN too. Nil where there is none.
	spots [2][2]*spot
	// short limits what is answered with more than was asked with, and to other ports.
	short *limiter
}

func newDiscovery(s *Server) *discovery {
	return &discovery{srv: s, short: newLimiter(shortPerSec, shortBurst)}
}

// open sets up the sockets, which are all open by now.
func (d *discovery) open() {
	d.spots[0][0] = newSpot(d, d.srv.udp.UDPConn, 0, 0)
	d.srv.udp.spot = d.spots[0][0]
	for i, a := range d.srv.alts() { // first address and second port, then both ports of the second address
		address, port := (i+1)/2, (i+1)%2
		a.spot = newSpot(d, a.UDPConn, address, port)
		d.spots[address][port] = a.spot
	}
}

// twoAddresses tells whether there is a second address to answer from.
func (d *discovery) twoAddresses() bool { return d.spots[1][1] != nil }

// outgoing is an answer and how it leaves.
type outgoing struct {
	sender *spot
	to     netip.AddrPort
	p      []byte
	padded bool
}

// respond makes the answer to a packet that arrived at a socket, if that is a question of RFC 5780; an empty one if the source asks too much.
// What it leaves (false) is answered as without it: on a server with one address a plain Binding request, on any one that is signed.
func (d *discovery) respond(at *spot, from netip.AddrPort, p, oob []byte) (outgoing, bool) {
	if class, method := classify(p); class != classRequest || method != methodBinding {
		return outgoing{}, false
	}
	q, ok := parseQuestion(p)
	if !ok || !q.asks && (q.signed || !d.twoAddresses()) {
		return outgoing{}, false
	}
	switch {
	case !d.srv.limiter.allow(from.Addr(), d.srv.cfg.Now()):
		d.srv.stats.rateLimited.Add(1)
		return outgoing{}, true
	case !q.asks:
		return d.plain(at, from, p, &q), true
	}
	return d.asked(at, from, p, &q, oob), true
}

// plain answers a request that any STUN server understands, and tells a client of the other address, as long as that is within the limit.
func (d *discovery) plain(at *spot, from netip.AddrPort, p []byte, q *question) outgoing {
	if at == d.spots[0][0] {
		d.srv.sighted(from) // as without discovery, see peers.go
	}
	if d.size(at, from, q) <= q.size || d.allowShort(from) {
		return outgoing{at, from, d.answer(at, at, from, p, q, nil), false}
	}
	return outgoing{at, from, plainAnswer(p, from), false}
}

// asked answers a request that has something of RFC 5780 in it.
func (d *discovery) asked(at *spot, from netip.AddrPort, p []byte, q *question, oob []byte) outgoing {
	sender, code := d.sender(at, q)
	if code == 0 && (q.toOtherPort || d.size(at, from, q) > q.size) && !d.allowShort(from) {
		code = stun.CodeServerError // says that it is not the network that keeps the answer
	}
	if code != 0 {
		d.srv.stats.natRefused.Add(1)
		return outgoing{at, from, refusal(p, q, code), false}
	}
	d.srv.stats.natAnswered.Add(1)
	to := from
	if q.toOtherPort {
		to = netip.AddrPortFrom(from.Addr(), q.responsePort)
	}
	return outgoing{sender, to, d.answer(at, sender, from, p, q, oob), q.padded}
}

func (d *discovery) allowShort(from netip.AddrPort) bool {
	return d.short.allow(from.Addr(), d.srv.cfg.Now())
}

// sender is the socket that the answer leaves from (RFC 5780, section 6.1), or else the code of the error that says why there is none. A
// change of address is never answered from the same one: the client would take a filter for none.
func (d *discovery) sender(at *spot, q *question) (*spot, stun.ErrorCode) {
	if code := q.refusal(); code != 0 {
		return nil, code
	}
	address, port := at.address, at.port
	if q.changeIP {
		address = 1 - address
	}
	if q.changePort {
		port = 1 - port
	}
	sender := d.spots[address][port]
	if sender == nil {
		q.unknown = append(q.unknown, attrChangeRequest) // as to a server that does not know it (RFC 5780, section 6.1)
		return nil, stun.CodeUnknownAttribute
	}
	return sender, 0
}
