package export

import (
	"math"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// carrierDoc is a carrier's figures, in JSON and, flattened, in summary.csv.
type carrierDoc struct {
	Carrier     string     `json:"carrier"`
	Partial     bool       `json:"partial"` // stopped before its end
	BeginS      float64    `json:"begin_s"` // begin of the measured part since the session's start
	SpanS       float64    `json:"span_s"`  // length of the measured part
	Up          wayDoc     `json:"up"`
	Down        wayDoc     `json:"down"`
	Total       lossDoc    `json:"total"` // there and back
	Late        *int       `json:"late"`  // answered, and later than late_after_ms; never among the lost
	Skipped     int        `json:"skipped"`
	RTTMS       rttDoc     `json:"rtt_ms"` // without the time that the far end held the packet
	BitrateKbps bitrateDoc `json:"bitrate_kbps"`
	LoadEffect  *loadDoc   `json:"load_effect"` // null: no video ran beside it
	SelfCheck   selfDoc    `json:"self_check"`

	// Which end skipped: columns of summary.csv; in JSON the self check says it in more detail.
	skippedSender, skippedReflector int
}

type lossDoc struct {
	Sent      *int     `json:"sent"`
	Received  *int     `json:"received"`
	Lost      *int     `json:"lost"`
	LossRatio *float64 `json:"loss_ratio"` // 0..1
	CI95Low   *float64 `json:"ci95_low"`
	CI95High  *float64 `json:"ci95_high"`
}

type wayDoc struct {
	lossDoc
	Duplicate     *int      `json:"duplicate"`
	Reordered     *int      `json:"reordered"`
	Bursts        burstsDoc `json:"bursts"`
	JitterMS      *float64  `json:"jitter_ms"`      // J of RFC 3550 after the last packet
	JitterMeanMS  *float64  `json:"jitter_mean_ms"` // of J over the whole series
	JitterP95MS   *float64  `json:"jitter_p95_ms"`  // the same; what the grade goes by
	IPDVMeanAbsMS *float64  `json:"ipdv_mean_abs_ms"`
}

type burstsDoc struct {
	Count     *int          `json:"count"`
	Max       *int          `json:"max"` // packets
	Mean      *float64      `json:"mean"`
	Histogram *histogramDoc `json:"histogram"`
}

// histogramDoc counts bursts by length in packets: the classes of stats.BurstResult.
type histogramDoc struct {
	One      int `json:"1"`
	Two      int `json:"2"`
	Three    int `json:"3"`
	Four     int `json:"4"`
	FiveNine int `json:"5-9"`
	TenUp    int `json:"10+"`
}

type rttDoc struct {
	Min  *float64 `json:"min"`
	Mean *float64 `json:"mean"`
	P50  *float64 `json:"p50"`
	P95  *float64 `json:"p95"`
	P99  *float64 `json:"p99"`
	Max  *float64 `json:"max"`
}

type bitrateDoc struct {
	Sent     *float64 `json:"sent"`     // datagrams sent
	Received *float64 `json:"received"` // answers received
}

type selfDoc struct {
	ClockResolutionUS    *float64 `json:"clock_resolution_us"`
	FarClockResolutionUS *float64 `json:"far_clock_resolution_us"`
	SendErrorMeanUS      *float64 `json:"send_error_mean_us"`
	SendErrorP95US       *float64 `json:"send_error_p95_us"`
	SendErrorMaxUS       *float64 `json:"send_error_max_us"`
	MissedSends          int      `json:"missed_sends"`
	SkippedSender        int      `json:"skipped_sender"`
	SendFailed           int      `json:"send_failed"`
	SkippedReflector     *int     `json:"skipped_reflector"`
	QueuedMaxBytes       int      `json:"queued_max_bytes"`
	FarQueuedMaxBytes    *int     `json:"far_queued_max_bytes"`
	DwellP95US           *float64 `json:"dwell_p95_us"`
	BundledShare         *float64 `json:"bundled_share"` // 0..1
	LogComplete          bool     `json:"log_complete"`
}

type pairCheckDoc struct {
	SentUp         *uint64 `json:"sent_up"`
	ReceivedUp     *uint64 `json:"received_up"`
	SentDown       *uint64 `json:"sent_down"`
	ReceivedDown   *uint64 `json:"received_down"`
	SocketDrops    *uint64 `json:"socket_drops"`
	FarSocketDrops *uint64 `json:"far_socket_drops"`
}

// networkLossDoc is the loss of the carrier that sees the network as it is.
type networkLossDoc struct {
	Carrier string  `json:"carrier"`
	Up      lossDoc `json:"up"`
	Down    lossDoc `json:"down"`
	Total   lossDoc `json:"total"`
}

func carrier(c netcheck.CarrierResult, size int, partial bool) carrierDoc {
	s := c.Stats
	doc := carrierDoc{
		Carrier: string(c.Carrier), Partial: partial || c.Partial, BeginS: secondsOf(c.Begin), SpanS: secondsOf(c.Span),
		Up: upWay(s.Up), Down: downWay(s.Down), Total: loss(s.Total, true),
		Late:          count(s.RTT.OK, s.Late), // without a single round-trip time nothing could be late
		Skipped:       s.SkippedBySender + s.SkippedByReflector,
		skippedSender: s.SkippedBySender, skippedReflector: s.SkippedByReflector,
		RTTMS: rtt(s.RTT), BitrateKbps: bitrate(s, size, c.Span), LoadEffect: loadEffect(c.Load), SelfCheck: selfCheck(c.Self),
	}
	if !seesCopies(c.Carrier) {
		doc.Up.Duplicate, doc.Down.Duplicate = nil, nil
	}
	return doc
}

// seesCopies tells whether copies reach the probe. DTLS and SCTP throw them away before a data channel sees any, so a 0 there
// would be no measurement.
func seesCopies(c netcheck.Carrier) bool { return c != netcheck.CarrierDataChannel }

// loss leaves open what is not known as soon as the direction of a single loss is not.
func loss(l stats.Loss, known bool) lossDoc {
	return lossDoc{
		Sent: count(known, l.Sent), Received: count(known, l.Received), Lost: count(known, l.Lost),
		LossRatio: figure(l.RatioOK, l.LossRatio), CI95Low: figure(l.RatioOK, l.CI95Low), CI95High: figure(l.RatioOK, l.CI95High),
	}
}

func upWay(d stats.Direction) wayDoc {
	w := way(d)
	w.Sent = &d.Sent // what this end sent is known also when the far end's log is missing
	// Copies and places in the order of arrival come from the far end's log: without a place for every packet it is not whole.
	w.Duplicate = count(d.Received > 0 && d.Ordered == d.Received, d.Duplicate)
	return w
}

func downWay(d stats.Direction) wayDoc {
	w := way(d)
	w.Received = &d.Received
	w.Duplicate = count(d.Received > 0, d.Duplicate)
	return w
}

func way(d stats.Direction) wayDoc {
	return wayDoc{
		lossDoc: loss(d.Loss, d.Known), Reordered: count(d.Ordered > 0, d.Reordered), Bursts: bursts(d.Bursts, d.RatioOK),
		JitterMS: meanMillis(d.JitterOK, d.JitterUS), JitterMeanMS: meanMillis(d.JitterOK, d.JitterMeanUS),
		JitterP95MS: meanMillis(d.JitterOK, d.JitterP95US), IPDVMeanAbsMS: meanMillis(d.IPDV.Count > 0, d.IPDV.MeanAbsUS),
	}
}

func bursts(b stats.BurstResult, measured bool) burstsDoc {
	if !measured {
		return burstsDoc{}
	}
	h := b.Histogram
	return burstsDoc{
		Count: &b.Count, Max: &b.Max, Mean: figure(b.Count > 0, b.Mean),
		Histogram: &histogramDoc{h[0], h[1], h[2], h[3], h[4], h[5]},
	}
}

func rtt(r stats.RTT) rttDoc {
	return rttDoc{
		Min: millis(r.OK, r.MinUS), Mean: meanMillis(r.OK, r.MeanUS), P50: millis(r.OK, r.P50US),
		P95: millis(r.OK, r.P95US), P99: millis(r.OK, r.P99US), Max: millis(r.OK, r.MaxUS),
	}
}

func bitrate(s stats.Summary, size int, span time.Duration) bitrateDoc {
	measured := s.Up.Sent > 0 && size > 0 && span > 0
	kbps := func(packets int) *float64 {
		return figure(measured, math.Round(float64(packets)*float64(size)*8/span.Seconds())/1e3) // to the bit a second
	}
	return bitrateDoc{Sent: kbps(s.Up.Sent), Received: kbps(s.Total.Received)}
}

// selfCheck takes a zero for "not told" where no real clock or account could give it: a clock has a resolution, and the far
// end's account comes with its log.
func selfCheck(c netcheck.SelfCheck) selfDoc {
	return selfDoc{
		ClockResolutionUS:    microsOf(c.ClockResolution > 0, c.ClockResolution),
		FarClockResolutionUS: microsOf(c.FarClockResolution > 0, c.FarClockResolution),
		SendErrorMeanUS:      microsOf(true, c.SendErrorMean), SendErrorP95US: microsOf(true, c.SendErrorP95), SendErrorMaxUS: microsOf(true, c.SendErrorMax),
		MissedSends: c.MissedSends, SkippedSender: c.SkippedSender, SendFailed: c.SendFailed, QueuedMaxBytes: c.QueuedMax,
		SkippedReflector:  count(c.LogComplete || c.SkippedReflector > 0, c.SkippedReflector),
		FarQueuedMaxBytes: count(c.LogComplete || c.FarQueuedMax > 0, c.FarQueuedMax),
		DwellP95US:        microsOf(c.LogComplete || c.DwellP95 > 0, c.DwellP95),
		BundledShare:      figure(c.BundledKnown, c.Bundled), LogComplete: c.LogComplete,
	}
}

func pairCheck(p *netcheck.PairCheck) *pairCheckDoc {
	if p == nil {
		return nil
	}
	return &pairCheckDoc{
		SentUp: count(p.Known, p.SentUp), ReceivedUp: count(p.Known, p.ReceivedUp),
		SentDown: count(p.Known, p.SentDown), ReceivedDown: count(p.Known, p.RecvDown),
		SocketDrops: count(p.DropsKnown, p.Drops), FarSocketDrops: count(p.DropsKnown, p.FarDrops),
	}
}
