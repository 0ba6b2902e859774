package rtc

import (
	"errors"
	"sync"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/cc"
	"github.com/pion/interceptor/pkg/gcc"

	"echopath/netcheck"
)

// controller decides how much video an end may send over its own leg. It sees every packet as an interceptor next to the meter,
// with its transport-wide number, and the other end's feedback.
type controller interface {
	interceptor.Interceptor
	rate() controllerRate
	close() // ends it and waits; more than once does no harm
}

// controllerRate is the state of a controller.
type controllerRate struct {
	kbps  float64
	state string  // increase, hold, decrease
	usage string  // normal, over, under
	loss  float64 // 0..1, smoothed
}

// minKbps is the least that a controller goes down to, in kbit/s: below it there is no picture.
const minKbps = 50

// gccController is Google's congestion control as pion has it (draft-ietf-rmcat-gcc-02).
//
// It counts RTP packets with their headers, and those who keep to its rate count IP packets, which are 44 bytes larger or
// more. Nothing is corrected for that: a rate that was measured without those bytes and is kept with them errs by 4 % for full
// packets, and to the safe side.
type gccController struct {
	interceptor.Interceptor
	bwe  *gcc.SendSideBWE
	once sync.Once
	err  error

	mu      sync.Mutex // guards what follows
	seen    [3]any     // figures that change whenever it does anything but hold
	changed time.Time  // when they were first seen
}

// holdTime is how long a controller that gets feedback every 100 ms must have changed nothing to be told holding.
const holdTime = 300 * time.Millisecond

func newGCC(load netcheck.VideoLoad, log logs) (*gccController, error) {
	most := max(load.MaxKbps, minKbps)
	start := min(max(load.StartKbps, minKbps), most)
	bwe, err := gcc.NewSendSideBWE(gcc.SendSideBWEInitialBitrate(bits(start)), gcc.SendSideBWEMinBitrate(bits(minKbps)),
		gcc.SendSideBWEMaxBitrate(bits(most)), gcc.SendSideBWEPacer(gcc.NewNoOpPacer()), gcc.WithLoggerFactory(log))
	if err != nil {
		return nil, err
	}
	c := &gccController{bwe: bwe}
	f, err := cc.NewInterceptor(func() (cc.BandwidthEstimator, error) { return bwe, nil })
	if err == nil {
		c.Interceptor, err = f.NewInterceptor("")
	}
	if err != nil {
		return nil, errors.Join(err, bwe.Close())
	}
	return c, nil
}

// remembered is how many packets a controller can look back on: pion keeps 250, and feedback about older ones tells it nothing.
// A rate that needs more of them would never fall again.
const remembered = 200

// sight is the bitrate in kbit/s at which packets of so many bytes are remembered until feedback on them comes.
func sight(bytes float64, rtt time.Duration) float64 {
	return remembered * 8 * bytes / float64((rtt + twccInterval).Milliseconds())
}

func bits(kbps float64) int { return int(kbps * 1000) }

// rate gives what pion tells, which is the state as of the last change: that it holds shows in that nothing changes.
func (c *gccController) rate() controllerRate {
	s := c.bwe.GetStats()
	r := controllerRate{kbps: float64(c.bwe.GetTargetBitrate()) / 1000, state: "increase", usage: "normal"}
	if t, _ := s["delayTargetBitrate"].(int); t == 0 {
		return r // nothing has been measured yet
	}
	r.loss, _ = s["averageLoss"].(float64)
	r.state, _ = s["state"].(string)
	switch s["usage"] {
	case "overuse":
		r.usage = "over"
	case "underuse":
		r.usage = "under"
	}
	if c.holds([3]any{s["delayMeasurement"], s["delayEstimate"], r.kbps}, time.Now()) {
		r.state = "hold"
	}
	return r
}

func (c *gccController) holds(now [3]any, at time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now != c.seen {
		c.seen, c.changed = now, at
	}
	return at.Sub(c.changed) > holdTime
}

// BindRTCPReader keeps what the controller can not use, or not any more, from ending the reader.
func (c *gccController) BindRTCPReader(reader interceptor.RTCPReader) interceptor.RTCPReader {
	var n int // what was read; one goroutine reads
	var attr interceptor.Attributes
	var err error
	inner := c.Interceptor.BindRTCPReader(interceptor.RTCPReaderFunc(
		func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
			n, attr, err = reader.Read(b, a)
			return n, attr, err
		}))
	return interceptor.RTCPReaderFunc(func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
		_, _, _ = inner.Read(b, a)
		return n, attr, err
	})
}

// Close is called by the connection.
func (c *gccController) Close() error {
	c.once.Do(func() { c.err = c.bwe.Close() })
	return c.err
}

func (c *gccController) close() { _ = c.Close() }
