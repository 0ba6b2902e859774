package netcheck

import (
	"math"
	"time"

	"echopath/netcheck/stats"
)

// videoMetric is a figure of the video probe with its limits.
type videoMetric struct {
	limits
	value func(VideoSummary) reading
}

// The limits of a video.
//
// Frozen and missing pictures: at 30 a second one missing in a hundred is a jerk every three seconds, which few notice; with one
// in twenty nothing moves smoothly. Standing still for 1 % of the time is 0.6 s a minute, for 5 % it is 3 s a minute: words
// and gestures are gone.
//
// Pictures left out by the encoder: with one in twenty gone movement is still smooth; with one in four it is not.
//
// Delay: from the capture until the echo can be shown, so there and back. ITU-T G.1010 asks for 150 ms one way in a video call
// and gives 400 ms as the limit. 400 ms there and back leave 50 ms each way for coding and repair above the first; 800 ms are the
// limit itself. The 95th percentile counts: sound waits for the picture.
//
// Bitrate: how many times over the size needs what the path allowed; see neededKbps.
//
// Loss after repair: a picture of 1000 kbit/s takes four packets, and one that never comes spoils its picture and those behind
// it. Of 120 packets a second 0.2 % is one in four seconds, 1 % more than one in each second.
//
// PSNR in dB, negative so that more is worse. Below 30 dB blocks and blur are plain to see, from 35 dB on they are hard to find
// in a picture of this kind.
//
// Size: the share of the pictures sent smaller than asked. It is at best fair when that is most of them, and never poor: a
// smaller picture that moves is a working call.
var videoMetrics = []videoMetric{
	{limits{"video_frozen", 0.01, 0.05}, frozenShare},
	{limits{"video_missing", 0.01, 0.05}, missingShare},
	{limits{"video_dropped", 0.05, 0.25}, droppedShare},
	{limits{"video_delay", 0.400, 0.800}, func(s VideoSummary) reading {
		return exactly(float64(s.Stats.DelayP95US)/1e6, s.Stats.DelayOK)
	}},
	{limits{"video_rate", 1, 2}, rateShortfall},
	{limits{"video_loss", 0.002, 0.01}, func(s VideoSummary) reading { return share(s.AfterRepair, true) }},
	{limits{"video_quality", -35, -30}, func(s VideoSummary) reading { return exactly(-s.Stats.PSNRMean, s.Stats.PSNRCount > 0) }},
	{limits{"video_size", 0.5, 1}, smallerShare},
}

func videoMetricByID(id string) videoMetric {
	for _, m := range videoMetrics {
		if m.id == id {
			return m
		}
	}
	panic("no video metric " + id) // a mistake in this package's own tables
}

// pardonedUS is how long a picture may stand still in all before that can be poor: one hiccup in a check of three seconds is
// 6 % of it, and no proof of anything.
const pardonedUS = int64(time.Second / time.Microsecond)

// frozenShare is the part of the time that the picture stood still.
func frozenShare(s VideoSummary) reading {
	if s.Span <= 0 || s.Stats.Shown == 0 {
		return reading{}
	}
	r := exactly(float64(s.Stats.FrozenUS)/float64(s.Span.Microseconds()), true)
	if s.Stats.FrozenUS < pardonedUS {
		r.low = 0
	}
	return r
}

// missingShare is the part of the sent pictures that were never shown.
func missingShare(s VideoSummary) reading {
	return share(stats.LossOf(s.Stats.Sent, s.Stats.Missing), true)
}

// droppedShare is the part of the pictures that the encoder left out.
func droppedShare(s VideoSummary) reading {
	return share(stats.LossOf(s.Stats.Sent+s.Stats.Dropped, s.Stats.Dropped), true)
}

// rateShortfall is how many times over the size needs what congestion control allowed on average. It goes by what was allowed,
// not by what was sent: an easy picture needs less than it may take.
func rateShortfall(s VideoSummary) reading {
	needed := neededKbps(s.Plan)
	return exactly(needed/s.TargetKbps, needed > 0 && s.TargetKbps > 0)
}

