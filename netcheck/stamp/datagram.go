package stamp

import (
	"encoding/binary"
	"errors"
)

// Version is the version of the datagram and of the block that this package writes, and the only one it reads.
const Version = 1

// Sizes of a datagram in bytes, header and padding together.
const (
	HeaderSize = 64
	MinSize    = HeaderSize
	// MaxSize keeps a message in one packet on both carriers: SCTP, DTLS, TURN and IPv6 headers on top of it stay
	// below the 1280 bytes that every IPv6 path takes.
	MaxSize = 1150
)

// Errors of Parse, Put and Reflect; those that fit are shared with ParseBlock. They are returned bare, so that a flood
// of bad datagrams costs no allocation.
var (
	ErrShort   = errors.New("stamp: shorter than its header")
	ErrVersion = errors.New("stamp: unknown version")
	ErrKind    = errors.New("stamp: unexpected kind")
	ErrCarrier = errors.New("stamp: unknown carrier")
	ErrLength  = errors.New("stamp: length out of range or not as stated")
	ErrReceipt = errors.New("stamp: reply does not acknowledge its own packet")
)

// Kind tells what a message is. The zero value is no kind.
type Kind uint8

// The kinds; the numbers are on the wire.
const (
	KindUnknown Kind = 0
	KindTest    Kind = 1
	KindReply   Kind = 2
	KindBlock   Kind = 3
)

// Carrier tells which of a link's two datagram channels a packet travels on. The zero value is no carrier.
type Carrier uint8

// The carriers; the numbers are on the wire.
const (
	CarrierUnknown     Carrier = 0
	CarrierDataChannel Carrier = 1
	CarrierSRTP        Carrier = 2
)

// String returns the carrier's name in files and on the command line.
func (c Carrier) String() string {
	switch c {
	case CarrierDataChannel:
		return "datachannel"
	case CarrierSRTP:
		return "srtp"
	default:
		return "unknown"
	}
}

func (c Carrier) valid() bool { return c == CarrierDataChannel || c == CarrierSRTP }

// Flags of a datagram.
type Flags uint8

// FlagWarmUp marks a packet that opens windows and NAT bindings and is left out of statistics.
const FlagWarmUp Flags = 1 << 0

const knownFlags = FlagWarmUp

// Datagram is a decoded probe datagram. The fields outside Reply are the sender's and come back unchanged in a reply.
type Datagram struct {
	Kind        Kind
	Carrier     Carrier
	Flags       Flags
	Session     uint32
	Seq         uint32 // sender sequence number, a carrier's own, from 0
	Sent        uint64 // sender timestamp, NTP format, sender's Clock
	SenderError uint16 // see ErrorEstimate
	Reply       Reply  // zero in a test
}

// Reply is what the reflector adds. Its timestamps are by the reflector's own Clock: compare them with each other
// (see Between), not with the sender's.
type Reply struct {
	Seq            uint32 // reflector's own counter of replies, from 0
	Received       uint64 // NTP format
	Sent           uint64 // NTP format
	Window         uint64 // receipt bitmap, see Bitmap.Window
	ReflectorError uint16 // see ErrorEstimate
	Skipped        uint32 // replies skipped so far, this carrier
	Distinct       uint32 // distinct packets received so far, this carrier
}

// Put writes d over the whole of b: header, then padding to len(b), which becomes the stated length. It returns
// ErrLength unless MinSize <= len(b) <= MaxSize, ErrKind unless d is a test or a reply, and ErrCarrier for an unknown
// carrier; b is then untouched. In a test d.Reply is ignored.
func (d *Datagram) Put(b []byte) error {
	switch {
	case len(b) < MinSize || len(b) > MaxSize:
		return ErrLength
	case d.Kind != KindTest && d.Kind != KindReply:
		return ErrKind
	case !d.Carrier.valid():
		return ErrCarrier
	}
	be := binary.BigEndian
	b[0], b[1], b[2], b[3] = Version, byte(d.Kind), byte(d.Carrier), byte(d.Flags&knownFlags)
	be.PutUint32(b[4:], d.Session)
	be.PutUint32(b[8:], d.Seq)
	be.PutUint64(b[12:], d.Sent)
	be.PutUint16(b[20:], d.SenderError)
	be.PutUint16(b[22:], uint16(len(b)))
	if d.Kind == KindReply {
		d.Reply.put(b)
	} else {
		clear(b[24:HeaderSize])
	}
	copy(b[HeaderSize:], padding[:])
	return nil
}

// Parse decodes a test or a reply and checks its shape. Errors, in the order of the checks: ErrVersion, ErrShort,
// ErrKind, ErrCarrier, ErrLength (above MaxSize, or the stated length is not len(b): truncated or glued),
// ErrReceipt. Whose session it is, and whether a test or a reply was due, is for the caller to check.
func Parse(b []byte) (Datagram, error) {
	if err := check(b); err != nil {
		return Datagram{}, err
	}
	be := binary.BigEndian
	d := Datagram{
		Kind:        Kind(b[1]),
		Carrier:     Carrier(b[2]),
		Flags:       Flags(b[3]) & knownFlags,
		Session:     be.Uint32(b[4:]),
		Seq:         be.Uint32(b[8:]),
		Sent:        be.Uint64(b[12:]),
		SenderError: be.Uint16(b[20:]),
	}
	if d.Kind == KindReply {
		d.Reply = parseReply(b)
		if d.Reply.Window&1 == 0 {
			return Datagram{}, ErrReceipt
		}
	}
	return d, nil
}

// check validates the fields that tests and replies have in common.
func check(b []byte) error {
	// The version goes first, because only it says how long a header is.
	switch {
	case len(b) == 0:
		return ErrShort
	case b[0] != Version:
		return ErrVersion
	case len(b) < HeaderSize:
		return ErrShort
	case Kind(b[1]) != KindTest && Kind(b[1]) != KindReply:
		return ErrKind
	case !Carrier(b[2]).valid():
		return ErrCarrier
	case len(b) > MaxSize || int(binary.BigEndian.Uint16(b[22:])) != len(b):
		return ErrLength
	}
	return nil
}
