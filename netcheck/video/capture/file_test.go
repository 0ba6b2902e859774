package capture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"echopath/netcheck"
	"echopath/netcheck/video/picture"
)

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// memory is a file in memory, which counts how often it is closed.
type memory struct {
	*bytes.Reader
	closed int
}

func (m *memory) Close() error { m.closed++; return nil }

// grey is a picture of one luma.
func grey(width, height int, luma byte) *image.YCbCr {
	img := image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
	for _, p := range []struct {
		plane []byte
		value byte
	}{{img.Y, luma}, {img.Cb, 128}, {img.Cr, 128}} {
		for i := range p.plane {
			p.plane[i] = p.value
		}
	}
	return img
}

// y4mFile has pictures of the given lumas.
func y4mFile(header, frame string, width, height int, lumas ...byte) []byte {
	b := []byte(header + "\n")
	for _, l := range lumas {
		img := grey(width, height, l)
		b = slices.Concat(b, []byte(frame+"\n"), img.Y, img.Cb, img.Cr)
	}
	return b
}

// turn is what a file shows in so many pictures: the luma in the middle of each.
func turn(tb testing.TB, s Source, w want, n int) []byte {
	tb.Helper()
	dst, lumas := picture.New(w.width, w.height), []byte{}
	for range n {
		must(tb, s.Next(context.Background(), dst))
		lumas = append(lumas, dst.Y[dst.YOffset(w.width/2, w.height/2)])
	}
	return lumas
}

func open(tb testing.TB, data []byte, w want) (*file, *memory) {
	tb.Helper()
	m := &memory{Reader: bytes.NewReader(data)}
	f, err := newFile(context.Background(), "test file", m, w)
	must(tb, err)
	tb.Cleanup(func() { must(tb, f.Close()) })
	return f, m
}

func TestFileKeepsItsOwnPace(t *testing.T) {
	for _, c := range []struct {
		rate  string
		fps   int
		shown []byte
	}{
		{"30:1", 30, []byte{50, 60, 70, 80, 50, 60, 70, 80, 50}},
		{"15:1", 30, []byte{50, 50, 60, 60, 70, 70, 80, 80, 50, 50}},
		{"60:1", 30, []byte{50, 70, 50, 70, 50}},
		{"20:1", 30, []byte{50, 50, 60, 70, 70, 80, 50, 50, 60}},
		{"45:1", 30, []byte{50, 60, 80, 50, 70, 80, 60}},
		{"30:1", 15, []byte{50, 70, 50, 70}},
		{"240:1", 30, []byte{50, 50, 50}}, // twice round for each
		{"0:0", 25, []byte{50, 60, 70, 80, 50}},
	} {
		w := want{64, 36, c.fps}
		f, _ := open(t, y4mFile("YUV4MPEG2 W64 H36 F"+c.rate+" Ip A1:1 C420jpeg", "FRAME", 64, 36, 50, 60, 70, 80), w)
		if got := turn(t, f, w, len(c.shown)); !slices.Equal(got, c.shown) {
			t.Errorf("%s at %d: shows %v, want %v", c.rate, c.fps, got, c.shown)
		}
	}
}

func TestY4MVariants(t *testing.T) {
	w := want{64, 36, 30}
	for _, header := range []string{
		"YUV4MPEG2 W64 H36 F30:1", "YUV4MPEG2 H36 W64 F30:1 C420", "YUV4MPEG2 W64 H36 F30:1 It A0:0 C420paldv XYSCSS=420PALDV",
		"YUV4MPEG2 W64 H36 F30:1 C420mpeg2 XCOLORRANGE=LIMITED",
	} {
		f, _ := open(t, y4mFile(header, "FRAME Ip XSOMETHING=1", 64, 36, 90, 100), w)
		if got := turn(t, f, w, 3); !slices.Equal(got, []byte{90, 100, 90}) {
			t.Errorf("%s: shows %v", header, got)
		}
	}
	f, _ := open(t, y4mFile("YUV4MPEG2 W64 H36 F30:1 XCOLORRANGE=FULL", "FRAME", 64, 36, 0, 255), w)
	if got := turn(t, f, w, 2); !slices.Equal(got, []byte{16, 235}) {
		t.Errorf("the full range becomes %v", got)
	}
	// Odd sizes have chroma for half a pixel; another shape gets bars and stays in the middle.
	f, _ = open(t, y4mFile("YUV4MPEG2 W35 H51 F30:1", "FRAME", 35, 51, 90, 100), w)
	if got := turn(t, f, w, 2); !slices.Equal(got, []byte{90, 100}) {
		t.Errorf("an odd size shows %v", got)
	}
}

