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
	Held    bool          // held back so that others overtake it
	Copies  int           // sent beside the packet itself
	Delay   time.Duration // that was decided
	Order   int           // place in the order of delivery, from 1; 0 while it is under way and if it was dropped
}

// pipe carries what one site sends. One goroutine delivers, so packets of the same delay keep their order.
type pipe struct {
	dir   Direction
	seed  uint64
	begin time.Time
	wake  chan struct{} // holds one: there is something new to deliver
	quit  chan struct{}
	done  chan struct{}

	mu        sync.Mutex // guards what follows
	phases    []Phase
	shaped    time.Time
	counts    map[int]int // packets since then, by size
	log       []Packet
	queue     []waiting // by time, then by arrival
	floor     time.Time // packets that keep their order leave no earlier
	delivered int
	stopped   bool
}

// waiting is a packet under way.
type waiting struct {
	due    time.Time
	number int // in the log
	write  func()
}

func newPipe(d Direction, seed uint64, begin time.Time) *pipe {
	return &pipe{dir: d, seed: seed, begin: begin, shaped: begin, counts: map[int]int{},
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
	p.phases, p.shaped, p.counts = slices.Clone(phases), time.Now(), map[int]int{}
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
	now := time.Now()
	f := p.shapeAt(now).decide(p.seed, p.dir, len(b), p.counts[len(b)])
	p.counts[len(b)]++
	e := Packet{At: now.Sub(p.begin), To: to, Size: len(b), Dropped: f.dropped, Held: f.held, Copies: f.copies, Delay: f.delay}
	copy(e.Head[:], b)
	p.log = append(p.log, e)
	if f.dropped {
		return
	}
	w := waiting{due: now.Add(f.delay), number: len(p.log) - 1, write: write}
	if !f.held {
		w.due = latest(w.due, p.floor)
		p.floor = w.due
	}
	at, _ := slices.BinarySearchFunc(p.queue, w, func(a, b waiting) int {
		if a.due.After(b.due) {
			return 1
		}
		return -1 // behind those of the same time
	})
	p.queue = slices.Insert(p.queue, at, w)
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

func (p *pipe) shapeAt(now time.Time) Shape {
	var s Shape
	for _, ph := range p.phases {
		if now.Sub(p.shaped) >= ph.From {
			s = ph.Shape
		}
	}
	return s
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
	p.log[w.number].Order = p.delivered
	times := 1 + p.log[w.number].Copies
	return func() {
		for range times {
			w.write()
		}
	}
}
