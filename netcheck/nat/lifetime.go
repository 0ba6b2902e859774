package nat

import (
	"context"
	"fmt"
	"sync"
	"time"

	"echopath/netcheck"
)

// Bounds of the lifetime test.
const (
	DefaultLifetime = 3 * time.Minute
	leastLifetime   = 4 * time.Second // shorter ones could not be told from the waits for lost packets
	maxLifetime     = 30 * time.Minute
	lifetimeParts   = 8 // into which each round cuts what is not known yet; a bit finer than binary search, and far quicker
	lifetimeRounds  = 2
	shortLifetime   = 30 * time.Second // below it, pauses of a conversation end what a NAT remembers
)

// Lifetime finds how long what stands between remembers a UDP mapping in which nothing is sent (RFC 5780, section 4.6): between AtLeast
// and AtMost of the result's facts, to an eighth of an eighth of most. most is the longest one that is looked for: 3 minutes if 0, and
// from 4 s to 30 min. It takes a server that knows RESPONSE-PORT, and up to twice most. When ctx ends before, what is known by then counts.
func (p *Prober) Lifetime(ctx context.Context, c Config, most time.Duration) netcheck.NetResult {
	if most == 0 {
		most = DefaultLifetime
	}
	most = min(max(most, leastLifetime), maxLifetime)
	return p.probe(netcheck.ProbeLifetime, c, func(g *ground, r *netcheck.NetResult) *netcheck.Failure {
		return g.lifetime(ctx, r, most)
	})
}

func (g *ground) lifetime(ctx context.Context, r *netcheck.NetResult, most time.Duration) *netcheck.Failure {
	trials := make([]trial, len(g.servers)) // without a pause: is a server fit for it?
	ends := make([]result, len(g.servers))
	var wg sync.WaitGroup
	for i, s := range g.servers {
		wg.Go(func() { trials[i] = g.remembers(ctx, s, 0); ends[i] = trials[i].first })
	}
	wg.Wait()
	for i, s := range g.servers {
		if trials[i].alive == netcheck.Yes {
			s.about(r)
			r.Local, r.Facts.Mapped = trials[i].local, trials[i].first.mapped.String()
			return g.search(ctx, s, r, most)
		}
	}
	if f := g.none(ctx, ends); f != nil {
		return f
	}
	return noResponsePort(ctx, trials)
}

// trial is one mapping that was left alone for a time.
type trial struct {
	first result // of the packet that made the mapping
	local string
	alive netcheck.Tri  // Unknown if it could not be found out
	why   string        // then
	pause time.Duration // for how long nothing was sent: a busy computer wakes late
}

// remembers makes a mapping, leaves it alone, and has the server answer to it when another socket asks for that.
func (g *ground) remembers(ctx context.Context, s Server, pause time.Duration) trial {
	sleeper, err := g.open(0)
	if err != nil {
		return trial{first: result{outcome: unsent, err: err}}
	}
	defer sleeper.close()
	t := trial{first: sleeper.askAll(ctx, ask("lifetime", s.Addr, filler()))[0], local: sleeper.local.String()}
	if t.first.outcome != answered || !sleep(ctx, pause-time.Since(t.first.at)) {
		return t
	}
	waker, err := g.open(0)
	if err != nil {
		return t
	}
	defer waker.close()
	t.wake(ctx, s, sleeper, waker)
	return t
}

// wake asks from one socket for an answer to the other, and for one to itself: without that, silence would say nothing.
func (t *trial) wake(ctx context.Context, s Server, sleeper, waker *socket) {
	order := ask("lifetime_order", s.Addr, filler(), responsePort(t.first.mapped.Port()))
	control := ask("lifetime_control", s.Addr, filler())
	ignored := *order // the same question, answered to the one who asked
	ignored.answers = make(chan answer, 1)
	ignored.waits = nil
	order.via = waker
	sleeper.start(order)
	t.pause = order.begun.Sub(t.first.at)
	waker.listen(&ignored)
	defer ignored.forget()
	waker.start(control)
	ends := awaitAll(ctx, []*question{order, control})
	switch direct := ignored.unanswered(); {
	case ends[0].letIn():
		t.alive = netcheck.Yes
	case ends[0].outcome == cut:
	case ends[0].outcome == refused || direct.outcome == refused:
		t.why = fmt.Sprintf("The server %s refuses to answer to another port (error %d).", s.Addr, max(ends[0].code, direct.code))
	case ends[1].outcome != answered:
		t.why = "The network did not carry packets when the answer was due."
	case ends[1].mapped.Addr() != t.first.mapped.Addr():
		t.why = "Sockets of this computer have different outside addresses, so the answer went elsewhere."
	case direct.letIn() && ends[1].mapped != t.first.mapped:
		t.why = fmt.Sprintf("The server %s passes over the wish to answer to another port (RESPONSE-PORT).", s.Addr)
	case ends[0].outcome == silent:
		t.alive = netcheck.No
	}
}

