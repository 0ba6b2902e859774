package record

import (
	"errors"
	"fmt"
)

// The elements of EBML (RFC 8794), for the strict reader of parse_test.go.

const sizeUnknown = -1

var errTruncated = errors.New("the file ends within an element")

type element struct {
	id         uint64
	start      int // of the ID
	body, size int // size -1: unknown
}

func (e element) end() int { return e.body + e.size }

// next reads an element's head at b[i:].
func next(b []byte, i int) (element, error) {
	id, n, err := vint(b, i, 4, false)
	if err != nil {
		return element{}, err
	}
	size, m, err := vint(b, i+n, 8, true)
	if err != nil {
		return element{}, err
	}
	e := element{id: id, start: i, body: i + n + m, size: int(size)}
	if size == 1<<(7*m)-1 {
		e.size = sizeUnknown
	}
	return e, nil
}

func vint(b []byte, i, longest int, mask bool) (v uint64, n int, err error) {
	if i >= len(b) {
		return 0, 0, errTruncated
	}
	for n = 1; n <= longest && b[i]&(0x80>>(n-1)) == 0; n++ {
	}
	if n > longest {
		return 0, 0, fmt.Errorf("no number at %d: % x", i, b[i:min(len(b), i+8)])
	}
	if i+n > len(b) {
		return 0, 0, errTruncated
	}
	for k := range n {
		v = v<<8 | uint64(b[i+k])
	}
	if mask {
		v &^= 1 << (7 * n)
	}
	return v, n, nil
}

// children reads the elements in b[from:to], each of known size and within.
func children(b []byte, from, to int) (list []element, err error) {
	for i := from; i < to; {
		e, err := next(b[:to], i)
		if err != nil {
			return nil, fmt.Errorf("at %d: %w", i, err)
		}
		if e.size < 0 || e.end() > to {
			return nil, fmt.Errorf("element %x at %d is larger than what it is in", e.id, i)
		}
		list = append(list, e)
		i = e.end()
	}
	return list, nil
}

func number(b []byte, e element) (v uint64) {
	for _, c := range b[e.body:e.end()] {
		v = v<<8 | uint64(c)
	}
	return v
}
