package host

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"echopath/app/hosting"
	"echopath/netcheck"
	"echopath/netcheck/echo"
	"echopath/netcheck/mirror"
	"echopath/netcheck/signaling"
	"echopath/turnserver"
)

// guest is one guest from its arrival until all that it had is closed.
type guest struct {
	h    *Host
	conn *signaling.Guest
	id   string
	mux  *signaling.Mux
	turn *turnserver.Session
	out  outbox

	ctx    context.Context
	cancel context.CancelCauseFunc
	tasks  sync.WaitGroup // legs, and what is sent
	slots  chan struct{}  // a place for each leg

	dismissed atomic.Bool // by this end: the session is about to end, within 2 s

	seenMu sync.Mutex   // guards seen; no lock of the host is taken while it is held
	seen   []netip.Addr // that its signalling came from, newest last

	// Host.mu guards what follows.
	arrival int // its number
	since   time.Time
	address netip.AddrPort
	waiting bool // for Accept
	away    bool
	untold  bool // that it is away was not told, and so is not that it is back
	run     *run // in the queue or admitted
	runs    int  // that have ended
	legs    []*leg
	echoed  traffic   // of legs that have ended
	renew   time.Time // when new credentials are due
	expires time.Time // when those that it has end, by the wall clock alone
	begins  *bucket   // of runs
	breaks  *bucket   // of its wire, as far as they are told

	// For the goroutines that read what the guest sends.
	views  *mirror.Allowance // of all its runs
	orders *bucket           // for legs
}

// maxSeen is how many addresses a guest's signalling may have come from: it may change networks, and does not collect them.
const maxSeen = 4

// run is a run of a guest in the queue or under way.
type run struct {
	signaling.Run
	ticket ticket
	guest  *guest
	told   int // the place in the queue that the guest knows; 0: none
	toldOf int

	ctx    context.Context // of its legs
	cancel context.CancelCauseFunc
	end    time.Time // when it has had its time, once admitted
	idle   time.Time // since when it has no leg that it needs; in the future while it has time for network probes

	ledger *echo.Ledger // of what its legs may ask for together
	seen   judged       // of its view

	// For the goroutine that reads what the guest sends.
	view  *mirror.Receiver
	blind bool // the view can not be read any further
}

// traffic is what the echo peer has carried.
type traffic struct{ packetsIn, packetsOut, bytesIn, bytesOut, drops uint64 }

func (t *traffic) add(o traffic) {
	t.packetsIn += o.packetsIn
	t.packetsOut += o.packetsOut
	t.bytesIn += o.bytesIn
	t.bytesOut += o.bytesOut
	t.drops += o.drops
}

// arrive takes a guest that has proved itself. It is called by the lobby, and starts all that the guest needs.
func (h *Host) arrive(c *signaling.Guest) {
	session, err := h.turn.NewSession()
	if err != nil { // the host is closing, and tells so
		return
	}
	now := h.cfg.Now
	g := &guest{h: h, conn: c, id: c.ID(), turn: session, slots: make(chan struct{}, legsAtOnce), since: now(),
		begins: newBucket(now, runsPerSecond, runBurst), breaks: newBucket(now, runsPerSecond, runBurst), orders: newBucket(now, legsPerSecond, legBurst), views: mirror.NewAllowance(now)}
	session.SetMaxAllocations(allocationsOfIdle)
	g.ctx, g.cancel = context.WithCancelCause(h.ctx)
	g.out.init()
	h.mu.Lock()
	if h.closing {
		h.mu.Unlock()
		g.cancel(nil)
		_ = session.Close() // always nil
		return
	}
	h.guests[g.id] = g
	h.arrivals++
	g.arrival, g.waiting = h.arrivals, h.cfg.Approve
	g.see(c.Remote())
	h.cameByTCP(c)
	if g.waiting {
		g.stand(signaling.Standing{State: signaling.StandingWaiting})
		h.note(g, hosting.Event{Kind: hosting.EventGuestWaiting})
	} else {
		h.welcome(g)
	}
	h.wg.Go(g.live)
	h.mu.Unlock()
	h.events.deliver()
}

// see notes where signalling comes from. Host.mu is held.
func (g *guest) see(a netip.AddrPort) {
	a = netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
	g.address = a
	g.seenMu.Lock()
	defer g.seenMu.Unlock()
	if !a.IsValid() || slices.Contains(g.seen, a.Addr()) {
		return
	}
	if g.seen = append(g.seen, a.Addr()); len(g.seen) > maxSeen {
		g.seen = slices.Delete(g.seen, 0, 1)
	}
	_ = g.turn.ObserveParticipant(a.Addr()) // a connection came from there, so it is the address of one host
}

