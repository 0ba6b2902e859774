package loss

import (
	"encoding/binary"
	"fmt"
	"io"

	"echopath/netcheck/stats"
)

// Spool is where a long record goes when it would fill the memory: a file, usually.
type Spool interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
}

// Live facts about a packet that a row of packets.csv does not hold.
const (
	flagAnswered  = 1 << iota // a reply came
	flagUpSeen                // some reply's receipt bitmap holds it
	flagUpMissing             // some later packet's reply lacks it
	flagGivenUp               // unanswered for so long that the live view counts it as lost
	flagLogged                // in the reflector's log
	flagReplied               // and answered, says the log
	flagReflSkip              // and not answered on purpose
	flagFinal                 // its fate is decided
)

// chunkRows is the number of rows that come and go together.
const (
	chunkRows  = 4096
	rowBytes   = 4 + 4*8 + 2*4 + 5
	memoryRows = 1 << 20 // beyond this many rows a record spools to disk
)

type chunk struct {
	rows  [chunkRows]stats.Packet
	flags [chunkRows]uint8
	used  uint64 // when it was last asked for
}

// record holds the packets of one carrier by sequence number. Its memory is bounded when it has a spool. Not safe for
// concurrent use.
type record struct {
	n        int
	chunks   []*chunk // nil: on disk, or not begun
	onDisk   []bool
	resident int
	limit    int // chunks in memory; 0: all
	tick     uint64
	spool    Spool
	writeErr error // the first failure to write to the spool
	readErr  error // the first failure to read from it
}

// newRecord makes room for capacity packets, memory of them without the spool. What fits into memory is taken at once, so that
// sending allocates nothing.
func newRecord(capacity, memory int, spool Spool) *record {
	parts := (capacity + chunkRows - 1) / chunkRows
	r := &record{chunks: make([]*chunk, parts), onDisk: make([]bool, parts), spool: spool}
	inMemory := max(memory/chunkRows, 1)
	if spool != nil {
		r.limit = inMemory
	}
	for i := range min(parts, inMemory) {
		r.chunks[i] = new(chunk)
		r.resident++
	}
	return r
}

// Len is the number of packets recorded.
func (r *record) Len() int { return r.n }

// At gives a row; it makes a record the rows of a summary.
func (r *record) At(i int) stats.Packet {
	c := r.chunk(i / chunkRows)
	return c.rows[i%chunkRows]
}

// row gives a packet to change. The pointer holds until the next call.
func (r *record) row(seq int) (*stats.Packet, *uint8) {
	c := r.chunk(seq / chunkRows)
	return &c.rows[seq%chunkRows], &c.flags[seq%chunkRows]
}

func (r *record) chunk(i int) *chunk {
	r.tick++
	if c := r.chunks[i]; c != nil {
		c.used = r.tick
		return c
	}
	if r.limit > 0 && r.resident >= r.limit {
		r.evict()
	}
	c := new(chunk)
	c.used = r.tick
	if r.onDisk[i] {
		r.load(i, c)
	}
	r.chunks[i] = c
	r.resident++
	return c
}

// evict writes out the chunk that was not asked for the longest. If the disk fails, the record stays in memory from then on:
// what was measured is worth more than the memory.
func (r *record) evict() {
	oldest := -1
	for i, c := range r.chunks {
		if c != nil && (oldest < 0 || c.used < r.chunks[oldest].used) {
			oldest = i
		}
	}
	b := encodeChunk(r.chunks[oldest])
	if _, err := r.spool.WriteAt(b, int64(oldest)*int64(len(b))); err != nil {
		r.writeErr = fmt.Errorf("spool packets to disk: %w", err)
		r.limit = 0
		return
	}
	r.chunks[oldest] = nil
	r.onDisk[oldest] = true
	r.resident--
}

// load reads a chunk back. Rows that the disk does not give are final and undecided: they count nowhere, least of all as lost.
func (r *record) load(i int, c *chunk) {
	b := make([]byte, chunkRows*rowBytes)
	n, err := r.spool.ReadAt(b, int64(i)*int64(len(b)))
	if n == len(b) {
		decodeChunk(b, c)
		return
	}
	if r.readErr == nil {
		r.readErr = fmt.Errorf("read packets back from disk: %w", err)
	}
	for k := range c.rows {
		c.rows[k] = unsent(i*chunkRows + k)
		c.flags[k] = flagFinal
	}
}

// unsent is the row of a packet of which nothing is known yet.
func unsent(seq int) stats.Packet {
	return stats.Packet{Seq: uint32(seq), SentUS: stats.NotMeasured, UpRecvUS: stats.NotMeasured, //nolint:gosec // bounded by the plan
		ReflSendUS: stats.NotMeasured, DownRecvUS: stats.NotMeasured}
}

func encodeChunk(c *chunk) []byte {
	b := make([]byte, 0, chunkRows*rowBytes)
	for i := range c.rows {
		p := &c.rows[i]
		b = binary.LittleEndian.AppendUint32(b, p.Seq)
		for _, t := range [...]int64{p.SentUS, p.UpRecvUS, p.ReflSendUS, p.DownRecvUS} {
			b = binary.LittleEndian.AppendUint64(b, uint64(t)) //nolint:gosec // the bits are kept
		}
		b = binary.LittleEndian.AppendUint32(b, p.UpOrder)
		b = binary.LittleEndian.AppendUint32(b, p.DownOrder)
		b = append(b, p.DupUp, p.DupDown, uint8(p.Status), uint8(p.SkippedBy), c.flags[i])
	}
	return b
}

func decodeChunk(b []byte, c *chunk) {
	for i := range c.rows {
		p := &c.rows[i]
		p.Seq = binary.LittleEndian.Uint32(b)
		for k, t := range [...]*int64{&p.SentUS, &p.UpRecvUS, &p.ReflSendUS, &p.DownRecvUS} {
			*t = int64(binary.LittleEndian.Uint64(b[4+8*k:])) //nolint:gosec // the bits are kept
		}
		p.UpOrder = binary.LittleEndian.Uint32(b[36:])
		p.DownOrder = binary.LittleEndian.Uint32(b[40:])
		p.DupUp, p.DupDown, p.Status, p.SkippedBy = b[44], b[45], stats.Status(b[46]), stats.Skipper(b[47])
		c.flags[i] = b[48]
		b = b[rowBytes:]
	}
}
