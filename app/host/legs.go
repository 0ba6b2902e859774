package host

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"time"

	"echopath/app/hosting"
	"echopath/internal/pace"
	"echopath/netcheck"
	"echopath/netcheck/echo"
	"echopath/netcheck/rtc"
	"echopath/netcheck/signaling"
	"echopath/netcheck/video"
	"echopath/netcheck/video/capture"
)

const (
	legsAtOnce = 2               // of one guest: one that is measured, and the one before or after it
	legWait    = 3 * time.Second // for a place
	tellWait   = 2 * time.Second // to refuse
)

// leg is one leg of a guest's run that is being made or served.
type leg struct {
	path netcheck.Path
	link netcheck.Link // nil until it is up
	sum  traffic       // as of the last look

	refusals refusals  // of addresses to send to
	heard    time.Time // when packets were last seen to have come
}

// takeOrders takes the guest's orders for legs until its session ends.
func (g *guest) takeOrders() {
	for {
		order, conn, err := g.mux.NextLeg(g.ctx)
		if err != nil {
			return
		}
		q, why := g.h.place(g)
		if q == nil {
			g.refuse(conn, why)
			continue
		}
		if !g.orders.take(1) {
			g.refuse(conn, &netcheck.Failure{Code: netcheck.ReasonFarRefused, Text: "This computer has asked the host for too many connections in a short time.",
				Advice: "Wait half a minute and run the test again."})
			continue
		}
		if !g.slot(q.ctx) {
			g.refuse(conn, &netcheck.Failure{Code: netcheck.ReasonFarRefused, Text: "The host still has two connections of this computer open.",
				Advice: "Run the test again; paths run one after another."})
			continue
		}
		l := &leg{path: order.Path, refusals: refusals{guest: g, path: order.Path}}
		g.h.legBegins(g, l)
		g.tasks.Go(func() {
			defer func() { <-g.slots }()
			g.serve(q, l, order, conn)
		})
	}
}

// slot waits a little for a place for a leg: the one before may be about to close.
func (g *guest) slot(ctx context.Context) bool {
	wait := time.NewTimer(legWait)
	defer wait.Stop()
	select {
	case g.slots <- struct{}{}:
		return true
	case <-wait.C:
	case <-ctx.Done():
	}
	return false
}

// place gives the guest's run if it may order legs.
func (h *Host) place(g *guest) (*run, *netcheck.Failure) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.closing:
		return nil, &netcheck.Failure{Code: netcheck.ReasonHostGone, Text: "The host is about to stop."}
	case g.run == nil || !g.run.ticket.admitted:
		return nil, &netcheck.Failure{Code: netcheck.ReasonFarRefused, Text: "The host has no place for this run at the moment.",
			Advice: "Run the test again: the host puts it into its queue and tells when it may begin."}
	}
	return g.run, nil
}

func (g *guest) refuse(c *signaling.LegConn, f *netcheck.Failure) {
	ctx, cancel := context.WithTimeout(g.ctx, tellWait)
	defer cancel()
	_ = c.Send(ctx, signaling.Signal{Failure: &signaling.Failure{Code: f.Code, Text: f.Text, Advice: f.Advice}}) // else the guest's own time runs out
	_ = c.Close()
}

// serve makes this end of a leg and answers on it until it closes or the run ends.
func (g *guest) serve(q *run, l *leg, order signaling.Leg, conn *signaling.LegConn) {
	defer func() { _ = conn.Close() }() // the link has closed it; without a link nobody has
	link, err := g.acceptor(q, l, order).Accept(q.ctx, held(order, q.Run), conn)
	if err != nil {
		f := netcheck.AsFailure(err, netcheck.ReasonLinkLost)
		g.h.legEnds(g, l, hosting.Event{Kind: hosting.EventLegFailed, RunID: q.ID, Path: l.path, Code: string(f.Code), Text: f.Text})
		return
	}
	g.h.legUp(g, q, l, link)
	served := g.responder(q, l.path).Serve(q.ctx, link)
	closed := hosting.Event{Kind: hosting.EventLegClosed, RunID: q.ID, Path: l.path}
	g.h.count(l, link)
	closed.Code, closed.Text = g.h.brokenBy(q, l, served)
	_ = link.Close() // what it was for is over, and it waits for its goroutines however it ends
	g.h.legEnds(g, l, closed)
}

