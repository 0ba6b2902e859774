package mirror

import (
	"encoding/json"
	"errors"
	"fmt"

	"echopath/netcheck"
)

// A line is looked at before it is decoded, because two bytes of JSON can become hundreds in memory. Rows of packets and pictures are
// many and simple; all other events are small. These bounds hold for what a decoder makes of a line, whatever the names in it are.
const (
	maxDepth = 16 // of lists and objects in one another

	// Of lines that hold rows: blocks of netcheck.MaxBlock, each a list of its fields, with room for those of later versions.
	maxFields    = 32
	maxRowValues = netcheck.MaxBlock*(maxFields+1) + 64

	// Of all others.
	maxSmall  = 64 << 10 // bytes
	maxList   = 64       // elements of a list: servers, pins, carriers
	maxValues = 4096
)

// shape is what a line of JSON holds.
type shape struct {
	values int // lists, objects and what is in them, names of fields left out
	list   int // elements of the longest list, or fields of the largest object
}

// small tells whether any event may have this shape. Only rows may be larger.
func (s shape) small(bytes int) bool {
	return bytes <= maxSmall && s.list <= maxList && s.values <= maxValues
}

var (
	errDeep = fmt.Errorf("an event in which more than %d lists are inside one another", maxDepth)
	errMany = fmt.Errorf("an event with a list of more than %d, or with too many lists", netcheck.MaxBlock)
)

// scan counts without reading: it gives at least what a decoder would find in a line that is valid, and anything for one that is not.
func scan(line []byte) (shape, error) {
	var s shape
	var open [maxDepth]int // commas of each list and object that is not closed yet
	depth := 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '"':
			i += text(line[i+1:])
		case '[', '{':
			if depth == maxDepth {
				return s, errDeep
			}
			open[depth] = 0
			depth++
			s.values++
		case ']', '}':
			if depth > 0 {
				depth--
				s.list = max(s.list, open[depth]+1)
			}
		case ',':
			if s.values++; depth > 0 {
				open[depth-1]++
			}
		}
	}
	if s.list > netcheck.MaxBlock || s.values > maxRowValues {
		return s, errMany
	}
	return s, nil
}

// text gives the length of a string of JSON from behind its first quotation mark to its last one, that one included.
func text(b []byte) int {
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++ // what follows belongs to it
		case '"':
			return i + 1
		}
	}
	return len(b)
}

// fits gives the shape of a line, or why it is too large for the event that it says it is. Nothing that grows with the line is
// allocated.
func fits(line []byte) (shape, error) {
	if len(line) > maxLine {
		return shape{}, errLine
	}
	s, err := scan(line)
	if err != nil || s.small(len(line)) {
		return s, err
	}
	var e struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(line, &e); err != nil {
		return s, err
	}
	if e.Type == "packets_decided" || e.Type == "frames_decided" {
		return s, nil
	}
	return s, fmt.Errorf("an event without rows of %d bytes and %d values, %d of them in one list", len(line), s.values, s.list)
}

var errLine = fmt.Errorf("an event of more than %d KiB", maxLine>>10)

// fitting tells why an event holds more than one may, once it is decoded.
func fitting(e netcheck.Event) error {
	if len(e.Path) > maxName {
		return errName
	}
	switch b := e.Body.(type) {
	case netcheck.PacketsDecided:
		if len(b.Packets) > netcheck.MaxBlock {
			return errMany
		}
	case netcheck.FramesDecided:
		if len(b.Frames) > netcheck.MaxFrameBlock {
			return fmt.Errorf("an event with more than %d pictures", netcheck.MaxFrameBlock)
		}
	case netcheck.SessionStarted:
		if len(b.Plan.Paths) > maxPaths || len(b.Granted.Paths) > maxPaths {
			return fmt.Errorf("a plan of more than %d paths", maxPaths)
		}
	}
	return nil
}

// maxName bounds, in bytes, names of paths and carriers.
const maxName = 32

var errName = errors.New("the name of a path or carrier is too long")
