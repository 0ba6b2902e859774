package stats

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// randomMovie makes pictures as a session would: a rate, fates in runs, standstills, and echoes that overtake each other.
func randomMovie(rng *rand.Rand, n int) Frames {
	gap := int64(33_333 * (1 + rng.IntN(3)))
	delay := int64(5_000)
	fate := FrameShown
	rows := make(Frames, n)
	for i := range rows {
		if rng.IntN(12) == 0 {
			fate = []FrameStatus{FrameShown, FrameShown, FrameShown, FrameMissing, FrameDropped, FrameSkipped, FrameUnknown}[rng.IntN(7)]
		}
		if rng.IntN(30) == 0 {
			delay = rng.Int64N(900_000)
		} else {
			delay = max(3_000, delay-gap/2)
		}
		f := unshown(uint32(i), fate)
		f.CaptureUS = int64(i) * gap
		if fate == FrameShown {
			f.ShownUS = f.CaptureUS + delay + rng.Int64N(60_000)
		}
		f.Copies, f.Key = rng.IntN(20)/19, rng.IntN(40) == 0
		if size := rng.IntN(50); size < 3 {
			f.Width, f.Height = 320<<size, 180<<size
		}
		if rng.IntN(3) > 0 {
			f.PSNR, f.SSIM = 20+30*rng.Float64(), rng.Float64()
		}
		f.EncodeUS, f.DecodeUS = rng.Int64N(9_000), rng.Int64N(3_000)
		rows[i] = f
	}
	return rows
}

// naiveFreezes plays the record: it puts the echoes into the order in which they were shown and looks at each new number.
func naiveFreezes(rows Frames, endUS int64) []Freeze {
	var echoes Frames
	for _, f := range rows {
		if f.Status == FrameShown && f.ShownUS != NotMeasured {
			echoes = append(echoes, f)
		}
	}
	slices.SortStableFunc(echoes, func(a, b Frame) int {
		if a.ShownUS != b.ShownUS {
			return map[bool]int{true: -1, false: 1}[a.ShownUS < b.ShownUS]
		}
		return int(a.Number) - int(b.Number)
	})
	var times []int64
	highest := -1
	for _, f := range echoes {
		if int(f.Number) > highest {
			highest, times = int(f.Number), append(times, f.ShownUS)
		}
	}
	if len(times) > 0 && endUS > times[len(times)-1] {
		times = append(times, endUS)
	}
	var out []Freeze
	var gaps []int64
	for i := 1; i < len(times); i++ {
		var total int64
		for _, g := range gaps {
			total += g
		}
		mean := total / int64(max(1, len(gaps)))
		gap := times[i] - times[i-1]
		if gap > 150_000 && gap > 3*mean {
			out = append(out, Freeze{times[i-1], times[i], times[i-1] + mean})
		}
		gaps = append(gaps, gap)
	}
	return out
}

func TestFramesAgainstNaive(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 24))
	frozen := 0
	for round := range 300 {
		rows := randomMovie(rng, rng.IntN(400))
		end := int64(len(rows))*50_000 + rng.Int64N(1_000_000)
		want := naiveFreezes(rows, end)
		if got := Freezes(rows, end); !slices.Equal(got, want) {
			t.Fatalf("round %d: got %v\nwant %v", round, got, want)
		}
		naiveVideo(t, rows, want, SummarizeFrames(rows, end))
		if t.Failed() {
			t.Fatalf("round %d, %d rows", round, len(rows))
		}
		frozen += len(want)
	}
	if frozen < 300 {
		t.Errorf("only %d freezes in all: the records try too little", frozen)
	}
}

func naiveVideo(t *testing.T, rows Frames, freezes []Freeze, got VideoStats) {
	t.Helper()
	is := func(s FrameStatus) (n int) {
		for _, f := range rows {
			if f.Status == s {
				n++
			}
		}
		return n
	}
	var frozen, longest int64
	for _, f := range freezes {
		frozen, longest = frozen+f.ToUS-f.DueUS, max(longest, f.ToUS-f.FromUS)
	}
	for _, c := range []struct {
		what      string
		got, want int
	}{
		{"sent", got.Sent, is(FrameShown) + is(FrameMissing)}, {"shown", got.Shown, is(FrameShown)}, {"missing", got.Missing, is(FrameMissing)},
		{"dropped", got.Dropped, is(FrameDropped)}, {"skipped", got.Skipped, is(FrameSkipped)}, {"undecided", got.Undecided, is(FrameUnknown)},
		{"freezes", got.Freezes, len(freezes)}, {"frozen", int(got.FrozenUS), int(frozen)}, {"longest", int(got.LongestFreezeUS), int(longest)},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %d, want %d", c.what, c.got, c.want)
		}
	}
	naiveColumns(t, rows, got)
	naiveSizes(t, rows, got)
}

