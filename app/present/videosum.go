package present

import (
	"fmt"
	"time"

	"echopath/netcheck"
)

// VideoSum adds up windows of a video: what can be said of it while it runs. The zero value is empty.
type VideoSum struct {
	Windows                                int
	Sent, Shown, Dropped, Skipped          int // pictures
	BytesSent, BytesReceived               int64
	Packets, LostOut, LostBack, LostBeyond int // beyond repair

	delay, rtt, frozen time.Duration // delay and rtt: each mean as often as it counts
	rtts, psnrs, ssims int
	psnr, ssim, target float64
}

// Add counts a window, or takes it away again with sign -1.
func (v *VideoSum) Add(s netcheck.VideoSample, sign int) {
	v.Windows += sign
	v.Sent += sign * s.FramesSent
	v.Shown += sign * s.FramesShown
	v.Dropped += sign * s.FramesDropped
	v.Skipped += sign * s.FramesSkipped
	v.BytesSent += int64(sign) * s.BytesSent
	v.BytesReceived += int64(sign) * s.BytesReceived
	v.Packets += sign * s.PacketsSent
	v.LostOut += sign * s.LostUp
	v.LostBack += sign * s.LostDown
	v.LostBeyond += sign * s.LostAfter
	v.delay += time.Duration(sign*s.FramesShown) * s.DelayMean
	v.rtt += time.Duration(sign*s.RTTCount) * s.RTT
	v.frozen += time.Duration(sign) * s.Frozen
	v.rtts += sign * s.RTTCount
	v.psnrs += sign * s.PSNRCount
	v.ssims += sign * s.SSIMCount
	v.psnr += float64(sign) * s.PSNRSum
	v.ssim += float64(sign) * s.SSIMSum
	v.target += float64(sign) * s.TargetKbps
}

// Span is the time that the windows cover.
func (v VideoSum) Span() time.Duration { return time.Duration(v.Windows) * netcheck.VideoSampleWidth }

// Rate is the bitrate of bytes over the span, in kbit/s; 0 for no span.
func (v VideoSum) Rate(bytes int64) float64 {
	if v.Windows <= 0 {
		return 0
	}
	return float64(bytes) * 8 / 1000 / v.Span().Seconds()
}

// FPS is how many new pictures were shown in a second of the span.
func (v VideoSum) FPS() float64 {
	if v.Windows <= 0 {
		return 0
	}
	return float64(v.Shown) / v.Span().Seconds()
}

// Before is the share of the packets sent that were lost before repair, both ways together, 0 to 1.
func (v VideoSum) Before() (ratio float64, ok bool) { return v.share(v.LostOut + v.LostBack) }

// After is the share of the packets sent that were lost in spite of repair, 0 to 1.
func (v VideoSum) After() (ratio float64, ok bool) { return v.share(v.LostBeyond) }

func (v VideoSum) share(lost int) (ratio float64, ok bool) {
	if v.Packets <= 0 || lost < 0 {
		return 0, false
	}
	return min(float64(lost)/float64(v.Packets), 1), true
}

// Delay is the mean picture delay.
func (v VideoSum) Delay() (d time.Duration, ok bool) { return mean(v.delay, v.Shown) }

// RTT is the mean round-trip time of the reports.
func (v VideoSum) RTT() (d time.Duration, ok bool) { return mean(v.rtt, v.rtts) }

func mean(sum time.Duration, n int) (time.Duration, bool) {
	if n <= 0 {
		return 0, false
	}
	return sum / time.Duration(n), true
}

// PSNR is the mean in decibels; ok is false if there is none.
func (v VideoSum) PSNR() (db float64, ok bool) { return v.psnr / float64(max(v.psnrs, 1)), v.psnrs > 0 }

// SSIM is the mean, 0 to 1; ok is false if there is none.
func (v VideoSum) SSIM() (share float64, ok bool) {
	return v.ssim / float64(max(v.ssims, 1)), v.ssims > 0
}

// Frozen is how long the picture stood still in all.
func (v VideoSum) Frozen() time.Duration { return v.frozen }

// sumRates is the number of windows from which rates are more than chance: a second.
const sumRates = int(time.Second / netcheck.VideoSampleWidth)

// Figures are the figures so far. What needs all pictures, as percentiles do, is None. There is no mark among them, and no
// picture.
func (v VideoSum) Figures() VideoFigures {
	f := noVideo()
	if v.Sent+v.Dropped+v.Skipped > 0 {
		f.Dropped, f.Skipped = Count(v.Dropped), Count(v.Skipped)
	}
	if v.Sent > 0 {
		f.Shown = fmt.Sprintf("%s of %s", Count(v.Shown), Count(v.Sent))
		f.Frozen = Seconds(v.frozen)
		f.FrozenShort = f.Frozen
	}
	if v.Windows >= sumRates && v.Sent > 0 {
		f.FPS = Number(v.FPS(), 3)
		f.Sent, f.Received = Number(v.Rate(v.BytesSent), 3), Number(v.Rate(v.BytesReceived), 3)
		f.Target = Number(v.target/float64(v.Windows), 3)
	}
	f.LossBefore, f.LossAfter = percent(v.Before()), percent(v.After())
	if db, ok := v.PSNR(); ok {
		f.PSNR = Number(db, 3)
	}
	if share, ok := v.SSIM(); ok {
		f.SSIM = Number(share, 3)
	}
	return f
}

// maxVideoWindows bounds what is believed of a window's index: windows come from files too.
const maxVideoWindows = int(netcheck.MaxVideoDuration/netcheck.VideoSampleWidth) + 600

// VideoAccount is the running account of a video: the sum of its windows, and the windows that may still change. Its size does not
// grow with the length of the video. The zero value is empty.
type VideoAccount struct {
	windows recent[netcheck.VideoSample]
	sum     VideoSum
}

// Put takes the newest view of a window in the place of the one before. ok is false if nothing came of it: the window is
// impossible, or has been forgotten.
func (a *VideoAccount) Put(s netcheck.VideoSample) (ok bool) {
	if s.Index < 0 || s.Index >= maxVideoWindows {
		return false
	}
	before, known, ok := a.windows.put(s.Index, s)
	if !ok {
		return false
	}
	if known {
		a.sum.Add(before, -1)
	}
	a.sum.Add(s, 1)
	return true
}

// Sum is that of all windows.
func (a *VideoAccount) Sum() VideoSum { return a.sum }

// Newest is the last window; all zero before there is one.
func (a *VideoAccount) Newest() netcheck.VideoSample { return a.windows.views[a.windows.newest] }

// LastSecond is the sum of the second that ends with a window, as far as its windows are there and may still change; ok is false
// if that window itself is not.
func (a *VideoAccount) LastSecond(window int) (sum VideoSum, ok bool) {
	if _, ok := a.windows.views[window]; !ok {
		return sum, false
	}
	for i := window - sumRates + 1; i <= window; i++ {
		if s, ok := a.windows.views[i]; ok {
			sum.Add(s, 1)
		}
	}
	return sum, true
}
