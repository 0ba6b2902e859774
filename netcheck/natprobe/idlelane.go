package natprobe

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/pion/stun/v3"

	"echopath/netcheck"
)

const (
	streamWake     = 4 * time.Second         // for a packet from outside over a stream, which may have to be sent again
	settleTime     = 2500 * time.Millisecond // until what packets in both directions make of a connection: some forget a single question earlier
	relaySpare     = 10 * time.Second        // that the server must keep the relay beyond the silence
	closedByServer = "closed"                // trial.how of a stream that was ended in good order
)

// sleeper is a connection with a relay that is left alone.
type sleeper struct {
	*session
	test  *idleTest
	began time.Time
	lives time.Duration // how long the server keeps the relay from the last refresh; 0: it did not say
	tag   [16]byte
}

func (q *idleTest) sleeper(ctx context.Context) (*sleeper, error) {
	back, err := q.asking.take(ctx)
	if err != nil {
		return nil, err
	}
	begin := time.Now()
	near, err := q.within(ctx, &timeline{begin: begin})
	back()
	if err != nil {
		return nil, err
	}
	near.log = nil
	n := &sleeper{session: near, test: q, began: begin}
	if c := tcpOf(near.conn); c != nil {
		_ = c.SetKeepAlive(false) // it would keep open what is looked at; the server's own may do so all the same
	}
	if err := q.waker.use(ctx, func() error { return q.waker.allow(ctx, near.relayed) }); err != nil {
		near.leave(ctx)
		return nil, err
	}
	return n, nil
}

// trial is one silence.
type trial struct {
	silence time.Duration // as it was: a busy computer wakes late
	began   time.Time
	alive   netcheck.Tri // Unknown if it told nothing
	how     string       // it is known to be the network's
	why     string       // it told nothing
	settled bool         // others told it before
}

func (t trial) words() string {
	return fmt.Sprintf("after %s of silence packets arrive", seconds(t.silence))
}

func (t trial) failure() error {
	switch {
	case t.alive == netcheck.Yes:
		return nil
	case t.alive == netcheck.No:
		return &netcheck.Failure{Code: netcheck.ReasonNoData, Text: fmt.Sprintf("after %s of silence none arrive: %s", seconds(t.silence), t.how)}
	}
	return &netcheck.Failure{Code: netcheck.ReasonUndecided, Text: t.why}
}

// sleep leaves the connection alone and then has it woken.
func (n *sleeper) sleep(ctx context.Context, silence time.Duration) (t trial) {
	t = trial{began: time.Now(), silence: silence}
	if err := n.prepare(ctx); err != nil {
		t.why = netcheck.AsFailure(err, netcheck.ReasonLocal).Text
		return t
	}
	begin := time.Now()
	if n.lives > 0 && n.lives < silence+relaySpare {
		t.why = fmt.Sprintf("The server keeps a relay for %s only.", seconds(n.lives))
		return t
	}
	if err := n.rest(ctx, begin, silence); err != nil {
		return n.ended(ctx, t, time.Since(begin), err)
	}
	woken, err := n.awake(ctx)
	t.silence = woken.Sub(begin)
	if err == nil {
		t.alive = netcheck.Yes
		return t
	}
	return n.examine(ctx, t, err)
}

// errSettled tells that a silence need not be waited for.
var errSettled = errors.New("others have told it before")

// prepare has the relay let the waker in, and the connection look like one that is in use in both directions. The silence begins with the last
// answer.
func (n *sleeper) prepare(ctx context.Context) error {
	if err := n.permit(ctx, n.test.waker.s.relayed); err != nil {
		return err
	}
	if _, err := waitUntil(ctx, n.began.Add(settleTime)); err != nil {
		return n.socketFailure(ctx, err)
	}
	answer, err := n.request(ctx, stun.MethodRefresh, lasting(longer))
	if err != nil {
		return err
	}
	n.lives, _ = lifetime(answer)
	return nil
}

// rest reads and sends nothing. The error is of the connection, errSettled or ctx's.
func (n *sleeper) rest(ctx context.Context, begin time.Time, silence time.Duration) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var watching sync.WaitGroup
	defer watching.Wait()
	done := make(chan struct{})
	defer close(done)
	watching.Go(func() {
		for {
			changed := n.test.change()
			if n.test.settled(silence) {
				cancel(errSettled)
				return
			}
			select {
			case <-changed:
			case <-done:
				return
			case <-ctx.Done():
				return
			}
		}
	})
	stop := context.AfterFunc(ctx, func() { _ = n.conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	w, err := n.wait(ctx, silence-time.Since(begin))
	w.left = 0 // to wake late is no harm
	for err == nil {
		_, err = n.receive(w)
	}
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, errNotSTUN):
		return nil
	}
	return err
}

