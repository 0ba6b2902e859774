// Package netchecktest gives tests a link without a network: two ends in memory, with losses, delays and copies as the test
// asks. It works inside testing/synctest, so a test of minutes takes milliseconds and its times are exact.
package netchecktest

import (
	"context"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
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
	media   *Media // nil if the test did not ask for it
	far     *Link
	once    sync.Once
	Pair    netcheck.CandidatePair
	// Counted, if set, replaces the counters.
	Counted func() netcheck.PairCounters
	// OnClose, if set, is called once when this end closes.
	OnClose func()
}

// Option adds something to both ends of a link.
type Option func(local, far *Link)

// WithMedia gives a link the two ends of video streams, as NewMedia makes them.
func WithMedia(localMedia, farMedia *Media) Option {
	return func(local, far *Link) { local.media, far.media = localMedia, farMedia }
}

// NewLink makes both ends of a link. Nil impairments are perfect and immediate.
func NewLink(out, back Impair, options ...Option) (local, far *Link) {
	if out == nil {
		out = Perfect(0)
	}
	if back == nil {
		back = Perfect(0)
	}
	a, b := newMessages()
	local = &Link{control: a, conns: map[netcheck.Carrier]*Datagrams{}}
	far = &Link{control: b, conns: map[netcheck.Carrier]*Datagrams{}, far: local}
	local.far = far
	for _, c := range netcheck.AllCarriers() {
		l, f := newDatagrams(c, out), newDatagrams(c, back)
		l.peer, f.peer = f, l
		local.conns[c], far.conns[c] = l, f
	}
	host := netcheck.Candidate{Type: "host", Address: netip.MustParseAddrPort("127.0.0.1:4000"), Protocol: "udp"}
	local.Pair = netcheck.CandidatePair{Local: host, Remote: host}
	far.Pair = local.Pair
	for _, o := range options {
		o(local, far)
	}
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

// Media gives the video streams, nil if there are none.
func (l *Link) Media() netcheck.MediaConn {
	if l.media == nil {
		return nil
	}
	return l.media
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
			if end.media != nil {
				end.media.close()
			}
		}
		if l.OnClose != nil {
			l.OnClose()
		}
	})
	return nil
}

// queue is an unbounded queue.
type queue[T any] struct {
	mu     sync.Mutex
	items  []T
	wake   chan struct{}
	closed chan struct{}
	once   sync.Once
}

func newQueue[T any]() *queue[T] {
	return &queue[T]{wake: make(chan struct{}, 1), closed: make(chan struct{})}
}

func (q *queue[T]) close() { q.once.Do(func() { close(q.closed) }) }

func (q *queue[T]) put(item T) {
	q.mu.Lock()
	q.items = append(q.items, item)
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *queue[T]) take() (item T, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == 0 {
		return item, false
	}
	item = q.items[0]
	q.items = q.items[1:]
	return item, true
}

type messages struct{ in, out *queue[[]byte] }

// newMessages makes both ends of a reliable channel.
func newMessages() (*messages, *messages) {
	a, b := newQueue[[]byte](), newQueue[[]byte]()
	return &messages{in: a, out: b}, &messages{in: b, out: a}
}

func (m *messages) Send(ctx context.Context, b []byte) error {
	select {
	case <-m.out.closed:
		return io.ErrClosedPipe
	default:
	}
	m.out.put(slices.Clone(b))
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

// Datagrams is one end of a carrier.
type Datagrams struct {
	carrier netcheck.Carrier
	impair  Impair
	peer    *Datagrams
	in      *queue[[]byte]
	until   *deadline

	mu       sync.Mutex
	sent     int
	received int
	queued   int
	sendErr  error
}

func newDatagrams(c netcheck.Carrier, impair Impair) *Datagrams {
	return &Datagrams{carrier: c, impair: impair, in: newQueue[[]byte](), until: newDeadline()}
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
		copied := slices.Clone(b)
		if delay == 0 {
			d.peer.in.put(copied)
			continue
		}
		time.AfterFunc(delay, func() { d.peer.in.put(copied) })
	}
	return nil
}

// Receive waits for a datagram.
func (d *Datagrams) Receive(b []byte) (int, error) {
	for {
		passed := d.until.wait()
		select {
		case <-passed:
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
		case <-passed:
		case <-d.in.closed:
			return 0, net.ErrClosed
		}
	}
}

// SetReceiveDeadline sets the deadline as net.Conn does.
func (d *Datagrams) SetReceiveDeadline(t time.Time) error {
	d.until.set(t)
	return nil
}

var (
	_ netcheck.Link         = (*Link)(nil)
	_ netcheck.DatagramConn = (*Datagrams)(nil)
)
