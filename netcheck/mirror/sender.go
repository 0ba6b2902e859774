package mirror

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/json"
	"slices"
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

// packer turns events into parts. The goroutine of the Sender owns it.
type packer struct {
	pending bytes.Buffer // lines that are not compressed yet
	out     bytes.Buffer
	deflate *flate.Writer
	next    uint32 // part
	total   int    // bytes of lines, as events count
	tally   tally
	told    []string // remarks
}

func (p *packer) init() {
	p.deflate, _ = flate.NewWriter(&p.out, flate.BestSpeed) // the level is known
}

func (p *packer) compress(b []byte, last bool) []byte {
	p.out.Reset()
	_, _ = p.deflate.Write(b) // into memory
	if last {
		_ = p.deflate.Close()
	} else {
		_ = p.deflate.Flush()
	}
	return slices.Clone(p.out.Bytes())
}

// reserve is the room that a stream keeps for what is neither rows nor samples.
const reserve = 4 << 20

// line adds an event. What can not be written, or is more than a stream may hold, is left out: the other end only looks on.
func (p *packer) line(e netcheck.Event) {
	e = withoutUsers(e)
	b, s, missing := lineOf(e)
	if b == nil {
		if missing != "" {
			p.remark(e, missing)
		}
		return
	}
	most, counts := maxStream, weight(e, len(b), s)
	if _, kind := measure(e); kind != kindOther {
		most -= reserve
	}
	switch {
	case p.total+counts > most:
		missing = "The other end sees no more of this run than its results: it has become too long for more."
	case p.tally.add(e, len(b)) != nil:
		missing = "The other end does not see all steps of this run: there are too many."
	default:
		p.add(b, counts)
	}
	if missing != "" {
		p.remark(e, missing)
	}
}

// lineOf writes an event, without its servers if they are too many for a line: only they are as many as a user likes. No line: it can
// not be written, or is too large all the same. A remark says what is missing.
func lineOf(e netcheck.Event) (line []byte, s shape, missing string) {
	line, err := json.Marshal(e)
	if err != nil {
		return nil, s, ""
	}
	if s, err = fits(line); err == nil {
		return line, s, ""
	}
	switch b := e.Body.(type) {
	case netcheck.SessionStarted:
		b.Plan.Target.Servers, b.Granted.Target.Servers = nil, nil
		e.Body, missing = b, "The other end does not see the servers of this run: there are too many."
	case netcheck.PathStarted:
		b.Servers = nil
		e.Body, missing = b, "The other end does not see the servers of every path: there are too many."
	}
	if line, err = json.Marshal(e); err == nil {
		s, err = fits(line)
	}
	if err != nil {
		return nil, s, "The other end does not see all that is told of this run: some of it is too long."
	}
	return line, s, missing
}

func (p *packer) add(line []byte, weight int) {
	p.total += weight
	p.pending.Write(line)
	p.pending.WriteByte('\n')
}

// remark says once what is missing.
func (p *packer) remark(e netcheck.Event, missing string) {
	if slices.Contains(p.told, missing) {
		return
	}
	p.told = append(p.told, missing)
	note := netcheck.Event{At: e.At, Path: e.Path, Body: netcheck.Noted{Text: missing}}
	if b, err := json.Marshal(note); err == nil {
		p.add(b, weight(note, len(b), shape{}))
	}
}

// withoutUsers takes the user names of servers out of a plan: they are the user's own, and half of a credential. Passwords never
// marshal.
func withoutUsers(e netcheck.Event) netcheck.Event {
	b, ok := e.Body.(netcheck.SessionStarted)
	if !ok {
		return e
	}
	for _, plan := range []*netcheck.Plan{&b.Plan, &b.Granted} {
		plan.Target.Servers = slices.Clone(plan.Target.Servers)
		for i := range plan.Target.Servers {
			plan.Target.Servers[i].Username = ""
		}
	}
	e.Body = b
	return e
}
