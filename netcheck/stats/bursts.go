package stats

// BurstBuckets is the number of classes of burst lengths.
const BurstBuckets = 6

// Bursts accumulates runs of consecutive losses. What was never sent is not added at all: it neither ends a burst nor
// lengthens one.
type Bursts struct {
	result BurstResult
	run    int // length of the burst that is still open
}

// BurstResult is what is known about the runs of consecutive losses of a series. A single lost packet is a burst of one.
type BurstResult struct {
	Count     int               `json:"count"`     // bursts
	Lost      int               `json:"lost"`      // packets in them
	Max       int               `json:"max"`       // packets in the longest
	Mean      float64           `json:"mean"`      // packets in one, Lost/Count; 0, and meaningless, while Count is 0
	Histogram [BurstBuckets]int `json:"histogram"` // bursts by length: 1, 2, 3, 4, 5 to 9, 10 or more
}

// Add takes the next packet that was sent, in order of sequence.
func (b *Bursts) Add(lost bool) {
	if lost {
		b.run++
		return
	}
	b.result.close(b.run)
	b.run = 0
}

// Result gives the figures so far; a burst that is still open counts with its length so far.
func (b *Bursts) Result() BurstResult {
	r := b.result
	r.close(b.run)
	if r.Count > 0 {
		r.Mean = float64(r.Lost) / float64(r.Count)
	}
	return r
}

func (r *BurstResult) close(length int) {
	if length == 0 {
		return
	}
	r.Count++
	r.Lost += length
	r.Max = max(r.Max, length)
	r.Histogram[burstBucket(length)]++
}

// burstBucket is the class of a length of 1 or more.
func burstBucket(length int) int {
	switch {
	case length < 5:
		return length - 1
	case length < 10:
		return 4
	}
	return 5
}
