package nat

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"echopath/netcheck"
)

// Bounds of the search, in bytes of an IP packet.
const (
	leastMTU = 548
	mostMTU  = 1500
	mtuGrain = 8    // the search ends when no more than this is open
	goodMTU  = 1280 // what each link of IPv6 carries (RFC 8200, section 5), and the packets of calls stay below
)

// firstSizes are where MTUs usually lie: of tunnels, PPPoE and Ethernet.
var firstSizes = []int{leastMTU, 1200, 1280, 1360, 1400, 1440, 1480, 1492, mostMTU}

// mtuWaits are short: what is lost for its size is lost three times.
var mtuWaits = []time.Duration{200 * time.Millisecond, 300 * time.Millisecond, 500 * time.Millisecond}

// MTU finds the largest UDP packet that passes to a server without being split, between 548 and 1500 bytes of IP. The finding is of the way
// to the server: requests may not be split and have small answers. Whether the way back carries as much is told where a server
// answers with padding (RFC 5780, section 7.6); such answers may be split on their way. It takes about 2.5 s if packets get lost.
func (p *Prober) MTU(ctx context.Context, c Config) netcheck.NetResult {
	return p.probe(netcheck.ProbeMTU, c, func(g *ground, r *netcheck.NetResult) *netcheck.Failure { return g.mtu(ctx, r) })
}

func (g *ground) mtu(ctx context.Context, r *netcheck.NetResult) *netcheck.Failure {
	server, contact, ends := g.quickest(ctx)
	if f := g.none(ctx, ends); f != nil {
		return f
	}
	server.about(r)
	from, err := g.open(0)
	if err != nil {
		return noSocket(err)
	}
	defer from.close()
	if err := g.dontFragment(from); err != nil {
		return &netcheck.Failure{Code: netcheck.ReasonLocal, Text: "This system does not let programs forbid the splitting of packets, so the largest packet can not be found.", Err: err}
	}
	if contact.sendings == 1 {
		r.Facts.RTT = contact.took
	}
	r.Local = from.local.String()
	s := sizes{from: from, server: server, rtt: contact.took, most: mtuOf(server.Addr.Addr(), usualPadding)}
	s.search(ctx)
	if ctx.Err() != nil && s.lost == 0 && s.most < mostMTU {
		return stopped(ctx)
	}
	s.conclude(r)
	return nil
}

// mtuOf is the IP packet of a request with so many bytes of padding.
func mtuOf(to netip.Addr, padding int) int {
	return ipOverhead(to) + headerSize + attrHeader + padding + attrHeader + 4 // and FINGERPRINT
}

// ipOverhead is what IP and UDP put before a message, in bytes.
func ipOverhead(a netip.Addr) int {
	if a.Is4() {
		return 20 + 8
	}
	return 40 + 8
}

// sizes is a search for the largest packet.
type sizes struct {
	from   *socket
	server Server
	rtt    time.Duration
	most   int  // the largest that was answered
	lost   int  // the smallest above it that was not; 0: none
	local  bool // this computer itself refused to send that
	back   string
}

// search tries several sizes at once, and then those between the largest that passed and the smallest that did not.
func (s *sizes) search(ctx context.Context) {
	s.try(ctx, firstSizes)
	var beside sync.WaitGroup
	size := s.most
	beside.Go(func() { s.back = s.wayBack(ctx, size) })
	defer beside.Wait()
	for s.lost-s.most > mtuGrain && ctx.Err() == nil {
		step := max(mtuGrain, (s.lost-s.most)/len(firstSizes)/mtuGrain*mtuGrain)
		var list []int
		for size := s.most + step; size < s.lost; size += step {
			list = append(list, size)
		}
		open := s.lost - s.most
		s.try(ctx, list)
		if s.lost-s.most == open { // nothing was learned: it would go on like that
			return
		}
	}
}

// try asks with packets of several sizes. One that passed counts for all smaller ones: those may have been lost by chance.
func (s *sizes) try(ctx context.Context, list []int) {
	questions := make([]*question, len(list))
	for i, size := range list {
		padding := size - mtuOf(s.server.Addr.Addr(), 0)
		q := ask("mtu", s.server.Addr, byFiller.attribute(padding))
		q.waits = s.waits()
		questions[i] = q
	}
	ends := s.from.askAll(ctx, questions...)
	for i, end := range ends {
		if end.came() && list[i] > s.most {
			s.most = list[i]
		}
	}
	if s.lost <= s.most {
		s.lost = 0
	}
	for i, end := range ends {
		gone := end.outcome == silent || end.outcome == unsent && tooLong(end.err)
		if gone && list[i] > s.most && (s.lost == 0 || list[i] < s.lost) {
			s.lost, s.local = list[i], end.outcome == unsent
		}
	}
}

// waits are long enough for the way.
func (s *sizes) waits() []time.Duration {
	out := make([]time.Duration, len(mtuWaits))
	for i, w := range mtuWaits {
		out[i] = max(w, min(2*s.rtt, time.Second))
	}
	return out
}

func (s *sizes) conclude(r *netcheck.NetResult) {
	r.Facts.MTU, r.Facts.MTULost = s.most, s.lost
	place := s.server.Addr.String()
	switch {
	case s.lost == 0 && s.most < mostMTU:
		r.State, r.Code = netcheck.NetNotTested, netcheck.ReasonCancelled
		r.Text = fmt.Sprintf("Packets of up to %d bytes arrive at %s; larger ones could not be tested.", s.most, place)
		return
	case s.lost == 0:
		r.State, r.Text = netcheck.NetOK, fmt.Sprintf("Packets of %d bytes arrive whole at %s.", s.most, place)
	case s.local:
		r.State, r.Text = netcheck.NetOK, fmt.Sprintf("Packets of up to %d bytes arrive whole at %s; this computer's own interface or VPN takes no larger ones (%d bytes were refused).", s.most, place, s.lost)
	default:
		r.State, r.Text = netcheck.NetOK, fmt.Sprintf("Packets of up to %d bytes arrive whole at %s; those of %d bytes are lost on the way there.", s.most, place, s.lost)
	}
	r.Text = sentences(r.Text, s.back)
	if s.most < goodMTU {
		r.State = netcheck.NetDegraded
		r.Advice = fmt.Sprintf("Ask for packets of %d bytes to be let through to %s; a VPN or tunnel on the way may need a larger MTU, or lower this computer's MTU to %d.", goodMTU, s.server.Addr.Addr(), s.most)
	}
}

// wayBack asks for an answer as long as a request that has passed. What it shows is less: answers may be split.
func (s *sizes) wayBack(ctx context.Context, size int) string {
	q := ask("mtu_back", s.server.Addr, byPadding.attribute(size-mtuOf(s.server.Addr.Addr(), 0)))
	q.waits = s.waits()
	end := s.from.askAll(ctx, q)[0]
	const nothing = "Of the way back nothing is known."
	if !end.letIn() || end.size < len(q.request.Raw) {
		return nothing
	}
	return fmt.Sprintf("On the way back an answer of %d bytes arrived, in one piece or in several.", end.size+ipOverhead(s.server.Addr.Addr()))
}

var errNoSocket = errors.New("this is no socket of the system")

func (g *ground) dontFragment(s *socket) error {
	if g.prober.DontFragment != nil {
		return g.prober.DontFragment(s.conn)
	}
	return control(s.conn, func(fd uintptr) error { return dontFragment(fd, s.local.Addr().Is6()) })
}
