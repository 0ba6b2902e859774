package web

import (
	"encoding/binary"
)

// The body of a POST is a sequence of records: the frame's number from 1 (8 bytes), its length (4 bytes, both big-endian) and
// the frame. A length of all ones, without a frame, ends the wire in order. A body without records is a sign of life.
const (
	recordHead = 12
	endLength  = 1<<32 - 1
	maxRecords = 4096 // in one body
)

type record struct {
	number uint64
	frame  []byte
	end    bool
}

func appendFrame(b []byte, number uint64, frame []byte) []byte {
	b = binary.BigEndian.AppendUint64(b, number)
	b = binary.BigEndian.AppendUint32(b, uint32(len(frame))) //nolint:gosec // at most maxFrame
	return append(b, frame...)
}

func appendEnd(b []byte, number uint64) []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64(b, number), endLength)
}

// parseBatch reads the body of a POST. The frames are parts of body. Numbers count up by one, and nothing follows an end.
func parseBatch(body []byte) ([]record, error) {
	var records []record
	for len(body) > 0 {
		if len(body) < recordHead || len(records) == maxRecords {
			return nil, errProtocol
		}
		r := record{number: binary.BigEndian.Uint64(body)}
		length := binary.BigEndian.Uint32(body[8:])
		body = body[recordHead:]
		if n := len(records); r.number == 0 || n > 0 && (records[n-1].end || r.number != records[n-1].number+1) {
			return nil, errProtocol
		}
		switch {
		case length == endLength:
			r.end = true
		case length > maxFrame:
			return nil, errTooLarge
		case int(length) > len(body):
			return nil, errProtocol
		default:
			r.frame, body = body[:length:length], body[length:]
		}
		records = append(records, r)
	}
	return records, nil
}
