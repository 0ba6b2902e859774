package rtc

import (
	"errors"
	"sync"

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
}

func newGCC(load netcheck.VideoLoad, log logs) (*gccController, error) {
	bwe, err := gcc.NewSendSideBWE(gcc.SendSideBWEInitialBitrate(bits(load.StartKbps)), gcc.SendSideBWEMinBitrate(bits(minKbps)),
		gcc.SendSideBWEMaxBitrate(bits(load.MaxKbps)), gcc.SendSideBWEPacer(gcc.NewNoOpPacer()), gcc.WithLoggerFactory(log))
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

func bits(kbps float64) int { return int(kbps * 1000) }

// rate gives the state as of the last change: pion tells nothing while it holds.
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
	return r
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
