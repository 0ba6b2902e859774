package natprobe

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// ring is a circle of relays, each of which sends to the next.
type ring struct {
	ends []*session
	tag  [16]byte

	reading sync.WaitGroup
	closing atomic.Bool

	mu    sync.Mutex // guards what follows
	round uint32     // the load that is under way
	sent  []time.Time
	took  []time.Duration // 0: has not come
	last  time.Time       // when the latest arrived
	fault error
}

// ring asks for up to n relays of which each can send to the next, and the last to the first; at least two.
func (v *visit) ring(ctx context.Context, n int) (_ *ring, err error) {
	r := &ring{}
	defer func() {
		if err != nil {
			r.leave(ctx)
		}
	}()
	for i := range n {
		log := v.log
		if i > 0 {
			log = &timeline{begin: v.log.begin}
		}
		s, err := v.within(ctx, log)
		if err != nil && i >= 2 && ctx.Err() == nil {
			break // two tell the most
		}
		if err != nil {
			return nil, err
		}
		if i > 0 {
			s.log = nil
		}
		r.ends = append(r.ends, s)
	}
	return r, r.join(ctx)
}

// join lets each send to the next, and begins to read.
func (r *ring) join(ctx context.Context) error {
	if _, err := rand.Read(r.tag[:]); err != nil {
		return err
	}
	for i, s := range r.ends {
		next, before := r.ends[(i+1)%len(r.ends)], r.ends[(i+len(r.ends)-1)%len(r.ends)]
		if err := s.permit(ctx, before.relayed); err != nil {
			return err
		}
		if err := s.bind(ctx, next.relayed); err != nil {
			return err
		}
		if c, ok := s.conn.(interface{ SetReadBuffer(bytes int) error }); ok {
			_ = c.SetReadBuffer(rateBuffer) // less makes a busy computer lose earlier, which is seen
		}
		if c := tcpOf(s.conn); c != nil {
			_ = c.SetWriteBuffer(rateHeld) // more would only delay what the next load shows
		}
	}
	for _, s := range r.ends {
		_ = s.conn.SetDeadline(time.Time{})
		r.reading.Go(func() { r.read(s) })
	}
	return nil
}

// interrupt ends a write that waits for a full stream.
func (r *ring) interrupt() {
	for _, s := range r.ends {
		_ = s.conn.SetWriteDeadline(time.Unix(1, 0))
	}
}

// close ends the reading and gives the relays back.
func (r *ring) close(ctx context.Context) {
	r.closing.Store(true)
	for _, s := range r.ends {
		_ = s.conn.SetReadDeadline(time.Unix(1, 0))
	}
	r.reading.Wait()
	r.leave(ctx)
}

func (r *ring) leave(ctx context.Context) {
	for _, s := range r.ends {
		s.leave(ctx)
	}
}

// read takes what arrives at one end.
func (r *ring) read(s *session) {
	for {
		data, err := s.receive(s.conn)
		now := time.Now()
		switch {
		case errors.Is(err, errNotSTUN) && !s.stream:
			continue // of strangers
		case err != nil:
			if !r.closing.Load() {
				r.fail(err)
			}
			return
		}
		r.arrived(data, now)
	}
}

func (r *ring) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fault == nil {
		r.fault = err
	}
}

// A packet: the tag, the load, its number, and nothing.
const rateHead = 16 + 4 + 4

func (r *ring) packet(b []byte, n int) []byte {
	copy(b, r.tag[:])
	binary.BigEndian.PutUint32(b[16:], r.round)
	binary.BigEndian.PutUint32(b[20:], uint32(n)) //nolint:gosec // some thousands
	return b
}

func (r *ring) arrived(b []byte, now time.Time) {
	if len(b) < rateHead || [16]byte(b) != r.tag {
		return
	}
	n := int(binary.BigEndian.Uint32(b[20:]))
	r.mu.Lock()
	defer r.mu.Unlock()
	if binary.BigEndian.Uint32(b[16:]) != r.round || n >= len(r.sent) || r.took[n] != 0 {
		return
	}
	r.took[n], r.last = max(1, now.Sub(r.sent[n])), now
}

// tcpOf gives the TCP connection below a stream, nil if it is not known.
func tcpOf(conn net.Conn) *net.TCPConn {
	for {
		switch c := conn.(type) {
		case *net.TCPConn:
			return c
		case interface{ NetConn() net.Conn }: // TLS
			conn = c.NetConn()
		default:
			return nil
		}
	}
}
