package rtc

import (
	"math"
	"slices"
	"sync"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/rtpfb"
	"github.com/pion/rtp"
)

// brake holds a controller back while a queue on the way is full. pion's controller comes down to a capacity that has fallen in
// steps half a second apart; until then the queue runs over, and what is lost there has to be sent again into the same queue. The
// brake reads the same feedback (transport-wide arrival times): how much longer packets take than the quickest of late, and at
// which rate they arrive. While the queue is long, no more is sent than arrives.
type brake struct {
	interceptor.Interceptor // keeps what was sent, and joins it with feedback

	mu       sync.Mutex               // guards what follows
	first    time.Time                // the first departure: the zero of times, by a clock that is never set
	arrivals []arrival                // of the newest deliveredFor
	quickest [2]transit               // of this span and of the one before
	span     time.Time                // begin of this span, by departure
	waits    [lastWaits]time.Duration // of the newest packets, the newest first
	limit    float64                  // kbit/s; +Inf: none
	braking  bool
	since    time.Time     // it is on, by arrival
	begun    time.Duration // the wait then
	before   time.Duration // the wait at the feedback before
	unheard  int           // packets sent since the last feedback
	last     time.Time     // of that, by this end's clock; zero: there was none
}

// arrival is a packet that arrived, by the other end's clock.
type arrival struct {
	at   time.Time
	size int
}

// transit is the time from departure to arrival; the clocks differ, so only differences mean something.
type transit struct {
	known bool
	d     time.Duration
}

const (
	brakeQueue    = 120 * time.Millisecond // waiting: above, the brake is on
	releaseQueue  = 60 * time.Millisecond  // below, it lets go by and by
	brakeShare    = 0.85                   // of what arrives
	longQueue     = 200 * time.Millisecond // above, it has to get shorter soon:
	drainShare    = 0.6
	lastWaits     = 3   // packets that are looked at
	releaseStep   = 1.3 // a feedback
	brakeLeast    = 100 // kbit/s
	deliveredFor  = 200 * time.Millisecond
	quickestSpan  = 10 * time.Second
	drainTime     = 2 * time.Second // within which a queue that is sent less than it carries gets shorter
	drainLeast    = 30 * time.Millisecond
	maxArrivals   = 1024
	silence       = time.Second // without feedback, though packets are sent
	silentPackets = 10
	maxUnheard    = 8192 // packets that are remembered without any feedback
)

func newBrake(log logs) (*brake, error) {
	f, err := rtpfb.NewInterceptor(rtpfb.WithLoggerFactory(log))
	if err != nil {
		return nil, err
	}
	inner, err := f.NewInterceptor("")
	if err != nil {
		return nil, err
	}
	return &brake{Interceptor: inner, limit: math.Inf(1)}, nil
}

// BindRTCPReader takes the joined feedback.
func (b *brake) BindRTCPReader(reader interceptor.RTCPReader) interceptor.RTCPReader {
	inner := b.Interceptor.BindRTCPReader(reader)
	return interceptor.RTCPReaderFunc(func(buf []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
		n, attr, err := inner.Read(buf, a)
		if err == nil {
			if report, ok := attr.Get(rtpfb.CCFBAttributesKey).(rtpfb.Report); ok {
				b.heed(report)
			}
		}
		return n, attr, err
	})
}

// BindLocalStream stops remembering what is sent while nothing is heard of it: another end may never give feedback.
func (b *brake) BindLocalStream(info *interceptor.StreamInfo, w interceptor.RTPWriter) interceptor.RTPWriter {
	inner := b.Interceptor.BindLocalStream(info, w)
	return interceptor.RTPWriterFunc(func(h *rtp.Header, payload []byte, a interceptor.Attributes) (int, error) {
		b.mu.Lock()
		b.unheard++
		deaf := b.unheard > maxUnheard
		b.mu.Unlock()
		if deaf {
			return w.Write(h, payload, a)
		}
		return inner.Write(h, payload, a)
	})
}

