package rtc

import (
	"math"
	"sync"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/rtpfb"
)

// brake holds a controller back while a queue on the way is full. pion's controller comes down to a capacity that has fallen in
// steps half a second apart; until then the queue runs over, and what is lost there has to be sent again into the same queue. The
// brake reads the same feedback (transport-wide arrival times): how much longer packets take than the quickest of late, and at
// which rate they arrive. While the queue is long, no more is sent than arrives.
type brake struct {
	interceptor.Interceptor // keeps what was sent, and joins it with feedback

	mu       sync.Mutex // guards what follows
	arrivals []arrival  // of the newest deliveredFor
	quickest [2]transit // of this span and of the one before
	span     time.Time  // begin of this span, by departure
	limit    float64    // kbit/s; +Inf: none
	braking  bool
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
	brakeQueue   = 120 * time.Millisecond // waiting: above, the brake is on
	releaseQueue = 60 * time.Millisecond  // below, it lets go by and by
	brakeShare   = 0.85                   // of what arrives
	releaseStep  = 1.15                   // a feedback
	brakeLeast   = 100                    // kbit/s
	deliveredFor = 200 * time.Millisecond
	quickestSpan = 10 * time.Second
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

// heed takes one feedback.
func (b *brake) heed(r rtpfb.Report) {
	b.mu.Lock()
	defer b.mu.Unlock()
	queue, heard := time.Duration(0), false
	for _, p := range r.PacketReports {
		if !p.Arrived || p.Arrival.IsZero() {
			continue
		}
		b.arrivals = append(b.arrivals, arrival{p.Arrival, p.Size})
		queue, heard = b.waited(p), true
	}
	if heard {
		b.forget()
		b.decide(queue)
	}
}

// waited is how much longer a packet took than the quickest one of the last ten to twenty seconds.
func (b *brake) waited(p rtpfb.PacketReport) time.Duration {
	d := p.Arrival.Sub(time.Time{}) - time.Duration(p.Departure.UnixNano())
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
	i := 0
	for i < len(b.arrivals) && newest.Sub(b.arrivals[i].at) > deliveredFor {
		i++
	}
	b.arrivals = append(b.arrivals[:0], b.arrivals[i:]...)
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

func (b *brake) decide(queue time.Duration) {
	switch {
	case queue > brakeQueue:
		if kbps, ok := b.delivered(); ok {
			b.limit, b.braking = max(brakeShare*kbps, brakeLeast), true
		}
	case queue < releaseQueue:
		b.braking = false
		b.limit *= releaseStep
	}
}

// hold gives what is left of a controller's rate, and whether that is less.
func (b *brake) hold(kbps float64) (float64, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.braking && b.limit > kbps {
		b.limit = math.Inf(1)
	}
	held := min(kbps, b.limit)
	return held, held < kbps
}
