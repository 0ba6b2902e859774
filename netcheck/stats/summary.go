package stats

// Options is what a summary depends on beside the rows.
type Options struct {
	LateAfterUS int64 // an answer is late when its RTT is longer than this, microseconds; 0 or less: nothing is late
}

// Summary is what a record of packets comes to. Packets that their sender skipped, and those still undecided, count nowhere
// else.
type Summary struct {
	Up    Direction `json:"up"`    // sender to reflector
	Down  Direction `json:"down"`  // reflector to sender
	Total Loss      `json:"total"` // both ways: sent are the packets that were owed an answer

	Late               int `json:"late"`              // answered, and later than Options.LateAfterUS; never lost
	SkippedBySender    int `json:"skipped_sender"`    // never sent
	SkippedByReflector int `json:"skipped_reflector"` // reached the reflector, which did not answer
	Undecided          int `json:"undecided"`         // rows with StatusUnknown

	RTT     RTT     `json:"rtt"`
	Silence Silence `json:"silence,omitzero"`
}

// Silence is time during which nothing that was sent was answered, in microseconds: from the departure of the first packet of a run of
// lost ones to that of the next one that was answered, or of the last one. What was skipped in between neither ends it nor begins it.
type Silence struct {
	LongestUS int64 `json:"longest_us"`
	AtEndUS   int64 `json:"at_end_us"` // of the run that lasted until the end; 0: the last packets were answered
	Cuts      Cuts  `json:"cuts,omitzero"`
}

// Cuts are the runs of at least [CutLost] lost packets that lasted for [CutUS] or longer, and what was lost in them. A packet that did
// not reach the reflector could not be answered either: LostUp says nothing about the way down at that time.
type Cuts struct {
	N             int   `json:"n"`
	US            int64 `json:"us"` // in all
	LongestUS     int64 `json:"longest_us"`
	LostUp        int   `json:"lost_up"`
	LostDown      int   `json:"lost_down"`
	LostSomewhere int   `json:"lost_somewhere"` // on a way that is not known
}

// Loss counts packets and gives the share that did not arrive.
type Loss struct {
	Sent     int `json:"sent"`
	Received int `json:"received"`
	Lost     int `json:"lost"`

	// The ratio Lost/Sent, 0..1, with its 95 % Wilson interval; all three are 0, and mean nothing, unless RatioOK. Nothing
	// sent is not "no loss".
	RatioOK   bool    `json:"ratio_ok"`
	LossRatio float64 `json:"loss_ratio"`
	CI95Low   float64 `json:"ci95_low"`
	CI95High  float64 `json:"ci95_high"`
}

// LossOf counts what was sent and what of it did not arrive, and gives the ratio if there can be one.
func LossOf(sent, lost int) Loss {
	l := Loss{Sent: sent, Received: max(0, sent-lost), Lost: lost}
	l.rate()
	return l
}

// rate fills in the ratio.
func (l *Loss) rate() {
	low, high, ok := Wilson(l.Lost, l.Sent)
	if !ok {
		return
	}
	l.RatioOK, l.LossRatio, l.CI95Low, l.CI95High = true, float64(l.Lost)/float64(l.Sent), low, high
}

// Direction is one way of the path.
type Direction struct {
	// Known tells that the direction of every loss is known. Otherwise the ratio and Bursts are not measured, and of the
	// counts only Up.Sent and Down.Received are whole; the others count what is certain.
	Known bool `json:"known"`
	Loss

	Duplicate int         `json:"duplicate"` // copies beyond the first; at most 255 a packet
	Bursts    BurstResult `json:"bursts"`    // in order of sequence, over the packets sent this way

	Ordered   int `json:"ordered"`   // received packets whose place in the orders of sending and of arrival is known; 0: Reordered not measured
	Reordered int `json:"reordered"` // of those, RFC 4737, section 3.3

	// Of the received packets in order of arrival that have both times.
	JitterOK bool    `json:"jitter_ok"`
	JitterUS float64 `json:"jitter_us"` // RFC 3550, section 6.4.1, microseconds: J after the last packet
	// Mean and p95 (nearest rank) of J over the whole series, microseconds. J itself tells of the last dozens
	// of packets alone: these do not depend on how a series happens to end.
	JitterMeanUS float64    `json:"jitter_mean_us"`
	JitterP95US  float64    `json:"jitter_p95_us"`
	IPDV         IPDVResult `json:"ipdv"`
}

// RTT is the distribution of the round-trip times of the answered packets, late ones included, in microseconds, without the
// reflector's dwell. All figures are 0, and mean nothing, unless OK. Percentiles are exact, by nearest rank.
type RTT struct {
	OK     bool    `json:"ok"`
	N      int     `json:"n"` // answered packets with all four times
	MinUS  int64   `json:"min_us"`
	MeanUS float64 `json:"mean_us"`
	P50US  int64   `json:"p50_us"`
	P95US  int64   `json:"p95_us"`
	P99US  int64   `json:"p99_us"`
	MaxUS  int64   `json:"max_us"`
}
