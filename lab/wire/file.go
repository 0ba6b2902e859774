package wire

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"
)

// header is the first line of a file. Times are whole microseconds since the start of the link, empty for what does not happen.
const header = "direction,arrived_us,due_us,departed_us,length,protocol,from,to,fate,held,copies,head\n"

const columns = 12

// Write writes records as CSV, one packet a line.
func Write(w io.Writer, records []Record) error {
	out := bufio.NewWriterSize(w, 1<<16)
	line := []byte(header)
	for i := range records {
		if _, err := out.Write(line); err != nil {
			return err
		}
		line = records[i].appendTo(line[:0])
	}
	if _, err := out.Write(line); err != nil {
		return err
	}
	return out.Flush()
}

func (r *Record) appendTo(b []byte) []byte {
	number := func(v int) { b = append(strconv.AppendInt(b, int64(v), 10), ',') }
	at := func(t time.Duration) {
		if t != Never {
			b = strconv.AppendInt(b, t.Microseconds(), 10)
		}
		b = append(b, ',')
	}
	b = append(append(b, r.Direction.String()...), ',')
	at(r.Arrived)
	at(r.Due)
	at(r.Departed)
	number(r.Length)
	number(int(r.Protocol))
	number(int(r.From))
	number(int(r.To))
	b = append(append(b, r.Fate.String()...), ',')
	b = append(strconv.AppendBool(b, r.Held), ',')
	number(r.Copies)
	return append(hex.AppendEncode(b, r.Payload()), '\n')
}

// maxLine is more than the longest line that Write makes.
const maxLine = 1024

// Read reads what Write wrote. It gives the records before a line that is wrong, and says which it is.
func Read(r io.Reader) ([]Record, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, maxLine), maxLine)
	if !lines.Scan() || lines.Text()+"\n" != header {
		return nil, errors.Join(errors.New("read a log of packets: it has another first line"), lines.Err())
	}
	var records []Record
	for n := 2; lines.Scan(); n++ {
		rec, err := parseLine(lines.Bytes())
		if err != nil {
			return records, fmt.Errorf("read a log of packets: line %d: %w", n, err)
		}
		records = append(records, rec)
	}
	if err := lines.Err(); err != nil {
		return records, fmt.Errorf("read a log of packets: %w", err)
	}
	return records, nil
}

func parseLine(line []byte) (Record, error) {
	f := fields{cells: bytes.Split(line, []byte(","))}
	if len(f.cells) != columns {
		return Record{}, fmt.Errorf("%d columns, want %d", len(f.cells), columns)
	}
	r := Record{
		Direction: Direction(f.name([]string{"up", "down"})), //nolint:gosec // an index
		Arrived:   f.at(), Due: f.at(), Departed: f.at(),
		Length: f.number(1 << 16), Protocol: uint8(f.number(1 << 8)), //nolint:gosec // bounded
		From: uint16(f.number(1 << 16)), To: uint16(f.number(1 << 16)), //nolint:gosec // bounded
		Fate: Fate(f.name(fateNames[:])), Held: f.name([]string{"false", "true"}) == 1, Copies: f.number(1 << 8), //nolint:gosec // bounded
	}
	head, err := hex.DecodeString(string(f.next()))
	if err != nil || len(head) > HeadSize {
		f.fail("a head")
	}
	r.HeadSize = copy(r.Head[:], head)
	return r, f.err
}

// fields reads the cells of a line in turn; the first thing that is wrong stays.
type fields struct {
	cells [][]byte
	done  int
	err   error
}

func (f *fields) next() []byte {
	f.done++
	return f.cells[f.done-1]
}

func (f *fields) fail(what string) {
	if f.err == nil {
		f.err = fmt.Errorf("column %d is %q, which is not %s", f.done, f.cells[f.done-1], what)
	}
}

func (f *fields) number(below int) int {
	v, err := strconv.Atoi(string(f.next()))
	if err != nil || v < 0 || v >= below {
		f.fail("a number in its range")
		return 0
	}
	return v
}

func (f *fields) at() time.Duration {
	cell := f.next()
	if len(cell) == 0 {
		return Never
	}
	const longest = int64(1) << 53
	v, err := strconv.ParseInt(string(cell), 10, 64)
	if err != nil || v < 0 || v > longest/1000 {
		f.fail("a time in microseconds")
		return Never
	}
	return time.Duration(v) * time.Microsecond
}

func (f *fields) name(known []string) int {
	i := slices.Index(known, string(f.next()))
	if i < 0 {
		f.fail(fmt.Sprintf("one of %q", known))
		return 0
	}
	return i
}
