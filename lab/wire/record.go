package wire

import "time"

// Direction is one of the two ways over a link.
type Direction uint8

// The directions: from end A to end B and back.
const (
	Up Direction = iota
	Down
)

// String names the direction.
func (d Direction) String() string { return [...]string{"up", "down"}[d&1] }

// Fate is what became of a packet.
type Fate uint8

// The fates. All but Passed mean that it never arrived.
const (
	Passed     Fate = iota
	Lost            // alone, by chance
	BurstLost       // in a burst
	Outage          // the link was down
	Overflowed      // the queue of the bottleneck was full
	Blocked         // by the firewall, silently
	Rejected        // by the firewall, with an ICMP error
	fates
)

var fateNames = [...]string{"passed", "lost", "burst", "outage", "overflow", "blocked", "rejected"}

// String names the fate as files do.
func (f Fate) String() string {
	if f < fates {
		return fateNames[f]
	}
	return "unknown"
}

// Never is the time of what does not happen.
const Never = time.Duration(-1)

// Record is what the link knows of one packet.
type Record struct {
	Direction Direction
	Arrived   time.Duration
	Due       time.Duration // when it is to leave; Never if it is not
	Departed  time.Duration // when it left; Never while it is on its way, or if it does not leave
	Length    int           // of the IP packet
	Protocol  uint8         // 0: no IP packet
	From, To  uint16        // ports
	Fate      Fate
	Held      bool // back, so that others could overtake it
	Copies    int  // beside the packet itself
	Head      [HeadSize]byte
	HeadSize  int // how many bytes of Head are the payload's
}

// Payload is the beginning of the payload.
func (r *Record) Payload() []byte { return r.Head[:r.HeadSize] }

// Delay is how long the link kept the packet; Never if it did not leave.
func (r *Record) Delay() time.Duration {
	if r.Departed == Never {
		return Never
	}
	return r.Departed - r.Arrived
}
