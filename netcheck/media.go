package netcheck

import "time"

// VideoLoad is what the video probe will offer on a leg, for the congestion controllers of both ends. Bitrates are in kbit/s
// and count what is on the wire.
type VideoLoad struct {
	StartKbps float64 // what the controllers begin with
	MaxKbps   float64 // what they never exceed; always set
}

// MediaConn carries one video stream each way as RTP (RFC 3550), each with feedback, repair and congestion control of its own
// (RFC 4585, draft-holmer-rmcat-transport-wide-cc-extensions). One goroutine may send while another receives.
//
// Each end controls the congestion of what it sends. The end that only returns what it receives can not make it smaller, so it
// tells the origin how much it may return (REMB), and the origin keeps to the lower of both.
type MediaConn interface {
	// Control carries the video probe's messages, apart from those of other probes on the link.
	Control() MessageConn
	// Send hands over one packet and never waits for the network. The payload may be reused afterwards.
	Send(p *MediaPacket) error
	// Receive waits for the next packet, in order of arrival: repeated and reordered ones are the caller's to sort. It reuses
	// p.Payload. os.ErrDeadlineExceeded tells that the deadline passed, io.EOF that the link closed.
	Receive(p *MediaPacket) error
	// Expect tells the number with which the other end's stream begins, so that its first packets can be asked for again as well.
	Expect(first uint16)
	// SetReceiveDeadline ends a waiting Receive at t, and every later one, until it is set anew; zero means never.
	SetReceiveDeadline(t time.Time) error
	// KeyFrameAsked is signalled when the other end has asked for a key frame (PLI or FIR); requests that nobody has taken yet
	// are one.
	KeyFrameAsked() <-chan struct{}
	// AskKeyFrame asks the other end for one (PLI).
	AskKeyFrame() error
	// Rate is what congestion control has to say, at this moment.
	Rate() MediaRate
	// ReturnRate tells the other end what this one can send back to it (REMB), in kbit/s.
	ReturnRate(kbps float64) error
	// Counters are cumulative since the link was made.
	Counters() MediaCounters
}

// MediaPacket is one RTP packet without what belongs to a single leg (header extensions, SSRC, payload type).
type MediaPacket struct {
	Sequence  uint16
	Timestamp uint32 // 90 kHz
	Marker    bool   // the last packet of a frame
	Payload   []byte
}

// MediaRate is the state of congestion control, bitrates in kbit/s.
type MediaRate struct {
	Own    float64 // what this end's controller allows on its own leg
	Peer   float64 // what the other end says it can return; 0: it has not said
	Target float64 // the lower of both: what to send
	State  string  // of the controller: increase, hold, decrease
	Usage  string  // what it sees of the queue on the way: normal, over, under
	Loss   float64 // 0..1, as the controller sees it on its leg, smoothed
}

// MediaCounters count this end's video packets. Bytes are those of IP packets: RTP with its extensions, SRTP's tag, UDP and IP
// headers, and the framing of a relay over UDP (RFC 8656, section 12.4), but not the headers of a TCP leg.
type MediaCounters struct {
	PacketsSent     uint64        `json:"packets_sent"` // retransmitted ones included
	BytesSent       uint64        `json:"bytes_sent"`
	Retransmitted   uint64        `json:"retransmitted"`
	PacketsReceived uint64        `json:"packets_received"` // distinct transmissions, by transport-wide number: what was sent twice counts twice
	BytesReceived   uint64        `json:"bytes_received"`
	Duplicate       uint64        `json:"duplicate"` // copies made by the network
	Expected        uint64        `json:"expected"`  // transmissions that the numbers seen so far imply; less PacketsReceived: lost before repair
	NACKSent        uint64        `json:"nack_sent"` // packets asked for again
	NACKReceived    uint64        `json:"nack_received"`
	PLISent         uint64        `json:"pli_sent"`
	PLIReceived     uint64        `json:"pli_received"` // FIR included
	RTT             time.Duration `json:"rtt_ns"`       // the newest, of a report (RFC 3550, section 6.4.1); 0: none yet
	RTTCount        uint64        `json:"rtt_count"`    // how many there were
}
