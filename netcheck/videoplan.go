package netcheck

import (
	"fmt"
	"math"
	"strings"
	"time"
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
	// VideoCall is a two-way call, instead of the loss probe: both ends send pictures of their own, and nothing is echoed. It takes
	// another Echopath. Size, rate and bitrates hold for both ends; Source is this one's.
	VideoCall VideoMode = "call"
)

// Only tells that the pictures are all that is measured: the loss probe does not run.
func (m VideoMode) Only() bool { return m == VideoAlone || m == VideoCall }

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
	MaxVideoDuration = 12 * time.Hour // RTP timestamps of 90 kHz come round after 13 h 15 min (RFC 3550, section 5.1)

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
	wrong(v.Mode != VideoAlone && v.Mode != VideoAfterLoss && v.Mode != VideoUnderLoad && v.Mode != VideoCall, "%q is not a way to run the video", v.Mode)
	if _, err := ParseVideoSize(VideoSize{v.Width, v.Height}.String()); err != nil {
		errs = append(errs, err)
	}
	wrong(v.FPS != 15 && v.FPS != 30, "pictures a second must be 15 or 30")
	wrong(math.IsNaN(v.MaxKbps) || v.MaxKbps < MinVideoKbps || v.MaxKbps > MaxVideoKbps, "the highest bitrate must be from %d to %d kbit/s", MinVideoKbps, MaxVideoKbps)
	wrong(math.IsNaN(v.StartKbps) || v.StartKbps < MinVideoKbps || v.StartKbps > v.MaxKbps, "the bitrate to start with must be from %d kbit/s to the highest one", MinVideoKbps)
	wrong(v.Duration < MinVideoDuration || v.Duration > MaxVideoDuration, "the video's duration must be from 1s to 12h")
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
