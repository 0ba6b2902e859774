package stats

import (
	"math"
	"slices"
)

// SummarizeFrames makes the figures of a record. endUS is the end of the record: a picture that stood still until then froze.
// It reads the rows twice, in order, and needs at any moment up to 32 bytes a row: 3.5 MB for an hour.
func SummarizeFrames(rows FrameRows, endUS int64) VideoStats {
	var t frameTally
	for i := range rows.Len() {
		t.add(rows.At(i))
	}
	t.finish(endUS)
	t.delays, t.shown = nil, nil // let them go before the other columns need memory
	var c codingTally
	for i := range rows.Len() {
		c.add(rows.At(i))
	}
	c.finish(&t.stats)
	return t.stats
}

// frameTally is what the first pass collects: counts, sizes, times.
type frameTally struct {
	stats         VideoStats
	shown         newTimes
	delays        []int64
	delaySum      float64 // exact up to 2^53 microseconds in all
	timed         int     // shown pictures with a time
	firstUS, last int64   // of those times
}

func (t *frameTally) add(f Frame) {
	s := &t.stats
	switch f.Status {
	case FrameShown:
		s.Shown++
		s.Duplicated += max(0, f.Copies)
		t.addShown(f)
	case FrameMissing:
		s.Missing++
	case FrameDropped:
		s.Dropped++
	case FrameSkipped:
		s.Skipped++
	default:
		s.Undecided++
	}
	if !f.sent() {
		return
	}
	if s.Sent++; f.Key {
		s.KeyFrames++
	}
	s.BytesSent += int64(max(0, f.Bytes))
	t.addSize(f.Width, f.Height)
}

func (t *frameTally) addShown(f Frame) {
	t.shown.add(f)
	if us, ok := f.Delay(); ok {
		t.delays = append(t.delays, us)
		t.delaySum += float64(us)
	}
	if f.ShownUS == NotMeasured {
		return
	}
	if t.timed == 0 {
		t.firstUS, t.last = f.ShownUS, f.ShownUS
	}
	t.timed++
	t.firstUS, t.last = min(t.firstUS, f.ShownUS), max(t.last, f.ShownUS)
}

func (t *frameTally) addSize(width, height int) {
	s := &t.stats
	if width <= 0 || height <= 0 {
		return
	}
	switch {
	case s.WidthLast == 0:
		s.WidthFirst, s.HeightFirst = width, height
		s.WidthLeast, s.HeightLeast = width, height
	case width != s.WidthLast || height != s.HeightLast:
		s.SizeChanges++
	}
	s.WidthLast, s.HeightLast = width, height
	if pixels(width, height) < pixels(s.WidthLeast, s.HeightLeast) {
		s.WidthLeast, s.HeightLeast = width, height
	}
	if pixels(width, height) > pixels(s.WidthMost, s.HeightMost) {
		s.WidthMost, s.HeightMost, s.SentMost = width, height, 0
	}
	if pixels(width, height) == pixels(s.WidthMost, s.HeightMost) {
		s.SentMost++
	}
}

// pixels can not overflow for sizes that fit into an image header, and is only compared.
func pixels(width, height int) float64 { return float64(width) * float64(height) }

func (t *frameTally) finish(endUS int64) {
	s := &t.stats
	for _, f := range t.shown.freezes(endUS) {
		s.Freezes++
		s.FrozenUS = capped(s.FrozenUS, f.FrozenUS())
		s.LongestFreezeUS = max(s.LongestFreezeUS, f.GapUS())
	}
	if span := difference(t.last, t.firstUS); span > 0 {
		s.FPS = float64(t.timed-1) / float64(span) * 1e6
	}
	n := len(t.delays)
	if n == 0 {
		return
	}
	slices.Sort(t.delays)
	s.DelayOK, s.DelayMeanUS = true, t.delaySum/float64(n)
	s.DelayMinUS, s.DelayMaxUS = t.delays[0], t.delays[n-1]
	s.DelayP50US, s.DelayP95US = NearestRank(t.delays, 0.50), NearestRank(t.delays, 0.95)
}

// capped adds what is not negative, and stays at the largest value rather than to wrap.
func capped(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// codingTally is what the second pass collects: what coding took, and what it left of the picture.
type codingTally struct {
	psnr, ssim     column[float64]
	encode, decode column[int64]
}

func (c *codingTally) add(f Frame) {
	if !f.sent() {
		return
	}
	if f.EncodeUS > 0 {
		c.encode.add(f.EncodeUS)
	}
	if f.Status != FrameShown {
		return
	}
	if f.DecodeUS > 0 {
		c.decode.add(f.DecodeUS)
	}
	if f.PSNR > 0 && f.PSNR <= MaxPSNR { // neither is true of a NaN
		c.psnr.add(f.PSNR)
	}
	if f.SSIM > 0 && f.SSIM <= 1 {
		c.ssim.add(f.SSIM)
	}
}

func (c *codingTally) finish(s *VideoStats) {
	s.PSNRCount, s.PSNRMean, s.PSNRP5 = len(c.psnr.all), c.psnr.mean(), c.psnr.percentile(0.05)
	s.SSIMCount, s.SSIMMean = len(c.ssim.all), c.ssim.mean()
	s.EncodeMeanUS, s.EncodeP95US = c.encode.mean(), c.encode.percentile(0.95)
	s.DecodeMeanUS, s.DecodeP95US = c.decode.mean(), c.decode.percentile(0.95)
}

// column is one figure of many pictures.
type column[T int64 | float64] struct {
	all []T
	sum float64
}

func (c *column[T]) add(v T) {
	c.all = append(c.all, v)
	c.sum += float64(v)
}

func (c *column[T]) mean() float64 {
	if len(c.all) == 0 {
		return 0
	}
	return c.sum / float64(len(c.all))
}

func (c *column[T]) percentile(p float64) T {
	slices.Sort(c.all)
	return NearestRank(c.all, p)
}
