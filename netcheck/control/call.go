package control

import (
	"errors"
	"math"
	"time"
)

// Call asks the far end to send pictures of its own while it takes those of this end. What both ends keep to: the far end grants with
// CallTerms, and begins when it has this end's first account, so that nothing comes before it is awaited. Each end accounts for
// what it sent and received; the far end every CallInterval, the one that ordered with its begin, and when it has sent its last picture:
// then the far end sends no more either. Finish asks for the far end's last account.
type Call struct {
	MaxKbps   float64       `json:"max_kbps"`   // of each stream, on the wire
	StartKbps float64       `json:"start_kbps"` // what each begins with
	Width     int           `json:"width"`
	Height    int           `json:"height"`
	FPS       int           `json:"fps"` // pictures a second
	FixedSize bool          `json:"fixed_size,omitempty"`
	Duration  time.Duration `json:"duration_ns"`
	First     uint16        `json:"first"`            // number of this end's first packet
	Source    string        `json:"source,omitempty"` // where its pictures come from, in words
}

// CallTerms are the far end's part of a call, in its Grant. Its pictures are at most those that were asked for.
type CallTerms struct {
	Width  int    `json:"width"`
	Height int    `json:"height"`
	FPS    int    `json:"fps"`
	First  uint16 `json:"first"`
	Source string `json:"source,omitempty"`
}

// CallInterval is the time between two accounts of a call.
const CallInterval = 200 * time.Millisecond

// Bounds of a call.
const (
	MaxCallWidth    = 1280
	MaxCallHeight   = 720
	MinCallFPS      = 15
	MaxCallFPS      = 30
	MinCallDuration = time.Second
	MaxCallDuration = 12 * time.Hour
)

// CallAccount is what an end counts of a call since its begin. Bytes are those of IP packets.
type CallAccount struct {
	// Of what it sends.
	FramesSent    uint64        `json:"frames_sent"`
	FramesFull    uint64        `json:"frames_full"` // of them: in the asked size
	FramesDropped uint64        `json:"frames_dropped"`
	FramesSkipped uint64        `json:"frames_skipped"`
	KeyFrames     uint64        `json:"key_frames"`
	Packets       uint64        `json:"packets"`      // of pictures, each counted once
	PacketsSent   uint64        `json:"packets_sent"` // retransmitted ones included
	BytesSent     uint64        `json:"bytes_sent"`
	Retransmitted uint64        `json:"retransmitted"`
	TargetKbps    float64       `json:"target_kbps"`      // now
	MeanKbps      float64       `json:"mean_target_kbps"` // of the targets so far
	CaptureError  time.Duration `json:"capture_error_p95_ns"`
	Span          time.Duration `json:"span_ns"`         // from its first picture to its last, and the time of one
	Ended         bool          `json:"ended,omitempty"` // no more pictures come

	// Of what it receives.
	FramesShown     uint64  `json:"frames_shown"`
	PacketsReceived uint64  `json:"packets_received"` // distinct transmissions
	BytesReceived   uint64  `json:"bytes_received"`
	Expected        uint64  `json:"expected"`
	Arrived         uint64  `json:"arrived"` // packets of pictures, each counted once
	GivenUp         uint64  `json:"given_up"`
	NACKSent        uint64  `json:"nack_sent"`
	PLISent         uint64  `json:"pli_sent"`
	Freezes         uint64  `json:"freezes"`
	FrozenUS        int64   `json:"frozen_us"` // a freeze that lasts included
	LongestUS       int64   `json:"longest_freeze_us"`
	JitterUS        float64 `json:"jitter_us"`
	JitterOK        bool    `json:"jitter_ok,omitempty"`
	DecodeP95US     int64   `json:"decode_p95_us"`
	QueueDropped    uint64  `json:"queue_dropped"`
	UnreadCodes     uint64  `json:"unread_codes"`
	Width           int     `json:"width"` // of the last picture shown
	Height          int     `json:"height"`

	// Window is the number of windows of CallInterval that have ended at this end since its pictures began, at the end of the last of
	// which this was counted; 0 for an account that comes out of turn.
	Window uint64 `json:"window,omitempty"`
	Last   bool   `json:"last,omitempty"` // after Finish
}

// within tells whether a figure is a number within bounds.
func within(v, least, most float64) bool { return v >= least && v <= most } // neither is true of a NaN

func (c Call) check() error {
	switch {
	case !(c.MaxKbps > 0 && c.MaxKbps <= MaxVideoKbps):
		return errors.New("bitrate out of range")
	case !(c.StartKbps > 0 && c.StartKbps <= c.MaxKbps):
		return errors.New("bitrate to begin with out of range")
	case !callSize(c.Width, c.Height, c.FPS):
		return errors.New("size or number of pictures out of range")
	case c.Duration < MinCallDuration || c.Duration > MaxCallDuration:
		return errors.New("duration out of range")
	case len(c.Source) > maxText:
		return errors.New("a source with too many words")
	}
	return nil
}

func (t CallTerms) check() error {
	switch {
	case !callSize(t.Width, t.Height, t.FPS):
		return errors.New("size or number of pictures out of range")
	case len(t.Source) > maxText:
		return errors.New("a source with too many words")
	}
	return nil
}

func callSize(width, height, fps int) bool {
	return width > 0 && width <= MaxCallWidth && height > 0 && height <= MaxCallHeight && fps >= MinCallFPS && fps <= MaxCallFPS
}

// possible tells whether an account can be of a call that there is.
func (a CallAccount) possible() bool {
	for _, n := range []uint64{a.FramesSent, a.FramesFull, a.FramesDropped, a.FramesSkipped, a.KeyFrames, a.Packets, a.PacketsSent, a.BytesSent,
		a.Retransmitted, a.FramesShown, a.PacketsReceived, a.BytesReceived, a.Expected, a.Arrived, a.GivenUp, a.NACKSent, a.PLISent, a.Freezes,
		a.QueueDropped, a.UnreadCodes, a.Window} {
		if n > mostCounted {
			return false
		}
	}
	for _, us := range []int64{a.FrozenUS, a.LongestUS, a.DecodeP95US, a.CaptureError.Microseconds(), a.Span.Microseconds()} {
		if us < 0 || us > 2*MaxCallDuration.Microseconds() {
			return false
		}
	}
	return a.PacketsReceived <= a.Expected && a.FramesFull <= a.FramesSent && a.KeyFrames <= a.FramesSent &&
		a.Width >= 0 && a.Width <= MaxCallWidth && a.Height >= 0 && a.Height <= MaxCallHeight &&
		within(a.TargetKbps, 0, math.MaxInt32) && within(a.MeanKbps, 0, math.MaxInt32) && within(a.JitterUS, 0, math.MaxInt32)
}
