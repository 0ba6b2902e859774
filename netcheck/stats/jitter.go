package stats

// Jitter is the interarrival jitter of RFC 3550, section 6.4.1: the change of delay from one packet to the next, smoothed
// with a gain of 1/16. Being an exponential average it tells of the last dozens of packets; its mean and percentiles over
// a series (see [Direction]) and [IPDV] tell of all of them.
type Jitter struct {
	transit transit
	value   float64 // microseconds
	pairs   int
}

// Add takes the next packet in order of arrival: when it was sent and when it arrived, in microseconds, each by its own
// end's clock.
func (j *Jitter) Add(sentUS, receivedUS int64) {
	d, ok := j.transit.step(sentUS, receivedUS)
	if !ok {
		return
	}
	// Dividing by 16 is exact in binary, so the result does not depend on whether the processor fuses the addition.
	j.value += (float64(magnitude(d)) - j.value) / 16
	j.pairs++
}

// Value gives the jitter in microseconds, 0 or more. ok is false below two packets.
func (j *Jitter) Value() (us float64, ok bool) { return j.value, j.pairs > 0 }
