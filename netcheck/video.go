package netcheck

import (
	"fmt"
	"image"
	"math"
	"strings"
	"time"

	"echopath/netcheck/stats"
)

// VideoMode tells when the video probe runs.
type VideoMode string

// The modes. Under load both probes run at once: the loss probe begins alone, and then shows what the video does to the
// round-trip time.
const (
	VideoNone      VideoMode = ""
	VideoAlone     VideoMode = "alone"      // instead of the loss probe
	VideoAfterLoss VideoMode = "after_loss" // after it, on the first paths that work
	VideoUnderLoad VideoMode = "under_load" // together with it: a call under load
)

// VideoPlan is what the video probe sends. Bitrates count what is on the wire, in kbit/s.
type VideoPlan struct {
	Mode      VideoMode     `json:"mode"`
	Source    VideoSource   `json:"source"`
	Width     int           `json:"width"`
	Height    int           `json:"height"`
	FPS       int           `json:"fps"` // 15 or 30
	StartKbps float64       `json:"start_kbps"`
	MaxKbps   float64       `json:"max_kbps"`
	Duration  time.Duration `json:"duration_ns"`
	Idle      time.Duration `json:"idle_ns,omitempty"` // under load: how long the loss probe runs alone before
	Paths     int           `json:"paths,omitempty"`   // after loss: on at most so many paths that work; 0: all
	Adapt     bool          `json:"adapt_size"`        // step the size down when the bitrate is too low for it
}

// VideoSource tells where the pictures come from.
type VideoSource struct {
	Kind       SourceKind `json:"kind"`
	Name       string     `json:"name,omitempty"`       // of the camera ("" is the first), or the file's path
	Difficulty Difficulty `json:"difficulty,omitempty"` // of the synthetic picture
}

// SourceKind is a kind of picture source.
type SourceKind string

// The kinds of source.
const (
	SourceSynthetic SourceKind = "synthetic"
	SourceCamera    SourceKind = "camera"
	SourceFile      SourceKind = "file" // Y4M or IVF
)

// Difficulty is how hard the synthetic picture is to encode: its noise and movement.
type Difficulty string

// The difficulties.
const (
	DifficultyEasy   Difficulty = "easy"   // no noise, slow movement: a talking head before a wall
	DifficultyNormal Difficulty = "normal" // some noise
	DifficultyHard   Difficulty = "hard"   // a noisy sensor and fast movement
)

// Limits and defaults of a video plan.
const (
	MinVideoKbps     = 100
	MaxVideoKbps     = 10_000
	MinVideoDuration = time.Second
	MaxVideoDuration = 24 * time.Hour

	DefaultStartKbps     = 1000
	DefaultMaxKbps       = 2500
	DefaultVideoDuration = 10 * time.Second
	CheckVideoDuration   = 3 * time.Second // in a check
	CheckVideoPaths      = 2
	DefaultIdle          = 5 * time.Second
)

// VideoSize is a size that can be asked for.
type VideoSize struct{ Width, Height int }

// String writes it as 640x360.
func (s VideoSize) String() string { return fmt.Sprintf("%dx%d", s.Width, s.Height) }

// VideoSizes lists the sizes, smallest first. They have one shape, so that a picture can be stepped down and up among them.
func VideoSizes() []VideoSize {
	return []VideoSize{{320, 180}, {480, 270}, {640, 360}, {960, 540}, {1280, 720}}
}

// DefaultVideoPlan is 640x360 at 30 pictures a second of the synthetic picture, for 10 s.
func DefaultVideoPlan(mode VideoMode) VideoPlan {
	v := VideoPlan{Mode: mode, Source: VideoSource{Kind: SourceSynthetic, Difficulty: DifficultyNormal}, Width: 640, Height: 360,
		FPS: 30, StartKbps: DefaultStartKbps, MaxKbps: DefaultMaxKbps, Duration: DefaultVideoDuration, Adapt: true}
	if mode == VideoUnderLoad {
		v.Idle = DefaultIdle
	}
	return v
}

