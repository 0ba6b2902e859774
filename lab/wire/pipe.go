package wire

import (
	"container/heap"
	"fmt"
	"time"
)

// Config is one direction of a link.
type Config struct {
	Direction Direction
	Seed      uint64
	Firewall  Firewall // from the start to the end
	Phases    []Phase  // in order of their times; none: carry everything
	// Begin, if set, chooses the packet with which the treatment begins: the first phase's time counts from its arrival, and until then the
	// link carries everything at once. Otherwise it begins with the link.
	Begin *Selector
	// LogLimit bounds the number of records; 0 is DefaultLogLimit.
	LogLimit int
}

// Phase is a treatment that holds from some time after the beginning until the next phase.
type Phase struct {
	From time.Duration
	Treatment
}

// DefaultLogLimit is the number of packets that a direction remembers: at 100 bytes each, some 200 MB.
const DefaultLogLimit = 2_000_000

// Check finds what can not be built.
func (c Config) Check() error {
	if err := c.Firewall.Check(); err != nil {
		return fmt.Errorf("firewall: %w", err)
	}
	for i, p := range c.Phases {
		if err := p.Check(); err != nil {
			return fmt.Errorf("phase %d: %w", i+1, err)
		}
		if p.From < 0 || i > 0 && p.From <= c.Phases[i-1].From {
			return fmt.Errorf("phase %d begins at %v, which is not after the one before", i+1, p.From)
		}
	}
	return nil
}

// Pipe is one direction of a link. It is not safe for concurrent use.
type Pipe struct {
	config Config
	dice   *dice
	log    log
	queue  queue
	free   [][]byte // buffers for packets to come
	number uint64   // of packets that were let in, for the order of those that are due at one time

	begun bool
	zero  time.Duration // when the treatment began
	bad   bool          // state of the chain of bursts
	clear time.Duration // when the bottleneck has sent all that it has taken
	last  time.Duration // when the last packet that was not held back is due
}

// New makes a pipe.
func New(c Config) (*Pipe, error) {
	if err := c.Check(); err != nil {
		return nil, fmt.Errorf("link, %s: %w", c.Direction, err)
	}
	if c.LogLimit == 0 {
		c.LogLimit = DefaultLogLimit
	}
	return &Pipe{config: c, dice: newDice(c.Seed, c.Direction), log: log{limit: c.LogLimit}, begun: c.Begin == nil}, nil
}

// Take decides on a packet that has arrived, and copies it if it is to leave. answer, if any, is an ICMP error for its sender. Times never
// go back from call to call.
func (p *Pipe) Take(now time.Duration, b []byte) (answer []byte) {
	packet, err := Parse(b)
	if err != nil { // nothing is known of it but its length
		packet = Packet{Length: len(b)}
	}
	r := Record{Direction: p.config.Direction, Arrived: now, Due: Never, Departed: Never, Length: packet.Length, Protocol: packet.Protocol,
		From: packet.From, To: packet.To}
	r.HeadSize = copy(r.Head[:], packet.Payload)
	if !p.begun && p.config.Begin.Matches(&r) {
		p.begun, p.zero = true, now
	}
	switch p.config.Firewall.decide(packet) {
	case Drop:
		r.Fate = Blocked
	case Reject:
		r.Fate = Rejected
		answer = prohibited(b, packet)
	default:
		p.treat(&r)
	}
	n := p.log.add(r)
	if r.Fate == Passed {
		for range r.Copies + 1 {
			p.hold(b, r.Due, n)
		}
	}
	return answer
}

// treatment is the one that holds at a time.
func (p *Pipe) treatment(now time.Duration) (t Treatment, since time.Duration) {
	if !p.begun {
		return Treatment{}, 0
	}
	since = now - p.zero
	for _, phase := range p.config.Phases {
		if phase.From > since {
			break
		}
		t = phase.Treatment
	}
	return t, since
}