func naiveColumns(t *testing.T, rows Frames, got VideoStats) {
	t.Helper()
	var delays, encode, decode []int64
	var psnr []float64
	for _, f := range rows {
		if f.Status == FrameShown {
			delays, decode = append(delays, f.ShownUS-f.CaptureUS), append(decode, f.DecodeUS)
			psnr = append(psnr, f.PSNR)
		}
		if f.Status == FrameShown || f.Status == FrameMissing {
			encode = append(encode, f.EncodeUS)
		}
	}
	none := func(v int64) bool { return v == 0 }
	encode, decode = slices.DeleteFunc(encode, none), slices.DeleteFunc(decode, none)
	psnr = slices.DeleteFunc(psnr, func(v float64) bool { return v == 0 })
	slices.Sort(delays)
	slices.Sort(encode)
	slices.Sort(decode)
	slices.Sort(psnr)
	rank := func(list []int64, percent int) int64 {
		if len(list) == 0 {
			return 0
		}
		return list[(percent*len(list)+99)/100-1]
	}
	if got.DelayOK != (len(delays) > 0) || got.DelayP50US != rank(delays, 50) || got.DelayP95US != rank(delays, 95) || got.DelayMaxUS != rank(delays, 100) {
		t.Errorf("delays: %+v", got)
	}
	if got.EncodeP95US != rank(encode, 95) || got.DecodeP95US != rank(decode, 95) {
		t.Errorf("coding: %+v", got)
	}
	if got.PSNRCount != len(psnr) || len(psnr) > 0 && (got.PSNRP5 != psnr[(5*len(psnr)+99)/100-1] || !near(got.PSNRMean, mean(psnr))) {
		t.Errorf("PSNR: %+v", got)
	}
}

func naiveSizes(t *testing.T, rows Frames, got VideoStats) {
	t.Helper()
	var widths []int
	for _, f := range rows {
		if f.Status == FrameShown || f.Status == FrameMissing {
			widths = append(widths, f.Width)
		}
	}
	if len(widths) == 0 {
		return
	}
	changes, most := 0, 0
	for i, w := range widths {
		if i > 0 && w != widths[i-1] {
			changes++
		}
		if w == slices.Max(widths) {
			most++
		}
	}
	if got.SizeChanges != changes || got.WidthMost != slices.Max(widths) || got.WidthLeast != slices.Min(widths) || got.SentMost != most ||
		got.WidthFirst != widths[0] || got.WidthLast != widths[len(widths)-1] {
		t.Errorf("sizes: %+v", got)
	}
}

// A watch that is asked at every millisecond finds while they last the freezes that the record gives afterwards.
func TestFreezeWatchAgainstFreezes(t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 26))
	for range 60 {
		rows := randomMovie(rng, rng.IntN(200))
		end := int64(len(rows))*50_000 + rng.Int64N(500_000)
		ended, begun := watched(rows, end)
		want := Freezes(rows, end)
		if !slices.Equal(ended, want) {
			t.Fatalf("watched %v\nwant %v", ended, want)
		}
		if begun > len(want) {
			t.Fatalf("%d began, %d ended", begun, len(want))
		}
		for _, f := range want { // one that ends within the millisecond in which it begins may be told at its end only
			if f.GapUS() > max(MinFreezeUS, freezeGaps*(f.DueUS-f.FromUS))+2_000 {
				begun--
			}
		}
		if begun < 0 {
			t.Fatalf("%d freezes were not told when they began", -begun)
		}
	}
}

// watched plays a record to a watch, with the question at every millisecond.
func watched(rows Frames, end int64) (freezes []Freeze, begun int) {
	var echoes Frames
	for _, f := range rows {
		if f.Status == FrameShown {
			echoes = append(echoes, f)
		}
	}
	slices.SortStableFunc(echoes, func(a, b Frame) int { return int(a.ShownUS - b.ShownUS) })
	var w FreezeWatch
	at, highest := int64(0), -1
	ask := func(until int64) {
		for ; at < until; at += 1000 {
			if _, what := w.Now(at); what == FreezeBegan {
				begun++
			}
		}
	}
	for _, f := range echoes {
		ask(f.ShownUS)
		if int(f.Number) <= highest {
			continue
		}
		highest = int(f.Number)
		if z, what := w.Shown(f.ShownUS); what == FreezeEnded {
			freezes = append(freezes, z)
		}
	}
	ask(end)
	if z, what := w.Now(end); what != FreezeNone {
		freezes = append(freezes, z)
		if what == FreezeBegan {
			begun++
		}
	}
	return freezes, begun
}

// A long record is summarised in a fixed number of growing slices, whatever its length.
func TestLongRecordOfPictures(t *testing.T) {
	rows := randomMovie(rand.New(rand.NewPCG(29, 30)), 20_000)
	naiveVideo(t, rows, Freezes(rows, 0), SummarizeFrames(rows, 0))
	if n := testing.AllocsPerRun(2, func() { SummarizeFrames(rows, 0) }); n > 200 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkSummarizeFramesHour(b *testing.B) {
	var rows FrameRows = randomMovie(rand.New(rand.NewPCG(31, 32)), 108_000)
	b.ReportAllocs()
	for b.Loop() {
		SummarizeFrames(rows, 0)
	}
}

func TestFreezeWatchDoesNotAllocate(t *testing.T) {
	var w FreezeWatch
	us := int64(0)
	if n := testing.AllocsPerRun(1_000, func() { us += 70_000; w.Now(us); w.Shown(us) }); n != 0 {
		t.Errorf("allocates %v times a picture", n)
	}
}
