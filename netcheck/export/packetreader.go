package export

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// ReadPackets reads a packets.csv back, so that every figure can be computed again from its rows. It is strict: an unknown
// word, a hole in the sequence, a round-trip time that does not follow from its four times are errors, which name line and
// column. Both kinds of line ends are taken.
func ReadPackets(r io.Reader) (map[netcheck.Path]map[netcheck.Carrier]stats.Packets, error) {
	all := map[netcheck.Path]map[netcheck.Carrier]stats.Packets{}
	if err := readRows(r, PacketsName, packetsHeader, func(cells []string) (column int, err error) { return addRow(all, cells) }); err != nil {
		return nil, err
	}
	return all, nil
}

// addRow adds a row to the table that it belongs to, or tells which column is wrong.
func addRow(all map[netcheck.Path]map[netcheck.Carrier]stats.Packets, cells []string) (column int, err error) {
	path, carrier := netcheck.Path(cells[0]), netcheck.Carrier(cells[1])
	if !slices.Contains(netcheck.AllPaths(), path) {
		return 0, fmt.Errorf("%q is not a path", cells[0])
	}
	if !slices.Contains(netcheck.AllCarriers(), carrier) {
		return 1, fmt.Errorf("%q is not a carrier", cells[1])
	}
	row := rowReader{cells: cells}
	p := row.packet()
	rows := all[path][carrier]
	if row.err == nil && int(p.Seq) != len(rows) {
		row.fail(2, fmt.Errorf("packet %d follows on %d packets of %s and %s: they must be in order, from 0, without holes", p.Seq, len(rows), path, carrier))
	}
	if row.err != nil {
		return row.column, row.err
	}
	if all[path] == nil {
		all[path] = map[netcheck.Carrier]stats.Packets{}
	}
	all[path][carrier] = append(rows, p)
	return 0, nil
}

func (r *rowReader) packet() stats.Packet {
	p := stats.Packet{
		Seq:    uint32(r.number(2, 0, math.MaxUint32, false)), //nolint:gosec // within the limits given
		SentUS: r.time(3), UpRecvUS: r.time(4), ReflSendUS: r.time(5), DownRecvUS: r.time(6),
		UpOrder: uint32(r.number(10, 1, math.MaxUint32, true)), DownOrder: uint32(r.number(11, 1, math.MaxUint32, true)), //nolint:gosec // as above
		DupUp: uint8(r.number(12, 0, math.MaxUint8, true)), DupDown: uint8(r.number(13, 0, math.MaxUint8, true)), //nolint:gosec // as above
	}
	var err error
	if r.cells[8] != "" {
		if p.Status, err = stats.ParseStatus(r.cells[8]); err != nil {
			r.fail(8, err)
		}
	}
	if p.SkippedBy, err = stats.ParseSkipper(r.cells[14]); err != nil {
		r.fail(14, err)
	}
	if p.SkippedBy != stats.SkipperNone && p.Status != stats.StatusSkipped {
		r.fail(14, errors.New("only a skipped packet was skipped by somebody"))
	}
	r.checkDerived(p)
	return p
}

// checkDerived compares the cells that follow from others.
func (r *rowReader) checkDerived(p stats.Packet) {
	want := ""
	rtt, answered := p.RTT()
	if answered {
		want = strconv.FormatInt(rtt, 10)
	}
	if r.cells[7] != want {
		r.fail(7, fmt.Errorf("%q does not follow from the other times, which give %q", r.cells[7], want))
	}
	switch late := r.cells[9]; {
	case !answered && late != "":
		r.fail(9, errors.New("a packet without a round-trip time is neither late nor in time"))
	case answered && late != "0" && late != "1":
		r.fail(9, fmt.Errorf("%q is neither 0 nor 1", late))
	}
}
