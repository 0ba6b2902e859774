package natprobe

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	ratePacket  = 1100                   // bytes of data, as video's packets have
	rateAround  = 32                     // bytes of IPv4, UDP and a channel around them
	rateGrace   = time.Second            // for packets under way, from the last that came
	rateDrain   = 10 * time.Second       // for a queue to become empty
	rateLate    = 100 * time.Millisecond // a sender that wakes so late, or a packet so long after its time, is this computer's doing
	rateMissed  = 0.02                   // share of the packets that this computer may leave out
	rateEarly   = 0.15                   // share lost beyond a smaller load's, second after second, that need not be waited out
	rateSeconds = 3
	rateBuffer  = 1 << 20  // bytes that wait to be read, if the system lets them
	rateHeld    = 64 << 10 // bytes of a stream that wait to be sent: what is held back shows as a sender that falls behind
)

// load is what became of packets at one rate.
type load struct {
	kbps  float64 // that was asked for, all connections together
	flows int
	sent  int
	came  int
	got   float64 // kbit/s that arrived
	delay time.Duration
	grown time.Duration // of the delay, from the first quarter to the last
	busy  bool          // this computer could not keep the time
}

func (l load) loss() float64 {
	if l.sent == 0 {
		return 0
	}
	return 1 - float64(l.came)/float64(l.sent)
}

// strained tells of a load that was too much, as a smaller one was not.
func (l load) strained(smaller load) bool {
	if l.loss() > smaller.loss()+rateStrain {
		return true
	}
	return l.got < rateShare*l.kbps*(1-smaller.loss()) && (l.grown > rateQueue || l.busy || l.loss() > smaller.loss()+rateStrain/2)
}

func (l load) words() string {
	where := "in one connection"
	if l.flows > 1 {
		where = fmt.Sprintf("in %d connections", l.flows)
	}
	text := fmt.Sprintf("%s %s: %.1f %% lost, %s there and back", megabits(l.kbps), where, 100*l.loss(), milliseconds(l.delay))
	if l.busy {
		text += ", and this computer was busy"
	}
	return text
}

// ends says what a load met.
func (l load) ends(t Transport) string {
	queue := ""
	if l.grown > rateQueue {
		queue = fmt.Sprintf("the delay grew by %s", milliseconds(l.grown))
	}
	if t.stream() && queue != "" {
		return queue
	}
	text := fmt.Sprintf("%.1f %% were lost", 100*l.loss())
	if queue != "" {
		return text + " and " + queue
	}
	return text + ", the delay was " + milliseconds(l.delay)
}

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

// carry sends packets at a rate for a time, in turn by several of the connections, and gives what became of them. It ends earlier if clearly
// more gets lost than usual.
func (r *ring) carry(ctx context.Context, kbps float64, flows int, length time.Duration, usual float64) (load, error) {
	r.mu.Lock()
	r.round++
	r.sent, r.took, r.last = nil, nil, time.Time{}
	r.mu.Unlock()
	stop := context.AfterFunc(ctx, r.interrupt)
	defer stop()
	l := load{kbps: kbps, flows: flows}
	interval := time.Duration(float64(ratePacket+rateAround) * 8 / kbps * float64(time.Millisecond))
	begin := time.Now()
	missed, total := 0, int(length/interval)
	buf := make([]byte, ratePacket)
	looked := begin
	for i := range total {
		due := begin.Add(time.Duration(i) * interval)
		if late, err := waitUntil(ctx, due); err != nil {
			return l, err
		} else if late > rateLate {
			l.busy = true
		}
		if time.Since(due) > rateLate { // sent now, it would be part of a burst
			missed++
			continue
		}
		if err := r.send(r.ends[i%flows], buf); err != nil {
			return l, cmp.Or(ctx.Err(), err)
		}
		if time.Since(looked) >= time.Second {
			looked = time.Now()
			if r.hopeless(looked, usual+rateEarly) {
				total = i + 1
				break
			}
		}
	}
	spent := time.Since(begin)
	if err := r.drain(ctx); err != nil {
		return l, err
	}
	l.busy = l.busy && float64(missed) > rateMissed*float64(total)
	return r.account(l, begin, spent)
}

// drain waits for what is under way, and as long as a queue gives back what it took: it would spoil the next load.
func (r *ring) drain(ctx context.Context) error {
	end := time.Now().Add(rateDrain)
	for begin := time.Now(); ; {
		if _, err := waitUntil(ctx, time.Now().Add(rateGrace/4)); err != nil {
			return err
		}
		r.mu.Lock()
		missing, last := slices.Contains(r.took, 0), r.last
		r.mu.Unlock()
		now := time.Now()
		if !missing || now.Sub(begin) >= rateGrace && now.Sub(last) >= rateGrace || now.After(end) {
			return nil
		}
	}
}

// send sends the next packet from an end.
func (r *ring) send(s *session, buf []byte) error {
	r.mu.Lock()
	err := r.fault
	n := len(r.sent)
	r.sent, r.took = append(r.sent, time.Now()), append(r.took, 0)
	data := r.packet(buf, n)
	r.mu.Unlock()
	if err != nil {
		return err
	}
	return s.forward(r.ends[0].relayed, data) // by its channel
}

// hopeless tells whether each of the last seconds, but for the one whose packets are under way, lost more than a share.
func (r *ring) hopeless(now time.Time, share float64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	var sent, lost [rateSeconds]int
	for i := len(r.sent) - 1; i >= 0; i-- {
		second := int(now.Sub(r.sent[i])/time.Second) - 1
		if second >= rateSeconds {
			break
		}
		if second >= 0 {
			sent[second]++
			if r.took[i] == 0 {
				lost[second]++
			}
		}
	}
	for i := range sent {
		if sent[i] == 0 || float64(lost[i]) <= share*float64(sent[i]) {
			return false
		}
	}
	return now.Sub(r.sent[0]) > (rateSeconds+2)*time.Second
}

// account sums up. What arrived is counted over the time in which it was sent, or in which it came if that is longer: a queue that fills
// gives back late what it took.
func (r *ring) account(l load, begin time.Time, spent time.Duration) (load, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fault != nil {
		return l, r.fault
	}
	var delays []time.Duration
	l.sent = len(r.sent)
	for _, took := range r.took {
		if took > 0 {
			delays = append(delays, took)
		}
	}
	l.came = len(delays)
	if l.came == 0 {
		return l, nil
	}
	quarter := max(1, len(delays)/4)
	l.delay, l.grown = median(delays), median(delays[len(delays)-quarter:])-median(delays[:quarter])
	span := max(spent, r.last.Sub(begin)-slices.Min(delays))
	l.got = float64(l.came*(ratePacket+rateAround)*8) / float64(span.Milliseconds())
	return l, nil
}

func median(d []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(d))
	return sorted[len(sorted)/2]
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

// waitUntil waits, and tells how late it ended: what was due already is not late by this computer's sleep.
func waitUntil(ctx context.Context, due time.Time) (late time.Duration, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	d := time.Until(due)
	if d <= 0 {
		return 0, nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return time.Since(due), nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}
