package stats

import "math"

// NotMeasured stands where a packet has no such time. No clock gives it.
const NotMeasured = math.MinInt64

// Packet is one probe packet: a row of packets.csv. Times are microseconds since the session's start, SentUS and DownRecvUS
// by the sender's clock, UpRecvUS and ReflSendUS by the reflector's (the timestamps of STAMP, RFC 8762, section 4).
type Packet struct {
	Seq uint32 // from 0, without holes

	SentUS     int64 // left the sender
	UpRecvUS   int64 // reached the reflector
	ReflSendUS int64 // the reply left the reflector
	DownRecvUS int64 // the reply reached the sender

	UpOrder   uint32 // place in the order of arrival at the reflector, from 1; 0: did not arrive, or unknown
	DownOrder uint32 // the same of the reply at the sender

	DupUp   uint8 // copies beyond the first that reached the reflector; 255 means that or more
	DupDown uint8 // the same of the reply at the sender

	Status    Status
	SkippedBy Skipper // only with StatusSkipped
}

// RTT is the round-trip time in microseconds without the time that the reflector held the packet:
// (DownRecvUS-SentUS) - (ReflSendUS-UpRecvUS), so the offset between the clocks cancels. Only an answered packet with all
// four times has one. It is -1 now and then, when the network took less than the clocks can tell, and is left so: lifting it
// to 0 would bend the mean.
func (p Packet) RTT() (us int64, ok bool) {
	if p.Status != StatusOK || p.SentUS == NotMeasured || p.UpRecvUS == NotMeasured ||
		p.ReflSendUS == NotMeasured || p.DownRecvUS == NotMeasured {
		return NotMeasured, false
	}
	return difference(difference(p.DownRecvUS, p.SentUS), difference(p.ReflSendUS, p.UpRecvUS)), true
}

// skippedBy is the end that skipped the packet. One that says it was skipped and not by whom is the sender's: nothing shows
// that it ever left.
func (p Packet) skippedBy() Skipper {
	switch {
	case p.Status != StatusSkipped:
		return SkipperNone
	case p.SkippedBy == SkipperReflector:
		return SkipperReflector
	}
	return SkipperSender
}

// reachedReflector tells whether the packet is known to have crossed the way up.
func (p Packet) reachedReflector() bool {
	return p.Status == StatusOK || p.Status == StatusLostDown || p.skippedBy() == SkipperReflector
}

// Rows is a record of packets in order of sequence: At(i) is the packet whose Seq is i. Record sizes of some millions, also
// on disk, are expected; At must be quick for neighbouring rows.
type Rows interface {
	Len() int
	At(i int) Packet
}

// Packets is a record in memory.
type Packets []Packet

// Len is the number of packets.
func (p Packets) Len() int { return len(p) }

// At is the packet with the sequence number i.
func (p Packets) At(i int) Packet { return p[i] }
