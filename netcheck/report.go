package netcheck

import (
	"time"

	"echopath/netcheck/stats"
)

// Report is the facts of a session: the fold of its events. It holds no judgement and no single packets.
type Report struct {
	ID         string
	Title      string
	Started    time.Time
	Duration   time.Duration
	Ended      Ended // Unknown while the session runs
	Error      string
	AppVersion string
	OS         string
	Plan       Plan
	Granted    Plan
	Other      *OtherEnd      // the second computer; nil: both ends were in one process
	Network    *NetworkReport // what the network probes found; nil: none ran
	Paths      []PathReport   // one for each path of the granted plan, in running order
}

// PathReport is what is known of one path.
type PathReport struct {
	Path       Path
	State      State
	Code       ReasonCode
	Reason     string
	Advice     string
	Server     string // the server that was used, or that it failed on
	Cause      string
	Connected  bool
	Connect    time.Duration
	Family     Family
	Interface  string
	VPN        Tri
	Direction  Direction
	NATBetween Tri
	Note       string
	Local      CandidatePair // this end's selected pair
	Far        CandidatePair // the far end's
	Steps      []StepDone
	Expected   time.Duration // of the running probe
	Partial    bool          // the probe did not run to its end
	Carriers   []CarrierReport
	Pair       *PairCheck   // nil: not compared
	Video      *VideoReport // nil: the video probe did not run
	Call       *CallReport  // nil: there was no call
}

// CarrierReport is what the loss probe found on one carrier.
type CarrierReport struct {
	Carrier Carrier
	Samples SampleList
	Result  *CarrierResult
}

// LossSummary is the loss probe's result.
type LossSummary struct {
	Carriers []CarrierResult `json:"carriers"`
	Pair     PairCheck       `json:"pair_check"`
}

func (*LossSummary) summary() {}

// CarrierResult is the loss probe's result on one carrier.
type CarrierResult struct {
	Carrier Carrier       `json:"carrier"`
	Stats   stats.Summary `json:"stats"`
	Self    SelfCheck     `json:"self_check"`
	Partial bool          `json:"partial,omitempty"`
	Begin   time.Duration `json:"begin_ns"`       // begin of the measured part since the session's start
	Span    time.Duration `json:"span_ns"`        // from the first measured packet's time to the last one's, plus an interval
	Load    *LoadEffect   `json:"load,omitempty"` // nil: no video ran beside it
}

// SelfCheck is what the measurer found out about itself.
type SelfCheck struct {
	ClockResolution    time.Duration `json:"clock_resolution_ns"`
	FarClockResolution time.Duration `json:"far_clock_resolution_ns"`
	SendErrorMean      time.Duration `json:"send_error_mean_ns"` // lateness against the absolute grid
	SendErrorP95       time.Duration `json:"send_error_p95_ns"`
	SendErrorMax       time.Duration `json:"send_error_max_ns"`
	SendErrorBeside    time.Duration `json:"send_error_beside_ns,omitzero"` // the worst in twenty beside times in which nothing passed; 0 without one
	MissedSends        int           `json:"missed_sends"`                  // slots of the grid given up because the timer came too late
	SkippedSender      int           `json:"skipped_sender"`                // not sent because too much was queued here, missed ones not included
	SendFailed         int           `json:"send_failed"`                   // not sent because the system refused to take them
	SkippedReflector   int           `json:"skipped_reflector"`
	QueuedMax          int           `json:"queued_max_bytes"`
	FarQueuedMax       int           `json:"far_queued_max_bytes"`
	DwellP95           time.Duration `json:"dwell_p95_ns"`  // time between receiving and answering at the reflector
	Bundled            float64       `json:"bundled_share"` // estimated share of packets that left together with their neighbour
	BundledKnown       bool          `json:"bundled_known"`
	LogComplete        bool          `json:"log_complete"` // the reflector's per-packet log arrived whole
}

// PairCheck compares the candidate pair's own counters at both ends over the whole of the probe: a cross-check that counts
// every packet (STUN and SCTP's acknowledgements too).
type PairCheck struct {
	Known      bool   `json:"known"`
	SentUp     uint64 `json:"sent_up"`
	ReceivedUp uint64 `json:"received_up"`
	SentDown   uint64 `json:"sent_down"`
	RecvDown   uint64 `json:"received_down"`
	Drops      uint64 `json:"socket_drops"`     // this end's kernel
	FarDrops   uint64 `json:"far_socket_drops"` // the far end's
	DropsKnown bool   `json:"socket_drops_known"`
}

// Verdict is the judgement of a report.
type Verdict struct {
	Grade    Grade
	Sentence string // one plain sentence for the whole
	Paths    map[Path]Grade
	Findings []Finding // gravest first
}

// Severity ranks findings.
type Severity string

// The severities, gravest first.
const (
	SeverityCritical Severity = "critical" // calls will not work or will be bad
	SeverityWarning  Severity = "warning"  // calls will suffer at times, or the figure is in doubt
	SeverityInfo     Severity = "info"     // worth knowing
)

// Finding is one thing found, with its evidence and what to do.
type Finding struct {
	ID       string     `json:"id"`
	Severity Severity   `json:"severity"`
	Path     Path       `json:"path,omitempty"`
	Title    string     `json:"title"`
	Detail   string     `json:"detail"`
	Advice   string     `json:"advice"`
	Evidence []Evidence `json:"evidence,omitempty"`
}

// Evidence is a figure or fact that a finding rests on.
type Evidence struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Path finds a path's report.
func (r Report) Path(p Path) (PathReport, bool) {
	for _, pr := range r.Paths {
		if pr.Path == p {
			return pr, true
		}
	}
	return PathReport{}, false
}

// Carrier finds a carrier's result.
func (p PathReport) Carrier(c Carrier) (CarrierResult, bool) {
	for _, cr := range p.Carriers {
		if cr.Carrier == c && cr.Result != nil {
			return *cr.Result, true
		}
	}
	return CarrierResult{}, false
}

// NetworkLoss gives the result that stands for the network's own loss: that of the srtp carrier, since the data channel
// counts reordering as loss. ok is false when srtp was not measured.
func (p PathReport) NetworkLoss() (CarrierResult, bool) { return p.Carrier(CarrierSRTP) }