// treat decides on what the firewall let through.
func (p *Pipe) treat(r *Record) {
	t, since := p.treatment(r.Arrived)
	if r.Fate = p.lose(t, since, r.Length); r.Fate != Passed {
		return
	}
	sent, ok := p.send(t.Rate, r.Arrived, r.Length)
	if !ok {
		r.Fate = Overflowed
		return
	}
	r.Due = sent + t.Delay + p.dice.jitter(t.Jitter, r.Length)
	if t.Jitter.InOrder {
		r.Due = max(r.Due, p.last)
	}
	if r.Held = p.dice.hits(forReorder, r.Length, t.Reorder.Share); r.Held {
		r.Due += t.Reorder.By
	} else {
		p.last = max(p.last, r.Due)
	}
	if p.dice.hits(forDuplicate, r.Length, t.Duplicate) {
		r.Copies = 1
	}
}

// lose decides whether a packet is lost before the bottleneck. All chances are taken for every packet, so that the fate of one does not
// shift those of the next.
func (p *Pipe) lose(t Treatment, since time.Duration, length int) Fate {
	alone := p.dice.hits(forLoss, length, t.Loss)
	burst := p.dice.step(t.Burst, &p.bad)
	for _, s := range t.Outages {
		if since >= s.From && since < s.To {
			return Outage
		}
	}
	switch {
	case burst:
		return BurstLost
	case alone:
		return Lost
	}
	return Passed
}

// send puts a packet into the queue of the bottleneck and gives the time when its last bit has been sent. What the queue has taken keeps
// its time when the rate changes.
func (p *Pipe) send(r Rate, now time.Duration, length int) (sent time.Duration, ok bool) {
	if r == (Rate{}) {
		return now, true
	}
	begin := max(now, p.clear)
	wait := begin - now
	if r.QueueTime > 0 && wait > r.QueueTime {
		return 0, false
	}
	const rounding = 0.5 // of a byte
	if r.QueueBytes > 0 && float64(wait)*r.bits()/8+float64(length) > float64(r.QueueBytes)+rounding {
		return 0, false
	}
	p.clear = begin + time.Duration(float64(length*8)/r.bits())
	return p.clear, true
}

// hold keeps a copy of a packet until it is due.
func (p *Pipe) hold(b []byte, due time.Duration, record int) {
	var buf []byte
	if n := len(p.free); n > 0 {
		buf, p.free = p.free[n-1], p.free[:n-1]
	}
	p.number++
	heap.Push(&p.queue, waiting{bytes: append(buf[:0], b...), due: due, number: p.number, record: record})
}

// Next is when the next packet is due, or Never if none waits.
func (p *Pipe) Next() time.Duration {
	if len(p.queue) == 0 {
		return Never
	}
	return p.queue[0].due
}

// Due gives the packet whose time has come, or nil, and notes that it leaves now. The bytes are good until the next call of the pipe.
func (p *Pipe) Due(now time.Duration) []byte {
	if len(p.queue) == 0 || p.queue[0].due > now {
		return nil
	}
	w, _ := heap.Pop(&p.queue).(waiting)
	if r := p.log.at(w.record); r != nil && r.Departed == Never { // the first of its copies counts
		r.Departed = now
	}
	p.free = append(p.free, w.bytes)
	return w.bytes
}

// Records gives a copy of all records, in order of arrival.
func (p *Pipe) Records() []Record { return p.log.all() }

// Unrecorded is the number of packets that came after the log was full.
func (p *Pipe) Unrecorded() int { return p.log.beyond }

// Begun tells whether the treatment has begun, and when.
func (p *Pipe) Begun() (at time.Duration, ok bool) { return p.zero, p.begun }

// waiting is a packet that is on its way.
type waiting struct {
	bytes  []byte
	due    time.Duration
	number uint64
	record int
}

// queue is a heap of packets by the time at which they are due, then by the order in which they came.
type queue []waiting

func (q queue) Len() int      { return len(q) }
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q queue) Less(i, j int) bool {
	return q[i].due < q[j].due || q[i].due == q[j].due && q[i].number < q[j].number
}
func (q *queue) Push(x any) {
	w, _ := x.(waiting)
	*q = append(*q, w)
}
func (q *queue) Pop() any {
	old := *q
	last := old[len(old)-1]
	old[len(old)-1] = waiting{}
	*q = old[:len(old)-1]
	return last
}
