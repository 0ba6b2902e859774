package export

import (
	"math"
	"time"

	"echopath/netcheck"
)

// callDoc is a two-way call on a path. Figures are null when there is no result, or none of their kind. There is no delay of a
// direction in it: the two ends' clocks have different zeros.
type callDoc struct {
	Partial    bool           `json:"partial"`     // stopped before its end
	ReasonCode *string        `json:"reason_code"` // why it could not measure, or not to the end
	Reason     *string        `json:"reason"`      // the same in words
	BeginS     *float64       `json:"begin_s"`     // of this end's first picture since the session's start
	SpanS      *float64       `json:"span_s"`      // during which this end sent pictures
	Source     videoSourceDoc `json:"source"`      // of this end's pictures
	FarSource  *string        `json:"far_source"`  // of the other end's, in its own words
	RTTMS      rttDoc         `json:"rtt_ms"`      // of the reports of RTCP
	Up         *callWayDoc    `json:"up"`          // this end's picture, as the other end received it
	Down       *callWayDoc    `json:"down"`        // the other end's, as this one received it
	SelfCheck  *callSelfDoc   `json:"self_check"`
	FarCheck   *callSelfDoc   `json:"far_self_check"` // as the other end says
}

// callWayDoc is one direction. Known is false where the other end's last account did not arrive or can not be: then what only it can
// know is null.
type callWayDoc struct {
	Known        bool        `json:"known"`
	WidthAsked   int         `json:"width_asked"`
	HeightAsked  int         `json:"height_asked"`
	FPSAsked     int         `json:"fps_asked"`
	FramesSent   *int        `json:"frames_sent"`
	SentFull     *int        `json:"frames_sent_full"` // of those sent: in the size that was asked for
	Dropped      *int        `json:"frames_dropped"`   // by the sender's encoder, to keep to the bitrate
	Skipped      *int        `json:"frames_skipped"`   // by the sender's computer, which was behind
	KeyFrames    *int        `json:"key_frames"`
	Shown        *int        `json:"frames_shown"` // distinct ones
	Lost         *int        `json:"frames_lost"`
	Undecided    *int        `json:"frames_undecided"`
	Freezes      *int        `json:"freezes"`
	FrozenS      *float64    `json:"frozen_s"`
	LongestMS    *float64    `json:"longest_freeze_ms"`
	Bitrate      callRateDoc `json:"bitrate_kbps"`
	LossBefore   lossDoc     `json:"loss_before_repair"`
	LossAfter    lossDoc     `json:"loss_after_repair"`
	JitterMS     *float64    `json:"jitter_ms"` // of packets (RFC 3550), after the last
	NACK         *int        `json:"nack"`
	PLI          *int        `json:"pli"`
	Retransmits  *int        `json:"retransmitted"`
	Width        *int        `json:"width"` // of the last picture shown
	Height       *int        `json:"height"`
	DecodeP95MS  *float64    `json:"decode_p95_ms"`
	QueueDropped *int        `json:"queue_dropped"`
}

// callRateDoc counts bytes of IP packets, as videoRateDoc does.
type callRateDoc struct {
	Sent     *float64 `json:"sent"`
	Received *float64 `json:"received"`
	Target   *float64 `json:"target"` // mean of what the sender's congestion control allowed
}

type callSelfDoc struct {
	CaptureErrorP95US float64 `json:"capture_error_p95_us"`
	UnreadCodes       int     `json:"unread_codes"`
}

// callOf lays out a path's call; nil if there was none.
func callOf(c *netcheck.CallReport, asked netcheck.VideoPlan) *callDoc {
	if c == nil {
		return nil
	}
	d := &callDoc{ReasonCode: text(c.Code), Reason: text(c.Text), Source: videoSource(asked.Source)}
	s := c.Result
	if s == nil {
		return d
	}
	d.Partial, d.Source, d.FarSource = s.Partial || c.Code != netcheck.ReasonNone, videoSource(s.Plan.Source), text(s.FarSource)
	if s.Span > 0 {
		begin, span := secondsOf(s.Begin), secondsOf(s.Span)
		d.BeginS, d.SpanS = &begin, &span
	}
	d.RTTMS = rtt(s.RTT)
	d.Up, d.Down = callWay(s.Up, true, s.Up.Known), callWay(s.Down, s.Down.Known, true)
	if d.SelfCheck = callSelf(s.Self); s.Up.Known {
		d.FarCheck = callSelf(s.Far)
	}
	return d
}

func callSelf(s netcheck.CallSelfCheck) *callSelfDoc {
	return &callSelfDoc{CaptureErrorP95US: float64(s.CaptureErrorP95) / float64(time.Microsecond), UnreadCodes: s.UnreadCodes}
}

// callWay lays out one direction. sender and receiver tell whether what those ends know is known here.
func callWay(c netcheck.CallDirection, sender, receiver bool) *callWayDoc {
	d := &callWayDoc{Known: c.Known, WidthAsked: c.WidthAsked, HeightAsked: c.HeightAsked, FPSAsked: c.FPSAsked}
	if sender {
		d.FramesSent, d.SentFull, d.Dropped, d.Skipped, d.KeyFrames, d.Retransmits = &c.Sent, &c.SentFull, &c.Dropped, &c.Skipped, &c.KeyFrames, &c.Retransmitted
		d.Bitrate.Sent, d.Bitrate.Target = kbit(c.Sent > 0, c.SentKbps), kbit(c.TargetKbps > 0, c.TargetKbps)
	}
	if receiver {
		d.Shown, d.NACK, d.PLI, d.QueueDropped = &c.Shown, &c.NACK, &c.PLI, &c.QueueDropped
		d.Bitrate.Received = kbit(c.ReceivedKbps > 0 || c.Known, c.ReceivedKbps)
		d.JitterMS = figure(c.JitterOK, math.Round(c.JitterUS*1e3)/1e6)
		d.addShown(c)
	}
	if sender && receiver {
		d.Lost, d.Undecided = &c.Lost, &c.Undecided
		d.LossBefore, d.LossAfter = loss(c.BeforeRepair, c.BeforeRepair.RatioOK), loss(c.AfterRepair, c.AfterRepair.RatioOK)
	}
	return d
}

// addShown adds what there is only where a picture was shown: before the first one nothing can be frozen.
func (d *callWayDoc) addShown(c netcheck.CallDirection) {
	if c.Shown == 0 {
		return
	}
	d.Freezes, d.FrozenS, d.LongestMS = &c.Freezes, figure(true, float64(c.FrozenUS)/1e6), millis(true, c.LongestFreezeUS)
	d.DecodeP95MS = millis(c.DecodeP95US > 0, c.DecodeP95US)
	if c.Width > 0 && c.Height > 0 {
		d.Width, d.Height = &c.Width, &c.Height
	}
}
