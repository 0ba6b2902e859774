package stats

import "fmt"

// Frame is one picture of the video probe: a row of frames.csv. Times are microseconds since the session's start by this end's
// clock, NotMeasured where there is none: the picture returns to where it came from, so no other clock takes part.
type Frame struct {
	Number uint32 // from 0, without holes, as in the picture's time code

	CaptureUS int64 // the picture was taken: the time in its time code
	SentUS    int64 // its last packet was handed over for the first time
	ShownUS   int64 // its echo was decoded, for the first time

	Width, Height int // as encoded, which may be less than the source's
	Bytes         int // encoded, without headers
	Packets       int
	Key           bool // can be decoded by itself

	Status FrameStatus
	Copies int // times that it was shown beyond the first

	PSNR float64 // dB, luma against the picture as captured, at most MaxPSNR; 0: not measured
	SSIM float64 // 0..1, luma; 0: not measured

	EncodeUS, DecodeUS int64 // what coding took here; 0: not measured
}

// Delay is the picture delay in microseconds: from the capture until the decoded echo could be shown.
func (f Frame) Delay() (us int64, ok bool) {
	if f.Status != FrameShown || f.CaptureUS == NotMeasured || f.ShownUS == NotMeasured {
		return NotMeasured, false
	}
	return difference(f.ShownUS, f.CaptureUS), true
}

// MaxPSNR bounds the ratio of pictures that are equal, which has no other end: in decibels, above what a single wrong step of
// one pixel of a million gives.
const MaxPSNR = 120

// sent tells of a picture that was handed to the network.
func (f Frame) sent() bool { return f.Status == FrameShown || f.Status == FrameMissing }

// FrameStatus is what became of a picture.
type FrameStatus uint8

// The fates of a picture. Unknown is one that is still under way: it counts nowhere but in [VideoStats].Undecided.
const (
	FrameUnknown FrameStatus = iota
	FrameShown               // its echo was decoded, within the 4 s that are waited for it
	FrameMissing             // sent, and its echo never came or could not be decoded
	FrameDropped             // the encoder left it out to keep to the bitrate; never sent
	FrameSkipped             // this computer was behind and never made it; no loss
	frameStatusEnd
)

var frameStatusNames = [frameStatusEnd]string{"unknown", "shown", "missing", "dropped", "skipped"}

// String is the word used in frames.csv; "unknown" for what is not a fate.
func (s FrameStatus) String() string {
	if s >= frameStatusEnd {
		return frameStatusNames[FrameUnknown]
	}
	return frameStatusNames[s]
}

// ParseFrameStatus reads the word of a fate. FrameUnknown is not one.
func ParseFrameStatus(word string) (FrameStatus, error) {
	for s := FrameShown; s < frameStatusEnd; s++ {
		if word == frameStatusNames[s] {
			return s, nil
		}
	}
	return FrameUnknown, fmt.Errorf("%q is not a frame status: use shown, missing, dropped or skipped", word)
}

// FrameRows is a record of pictures in order of number: At(i) is the picture whose Number is i.
type FrameRows interface {
	Len() int
	At(i int) Frame
}

// Frames is a record in memory.
type Frames []Frame

// Len is the number of pictures.
func (f Frames) Len() int { return len(f) }

// At is the picture with the number i.
func (f Frames) At(i int) Frame { return f[i] }

// VideoStats is what a record of pictures comes to. Pictures dropped, skipped or undecided count nowhere else. Times are
// microseconds, percentiles exact by nearest rank. What was not measured is 0, and its flag or count says so.
type VideoStats struct {
	Sent       int `json:"frames_sent"` // shown and missing ones
	Shown      int `json:"frames_echoed"`
	Missing    int `json:"frames_missing"`
	Duplicated int `json:"frames_duplicated"` // copies beyond the first, of all shown pictures
	Dropped    int `json:"frames_dropped"`    // by the encoder
	Skipped    int `json:"frames_skipped"`    // by this computer
	Undecided  int `json:"frames_undecided"`
	KeyFrames  int `json:"key_frames"` // sent

	Freezes         int   `json:"freezes"`
	FrozenUS        int64 `json:"frozen_us"`         // in all: of each freeze the part beyond the mean gap, see Freeze.FrozenUS
	LongestFreezeUS int64 `json:"longest_freeze_us"` // from the picture before it to the one after it

	// Picture delay of the shown pictures with both times.
	DelayOK     bool    `json:"delay_ok"`
	DelayMinUS  int64   `json:"delay_min_us"`
	DelayMeanUS float64 `json:"delay_mean_us"`
	DelayP50US  int64   `json:"delay_p50_us"`
	DelayP95US  int64   `json:"delay_p95_us"`
	DelayMaxUS  int64   `json:"delay_max_us"`

	FPS float64 `json:"fps"` // shown a second over the span from the first to the last shown; 0 if that has no length

	// Luma of the shown pictures that were compared with the captured ones.
	PSNRCount int     `json:"psnr_count"`
	PSNRMean  float64 `json:"psnr_mean_db"`
	PSNRP5    float64 `json:"psnr_p5_db"` // 5 % are worse
	SSIMCount int     `json:"ssim_count"`
	SSIMMean  float64 `json:"ssim_mean"` // 0..1

	// What coding took here, of the sent pictures.
	EncodeMeanUS float64 `json:"encode_mean_us"`
	EncodeP95US  int64   `json:"encode_p95_us"`
	DecodeMeanUS float64 `json:"decode_mean_us"`
	DecodeP95US  int64   `json:"decode_p95_us"`

	// Sizes of the sent pictures, as encoded. Least and Most go by the number of pixels.
	WidthFirst  int `json:"width_first"`
	HeightFirst int `json:"height_first"`
	WidthLast   int `json:"width_last"`
	HeightLast  int `json:"height_last"`
	WidthLeast  int `json:"width_least"`
	HeightLeast int `json:"height_least"`
	WidthMost   int `json:"width_most"`
	HeightMost  int `json:"height_most"`
	SentMost    int `json:"frames_sent_at_most"` // how many were sent at the largest size
	SizeChanges int `json:"size_changes"`

	BytesSent int64 `json:"bytes_sent"` // encoded, of the sent pictures
}
