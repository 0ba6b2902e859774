package natprobe

import (
	"cmp"
	"context"
	"slices"
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