// responder answers on a leg, within what the run asked for on all its legs together.
func (g *guest) responder(q *run, p netcheck.Path) echo.Responder {
	h := g.h
	call := &video.Answer{
		Path: p, Clock: pace.Clock{}, Limits: video.AnswerLimits{MaxKbps: q.Kbps, MaxDuration: q.Duration, Strict: true},
		Open: func(ctx context.Context, width, height, fps int) (video.Source, netcheck.SourceKind, error) {
			from := h.cfg.Pictures
			from.Kind = cmp.Or(from.Kind, netcheck.SourceSynthetic)
			s, err := capture.Open(ctx, from, width, height, fps)
			return s, from.Kind, err
		},
		Failed: func(err error) { h.cfg.Logger.Warn("the pictures of a call", "guest", g.id, "error", err) },
	}
	if h.cfg.Screens != nil {
		call.Screen = h.cfg.Screens(g.id)
	}
	return echo.Responder{Ledger: q.ledger, Call: call.Take}
}

// leastRate is in packets a second. A link is made for some, whether or not any are sent over it.
const leastRate = 1

// rateOf is for how many packets a second a leg may reserve memory: as many of its size as its run may send.
func rateOf(order signaling.Leg, r signaling.Run) float64 {
	rate := r.PacketsPerSecond
	if order.Size > 0 {
		rate = min(rate, r.Kbps*1000/8/float64(order.Size))
	}
	return max(rate, leastRate)
}

// held is an order for a leg within what its run may ask for. What is left of a video that it may not have is no order.
func held(order signaling.Leg, r signaling.Run) signaling.Leg {
	if v := order.Video; v != nil && v.MaxKbps > r.Kbps {
		order.Video = &netcheck.VideoLoad{StartKbps: min(v.StartKbps, r.Kbps), MaxKbps: r.Kbps}
	}
	return order
}

// acceptor makes this end of one guest's legs. It sends to nobody whom the guest only names; see allowed.
func (g *guest) acceptor(q *run, l *leg, order signaling.Leg) *rtc.Acceptor {
	h := g.h
	low, high := peerPorts(h.cfg)
	return &rtc.Acceptor{
		MaxRate: rateOf(order, q.Run), STUNAddresses: h.outside.known(h.cfg.STUN), AllowedPort: g.allowedPort,
		Address: h.cfg.Address, Public: h.cfg.Public, PortMin: uint16(low), PortMax: uint16(high), //nolint:gosec // checked
		Servers: h.cfg.STUN, NamedServers: h.cfg.AnyCandidate, Allowed: l.refusals.allowed, Explain: l.refusals.explain, Logger: h.cfg.Logger,
		Opened: func(a netip.AddrPort) {
			if err := g.turn.AllowPeer(a); err != nil {
				h.cfg.Logger.Debug("a socket of the echo peer is no peer of the relays", "address", a, "error", err)
			}
		},
		Closed: g.turn.RevokePeer,
	}
}

func (h *Host) legBegins(g *guest, l *leg) {
	h.mu.Lock()
	defer h.mu.Unlock()
	g.legs = append(g.legs, l)
}

func (h *Host) legUp(g *guest, q *run, l *leg, link netcheck.Link) {
	h.mu.Lock()
	l.link, l.heard = link, h.cfg.Now()
	h.note(g, hosting.Event{Kind: hosting.EventLegOpened, RunID: q.ID, Path: l.path})
	h.mu.Unlock()
	h.events.deliver()
}

func (h *Host) legEnds(g *guest, l *leg, e hosting.Event) {
	h.mu.Lock()
	g.echoed.add(l.sum)
	if i := slices.Index(g.legs, l); i >= 0 {
		g.legs = slices.Delete(g.legs, i, i+1)
	}
	if g.run != nil {
		g.run.idle = h.cfg.Now()
	}
	h.note(g, e)
	h.mu.Unlock()
	h.events.deliver()
}

// count reads the counters of a link. Host.mu must not be held: they come from goroutines that may be asking whom they may send to.
func (h *Host) count(l *leg, link netcheck.Link) {
	k := link.Counters()
	h.mu.Lock()
	defer h.mu.Unlock()
	if k.PacketsReceived > l.sum.packetsIn {
		l.heard = h.cfg.Now()
	}
	if k.PacketsReceived >= l.sum.packetsIn { // a link that is closed may know none
		l.sum = traffic{k.PacketsReceived, k.PacketsSent, k.BytesReceived, k.BytesSent, k.Drops}
	}
}
