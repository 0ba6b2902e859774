package signaling

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"time"
)

// What may be under way to an end that has not taken it out of Receive yet. The receiver holds the sender to it, so a session
// needs no more memory than that, and its wire is always read: what is said beside messages gets through.
const (
	windowMessages = 256
	windowBytes    = 1 << 20
)

// Timing of a session.
const (
	keepAlive   = 10 * time.Second       // a wire carries a frame each way at least so often
	silence     = 25 * time.Second       // after which a wire is broken
	ackDelay    = 200 * time.Millisecond // for what was received, unless a frame goes that way anyway
	leaveWithin = 2 * time.Second        // for the other end to be told of the end
	maxStrikes  = 5                      // wires in a row that something tampered with
)

// entry is a message that the other end has not taken yet.
type entry struct {
	data  []byte // nil when the other end has it
	size  int
	chain chain // of all messages up to this one
}

// session is one end of a session: what is queued in both directions, whatever wire carries it.
type session struct {
	role    role
	id      string
	version int
	peer    Hello
	resume  key
	onEnd   func(*Gone)   // called once, without locks; may be nil
	onWire  func()        // called when a wire was lost; may be nil
	wake    chan struct{} // the writer, one slot
	arrived chan struct{} // the receiver, one slot
	hurry   chan struct{} // who makes wires, one slot
	done    chan struct{} // closed with gone set
	ctx     context.Context
	cancel  context.CancelFunc
	joined  sync.WaitGroup // goroutines of a guest's session; those of a host's are the lobby's

	takeover sync.Mutex // held while a wire takes the place of another

	mu      sync.Mutex
	gone    *Gone
	drop    bool          // gone by this end: what came is not read any more
	room    chan struct{} // closed and replaced when queued messages got through
	link    *link         // nil without a wire
	way     Way
	remote  netip.AddrPort
	strikes int
	unknown uint64 // messages of a kind that this version does not know
	intake  intake // the reader's

	// Outward. The messages out[0], out[1] ... are number taken+1, taken+2 ...; taken <= acked <= sent.
	out                []entry
	taken, acked, sent uint64
	base               chain // of all up to taken
	queued             int   // messages above acked
	queuedBytes        int
	flightBytes        int  // above taken, up to sent
	asking             bool // for a sign of life
	closing            *Leave
	closed             *Gone // with closing: how the session ends here
	byeSent            bool

	// Inward.
	inbox                  [][]byte
	inboxBytes             int
	received, read         uint64
	inChain                chain
	toldReceived, toldRead uint64
	readBytes              int       // since told
	tellAt                 time.Time // when to tell what was received, zero if nothing is to be told
	tellNow                bool
}

