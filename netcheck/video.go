package netcheck

import (
	"image"
	"time"

	"echopath/netcheck/stats"
)

// VideoSummary is the video probe's result.
type VideoSummary struct {
	Plan    VideoPlan        `json:"plan"`
	Stats   stats.VideoStats `json:"stats"`
	Partial bool             `json:"partial,omitempty"`
	Begin   time.Duration    `json:"begin_ns"` // of the first picture, since the session's start
	Span    time.Duration    `json:"span_ns"`  // during which pictures were sent

	// Bitrates over Span in kbit/s, as MediaCounters count bytes: sent by this end, received by it, and the mean of the target.
	SentKbps     float64 `json:"sent_kbps"`
	ReceivedKbps float64 `json:"received_kbps"`
	TargetKbps   float64 `json:"target_kbps"`

	RTT stats.RTT `json:"rtt"` // of the reports of RTCP

	// Transmissions lost before repair, retransmitted ones included. Known if the far end's counters arrived.
	Up             stats.Loss `json:"up"`
	Down           stats.Loss `json:"down"`
	DirectionKnown bool       `json:"direction_known"`
	// AfterRepair counts the packets of pictures that never came back, in spite of repair.
	AfterRepair stats.Loss `json:"after_repair"`

	NACK          int `json:"nack"`          // packets asked for again, by both ends
	PLI           int `json:"pli"`           // key frames asked for, by both ends
	Retransmitted int `json:"retransmitted"` // packets, by both ends

	Self VideoSelfCheck `json:"self_check"`
}

func (*VideoSummary) summary() {}

// VideoSelfCheck is what the measurer found out about itself.
type VideoSelfCheck struct {
	CaptureErrorP95  time.Duration `json:"capture_error_p95_ns"` // lateness of pictures against their grid
	SkippedRecording int           `json:"skipped_recording"`    // frames that the recorder was too slow for
	QueueDropped     int           `json:"queue_dropped"`        // received frames that this computer was too slow to decode
	UnreadCodes      int           `json:"unread_codes"`         // decoded pictures whose time code could not be read
}

// VideoSampleWidth is the width of a video sample's window.
const VideoSampleWidth = 200 * time.Millisecond

// VideoSample is one window of VideoSampleWidth by this end's clock: what happened in it. A later one with the same index
// replaces it. Sums and counts can be added up over windows; -1 is a bitrate that is not known.
type VideoSample struct {
	Index int           `json:"index"`
	At    time.Duration `json:"at_ns"` // begin of the window since the session's start

	FramesSent    int `json:"frames_sent"`
	FramesDropped int `json:"frames_dropped"` // by the encoder
	FramesSkipped int `json:"frames_skipped"`
	FramesShown   int `json:"frames_shown"` // new ones
	Duplicated    int `json:"duplicated"`
	KeyFrames     int `json:"key_frames"` // sent

	BytesSent     int64 `json:"bytes_sent"` // on the wire, as MediaCounters count them
	BytesReceived int64 `json:"bytes_received"`
	PacketsSent   int   `json:"packets_sent"`
	LostUp        int   `json:"lost_up"` // before repair, as far as is known when the sample is taken
	LostDown      int   `json:"lost_down"`
	LostAfter     int   `json:"lost_after"` // given up, in spite of repair
	NACK          int   `json:"nack"`       // packets asked for again, by both ends
	PLI           int   `json:"pli"`

	TargetKbps float64 `json:"target_kbps"`
	OwnKbps    float64 `json:"own_kbps"`  // what the controller of this end's leg allows
	PeerKbps   float64 `json:"peer_kbps"` // what the other end can return; -1: it has not said
	State      string  `json:"state,omitempty"`

	RTT      time.Duration `json:"rtt_ns"` // mean of the window's reports
	RTTCount int           `json:"rtt_count"`

	DelayMean time.Duration `json:"delay_mean_ns"` // of the pictures shown in the window
	DelayMax  time.Duration `json:"delay_max_ns"`
	PSNRSum   float64       `json:"psnr_sum"`
	PSNRCount int           `json:"psnr_count"`
	SSIMSum   float64       `json:"ssim_sum"`
	SSIMCount int           `json:"ssim_count"`

	Frozen time.Duration `json:"frozen_ns"` // time frozen that became known in the window: a freeze is one only after 150 ms
	Width  int           `json:"width"`     // as encoded at the end of the window
	Height int           `json:"height"`
}

