package vlab

import (
	"net/netip"
	"slices"
	"sync"
	"time"
)

// Packet is one datagram in the log.
type Packet struct {
	At      time.Duration // since the lab was built, when the site handed it over
	To      netip.AddrPort
	Size    int      // UDP payload in bytes
	Head    [64]byte // the payload's first bytes, for readers that know the protocol
	Dropped bool
	Full    bool          // dropped because the bottleneck's queue was full, and for nothing else
	Held    bool          // held back so that others overtake it
	Copies  int           // sent beside the packet itself
	Delay   time.Duration // that was decided; it begins behind the bottleneck
	Queued  time.Duration // wait at the bottleneck until the transmission began, or will begin as things are
	Sending time.Duration // what the transmission took, or will take
	Order   int           // place in the order of delivery, from 1; 0 while it is under way and if it was dropped
	Left    time.Duration // since the lab was built, when it was delivered; on a busy machine that is late
}

// OnWire is the length of the IP packet in bytes.
func (p Packet) OnWire() int { return p.Size + headers }

// pipe carries what one site sends. One goroutine delivers, so packets of the same delay keep their order.
type pipe struct {
	dir   Direction
	seed  uint64
	begin time.Time
	wake  chan struct{} // holds one: there is something new to deliver
	quit  chan struct{}
	done  chan struct{}

	mu        sync.Mutex // guards what follows
	course    course
	line      line
	counts    map[int]int // packets since the course began, by size
	log       []Packet
	queue     []*waiting // by time, then by arrival
	floor     time.Time  // packets that keep their order leave no earlier
	delivered int
	stopped   bool
}

// waiting is a packet under way.
type waiting struct {
	*job
	due    time.Time
	after  time.Duration // from the end of the transmission
	held   bool
	number int // in the log
	write  func()
}

func newPipe(d Direction, seed uint64, begin time.Time) *pipe {
	return &pipe{dir: d, seed: seed, begin: begin, course: course{begin: begin}, counts: map[int]int{},
		wake: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{})}
}

func (p *pipe) start() { go p.run() }

func (p *pipe) stop() {
	p.mu.Lock()
	p.stopped = true
	p.mu.Unlock()
	close(p.quit)
	<-p.done
}

func (p *pipe) shape(phases []Phase) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reshape(time.Now(), slices.Clone(phases))
}

// reshape begins another course. What waits at the bottleneck is served by it; what is past it keeps its time.
func (p *pipe) reshape(now time.Time, phases []Phase) {
	old := p.course
	p.course, p.counts = course{begin: now, phases: phases}, map[int]int{}
	p.line.advance(now)
	if len(p.line.jobs) == 0 {
		return
	}
	var jobs []*waiting
	p.floor = now
	for _, w := range p.queue {
		if w.ends.After(now) {
			jobs = append(jobs, w)
		} else if !w.held {
			p.floor = latest(p.floor, w.due)
		}
	}
	p.line.replan(old, p.course, now)
	slices.SortFunc(jobs, func(a, b *waiting) int { return a.number - b.number })
	for _, w := range jobs {
		p.schedule(w)
	}
	slices.SortStableFunc(p.queue, func(a, b *waiting) int { return a.due.Compare(b.due) })
	p.rouse()
}

func (p *pipe) entries() []Packet {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.log)
}

// take decides on a packet and keeps it until its time. write puts it on the virtual wire; it must own its bytes.
func (p *pipe) take(b []byte, to netip.AddrPort, write func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped {
		return
	}
	p.admit(time.Now(), b, to, write)
}

// admit is take at a given moment.
func (p *pipe) admit(now time.Time, b []byte, to netip.AddrPort, write func()) {
	s := p.course.at(now)
	f := s.decide(p.seed, p.dir, len(b), p.counts[len(b)])
	p.counts[len(b)]++
	e := Packet{At: now.Sub(p.begin), To: to, Size: len(b), Dropped: f.dropped, Held: f.held, Copies: f.copies, Delay: f.delay}
	copy(e.Head[:], b)
	p.line.advance(now)
	if !f.dropped && p.line.backlog(p.course, now) > s.room() {
		e.Dropped, e.Full, e.Held, e.Copies = true, true, false, 0
	}
	p.log = append(p.log, e)
	if e.Dropped {
		return
	}
	w := &waiting{job: p.line.add(p.course, now, float64(e.OnWire()*8)), after: f.delay, held: f.held, number: len(p.log) - 1, write: write}
	p.schedule(w)
	at, _ := slices.BinarySearchFunc(p.queue, w, func(a, b *waiting) int {
		if a.due.After(b.due) {
			return 1
		}
		return -1 // behind those of the same time
	})
	p.queue = slices.Insert(p.queue, at, w)
	p.rouse()
}

// schedule says when a packet is due that has its place at the bottleneck.
func (p *pipe) schedule(w *waiting) {
	e := &p.log[w.number]
	e.Queued, e.Sending = w.begins.Sub(p.begin)-e.At, w.ends.Sub(w.begins)
	w.due = w.ends.Add(w.after)
	if !w.held {
		w.due = latest(w.due, p.floor)
		p.floor = w.due
	}
}

// rouse makes the delivering goroutine look at the queue.
func (p *pipe) rouse() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// run delivers until the pipe stops.
func (p *pipe) run() {
	defer close(p.done)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-p.quit:
			return
		case <-p.wake:
		case <-timer.C:
		}
		for write := p.next(timer); write != nil; write = p.next(timer) {
			write()
		}
	}
}

// next takes the next packet that is due out of the queue. If there is none, it sets the timer for the one after.
func (p *pipe) next(timer *time.Timer) func() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.queue) == 0 {
		return nil
	}
	w := p.queue[0]
	if wait := time.Until(w.due); wait > 0 {
		timer.Reset(wait)
		return nil
	}
	p.queue = slices.Delete(p.queue, 0, 1)
	p.delivered++
	p.log[w.number].Order, p.log[w.number].Left = p.delivered, time.Since(p.begin)
	times := 1 + p.log[w.number].Copies
	return func() {
		for range times {
			w.write()
		}
	}
}
