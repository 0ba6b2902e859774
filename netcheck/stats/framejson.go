package stats

import (
	"encoding/json"
	"fmt"
	"math"
)

// A stored picture is an array in a fixed order, because a session has thousands of them: number, capture_us, sent_us,
// shown_us, width, height, bytes, packets, key, status, copies, psnr_db, ssim, encode_us, decode_us. A time that was not
// measured is null, and so is a status that is not decided. More fields may follow in later versions; readers ignore them.
const storedFrameFields = 15

// MarshalJSON writes the stored form.
func (f Frame) MarshalJSON() ([]byte, error) {
	var status *string
	if f.Status > FrameUnknown && f.Status < frameStatusEnd {
		word := f.Status.String()
		status = &word
	}
	return json.Marshal([storedFrameFields]any{f.Number, micros(f.CaptureUS), micros(f.SentUS), micros(f.ShownUS), f.Width, f.Height,
		f.Bytes, f.Packets, f.Key, status, f.Copies, finiteOrZero(f.PSNR), finiteOrZero(f.SSIM), f.EncodeUS, f.DecodeUS})
}

// finiteOrZero keeps a figure that is no number from costing the whole event: JSON can not hold it.
func finiteOrZero(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v
}

// UnmarshalJSON reads the stored form.
func (f *Frame) UnmarshalJSON(b []byte) error {
	var raw []json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		return fmt.Errorf("stored picture: %w", err)
	}
	if len(raw) < storedFrameFields {
		return fmt.Errorf("stored picture has %d fields, want %d", len(raw), storedFrameFields)
	}
	var times [3]*int64
	var status *string
	var q Frame
	for i, to := range [storedFrameFields]any{&q.Number, &times[0], &times[1], &times[2], &q.Width, &q.Height, &q.Bytes, &q.Packets,
		&q.Key, &status, &q.Copies, &q.PSNR, &q.SSIM, &q.EncodeUS, &q.DecodeUS} {
		if err := json.Unmarshal(raw[i], to); err != nil {
			return fmt.Errorf("stored picture, field %d: %w", i, err)
		}
	}
	for i, to := range []*int64{&q.CaptureUS, &q.SentUS, &q.ShownUS} {
		*to = NotMeasured
		if times[i] != nil {
			*to = *times[i]
		}
	}
	if status != nil {
		var err error
		if q.Status, err = ParseFrameStatus(*status); err != nil {
			return err
		}
	}
	*f = q
	return nil
}