// neededKbps is the bitrate with which a picture of the asked size and rate is good, but never more than what the plan began
// with: who asks for less must not blame the path. 640x360 at 30 a second is good with 300 kbit/s (42 dB) and falls apart at a
// third of it; larger ones need less for each pixel: 1280x720 works from about 600 kbit/s on and is good with 850. The power of
// 3/4 goes through these.
func neededKbps(p VideoPlan) float64 {
	return min(goodKbps(p), p.StartKbps)
}

func goodKbps(p VideoPlan) float64 {
	const pixels, kbps, power = 640 * 360 * 30, 300, 0.75
	return kbps * math.Pow(float64(p.Width)*float64(p.Height)*float64(p.FPS)/pixels, power)
}

// smallerShare is the part of the sent pictures that were smaller than asked. Where the plan allows too little for the size,
// that says nothing of the path, and neither does a camera or file whose pictures are smaller to begin with.
func smallerShare(s VideoSummary) reading {
	full := s.Stats.WidthMost >= s.Plan.Width
	if s.Stats.Sent == 0 || s.Plan.StartKbps < goodKbps(s.Plan) || !full && s.Stats.SizeChanges == 0 {
		return reading{}
	}
	smaller := s.Stats.Sent
	if full {
		smaller -= s.Stats.SentMost
	}
	return exactly(float64(smaller)/float64(s.Stats.Sent), true)
}

// enoughPictures tells that at least a second's worth of them was made: less says little.
func enoughPictures(s VideoSummary) bool {
	return s.Stats.Sent > 0 && s.Stats.Sent+s.Stats.Dropped >= max(1, s.Plan.FPS)
}

// videoFigures gives the video result that a grade and findings about the network may rest on: of a path whose state is not in
// doubt, of a video that is not either, and that was long enough.
func videoFigures(p PathReport) (VideoSummary, bool) {
	if p.State != StateOK && p.State != StateInterrupted && p.Code != ReasonLogMissing {
		return VideoSummary{}, false
	}
	s, ok := measuredVideo(p)
	if ok && (sessionOver(p.Video.Code) || p.Video.Code == ReasonFarRefused) {
		return s, false // its end is the other computer's, not the network's
	}
	return s, ok && assessVideo(s).State == StateOK
}

// measuredVideo gives the video result if it is long enough, however the path ended.
func measuredVideo(p PathReport) (VideoSummary, bool) {
	if p.Video == nil || p.Video.Result == nil || !enoughPictures(*p.Video.Result) {
		return VideoSummary{}, false
	}
	return *p.Video.Result, true
}

// gradeVideo grades what the video probe found, Unknown if that can not be told. Where no picture came back it failed.
func gradeVideo(p PathReport) Grade {
	s, ok := videoFigures(p)
	switch {
	case !ok:
		return GradeUnknown
	case s.Stats.Shown == 0:
		return GradeFailed
	}
	return gradePictures(s)
}

// gradePictures grades the figures of a video of which something was shown.
func gradePictures(s VideoSummary) Grade {
	grade := GradeGood
	for _, m := range videoMetrics {
		if r := m.value(s); r.known {
			grade = worse(grade, m.grade(r))
		}
	}
	if s.DirectionKnown {
		grade = worse(grade, gradeBeforeRepair(s.Up, s.Down))
	}
	return grade
}

// What a video may lose before repair, by the lower end of the interval, so that a few packets do not accuse a network. Up to the
// first share repair works well; above, pictures wait for it, the bitrate comes down since congestion control takes loss for a full
// line, and sound, which is not sent again, breaks up: that is at best fair, however well the picture was mended. Above the second no
// repair keeps up.
const (
	muchLoss     = 0.03
	tooMuchLoss  = 0.08
	lossySamples = 100 // packets: fewer say little
)

// gradeBeforeRepair grades the worst of these losses.
func gradeBeforeRepair(losses ...stats.Loss) Grade {
	grade := GradeGood
	for _, l := range losses {
		switch {
		case l.Sent < lossySamples || !l.RatioOK || l.CI95Low < muchLoss:
		case l.CI95Low < tooMuchLoss:
			grade = worse(grade, GradeFair)
		default:
			grade = GradePoor
		}
	}
	return grade
}
