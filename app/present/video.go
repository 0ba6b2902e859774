package present

import (
	"fmt"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// VideoFigures are the figures of a video as people read them. Each is None where nothing was measured, and without its unit
// unless it says otherwise. Bitrates are in kbit/s and count what is on the wire; times are in milliseconds unless they name a
// unit.
type VideoFigures struct {
	State Mark // of the path

	Picture string // as sent: "640x360@30", or "640x360@30, down to 480x270"
	FPS     string // new pictures shown a second
	Shown   string // "299 of 300"
	Missing string // pictures sent that never came back
	Dropped string // pictures that the encoder left out to keep to the bitrate
	Skipped string // pictures that this computer was too slow to make

	Frozen      string // with units: "0 s", or "1.2 s in 3, longest 0.6 s"
	FrozenShort string // with units: "0 s", or "1.2 s in 3"

	Delay                        string // p50 and p95: "3.8 / 8.6"
	DelayP50, DelayP95, DelayMax string

	Sent, Received, Target string // bitrates

	LossOut, LossBack string // before repair, in the form of Loss
	LossBefore        string // both ways together, in percent with the sign
	LossAfter         string // in spite of repair, in percent with the sign

	PSNR, SSIM string // dB; 0 to 1
	RTT        string // p50 and p95 of the reports: "18.4 / 20.7"
}

// noVideo is what there is before anything was measured.
func noVideo() VideoFigures {
	return VideoFigures{Picture: None, FPS: None, Shown: None, Missing: None, Dropped: None, Skipped: None, Frozen: None, FrozenShort: None,
		Delay: None, DelayP50: None, DelayP95: None, DelayMax: None, Sent: None, Received: None, Target: None,
		LossOut: None, LossBack: None, LossBefore: None, LossAfter: None, PSNR: None, SSIM: None, RTT: None}
}

// VideoOf gives the figures of a path's video, with the mark of the path's state and grade.
func VideoOf(p netcheck.PathReport, g netcheck.Grade) VideoFigures {
	f := noVideo()
	if p.Video != nil && p.Video.Result != nil {
		f = FiguresOf(*p.Video.Result)
	}
	f.State = StateMark(p, g)
	return f
}

// FiguresOf gives the figures of a video's result. There is no mark among them.
func FiguresOf(v netcheck.VideoSummary) VideoFigures {
	f, s := noVideo(), v.Stats
	f.Picture = pictureWords(v)
	if s.Sent+s.Dropped+s.Skipped > 0 {
		f.Missing, f.Dropped, f.Skipped = Count(s.Missing), Count(s.Dropped), Count(s.Skipped)
	}
	if s.Sent > 0 {
		f.Shown = fmt.Sprintf("%s of %s", Count(s.Shown), Count(s.Sent))
		f.Frozen, f.FrozenShort = Frozen(s), frozenShort(s)
	}
	if s.FPS > 0 {
		f.FPS = Number(s.FPS, 3)
	}
	if s.DelayOK {
		f.DelayP50, f.DelayP95, f.DelayMax = Micros(float64(s.DelayP50US)), Micros(float64(s.DelayP95US)), Micros(float64(s.DelayMaxUS))
		f.Delay = f.DelayP50 + " / " + f.DelayP95
	}
	if v.Span > 0 && s.Sent > 0 {
		f.Sent, f.Received, f.Target = Number(v.SentKbps, 3), Number(v.ReceivedKbps, 3), Number(v.TargetKbps, 3)
	}
	if v.DirectionKnown {
		f.LossOut, f.LossBack = Loss(v.Up), Loss(v.Down)
		f.LossBefore = percent(bothWays(v.Up, v.Down))
	}
	f.LossAfter = percent(v.AfterRepair.LossRatio, v.AfterRepair.RatioOK)
	f.PSNR, f.SSIM = psnr(s.PSNRMean, s.PSNRCount), ssim(s.SSIMMean, s.SSIMCount)
	f.RTT = RTT(v.RTT)
	return f
}

// pictureWords is the picture as it was sent, and how small it became.
func pictureWords(v netcheck.VideoSummary) string {
	s, p := v.Stats, v.Plan
	if s.WidthFirst == 0 && p.Width == 0 {
		return None
	}
	size := netcheck.VideoSize{Width: p.Width, Height: p.Height}
	if size.Width == 0 {
		size = netcheck.VideoSize{Width: s.WidthFirst, Height: s.HeightFirst}
	}
	text := Picture(size, p.FPS)
	if least := (netcheck.VideoSize{Width: s.WidthLeast, Height: s.HeightLeast}); least.Width > 0 && least.Width < size.Width {
		text += ", down to " + least.String()
	}
	return text
}

// Picture writes the size and the pictures a second: "640x360@30".
func Picture(size netcheck.VideoSize, fps int) string {
	if fps == 0 {
		return size.String()
	}
	return fmt.Sprintf("%s@%d", size, fps)
}

// bothWays puts the losses of the two ways together: what is sent back is what arrived, so shares of arrival multiply.
func bothWays(up, down stats.Loss) (ratio float64, ok bool) {
	if !up.RatioOK {
		return 0, false
	}
	return 1 - (1-up.LossRatio)*(1-down.LossRatio), true
}

func percent(ratio float64, ok bool) string {
	if !ok {
		return None
	}
	return netcheck.Percent(ratio)
}

func psnr(mean float64, count int) string {
	if count == 0 || mean == 0 {
		return None
	}
	return Number(mean, 3)
}

func ssim(mean float64, count int) string {
	if count == 0 || mean == 0 {
		return None
	}
	return Number(mean, 3)
}

// Frozen says how long the picture stood still: "0 s", "0.4 s", "1.2 s in 3, longest 0.6 s".
func Frozen(s stats.VideoStats) string {
	text := frozenShort(s)
	if s.Freezes > 1 {
		text += ", longest " + Seconds(micros(s.LongestFreezeUS))
	}
	return text
}

func frozenShort(s stats.VideoStats) string {
	text := Seconds(micros(s.FrozenUS))
	if s.Freezes > 1 {
		text += " in " + Count(s.Freezes)
	}
	return text
}

func micros(us int64) time.Duration { return time.Duration(us) * time.Microsecond }

// Seconds writes a length of time in seconds, to the millisecond, with at most three digits and the unit: "0.4 s", "12.1 s".
func Seconds(d time.Duration) string {
	if d > 0 && d < 500*time.Microsecond {
		return "<0.001 s"
	}
	return Number(d.Round(time.Millisecond).Seconds(), 3) + " s"
}