// search narrows the time down, several mappings at once.
func (g *ground) search(ctx context.Context, s Server, r *netcheck.NetResult, most time.Duration) *netcheck.Failure {
	var low, high time.Duration // seen to live, seen to be dead; 0: none
	for range lifetimeRounds {
		alive, dead := g.round(ctx, s, low, cmpOr(high, most), high == 0)
		low = max(low, alive)
		if dead > 0 {
			high = dead
		}
		if high == 0 || ctx.Err() != nil {
			break
		}
	}
	if low == 0 && high == 0 {
		return stopped(ctx)
	}
	r.Facts.AtLeast, r.Facts.AtMost = low, high
	r.State = netcheck.NetOK
	r.Text, r.Advice = g.lifetimeWords(r.Facts.Mapped == r.Local, low, high)
	if high > 0 && high <= shortLifetime {
		r.State = netcheck.NetDegraded
	}
	return nil
}

func cmpOr(a, b time.Duration) time.Duration {
	if a > 0 {
		return a
	}
	return b
}

// round tries times between two bounds, the upper one only if asked, and gives the longest that was survived below the shortest that was not.
func (g *ground) round(ctx context.Context, s Server, low, high time.Duration, upper bool) (alive, dead time.Duration) {
	parts := lifetimeParts
	if !upper {
		parts--
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	trials := make([]trial, parts)
	var wg sync.WaitGroup
	for i := range parts {
		pause := low + (high-low)*time.Duration(i+1)/lifetimeParts
		wg.Go(func() {
			if trials[i] = g.remembers(ctx, s, pause); trials[i].alive == netcheck.No {
				cancel() // longer ones would tell no more, and shorter ones have ended
			}
		})
	}
	wg.Wait()
	for _, t := range trials {
		switch t.alive {
		case netcheck.Yes:
			alive = t.pause
		case netcheck.No:
			return alive, t.pause
		}
	}
	return alive, 0
}

func (g *ground) lifetimeWords(direct bool, low, high time.Duration) (text, advice string) {
	who := "The NAT"
	if direct {
		who = "The firewall"
	}
	seconds := func(d time.Duration) string { return fmt.Sprintf("%g s", d.Round(100*time.Millisecond).Seconds()) }
	switch {
	case high == 0:
		return fmt.Sprintf("%s still lets answers in after %s without a packet.", who, seconds(low)), ""
	case low == 0:
		text = fmt.Sprintf("%s forgets a connection after less than %s without a packet.", who, seconds(high))
	default:
		text = fmt.Sprintf("%s forgets a connection after %s to %s without a packet.", who, seconds(low), seconds(high))
	}
	text += " That is so after one question and its answer; where more has passed, some remember longer."
	if high <= shortLifetime {
		advice = fmt.Sprintf("Programs must send something at least every %g s; ask for a longer time-out of UDP (RFC 4787 wants two minutes or more).", max(1, (low/2).Round(time.Second).Seconds()))
	}
	return text, advice
}

// noResponsePort says why the first trial, without a pause, did not work with any server.
func noResponsePort(ctx context.Context, trials []trial) *netcheck.Failure {
	if ctx.Err() != nil {
		return stopped(ctx)
	}
	f := &netcheck.Failure{Code: netcheck.ReasonNoServer, Text: "No server answers to another port on request (RESPONSE-PORT of RFC 5780), so the lifetime can not be measured.",
		Advice: "Add a STUN server that supports RFC 5780 to the list."}
	for _, t := range trials {
		if t.why != "" {
			f.Text = sentences(f.Text, t.why)
			break
		}
	}
	return f
}

// sleep waits for d; false if ctx ended before.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(max(0, d))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