// ended says what it means that a silence came to an early end.
func (n *sleeper) ended(ctx context.Context, t trial, after time.Duration, err error) trial {
	t.silence = after
	switch {
	case errors.Is(err, errSettled):
		t.settled = true
	case ctx.Err() != nil:
		t.why = "The test ended before."
	case !n.test.waker.well(ctx):
		t.why = "The server did not answer other connections either."
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		t.alive, t.how = netcheck.No, closedByServer
	default:
		t.alive, t.how = netcheck.No, "something on the way, or the server, cut the connection off (reset)"
	}
	return t
}

// awake has a packet sent from outside, from the time that it gives on, and waits for it. It is sent three times over UDP.
func (n *sleeper) awake(ctx context.Context) (first time.Time, err error) {
	if _, err := rand.Read(n.tag[:]); err != nil {
		return time.Now(), err
	}
	stop := context.AfterFunc(ctx, func() { _ = n.conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	waits := retransmits
	if n.stream {
		waits = []time.Duration{streamWake}
	}
	for _, wait := range waits {
		at, err := n.test.waker.wake(ctx, n.relayed, n.tag[:])
		if first.IsZero() {
			first = at
		}
		if err != nil {
			return first, fmt.Errorf("%w: %w", errWaker, err)
		}
		if err = n.hear(ctx, n.pace.patient(wait)); !errors.Is(err, os.ErrDeadlineExceeded) || ctx.Err() != nil {
			return first, err
		}
	}
	return first, os.ErrDeadlineExceeded
}

// errWaker tells of trouble with the connection that is in use.
var errWaker = errors.New("the server did not answer other connections either")

// hear waits for the packet that was sent last.
func (n *sleeper) hear(ctx context.Context, wait time.Duration) error {
	w, err := n.wait(ctx, wait)
	if err != nil {
		return err
	}
	for range maxStray {
		data, err := n.receive(w)
		if err != nil {
			return err
		}
		if [16]byte(append(data, n.tag[:]...)) == n.tag && len(data) == len(n.tag) {
			return nil
		}
	}
	return errNotSTUN
}

// examine finds out why a connection did not wake, by sending from here.
func (n *sleeper) examine(ctx context.Context, t trial, err error) trial {
	switch {
	case errors.Is(err, errWaker) || !n.test.waker.well(ctx):
		t.why = "The server did not answer other connections either."
		return t
	case n.stream && !errors.Is(err, os.ErrDeadlineExceeded):
		return n.ended(ctx, t, t.silence, err)
	}
	refreshed := n.refresh(ctx)
	again := refreshed
	if refreshed == nil {
		_ = n.permit(ctx, n.test.waker.s.relayed) // it may be about to end
		_, again = n.awake(ctx)
	}
	switch {
	case ctx.Err() != nil:
		t.why = "The test ended before."
	case again == nil:
		t.alive, t.how = netcheck.No, "packets came again once this computer had sent something, so a firewall or NAT on the way forgets silent connections"
	case refreshed == nil:
		t.why = "The relay carried no packets any more, though the server still has it."
	case n.stream:
		t.alive, t.how = netcheck.No, "the connection was dead in both directions while others to the server lived, so a firewall, NAT or proxy on the way forgets silent connections"
	default:
		t.alive, t.how, t.why = n.moved(ctx)
	}
	return t
}

// moved tells, of a relay that the server does not know by this connection any more, whether the connection has got another outside port.
func (n *sleeper) moved(ctx context.Context) (alive netcheck.Tri, how, why string) {
	before := n.mapped
	s := &session{diagnosis: n.diagnosis, exchanger: n.exchanger}
	switch err := s.see(ctx); {
	case err != nil:
		return netcheck.Unknown, "", "The server did not answer this connection any more."
	case before.IsValid() && s.mapped != before:
		return netcheck.No, fmt.Sprintf("the NAT had given the connection another outside port (%s, before: %s), so it forgets silent connections", s.mapped, before), ""
	}
	return netcheck.Unknown, "", "The server had lost the relay."
}
