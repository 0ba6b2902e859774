package stats

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// line feeds a line of packets: x is lost, . is not.
func (b *Bursts) line(s string) {
	for _, c := range s {
		b.Add(c == 'x')
	}
}

func TestBurstsByHand(t *testing.T) {
	tests := []struct {
		line string
		want BurstResult
	}{
		{"", BurstResult{}},
		{"....", BurstResult{}},
		{"x", BurstResult{Count: 1, Lost: 1, Max: 1, Mean: 1, Histogram: [6]int{1}}},
		{".x.xx.", BurstResult{Count: 2, Lost: 3, Max: 2, Mean: 1.5, Histogram: [6]int{1, 1}}},
		{"xxx.xxxx", BurstResult{Count: 2, Lost: 7, Max: 4, Mean: 3.5, Histogram: [6]int{0, 0, 1, 1}}},
		{"xxxxx.xxxxxxxxx.xxxxxxxxxx.xxxxxxxxxxxx", BurstResult{Count: 4, Lost: 36, Max: 12, Mean: 9, Histogram: [6]int{4: 2, 5: 2}}},
	}
	for _, tt := range tests {
		var b Bursts
		b.line(tt.line)
		if got := b.Result(); got != tt.want {
			t.Errorf("%q: got %+v, want %+v", tt.line, got, tt.want)
		}
	}
}

func TestBurstsGoOnAfterAResult(t *testing.T) {
	var b Bursts
	b.line(".xx")
	if got := b.Result(); got.Count != 1 || got.Max != 2 {
		t.Errorf("open burst: %+v", got)
	}
	b.line("x.")
	if got := b.Result(); got.Count != 1 || got.Max != 3 {
		t.Errorf("closed burst: %+v", got)
	}
}

func TestBurstsAgainstSplitting(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for range 300 {
		line := make([]byte, rng.IntN(400))
		for i := range line {
			line[i] = ".x"[min(1, rng.IntN(5)/2)]
		}
		var b Bursts
		b.line(string(line))
		if got, want := b.Result(), naiveBursts(string(line)); got != want {
			t.Fatalf("%s: got %+v, want %+v", line, got, want)
		}
	}
}

func naiveBursts(line string) BurstResult {
	var r BurstResult
	for run := range strings.SplitSeq(line, ".") {
		n := len(run)
		if n == 0 {
			continue
		}
		r.Count++
		r.Lost += n
		r.Max = max(r.Max, n)
		r.Histogram[map[bool]int{true: n - 1, false: 4 + min(1, n/10)}[n < 5]]++
	}
	if r.Count > 0 {
		r.Mean = float64(r.Lost) / float64(r.Count)
	}
	return r
}

func TestBurstBuckets(t *testing.T) {
	for length, want := range map[int]int{1: 0, 2: 1, 3: 2, 4: 3, 5: 4, 9: 4, 10: 5, 1 << 40: BurstBuckets - 1} {
		if got := burstBucket(length); got != want {
			t.Errorf("length %d is in class %d, want %d", length, got, want)
		}
	}
}
