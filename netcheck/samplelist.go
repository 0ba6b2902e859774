package netcheck

import (
	"iter"
	"slices"
)

// sampleChunk is the most samples that are copied for one new view of a window: 17 KB, some forty times a second, however
// long the session is. Copying the whole list each time would be 5 MB after an hour.
const sampleChunk = 128

// SampleList holds samples by index, without those that were never reported. It never changes: a new sample makes a new
// list, which shares all but one chunk with the old one. The zero value is empty.
type SampleList struct {
	chunks [][]Sample // none is empty; indices ascend
}

// Len is the number of samples.
func (l SampleList) Len() int {
	n := 0
	for _, c := range l.chunks {
		n += len(c)
	}
	return n
}

// All yields the samples in order of their index.
func (l SampleList) All() iter.Seq[Sample] {
	return func(yield func(Sample) bool) {
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
func (l SampleList) with(s Sample) SampleList {
	if len(l.chunks) == 0 {
		return SampleList{[][]Sample{{s}}}
	}
	at, begins := slices.BinarySearchFunc(l.chunks, s.Index, func(c []Sample, index int) int { return c[0].Index - index })
	if !begins {
		at = max(at-1, 0)
	}
	old := l.chunks[at]
	i, found := slices.BinarySearchFunc(old, s.Index, func(a Sample, index int) int { return a.Index - index })
	switch {
	case found:
		chunk := slices.Clone(old)
		chunk[i] = s
		return l.replace(at, chunk)
	case len(old) < sampleChunk:
		return l.replace(at, slices.Insert(slices.Clone(old), i, s))
	case i == len(old):
		return l.replace(at, old, []Sample{s})
	}
	chunk := slices.Insert(slices.Clone(old), i, s)
	return l.replace(at, chunk[:sampleChunk/2:sampleChunk/2], chunk[sampleChunk/2:])
}

func (l SampleList) replace(at int, chunks ...[]Sample) SampleList {
	return SampleList{slices.Concat(l.chunks[:at], chunks, l.chunks[at+1:])}
}