// welcome lets a guest in. Host.mu is held.
func (h *Host) welcome(g *guest) {
	g.waiting = false
	w := &signaling.Welcome{Servers: h.servers(g), Limits: h.limits, Observed: g.address, View: h.cfg.Observe != nil}
	w.HostNAT, w.HostMapping = h.behindNAT()
	w.PeerPortMin, w.PeerPortMax = peerPorts(h.cfg)
	g.out.put(signaling.Message{Welcome: w})
	g.stand(signaling.Standing{State: signaling.StandingIn})
	h.note(g, hosting.Event{Kind: hosting.EventGuestJoined})
}

// stand tells the guest how it stands. Host.mu is held.
func (g *guest) stand(s signaling.Standing) { g.out.put(signaling.Message{Standing: &s}) }

// note adds an event about a guest. Host.mu is held; whoever holds it delivers afterwards.
func (h *Host) note(g *guest, e hosting.Event) {
	e.Guest, e.Name, e.Address = g.id, g.name(), g.address
	h.events.add(e)
}

func (g *guest) name() string { return netcheck.CleanText(g.conn.Peer().Name, 64) }

// live reads what a guest sends until its session ends, and clears up.
func (g *guest) live() {
	g.mux = signaling.NewMux(&counted{Guest: g.conn, rate: newBucket(g.h.cfg.Now, messagesPerSecond, messageBurst), flood: g.flood})
	g.tasks.Go(g.write)
	g.tasks.Go(g.takeOrders)
	for {
		m, err := g.mux.Receive(g.ctx)
		if err != nil {
			break
		}
		g.handle(m)
	}
	g.cancel(g.farewell())
	_ = g.mux.Close() // the session is over, or the host is
	g.tasks.Wait()
	_ = g.turn.Close() // always nil
	g.h.depart(g)
}

func (g *guest) handle(m signaling.Message) {
	switch {
	case m.Run != nil:
		g.h.ask(g, *m.Run)
	case m.RunEnded != nil:
		g.h.runEnded(g, m.RunEnded.ID)
	case m.Mirror != nil:
		g.mirrored(*m.Mirror)
	} // what a newer guest may say beside that is no order
}

// write sends what waits in the outbox. A guest that takes nothing holds up this goroutine alone.
func (g *guest) write() {
	for {
		messages, full := g.out.take(g.ctx)
		if full {
			g.dismiss(signaling.CodeTooMany, "This computer has not read what the host told it for too long.")
			return
		}
		if messages == nil {
			return
		}
		for _, m := range messages {
			if g.conn.Send(g.ctx, m) != nil {
				return // the session is over, as live finds out
			}
		}
	}
}

// flood is told by the connection that too many messages came.
func (g *guest) flood() {
	g.dismiss(signaling.CodeFlood, "This computer has sent the host more messages than it takes.")
}

// dismiss ends the guest's session in a goroutine of its own, because telling the guest may take a while.
func (g *guest) dismiss(code signaling.Code, text string) {
	g.dismissed.Store(true)
	g.h.wg.Go(func() { _ = g.conn.Dismiss(code, text) }) // the caller is counted itself, or holds Host.mu with the guest on the list
}

// depart takes a guest off the list.
func (h *Host) depart(g *guest) {
	h.mu.Lock()
	if g.run != nil {
		h.endRun(g, ending{})
	}
	delete(h.guests, g.id)
	h.echoed.add(g.echoed)
	e := hosting.Event{Kind: hosting.EventGuestLeft}
	e.Code, e.Text = g.farewell().told()
	if e.Code == string(signaling.CodeLeft) {
		e.Text = "" // the kind says it
	}
	h.note(g, e)
	h.mu.Unlock()
	h.events.deliver()
}

// away is told by the lobby that a guest's wire broke, or that it is back.
func (h *Host) away(c *signaling.Guest, away bool) {
	h.mu.Lock()
	g := h.guests[c.ID()]
	if g != nil && g.away != away {
		g.away = away
		e := hosting.Event{Kind: hosting.EventGuestAway}
		if away {
			g.untold = !g.breaks.take(1)
		} else {
			g.see(c.Remote())
			e = hosting.Event{Kind: hosting.EventGuestBack}
		}
		if !g.untold {
			h.note(g, e)
		}
	}
	h.mu.Unlock()
	h.events.deliver()
}

// refused is told by the lobby of attempts that failed.
func (h *Host) refused(remote string, g *signaling.Gone) {
	e := hosting.Event{Kind: hosting.EventRefused, Code: string(g.Code), Text: g.Text}
	e.Address, _ = netip.ParseAddrPort(remote) // zero if it is not known
	h.tell(e)
}
