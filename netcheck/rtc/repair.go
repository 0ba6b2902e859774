package rtc

import (
	"slices"
	"sync"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
)

// When a packet that did not come is asked for again (RFC 4585, section 6.2.1). A request is repeated only after the answer to the
// one before could have come: while a queue on the way fills up, the round trip grows, and requests at a fixed pace would bring
// each packet several times, into that very queue. With 50 ms and a queue of 300 ms they trebled the offered bitrate.
const (
	repairTick   = 10 * time.Millisecond
	reorderWait  = 10 * time.Millisecond // what is only overtaken comes by itself
	repairGap    = 50 * time.Millisecond // at least between two requests for one packet
	repairTries  = 4
	repairWithin = time.Second // a picture is given up by then
	manyMissing  = 15
	maxMissing   = 250 // of more, the oldest are given up: only a key frame helps
)

// repair asks the other end for packets that did not arrive. It follows one stream.
type repair struct {
	interceptor.NoOp
	now  func() time.Time
	rtt  func() time.Duration
	ssrc func() uint32 // of this end, as the sender of requests

	mu      sync.Mutex // guards what follows
	media   uint32
	started bool
	highest uint64
	missing []gap // ascending
	stop    chan struct{}
	once    sync.Once
	running sync.WaitGroup
}

// gap is a packet that is missing.
type gap struct {
	number uint64
	since  time.Time
	asked  time.Time
	tries  int
}

func newRepair(now func() time.Time, rtt func() time.Duration, ssrc func() uint32) *repair {
	return &repair{now: now, rtt: rtt, ssrc: ssrc, stop: make(chan struct{})}
}

// BindRTCPWriter starts asking.
func (r *repair) BindRTCPWriter(w interceptor.RTCPWriter) interceptor.RTCPWriter {
	r.running.Go(func() { r.loop(w) })
	return w
}

// BindRemoteStream follows the numbers of what arrives.
func (r *repair) BindRemoteStream(info *interceptor.StreamInfo, reader interceptor.RTPReader) interceptor.RTPReader {
	return interceptor.RTPReaderFunc(func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
		n, attr, err := reader.Read(b, a)
		if err != nil {
			return n, attr, err
		}
		if attr == nil {
			attr = interceptor.Attributes{}
		}
		if h, err := attr.GetRTPHeader(b[:n]); err == nil {
			r.arrived(info.SSRC, h.SequenceNumber)
		}
		return n, attr, nil
	})
}

// Close ends asking and waits.
func (r *repair) Close() error {
	r.once.Do(func() { close(r.stop) })
	r.running.Wait()
	return nil
}

// expect begins anew with a number.
func (r *repair) expect(first uint16) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.started, r.highest, r.missing = true, 1<<16+uint64(first)-1, nil
}

func (r *repair) arrived(ssrc uint32, sequence uint16) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.media = ssrc; !r.started {
		r.started, r.highest = true, 1<<16+uint64(sequence)
		return
	}
	number := r.highest + uint64(int64(int16(sequence-uint16(r.highest)))) //nolint:gosec // RFC 3550, appendix A.1
	if number <= r.highest {
		if i, found := slices.BinarySearchFunc(r.missing, number, func(g gap, n uint64) int { return int(int64(g.number - n)) }); found { //nolint:gosec // both are near
			r.missing = slices.Delete(r.missing, i, i+1)
		}
		return
	}
	now := r.now()
	for n := max(r.highest+1, number-min(number, maxMissing)); n < number; n++ {
		r.missing = append(r.missing, gap{number: n, since: now})
	}
	if more := len(r.missing) - maxMissing; more > 0 {
		r.missing = slices.Delete(r.missing, 0, more)
	}
	r.highest = number
}

// keyAsked gives up what is missing if it is a lot, as after a queue has run over: the key frame makes it useless, and has to get
// through the same queue.
func (r *repair) keyAsked() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.missing) >= manyMissing {
		r.missing = r.missing[:0]
	}
}

func (r *repair) loop(w interceptor.RTCPWriter) {
	tick := time.NewTicker(repairTick)
	defer tick.Stop()
	for {
		select {
		case <-r.stop:
			return
		case <-tick.C:
		}
		if numbers, media := r.due(); len(numbers) > 0 {
			nack := &rtcp.TransportLayerNack{SenderSSRC: r.ssrc(), MediaSSRC: media, Nacks: rtcp.NackPairsFromSequenceNumbers(numbers)}
			_, _ = w.Write([]rtcp.Packet{nack}, nil) // what does not get out now is asked for again
		}
	}
}

// due lists the packets to ask for now, and forgets those for which nothing more can be done.
func (r *repair) due() (numbers []uint16, media uint32) {
	pace := max(repairGap, r.rtt()+2*repairTick)
	now := r.now()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.missing = slices.DeleteFunc(r.missing, func(g gap) bool { return now.Sub(g.since) > repairWithin || g.tries >= repairTries })
	for i := range r.missing {
		g := &r.missing[i]
		if g.tries == 0 && now.Sub(g.since) < reorderWait || g.tries > 0 && now.Sub(g.asked) < pace {
			continue
		}
		g.tries, g.asked = g.tries+1, now
		numbers = append(numbers, uint16(g.number)) //nolint:gosec // the low bits are the number on the wire
	}
	return numbers, r.media
}
