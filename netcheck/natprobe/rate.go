package natprobe

import (
	"context"
	"fmt"
	"math"
	"os"
	"time"

	"echopath/netcheck"
)

// NetStepRate is the step of a load through a relay, one for each.
const NetStepRate = "rate"

const (
	rateTime   = 15 * time.Second // of a load: longer than the burst that limits of rate let pass
	rateSmall  = 125.0            // kbit/s, what a loss at the lowest step is compared with
	rateFlows  = 4
	rateStrain = 0.05                   // share lost beyond that of a smaller load, from which on a load is too much
	rateQueue  = 200 * time.Millisecond // delay that grows by so much within a load, while less comes than is sent, is a queue that fills
	rateShare  = 0.93                   // of what was asked, below which a load did not come through whole
	rateMore   = 1.15                   // by so much more several connections have to carry for the limit to be one of each
	rateRepeat = 2                      // loads that are measured anew because this computer was too busy
)

// rateSteps are the loads, in kbit/s of IP packets.
var rateSteps = []float64{500, 1000, 2000, 4000}

// Rate finds the rate above which one connection to a TURN server loses packets, up to 4 Mbit/s: packets of the size of a call's go by one
// connection to the server, through a relay to a second one of its own, and come back by that, at 500, 1000, 2000 and 4000 kbit/s for 15 s
// each. A load that loses more than the one before is laid on four connections together, and then on one again: a limit of single
// connections is told from a line that is full, and loss that came and went from either. Facts.LimitKbps is what one connection carried
// then, and ManyKbps what the several did; both 0 if all came through. Over streams nothing is lost, and a queue that fills tells the same.
//
// The result is ok without a limit, degraded with one, and not tested (ReasonUndecided) if loss came and went, (ReasonLocal) if this computer
// was too busy to send and receive in time, or for the reason by which no two relays were granted. each is how long a load lasts, 15 s if 0,
// from 3 s. It takes a minute where there is no limit and three at most, and ends with ctx.
func (p *Prober) Rate(ctx context.Context, ask Ask, each time.Duration) netcheck.NetResult {
	if each == 0 {
		each = rateTime
	}
	v := p.visit(netcheck.ProbeRate, ask)
	defer v.leave()
	t := &rateTest{visit: v, length: min(max(each, 3*time.Second), rateTime)}
	r := v.run(ctx, t.measure)
	if r.State == netcheck.NetOK {
		t.conclude(&r)
		return r
	}
	return unmeasured(r)
}

// unmeasured is what became of a long probe that came to no end: that a relay is not to be had is for other probes to say.
func unmeasured(r netcheck.NetResult) netcheck.NetResult {
	if r.State != netcheck.NetNotTested {
		r.State, r.Text = netcheck.NetNotTested, "Not tested: "+r.Text
	}
	return r
}

// rateTest is one search for a limit.
type rateTest struct {
	*visit
	length time.Duration // of a load
	ring   *ring

	best       load     // the largest one that came through
	over       load     // on one connection, zero if there was none
	many       load     // the same sum on several
	transients []string // loads that lost packets once, and then none
}

func (t *rateTest) measure(ctx context.Context) (string, error) {
	r, err := t.visit.ring(ctx, rateFlows)
	if err != nil {
		return "", err
	}
	defer r.close(ctx)
	t.ring = r
	for _, kbps := range rateSteps {
		decided, err := t.step(ctx, kbps)
		if decided || err != nil {
			return "", err
		}
		if len(t.transients) > 1 {
			return "", t.unsteady()
		}
	}
	return "", nil
}

// step lays a load on one connection, and finds out what it means if it was too much.
func (t *rateTest) step(ctx context.Context, kbps float64) (decided bool, err error) {
	one, err := t.load(ctx, kbps, 1)
	if err != nil {
		return false, err
	}
	if !one.strained(t.best) {
		t.best = one
		return false, nil
	}
	if t.best.sent == 0 { // the first: does a small one lose as much?
		small, err := t.load(ctx, rateSmall, 1)
		if err != nil {
			return false, err
		}
		if small.came == 0 {
			return false, t.ring.ends[0].lost(ctx, os.ErrDeadlineExceeded)
		}
		if t.best = small; !one.strained(small) {
			t.best = one
			return false, nil
		}
	}
	many, err := t.load(ctx, kbps, len(t.ring.ends))
	if err != nil {
		return false, err
	}
	again, err := t.load(ctx, kbps, 1)
	if err != nil {
		return false, err
	}
	if !again.strained(t.best) {
		t.transients = append(t.transients, megabits(kbps))
		t.best = again
		return false, nil
	}
	one.got = (one.got + again.got) / 2
	t.over, t.many = one, many
	return true, nil
}