// ParseVideoSize reads a size such as 640x360; the error lists those that there are.
func ParseVideoSize(text string) (VideoSize, error) {
	var names []string
	for _, s := range VideoSizes() {
		if names = append(names, s.String()); strings.EqualFold(strings.TrimSpace(text), s.String()) {
			return s, nil
		}
	}
	return VideoSize{}, fmt.Errorf("%q is not a picture size: use one of %s", text, strings.Join(names, ", "))
}

// On tells whether the plan has a video probe at all.
func (v VideoPlan) On() bool { return v.Mode != VideoNone }

// Load is what the plan offers to congestion control.
func (v VideoPlan) Load() *VideoLoad {
	if !v.On() {
		return nil
	}
	return &VideoLoad{StartKbps: v.StartKbps, MaxKbps: v.MaxKbps}
}

// filled gives the plan with defaults in place of what it leaves open.
func (v VideoPlan) filled() VideoPlan {
	if !v.On() {
		return VideoPlan{}
	}
	d := DefaultVideoPlan(v.Mode)
	orDefault(&v.Source.Kind, d.Source.Kind)
	if v.Source.Kind == SourceSynthetic {
		orDefault(&v.Source.Difficulty, d.Source.Difficulty)
	}
	if v.Width == 0 && v.Height == 0 {
		v.Width, v.Height = d.Width, d.Height
	}
	orDefault(&v.FPS, d.FPS)
	orDefault(&v.MaxKbps, max(d.MaxKbps, v.StartKbps))
	orDefault(&v.StartKbps, min(d.StartKbps, v.MaxKbps))
	orDefault(&v.Duration, d.Duration)
	if v.Mode == VideoUnderLoad {
		orDefault(&v.Idle, d.Idle)
	} else {
		v.Idle = 0
	}
	return v
}

func orDefault[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}

func (v VideoPlan) check() []error {
	if !v.On() {
		return nil
	}
	var errs []error
	wrong := func(bad bool, format string, args ...any) {
		if bad {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	wrong(v.Mode != VideoAlone && v.Mode != VideoAfterLoss && v.Mode != VideoUnderLoad, "%q is not a way to run the video", v.Mode)
	if _, err := ParseVideoSize(VideoSize{v.Width, v.Height}.String()); err != nil {
		errs = append(errs, err)
	}
	wrong(v.FPS != 15 && v.FPS != 30, "pictures a second must be 15 or 30")
	wrong(math.IsNaN(v.MaxKbps) || v.MaxKbps < MinVideoKbps || v.MaxKbps > MaxVideoKbps, "the highest bitrate must be from %d to %d kbit/s", MinVideoKbps, MaxVideoKbps)
	wrong(math.IsNaN(v.StartKbps) || v.StartKbps < MinVideoKbps || v.StartKbps > v.MaxKbps, "the bitrate to start with must be from %d kbit/s to the highest one", MinVideoKbps)
	wrong(v.Duration < MinVideoDuration || v.Duration > MaxVideoDuration, "the video's duration must be from 1s to 24h")
	wrong(v.Idle < 0 || v.Idle > time.Minute, "the time before the video starts must be at most 1m")
	wrong(v.Paths < 0, "the number of paths with video can not be negative")
	return append(errs, v.Source.check()...)
}

func (s VideoSource) check() []error {
	switch s.Kind {
	case SourceSynthetic:
		if s.Difficulty != DifficultyEasy && s.Difficulty != DifficultyNormal && s.Difficulty != DifficultyHard {
			return []error{fmt.Errorf("%q is not a difficulty: use easy, normal or hard", s.Difficulty)}
		}
	case SourceCamera:
	case SourceFile:
		if s.Name == "" {
			return []error{fmt.Errorf("the video file has no name")}
		}
	default:
		return []error{fmt.Errorf("%q is not a source of pictures: use synthetic, camera or a file", s.Kind)}
	}
	return nil
}

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
	FarQueuedMax     int           `json:"far_queued_max_bytes"` // waiting at the far end to be returned
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

	Frozen time.Duration `json:"frozen_ns"` // how much of the window the picture stood still, in a freeze
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
	// is no longer at hand. Both have the size of the source.
	Echoed(path Path, number uint32, captured, echoed *image.YCbCr)
}
