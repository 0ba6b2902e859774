package nat

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"echopath/netcheck"
)

// sockets opens some on neighbouring ports, asks the first server that answers where it sees them, and sends between two of them by way
// of their outside addresses.
func (s *survey) sockets(ctx context.Context) {
	select {
	case <-s.primeKnown:
	case <-s.askedAll: // nobody answered, unless both are true
		select {
		case <-s.primeKnown:
		default:
			return
		}
	}
	var open []*socket
	var questions []*question
	for i := range portSockets {
		var wish uint16
		if i > 0 {
			wish = open[i-1].local.Port() + 1 // odd and even ones; 0 behind the last is no wish
		}
		from, err := s.open(wish)
		if err != nil {
			break
		}
		defer from.close()
		open = append(open, from)
		questions = append(questions, ask(fmt.Sprintf("port_%d", i+1), s.prime, filler()))
	}
	results := s.askEach(ctx, open, questions)
	s.seen.tried = len(open)
	for i, r := range results {
		if r.outcome == answered {
			s.seen.ports = append(s.seen.ports, sighting{open[i].local, r.mapped})
		}
	}
	if len(open) >= 2 && results[0].outcome == answered && results[1].outcome == answered {
		s.hairpin(ctx, open[0], open[1], results[0].mapped, results[1].mapped)
	}
}

// askEach asks one question from each socket: they leave in order, and are waited for together.
func (s *survey) askEach(ctx context.Context, from []*socket, questions []*question) []result {
	for i, q := range questions {
		from[i].start(q)
	}
	results := awaitAll(ctx, questions)
	for i, q := range questions {
		s.keep(q, results[i])
	}
	return results
}

// hairpin sends from each of two sockets to the outside address of the other (RFC 4787, section 6). Both send, so that a NAT that lets in
// only what was sent to has no reason to keep either out.
func (s *survey) hairpin(ctx context.Context, one, two *socket, outsideOne, outsideTwo netip.AddrPort) {
	if !s.mayVisit(outsideOne.Addr()) || !s.mayVisit(outsideTwo.Addr()) {
		return
	}
	there, back := ask("hairpin", outsideTwo), ask("hairpin", outsideOne)
	atTwo, atOne := two.expect(there.request.TransactionID), one.expect(back.request.TransactionID)
	one.start(there)
	two.start(back)
	defer there.forget()
	defer back.forget()
	arrival, waited := awaitVisit(ctx, atTwo, atOne, func() { there.send(); back.send() })
	test := netcheck.NATTest{Name: "hairpin", Server: outsideTwo.String(), Local: one.local.String(), Took: time.Since(there.begun)}
	seen := hairpinSeen{tested: waited && there.unsent < there.sendings, came: arrival.IsValid()}
	if arrival.IsValid() {
		test.From = arrival.String()
		seen.internal = arrival == one.local || arrival == two.local
	}
	s.note(there.begun, test)
	s.seen.hairpin = seen
}

// awaitVisit waits for a request on either channel, and has it sent again meanwhile. waited is false if ctx ended before silence was sure.
func awaitVisit(ctx context.Context, a, b <-chan netip.AddrPort, again func()) (from netip.AddrPort, waited bool) {
	for i, wait := range waits {
		if i > 0 {
			again()
		}
		from, came := awaitOne(ctx, wait, a, b)
		if came || ctx.Err() != nil {
			return from, came
		}
	}
	return netip.AddrPort{}, true
}

// mayVisit tells whether packets may be sent to what a server says is an outside address of this computer. To its own addresses they would
// not leave it; and a server on the Internet must not direct them into this network.
func (s *survey) mayVisit(outside netip.Addr) bool {
	if slices.Contains(s.own, outside.WithZone("")) || outside.IsLoopback() || outside.IsLinkLocalUnicast() {
		return false
	}
	return !outside.IsPrivate() || private(s.prime.Addr())
}
