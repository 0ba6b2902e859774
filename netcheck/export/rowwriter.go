package export

import (
	"errors"
	"fmt"
	"io"
)

// rowWriter gathers the rows of a long table and writes them out in large pieces. After an error nothing more is written: a
// row behind a hole would be taken for the row that is missing.
type rowWriter struct {
	w       io.Writer
	what    string // the rows hold, for errors
	buf     []byte
	pending int // rows in buf
	written int // rows handed over whole
	err     error
}

// newRowWriter begins a table with its header, which stays in the buffer for now.
func newRowWriter(w io.Writer, what string, header []string) rowWriter {
	return rowWriter{w: w, what: what, buf: appendRow(make([]byte, 0, bufferSize), header...)}
}

// Err is the first error of writing.
func (t *rowWriter) Err() error { return t.err }

// Rows is the number of rows that were handed over to the file whole. Those in the buffer are not among them.
func (t *rowWriter) Rows() int { return t.written }

// errTableClosed answers whoever goes on after Close.
var errTableClosed = errors.New("the table is closed")

// Close writes out what is left and gives the first error. It does not close the writer below.
func (t *rowWriter) Close() error {
	if errors.Is(t.err, errTableClosed) {
		return nil
	}
	t.flush()
	if t.err == nil {
		t.err = errTableClosed
		return nil
	}
	return t.err
}

// rowDone counts a row that was added to the buffer, and makes room for the next one.
func (t *rowWriter) rowDone() {
	t.pending++
	if len(t.buf) > bufferSize-512 { // a row is shorter than that
		t.flush()
	}
}

// flushRows writes out the rows so far. The header alone stays: of a process that is killed now nothing should be left that
// holds nothing.
func (t *rowWriter) flushRows() {
	if t.pending > 0 {
		t.flush()
	}
}

func (t *rowWriter) flush() {
	if t.err != nil || len(t.buf) == 0 {
		return
	}
	if _, err := t.w.Write(t.buf); err != nil {
		t.err = fmt.Errorf("write the %s: %w", t.what, err)
		return
	}
	t.written += t.pending
	t.buf, t.pending = t.buf[:0], 0
}
