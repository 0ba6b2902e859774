package netcheck

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

// plainList is what a SampleList must equal: a slice that is copied as a whole.
func plainList(list []Sample, s Sample) []Sample {
	i, found := slices.BinarySearchFunc(list, s.Index, func(a Sample, index int) int { return cmp.Compare(a.Index, index) })
	if found {
		list = slices.Clone(list)
		list[i] = s
		return list
	}
	return slices.Insert(slices.Clone(list), i, s)
}

func TestSampleListIsASortedList(t *testing.T) {
	orders := map[string]func(n int) int{
		"ascending":         func(n int) int { return n },
		"each window twice": func(n int) int { return n / 2 },
		"descending":        func(n int) int { return 10_000 - n },
		"at random":         func() func(int) int { r := rand.New(rand.NewPCG(1, 2)); return func(int) int { return r.IntN(900) } }(),
	}
	for name, index := range orders {
		t.Run(name, func(t *testing.T) {
			var list SampleList
			var want []Sample
			for n := range 1500 {
				s := Sample{Index: index(n), Sent: n}
				list, want = list.with(s), plainList(want, s)
			}
			if got := slices.Collect(list.All()); !slices.Equal(got, want) || list.Len() != len(want) {
				t.Errorf("%d samples, want %d, or not the same ones", len(got), len(want))
			}
			for _, c := range list.chunks {
				if len(c) == 0 || len(c) > sampleChunk {
					t.Errorf("a chunk of %d", len(c))
				}
			}
		})
	}
}

// Two lists made from one do not see each other's samples, nor does the first.
func TestSampleListsDoNotShareChanges(t *testing.T) {
	var list SampleList
	for n := range 3 * sampleChunk {
		list = list.with(Sample{Index: 2 * n})
	}
	before := slices.Collect(list.All())
	for _, index := range []int{0, 1, 2 * sampleChunk, 2*sampleChunk + 1, 6*sampleChunk - 2, 6 * sampleChunk} {
		a, b := list.with(Sample{Index: index, Sent: 1}), list.with(Sample{Index: index, Sent: 2})
		if !slices.Contains(slices.Collect(a.All()), Sample{Index: index, Sent: 1}) || !slices.Contains(slices.Collect(b.All()), Sample{Index: index, Sent: 2}) {
			t.Errorf("index %d: one list shows the other's sample", index)
		}
	}
	if !slices.Equal(slices.Collect(list.All()), before) {
		t.Error("the first list has changed")
	}
	for range list.All() {
		break // ends early without harm
	}
}

func BenchmarkSampleListAfterAnHour(b *testing.B) {
	var list SampleList
	for n := range 36_000 {
		list = list.with(Sample{Index: n})
	}
	b.ReportAllocs()
	for b.Loop() {
		_ = list.with(Sample{Index: 35_999})
	}
}
