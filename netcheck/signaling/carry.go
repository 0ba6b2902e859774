package signaling

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// Reasons why a wire ended that are no one's farewell.
var (
	errSilent   = errors.New("nothing was heard for too long")
	errTampered = errors.New("what came is not what the other end sent")
)

// link is a wire that carries a session.
type link struct {
	wire    Wire
	channel *channel
	ctx     context.Context
	cancel  context.CancelCauseFunc
	writer  sync.WaitGroup
	done    chan struct{} // closed when nothing of it runs any more
	err     error         // why it ended, valid after done
	abrupt  atomic.Bool   // the other end is not told: it would not hear it
	unsent  []byte        // what the writer had sealed when the link ended; the writer's

	heard chan struct{} // closed when something comes; nil if nobody waits for it. The session's to lock
}

// end stops the link. The first reason stands.
func (l *link) end(err error) { l.cancel(err) }

// cut stops it as well, and does not wait for the other end.
func (l *link) cut(err error) {
	l.abrupt.Store(true)
	l.end(err)
}

// close closes the wire. What does not reach the other end any more would keep an orderly end waiting for its answer.
func (l *link) close() {
	if w, ok := l.wire.(Aborter); ok && l.abrupt.Load() {
		w.Abort()
	}
	_ = l.wire.Close() // it is over
}

// start lets a session go on over a wire whose handshake is done. It must have no other. Nothing happens if the session is over.
func (s *session) start(w Wire, c *channel) *link {
	l := &link{wire: w, channel: c, done: make(chan struct{})}
	l.ctx, l.cancel = context.WithCancelCause(context.Background())
	s.mu.Lock()
	s.link, s.way, s.remote = l, w.Way(), w.Remote()
	if s.gone != nil {
		l.cancel(s.gone)
	}
	s.asking = false
	s.tellNow = true // so that each wire carries something each way at once
	s.mu.Unlock()
	l.writer.Go(func() { l.cancel(s.write(l)) })
	go func() {
		l.cancel(s.readFrames(l))
		s.conclude(l)
	}()
	return l
}

// wait waits until a link has ended, and says why.
func (l *link) wait() error {
	<-l.done
	return l.err
}

// conclude is the last that happens on a link.
func (s *session) conclude(l *link) {
	l.close()
	l.writer.Wait()
	l.err = context.Cause(l.ctx)
	s.mu.Lock()
	s.link = nil
	var told *Gone
	if s.byeSent && s.gone == nil {
		told = s.closed
	}
	if errors.Is(l.err, errTampered) {
		s.strikes++
	}
	strikes := s.strikes
	s.mu.Unlock()
	var bye *errBye
	switch {
	case errors.As(l.err, &bye):
		s.finish(bye.gone, false)
		l.err = bye.gone
	case told != nil: // and the other end went
		s.finish(told, true)
	case strikes >= maxStrikes:
		s.finish(s.role.gone(CodeProtocol, l.err), false)
	}
	l.err = s.reason(l.err)
	if s.onWire != nil {
		s.onWire()
	}
	close(l.done)
}

// reason makes a Gone of why a wire ended.
func (s *session) reason(err error) error {
	var g *Gone
	switch {
	case errors.As(err, &g):
		return g
	case errors.Is(err, errTampered):
		return s.role.gone(CodeProtocol, err)
	}
	if g := s.over(); g != nil {
		return g
	}
	return s.role.gone(CodeLost, err)
}

// readFrames takes in frames until the wire or the session ends.
func (s *session) readFrames(l *link) error {
	watch := time.AfterFunc(silence, func() { l.cut(errSilent) })
	defer watch.Stop()
	for {
		frame, err := l.wire.Receive(l.ctx)
		if err != nil {
			return cutShort(err)
		}
		watch.Reset(silence)
		if !s.intake.takes(frame, time.Now()) {
			return s.flooded(l)
		}
		plain, err := l.channel.open(frame)
		if err != nil {
			return fmt.Errorf("%w: %w", errTampered, err)
		}
		s.hear(l)
		var bye *errBye
		if err := s.handle(plain); errors.As(err, &bye) {
			return err
		} else if err != nil { // the other end itself said so: it is authentic
			g := s.role.gone(CodeProtocol, err)
			s.finish(g, false)
			return g
		}
	}
}

// cutShort makes the end of a wire an error even where it is in order.
func cutShort(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// write sends what is queued until the wire or the session ends.
func (s *session) write(l *link) error {
	timer := time.NewTimer(keepAlive)
	defer timer.Stop()
	last := time.Now()
	for {
		now := time.Now()
		plain := s.next(now.Sub(last) >= keepAlive, now)
		if plain == nil {
			timer.Reset(s.pause(last.Add(keepAlive), now))
			select {
			case <-s.wake:
			case <-timer.C:
			case <-l.ctx.Done():
				return context.Cause(l.ctx)
			}
			continue
		}
		frame, err := l.channel.seal(plain)
		if err == nil {
			err = l.wire.Send(l.ctx, frame)
		}
		if err != nil {
			l.unsent = frame
			return cutShort(err)
		}
		last = now
	}
}

// pause is how long the writer may wait: until the wire needs a sign of life, or the other end has to be told something.
func (s *session) pause(quiet, now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := quiet
	if !s.tellAt.IsZero() && s.tellAt.Before(at) {
		at = s.tellAt
	}
	if s.byeSent || s.gone != nil { // nothing more is sent
		at = now.Add(silence)
	}
	return max(at.Sub(now), 0)
}
