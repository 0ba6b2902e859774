package stats

// IPDV accumulates the delay variation between successive packets of RFC 3393, section 2.4. The selection function is: each
// packet that arrived and the one that arrived just before it; lost packets make no pair.
type IPDV struct {
	transit transit
	result  IPDVResult
	sum     float64 // of the absolute values: exact up to 2^53 microseconds, and it can not wrap
}

// IPDVResult is the delay variation of a series. The mean and the largest value are 0, and mean nothing, while Count is 0.
type IPDVResult struct {
	Count     int     `json:"count"`       // pairs of successive packets; 0: not measured
	MeanAbsUS float64 `json:"mean_abs_us"` // mean of the absolute values, microseconds
	MaxAbsUS  int64   `json:"max_abs_us"`  // largest absolute value, microseconds
}

// Add takes the next packet in order of arrival and gives its signed variation in microseconds: positive when this packet
// took longer than the one before. ok is false for the first packet. The times are microseconds, each by its own end's clock.
func (v *IPDV) Add(sentUS, receivedUS int64) (us int64, ok bool) {
	d, ok := v.transit.step(sentUS, receivedUS)
	if !ok {
		return 0, false
	}
	v.result.Count++
	v.sum += float64(magnitude(d))
	v.result.MaxAbsUS = max(v.result.MaxAbsUS, magnitude(d))
	return d, true
}

// Result gives the figures so far.
func (v *IPDV) Result() IPDVResult {
	r := v.result
	if r.Count > 0 {
		r.MeanAbsUS = v.sum / float64(r.Count)
	}
	return r
}