func TestY4MCutShortStartsOverBeforeTheCut(t *testing.T) {
	whole := y4mFile("YUV4MPEG2 W64 H36 F30:1", "FRAME", 64, 36, 50, 60, 70)
	w := want{64, 36, 30}
	for _, cut := range []int{1, 64 * 36, 64*36*3/2 + 2, 64*36*3/2 + 5} {
		f, _ := open(t, whole[:len(whole)-cut], w)
		if got := turn(t, f, w, 5); !slices.Equal(got, []byte{50, 60, 50, 60, 50}) {
			t.Errorf("cut by %d: shows %v", cut, got)
		}
	}
}

func TestFilesThatCanNotBeShown(t *testing.T) {
	y4m := func(header string) []byte { return y4mFile(header, "FRAME", 64, 36, 50) }
	for name, c := range map[string]struct {
		data []byte
		says string
	}{
		"empty":              {nil, "it is empty"},
		"something else":     {[]byte("GIF89a and so on and on and on"), "neither Y4M nor IVF"},
		"header alone":       {[]byte("YUV4MPEG2 W64 H36 F30:1\n"), "no whole picture"},
		"no line":            {[]byte("YUV4MPEG2 W64"), "header of the file is damaged"},
		"endless line":       {append([]byte("YUV4MPEG2 "), bytes.Repeat([]byte("A1:1 "), 1<<20)...), "more than 1024 bytes"},
		"no size":            {y4m("YUV4MPEG2 F30:1"), "does not tell the size"},
		"no number":          {y4m("YUV4MPEG2 Wwide H36 F30:1"), "2x2 to 3840x2160"},
		"too large":          {y4m("YUV4MPEG2 W64 H99999 F30:1"), "2x2 to 3840x2160"},
		"negative":           {y4m("YUV4MPEG2 W-64 H36 F30:1"), "2x2 to 3840x2160"},
		"too fast":           {y4m("YUV4MPEG2 W64 H36 F1000000:1"), "1:60 to 240:1"},
		"too slow":           {y4m("YUV4MPEG2 W64 H36 F1:100"), "1:60 to 240:1"},
		"no rate":            {y4m("YUV4MPEG2 W64 H36 F30"), "1:60 to 240:1"},
		"4:4:4":              {y4m("YUV4MPEG2 W64 H36 F30:1 C444"), "only 4:2:0"},
		"grey":               {y4m("YUV4MPEG2 W64 H36 F30:1 Cmono"), "only 4:2:0"},
		"ten bits":           {y4m("YUV4MPEG2 W64 H36 F30:1 C420p10"), "more than 8 bits"},
		"no frame":           {append([]byte("YUV4MPEG2 W64 H36 F30:1\n"), bytes.Repeat([]byte("FRAMES\n"), 100)...), "does not begin with FRAME"},
		"IVF cut short":      {[]byte("DKIF\x00\x00\x20\x00VP80"), "header of the file is damaged"},
		"IVF of VP9":         {ivfHeader("VP90", 30, 1), `coded as "VP90"`},
		"IVF without a rate": {ivfHeader("VP80", 0, 1), "unit of time"},
	} {
		path := filepath.Join(t.TempDir(), "clip")
		must(t, os.WriteFile(path, c.data, 0o600))
		s, err := Open(context.Background(), netcheck.VideoSource{Kind: netcheck.SourceFile, Name: path}, 64, 36, 30)
		var f *netcheck.Failure
		if s != nil || !errors.As(err, &f) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !strings.Contains(f.Text, c.says) || !strings.Contains(f.Text, "clip") || f.Code != netcheck.ReasonLocal || f.Advice == "" {
			t.Errorf("%s: %+v does not say %q", name, f, c.says)
		}
	}
}

