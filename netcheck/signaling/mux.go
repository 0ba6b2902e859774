package signaling

import (
	"context"
	"errors"
	"sync"

	"echopath/netcheck"
)

// Bounds of a Mux.
const (
	maxLegs      = 4   // that the other end may have open at one time
	maxOldLegs   = 16  // with those that it has ended and this end has not closed yet
	maxSignals   = 128 // of one leg that nobody has read
	maxUnclaimed = 64  // messages about no leg that nobody has read
)

// Mux routes what comes over a Conn: signals to their legs, orders for legs and everything else to whoever waits for it.
//
// It drops nothing: when one of its queues is full, it reads no further until there is room, and the other end has to wait. So
// whoever opens or accepts a leg reads it until it is over, and closes it.
type Mux struct {
	Conn
	ctx    context.Context // of the reader
	cancel context.CancelFunc
	joined sync.WaitGroup
	others chan Message
	orders chan *LegConn // at most maxOldLegs are open, so a send never waits
	done   chan struct{}

	mu   sync.Mutex
	err  *Gone // set once, before done is closed
	legs map[uint32]*LegConn
	last uint32 // ID that this end gave most recently
	seen uint32 // highest ID that the other end has given
}

// inside is what the sessions of this package tell beyond what a Conn does.
type inside interface {
	Done() <-chan struct{}
	over() *Gone
	side() role
}

// NewMux takes over a Conn and begins to read it.
func NewMux(c Conn) *Mux {
	ctx, cancel := context.WithCancel(context.Background())
	m := &Mux{
		Conn: c, ctx: ctx, cancel: cancel, legs: map[uint32]*LegConn{}, done: make(chan struct{}),
		others: make(chan Message, maxUnclaimed), orders: make(chan *LegConn, maxOldLegs),
	}
	m.last = m.firstID() - 2
	m.joined.Go(m.read)
	return m
}

// firstID keeps the IDs of the two ends apart: those of a guest are odd, those of a host even.
func (m *Mux) firstID() uint32 {
	if in, ok := m.Conn.(inside); ok && in.side() == roleHost {
		return 2
	}
	return 1
}

// OpenLeg orders a leg from the other end. The ID in l is filled in.
func (m *Mux) OpenLeg(ctx context.Context, l Leg) (*LegConn, error) {
	m.mu.Lock()
	if m.err != nil {
		defer m.mu.Unlock()
		return nil, m.err
	}
	m.last += 2
	l.ID = m.last
	c := newLegConn(m, l, false)
	m.legs[l.ID] = c
	m.mu.Unlock()
	if h, ok := m.Conn.(interface{ hasten() }); ok {
		h.hasten() // somebody waits for this
	}
	if err := m.Conn.Send(ctx, Message{Leg: &l}); err != nil {
		m.forget(c)
		return nil, err
	}
	return c, nil
}

// NextLeg waits for the other end's next order. Orders that the other end has taken back are left out. The error is a *Gone when
// the session is over.
func (m *Mux) NextLeg(ctx context.Context) (Leg, *LegConn, error) {
	for {
		select {
		case c := <-m.orders:
			if c.claim() {
				return c.order, c, nil
			}
			m.forget(c)
		case <-m.done:
			return Leg{}, nil, m.Err()
		case <-ctx.Done():
			return Leg{}, nil, context.Cause(ctx)
		}
	}
}

// Receive waits for the next message that is about no leg. What came before the session's end is still given.
func (m *Mux) Receive(ctx context.Context) (Message, error) {
	select {
	case msg, open := <-m.others:
		if !open {
			return Message{}, m.Err()
		}
		return msg, nil
	case <-ctx.Done():
		return Message{}, context.Cause(ctx)
	}
}

// Done is closed when the session is over; Err tells why then.
func (m *Mux) Done() <-chan struct{} { return m.done }

// Err is the *Gone with which the session ended, or nil.
func (m *Mux) Err() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err == nil {
		return nil // and no nil *Gone in an error
	}
	return m.err
}

