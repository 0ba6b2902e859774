package web

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"strconv"
)

// The events of a stream (HTML, section 9.2.6): the first names the wire, the last ends it in order, and those without a name
// carry a frame each in base64, numbered from 1.
const (
	eventWire = "wire"
	eventEnd  = "end"
)

// maxLine is the longest line of a stream in bytes: a frame in base64 with "data: ".
const maxLine = (maxFrame+2)/3*4 + 64

// event is one server-sent event.
type event struct {
	name string
	id   uint64
	data []byte
}

// appendEvent writes an event as it goes over the wire.
func appendEvent(b []byte, e event) []byte {
	if e.name != "" {
		b = append(append(append(b, "event: "...), e.name...), '\n')
	}
	b = append(strconv.AppendUint(append(b, "id: "...), e.id, 10), '\n')
	return append(append(append(b, "data: "...), e.data...), "\n\n"...)
}

func frameEvent(id uint64, frame []byte) event {
	return event{id: id, data: base64.StdEncoding.AppendEncode(nil, frame)}
}

// frame reads the frame of an event without a name.
func (e event) frame() ([]byte, error) {
	frame, err := base64.StdEncoding.AppendDecode(nil, e.data)
	if err != nil {
		return nil, errProtocol
	}
	if len(frame) > maxFrame {
		return nil, errTooLarge
	}
	return frame, nil
}

// eventReader reads a stream of events.
type eventReader struct{ in *bufio.Reader }

func newEventReader(r io.Reader) *eventReader {
	return &eventReader{bufio.NewReaderSize(r, maxLine)}
}

var errLine = errors.New("a line of the stream of events is too long")

// next gives the next event that has data. Fields that it does not know, and comments, are passed over. An event of several
// data lines is against the rules here.
func (r *eventReader) next() (event, error) {
	var e event
	data := false
	for {
		line, err := r.line()
		if err != nil {
			return event{}, err
		}
		if len(line) == 0 {
			if data {
				return e, nil
			}
			e = event{}
			continue
		}
		field, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(field) {
		case "event":
			e.name = string(value[:min(len(value), 32)])
		case "id":
			if e.id, err = strconv.ParseUint(string(value), 10, 64); err != nil {
				return event{}, errProtocol
			}
		case "data":
			if data {
				return event{}, errProtocol
			}
			e.data, data = bytes.Clone(value), true
		}
	}
}

// line gives a line without its end. It is valid until the next one.
func (r *eventReader) line() ([]byte, error) {
	line, err := r.in.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return nil, errLine
	case errors.Is(err, io.EOF):
		return nil, io.ErrUnexpectedEOF // an end in order is an event
	case err != nil:
		return nil, err
	}
	return bytes.TrimSuffix(line[:len(line)-1], []byte("\r")), nil
}
