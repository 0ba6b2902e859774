package netcheck

import (
	"encoding/json"
	"fmt"
	"math"
	"time"
)

// EventVersion is the version of stored events. Fields are added within a version, never renamed; readers ignore unknown ones.
const EventVersion = 1

// storedEvent is the form of an event in files and between versions of the program.
type storedEvent struct {
	V    int             `json:"v"`
	Seq  uint64          `json:"seq"`
	AtUS int64           `json:"at_us"`
	Path Path            `json:"path,omitempty"`
	Type string          `json:"type"`
	Body json.RawMessage `json:"body"`
}

// bodyTypes decodes each type of body.
var bodyTypes = map[string]func(json.RawMessage) (Body, error){
	"session_started":    decode[SessionStarted],
	"path_started":       decode[PathStarted],
	"step_done":          decode[StepDone],
	"path_connected":     decode[PathConnected],
	"probe_started":      decode[ProbeStarted],
	"sample_taken":       decode[SampleTaken],
	"packets_decided":    decode[PacketsDecided],
	"probe_ended":        decode[ProbeEnded],
	"path_ended":         decode[PathEnded],
	"noted":              decode[Noted],
	"video_sample_taken": decode[VideoSampleTaken],
	"frames_decided":     decode[FramesDecided],
	"video_happened":     decode[VideoHappened],
	"call_sample_taken":  decode[CallSampleTaken],
	"network_started":    decode[NetworkStarted],
	"net_probed":         decode[NetProbed],
	"network_ended":      decode[NetworkEnded],
	"session_ended":      decode[SessionEnded],
}

func decode[T Body](raw json.RawMessage) (Body, error) {
	var b T
	err := json.Unmarshal(raw, &b)
	return b, err
}

// MarshalJSON writes the stored form. Times are whole microseconds.
func (e Event) MarshalJSON() ([]byte, error) {
	if e.Body == nil {
		return nil, fmt.Errorf("event %d has no body", e.Seq)
	}
	body, err := json.Marshal(e.Body)
	if err != nil {
		return nil, fmt.Errorf("event %d (%s): %w", e.Seq, e.Body.eventType(), err)
	}
	return json.Marshal(storedEvent{EventVersion, e.Seq, e.At.Microseconds(), e.Path, e.Body.eventType(), body})
}

// UnmarshalJSON reads the stored form. An event of a newer version or of an unknown type is an error that says so.
func (e *Event) UnmarshalJSON(b []byte) error {
	var s storedEvent
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("event: %w", err)
	}
	if s.V != EventVersion {
		return fmt.Errorf("event of version %d: this program reads version %d", s.V, EventVersion)
	}
	const most = math.MaxInt64 / int64(time.Microsecond)
	if s.AtUS < -most || s.AtUS > most {
		return fmt.Errorf("event %d: its time is out of range", s.Seq)
	}
	read, known := bodyTypes[s.Type]
	if !known {
		return fmt.Errorf("event %d has the unknown type %q", s.Seq, s.Type)
	}
	body, err := read(s.Body)
	if err != nil {
		return fmt.Errorf("event %d (%s): %w", s.Seq, s.Type, err)
	}
	*e = Event{Seq: s.Seq, At: time.Duration(s.AtUS) * time.Microsecond, Path: s.Path, Body: body}
	return nil
}
