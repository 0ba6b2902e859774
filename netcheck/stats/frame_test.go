package stats

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// shown is a picture of a stream at 30 a second whose echo was shown at the given millisecond.
func shown(number uint32, atMS int64) Frame {
	f := unshown(number, FrameShown)
	f.ShownUS = atMS * 1000
	return f
}

// unshown is one that was not.
func unshown(number uint32, s FrameStatus) Frame {
	f := Frame{Number: number, CaptureUS: int64(number) * 33_333, SentUS: int64(number)*33_333 + 2_000, ShownUS: NotMeasured,
		Width: 640, Height: 360, Bytes: 4_000, Packets: 4, Status: s, EncodeUS: 2_000, DecodeUS: 600}
	if s == FrameDropped || s == FrameSkipped {
		f.SentUS = NotMeasured
	}
	return f
}

// movie is a record that is shown at the given milliseconds; -1 is missing, -2 dropped, -3 skipped, -4 undecided.
func movie(atMS ...int64) Frames {
	var rows Frames
	for i, ms := range atMS {
		n := uint32(i)
		switch ms {
		case -1, -2, -3:
			rows = append(rows, unshown(n, []FrameStatus{FrameMissing, FrameDropped, FrameSkipped}[-1-ms]))
		case -4:
			rows = append(rows, unshown(n, FrameUnknown))
		default:
			rows = append(rows, shown(n, ms))
		}
	}
	return rows
}

func TestFreezes(t *testing.T) {
	const ms = 1000
	freeze := func(from, to, due int64) Freeze { return Freeze{from * ms, to * ms, due * ms} }
	tests := []struct {
		name  string
		rows  Frames
		endMS int64
		want  []Freeze
	}{
		{"empty", nil, 5000, nil},
		{"all missing", movie(-1, -1, -1), 5000, nil},
		{"dropped, skipped and undecided", movie(-2, -3, -4), 5000, nil},
		{"one picture, and the end with it", movie(1000), 1000, nil},
		{"one picture that stands for just as long as is no freeze", movie(1000), 1150, nil},
		{"one picture that stands still", movie(1000), 1151, []Freeze{freeze(1000, 1151, 1000)}},
		{"an end before the last picture", movie(1000, 1030), 500, nil},
		{"nothing is frozen before the first picture", movie(-1, -1, 3000, 3033), 3050, nil},
		{"150 ms are no freeze", movie(0, 30, 180), 180, nil},
		{"a freeze in the middle", movie(0, 30, 60, 260, 290), 290, []Freeze{freeze(60, 260, 90)}},
		{"pictures missing in it", movie(0, 30, 60, -1, -1, -2, -3, 300, 330), 330, []Freeze{freeze(60, 300, 90)}},
		{"a stream that ends in one", movie(0, 40, 80, -1, -1), 400, []Freeze{freeze(80, 400, 120)}},
		{"a slow picture is not frozen", movie(0, 100, 200, 300, 600), 600, nil},
		{"unless it is slower than slow", movie(0, 100, 200, 300, 601), 601, []Freeze{freeze(300, 601, 400)}},
		{"two, the second longer than what the first made of the mean", movie(0, 30, 60, 90, 390, 420, 750), 750,
			[]Freeze{freeze(90, 390, 120), freeze(420, 750, 504)}},
		{"one that comes late is not new", movie(0, 30, 310, 70, 100, 130), 130, nil},
		{"and does not end a freeze", movie(0, 30, 300, 310, 320, 200, 330), 330, []Freeze{freeze(30, 200, 60)}},
		{"the same time twice", movie(0, 30, 30, 250), 250, []Freeze{freeze(30, 250, 45)}},
	}
	for _, tt := range tests {
		if got := Freezes(tt.rows, tt.endMS*ms); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
		var frozen, longest int64
		for _, f := range tt.want {
			frozen, longest = frozen+f.FrozenUS(), max(longest, f.GapUS())
		}
		if s := SummarizeFrames(tt.rows, tt.endMS*ms); s.Freezes != len(tt.want) || s.FrozenUS != frozen || s.LongestFreezeUS != longest {
			t.Errorf("%s: summary %d, %d, %d; want %d, %d, %d", tt.name, s.Freezes, s.FrozenUS, s.LongestFreezeUS, len(tt.want), frozen, longest)
		}
	}
}

// A picture without a time was shown, but says nothing of when.
func TestShownWithoutATime(t *testing.T) {
	rows := movie(0, 30, 60)
	rows[1].ShownUS = NotMeasured
	s := SummarizeFrames(rows, 60_000)
	if s.Shown != 3 || s.Freezes != 0 || s.FPS != 1/0.060 || !s.DelayOK {
		t.Errorf("%+v", s)
	}
}

