package natprobe

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"echopath/netcheck"
)

// NetStepIdle is the step of one silence, one for each.
const NetStepIdle = "idle"

// Bounds of the idle test.
const (
	// DefaultIdle is the longest silence that is looked for. A relay lets its peers in for 5 minutes after it was last told to (RFC 8656,
	// section 9), which takes a packet, so that longer ones can not be told from the server's own.
	DefaultIdle = 290 * time.Second
	leastIdle   = 4 * time.Second // shorter ones could not be told from the waits for lost packets
	idleParts   = 4               // into which what is not known yet is cut, in what is left of the time
	idleGrain   = 8               // the part of a time-out to which it need be known
	idleShort   = time.Minute     // below it, pauses of a call end what a firewall remembers
)

// idleLanes are the silences that are tried on one connection after another, as shares of the longest. A connection that has survived one is
// used for the next: what woke it has made it as good as new.
var idleLanes = [][]time.Duration{
	{5 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute},
	{DefaultIdle},
	{90 * time.Second, 3 * time.Minute},
}

// Idle finds how long a connection to a TURN server may be silent, by UDP, TCP or TLS, before packets from outside do not arrive any more:
// between AtLeast and AtMost of the result's facts. Connections with a relay each are left alone for 5 s to 290 s, all at the same time, and
// then woken from outside, by a packet that a busy connection to the same server sends through their relays: a packet from here, a refresh
// or a TCP keep-alive would open what has closed. Of one that does not wake, a packet from here tells whose doing it is: if packets come
// through again afterwards, or by another outside port, a firewall or NAT has forgotten; if the server has forgotten the relay, or nothing
// answers any more, nothing is known.
//
// most is the longest silence that is tried, 290 s if 0, from 4 s; the others shrink with it. It takes a few seconds more than most, and
// ends with ctx: what is known by then counts. The result is ok; degraded for a time-out of a minute or less, and for any of a stream; or
// not tested. The text says what it is of.
func (p *Prober) Idle(ctx context.Context, ask Ask, most time.Duration) netcheck.NetResult {
	if most == 0 {
		most = DefaultIdle
	}
	v := p.visit(netcheck.ProbeIdle, ask)
	defer v.leave()
	q := &idleTest{visit: v, most: min(max(most, leastIdle), DefaultIdle), changed: make(chan struct{}), asking: newTurn()}
	r := v.run(ctx, q.measure)
	if q.alive > 0 || q.dead.silence > 0 || q.dead.how == closedByServer {
		q.conclude(&r)
		return r
	}
	return unmeasured(r)
}

// idleTest is one search for a time-out.
type idleTest struct {
	*visit
	most  time.Duration
	begun time.Time
	waker *waker

	asking  turn       // of asking for a relay: diagnosis keeps the credential's expiry
	mu      sync.Mutex // guards what follows
	alive   time.Duration
	dead    trial
	why     string        // the first reason why a silence told nothing
	changed chan struct{} // closed when alive or dead has changed
}

func (q *idleTest) measure(ctx context.Context) (string, error) {
	q.begun = time.Now()
	w, err := q.newWaker(ctx)
	if err != nil {
		return "", err
	}
	defer w.close(ctx)
	q.waker = w
	var lanes [][]time.Duration
	for _, lane := range idleLanes {
		var scaled []time.Duration
		for _, silence := range lane {
			scaled = append(scaled, time.Duration(float64(silence)*float64(q.most)/float64(DefaultIdle)))
		}
		lanes = append(lanes, scaled)
	}
	q.run(ctx, lanes)
	for {
		finer := q.finer()
		if len(finer) == 0 || ctx.Err() != nil {
			break
		}
		before := q.span()
		if q.run(ctx, finer); q.span() == before {
			break
		}
	}
	return q.text(ctx)
}

// run tries several lanes at the same time.
func (q *idleTest) run(ctx context.Context, lanes [][]time.Duration) {
	var running sync.WaitGroup
	for _, lane := range lanes {
		running.Go(func() { q.lane(ctx, lane) })
	}
	running.Wait()
}

// span is what is not known yet; 0 if no time-out was found.
func (q *idleTest) span() time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.dead.silence == 0 {
		return 0
	}
	return q.dead.silence - q.alive
}

// finer gives silences between the longest that was survived and the shortest that was not, if there is time for them and they are of use.
func (q *idleTest) finer() (lanes [][]time.Duration) {
	span := q.span()
	if span <= max(q.dead.silence/idleGrain, 500*time.Millisecond) || time.Since(q.begun)+q.dead.silence > q.most+q.most/20 {
		return nil
	}
	for i := range idleParts - 1 {
		lanes = append(lanes, []time.Duration{q.alive + span*time.Duration(i+1)/idleParts})
	}
	return lanes
}