func newSession(r role, id string, version int, peer Hello, resume key) *session {
	start := func(who role) chain { return chain(digest("messages", []byte(id), []byte{byte(who)})) }
	s := &session{
		role: r, id: id, version: version, peer: peer, resume: resume, base: start(r), inChain: start(r.other()),
		wake: make(chan struct{}, 1), arrived: make(chan struct{}, 1), hurry: make(chan struct{}, 1), done: make(chan struct{}),
		room: make(chan struct{}), intake: newIntake(),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

func (s *session) Peer() Hello           { return s.peer }
func (s *session) Version() int          { return s.version }
func (s *session) Done() <-chan struct{} { return s.done }
func (s *session) side() role            { return s.role }

func (s *session) Way() Way {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.way
}

func (s *session) Remote() netip.AddrPort {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.remote
}

func (s *session) over() *Gone {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gone
}

// Send queues a message. It waits while too much is queued.
func (s *session) Send(ctx context.Context, m Message) error {
	data, err := Encode(m)
	if err != nil {
		return err
	}
	for {
		wait, err := s.queue(data)
		if wait == nil {
			return err
		}
		select {
		case <-wait:
		case <-s.done:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// queue takes a message, or gives what tells when to try again.
func (s *session) queue(data []byte) (wait <-chan struct{}, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.gone != nil:
		return nil, s.gone
	case s.closing != nil:
		return nil, ownLeave()
	case s.queued >= maxQueued || s.queuedBytes+len(data) > maxQueuedBytes:
		return s.room, nil
	}
	last := s.base
	if n := len(s.out); n > 0 {
		last = s.out[n-1].chain
	}
	s.out = append(s.out, entry{data: data, size: len(data), chain: last.after(data)})
	s.queued++
	s.queuedBytes += len(data)
	s.signal(s.wake)
	return nil, nil
}

func (s *session) signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Receive waits for the next message. Those of a kind that this version does not know are counted and left out.
func (s *session) Receive(ctx context.Context) (Message, error) {
	for {
		data, err := s.take()
		if err != nil {
			return Message{}, err
		}
		if data == nil {
			select {
			case <-s.arrived:
			case <-s.done:
			case <-ctx.Done():
				return Message{}, context.Cause(ctx)
			}
			continue
		}
		m, err := Decode(data)
		switch {
		case err != nil:
			g := s.unreadable(err)
			s.leave(Leave{Code: string(g.Code)}, g)
		case m.Leave != nil:
			s.finish(s.role.told(*m.Leave), true)
		case m.bodies() == 0:
			s.ignored()
		default:
			return m, nil
		}
	}
}

func (s *session) unreadable(err error) *Gone {
	if errors.Is(err, ErrTooLarge) {
		return s.role.gone(CodeTooLarge, err)
	}
	return s.role.gone(CodeProtocol, err)
}

func (s *session) ignored() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unknown++
}

// take gives the next message that has come, nil if there is none yet.
func (s *session) take() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone != nil && (s.drop || len(s.inbox) == 0) {
		return nil, s.gone
	}
	if len(s.inbox) == 0 {
		return nil, nil
	}
	data := s.inbox[0]
	s.inbox[0], s.inbox = nil, s.inbox[1:]
	s.inboxBytes -= len(data)
	s.read++
	s.readBytes += len(data)
	if s.read-s.toldRead >= windowMessages/4 || s.readBytes >= windowBytes/4 {
		s.tellNow = true
		s.signal(s.wake)
	} else {
		s.tellSoon()
	}
	return data, nil
}

// tellSoon sees to it that the other end learns what was received. The session is locked.
func (s *session) tellSoon() {
	if s.tellAt.IsZero() {
		s.tellAt = time.Now().Add(ackDelay)
		s.signal(s.wake)
	}
}

// Close leaves, and waits for the session's goroutines.
func (s *session) Close() error {
	s.leave(Leave{Code: string(CodeLeft)}, ownLeave())
	return nil
}

// leave tells the other end that the session is over, if it has a wire, and ends it with g.
func (s *session) leave(l Leave, g *Gone) {
	s.mu.Lock()
	if s.gone == nil && s.closing == nil {
		s.closing, s.closed = &l, g
		s.signal(s.wake)
	}
	connected := s.link != nil && s.gone == nil
	s.mu.Unlock()
	if connected {
		timer := time.NewTimer(leaveWithin)
		select {
		case <-s.done:
		case <-timer.C:
		}
		timer.Stop()
	}
	s.finish(g, true)
	s.settle()
}

// settle waits until nothing of the session runs any more.
func (s *session) settle() {
	s.mu.Lock()
	l := s.link
	s.mu.Unlock()
	if l != nil {
		<-l.done
	}
	s.joined.Wait()
}

// finish ends the session. The first reason stands. With drop, what has come is not given to Receive any more.
func (s *session) finish(g *Gone, drop bool) {
	s.mu.Lock()
	if s.gone != nil {
		s.drop = s.drop || drop
		s.mu.Unlock()
		return
	}
	s.gone, s.drop = g, drop
	s.out, s.queued, s.queuedBytes = nil, 0, 0
	if drop {
		s.inbox, s.inboxBytes = nil, 0
	}
	l := s.link
	s.mu.Unlock()
	s.cancel()
	if l != nil {
		l.end(g)
	}
	close(s.done)
	if s.onEnd != nil {
		s.onEnd(g)
	}
}