// load measures one load, and once more where this computer was too busy and that may be why packets are missing.
func (t *rateTest) load(ctx context.Context, kbps float64, flows int) (load, error) {
	for range rateRepeat {
		begin := time.Now()
		l, err := t.ring.carry(ctx, kbps, flows, t.length, t.best.loss())
		if err != nil {
			err = t.ring.ends[0].lost(ctx, err)
			t.log.did(NetStepRate, begin, "", err)
			return l, err
		}
		t.log.did(NetStepRate, begin, l.words(), nil)
		if !l.busy || !l.strained(t.best) {
			return l, nil
		}
	}
	return load{}, &netcheck.Failure{
		Code: netcheck.ReasonLocal, Text: fmt.Sprintf("This computer was too busy to send and receive %s in time, so what got lost says nothing about the network.", megabits(kbps)),
		Advice: "End other programs that need the processor, and test again.",
	}
}

func (t *rateTest) unsteady() error {
	return &netcheck.Failure{
		Code: netcheck.ReasonUndecided, Text: fmt.Sprintf("At %s and %s packets got lost, and at the same rate a little later they did not: other traffic comes and goes on the line, so a limit can not be told from it.",
			t.transients[0], t.transients[1]),
		Advice: "Test again when the line is quiet.",
	}
}

// conclude puts what was found into the result.
func (t *rateTest) conclude(r *netcheck.NetResult) {
	over := t.transport.word()
	if t.over.sent == 0 {
		r.Text = fmt.Sprintf("One connection over %s carried %s to %s, through a relay and back: %s.", over, megabits(t.best.kbps), lowerFirst(t.place()), t.best.ends(t.transport))
		if len(t.transients) > 0 {
			r.Text += fmt.Sprintf(" At %s packets got lost for a while, and a little later they did not.", t.transients[0])
		}
		return
	}
	r.State = netcheck.NetDegraded
	r.Facts.LimitKbps = math.Round(t.over.got)
	if t.many.flows > 1 {
		r.Facts.ManyKbps = math.Round(t.many.got)
		r.Facts.PerFlow = netcheck.No
		if t.perConnection() {
			r.Facts.PerFlow = netcheck.Yes
		}
	}
	r.Text = fmt.Sprintf("One connection over %s to %s carries about %s: of %s %s.", over, lowerFirst(t.place()), megabits(t.over.got), megabits(t.over.kbps), t.over.ends(t.transport))
	together := fmt.Sprintf(" %d connections carried %s of the same sum together", t.many.flows, megabits(t.many.got))
	switch {
	case t.many.flows < 2:
		r.Text += " Whether several would carry more could not be tried."
		r.Advice = t.raise()
	case t.perConnection():
		r.Text += together + ", so it is a limit of single connections: of a firewall, or of the TURN server itself."
		r.Advice = t.raise()
	default:
		r.Text += together + ", so it is no limit of single connections: the line is full, or limited as a whole."
		r.Advice = "End other transfers and test again; if it stays so, ask for a faster line, or for calls to be preferred on it."
	}
}

// perConnection tells whether several connections carried what one could not.
func (t *rateTest) perConnection() bool {
	return t.many.got > rateMore*t.over.got || !t.many.strained(t.best) && t.many.got > t.over.got
}

func (t *rateTest) raise() string {
	return fmt.Sprintf("Ask the firewall team whether single %s connections are limited, and for %s to be allowed 4 Mbit/s; ask the TURN server's administrators for its own limit too (coturn: max-bps).",
		t.transport.protocol(), t.port())
}

// megabits words a rate in kbit/s.
func megabits(kbps float64) string {
	if kbps < 1000 {
		return fmt.Sprintf("%.0f kbit/s", kbps)
	}
	return fmt.Sprintf("%.3g Mbit/s", kbps/1000)
}
