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

	PSNR float64 // dB, luma against the picture as captured; 0: not measured
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

// FrameStatus is what became of a picture.
type FrameStatus uint8

// The fates of a picture. Unknown is one that is still under way: it counts nowhere but in [VideoStats].Undecided.
const (
	FrameUnknown FrameStatus = iota
	FrameShown               // its echo was decoded, however late
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

// VideoStats is what a record of pictures comes to. Pictures dropped, skipped or undecided count nowhere else.
type VideoStats struct {
	Sent       int `json:"frames_sent"` // shown and missing ones
	Shown      int `json:"frames_echoed"`
	Missing    int `json:"frames_missing"`
	Duplicated int `json:"frames_duplicated"` // copies beyond the first, of all pictures
	Dropped    int `json:"frames_dropped"`    // by the encoder
	Skipped    int `json:"frames_skipped"`    // by this computer
	Undecided  int `json:"frames_undecided"`
	KeyFrames  int `json:"key_frames"` // sent

	Freezes         int   `json:"freezes"`
	FrozenUS        int64 `json:"frozen_us"` // in all: of each freeze what exceeds the mean distance of pictures
	LongestFreezeUS int64 `json:"longest_freeze_us"`

	// Distribution of the picture delay of the shown ones, microseconds, by nearest rank; 0 unless DelayOK.
	DelayOK                              bool
	DelayP50US, DelayP95US, DelayMaxUS   int64
	DelayMinUS                           int64
	DelayMeanUS                          float64
	FPS                                  float64 // shown a second over the span from the first to the last shown; 0 if fewer than two
	PSNRMean, PSNRP5                     float64 // dB over the pictures with one; 0: none. P5: 5 % are worse
	SSIMMean                             float64 // 0: none
	EncodeMeanUS, DecodeMeanUS           float64
	EncodeP95US, DecodeP95US             int64
	PSNRCount, SSIMCount                 int
	WidthFirst, HeightFirst              int // of the first and last sent picture
	WidthLast, HeightLast                int
	WidthLeast, HeightLeast, SizeChanges int   // the smallest one sent, and how often the size changed
	BytesSent                            int64 // encoded, of the sent ones
}

// Freeze is a gap between two new pictures that is long enough to be seen.
type Freeze struct {
	FromUS, ToUS int64 // when the picture before it and the one after it were shown; ToUS is the end of the record if none came
}

// SummarizeFrames makes the figures of a record. endUS is the end of the record: a picture that stood still until then froze.
func SummarizeFrames(rows FrameRows, endUS int64) VideoStats { return VideoStats{} }

// Freezes lists the freezes of a record.
func Freezes(rows FrameRows, endUS int64) []Freeze { return nil }