// lane leaves one connection alone for several silences, until one of them is not survived or tells nothing.
func (q *idleTest) lane(ctx context.Context, silences []time.Duration) {
	if !slices.ContainsFunc(silences, func(s time.Duration) bool { return !q.settled(s) }) {
		return
	}
	near, err := q.sleeper(ctx)
	if err != nil {
		q.missed(netcheck.AsFailure(err, netcheck.ReasonLocal).Text)
		return
	}
	defer near.leave(ctx)
	for _, silence := range silences {
		if q.settled(silence) {
			continue
		}
		t := near.sleep(ctx, silence)
		q.note(t)
		if t.alive != netcheck.Yes && !t.settled {
			return
		}
	}
}

// settled tells of a silence that would tell nothing new.
func (q *idleTest) settled(silence time.Duration) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return silence <= q.alive || q.dead.silence > 0 && silence >= q.dead.silence || q.dead.how == closedByServer
}

// change gives what is closed when something was learned.
func (q *idleTest) change() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.changed
}

// note keeps what a silence has shown.
func (q *idleTest) note(t trial) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if t.settled {
		return
	}
	q.log.did(NetStepIdle, t.began, t.words(), t.failure())
	switch {
	case t.alive == netcheck.Yes && t.silence > q.alive && (q.dead.silence == 0 || t.silence < q.dead.silence):
		q.alive = t.silence
	case t.alive == netcheck.No && (q.dead.silence == 0 || t.silence < q.dead.silence):
		q.dead = t
	case t.alive == netcheck.Unknown && q.why == "":
		q.why = t.why
	default:
		return
	}
	close(q.changed)
	q.changed = make(chan struct{})
}

func (q *idleTest) missed(why string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.why == "" {
		q.why = why
	}
}

// text is empty: conclude words what was found. The error says why nothing was.
func (q *idleTest) text(ctx context.Context) (string, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.alive > 0 || q.dead.how != "":
		return "", nil
	case ctx.Err() != nil:
		return "", ctx.Err()
	}
	return "", &netcheck.Failure{Code: netcheck.ReasonUndecided, Text: fmt.Sprintf("How long a silent connection lives could not be found out. %s", q.why)}
}

// conclude puts what was found into the result.
func (q *idleTest) conclude(r *netcheck.NetResult) {
	r.State, r.Code, r.Advice, r.Cause = netcheck.NetOK, "", "", ""
	kind := fmt.Sprintf("connection over %s to %s", q.transport.word(), lowerFirst(q.place()))
	if q.dead.how == closedByServer {
		q.endedByServer(r, kind)
		return
	}
	r.Facts.AtLeast, r.Facts.AtMost = q.alive, q.dead.silence
	switch {
	case q.dead.silence == 0:
		r.Text = fmt.Sprintf("A %s that was silent for %s still got packets.", kind, seconds(q.alive))
	case q.alive == 0:
		r.Text = fmt.Sprintf("A %s got no packets any more after %s of silence: %s.", kind, seconds(q.dead.silence), q.dead.how)
	default:
		r.Text = fmt.Sprintf("A %s got packets after %s of silence and not after %s: %s.", kind, seconds(q.alive), seconds(q.dead.silence), q.dead.how)
	}
	if q.dead.silence > 0 && (q.transport.stream() || q.dead.silence <= idleShort) {
		r.State = netcheck.NetDegraded
		r.Advice = fmt.Sprintf("Ask for a longer idle time-out of %s; until then programs must send something at least every %g s.", q.port(), max(1, (q.alive/2).Truncate(time.Second).Seconds()))
	}
	if q.why != "" && (q.dead.silence == 0 && q.alive < q.most*9/10) {
		r.Text += " Longer silences could not be tried: " + q.why
	}
}

func (q *idleTest) endedByServer(r *netcheck.NetResult, kind string) {
	who, ask := "the server itself ended it", "Ask the server's administrators for a longer idle time-out."
	if q.log.proxy != "" {
		who, ask = "the proxy "+q.log.proxy+" ended it, or the server behind it", "Ask for a longer idle time-out of tunnels (CONNECT) in the proxy."
		r.Facts.AtLeast, r.Facts.AtMost = q.alive, q.dead.silence
	}
	r.State, r.Code, r.Advice = netcheck.NetDegraded, netcheck.ReasonServerError, ask
	r.Facts.AtLeast = q.alive
	r.Text = fmt.Sprintf("A %s was closed in good order after %s of silence: %s.", kind, seconds(q.dead.silence), who)
}

// seconds words a silence.
func seconds(d time.Duration) string {
	return fmt.Sprintf("%g s", d.Round(100*time.Millisecond).Seconds())
}
