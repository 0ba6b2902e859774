package wire

import "slices"

// A log grows by blocks, so that a packet never waits for a million records to be copied. None of them holds a pointer.
const blockSize = 1 << 12

// log holds the records of one direction.
type log struct {
	limit  int
	blocks [][]Record
	length int
	beyond int // packets that had no room
}

// add enters a record and gives its number, or -1 if there is no room.
func (l *log) add(r Record) int {
	if l.length >= l.limit {
		l.beyond++
		return -1
	}
	if l.length%blockSize == 0 {
		l.blocks = append(l.blocks, make([]Record, 0, blockSize))
	}
	last := len(l.blocks) - 1
	l.blocks[last] = append(l.blocks[last], r)
	l.length++
	return l.length - 1
}

// at gives a record by its number, or nil for -1.
func (l *log) at(n int) *Record {
	if n < 0 {
		return nil
	}
	return &l.blocks[n/blockSize][n%blockSize]
}

func (l *log) all() []Record { return slices.Concat(l.blocks...) }