func TestFreezeWithin(t *testing.T) {
	f := Freeze{FromUS: 60, DueUS: 90, ToUS: 260}
	for _, w := range []struct{ from, to, want int64 }{{0, 90, 0}, {0, 100, 10}, {100, 200, 100}, {200, 300, 60}, {260, 400, 0}, {0, 1000, 170}, {150, 150, 0}} {
		if got := f.Within(w.from, w.to); got != w.want {
			t.Errorf("from %d to %d: %d, want %d", w.from, w.to, got, w.want)
		}
	}
	var sum int64
	for at := int64(-37); at < 400; at += 37 {
		sum += f.Within(at, at+37)
	}
	if sum != f.FrozenUS() || f.GapUS() != 200 {
		t.Errorf("the windows hold %d of %d", sum, f.FrozenUS())
	}
}

func TestFreezeWatchTells(t *testing.T) {
	var w FreezeWatch
	ask := func(us int64, want FreezeChange) {
		t.Helper()
		if f, got := w.Now(us); got != want || want != FreezeNone && f.ToUS != us {
			t.Errorf("at %d: %v %v, want %v", us, f, got, want)
		}
	}
	ask(1_000_000, FreezeNone) // nothing has been shown
	for _, us := range []int64{1_000_000, 1_030_000} {
		if _, got := w.Shown(us); got != FreezeNone {
			t.Errorf("at %d: %v", us, got)
		}
	}
	ask(1_180_000, FreezeNone)
	ask(1_180_001, FreezeBegan)
	ask(1_200_000, FreezeLasts)
	if f, got := w.Shown(1_300_000); got != FreezeEnded || f != (Freeze{1_030_000, 1_300_000, 1_060_000}) {
		t.Errorf("%v %v", f, got)
	}
	ask(1_300_000, FreezeNone)
	if f, got := w.Shown(900_000); got != FreezeNone || f != (Freeze{}) { // a clock that goes back
		t.Errorf("%v %v", f, got)
	}
	if f, got := w.Shown(2_000_000); got != FreezeEnded || f.FromUS != 1_300_000 { // nobody asked while it lasted
		t.Errorf("%v %v", f, got)
	}
}

func TestSummarizeFrames(t *testing.T) {
	rows := movie(50, 83, -1, 150, -2, -3, -4, 283)
	rows[0].Key, rows[2].Key, rows[4].Key = true, true, true
	rows[0].Copies, rows[2].Copies = 2, 5
	rows[3].Width, rows[3].Height = 320, 180
	for i, db := range map[int]float64{0: 40, 1: 30, 2: 90, 3: 35, 7: math.NaN()} {
		rows[i].PSNR = db
	}
	rows[0].SSIM, rows[1].SSIM = 0.9, 0.8
	rows[1].EncodeUS, rows[7].DecodeUS = 4_000, 1_200
	s := SummarizeFrames(rows, 283_000)
	want := VideoStats{
		Sent: 5, Shown: 4, Missing: 1, Duplicated: 2, Dropped: 1, Skipped: 1, Undecided: 1, KeyFrames: 2,
		DelayOK: true, DelayMinUS: 49_667, DelayMeanUS: 49_834.25, DelayP50US: 49_669, DelayP95US: 50_001, DelayMaxUS: 50_001,
		PSNRCount: 3, PSNRMean: 35, PSNRP5: 30, SSIMCount: 2, SSIMMean: (0.9 + 0.8) / 2,
		EncodeMeanUS: 2_400, EncodeP95US: 4_000, DecodeMeanUS: 750, DecodeP95US: 1_200,
		WidthFirst: 640, HeightFirst: 360, WidthLast: 640, HeightLast: 360, WidthLeast: 320, HeightLeast: 180,
		WidthMost: 640, HeightMost: 360, SentMost: 4, SizeChanges: 2, BytesSent: 20_000, FPS: 3 / 0.233,
	}
	if !near(s.FPS, want.FPS) || !near(s.SSIMMean, want.SSIMMean) || !near(s.DelayMeanUS, want.DelayMeanUS) {
		t.Errorf("%v a second, SSIM %v, delay %v", s.FPS, s.SSIMMean, s.DelayMeanUS)
	}
	s.FPS, s.SSIMMean, s.DelayMeanUS = want.FPS, want.SSIMMean, want.DelayMeanUS
	if s != want {
		t.Errorf("got\n%+v, want\n%+v", s, want)
	}
	if s := SummarizeFrames(Frames{}, 1_000_000); s != (VideoStats{}) {
		t.Errorf("of nothing: %+v", s)
	}
	one := SummarizeFrames(movie(100), 100_000)
	if one.FPS != 0 || one.Shown != 1 || one.DelayP50US != 100_000 || one.DelayMaxUS != 100_000 {
		t.Errorf("of one picture: %+v", one)
	}
}

