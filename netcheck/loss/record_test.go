package loss

import (
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// memorySpool is a disk in memory. Its errors, if set, are given from then on.
type memorySpool struct {
	b                 []byte
	readErr, writeErr error
	writes            int
}

func (m *memorySpool) WriteAt(p []byte, off int64) (int, error) {
	if m.writeErr != nil {
		return 0, m.writeErr
	}
	m.writes++
	if need := int(off) + len(p); need > len(m.b) {
		m.b = append(m.b, make([]byte, need-len(m.b))...)
	}
	return copy(m.b[off:], p), nil
}

// ReadAt gives io.EOF beside the last bytes, as it may.
func (m *memorySpool) ReadAt(p []byte, off int64) (int, error) {
	if m.readErr != nil {
		return 0, m.readErr
	}
	n := copy(p, m.b[min(int(off), len(m.b)):])
	if int(off)+n == len(m.b) {
		return n, io.EOF
	}
	return n, nil
}

func (m *memorySpool) Close() error { return nil }

// randomRow fills every field, the extremes included.
func randomRow(r *rand.Rand, seq int) stats.Packet {
	at := func() int64 {
		switch r.IntN(4) {
		case 0:
			return stats.NotMeasured
		case 1:
			return -int64(r.Uint32())
		}
		return r.Int64()
	}
	return stats.Packet{Seq: uint32(seq), SentUS: at(), UpRecvUS: at(), ReflSendUS: at(), DownRecvUS: at(), UpOrder: r.Uint32(), DownOrder: math.MaxUint32,
		DupUp: uint8(r.Uint32()), DupDown: uint8(r.Uint32()), Status: stats.Status(r.IntN(6)), SkippedBy: stats.Skipper(r.IntN(3))}
}

// write changes some rows at random, most of them near the end as a running probe does, in the record and in a plain slice.
func write(r *rand.Rand, rec *record, rows []stats.Packet, flags []uint8, times int) {
	for range times {
		seq := r.IntN(len(rows))
		row, f := rec.row(seq)
		rows[seq], flags[seq] = randomRow(r, seq), uint8(r.Uint32())
		*row, *f = rows[seq], flags[seq]
	}
}

func compare(t *testing.T, rec *record, rows []stats.Packet, flags []uint8, order []int) {
	t.Helper()
	for _, seq := range order {
		if got := rec.At(seq); got != rows[seq] {
			t.Fatalf("row %d: %+v, want %+v", seq, got, rows[seq])
		}
		if _, f := rec.row(seq); *f != flags[seq] {
			t.Fatalf("flags of row %d: %b, want %b", seq, *f, flags[seq])
		}
	}
}

// A record that pages to a disk holds what a plain slice holds, in whatever order it is asked for.
func TestRecordIsASlice(t *testing.T) {
	const n = 4*chunkRows + 100
	for _, memory := range []int{0, 2 * chunkRows, 100 * chunkRows} {
		r := rand.New(rand.NewPCG(uint64(memory), 1))
		spool := &memorySpool{}
		rec := newRecord(n, memory, spool)
		rows, flags := make([]stats.Packet, n), make([]uint8, n)
		for round := range 2 {
			for seq := range n { // the way of a probe: in order, with a look back now and then
				rec.n = max(rec.n, seq+1)
				row, f := rec.row(seq)
				rows[seq], flags[seq] = randomRow(r, seq), uint8(round)
				*row, *f = rows[seq], flags[seq]
				if seq%(chunkRows/2) == 17 {
					write(r, rec, rows[:seq+1], flags, 3)
				}
				if rec.resident > max(memory/chunkRows, 1) {
					t.Fatalf("%d chunks are in memory", rec.resident)
				}
			}
		}
		write(r, rec, rows, flags, 50)
		compare(t, rec, rows, flags, r.Perm(n)[:50])
		compare(t, rec, rows, flags, upTo(n))
		if rec.Len() != n || rec.readErr != nil || rec.writeErr != nil || (spool.writes > 0) != (memory < n) {
			t.Errorf("memory %d: %d rows, %d writes, %v, %v", memory, rec.Len(), spool.writes, rec.readErr, rec.writeErr)
		}
	}
}

func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func TestRecordWithoutASpoolStaysInMemory(t *testing.T) {
	const n = 5 * chunkRows
	rec := newRecord(n, chunkRows, nil)
	rows, flags := make([]stats.Packet, n), make([]uint8, n)
	write(rand.New(rand.NewPCG(1, 1)), rec, rows, flags, 5000)
	compare(t, rec, rows, flags, upTo(n))
}

// failing runs out of disk half-way through.
func failing(t *testing.T, spoil func(*memorySpool)) (*carrierRun, []stats.Packet, []uint8) {
	t.Helper()
	const n = 6 * chunkRows
	spool := &memorySpool{}
	rec := newRecord(n, 2*chunkRows, spool)
	rows, flags := make([]stats.Packet, n), make([]uint8, n)
	for seq := range n {
		if seq == n/2 {
			spoil(spool)
		}
		rec.n = seq + 1
		row, f := rec.row(seq)
		rows[seq] = unsent(seq)
		rows[seq].SentUS, rows[seq].Status, flags[seq] = int64(seq), stats.StatusOK, flagAnswered
		*row, *f = rows[seq], flags[seq]
	}
	return testCarrier(100, rec), rows, flags
}

// A full disk costs memory and no data; the user is told.
func TestFullDiskKeepsThePackets(t *testing.T) {
	c, rows, flags := failing(t, func(m *memorySpool) { m.writeErr = errors.New("no space left on device") })
	compare(t, c.record, rows, flags, upTo(len(rows)))
	var notes []string
	err := c.failed(func(b netcheck.Body) { notes = append(notes, b.(netcheck.Noted).Text) })
	if err != nil || len(notes) != 1 || !strings.Contains(notes[0], "no space left on device") {
		t.Errorf("%q, %v", notes, err)
	}
}

// What a disk does not give back is not taken for lost by the network.
func TestUnreadableDiskIsNoLoss(t *testing.T) {
	c, rows, _ := failing(t, func(m *memorySpool) { m.readErr = errors.New("input/output error") })
	c.up.complete = true // by which an unanswered packet would be lost on the way up
	seen := 0
	c.settle(math.MaxInt64, func(block []stats.Packet) {
		for _, p := range block {
			if int(p.Seq) != seen || p.Status != stats.StatusOK && p.Status != stats.StatusUnknown {
				t.Fatalf("row %d: %+v", seen, p)
			}
			seen++
		}
	})
	s := stats.Summarize(c.record, stats.Options{})
	if seen != len(rows) || s.Total.Lost != 0 || s.Undecided == 0 || s.Undecided%chunkRows != 0 {
		t.Errorf("%d rows, %+v", seen, s)
	}
	var f *netcheck.Failure
	if err := c.failed(func(netcheck.Body) {}); !errors.As(err, &f) || f.Code != netcheck.ReasonLocal || f.Advice == "" {
		t.Errorf("%v", err)
	}
}

func TestChunksSurvive(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	c, back := new(chunk), new(chunk)
	for i := range c.rows {
		c.rows[i], c.flags[i] = randomRow(r, i), uint8(r.Uint32())
	}
	b := encodeChunk(c)
	decodeChunk(b, back)
	if len(b) != chunkRows*rowBytes || !slices.Equal(back.rows[:], c.rows[:]) || back.flags != c.flags {
		t.Errorf("%d bytes, or other rows", len(b))
	}
}
