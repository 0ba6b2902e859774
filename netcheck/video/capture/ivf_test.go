//go:build cgo

package capture

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"echopath/netcheck"
	"echopath/netcheck/video/picture"
	"echopath/netcheck/video/vp8"
)

// ivfFrame is one frame of an IVF file.
func ivfFrame(stamp uint64, data []byte) []byte {
	return slices.Concat(little(uint32(len(data))), binary.LittleEndian.AppendUint64(nil, stamp), data)
}

// encoded gives a key frame for each luma.
func encoded(tb testing.TB, lumas ...byte) [][]byte {
	tb.Helper()
	e, err := vp8.NewEncoder(vp8.Config{Width: 64, Height: 36, FPS: 30, Kbps: 2000})
	must(tb, err)
	defer e.Close()
	var all [][]byte
	for i, l := range lumas {
		p, err := e.Encode(grey(64, 36, l), int64(i)*3000, 2000, true)
		must(tb, err)
		all = append(all, bytes.Clone(p.Data))
	}
	return all
}

// near compares lumas, up to what coding changes.
func near(got, want []byte) bool {
	return slices.EqualFunc(got, want, func(a, b byte) bool { return max(a, b)-min(a, b) <= 3 })
}

func TestIVFGoesByItsTimestamps(t *testing.T) {
	frames := encoded(t, 50, 80, 110, 140)
	w := want{64, 36, 30}
	for name, c := range map[string]struct {
		stamps []uint64
		shown  []byte
	}{
		"even":            {[]uint64{0, 1, 2, 3}, []byte{50, 80, 110, 140, 50, 80}},
		"begins later":    {[]uint64{900, 901, 902, 903}, []byte{50, 80, 110, 140, 50, 80}},
		"a hole":          {[]uint64{0, 1, 4, 5}, []byte{50, 80, 80, 80, 110, 140, 50}},
		"goes back":       {[]uint64{8, 0, 1, 2}, []byte{50, 80, 110, 140, 80, 110}}, // the first lasts 1/240 s
		"stands still":    {[]uint64{7, 7, 7, 7}, nil},
		"leaps far ahead": {[]uint64{0, 1 << 63, 1<<63 + 1, 1<<63 + 2}, []byte{50, 50, 50}},
	} {
		data := ivfHeader("VP80", 30, 1)
		for i, f := range frames {
			data = append(data, ivfFrame(c.stamps[i], f)...)
		}
		f, _ := open(t, data, w)
		got := turn(t, f, w, max(len(c.shown), 8))
		if c.shown != nil && !near(got[:len(c.shown)], c.shown) {
			t.Errorf("%s: shows %v, want %v", name, got, c.shown)
		}
	}
}

func TestIVFPassesDamageBy(t *testing.T) {
	frames := encoded(t, 50, 80, 110)
	half := frames[1][:len(frames[1])/2]
	data := slices.Concat(ivfHeader("VP80", 30, 1), ivfFrame(0, frames[0]), ivfFrame(1, half), ivfFrame(2, nil), ivfFrame(3, frames[2]))
	w := want{64, 36, 30}
	f, _ := open(t, data, w)
	if got := turn(t, f, w, 6); !near(got, []byte{50, 50, 50, 110, 50, 50}) {
		t.Errorf("shows %v", got)
	}
}

func TestIVFThatCanNotBeShown(t *testing.T) {
	frames := encoded(t, 50)
	header := ivfHeader("VP80", 30, 1)
	for name, c := range map[string]struct {
		data []byte
		says string
	}{
		"damaged frames": {slices.Concat(header, ivfFrame(0, frames[0][:20]), ivfFrame(1, []byte{1, 2})), "none of its pictures can be decoded"},
		"no frames":      {header, "no whole picture"},
		"huge frame":     {slices.Concat(header, little(1<<30), make([]byte, 8)), "larger than"},
		"cut short":      {slices.Concat(header, ivfFrame(0, frames[0])[:30]), "no whole picture"},
	} {
		_, err := newFile(context.Background(), "clip", &memory{Reader: bytes.NewReader(c.data)}, want{64, 36, 30})
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v does not say %q", name, err, c.says)
		}
	}
}

// Files of another maker: ffmpeg's IVF has hidden frames, and both have headers of its own.
func TestFilesOfFFmpeg(t *testing.T) {
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("ffmpeg is missing: scripts/setup.sh test installs it")
		}
		t.Skip("SKIPPED: ffmpeg is missing, so nobody checked that its files can be shown: scripts/setup.sh test installs it")
	}
	for name, args := range map[string][]string{
		"a.y4m": {"-pix_fmt", "yuv420p"},
		"b.ivf": {"-c:v", "libvpx", "-b:v", "500k", "-auto-alt-ref", "1", "-lag-in-frames", "10"},
	} {
		path := filepath.Join(t.TempDir(), name)
		// A grey that grows by 5 with each of 25 pictures, one second.
		args = slices.Concat([]string{"-v", "error", "-f", "lavfi", "-i", "color=gray:s=320x240:r=25:d=1,format=yuv420p,geq=lum='60+5*N':cb=128:cr=128"}, args, []string{path})
		if out, err := exec.Command("ffmpeg", args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		s, err := Open(context.Background(), netcheck.VideoSource{Kind: netcheck.SourceFile, Name: path}, 320, 180, 25)
		must(t, err)
		got := turn(t, s, want{320, 180, 25}, 50)
		must(t, s.Close())
		for i, luma := range got {
			if want := 60 + 5*(i%25); int(luma) < want-6 || int(luma) > want+6 {
				t.Errorf("%s: picture %d has a luma of %d, want about %d", name, i, luma, want)
			}
		}
	}
}

func FuzzIVF(f *testing.F) {
	frames := encoded(f, 50, 80)
	f.Add(slices.Concat(ivfHeader("VP80", 30, 1), ivfFrame(0, frames[0]), ivfFrame(1, frames[1])))
	f.Add(slices.Concat(ivfHeader("VP80", 90000, 1), ivfFrame(0, frames[0]), ivfFrame(0, frames[1][:9])))
	f.Fuzz(fuzzFile)
}

func BenchmarkFileY4M(b *testing.B) {
	f, _ := open(b, y4mFile("YUV4MPEG2 W1280 H720 F30:1", "FRAME", 1280, 720, 50, 60, 70), want{640, 360, 30})
	dst := picture.New(640, 360)
	b.ReportAllocs()
	for b.Loop() {
		must(b, f.Next(context.Background(), dst))
	}
}