// VideoSampleTaken is the newest view of one window.
type VideoSampleTaken struct {
	Sample VideoSample `json:"sample"`
}

// FramesDecided carries a block of pictures whose fate is final, in order of number, at most MaxFrameBlock of them.
type FramesDecided struct {
	Frames []stats.Frame `json:"frames"`
}

// MaxFrameBlock is the largest number of pictures in one event.
const MaxFrameBlock = 300

// Happening names what happened to a picture stream.
type Happening string

// What can happen.
const (
	KeyFrameAsked   Happening = "key_frame_asked"  // Who: this end or the other; it could not go on without
	SizeChanged     Happening = "size_changed"     // to Width x Height, at Kbps
	Froze           Happening = "froze"            // the picture stands still; for Took so far
	Thawed          Happening = "thawed"           // it moves again, after Took
	RateFell        Happening = "rate_fell"        // the target fell to Kbps, from FromKbps
	RecordingBegan  Happening = "recording_began"  // to Text
	RecordingFailed Happening = "recording_failed" // Text says why and what was saved
	RecordingEnded  Happening = "recording_ended"  // Text says what was saved
	SourceEnded     Happening = "source_ended"     // no more pictures: Text says why
)

// VideoHappened tells of something worth a line in the log. Fields that do not belong to What are zero.
type VideoHappened struct {
	What     Happening     `json:"what"`
	Far      bool          `json:"far,omitempty"` // the other end did it
	Width    int           `json:"width,omitempty"`
	Height   int           `json:"height,omitempty"`
	Kbps     float64       `json:"kbps,omitempty"`
	FromKbps float64       `json:"from_kbps,omitempty"`
	Took     time.Duration `json:"took_ns,omitempty"`
	Text     string        `json:"text,omitempty"`
}

func (VideoSampleTaken) eventType() string { return "video_sample_taken" }
func (FramesDecided) eventType() string    { return "frames_decided" }
func (VideoHappened) eventType() string    { return "video_happened" }

// VideoReport is what the video probe found on one path.
type VideoReport struct {
	Samples List[VideoSample]
	Result  *VideoSummary
	Code    ReasonCode // why it could not measure, or not to the end
	Text    string
}

// LoadEffect is what a call does to the round-trip time of everything else: the loss probe's figures before and while the video
// ran.
type LoadEffect struct {
	Idle   stats.RTT `json:"idle"`   // before
	Loaded stats.RTT `json:"loaded"` // from a second after the video began
	// IncreaseMS is the difference of the medians in milliseconds, not below 0; Grade its letter: below 5 A+, 30 A, 60 B, 200 C,
	// 400 D, else F (the limits of the DSLReports speed test).
	IncreaseMS float64 `json:"increase_ms"`
	Grade      string  `json:"grade"`
}

// Screen sees the pictures of the video probe while it runs. It is called from the probe's goroutines, must be quick, and keeps
// nothing that it is given: pictures are used again.
type Screen interface {
	// Sent is called with each picture as it was captured, before it is encoded.
	Sent(path Path, number uint32, picture *image.YCbCr)
	// Echoed is called with each new picture that came back, and the one that had been captured under its number, or nil if that
	// is no longer at hand. Both have the size of the source. In a call (VideoCall) it is called with each new picture of the other
	// end, under that end's number and in the size that was asked for; captured is nil.
	Echoed(path Path, number uint32, captured, echoed *image.YCbCr)
}
