package signaling

import (
	"context"
	"errors"
	"time"
)

// checkTime is how long a wire that was asked for a sign of life may carry nothing: more than a round trip of any network that
// a call is possible over, and less than people wait for.
const checkTime = 1500 * time.Millisecond

// ErrNoWire tells that nothing reaches the other end at the moment. A guest makes a new wire by itself.
var ErrNoWire = errors.New("nothing is heard from the other end of the session at the moment")

// Checker is what the sessions of this package can do beside a Conn, and so can a Mux and a LegConn over one.
type Checker interface {
	// Check asks the other end for a sign of life, and waits until anything at all was heard of it. A wire over which nothing
	// came for 1.5 s is given up, and a guest makes a new one at once: what is under way is not lost. If there is no wire, the guest
	// does not wait any longer before it tries again. The error is ErrNoWire then, a *Gone if the session is over, or the cause of
	// ctx's end, which harms no wire. A wire that can not be made anew (WayPaste) is kept. It may be called from any goroutine.
	Check(ctx context.Context) error
}

// Check implements Checker.
func (s *session) Check(ctx context.Context) error {
	l, heard, err := s.ask()
	if err != nil {
		return err
	}
	limit := time.NewTimer(checkTime)
	defer limit.Stop()
	select {
	case <-heard:
		return nil
	case <-limit.C:
	case <-l.ctx.Done():
		return s.wireless()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	select {
	case <-heard: // at the last moment
		return nil
	default:
	}
	if l.wire.Way() != WayPaste {
		l.cut(errSilent)
	}
	return s.wireless()
}

// ask lets the writer ask the other end for a sign of life. heard is closed when one came over the link.
func (s *session) ask() (l *link, heard <-chan struct{}, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.gone != nil:
		return nil, nil, s.gone
	case s.link == nil:
		s.signal(s.hurry)
		return nil, nil, ErrNoWire
	}
	if s.link.heard == nil {
		s.link.heard = make(chan struct{})
	}
	s.asking = true
	s.signal(s.wake)
	return s.link, s.link.heard, nil
}

// hear tells those who wait for a sign of life that there was one.
func (s *session) hear(l *link) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.heard != nil {
		close(l.heard)
		l.heard = nil
	}
}

// hasten ends the pause before the next attempt to make a wire, if there is none.
func (s *session) hasten() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.link == nil {
		s.signal(s.hurry)
	}
}

func (s *session) wireless() error {
	if g := s.over(); g != nil {
		return g
	}
	return ErrNoWire
}

// Check asks the guest for a sign of life, as Checker has it.
func (g *Guest) Check(ctx context.Context) error { return g.s.Check(ctx) }

// Check asks the other end for a sign of life, as Checker has it. It is nil where the Conn can not tell.
func (m *Mux) Check(ctx context.Context) error {
	if c, ok := m.Conn.(Checker); ok {
		return c.Check(ctx)
	}
	return nil
}

// Check asks the other end of the session for a sign of life, as Checker has it. The error is a *Gone when the leg is over.
func (l *LegConn) Check(ctx context.Context) error {
	if g := l.reason(); g != nil {
		return g
	}
	return l.mux.Check(ctx)
}

// Check implements Checker: within a process nothing gets lost.
func (p *pipeEnd) Check(context.Context) error {
	if g := p.over(); g != nil {
		return g
	}
	return nil
}
