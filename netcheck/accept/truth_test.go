package accept_test

import (
	"cmp"
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"echopath/internal/vlab"
	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// sent is one probe datagram on the wire.
type sent struct {
	seq     uint16 // of RTP; 0 on the data channel, whose numbers are encrypted
	at      time.Duration
	delay   time.Duration
	dropped bool
	copies  int
	order   int // place among all packets of its direction that were delivered
}

// truth is what happened to one carrier's measured packets. up has one entry for every packet that the sender sent, and
// replies one for every answer, in the order in which the answers were sent.
type truth struct {
	rows    []stats.Packet // those that were sent, in order; row i is up[i]
	up      []sent
	replies []reply
}

type reply struct {
	sent
	to int // index of the packet that it answers
}

// probesOf finds the carrier's datagrams in a log, in the order in which they were sent.
func probesOf(wire []vlab.Packet, c netcheck.Carrier) []sent {
	var out []sent
	for _, p := range wire {
		s := sent{at: p.At, delay: p.Delay, dropped: p.Dropped, copies: p.Copies, order: p.Order}
		b := inner(p)
		seq, isRTP := rtpSeq(b)
		n := 0
		switch {
		case c == netcheck.CarrierSRTP && isRTP:
			s.seq, n = seq, 1
		case c == netcheck.CarrierDataChannel:
			n = messages(b, innerSize(p))
		}
		for range n {
			out = append(out, s)
		}
	}
	return out
}

// inner unwraps what goes through a relay: ChannelData (RFC 8656, section 12.4) has a header of 4 bytes.
func inner(p vlab.Packet) []byte {
	b := p.Head[:min(p.Size, len(p.Head))]
	if len(b) > 4 && b[0]>>6 == 1 {
		return b[4:]
	}
	return b
}

// innerSize is the length of what inner unwraps, without the padding of ChannelData.
func innerSize(p vlab.Packet) int {
	if p.Head[0]>>6 == 1 {
		return int(binary.BigEndian.Uint16(p.Head[2:]))
	}
	return p.Size
}

// rtpSeq tells media packets by version and payload type (RFC 3550, section 5.1); their headers are not encrypted.
func rtpSeq(b []byte) (uint16, bool) {
	if len(b) < 12 || b[0]>>6 != 2 || b[1]&0x7f != 111 {
		return 0, false
	}
	return binary.BigEndian.Uint16(b[2:]), true
}

// messages is the number of data channel messages in a DTLS record, by its length: headers of the record with its nonce and
// tag (37 bytes) and of SCTP (12), then for each message a chunk header of 20 bytes and the message, padded to 4.
func messages(b []byte, size int) int {
	const record, headers, chunk = 23, 37 + 12, 20 + (usualSize+3)/4*4
	if len(b) == 0 || b[0] != record || size <= headers || (size-headers)%chunk != 0 {
		return 0
	}
	return (size - headers) / chunk
}

// truth pairs rows with what was on the wire. The sender's datagrams are in the order of the rows, warm-up first; the far end
// answers in the order in which they arrived.
func (o outcome) truth(t *testing.T, c netcheck.Carrier) truth {
	t.Helper()
	var tr truth
	for _, row := range o.rows[c] {
		if row.SkippedBy != stats.SkipperSender {
			tr.rows = append(tr.rows, row)
		}
	}
	warmup := o.report.Granted.Loss.WarmupPackets()
	all, answers := probesOf(o.wire[vlab.Up], c), probesOf(o.wire[vlab.Down], c)
	if c == netcheck.CarrierDataChannel { // what has a message's length after the last one is a piece of the far end's log
		all = all[:min(len(all), warmup+len(tr.rows))]
	}
	if len(all) != warmup+len(tr.rows) {
		t.Fatalf("%s: %d datagrams on the wire, want %d of the warm-up and %d measured", c, len(all), warmup, len(tr.rows))
	}
	checkSeqs(t, all)
	checkSeqs(t, answers)
	tr.up = all[warmup:]
	answered := 0
	for _, i := range arrivals(all) {
		if i >= warmup && tr.rows[i-warmup].SkippedBy == stats.SkipperReflector {
			continue
		}
		if answered < len(answers) && i >= warmup {
			tr.replies = append(tr.replies, reply{answers[answered], i - warmup})
		}
		answered++
	}
	if c == netcheck.CarrierDataChannel {
		answers = answers[:min(len(answers), answered)]
	}
	if answered != len(answers) {
		t.Fatalf("%s: %d answers on the wire to %d datagrams that arrived", c, len(answers), answered)
	}
	return tr
}

// checkSeqs makes sure that no media packet went past the lab's log.
func checkSeqs(t *testing.T, list []sent) {
	t.Helper()
	for i := 1; i < len(list); i++ {
		if list[i].seq != 0 && list[i].seq != list[i-1].seq+1 {
			t.Fatalf("media packet %d follows %d on the wire", list[i].seq, list[i-1].seq)
		}
	}
}

// arrivals lists the indices of what was delivered, in order of delivery.
func arrivals(list []sent) []int {
	var out []int
	for i, s := range list {
		if !s.dropped {
			out = append(out, i)
		}
	}
	slices.SortStableFunc(out, func(a, b int) int { return cmp.Compare(list[a].order, list[b].order) })
	return out
}

// fates is what should have become of every row.
func (tr truth) fates() []stats.Status {
	out := make([]stats.Status, len(tr.rows))
	for i, s := range tr.up {
		if out[i] = stats.StatusOK; s.dropped {
			out[i] = stats.StatusLostUp
		} else if tr.rows[i].SkippedBy == stats.SkipperReflector {
			out[i] = stats.StatusSkipped
		}
	}
	for _, r := range tr.replies {
		if r.dropped {
			out[r.to] = stats.StatusLostDown
		}
	}
	return out
}

// counts sums up the truth in the engine's words.
type counts struct{ sentUp, lostUp, lostDown, reorderedUp, reorderedDown, dupUp, dupDown int }

func (tr truth) counts() counts {
	c := counts{sentUp: len(tr.up)}
	for _, s := range tr.up {
		if s.dropped {
			c.lostUp++
		} else {
			c.dupUp += s.copies
		}
	}
	down := make([]sent, len(tr.replies))
	for i, r := range tr.replies {
		if down[i] = r.sent; r.dropped {
			c.lostDown++
		} else {
			c.dupDown += r.copies
		}
	}
	c.reorderedUp, c.reorderedDown = reordered(tr.up), reordered(down)
	return c
}

// reordered applies the definition of RFC 4737, section 3.3: what arrives after something that was sent later.
func reordered(list []sent) int {
	n, highest := 0, -1
	for _, i := range arrivals(list) {
		if i < highest {
			n++
		}
		highest = max(highest, i)
	}
	return n
}

// checkFates compares the engine's verdict on every single packet with what happened to it, and the sums.
func (o outcome) checkFates(t *testing.T, c netcheck.Carrier) counts {
	t.Helper()
	tr := o.truth(t, c)
	wrong := 0
	for i, want := range tr.fates() {
		if got := tr.rows[i].Status; got != want {
			if wrong++; wrong <= 5 {
				t.Errorf("%s: packet %d is %s, but the network made it %s", c, tr.rows[i].Seq, got, want)
			}
		}
	}
	if wrong > 5 {
		t.Errorf("%s: %d of %d packets are wrong", c, wrong, len(tr.rows))
	}
	want, s := tr.counts(), o.carrier(t, c).Stats
	got := counts{s.Up.Sent, s.Up.Lost, s.Down.Lost, s.Up.Reordered, s.Down.Reordered, s.Up.Duplicate, s.Down.Duplicate}
	if got != want {
		t.Errorf("%s: the engine counted %+v,\nthe network %+v", c, got, want)
	}
	t.Logf("%s %s: sent %d, lost %d out, %d back (network: %d, %d); reordered %d, %d; state %s", o.path.Path, c,
		s.Up.Sent, s.Up.Lost, s.Down.Lost, want.lostUp, want.lostDown, s.Up.Reordered, s.Down.Reordered, o.path.State)
	return want
}
