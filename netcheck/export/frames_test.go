package export

import (
	"bytes"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// randomPictures makes a record with every fate, overtaking, standstills, sizes and qualities.
func randomPictures(rnd *rand.Rand, n int) stats.Frames {
	rows := make(stats.Frames, n)
	for i := range rows {
		f := picture(uint32(i))
		if fate := stats.FrameStatus(rnd.IntN(12)); fate > stats.FrameShown && fate <= stats.FrameSkipped {
			f = unseen(uint32(i), fate)
		}
		if f.Status == stats.FrameShown {
			f.ShownUS += rnd.Int64N(50_000)
			if rnd.IntN(40) == 0 {
				f.ShownUS += rnd.Int64N(600_000)
			}
			f.Copies, f.PSNR, f.SSIM = rnd.IntN(20)/18, 50*rnd.Float64(), rnd.Float64()
			f.EncodeUS, f.DecodeUS = rnd.Int64N(9_000), rnd.Int64N(2_000)
			f.Key = rnd.IntN(50) == 0
		}
		if rnd.IntN(60) == 0 && f.Width > 0 {
			f.Width, f.Height = 320, 180
		}
		rows[i] = f
	}
	return rows
}

func framesFile(t testing.TB, records map[netcheck.Path]stats.Frames) []byte {
	t.Helper()
	var b bytes.Buffer
	w := NewFrameWriter(&b)
	for _, path := range netcheck.AllPaths() {
		for rows := records[path]; len(rows) > 0; {
			n := min(len(rows), netcheck.MaxFrameBlock)
			w.Observe(netcheck.Event{Path: path, Body: netcheck.FramesDecided{Frames: rows[:n]}})
			rows = rows[n:]
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// videoReportOf is a report whose videos are summarised from the records.
func videoReportOf(records map[netcheck.Path]stats.Frames) netcheck.Report {
	r := testReport()
	for i := range r.Paths {
		p := &r.Paths[i]
		p.Video = nil
		if rows, ok := records[p.Path]; ok {
			p.Video = &netcheck.VideoReport{Result: videoResult(rows)}
		}
	}
	return r
}

// TestRecomputeVideo proves that the picture figures of a summary follow from frames.csv: with those of the rows that were read
// back, JSON report and summary are the same byte for byte.
func TestRecomputeVideo(t *testing.T) {
	rnd := rand.New(rand.NewPCG(9, 10))
	freezes := 0
	for round := range 20 {
		records := map[netcheck.Path]stats.Frames{}
		for _, p := range netcheck.AllPaths() {
			records[p] = randomPictures(rnd, 1+rnd.IntN(900))
		}
		read, err := ReadFrames(bytes.NewReader(framesFile(t, records)))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range formats()[:2] {
			a, b := writtenFor(t, name, videoReportOf(records), testVerdict()), writtenFor(t, name, videoReportOf(read), testVerdict())
			if !bytes.Equal(a, b) {
				t.Fatalf("round %d: %s recorded:\n%s\nrecomputed:\n%s", round, name, a, b)
			}
		}
		for p, rows := range records {
			if a, b := stats.SummarizeFrames(rows, videoEnd(rows)), stats.SummarizeFrames(read[p], videoEnd(rows)); a != b {
				t.Fatalf("%s: recorded %+v\nrecomputed %+v", p, a, b)
			} else {
				freezes += a.Freezes
			}
		}
	}
	if freezes < 100 {
		t.Errorf("only %d freezes in all: the records try too little", freezes)
	}
}

// TestPicturesSurvive compares every picture, figures at their limits included.
func TestPicturesSurvive(t *testing.T) {
	rows := append(everyPicture(), stats.Frame{Number: 9, CaptureUS: math.MinInt64 + 1, SentUS: math.MaxInt64, ShownUS: math.MaxInt64, Width: math.MaxInt32,
		Height: 1, Bytes: math.MaxInt32, Packets: math.MaxInt32, Key: true, Status: stats.FrameShown, Copies: math.MaxInt32, PSNR: stats.MaxPSNR,
		SSIM: math.SmallestNonzeroFloat64, EncodeUS: math.MaxInt64, DecodeUS: 1},
		stats.Frame{Number: 10, CaptureUS: stats.NotMeasured, SentUS: stats.NotMeasured, ShownUS: stats.NotMeasured})
	read, err := ReadFrames(bytes.NewReader(framesFile(t, map[netcheck.Path]stats.Frames{netcheck.PathSTUN: rows})))
	if err != nil || !reflect.DeepEqual(read[netcheck.PathSTUN], rows) {
		t.Errorf("read %v\n%+v, want\n%+v", err, read[netcheck.PathSTUN], rows)
	}
}

// What can not be written as a figure is left open, and the row can still be read.
func TestStrangePictures(t *testing.T) {
	f := picture(0)
	f.PSNR, f.SSIM, f.Width, f.Bytes, f.EncodeUS = math.NaN(), 1.5, -640, -1, -9
	g := unseen(1, stats.FrameMissing)
	g.Copies, g.PSNR = 3, math.Inf(1)
	read, err := ReadFrames(bytes.NewReader(framesFile(t, map[netcheck.Path]stats.Frames{netcheck.PathSTUN: {f, g}})))
	f.PSNR, f.SSIM, f.Width, f.Bytes, f.EncodeUS, g.Copies, g.PSNR = 0, 0, 0, 0, 0, 0, 0
	if want := (stats.Frames{f, g}); err != nil || !reflect.DeepEqual(read[netcheck.PathSTUN], want) {
		t.Errorf("%v\n%+v, want\n%+v", err, read[netcheck.PathSTUN], want)
	}
}

const framesLine = "path,frame,capture_us,sent_us,shown_us,delay_us,width,height,bytes,packets,key,status,copies,psnr_db,ssim,encode_us,decode_us\n"

func TestFramesHeaderIsPinned(t *testing.T) {
	if got := strings.Join(framesHeader, ",") + "\n"; got != framesLine {
		t.Errorf("the columns are %s", got)
	}
}

func TestReadFramesRefuses(t *testing.T) {
	good := "direct,0,5,6,25,20,640,360,9,1,1,shown,0,41.5,0.9,3,4\n"
	wantRefused(t, ReadFrames, FramesName, framesLine, good, map[string]string{
		"nowhere,1,5,6,25,20,640,360,9,1,1,shown,0,,,,":                 `line 3, column path: "nowhere"`,
		"direct,2,5,6,25,20,640,360,9,1,1,shown,0,,,,":                  "column frame: picture 2 follows on 1 pictures of direct",
		"direct,0,5,6,25,20,640,360,9,1,1,shown,0,,,,":                  "column frame: picture 0 follows on 1",
		"stun,1,5,6,25,20,640,360,9,1,1,shown,0,,,,":                    "column frame: picture 1 follows on 0",
		"direct,-1,5,6,25,20,640,360,9,1,1,shown,0,,,,":                 "column frame",
		"direct,1,5.5,6,25,20,640,360,9,1,1,shown,0,,,,":                "column capture_us",
		"direct,1,5,6,-9223372036854775808,,640,360,9,1,1,shown,0,,,,":  "column shown_us",
		"direct,1,5,6,25,21,640,360,9,1,1,shown,0,,,,":                  `column delay_us: "21" does not follow`,
		"direct,1,5,6,25,20,640,360,9,1,0,missing,,,,,":                 "column delay_us",
		"direct,1,5,6,25,20,0,360,9,1,1,shown,0,,,,":                    "column width",
		"direct,1,5,6,25,20,640,x,9,1,1,shown,0,,,,":                    "column height",
		"direct,1,5,6,25,20,640,360,2147483648,1,1,shown,0,,,,":         "column bytes",
		"direct,1,5,6,25,20,640,360,9,-1,1,shown,0,,,,":                 "column packets",
		"direct,1,5,6,25,20,640,360,9,1,yes,shown,0,,,,":                "column key",
		"direct,1,5,6,25,20,640,360,9,1,,shown,0,,,,":                   "column key",
		"direct,1,5,6,25,,640,360,9,1,1,seen,0,,,,":                     "column status",
		"direct,1,5,6,25,,640,360,9,1,1,unknown,0,,,,":                  "column status",
		"direct,1,5,6,25,20,640,360,9,1,1,shown,-1,,,,":                 "column copies",
		"direct,1,5,6,,,640,360,9,1,1,missing,2,,,,":                    "column copies: only a picture that was shown",
		"direct,1,5,6,25,20,640,360,9,1,1,shown,0,NaN,,,":               "column psnr_db",
		"direct,1,5,6,25,20,640,360,9,1,1,shown,0,0,,,":                 "column psnr_db",
		"direct,1,5,6,25,20,640,360,9,1,1,shown,0,121,,,":               "column psnr_db",
		"direct,1,5,6,25,20,640,360,9,1,1,shown,0,0x1p3,,,":             "column psnr_db",
		"direct,1,5,6,25,20,640,360,9,1,1,shown,0,,1.1,,":               "column ssim",
		"direct,1,5,6,25,20,640,360,9,1,1,shown,0,,,0,":                 "column encode_us",
		"direct,1,5,6,25,20,640,360,9,1,1,shown,0,,,,-4":                "column decode_us",
		"direct,1,5,6,25,20,640,360,9,1,1,shown,0,,,":                   "line 3: wrong number of fields",
		"direct,4294967296,5,6,25,20,640,360,9,1,1,shown,0,,,,":         "column frame",
		"direct,1,99999999999999999999,6,25,,640,360,9,1,1,shown,0,,,,": "column capture_us",
	})
}

// FuzzReadFrames: what the reader takes, the writer gives back, and no figure of it spoils a file.
func FuzzReadFrames(f *testing.F) {
	f.Add(framesFile(f, map[netcheck.Path]stats.Frames{netcheck.PathDirect: everyPicture()}))
	f.Add([]byte(framesLine))
	f.Add([]byte(framesLine + "direct,0,5,6,25,20,640,360,9,1,1,shown,0,41.5,0.9,3,4\n"))
	f.Add([]byte(framesLine + "stun,0,-9223372036854775807,,9223372036854775807,9223372036854775807,,,,,1,shown,,1e-300,,,\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		read, err := ReadFrames(bytes.NewReader(data))
		if err != nil {
			return
		}
		_ = writtenFor(t, ReportName, videoReportOf(read), netcheck.Verdict{})
		again, err := ReadFrames(bytes.NewReader(framesFile(t, read)))
		if err != nil || !reflect.DeepEqual(again, read) {
			t.Fatalf("written and read again: %v\n%+v\n%+v", err, again, read)
		}
	})
}

func TestFrameWriterAllocatesPerBlock(t *testing.T) {
	w := NewFrameWriter(io.Discard)
	e := netcheck.Event{Path: netcheck.PathDirect, Body: netcheck.FramesDecided{Frames: randomPictures(newRand(), netcheck.MaxFrameBlock)}}
	if n := testing.AllocsPerRun(20, func() { w.Observe(e) }); n > 4 {
		t.Errorf("%v allocations for a block of %d pictures", n, netcheck.MaxFrameBlock)
	}
	if w.Rows() == 0 || w.Err() != nil {
		t.Errorf("%d rows, %v", w.Rows(), w.Err())
	}
}

func TestFrameWriterClosed(t *testing.T) {
	w := NewFrameWriter(io.Discard)
	for range 2 {
		if err := w.Close(); err != nil {
			t.Errorf("closing twice: %v", err)
		}
	}
	testFrames(w)
	if w.Err() == nil {
		t.Error("a closed table took pictures without a word")
	}
}

func BenchmarkFrameWriter(b *testing.B) {
	e := netcheck.Event{Path: netcheck.PathRelayUDP, Body: netcheck.FramesDecided{Frames: randomPictures(newRand(), netcheck.MaxFrameBlock)}}
	w := NewFrameWriter(io.Discard)
	b.ReportAllocs()
	for b.Loop() {
		w.Observe(e)
	}
}
