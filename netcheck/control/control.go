// Package control is the language in which two ends agree on a probe: orders, grants and counters, as messages on a link's
// reliable channel.
//
// It owns the form of those messages, the bounds of what an order may ask, and the rules that both ends keep while it runs. It never sends one, starts anything or trusts a
// peer: everything that Decode returns lies within the bounds. The per-packet log travels on the same channel in the binary
// blocks of package stamp; IsBlock tells the two apart.
package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// Version is the version of the messages. Fields are added within a version and unknown ones are ignored.
const Version = 1

// MaxMessage is the largest message in bytes that Decode looks at.
const MaxMessage = 16 << 10

// Bounds of an order. They hold whoever asks: an order from a peer is input.
const (
	MaxCarriers = 4
	MaxRate     = 20_000     // packets a second, a carrier
	MaxPackets  = 10_000_000 // measured ones, a carrier: their log takes 240 MB at the far end
	MaxWarmup   = 200_000    // packets, a carrier
	MinSize     = 64         // bytes
	MaxSize     = 1150
)

// Message is one control message; exactly one of its bodies is set.
type Message struct {
	V        int          `json:"v"`
	ID       uint32       `json:"id"` // the probe run, chosen by the one who orders
	Order    *Order       `json:"order,omitempty"`
	Grant    *Grant       `json:"grant,omitempty"`
	Refusal  *Refusal     `json:"refusal,omitempty"`
	Finish   *Finish      `json:"finish,omitempty"`
	Counters *Counters    `json:"counters,omitempty"`
	Video    *Video       `json:"video,omitempty"`
	Returned *Returned    `json:"returned,omitempty"`
	Call     *Call        `json:"call,omitempty"`
	Account  *CallAccount `json:"call_account,omitempty"`
}

// Video asks the far end to return the video that it receives, until Finish.
type Video struct {
	MaxKbps float64 `json:"max_kbps"` // of the stream, on the wire
	First   uint16  `json:"first"`    // number of its first packet
}

// Returned is the far end's account of a video since its grant, sent every ReturnedInterval and, with Last, after Finish. Bytes
// are those of IP packets.
type Returned struct {
	PacketsSent     uint64  `json:"packets_sent"` // retransmitted ones included
	BytesSent       uint64  `json:"bytes_sent"`
	PacketsReceived uint64  `json:"packets_received"` // distinct transmissions
	BytesReceived   uint64  `json:"bytes_received"`
	Expected        uint64  `json:"expected"` // transmissions that the numbers seen so far imply
	Retransmitted   uint64  `json:"retransmitted"`
	NACKSent        uint64  `json:"nack_sent"`
	PLISent         uint64  `json:"pli_sent"`
	SendFailed      uint64  `json:"send_failed"`
	OwnKbps         float64 `json:"own_kbps"` // what its controller allows on the way back
	Last            bool    `json:"last,omitempty"`
}

// ReturnedInterval is the time between two accounts of a video.
const ReturnedInterval = 200 * time.Millisecond

// MaxVideoKbps bounds the bitrate of a video that is returned.
const MaxVideoKbps = 20_000

// Order asks the far end to reflect one loss probe.
type Order struct {
	Probe    string   `json:"probe"`   // "loss"
	Session  uint32   `json:"session"` // in every datagram of the run
	Carriers []string `json:"carriers"`
	Rate     float64  `json:"rate"`    // packets a second, a carrier
	Size     int      `json:"size"`    // bytes
	Packets  int      `json:"packets"` // measured, a carrier
	Warmup   int      `json:"warmup"`  // before them, a carrier
}

// Grant tells that the far end reflects from now on.
type Grant struct {
	ClockStart      uint64        `json:"clock_start"` // NTP format: the zero of the far end's times in microseconds
	ClockResolution time.Duration `json:"clock_resolution_ns"`
	Call            *CallTerms    `json:"call,omitempty"` // of the grant of a call
}

// Refusal tells that it does not, and why.
type Refusal struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// Malformed is the code of the refusal of a message that could not be read.
const Malformed = "malformed"

// Finish asks for the log and the counters: all datagrams have been sent and have had time to arrive.
type Finish struct{}

// Counters follow the last block of the log.
type Counters struct {
	Carriers []CarrierCounters `json:"carriers"`
	Pair     PairCounters      `json:"pair"`
}

// CarrierCounters is the reflector's account of one carrier, warm-up left out.
type CarrierCounters struct {
	Carrier   string        `json:"carrier"`
	Received  int           `json:"received"` // copies included
	Distinct  int           `json:"distinct"`
	Replies   int           `json:"replies"`
	Skipped   int           `json:"skipped"` // replies not sent because too much was queued, or because sending failed
	Foreign   int           `json:"foreign"` // datagrams of another session or shape
	QueuedMax int           `json:"queued_max"`
	DwellP95  time.Duration `json:"dwell_p95_ns"`
	LogLost   int           `json:"log_lost"` // entries for which the log had no room
}

