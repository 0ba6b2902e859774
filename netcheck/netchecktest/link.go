// Package netchecktest gives tests a link without a network: two ends in memory, with losses, delays and copies as the test
// asks. It works inside testing/synctest, so a test of minutes takes milliseconds and its times are exact.
package netchecktest

import (
	"context"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"echopath/netcheck"
)

// Impair decides what becomes of a datagram: one delivery for every delay that it returns, none if it is lost. It is called
// with the number of the datagram in its direction and carrier, from 0, in order.
type Impair func(carrier netcheck.Carrier, n int, b []byte) []time.Duration

// Perfect delivers everything once, after d.
func Perfect(d time.Duration) Impair {
	return func(netcheck.Carrier, int, []byte) []time.Duration { return []time.Duration{d} }
}

// Link is one end of a link in memory.
type Link struct {
	control *messages
	conns   map[netcheck.Carrier]*Datagrams
	media   netcheck.MediaConn
	far     *Link
	once    sync.Once
	Pair    netcheck.CandidatePair
	// Counted, if set, replaces the counters.
	Counted func() netcheck.PairCounters
	// OnClose, if set, is called once when this end closes.
	OnClose func()
}

// NewLink makes both ends of a link. Nil impairments are perfect and immediate.
func NewLink(out, back Impair) (local, far *Link) {
	if out == nil {
		out = Perfect(0)
	}
	if back == nil {
		back = Perfect(0)
	}
	a, b := newQueue(), newQueue()
	local = &Link{control: &messages{in: a, out: b}, conns: map[netcheck.Carrier]*Datagrams{}}
	far = &Link{control: &messages{in: b, out: a}, conns: map[netcheck.Carrier]*Datagrams{}, far: local}
	local.far = far
	for _, c := range netcheck.AllCarriers() {
		l, f := newDatagrams(c, out), newDatagrams(c, back)
		l.peer, f.peer = f, l
		local.conns[c], far.conns[c] = l, f
	}
	host := netcheck.Candidate{Type: "host", Address: netip.MustParseAddrPort("127.0.0.1:4000"), Protocol: "udp"}
	local.Pair = netcheck.CandidatePair{Local: host, Remote: host}
	far.Pair = local.Pair
	return local, far
}

// Control gives the reliable channel.
func (l *Link) Control() netcheck.MessageConn { return l.control }

// Datagrams gives a carrier.
func (l *Link) Datagrams(c netcheck.Carrier) netcheck.DatagramConn {
	if d, ok := l.conns[c]; ok {
		return d
	}
	return nil
}

// Carrier gives a carrier as what it is, for tests that set its queue.
func (l *Link) Carrier(c netcheck.Carrier) *Datagrams { return l.conns[c] }

// Pairs gives both ends' pairs.
func (l *Link) Pairs(context.Context) (local, far netcheck.CandidatePair, err error) {
	return l.Pair, l.far.Pair, nil
}

// Counters counts datagrams.
func (l *Link) Counters() netcheck.PairCounters {
	if l.Counted != nil {
		return l.Counted()
	}
	var p netcheck.PairCounters
	for _, d := range l.conns {
		d.mu.Lock()
		p.PacketsSent += uint64(d.sent)         //nolint:gosec // counts up from 0
		p.PacketsReceived += uint64(d.received) //nolint:gosec // counts up from 0
		d.mu.Unlock()
	}
	return p
}

// Close closes both ends.
func (l *Link) Close() error {
	l.once.Do(func() {
		for _, end := range []*Link{l, l.far} {
			end.control.in.close()
			for _, d := range end.conns {
				d.close()
			}
		}
		if l.OnClose != nil {
			l.OnClose()
		}
	})
	return nil
}

// queue is an unbounded queue of messages.
type queue struct {
	mu     sync.Mutex
	items  [][]byte
	wake   chan struct{}
	closed chan struct{}
	once   sync.Once
}

func newQueue() *queue { return &queue{wake: make(chan struct{}, 1), closed: make(chan struct{})} }

