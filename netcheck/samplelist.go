package netcheck

import (
	"iter"
	"slices"
)

// sampleChunk is the most samples that are copied for one new view of a window: 17 KB, some forty times a second, however
// long the session is. Copying the whole list each time would be 5 MB after an hour.
const sampleChunk = 128

// indexed is a sample of a window, by the window's index.
type indexed interface{ index() int }

func (s Sample) index() int      { return s.Index }
func (s VideoSample) index() int { return s.Index }

// SampleList holds the samples of one carrier.
type SampleList = List[Sample]

// List holds samples by index, without those that were never reported. It never changes: a new sample makes a new
// list, which shares all but one chunk with the old one. The zero value is empty.
type List[T indexed] struct {
	chunks [][]T // none is empty; indices ascend
}

// Len is the number of samples.
func (l List[T]) Len() int {
	n := 0
	for _, c := range l.chunks {
		n += len(c)
	}
	return n
}

// All yields the samples in order of their index.
func (l List[T]) All() iter.Seq[T] {
	return func(yield func(T) bool) {
		for _, c := range l.chunks {
			for _, s := range c {
				if !yield(s) {
					return
				}
			}
		}
	}
}

// with gives the list with s in its place; a sample of the same index is replaced.
func (l List[T]) with(s T) List[T] {
	if len(l.chunks) == 0 {
		return List[T]{[][]T{{s}}}
	}
	at, begins := slices.BinarySearchFunc(l.chunks, s.index(), func(c []T, index int) int { return c[0].index() - index })
	if !begins {
		at = max(at-1, 0)
	}
	old := l.chunks[at]
	i, found := slices.BinarySearchFunc(old, s.index(), func(a T, index int) int { return a.index() - index })
	switch {
	case found:
		chunk := slices.Clone(old)
		chunk[i] = s
		return l.replace(at, chunk)
	case len(old) < sampleChunk:
		return l.replace(at, slices.Insert(slices.Clone(old), i, s))
	case i == len(old):
		return l.replace(at, old, []T{s})
	}
	chunk := slices.Insert(slices.Clone(old), i, s)
	return l.replace(at, chunk[:sampleChunk/2:sampleChunk/2], chunk[sampleChunk/2:])
}

func (l List[T]) replace(at int, chunks ...[]T) List[T] {
	return List[T]{slices.Concat(l.chunks[:at], chunks, l.chunks[at+1:])}
}
