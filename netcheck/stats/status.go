package stats

import "fmt"

// Status is what became of a probe packet.
type Status uint8

// The fates of a packet. Unknown is a packet that is still under way: it counts nowhere but in [Summary].Undecided.
const (
	StatusUnknown  Status = iota
	StatusOK              // the reply arrived, however late
	StatusLostUp          // never reached the reflector
	StatusLostDown        // reached it; the reply was sent and never arrived
	StatusLost            // no reply, and the reflector's log, which would tell the direction, is missing
	StatusSkipped         // not sent, or not answered, by decision of an end: see Skipper
	statusEnd
)

var statusNames = [statusEnd]string{"unknown", "ok", "lost_up", "lost_down", "lost", "skipped"}

// String is the word used in packets.csv; "unknown" for what is not a fate.
func (s Status) String() string {
	if s >= statusEnd {
		return statusNames[StatusUnknown]
	}
	return statusNames[s]
}

// ParseStatus reads the word of a fate. StatusUnknown is not one: a finished record has none.
func ParseStatus(word string) (Status, error) {
	for s := StatusOK; s < statusEnd; s++ {
		if word == statusNames[s] {
			return s, nil
		}
	}
	return StatusUnknown, fmt.Errorf("%q is not a packet status: use ok, lost_up, lost_down, lost or skipped", word)
}

// Skipper tells which end decided not to send a packet.
type Skipper uint8

// The ends that skip: the sender when it is behind its schedule or its queue is full, the reflector when its own queue is.
const (
	SkipperNone Skipper = iota
	SkipperSender
	SkipperReflector
	skipperEnd
)

var skipperNames = [skipperEnd]string{"", "sender", "reflector"}

// String is the word used in packets.csv; empty for none.
func (s Skipper) String() string {
	if s >= skipperEnd {
		return skipperNames[SkipperNone]
	}
	return skipperNames[s]
}

// ParseSkipper reads sender or reflector; the empty word stands for none.
func ParseSkipper(word string) (Skipper, error) {
	for s := SkipperNone; s < skipperEnd; s++ {
		if word == skipperNames[s] {
			return s, nil
		}
	}
	return SkipperNone, fmt.Errorf("%q does not skip packets: use sender, reflector or nothing", word)
}