func (q *queue) close() { q.once.Do(func() { close(q.closed) }) }

func (q *queue) put(b []byte) {
	q.mu.Lock()
	q.items = append(q.items, append([]byte(nil), b...))
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *queue) take() ([]byte, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == 0 {
		return nil, false
	}
	b := q.items[0]
	q.items = q.items[1:]
	return b, true
}

type messages struct{ in, out *queue }

func (m *messages) Send(ctx context.Context, b []byte) error {
	select {
	case <-m.out.closed:
		return io.ErrClosedPipe
	default:
	}
	m.out.put(b)
	return ctx.Err()
}

func (m *messages) Receive(ctx context.Context) ([]byte, error) {
	for {
		if b, ok := m.in.take(); ok {
			return b, nil
		}
		select {
		case <-m.in.wake:
		case <-m.in.closed:
			return nil, io.EOF
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// closedChannel stands for a deadline that has passed.
var closedChannel = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// Datagrams is one end of a carrier.
type Datagrams struct {
	carrier netcheck.Carrier
	impair  Impair
	peer    *Datagrams
	in      *queue

	mu       sync.Mutex
	sent     int
	received int
	deadline chan struct{} // closed when the deadline has passed
	timer    *time.Timer
	queued   int
	sendErr  error
}

func newDatagrams(c netcheck.Carrier, impair Impair) *Datagrams {
	return &Datagrams{carrier: c, impair: impair, in: newQueue(), deadline: make(chan struct{})}
}

func (d *Datagrams) close() { d.in.close() }

// SetQueued sets what Queued answers.
func (d *Datagrams) SetQueued(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.queued = n
}

// SetSendError makes every Send fail.
func (d *Datagrams) SetSendError(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sendErr = err
}

// Queued answers what the test has set.
func (d *Datagrams) Queued() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.queued
}

// Send delivers copies as the impairment says.
func (d *Datagrams) Send(b []byte) error {
	select {
	case <-d.in.closed:
		return net.ErrClosed
	default:
	}
	d.mu.Lock()
	err, n := d.sendErr, d.sent
	if err == nil {
		d.sent++
	}
	d.mu.Unlock()
	if err != nil {
		return err
	}
	for _, delay := range d.impair(d.carrier, n, b) {
		if delay == 0 {
			d.peer.in.put(b)
			continue
		}
		copied := append([]byte(nil), b...)
		time.AfterFunc(delay, func() { d.peer.in.put(copied) })
	}
	return nil
}

// Receive waits for a datagram.
func (d *Datagrams) Receive(b []byte) (int, error) {
	for {
		d.mu.Lock()
		deadline := d.deadline
		d.mu.Unlock()
		select {
		case <-deadline:
			return 0, os.ErrDeadlineExceeded
		default:
		}
		if item, ok := d.in.take(); ok {
			d.mu.Lock()
			d.received++
			d.mu.Unlock()
			return copy(b, item), nil
		}
		select {
		case <-d.in.wake:
		case <-deadline:
		case <-d.in.closed:
			return 0, net.ErrClosed
		}
	}
}

// SetReceiveDeadline sets the deadline as net.Conn does.
func (d *Datagrams) SetReceiveDeadline(t time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
	fresh := make(chan struct{})
	old := d.deadline
	d.deadline = fresh
	switch {
	case t.IsZero():
	case !t.After(time.Now()):
		d.deadline = closedChannel
	default:
		d.timer = time.AfterFunc(time.Until(t), func() {
			d.mu.Lock()
			defer d.mu.Unlock()
			if d.deadline == fresh { // else it has been replaced, and closed, already
				close(fresh)
				d.deadline = closedChannel
			}
		})
	}
	select {
	case <-old:
	default:
		close(old) // a waiting Receive looks again
	}
	return nil
}

var (
	_ netcheck.Link         = (*Link)(nil)
	_ netcheck.DatagramConn = (*Datagrams)(nil)
)

// Media gives the video streams, nil if there are none.
func (l *Link) Media() netcheck.MediaConn { return l.media }