// What was skipped by this computer had a size and a coding time too, but says nothing of the stream.
func TestSizesAndCodingAreOfSentPictures(t *testing.T) {
	rows := movie(-2, -3, -1)
	rows[0].Width, rows[1].Width = 1280, 1280
	rows[0].EncodeUS, rows[1].EncodeUS = 90_000, 90_000
	if s := SummarizeFrames(rows, 0); s.WidthMost != 640 || s.WidthFirst != 640 || s.SizeChanges != 0 || s.EncodeP95US != 2_000 || s.DecodeP95US != 0 {
		t.Errorf("%+v", s)
	}
}

// Fields of VideoStats are stored: none may have a name of Go's making.
func TestVideoStatsNames(t *testing.T) {
	for i := range reflect.TypeFor[VideoStats]().NumField() {
		f := reflect.TypeFor[VideoStats]().Field(i)
		if name := f.Tag.Get("json"); name == "" || name != strings.ToLower(name) {
			t.Errorf("%s is stored as %q", f.Name, name)
		}
	}
}

func TestStoredFrames(t *testing.T) {
	f := Frame{Number: 7, CaptureUS: -5, SentUS: NotMeasured, ShownUS: 9, Width: 640, Height: 360, Bytes: 1, Packets: 2, Key: true,
		Status: FrameShown, Copies: 3, PSNR: 41.5, SSIM: 0.96, EncodeUS: 4, DecodeUS: 5}
	b, err := json.Marshal(f)
	if want := `[7,-5,null,9,640,360,1,2,true,"shown",3,41.5,0.96,4,5]`; err != nil || string(b) != want {
		t.Errorf("%s, %v; want %s", b, err, want)
	}
	for _, f := range append(movie(5, -1, -2, -3, -4), f) {
		b, err := json.Marshal(f)
		var back Frame
		if err == nil {
			err = json.Unmarshal(b, &back)
		}
		if err != nil || back != f {
			t.Errorf("%s came back as %+v, %v", b, back, err)
		}
	}
	f.PSNR, f.SSIM = math.Inf(1), math.NaN()
	if b, err := json.Marshal(f); err != nil || !strings.Contains(string(b), ",3,0,0,4,5]") {
		t.Errorf("figures that JSON can not hold: %s, %v", b, err)
	}
	for in, want := range map[string]string{
		`{}`: "stored picture", `[1,2]`: "has 2 fields", `[1,2,3,4,5,6,7,8,true,"lost",0,0,0,0,0]`: "not a frame status",
		`[1,2,3,4,5,6,7,8,true,"unknown",0,0,0,0,0]`: "not a frame status", `[-1,2,3,4,5,6,7,8,true,null,0,0,0,0,0]`: "field 0",
	} {
		if err := json.Unmarshal([]byte(in), &f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", in, err)
		}
	}
}

func TestFrameStatusWords(t *testing.T) {
	for s := FrameShown; s < frameStatusEnd; s++ {
		if back, err := ParseFrameStatus(s.String()); err != nil || back != s {
			t.Errorf("%s: %v, %v", s, back, err)
		}
	}
	for _, word := range []string{"", "unknown", "Shown", "lost"} {
		if s, err := ParseFrameStatus(word); err == nil {
			t.Errorf("%q is %v", word, s)
		}
	}
	if FrameStatus(200).String() != "unknown" {
		t.Error("a status that is none has a word")
	}
}

func TestRTTBetween(t *testing.T) {
	rows := Packets{ok(0, 10, 20, 20, 110, 1, 1), ok(1, 20, 30, 30, 220, 2, 2), ok(2, 30, 40, 40, 330, 3, 3), without(3, StatusLostUp, SkipperNone)}
	if r := RTTBetween(rows, 20, 30); r.N != 1 || r.P50US != 200 {
		t.Errorf("%+v", r)
	}
	if r := RTTBetween(rows, math.MinInt64, math.MaxInt64); r != Summarize(rows, Options{}).RTT {
		t.Errorf("the whole: %+v", r)
	}
	if r := RTTBetween(rows, 31, 5000); r.OK {
		t.Errorf("of nothing: %+v", r)
	}
}

func TestLossOf(t *testing.T) {
	if l := LossOf(200, 3); l.Sent != 200 || l.Received != 197 || l.Lost != 3 || !l.RatioOK || l.LossRatio != 0.015 || !(l.CI95Low < 0.015 && 0.015 < l.CI95High) {
		t.Errorf("%+v", l)
	}
	for _, l := range []Loss{LossOf(0, 0), LossOf(5, 6), LossOf(5, -1)} {
		if l.RatioOK || l.LossRatio != 0 || l.CI95High != 0 || l.Received < 0 {
			t.Errorf("counts that are no ratio: %+v", l)
		}
	}
}
