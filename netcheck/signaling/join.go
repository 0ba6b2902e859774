package signaling

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

const (
	defaultResumeFor = time.Minute
	firstPause       = 200 * time.Millisecond // before a wire is made again
	longestPause     = 3 * time.Second
	steady           = 5 * time.Second // a wire that held so long was a good one
	joinTries        = 3               // of a handshake that a breaking wire cut off
)

// JoinConfig is what a guest needs to come in.
type JoinConfig struct {
	Self   Hello
	Room   [8]byte
	Secret [16]byte
	// Identity is random, and kept by the caller for as long as it may come again: who comes with the same one is the same guest,
	// and does not use up the invite once more; nor does it come in again by the invite once the host has removed it. The host
	// learns something made of it, for this room alone. If it is zero, each Join is another guest.
	Identity [32]byte
	// Dial makes a wire to the host: for the first time, and again each time that one has broken. Its context bounds the dialling
	// alone: the wire outlives it.
	Dial func(ctx context.Context) (Wire, error)
	// ResumeFor is how long to try again after a wire has broken, 60 s if 0.
	ResumeFor time.Duration
	Now       func() time.Time // the clock on the wall, for words about the host's; time.Now if nil
}

func (c JoinConfig) cleaned() JoinConfig {
	c.Self = c.Self.self()
	if c.Identity == ([32]byte{}) {
		c.Identity = [32]byte(randomBytes(32))
	}
	if c.ResumeFor <= 0 {
		c.ResumeFor = defaultResumeFor
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// Join makes a wire, proves both ends to each other and gives the guest's end of the session. ctx bounds the joining only. The
// error is a *Gone, or what Dial returned.
func Join(ctx context.Context, c JoinConfig) (Conn, error) {
	c = c.cleaned()
	var broken error
	for range joinTries {
		w, err := c.Dial(ctx)
		if err != nil {
			return nil, err
		}
		s, ch, err := greetWithin(ctx, w, c, nil)
		if err == nil {
			l := s.start(w, ch)
			s.joined.Go(func() { s.keepUp(c, l) })
			return s, nil
		}
		_ = w.Close() // it is of no use any more
		var g *Gone
		if errors.As(err, &g) {
			return nil, g
		}
		broken = err
		if ctx.Err() != nil {
			broken = context.Cause(ctx)
			break
		}
	}
	return nil, cutOff(broken)
}

// cutOff is the end of an attempt that no refusal ended.
func cutOff(err error) *Gone {
	g := roleGuest.gone(CodeLost, err)
	g.Text = "The host was reached, and the connection ended before it let this computer in."
	if errors.Is(err, context.DeadlineExceeded) {
		g.Text = "The host was reached, and did not answer in time."
	}
	g.Advice = "Try again. If that does not help, ask whether a proxy or firewall at either end cuts such connections."
	return g
}

func greetWithin(ctx context.Context, w Wire, c JoinConfig, old *session) (*session, *channel, error) {
	ctx, cancel := context.WithTimeout(ctx, defaultAuthTimeout)
	defer cancel()
	s, ch, err := greet(ctx, w, c, old)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return s, ch, err
}

// keepUp carries the session over one wire after the other until it is over.
func (s *session) keepUp(c JoinConfig, l *link) {
	for pause := firstPause; ; {
		since := time.Now()
		err := l.wait()
		if s.over() != nil {
			return
		}
		if time.Since(since) >= steady {
			pause = firstPause
		}
		var w Wire
		var ch *channel
		if w, ch, pause = s.redial(c, err, pause); w == nil {
			return
		}
		l = s.start(w, ch)
	}
}

// redial makes a new wire and resumes the session over it. Without success it ends the session and gives no wire.
func (s *session) redial(c JoinConfig, why error, pause time.Duration) (Wire, *channel, time.Duration) {
	ctx, cancel := context.WithTimeout(s.ctx, c.ResumeFor)
	defer cancel()
	for {
		var ok bool
		if pause, ok = s.rest(ctx, pause); !ok {
			s.finish(s.role.lost(c.ResumeFor, why), false)
			return nil, nil, 0
		}
		w, ch, err := s.again(ctx, c)
		if err == nil {
			return w, ch, pause
		}
		var g *Gone
		if errors.As(err, &g) && final(g) {
			s.finish(g, false)
			return nil, nil, 0
		}
		why = err
	}
}

// rest waits for about as long as pause, or shorter if somebody has cause to hurry. It gives the next pause, and false when ctx ended.
func (s *session) rest(ctx context.Context, pause time.Duration) (time.Duration, bool) {
	// Guests of a host that was away for a moment do not all come back at one time.
	wait := time.NewTimer(pause/2 + rand.N(pause))
	defer wait.Stop()
	for {
		select {
		case <-wait.C:
			return min(2*pause, longestPause), true
		case <-s.hurry:
			if pause > firstPause {
				pause = firstPause
				wait.Reset(pause/2 + rand.N(pause))
			}
		case <-ctx.Done():
			return 0, false
		}
	}
}

// again is one attempt to go on over a new wire.
func (s *session) again(ctx context.Context, c JoinConfig) (Wire, *channel, error) {
	ctx, cancel := context.WithTimeout(ctx, defaultAuthTimeout)
	defer cancel()
	w, err := c.Dial(ctx)
	if err != nil {
		return nil, nil, err
	}
	_, ch, err := greetWithin(ctx, w, c, s)
	if err != nil {
		_ = w.Close() // it is of no use
		return nil, nil, err
	}
	return w, ch, nil
}

// final tells whether trying again is of no use. What something on the way may have caused is not.
func final(g *Gone) bool {
	switch g.Code {
	case CodeTooMany, CodeWrongSecret, CodeHostFull, CodeBusy:
		return false
	case CodeProtocol:
		return g.Err == nil // told by the host, and proved
	}
	return true
}
