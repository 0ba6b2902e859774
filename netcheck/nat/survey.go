package nat

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/pion/stun/v3"

	"echopath/netcheck"
)

// portSockets is how many sockets the port tests look at.
const portSockets = 5

// survey asks all questions of a discovery: several servers, and several tests, at the same time on different sockets.
type survey struct {
	*ground
	mapping *socket // asked by all servers and addresses

	mu    sync.Mutex // guards what follows
	seen  observed
	tests []timed
	prime netip.AddrPort // the server that answered first; the port tests ask it

	primeKnown chan struct{} // closed when there is a prime
	askedAll   chan struct{} // closed when all servers have given their first answer, or none
}

type timed struct {
	at   time.Time
	test netcheck.NATTest
}

func newSurvey(g *ground, mapping *socket) *survey {
	s := &survey{ground: g, mapping: mapping, primeKnown: make(chan struct{}), askedAll: make(chan struct{})}
	s.seen = observed{family: g.family, local: mapping.local, own: g.own}
	for _, server := range g.servers {
		seen := &serverSeen{server: server}
		if server.AltPort != 0 {
			seen.alt = netip.AddrPortFrom(server.Addr.Addr(), server.AltPort)
		}
		s.seen.servers = append(s.seen.servers, seen)
	}
	return s
}

// run asks everything, and returns when all has ended.
func (s *survey) run(ctx context.Context) {
	var all, first sync.WaitGroup
	for _, server := range s.seen.servers { // first of all: routers send few ICMP errors a second, and those to other sockets are lost on us
		if wait := s.contact(ctx, server); wait != nil {
			all.Go(wait)
		}
	}
	for _, server := range s.seen.servers {
		first.Add(1)
		all.Go(func() { s.server(ctx, server, first.Done) })
	}
	all.Go(func() { first.Wait(); close(s.askedAll) })
	all.Go(func() { s.sockets(ctx) })
	all.Wait()
}

// ask asks questions from one socket, and keeps the evidence. A question that can not be made is one that was not asked.
func (s *survey) ask(ctx context.Context, from *socket, questions ...*question) []result {
	results := from.askAll(ctx, questions...)
	for i, q := range questions {
		s.keep(q, results[i])
	}
	return results
}

func (s *survey) keep(q *question, r result) {
	test := netcheck.NATTest{Name: q.name, Server: q.to.String(), Local: q.socket.local.String(), Code: r.code, Took: r.took}
	if r.from.IsValid() {
		test.From = r.from.String()
	}
	if r.mapped.IsValid() {
		test.Mapped = r.mapped.String()
	}
	s.note(q.begun, test)
}

func (s *survey) note(at time.Time, test netcheck.NATTest) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tests = append(s.tests, timed{at, test})
}

// evidence lists the tests in order of time.
func (s *survey) evidence() []netcheck.NATTest {
	slices.SortStableFunc(s.tests, func(a, b timed) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.test.Name, b.test.Name)) })
	out := make([]netcheck.NATTest, len(s.tests))
	for i, t := range s.tests {
		out[i] = t.test
	}
	return out
}

// answeredFirst remembers the first server that answers.
func (s *survey) answeredFirst(server netip.AddrPort) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.prime.IsValid() {
		s.prime = server
		close(s.primeKnown)
	}
}

