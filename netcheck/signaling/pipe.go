package signaling

import (
	"context"
	"net/netip"
	"sync"
)

// Bounds of what is queued at one end, after which Send waits.
const (
	maxQueued      = 1024    // messages
	maxQueuedBytes = 4 << 20 // encoded
)

// Pipe gives the two ends of a session within this process. Messages are held to the same bounds as elsewhere, travel by value
// and keep their order; Send waits while the other end has too many unread. Closing one end ends the other with CodeLeft.
func Pipe(a, b Hello) (Conn, Conn) {
	a, b = a.self(), b.self()
	ab, ba := newPipeQueue(), newPipeQueue()
	first := &pipeEnd{role: roleGuest, peer: b, in: ba, out: ab}
	second := &pipeEnd{role: roleHost, peer: a, in: ab, out: ba}
	return first, second
}

// pipeQueue is one direction of a pipe.
type pipeQueue struct {
	mu      sync.Mutex
	frames  [][]byte
	bytes   int
	gone    *Gone         // for the end that receives
	changed chan struct{} // closed and replaced at each change
	done    chan struct{} // closed with gone set
}

func newPipeQueue() *pipeQueue {
	return &pipeQueue{changed: make(chan struct{}), done: make(chan struct{})}
}

// pipeEnd is one end of a pipe.
type pipeEnd struct {
	role    role
	peer    Hello
	in, out *pipeQueue
}

func (p *pipeEnd) Peer() Hello            { return p.peer }
func (p *pipeEnd) Version() int           { return VersionMax }
func (p *pipeEnd) Way() Way               { return WayMemory }
func (p *pipeEnd) Remote() netip.AddrPort { return netip.AddrPort{} }
func (p *pipeEnd) Done() <-chan struct{}  { return p.in.done }
func (p *pipeEnd) over() *Gone            { return p.in.over() }
func (p *pipeEnd) side() role             { return p.role }

func (p *pipeEnd) Send(ctx context.Context, m Message) error {
	frame, err := Encode(m)
	if err != nil {
		return err
	}
	for {
		if g := p.in.over(); g != nil { // this end
			return g
		}
		changed, over := p.out.put(frame)
		switch {
		case over:
			return p.role.gone(CodeLeft, nil)
		case changed == nil:
			return nil
		}
		select {
		case <-changed:
		case <-p.in.done:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (p *pipeEnd) Receive(ctx context.Context) (Message, error) {
	for {
		frame, changed, err := p.in.take()
		if err != nil {
			return Message{}, err
		}
		if frame != nil {
			m, err := Decode(frame)
			if err == nil && m.Leave != nil {
				g := p.role.told(*m.Leave)
				p.in.end(g, true)
				p.out.end(ownLeave(), false)
				return Message{}, g
			}
			return m, err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Message{}, context.Cause(ctx)
		}
	}
}

// Close ends this end at once, and the other one when it has read what was sent before.
func (p *pipeEnd) Close() error {
	p.in.end(ownLeave(), true)
	p.out.end(p.role.other().gone(CodeLeft, nil), false)
	return nil
}

// put queues a frame. If the queue is full it gives what tells of a change instead.
func (q *pipeQueue) put(frame []byte) (changed <-chan struct{}, over bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.gone != nil {
		return nil, true
	}
	if len(q.frames) >= maxQueued || q.bytes+len(frame) > maxQueuedBytes {
		return q.changed, false
	}
	q.frames = append(q.frames, frame)
	q.bytes += len(frame)
	q.signal()
	return nil, false
}

// take gives the next frame, or what tells of a change.
func (q *pipeQueue) take() (frame []byte, changed <-chan struct{}, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.frames) > 0 {
		frame, q.frames = q.frames[0], q.frames[1:]
		q.bytes -= len(frame)
		q.signal()
		return frame, nil, nil
	}
	if q.gone != nil {
		return nil, nil, q.gone
	}
	return nil, q.changed, nil
}

// end ends the queue; what is in it can still be read unless drop is set.
func (q *pipeQueue) end(g *Gone, drop bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if drop {
		q.frames, q.bytes = nil, 0
	}
	if q.gone == nil {
		q.gone = g
		close(q.done)
	}
	q.signal()
}

func (q *pipeQueue) over() *Gone {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.gone
}

// signal wakes who waits for a change. The queue is locked.
func (q *pipeQueue) signal() {
	close(q.changed)
	q.changed = make(chan struct{})
}
