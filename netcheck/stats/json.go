package stats

import (
	"encoding/json"
	"fmt"
)

// A stored packet is an array in a fixed order, because a session has thousands of them: seq, sent_us, up_recv_us,
// refl_send_us, down_recv_us, up_order, down_order, dup_up, dup_down, status, skipped_by. A time that was not measured is
// null. More fields may follow in later versions; readers ignore them.
const storedFields = 11

// MarshalJSON writes the stored form.
func (p Packet) MarshalJSON() ([]byte, error) {
	return json.Marshal([storedFields]any{p.Seq, micros(p.SentUS), micros(p.UpRecvUS), micros(p.ReflSendUS), micros(p.DownRecvUS),
		p.UpOrder, p.DownOrder, p.DupUp, p.DupDown, p.Status.String(), p.SkippedBy.String()})
}

func micros(us int64) *int64 {
	if us == NotMeasured {
		return nil
	}
	return &us
}

// UnmarshalJSON reads the stored form.
func (p *Packet) UnmarshalJSON(b []byte) error {
	var raw []json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		return fmt.Errorf("stored packet: %w", err)
	}
	if len(raw) < storedFields {
		return fmt.Errorf("stored packet has %d fields, want %d", len(raw), storedFields)
	}
	var times [4]*int64
	var status, skipper string
	var q Packet
	for i, to := range [storedFields]any{&q.Seq, &times[0], &times[1], &times[2], &times[3],
		&q.UpOrder, &q.DownOrder, &q.DupUp, &q.DupDown, &status, &skipper} {
		if err := json.Unmarshal(raw[i], to); err != nil {
			return fmt.Errorf("stored packet, field %d: %w", i, err)
		}
	}
	for i, to := range []*int64{&q.SentUS, &q.UpRecvUS, &q.ReflSendUS, &q.DownRecvUS} {
		*to = NotMeasured
		if times[i] != nil {
			*to = *times[i]
		}
	}
	var err error
	if q.Status, err = ParseStatus(status); err != nil {
		return err
	}
	if q.SkippedBy, err = ParseSkipper(skipper); err != nil {
		return err
	}
	*p = q
	return nil
}