// other notes where a socket beside those of the mapping and port tests was seen.
func (s *survey) other(local netip.AddrPort, r result) {
	if r.outcome != answered {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen.others = append(s.seen.others, sighting{local, r.mapped})
}

// server asks one server all that it can tell. What is written to seen belongs to this goroutine until run returns.
func (s *survey) server(ctx context.Context, seen *serverSeen, firstDone func()) {
	var beside sync.WaitGroup
	var told result // of the port that was told out of band
	if seen.alt.IsValid() {
		to := seen.alt
		beside.Go(func() { told = s.ask(ctx, s.mapping, ask("mapping_port", to, filler()))[0] })
	}
	seen.first = s.ask(ctx, s.mapping, ask("mapping_1", seen.server.Addr, filler()))[0]
	if seen.first.outcome == answered {
		s.answeredFirst(seen.server.Addr)
	}
	firstDone()
	if seen.first.outcome == answered {
		pad := s.capability(ctx, seen)
		switch {
		case seen.announced == announcedSecond:
			s.twoAddresses(ctx, seen, pad)
		case seen.alt.IsValid():
			s.filter(ctx, seen, byFiller, byPadding)
		}
	}
	beside.Wait()
	if seen.alt.IsValid() && seen.alt.Port() == seen.server.AltPort {
		seen.port = told
	}
}

// capability finds out whether the server has a second address, and by what padding it tells.
func (s *survey) capability(ctx context.Context, seen *serverSeen) padding {
	pad, other := byFiller, seen.first.other
	if !other.IsValid() {
		padded := s.ask(ctx, s.mapping, ask("other_address", seen.server.Addr, byPadding.attribute(usualPadding)))[0]
		pad, other = byPadding, padded.other
	}
	seen.announced = second(seen.server.Addr, other)
	if seen.announced == announcedSecond {
		seen.other = other
	}
	return pad
}

// twoAddresses asks the other three of a server's four places, and tests filtering meanwhile on a socket of its own.
func (s *survey) twoAddresses(ctx context.Context, seen *serverSeen, pad padding) {
	a1, p2 := seen.server.Addr.Addr(), seen.other.Port()
	known := seen.server.AltPort == p2 // and being asked
	seen.alt = netip.AddrPortFrom(a1, p2)
	var beside sync.WaitGroup
	beside.Go(func() {
		questions := []*question{
			ask("mapping_2", netip.AddrPortFrom(seen.other.Addr(), seen.server.Addr.Port()), filler()),
			ask("mapping_3", seen.other, filler()),
		}
		if !known {
			questions = append(questions, ask("mapping_port", seen.alt, filler()))
		}
		results := s.ask(ctx, s.mapping, questions...)
		seen.second, seen.third = results[0], results[1]
		if !known {
			seen.port = results[2]
		}
	})
	s.filter(ctx, seen, pad)
	beside.Wait()
}

// filter asks for answers from elsewhere, on a socket that has sent to this one address and port only.
func (s *survey) filter(ctx context.Context, seen *serverSeen, ways ...padding) {
	fresh, err := s.open(0)
	if err != nil {
		seen.filter.control = result{outcome: unsent, err: err}
		return
	}
	defer fresh.close()
	a1 := seen.server.Addr
	questions := []*question{ask("filtering_control", a1, filler())}
	for _, way := range ways {
		q := ask("filtering_port", a1, change(changePort), way.attribute(usualPadding))
		q.expects, q.excuses = seen.alt, func(from netip.AddrPort) bool { return from == a1 }
		questions = append(questions, q)
	}
	if seen.announced == announcedSecond {
		q := ask("filtering_address_and_port", a1, change(changeIP|changePort), ways[0].attribute(usualPadding))
		q.expects, q.excuses = seen.other, func(from netip.AddrPort) bool { return from.Addr() == a1.Addr() }
		questions = append(questions, q)
	}
	results := s.ask(ctx, fresh, questions...)
	seen.filter.control, seen.filter.port = results[0], results[1:1+len(ways)]
	if seen.announced == announcedSecond {
		seen.filter.both = results[len(results)-1]
	}
	s.other(fresh.local, results[0])
}

// contact asks from a connected socket, since those alone learn that the network refuses, and gives what waits for the answer.
func (s *survey) contact(ctx context.Context, seen *serverSeen) (wait func()) {
	from, err := s.connect(seen.server.Addr)
	if err != nil {
		seen.contact = result{outcome: unsent, err: err}
		return nil
	}
	q := ask("contact", seen.server.Addr, filler())
	from.start(q)
	return func() {
		defer from.close()
		seen.contact = q.await(ctx)
		s.keep(q, seen.contact)
		s.other(from.local, seen.contact)
	}
}

func filler() stun.Setter { return byFiller.attribute(usualPadding) }
