package export

import (
	"math"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// videoDoc is what the video probe found on a path. Figures are null when there is no result, or none of their kind.
type videoDoc struct {
	Mode        string         `json:"mode"`
	Source      videoSourceDoc `json:"source"`
	Partial     bool           `json:"partial"`     // stopped before its end
	ReasonCode  *string        `json:"reason_code"` // why it could not measure, or not to the end
	Reason      *string        `json:"reason"`      // the same in words
	Width       int            `json:"width"`       // as asked
	Height      int            `json:"height"`      // as asked
	FPS         int            `json:"fps"`         // as asked
	FPSShown    *float64       `json:"fps_shown"`   // new pictures a second
	BeginS      *float64       `json:"begin_s"`     // of the first picture since the session's start
	SpanS       *float64       `json:"span_s"`      // during which pictures were sent
	Sizes       *videoSizesDoc `json:"sizes"`       // as sent
	BytesCoded  *int64         `json:"bytes_coded"` // of the sent pictures, without headers
	KeyFrames   *int           `json:"key_frames"`  // sent
	FramesSent  *int           `json:"frames_sent"` // echoed and missing ones
	Echoed      *int           `json:"frames_echoed"`
	Missing     *int           `json:"frames_missing"`
	Duplicated  *int           `json:"frames_duplicated"` // copies beyond the first
	Dropped     *int           `json:"frames_dropped"`    // by the encoder, to keep to the bitrate
	Skipped     *int           `json:"frames_skipped"`    // by this computer, which was behind
	Undecided   *int           `json:"frames_undecided"`
	Freezes     *int           `json:"freezes"`
	FrozenS     *float64       `json:"frozen_s"`          // beyond the mean gap between pictures
	LongestMS   *float64       `json:"longest_freeze_ms"` // from the picture before to the one after
	DelayMS     videoDelayDoc  `json:"delay_ms"`          // from the capture until the decoded echo could be shown
	Bitrate     videoRateDoc   `json:"bitrate_kbps"`
	RTTMS       rttDoc         `json:"rtt_ms"` // of the reports of RTCP
	LossBefore  videoLossDoc   `json:"loss_before_repair"`
	LossAfter   lossDoc        `json:"loss_after_repair"`
	PSNRDB      *float64       `json:"psnr_db"` // mean, luma
	PSNRP5DB    *float64       `json:"psnr_p5_db"`
	SSIM        *float64       `json:"ssim"`          // mean, luma, 0..1
	NACK        *int           `json:"nack"`          // packets asked for again, by both ends
	PLI         *int           `json:"pli"`           // key frames asked for, by both ends
	Retransmits *int           `json:"retransmitted"` // packets, by both ends
	EncodeMS    videoCodingDoc `json:"encode_ms"`
	DecodeMS    videoCodingDoc `json:"decode_ms"`
	SelfCheck   *videoSelfDoc  `json:"self_check"`
}

type videoSourceDoc struct {
	Kind       string  `json:"kind"`
	Name       *string `json:"name"` // of the camera or file
	Difficulty *string `json:"difficulty"`
}

type videoSizesDoc struct {
	First   sizeDoc `json:"first"`
	Last    sizeDoc `json:"last"`
	Least   sizeDoc `json:"least"`
	Most    sizeDoc `json:"most"`
	AtMost  int     `json:"frames_at_most"` // how many were sent at the largest
	Changes int     `json:"changes"`
}

type sizeDoc struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

type videoDelayDoc struct {
	Min  *float64 `json:"min"`
	Mean *float64 `json:"mean"`
	P50  *float64 `json:"p50"`
	P95  *float64 `json:"p95"`
	Max  *float64 `json:"max"`
}

// videoRateDoc counts bytes of IP packets: RTP with all that is around it.
type videoRateDoc struct {
	Sent     *float64 `json:"sent"`
	Received *float64 `json:"received"`
	Target   *float64 `json:"target"` // mean of what congestion control allowed
	Start    float64  `json:"start"`  // as asked
	Max      float64  `json:"max"`    // as asked
}

type videoLossDoc struct {
	Up   lossDoc `json:"up"`
	Down lossDoc `json:"down"`
}

type videoCodingDoc struct {
	Mean *float64 `json:"mean"`
	P95  *float64 `json:"p95"`
}

type videoSelfDoc struct {
	CaptureErrorP95US float64 `json:"capture_error_p95_us"`
	SkippedRecording  int     `json:"skipped_recording"`
	QueueDropped      int     `json:"queue_dropped"`
	UnreadCodes       int     `json:"unread_codes"`
}

// videoPlanDoc is what is asked of the video probe.
type videoPlanDoc struct {
	Mode      string         `json:"mode"`
	Source    videoSourceDoc `json:"source"`
	Width     int            `json:"width"`
	Height    int            `json:"height"`
	FPS       int            `json:"fps"`
	StartKbps *float64       `json:"start_kbps"`
	MaxKbps   *float64       `json:"max_kbps"`
	DurationS float64        `json:"duration_s"`
	IdleS     float64        `json:"idle_s"` // under load: how long the loss probe runs alone before
	Paths     int            `json:"paths"`  // on at most so many paths that work; 0: all
	AdaptSize bool           `json:"adapt_size"`
}

func videoPlan(p netcheck.VideoPlan) *videoPlanDoc {
	if !p.On() {
		return nil
	}
	return &videoPlanDoc{Mode: string(p.Mode), Source: videoSource(p.Source), Width: p.Width, Height: p.Height, FPS: p.FPS,
		StartKbps: figure(p.StartKbps > 0, p.StartKbps), MaxKbps: figure(p.MaxKbps > 0, p.MaxKbps), DurationS: secondsOf(p.Duration),
		IdleS: secondsOf(p.Idle), Paths: p.Paths, AdaptSize: p.Adapt}
}

func videoSource(s netcheck.VideoSource) videoSourceDoc {
	return videoSourceDoc{Kind: string(s.Kind), Name: text(s.Name), Difficulty: text(s.Difficulty)}
}

// videoOf lays out a path's video; nil if the probe did not run there.
func videoOf(v *netcheck.VideoReport, asked netcheck.VideoPlan) *videoDoc {
	if v == nil {
		return nil
	}
	if v.Result != nil && v.Result.Plan.On() {
		asked = v.Result.Plan
	}
	d := &videoDoc{Mode: string(asked.Mode), Source: videoSource(asked.Source), ReasonCode: text(v.Code), Reason: text(v.Text),
		Width: asked.Width, Height: asked.Height, FPS: asked.FPS}
	d.Bitrate.Start, d.Bitrate.Max = orZero(asked.StartKbps), orZero(asked.MaxKbps)
	if v.Result != nil {
		d.Partial = v.Result.Partial || v.Code != netcheck.ReasonNone
		d.addStream(*v.Result)
		d.addPictures(v.Result.Stats)
	}
	return d
}

func orZero(v float64) float64 {
	if p := figure(true, v); p != nil {
		return *p
	}
	return 0
}

// addStream adds what was counted on the way.
func (d *videoDoc) addStream(s netcheck.VideoSummary) {
	timed := s.Span > 0
	begin, span := secondsOf(s.Begin), secondsOf(s.Span)
	if timed {
		d.BeginS, d.SpanS = &begin, &span
	}
	d.Bitrate.Sent, d.Bitrate.Received = kbit(timed, s.SentKbps), kbit(timed, s.ReceivedKbps)
	d.Bitrate.Target = kbit(s.TargetKbps > 0, s.TargetKbps)
	d.RTTMS = rtt(s.RTT)
	if s.DirectionKnown {
		d.LossBefore = videoLossDoc{Up: loss(s.Up, true), Down: loss(s.Down, true)}
	}
	d.LossAfter = loss(s.AfterRepair, s.AfterRepair.RatioOK)
	d.NACK, d.PLI, d.Retransmits = &s.NACK, &s.PLI, &s.Retransmitted
	d.SelfCheck = &videoSelfDoc{CaptureErrorP95US: float64(s.Self.CaptureErrorP95) / float64(time.Microsecond), SkippedRecording: s.Self.SkippedRecording,
		QueueDropped: s.Self.QueueDropped, UnreadCodes: s.Self.UnreadCodes}
}

// kbit is a bitrate to the bit a second.
func kbit(measured bool, v float64) *float64 { return figure(measured, math.Round(v*1e3)/1e3) }

// addPictures adds what frames.csv gives.
func (d *videoDoc) addPictures(s stats.VideoStats) {
	d.FramesSent, d.Echoed, d.Missing, d.Duplicated = &s.Sent, &s.Shown, &s.Missing, &s.Duplicated
	d.Dropped, d.Skipped, d.Undecided, d.KeyFrames = &s.Dropped, &s.Skipped, &s.Undecided, &s.KeyFrames
	d.FPSShown = figure(s.FPS > 0, math.Round(s.FPS*1e3)/1e3)
	if shown := s.Shown > 0; shown { // before the first picture nothing can be frozen
		d.Freezes, d.FrozenS, d.LongestMS = &s.Freezes, figure(true, float64(s.FrozenUS)/1e6), millis(true, s.LongestFreezeUS)
	}
	d.DelayMS = videoDelayDoc{Min: millis(s.DelayOK, s.DelayMinUS), Mean: meanMillis(s.DelayOK, s.DelayMeanUS), P50: millis(s.DelayOK, s.DelayP50US),
		P95: millis(s.DelayOK, s.DelayP95US), Max: millis(s.DelayOK, s.DelayMaxUS)}
	d.PSNRDB, d.PSNRP5DB = rounded(s.PSNRCount > 0, s.PSNRMean), rounded(s.PSNRCount > 0, s.PSNRP5)
	d.SSIM = rounded(s.SSIMCount > 0, s.SSIMMean)
	d.EncodeMS = videoCodingDoc{meanMillis(s.EncodeP95US > 0, s.EncodeMeanUS), millis(s.EncodeP95US > 0, s.EncodeP95US)}
	d.DecodeMS = videoCodingDoc{meanMillis(s.DecodeP95US > 0, s.DecodeMeanUS), millis(s.DecodeP95US > 0, s.DecodeP95US)}
	if s.Sent == 0 {
		return
	}
	d.BytesCoded = &s.BytesSent
	if s.WidthMost > 0 {
		d.Sizes = &videoSizesDoc{First: sizeDoc{s.WidthFirst, s.HeightFirst}, Last: sizeDoc{s.WidthLast, s.HeightLast},
			Least: sizeDoc{s.WidthLeast, s.HeightLeast}, Most: sizeDoc{s.WidthMost, s.HeightMost}, AtMost: s.SentMost, Changes: s.SizeChanges}
	}
}

// rounded gives a quality to a millionth.
func rounded(measured bool, v float64) *float64 { return figure(measured, math.Round(v*1e6)/1e6) }

// loadDoc is what a call does to everything else: grade A+ to F.
type loadDoc struct {
	IdleRTTMS   rttDoc   `json:"idle_rtt_ms"`   // before the video
	LoadedRTTMS rttDoc   `json:"loaded_rtt_ms"` // from a second after it began
	IncreaseMS  *float64 `json:"increase_ms"`   // of the medians
	Grade       string   `json:"grade"`
}

func loadEffect(e *netcheck.LoadEffect) *loadDoc {
	if e == nil {
		return nil
	}
	return &loadDoc{IdleRTTMS: rtt(e.Idle), LoadedRTTMS: rtt(e.Loaded), IncreaseMS: figure(true, e.IncreaseMS), Grade: e.Grade}
}