// Close closes the Conn and waits for the reader. It is idempotent.
func (m *Mux) Close() error {
	err := m.Conn.Close()
	m.cancel()
	m.joined.Wait()
	return err
}

// read is the reader: it ends with the session.
func (m *Mux) read() {
	defer close(m.others)
	for {
		msg, err := m.Conn.Receive(m.ctx)
		if err != nil {
			m.end(err)
			m.endLegs()
			return
		}
		m.route(msg)
	}
}

func (m *Mux) route(msg Message) {
	switch {
	case msg.Leg != nil:
		m.ordered(*msg.Leg)
	case msg.Signal != nil:
		if c := m.leg(msg.Signal.Leg); c != nil { // otherwise one on its way when the leg was closed
			m.push(func(over <-chan struct{}) bool { return c.put(*msg.Signal, over) })
		}
	default:
		m.push(func(over <-chan struct{}) bool {
			select {
			case m.others <- msg:
			case <-m.ctx.Done():
			case <-over:
				return false
			}
			return true
		})
	}
}

// push queues something. Where that has to wait, the end of the session is still noticed: put gives up on over, and is then
// called once more with one that never comes.
func (m *Mux) push(put func(over <-chan struct{}) bool) {
	in, ok := m.Conn.(inside)
	if !ok {
		put(nil)
		return
	}
	if !put(in.Done()) {
		m.end(in.over())
		put(nil)
	}
}

// ordered takes an order of the other end, or tells it why not.
func (m *Mux) ordered(l Leg) {
	c, refusal := m.register(l)
	if refusal != nil {
		_ = m.Conn.Send(m.ctx, Message{Signal: &Signal{Leg: l.ID, Failure: refusal}}) // if it fails, the session is over
		return
	}
	if c != nil {
		m.orders <- c
	}
}

func (m *Mux) register(l Leg) (*LegConn, *Failure) {
	m.mu.Lock()
	defer m.mu.Unlock()
	active := 0
	for _, c := range m.legs {
		if c.theirs && !c.ended() {
			active++
		}
	}
	switch {
	case m.legs[l.ID] != nil || l.ID <= m.seen || m.own(l.ID):
		return nil, refusal("The number of this leg was used before.")
	case active >= maxLegs || m.theirs() >= maxOldLegs:
		return nil, refusal("The other end carries as many connections for this computer as it takes at one time.")
	case !known(l):
		return nil, refusal("The other end does not know this path or address family.")
	}
	m.seen = l.ID
	c := newLegConn(m, l, true)
	m.legs[l.ID] = c
	return c, nil
}

// own tells whether an ID is one that this end gives.
func (m *Mux) own(id uint32) bool {
	_, ok := m.Conn.(inside)
	return ok && id%2 == m.firstID()%2
}

// theirs counts the other end's legs that this end has not closed. The Mux is locked.
func (m *Mux) theirs() int {
	n := 0
	for _, c := range m.legs {
		if c.theirs {
			n++
		}
	}
	return n
}

func refusal(text string) *Failure {
	return &Failure{Code: netcheck.ReasonFarRefused, Text: text, Advice: "Use the same version of Echopath at both ends, and let one test end before the next."}
}

// known tells whether this version can make a leg of that kind at all.
func known(l Leg) bool {
	_, err := netcheck.ParsePaths(string(l.Path))
	_, familyErr := netcheck.ParseFamily(string(l.Family))
	return err == nil && l.Path != "all" && familyErr == nil
}

func (m *Mux) leg(id uint32) *LegConn {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.legs[id]
}

func (m *Mux) forget(c *LegConn) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.legs, c.order.ID)
}

// end notes why the session is over. The first reason stands.
func (m *Mux) end(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return
	}
	if !errors.As(err, &m.err) {
		m.err = roleGuest.gone(CodeProtocol, err)
		if m.ctx.Err() != nil {
			m.err = ownLeave()
		}
	}
	close(m.done)
}

// endLegs ends the legs that are open when nothing more can come.
func (m *Mux) endLegs() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.legs {
		c.finish(m.err)
	}
}
