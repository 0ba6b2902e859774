package mirror

import (
	"context"
	"sync"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// Sender packs the events of one run. Its Observe is a netcheck.Observer.
type Sender struct {
	run    string
	send   func(ctx context.Context, m signaling.Message) error
	ctx    context.Context // of the goroutine
	cancel context.CancelFunc
	wake   chan struct{} // there is something in the queue
	ended  chan struct{} // closed when the goroutine has ended

	mu      sync.Mutex // guards what follows
	queue   queue
	closing bool

	packer
	err error // of the goroutine; read after ended
}

// NewSender begins the stream of a run. send is called from one goroutine; when it fails, nothing more is sent. Close must be
// called.
func NewSender(run string, send func(ctx context.Context, m signaling.Message) error) *Sender {
	s := &Sender{run: run, send: send, wake: make(chan struct{}, 1), ended: make(chan struct{}), queue: newQueue()}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.packer.init()
	go func() {
		defer close(s.ended)
		s.err = s.work()
	}()
	return s
}

// Observe takes an event. It is quick and never waits: rows of packets and pictures wait until no probe runs. Beyond 64 MiB of
// rows, or if the other end takes the samples too slowly, some are left out, and a remark says so. The event must not change
// afterwards.
func (s *Sender) Observe(e netcheck.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return
	}
	s.queue.add(e)
	s.poke()
}

func (s *Sender) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Close sends what is left, within ctx, and waits. It is idempotent. The error is that of send, or of ctx.
func (s *Sender) Close(ctx context.Context) error {
	s.mu.Lock()
	if !s.closing {
		s.closing = true
		clear(s.queue.running) // of a run that did not end in order
		s.poke()
	}
	s.mu.Unlock()
	select {
	case <-s.ended:
	case <-ctx.Done():
		s.cancel()
		<-s.ended
	}
	s.cancel()
	return s.err
}

// work sends until Close.
func (s *Sender) work() error {
	flush := time.NewTimer(time.Hour)
	flush.Stop()
	defer flush.Stop()
	armed := false
	for {
		select {
		case <-s.wake:
			last, err := s.pack()
			if err != nil {
				return s.give(err)
			}
			if last {
				return s.part(true)
			}
			if !armed && s.pending.Len() > 0 {
				flush.Reset(flushEvery)
				armed = true
			}
		case <-flush.C:
			armed = false
			if err := s.part(false); err != nil {
				return s.give(err)
			}
		case <-s.ctx.Done():
			return s.ctx.Err()
		}
	}
}

// give takes no more events.
func (s *Sender) give(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing, s.queue = true, newQueue()
	return err
}

// pack packs what waits and sends the parts that are full. Rows are sent at once: a probe may start any time.
func (s *Sender) pack() (last bool, err error) {
	for {
		s.mu.Lock()
		events, last := s.queue.take(), s.closing
		s.mu.Unlock()
		if len(events) == 0 {
			return last, nil
		}
		rows := false
		for _, e := range events {
			_, kind := measure(e)
			rows = rows || kind == kindRows
			s.line(e)
			if err := s.parts(rows); err != nil {
				return false, err
			}
		}
	}
}

// parts sends the parts that are full, or all that is pending.
func (s *Sender) parts(all bool) error {
	for s.pending.Len() >= maxPiece || all && s.pending.Len() > 0 {
		if err := s.part(false); err != nil {
			return err
		}
	}
	return nil
}

// part sends what is pending, at most maxPiece of it.
func (s *Sender) part(last bool) error {
	if s.pending.Len() == 0 && !last {
		return nil
	}
	m := signaling.Mirror{Run: s.run, Part: s.next, Data: s.compress(s.pending.Next(maxPiece), last), Last: last}
	s.next++
	return s.send(s.ctx, signaling.Message{Mirror: &m})
}