// heed takes one feedback. What counts is the shortest wait of its last three packets: after a network has held packets up for a
// moment they come in a bunch, of which the last ones have hardly waited; in a queue that grows or stands all have (as in
// CoDel, RFC 8289, section 3).
func (b *brake) heed(r rtpfb.Report) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.unheard, b.last = 0, r.Arrival
	newest := time.Time{}
	for _, p := range r.PacketReports {
		if !p.Arrived || p.Arrival.IsZero() {
			continue
		}
		b.arrivals = append(b.arrivals, arrival{p.Arrival, p.Size})
		b.waits = [lastWaits]time.Duration{b.waited(p), b.waits[0], b.waits[1]}
		newest = p.Arrival
	}
	if !newest.IsZero() {
		b.forget()
		b.decide(slices.Min(b.waits[:]), newest)
	}
}

// waited is how much longer a packet took than the quickest one of the last ten to twenty seconds.
func (b *brake) waited(p rtpfb.PacketReport) time.Duration {
	if b.first.IsZero() {
		b.first = p.Departure
	}
	d := p.Arrival.Sub(time.Time{}) - p.Departure.Sub(b.first)
	if p.Departure.Sub(b.span) > quickestSpan {
		b.quickest, b.span = [2]transit{{}, b.quickest[0]}, p.Departure
	}
	if now := &b.quickest[0]; !now.known || d < now.d {
		*now = transit{true, d}
	}
	least := b.quickest[0].d
	if before := b.quickest[1]; before.known {
		least = min(least, before.d)
	}
	return d - least
}

// forget leaves the arrivals of the newest deliveredFor.
func (b *brake) forget() {
	newest := b.arrivals[len(b.arrivals)-1].at
	b.arrivals = slices.DeleteFunc(b.arrivals, func(a arrival) bool {
		ago := newest.Sub(a.at)
		return ago > deliveredFor || ago < -deliveredFor // the other end's clock came round, or was set
	})
	if more := len(b.arrivals) - maxArrivals; more > 0 {
		b.arrivals = slices.Delete(b.arrivals, 0, more)
	}
}

// delivered is the rate of the newest arrivals in kbit/s.
func (b *brake) delivered() (kbps float64, ok bool) {
	bytes := 0
	for _, a := range b.arrivals[1:] { // the first one marks the begin
		bytes += a.size
	}
	span := b.arrivals[len(b.arrivals)-1].at.Sub(b.arrivals[0].at)
	if span < deliveredFor/4 {
		return 0, false
	}
	return float64(bytes) * 8 / 1000 / span.Seconds(), true
}

func (b *brake) decide(queue time.Duration, now time.Time) {
	switch {
	case queue > brakeQueue && b.stands(queue, now):
		b.quickest, b.braking = [2]transit{}, false // the way itself has become longer
	case queue > brakeQueue && b.braking && queue < b.before:
		// it gets shorter: what arrives now is what was sent, and says nothing of what could be
	case queue > brakeQueue:
		if kbps, ok := b.delivered(); ok {
			share := brakeShare
			if queue > longQueue {
				share = drainShare
			}
			b.limit = max(share*kbps, brakeLeast)
			if !b.braking {
				b.braking, b.since, b.begun = true, now, queue
			}
		}
	case queue < releaseQueue:
		b.braking = false
		b.limit *= releaseStep
	}
	b.before = queue
}

// stands tells of a wait that the brake does not shorten. What it was is looked at anew after each drainTime.
func (b *brake) stands(queue time.Duration, now time.Time) bool {
	if !b.braking || now.Sub(b.since) < drainTime {
		return false
	}
	shorter := b.begun - queue
	b.since, b.begun = now, queue
	return shorter < drainLeast
}

// hold gives what is left of a controller's rate, and whether that is less. When nothing is heard any more of what is sent, little
// is sent until something is (a circuit breaker, RFC 8083, section 4.3).
func (b *brake) hold(kbps float64, now time.Time) (float64, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.unheard > silentPackets && !b.last.IsZero() && now.Sub(b.last) > silence {
		b.limit = brakeLeast
	}
	if !b.braking && b.limit > kbps {
		b.limit = math.Inf(1)
	}
	held := min(kbps, b.limit)
	return held, held < kbps
}