// PairCounters are the far end's counters of its candidate pair since the grant.
type PairCounters struct {
	PacketsSent     uint64 `json:"packets_sent"`
	PacketsReceived uint64 `json:"packets_received"`
	Drops           uint64 `json:"socket_drops"`
	DropsKnown      bool   `json:"socket_drops_known"`
}

// ErrMessage is wrapped by every error of Decode.
var ErrMessage = errors.New("control message can not be used")

// Encode writes the message, with its version filled in.
func Encode(m Message) ([]byte, error) {
	m.V = Version
	b, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("control message: %w", err)
	}
	return b, nil
}

// IsBlock tells whether a message on the control channel is a block of the log and not one of this package.
func IsBlock(b []byte) bool { return len(b) > 0 && b[0] != '{' }

// Decode reads a message and holds it to its bounds. Of one that can be read and not used it returns the ID beside the error, so
// that a refusal reaches the run that asked.
func Decode(b []byte) (Message, error) {
	var m Message
	if len(b) > MaxMessage {
		return m, fmt.Errorf("%w: %d bytes, at most %d", ErrMessage, len(b), MaxMessage)
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return Message{}, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	if m.V != Version {
		return Message{ID: m.ID}, fmt.Errorf("%w: version %d, this end speaks %d", ErrMessage, m.V, Version)
	}
	if err := m.check(); err != nil {
		return Message{ID: m.ID}, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	return m, nil
}

func (m Message) check() error {
	bodies := 0
	for _, set := range []bool{m.Order != nil, m.Grant != nil, m.Refusal != nil, m.Finish != nil, m.Counters != nil, m.Video != nil, m.Returned != nil,
		m.Call != nil, m.Account != nil} {
		if set {
			bodies++
		}
	}
	switch {
	case bodies != 1:
		return fmt.Errorf("%d bodies, want one", bodies)
	case m.Order != nil:
		return m.Order.check()
	case m.Call != nil:
		return m.Call.check()
	case m.Grant != nil && m.Grant.Call != nil:
		return m.Grant.Call.check()
	case m.Account != nil && !m.Account.possible():
		return errors.New("an account that can not be")
	case m.Refusal != nil && (len(m.Refusal.Text) > maxText || len(m.Refusal.Code) > maxText):
		return errors.New("a refusal with too many words")
	case m.Returned != nil && !m.Returned.possible():
		return errors.New("an account that can not be")
	case m.Video != nil && (math.IsNaN(m.Video.MaxKbps) || m.Video.MaxKbps <= 0 || m.Video.MaxKbps > MaxVideoKbps):
		return errors.New("bitrate out of range")
	case m.Counters != nil && len(m.Counters.Carriers) > MaxCarriers:
		return errors.New("too many carriers")
	}
	return nil
}

func (o Order) check() error {
	switch {
	case o.Probe != "loss":
		return fmt.Errorf("unknown probe %q", o.Probe)
	case len(o.Carriers) == 0 || len(o.Carriers) > MaxCarriers:
		return errors.New("no carrier, or too many")
	case repeats(o.Carriers):
		return errors.New("the same carrier twice") // two readers would share its datagrams
	case math.IsNaN(o.Rate) || o.Rate <= 0 || o.Rate > MaxRate:
		return errors.New("rate out of range")
	case o.Size < MinSize || o.Size > MaxSize:
		return errors.New("size out of range")
	case o.Packets < 1 || o.Packets > MaxPackets || o.Warmup < 0 || o.Warmup > MaxWarmup:
		return errors.New("number of packets out of range")
	}
	return nil
}

func repeats(words []string) bool {
	for i, w := range words {
		if slices.Contains(words[:i], w) {
			return true
		}
	}
	return false
}

// maxText is the longest text of a refusal in bytes: it goes into reports.
const maxText = 500

// mostCounted bounds a count of an account: what a number in JSON holds exactly.
const mostCounted = 1 << 53

// possible tells whether an account can be of a stream that there is.
func (r Returned) possible() bool {
	for _, n := range []uint64{r.PacketsSent, r.BytesSent, r.PacketsReceived, r.BytesReceived, r.Expected, r.Retransmitted, r.NACKSent, r.PLISent, r.SendFailed} {
		if n > mostCounted {
			return false
		}
	}
	return r.PacketsReceived <= r.Expected && r.OwnKbps >= 0 && r.OwnKbps <= math.MaxInt32
}
