package runner

import (
	"context"
	"sync"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// Remote is the session with the host of an invite, as session.Remote is.
type Remote interface {
	Other() netcheck.OtherEnd
	Done() <-chan struct{} // closed when it is over
	Err() error            // why, then
	Close() error          // leaves; idempotent, and waits
}

// Invited is whom to come to, and how.
type Invited struct {
	Invite    netcheck.Secret
	Interface string // of this computer to go by; "" leaves the choice to the system
}

// JoinHost comes to the host of an invite, as session.Join does, and waits until it is let in. paste gets the text that the user must
// take to the host, where no TCP connection reaches it.
type JoinHost func(ctx context.Context, to Invited, trace func(netcheck.StepDone), standing func(signaling.Standing), paste func(answer string)) (Remote, error)

// LinkConfig is what a Link needs. Tell is called on the goroutine that draws, in order, and never after Close.
type LinkConfig struct {
	Join JoinHost
	Post func(f func())
	Tell func(LinkNews)
}

// LinkNews is something that happened with the host. Exactly one field is set.
type LinkNews struct {
	Reaching bool
	Step     *netcheck.StepDone
	Standing *signaling.Standing
	Answer   string // the text that the user must take to the host
	Joined   *netcheck.OtherEnd
	Gone     error // it could not be joined, or the session has ended by itself
	Left     bool  // it was ended as somebody here asked
}

// Link keeps the session with the host of an invite, one at a time, between the runs that use it. Its methods may be called from any
// goroutine.
type Link struct {
	config LinkConfig
	wg     sync.WaitGroup

	mu     sync.Mutex
	closed bool
	now    *joining // nil: none
	news   []LinkNews
	posted bool
}

// joining is one session from the first step to its end.
type joining struct {
	to     Invited
	cancel context.CancelFunc
	ready  chan struct{} // closed when it is joined, or can not be
	gone   chan struct{} // closed when nothing of it is left
	remote Remote        // set before ready is closed
	err    error         // likewise
	left   bool          // it is on its way out; guarded by the link's lock
}

// NewLink gives one without a session. Close ends it.
func NewLink(c LinkConfig) *Link { return &Link{config: c} }

// Connect comes to the host; it returns at once. A session with another host is left first, and one with this host stays.
func (l *Link) Connect(to Invited) error {
	_, err := l.begin(to)
	return err
}

// Use gives the session with the host of an invite, and makes one if there is none. It waits until the host lets this computer in or
// ctx ends, and then gives up. The session stays afterwards, for the next run.
func (l *Link) Use(ctx context.Context, to Invited) (Remote, error) {
	j, err := l.begin(to)
	if err != nil {
		return nil, err
	}
	select {
	case <-j.ready:
		return j.remote, j.err
	case <-ctx.Done():
		l.leave(j)
		<-j.gone
		return nil, context.Cause(ctx)
	}
}

// begin gives the session with a host, which may still be in the making.
func (l *Link) begin(to Invited) (*joining, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, ErrClosed
	}
	before := l.now
	if before != nil && before.to == to && !before.left {
		return before, nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	j := &joining{to: to, cancel: cancel, ready: make(chan struct{}), gone: make(chan struct{})}
	l.now = j
	l.wg.Go(func() {
		defer cancel()
		if before != nil {
			before.cancel()
			<-before.gone
		}
		l.hold(ctx, j)
	})
	return j, nil
}

// hold is the goroutine of a session: it makes it and waits for its end.
func (l *Link) hold(ctx context.Context, j *joining) {
	defer close(j.gone)
	l.tell(LinkNews{Reaching: true})
	j.remote, j.err = l.config.Join(ctx, j.to,
		func(s netcheck.StepDone) { l.tell(LinkNews{Step: &s}) },
		func(s signaling.Standing) { l.tell(LinkNews{Standing: &s}) },
		func(answer string) { l.tell(LinkNews{Answer: answer}) })
	if j.err != nil {
		l.forget(j)
		close(j.ready)
		if ctx.Err() != nil {
			l.tell(LinkNews{Left: true})
			return
		}
		l.tell(LinkNews{Gone: j.err})
		return
	}
	other := j.remote.Other()
	l.tell(LinkNews{Joined: &other})
	close(j.ready)
	select {
	case <-ctx.Done():
		l.forget(j)
		_ = j.remote.Close() // whoever leaves has no use for why that went wrong
		l.tell(LinkNews{Left: true})
	case <-j.remote.Done():
		l.forget(j)
		err := j.remote.Err()
		_ = j.remote.Close()
		if err == nil {
			err = errOver
		}
		l.tell(LinkNews{Gone: err})
	}
}

// errOver stands in for a reason that is not known.
var errOver = &netcheck.Failure{Code: netcheck.ReasonHostGone, Text: "The session with the host has ended.", Advice: "Ask for a new invite."}

// forget makes room for the next session.
func (l *Link) forget(j *joining) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.now == j {
		l.now = nil
	}
}

// Leave ends the session, or gives up reaching the host; it returns at once.
func (l *Link) Leave() {
	l.mu.Lock()
	now := l.now
	l.mu.Unlock()
	if now != nil {
		l.leave(now)
	}
}

func (l *Link) leave(j *joining) {
	l.mu.Lock()
	defer l.mu.Unlock()
	j.left = true
	j.cancel()
}

// Busy tells whether there is a session, or one in the making.
func (l *Link) Busy() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now != nil
}

// Close leaves and waits. Nothing is told any more.
func (l *Link) Close() {
	l.mu.Lock()
	l.closed = true
	if l.now != nil {
		l.now.cancel()
	}
	l.mu.Unlock()
	l.wg.Wait()
}

// tell puts news into the inbox, and has it emptied on the goroutine that draws unless that is going to happen anyway.
func (l *Link) tell(n LinkNews) {
	l.mu.Lock()
	first := !l.posted && !l.closed
	l.posted = true
	l.news = append(l.news, n)
	l.mu.Unlock()
	if first {
		l.config.Post(l.drain)
	}
}

// drain runs on the goroutine that draws.
func (l *Link) drain() {
	l.mu.Lock()
	news, closed := l.news, l.closed
	l.news, l.posted = nil, false
	l.mu.Unlock()
	if closed {
		return
	}
	for _, n := range news {
		l.config.Tell(n)
	}
}
