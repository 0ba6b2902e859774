package export

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"echopath/netcheck/stats"
)

// readRows reads a table with this header and hands each of its rows to add, which may keep the cells only until it returns and gives
// the column in which it found an error. Errors name the file, and line and column where they are known.
func readRows(r io.Reader, file string, header []string, add func(cells []string) (column int, err error)) error {
	table := csv.NewReader(r)
	table.ReuseRecord = true
	first, err := table.Read()
	switch {
	case errors.Is(err, io.EOF):
		return errors.New(file + " is empty: not even the header row is there")
	case err != nil:
		return fmt.Errorf("%s: %w", file, err)
	case !slices.Equal(first, header):
		return fmt.Errorf("%s line 1: the columns must be %s", file, strings.Join(header, ","))
	}
	for {
		cells, err := table.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if column, err := add(cells); err != nil {
			line, _ := table.FieldPos(column)
			return fmt.Errorf("%s line %d, column %s: %w", file, line, header[column], err)
		}
	}
}

// rowReader reads cells and keeps the first error.
type rowReader struct {
	cells  []string
	column int
	err    error
}

func (r *rowReader) fail(column int, err error) {
	if r.err == nil {
		r.column, r.err = column, err
	}
}

// number reads a whole number; an empty cell is 0 where it may be empty.
func (r *rowReader) number(column int, low, high uint64, mayBeEmpty bool) uint64 {
	s := r.cells[column]
	if s == "" && mayBeEmpty {
		return 0
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n < low || n > high {
		r.fail(column, fmt.Errorf("%q is not a whole number from %d to %d", s, low, high))
		return 0
	}
	return n
}

func (r *rowReader) time(column int) int64 {
	s := r.cells[column]
	if s == "" {
		return stats.NotMeasured
	}
	us, err := strconv.ParseInt(s, 10, 64)
	if err != nil || us == stats.NotMeasured {
		r.fail(column, fmt.Errorf("%q is not a number of microseconds", s))
	}
	return us
}
