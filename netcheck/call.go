package netcheck

import (
	"time"

	"echopath/netcheck/stats"
)

// CallSummary is the result of a two-way call: both ends sent pictures of their own at the same time, and each direction was
// measured where its pictures arrived. There is no delay of a direction in it: that would be a difference of two clocks.
type CallSummary struct {
	Plan    VideoPlan     `json:"plan"`
	Partial bool          `json:"partial,omitempty"`
	Begin   time.Duration `json:"begin_ns"` // of this end's first picture, since the session's start
	Span    time.Duration `json:"span_ns"`  // during which this end sent pictures
	RTT     stats.RTT     `json:"rtt"`      // of the reports of RTCP

	Up   CallDirection `json:"up"`   // this end's picture, as the other end received it
	Down CallDirection `json:"down"` // the other end's, as this one received it

	Self CallSelfCheck `json:"self_check"`
	Far  CallSelfCheck `json:"far_self_check"` // as the other end says
	// FarSource is where the other end's pictures came from, in its own words; it is cleaned when it is folded.
	FarSource string `json:"far_source,omitempty"`
}

func (*CallSummary) summary() {}

// CallDirection is what became of one end's pictures. What the sender counts and what the receiver counts come from two computers;
// of the two accounts one is always the other end's.
type CallDirection struct {
	// Known tells that the other end's last account is part of it. Without it what that end would know is as it was last heard,
	// and 0 if it never was.
	Known bool `json:"known"`

	// As the sender says.
	Sent        int     `json:"frames_sent"`
	Dropped     int     `json:"frames_dropped"` // by its encoder, to keep to the bitrate
	Skipped     int     `json:"frames_skipped"` // by its computer, which was behind
	KeyFrames   int     `json:"key_frames"`
	SentFull    int     `json:"frames_sent_full"` // of those sent: at the size that was asked for
	WidthAsked  int     `json:"width_asked"`
	HeightAsked int     `json:"height_asked"`
	FPSAsked    int     `json:"fps_asked"`
	SentKbps    float64 `json:"sent_kbps"`   // on the wire, as MediaCounters count bytes
	TargetKbps  float64 `json:"target_kbps"` // mean of what its congestion control allowed

	// As the receiver says.
	Shown           int     `json:"frames_shown"` // distinct pictures
	Freezes         int     `json:"freezes"`      // by the rules of stats.FreezeWatch, of pictures as they were shown
	FrozenUS        int64   `json:"frozen_us"`
	LongestFreezeUS int64   `json:"longest_freeze_us"`
	ReceivedKbps    float64 `json:"received_kbps"`
	Width           int     `json:"width"` // of the last picture shown
	Height          int     `json:"height"`
	// Jitter of packets (RFC 3550, section 6.4.1) in microseconds, after the last one. Timestamps are those of capture, so it holds
	// what coding takes too; packets that others have overtaken, as those sent again, are left out.
	JitterUS     float64 `json:"jitter_us"`
	JitterOK     bool    `json:"jitter_ok"`
	DecodeP95US  int64   `json:"decode_p95_us"`
	QueueDropped int     `json:"queue_dropped"` // coded pictures that came whole and that this computer was too slow to decode

	// By both.
	Lost          int        `json:"frames_lost"`      // sent and not shown
	Undecided     int        `json:"frames_undecided"` // under way when the measurement was stopped
	BeforeRepair  stats.Loss `json:"before_repair"`    // transmissions, those sent again included
	AfterRepair   stats.Loss `json:"after_repair"`     // packets of pictures that never came, in spite of repair
	NACK          int        `json:"nack"`             // packets that the receiver asked for again
	PLI           int        `json:"pli"`              // key frames that it asked for
	Retransmitted int        `json:"retransmitted"`
}

// CallSelfCheck is what an end of a call found out about itself.
type CallSelfCheck struct {
	CaptureErrorP95 time.Duration `json:"capture_error_p95_ns"` // lateness of its pictures against their grid
	UnreadCodes     int           `json:"unread_codes"`         // pictures shown whose time code could not be read
}

// CallSample is one window of VideoSampleWidth of a call. A later one with the same index replaces it: what the other end counted in
// its own window of that index, which begins one way's delay later, is entered when its account arrives. Counts can be added up over
// windows; -1 is a bitrate that is not known.
type CallSample struct {
	Index    int           `json:"index"`
	At       time.Duration `json:"at_ns"` // begin of the window since the session's start
	Up       CallWindow    `json:"up"`
	Down     CallWindow    `json:"down"`
	RTT      time.Duration `json:"rtt_ns"` // mean of the window's reports
	RTTCount int           `json:"rtt_count"`
	// Whole tells that the other end's part has been entered. Until then what is shown of Up and sent of Down is 0.
	Whole bool `json:"whole,omitempty"`
}

// CallWindow is one direction of a sample.
type CallWindow struct {
	Sent          int           `json:"frames_sent"`
	Dropped       int           `json:"frames_dropped"`
	Skipped       int           `json:"frames_skipped"`
	Shown         int           `json:"frames_shown"`
	BytesSent     int64         `json:"bytes_sent"`
	BytesReceived int64         `json:"bytes_received"`
	Lost          int           `json:"lost"`       // packets, before repair
	LostAfter     int           `json:"lost_after"` // given up, in spite of repair
	NACK          int           `json:"nack"`
	PLI           int           `json:"pli"`
	TargetKbps    float64       `json:"target_kbps"` // of the sender's congestion control
	Frozen        time.Duration `json:"frozen_ns"`   // that became known in the window
	Width         int           `json:"width"`       // of the last picture shown
	Height        int           `json:"height"`
}

// CallSampleTaken is the newest view of one window of a call.
type CallSampleTaken struct {
	Sample CallSample `json:"sample"`
}

func (CallSampleTaken) eventType() string { return "call_sample_taken" }

func (s CallSample) index() int { return s.Index }

// CallReport is what a call found on one path.
type CallReport struct {
	Samples List[CallSample]
	Result  *CallSummary
	Code    ReasonCode // why it could not measure, or not to the end
	Text    string
}

// with gives a changed copy.
func (c *CallReport) with(change func(*CallReport)) *CallReport {
	var out CallReport
	if c != nil {
		out = *c
	}
	change(&out)
	return &out
}

// maxFarSource bounds the other end's words about its source, in characters.
const maxFarSource = 80

// cleaned is a summary fit for a report: the other end has a hand in its words.
func (s *CallSummary) cleaned() *CallSummary {
	if s == nil {
		return nil
	}
	out := *s
	out.FarSource = CleanText(s.FarSource, maxFarSource)
	return &out
}