func TestFilesThatCanNotBeOpened(t *testing.T) {
	for name, says := range map[string]string{
		filepath.Join(t.TempDir(), "nowhere.y4m"): "There is no file",
		t.TempDir(): "is not a file",
		"/dev/zero": "is not a file",
		"":          "There is no file",
	} {
		_, err := Open(context.Background(), netcheck.VideoSource{Kind: netcheck.SourceFile, Name: name}, 64, 36, 30)
		var f *netcheck.Failure
		if !errors.As(err, &f) || !strings.Contains(f.Text, says) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestDamageInTheMiddleIsToldAndLasts(t *testing.T) {
	data := y4mFile("YUV4MPEG2 W64 H36 F30:1", "FRAME", 64, 36, 50, 60)
	data = append(data, "garbage that is no picture\n"...)
	w := want{64, 36, 30}
	f, _ := open(t, data, w)
	turn(t, f, w, 1)
	dst := picture.New(64, 36)
	for range 3 {
		err := f.Next(context.Background(), dst)
		var failed *netcheck.Failure
		if !errors.As(err, &failed) || !strings.Contains(failed.Text, "picture 2 of the file") {
			t.Errorf("damage: %v", err)
		}
	}
}

// broken fails to read from some place on.
type broken struct {
	memory
	good int64
}

func (b *broken) Read(p []byte) (int, error) {
	at, _ := b.Seek(0, io.SeekCurrent)
	if at >= b.good {
		return 0, errors.New("the disk is gone")
	}
	return b.memory.Read(p[:min(len(p), int(b.good-at))])
}

func TestErrorsOfTheDiskAreTold(t *testing.T) {
	b := &broken{memory: memory{Reader: bytes.NewReader(y4mFile("YUV4MPEG2 W64 H36 F30:1", "FRAME", 64, 36, 50, 60, 70))}, good: 64*36*3 + 100}
	f, err := newFile(context.Background(), "x", b, want{64, 36, 30})
	must(t, err)
	dst := picture.New(64, 36)
	for err == nil {
		err = f.Next(context.Background(), dst)
	}
	if !strings.Contains(err.Error(), "the disk is gone") {
		t.Error(err)
	}
	must(t, f.Close())
}

func TestFileCloses(t *testing.T) {
	f, m := open(t, y4mFile("YUV4MPEG2 W64 H36 F30:1", "FRAME", 64, 36, 50), want{64, 36, 30})
	must(t, f.Close())
	must(t, f.Close())
	if m.closed != 1 {
		t.Errorf("the file was closed %d times", m.closed)
	}
	if err := f.Next(context.Background(), picture.New(64, 36)); err == nil {
		t.Error("a closed file gave a picture")
	}
}

func TestFileHeedsTheContextAndTheSize(t *testing.T) {
	f, _ := open(t, y4mFile("YUV4MPEG2 W64 H36 F30:1", "FRAME", 64, 36, 50, 60), want{64, 36, 30})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := f.Next(ctx, picture.New(64, 36)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if err := f.Next(context.Background(), picture.New(64, 38)); err == nil {
		t.Error("another size: no error")
	}
	if got := turn(t, f, want{64, 36, 30}, 3); !slices.Equal(got, []byte{50, 60, 50}) {
		t.Errorf("shows %v afterwards", got)
	}
}

func TestFilesDoNotAllocateForEachPicture(t *testing.T) {
	f, _ := open(t, y4mFile("YUV4MPEG2 W640 H480 F30:1", "FRAME", 640, 480, 50, 60, 70), want{320, 180, 30})
	dst := picture.New(320, 180)
	turn(t, f, want{320, 180, 30}, 3)
	// A turn reads the header again.
	if n := testing.AllocsPerRun(30, func() { must(t, f.Next(context.Background(), dst)) }); n > 3 {
		t.Errorf("%.1f allocations a picture", n)
	}
}

func FuzzY4M(f *testing.F) {
	f.Add(y4mFile("YUV4MPEG2 W4 H4 F30:1 Ip A1:1 C420jpeg", "FRAME", 4, 4, 50, 60))
	f.Add(y4mFile("YUV4MPEG2 W5 H3 F60000:1001 XCOLORRANGE=FULL", "FRAME X", 5, 3, 50, 60))
	f.Add([]byte("YUV4MPEG2 W3840 H2160 F240:1\nFRAME\n"))
	f.Fuzz(fuzzFile)
}

// fuzzFile plays any file for a while.
func fuzzFile(t *testing.T, data []byte) {
	m := &memory{Reader: bytes.NewReader(data)}
	s, err := newFile(context.Background(), "fuzz", m, want{32, 18, 30})
	if err != nil {
		return
	}
	dst := picture.New(32, 18)
	for range 10 {
		if err := s.Next(context.Background(), dst); errors.Is(err, io.EOF) && !errors.As(err, new(*netcheck.Failure)) {
			t.Fatal("the end of a file came out")
		}
	}
	must(t, s.Close())
}

func ivfHeader(codec string, rate, scale uint32) []byte {
	return fmt.Appendf(nil, "DKIF\x00\x00\x20\x00%s\x40\x00\x24\x00%s%s\x00\x00\x00\x00\x00\x00\x00\x00", codec, little(rate), little(scale))
}

func little(v uint32) []byte { return []byte{byte(v), byte(v >> 8), byte(v >> 16), byte(v >> 24)} }
