package wire

import "encoding/binary"

// Selector chooses packets by what a record holds of them. Zero fields do not matter.
type Selector struct {
	Protocol uint8
	Low      int    // least length of the IP packet
	High     int    // greatest
	Port     uint16 // of either end
	RTP      bool   // media packets, by the head of their payload
}

// Matches says whether it chooses a packet.
func (s Selector) Matches(r *Record) bool {
	if s.RTP {
		if _, ok := r.RTP(); !ok {
			return false
		}
	}
	return (s.Protocol == 0 || r.Protocol == s.Protocol) && r.Length >= s.Low && (s.High == 0 || r.Length <= s.High) &&
		(s.Port == 0 || r.From == s.Port || r.To == s.Port)
}

// Media is what the head of a media packet says (RFC 3550, section 5.1); nobody encrypts it.
type Media struct {
	Type     uint8
	Sequence uint16
	SSRC     uint32
}

// RTP reads a media packet of UDP, also one in a ChannelData message of TURN (RFC 8656, section 12.4). Packets of RTCP, which share the
// first bits, are none (RFC 5761, section 4).
func (r *Record) RTP() (Media, bool) {
	b := r.Payload()
	if r.Protocol != UDP {
		return Media{}, false
	}
	if len(b) > 4 && b[0]>>6 == 1 {
		b = b[4:]
	}
	if len(b) < 12 || b[0]>>6 != 2 || b[1] >= 192 && b[1] <= 223 {
		return Media{}, false
	}
	return Media{Type: b[1] & 0x7f, Sequence: binary.BigEndian.Uint16(b[2:]), SSRC: binary.BigEndian.Uint32(b[8:])}, true
}

// Select gives the records that a selector chooses, in their order.
func Select(all []Record, s Selector) []Record {
	var chosen []Record
	for i := range all {
		if s.Matches(&all[i]) {
			chosen = append(chosen, all[i])
		}
	}
	return chosen
}

// Counts sums up what became of packets.
type Counts struct {
	Packets    int // all that arrived at the link
	Bytes      int
	ByFate     map[Fate]int
	Held       int
	Duplicated int
	UnderWay   int // neither gone nor lost yet
}

// Missing is the number of packets that never leave.
func (c Counts) Missing() int { return c.Packets - c.ByFate[Passed] }

// Count sums up records.
func Count(records []Record) Counts {
	c := Counts{ByFate: map[Fate]int{}}
	for i := range records {
		r := &records[i]
		c.Packets++
		c.Bytes += r.Length
		c.ByFate[r.Fate]++
		if r.Held {
			c.Held++
		}
		if r.Copies > 0 {
			c.Duplicated++
		}
		if r.Fate == Passed && r.Departed == Never {
			c.UnderWay++
		}
	}
	return c
}
