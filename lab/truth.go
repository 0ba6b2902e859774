package lab

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"echopath/lab/wire"
)

// Probes finds the packets of one carrier in what a link knows of a direction, in the order in which they came to it. A packet of the data
// channel that carries several messages stands there as often.
func Probes(records []wire.Record, carrier string, size int) []wire.Record {
	var found []wire.Record
	for i := range records {
		r := &records[i]
		n := 0
		if _, ok := r.RTP(); ok && carrier == "srtp" {
			n = 1
		} else if carrier == "datachannel" {
			n = messages(r, size)
		}
		for range n {
			found = append(found, *r)
		}
	}
	return found
}

// messages is the number of data channel messages in a record of DTLS over IPv4, by its length: headers of the record with its nonce and tag
// (37) and of SCTP (12), then for each message a chunk header of 20 bytes and the message, padded to 4.
func messages(r *wire.Record, size int) int {
	const applicationData, headers = 23, 37 + 12
	kind, length := datagram(r)
	chunk := 20 + (size+3)/4*4
	if kind != applicationData || length <= headers || (length-headers)%chunk != 0 {
		return 0
	}
	return (length - headers) / chunk
}

// datagram gives the first byte and the length of a payload of UDP over IPv4; of one in a ChannelData message of TURN (RFC 8656, section
// 12.4), without that message's header and padding.
func datagram(r *wire.Record) (first byte, length int) {
	const headers, channel = 20 + 8, 4
	b := r.Payload()
	switch {
	case r.Protocol != wire.UDP || len(b) <= channel:
		return 0, 0
	case b[0]>>6 == 1:
		return b[channel], int(binary.BigEndian.Uint16(b[2:]))
	}
	return b[0], r.Length - headers
}

// Truth is what a link did to the measured packets of one carrier. Index i is about the i-th row that was sent.
type Truth struct {
	Rows    []Row
	Up      []wire.Record
	Answers []Answer // in the order in which they came to the link
}

// Answer is the answer to a measured packet.
type Answer struct {
	wire.Record
	To int // index of the packet
}

// Match pairs the program's rows of one carrier, in their order, with what a link knows of its packets. The far end answers what arrives in
// the order in which it arrives: each packet once, but each copy of those of the warm-up, of which there are warmup.
func Match(rows []Row, warmup int, up, down []wire.Record, carrier string) (Truth, error) {
	var tr Truth
	for _, row := range rows {
		if row.SkippedBy != "sender" {
			tr.Rows = append(tr.Rows, row)
		}
	}
	if carrier == "datachannel" { // after the last one, pieces of the far end's log may have a message's length
		up = up[:min(len(up), warmup+len(tr.Rows))]
	}
	if len(up) != warmup+len(tr.Rows) {
		return tr, fmt.Errorf("%d packets came to the link on the way up, want %d of the warm-up and %d measured", len(up), warmup, len(tr.Rows))
	}
	if err := unbroken(up, down); err != nil {
		return tr, err
	}
	tr.Up = up[warmup:]
	answers := 0
	for _, i := range arrivals(up) {
		measured := i >= warmup
		if measured && tr.Rows[i-warmup].SkippedBy == "reflector" {
			continue
		}
		if !measured {
			answers += up[i].Copies
		} else if answers < len(down) {
			tr.Answers = append(tr.Answers, Answer{down[answers], i - warmup})
		}
		answers++
	}
	if answers != len(down) && (carrier != "datachannel" || answers > len(down)) {
		return tr, fmt.Errorf("%d answers came to the link, want %d", len(down), answers)
	}
	return tr, nil
}

// unbroken wants the numbers of media packets without a hole: a computer may lose packets before they come to the link.
func unbroken(ways ...[]wire.Record) error {
	for _, way := range ways {
		for i := 1; i < len(way); i++ {
			before, ok := way[i-1].RTP()
			if now, _ := way[i].RTP(); ok && now.Sequence != before.Sequence+1 {
				return fmt.Errorf("media packet %d came to the link after %d", now.Sequence, before.Sequence)
			}
		}
	}
	return nil
}

// arrivals gives the indices of those that left the link, in the order in which they did.
func arrivals(list []wire.Record) []int {
	var left []int
	for i := range list {
		if list[i].Departed != wire.Never {
			left = append(left, i)
		}
	}
	slices.SortStableFunc(left, func(a, b int) int { return cmp.Compare(list[a].Departed, list[b].Departed) })
	return left
}

// Statuses is what the rows should say.
func (tr Truth) Statuses() []string {
	out := make([]string, len(tr.Rows))
	for i := range tr.Up {
		switch {
		case tr.Up[i].Departed == wire.Never:
			out[i] = "lost_up"
		case tr.Rows[i].SkippedBy == "reflector":
			out[i] = "skipped"
		default:
			out[i] = "ok"
		}
	}
	for _, a := range tr.Answers {
		if a.Departed == wire.Never {
			out[a.To] = "lost_down"
		}
	}
	return out
}

// WayCounts sums up one direction in the program's words.
type WayCounts struct{ Sent, Lost, Duplicate, Reordered int }

// Counts sums up both directions.
func (tr Truth) Counts() (up, down WayCounts) {
	return countWay(tr.Up), countWay(tr.answers())
}

func (tr Truth) answers() []wire.Record {
	list := make([]wire.Record, len(tr.Answers))
	for i, a := range tr.Answers {
		list[i] = a.Record
	}
	return list
}

func countWay(list []wire.Record) WayCounts {
	c := WayCounts{Sent: len(list), Reordered: reordered(list)}
	for i := range list {
		if list[i].Departed == wire.Never {
			c.Lost++
		} else {
			c.Duplicate += list[i].Copies
		}
	}
	return c
}

// reordered counts what arrives after something that was sent later (RFC 4737, section 3.3).
func reordered(list []wire.Record) int {
	n, highest := 0, -1
	for _, i := range arrivals(list) {
		if i < highest {
			n++
		}
		highest = max(highest, i)
	}
	return n
}

// Overheads gives, for each packet that was answered, how much longer the program says it took than the link kept it and its answer,
// sorted; and the times of the link alone, sorted.
func (tr Truth) Overheads() (over, link []time.Duration) {
	for _, a := range tr.Answers {
		if row := tr.Rows[a.To]; a.Departed != wire.Never && row.Status == "ok" {
			kept := tr.Up[a.To].Delay() + a.Delay()
			over, link = append(over, row.RTT-kept), append(link, kept)
		}
	}
	slices.Sort(over)
	slices.Sort(link)
	return over, link
}

// Variations gives the mean absolute change of the delay from each packet that left the link to the next that did (RFC 3393), both ways.
func (tr Truth) Variations() (up, down time.Duration) {
	return variation(tr.Up), variation(tr.answers())
}

func variation(list []wire.Record) time.Duration {
	order := arrivals(list)
	if len(order) < 2 {
		return 0
	}
	var sum time.Duration
	for i := 1; i < len(order); i++ {
		sum += (list[order[i]].Delay() - list[order[i-1]].Delay()).Abs()
	}
	return sum / time.Duration(len(order)-1)
}
