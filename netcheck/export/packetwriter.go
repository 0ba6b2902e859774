package export

import (
	"io"
	"strconv"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// packetsHeader names the columns of packets.csv. Times are microseconds since the session's start, each by the clock of the
// end that took them. late, dup_up and the other cells are empty where nothing was measured; late is 1 or 0.
var packetsHeader = []string{
	"path", "carrier", "seq", "sent_us", "up_recv_us", "refl_send_us", "down_recv_us", "rtt_us", "status", "late",
	"up_order", "down_order", "dup_up", "dup_down", "skipped_by",
}

// PacketWriter writes packets.csv as a session runs: it is an observer of the events, since a report keeps no packets. Rows of
// one path and carrier come in order of sequence. It belongs to one goroutine at a time, as observers do.
//
// Rows come when the fates of a carrier's packets are decided, which is after its last packet, and wait in a buffer; it is
// written out when it is full and whenever a path or the session ends. So what a path measured survives the end of the process
// once the path has ended; of a path that still runs nothing does. After an error nothing more is written.
type PacketWriter struct {
	rowWriter
	lateAfter int64 // microseconds
}

// NewPacketWriter begins a table with its header, which stays in the buffer for now. An answer is late when its round trip
// took longer than lateAfter; a session that is observed from its start brings its own limit, which then holds.
func NewPacketWriter(w io.Writer, lateAfter time.Duration) *PacketWriter {
	return &PacketWriter{rowWriter: newRowWriter(w, "packets", packetsHeader), lateAfter: lateAfter.Microseconds()}
}

// Observe takes the next event of a session.
func (p *PacketWriter) Observe(e netcheck.Event) {
	switch b := e.Body.(type) {
	case netcheck.SessionStarted:
		if limit := b.Granted.Loss.LateAfter; limit > 0 {
			p.lateAfter = limit.Microseconds()
		}
	case netcheck.PacketsDecided:
		p.write(e.Path, b)
	case netcheck.PathEnded, netcheck.SessionEnded:
		p.flushRows()
	}
}

func (p *PacketWriter) write(path netcheck.Path, b netcheck.PacketsDecided) {
	start := appendText(make([]byte, 0, 64), string(path))
	start = append(appendText(append(start, ','), string(b.Carrier)), ',')
	for i := range b.Packets {
		if p.err != nil {
			return
		}
		p.buf = p.appendPacket(append(p.buf, start...), &b.Packets[i], seesCopies(b.Carrier))
		p.rowDone()
	}
}

// appendPacket adds the cells behind path and carrier.
func (p *PacketWriter) appendPacket(b []byte, k *stats.Packet, copies bool) []byte {
	b = append(strconv.AppendUint(b, uint64(k.Seq), 10), ',')
	b = appendTime(b, k.SentUS)
	b = appendTime(b, k.UpRecvUS)
	b = appendTime(b, k.ReflSendUS)
	b = appendTime(b, k.DownRecvUS)
	rtt, answered := k.RTT()
	if answered {
		b = strconv.AppendInt(b, rtt, 10)
	}
	b = append(b, ',')
	if k.Status != stats.StatusUnknown {
		b = append(b, k.Status.String()...)
	}
	b = append(b, ',')
	if answered {
		b = append(b, p.late(rtt))
	}
	b = append(b, ',')
	b = appendCount(b, k.UpOrder, k.UpOrder > 0)
	b = appendCount(b, k.DownOrder, k.DownOrder > 0)
	b = appendCount(b, uint32(k.DupUp), copies && k.UpOrder > 0 || k.DupUp > 0) // without a place at the reflector nobody counted copies there
	b = appendCount(b, uint32(k.DupDown), copies && k.Status == stats.StatusOK || k.DupDown > 0)
	if k.Status == stats.StatusSkipped {
		b = append(b, k.SkippedBy.String()...)
	}
	return append(b, endRow...)
}

func (p *PacketWriter) late(rttUS int64) byte {
	if p.lateAfter > 0 && rttUS > p.lateAfter {
		return '1'
	}
	return '0'
}

func appendTime(b []byte, us int64) []byte {
	if us != stats.NotMeasured {
		b = strconv.AppendInt(b, us, 10)
	}
	return append(b, ',')
}

func appendCount(b []byte, n uint32, measured bool) []byte {
	if measured {
		b = strconv.AppendUint(b, uint64(n), 10)
	}
	return append(b, ',')
}
