package rtc

import (
	"encoding/binary"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/pion/stun/v3"
)

// Bounds of a stream's queue. A sender sees the queue grow and leaves packets out long before it is full.
const (
	streamQueue = 8 << 20 // bytes
	streamFlush = 100 * time.Millisecond
)

// stream is a connection to a TURN server that its network knows of. Writes only queue: a carrier's Send must not wait while
// TCP repairs a loss, and what has gathered meanwhile leaves in one piece.
type stream struct {
	net.Conn
	owner   *network
	once    sync.Once
	err     error
	flushed chan struct{} // closed when the writer has ended

	mu      sync.Mutex // guards what follows
	changed *sync.Cond
	queue   []byte
	asked   askedBefore
	writing int // bytes that the writer has taken and not written yet
	closing bool
	failed  error
}

func newStream(c net.Conn, owner *network) *stream {
	s := &stream{Conn: c, owner: owner, flushed: make(chan struct{})}
	s.changed = sync.NewCond(&s.mu)
	go s.write()
	return s
}

func (s *stream) Read(b []byte) (int, error) {
	n, err := s.Conn.Read(b)
	s.owner.watch.see(b[:n])
	return n, err
}

// Write queues b, which is one message of pion's. It waits only while 8 MiB are queued. A request that pion repeats because its answer
// takes long is dropped: TCP repeats what is lost (RFC 8489, section 6.2.2), and a copy would only come after it and be answered again.
func (s *stream) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.queue) > streamQueue && s.failed == nil && !s.closing {
		s.changed.Wait()
	}
	if s.failed != nil {
		return 0, s.failed
	}
	if s.closing {
		return 0, net.ErrClosed
	}
	if s.repeats(b) { // not before: pion learns from the error that nobody will answer
		return len(b), nil
	}
	s.owner.watch.sent(b)
	s.queue = append(s.queue, b...)
	s.changed.Broadcast()
	return len(b), nil
}

// askedBefore are the transactions of the last requests, in a ring of more than are under way at a time.
type askedBefore struct {
	ids  [128][stun.TransactionIDSize]byte
	next int
}

// repeats tells of a request that was sent before, and notes one that was not. s.mu is held.
func (s *stream) repeats(b []byte) bool {
	const classes = 0x0110
	if len(b) < stunHeader || b[0]&0xc0 != 0 || binary.BigEndian.Uint16(b)&classes != 0 || binary.BigEndian.Uint32(b[4:]) != stunCookie {
		return false // channel data, an indication or an answer
	}
	id, a := [stun.TransactionIDSize]byte(b[8:]), &s.asked
	if slices.Contains(a.ids[:min(a.next, len(a.ids))], id) {
		return true
	}
	a.ids[a.next%len(a.ids)] = id
	a.next++
	return false
}

// write is the stream's one goroutine. It ends when the stream closes or a write fails.
func (s *stream) write() {
	defer close(s.flushed)
	var spare []byte
	for {
		s.mu.Lock()
		for len(s.queue) == 0 && !s.closing {
			s.changed.Wait()
		}
		out := s.queue
		s.queue, s.writing = spare[:0], len(out)
		s.mu.Unlock()
		if len(out) == 0 {
			return
		}
		_, err := s.Conn.Write(out)
		s.mu.Lock()
		s.writing, s.failed = 0, err
		s.changed.Broadcast()
		s.mu.Unlock()
		if err != nil {
			return
		}
		spare = out
	}
}

func (s *stream) queued() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue) + s.writing
}

// Close writes what is queued, such as the end of the allocation, unless that takes longer than 0.1 s, and gives TLS as long for its end.
// It may be called by pion and by the network at once.
func (s *stream) Close() error {
	s.once.Do(func() {
		s.owner.forget(s)
		_ = s.Conn.SetWriteDeadline(time.Now().Add(streamFlush))
		s.mu.Lock()
		s.closing = true
		s.changed.Broadcast()
		s.mu.Unlock()
		<-s.flushed
		cut := time.AfterFunc(streamFlush, func() { _ = rawConn(s.Conn).Close() })
		s.err = s.Conn.Close() // tls.Conn would wait 5 s for its last words to leave
		cut.Stop()
	})
	return s.err
}

// rawConn is the TCP connection below all TLS.
func rawConn(c net.Conn) net.Conn {
	for {
		outer, ok := c.(interface{ NetConn() net.Conn })
		if !ok {
			return c
		}
		c = outer.NetConn()
	}
}
