package record

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"echopath/netcheck"
)

// want checks what players see of a closed file: every frame, the size, the duration to within a frame.
func want(t *testing.T, f SavedFile, frames, width, height int, duration time.Duration) *parsed {
	t.Helper()
	p := mustParse(t, f.Path)
	s := look(t, f.Path)
	if s.frames != frames || s.width != width || s.height != height || math.Abs(s.duration-duration.Seconds()) > 1./30 {
		t.Errorf("%s plays %+v, want %d frames of %dx%d in %v", f.Path, s, frames, width, height, duration)
	}
	info, err := os.Stat(f.Path)
	if err != nil {
		t.Fatal(err)
	}
	if f.Frames != frames || f.Width != width || f.Height != height || f.Bytes != info.Size() || math.Abs(f.Duration.Seconds()-s.duration) > 0.001 {
		t.Errorf("saved %+v, but the file is %d bytes and plays %+v", f, info.Size(), s)
	}
	return p
}

func TestARecordingPlays(t *testing.T) {
	for _, size := range [][2]int{{320, 180}, {640, 360}} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			frames := real(t, size[0], size[1])
			path := filepath.Join(t.TempDir(), "clip.webm")
			var n notes
			r := New(Options{Path: path, Queue: ample, Note: n.add})
			putAll(t, r, frames)
			s := mustClose(t, r)
			if len(s.Files) != 1 || s.Skipped != 0 || s.Files[0].Path != path {
				t.Fatalf("%+v", s)
			}
			p := want(t, s.Files[0], 120, size[0], size[1], 4*time.Second)
			for i, b := range p.blocks() {
				if wanted := int64(math.Round(float64(i) * 1000 / 30)); b.ms != wanted || b.key != frames[i].Key || !slices.Equal(b.data, frames[i].Data) {
					t.Fatalf("frame %d is at %d ms, want %d; key %v", i, b.ms, wanted, b.key)
				}
			}
			began, ended := n.of(netcheck.RecordingBegan), n.of(netcheck.RecordingEnded)
			if len(n.list) != 2 || len(began) != 1 || began[0] != path || len(ended) != 1 || !strings.Contains(ended[0], "(4.0 s, 120 pictures, "+fmt.Sprintf("%dx%d", size[0], size[1])) {
				t.Errorf("%+v", n.list)
			}
		})
	}
}

// Jumping into the second half must read from the key frame there, by the index.
func TestARecordingCanBeScrubbed(t *testing.T) {
	frames := real(t, 320, 180)
	r := New(Options{Path: filepath.Join(t.TempDir(), "clip.webm"), Queue: ample})
	putAll(t, r, frames)
	path := mustClose(t, r).Files[0].Path
	if p := mustParse(t, path); len(p.cues) != 2 || p.cues[0].ms != 0 || p.cues[1].ms != 2000 {
		t.Errorf("the index is %+v", p.cues)
	}
	out := tool(t, "ffprobe", "-v", "error", "-read_intervals", "3%+#1", "-show_entries", "packet=pts_time,flags", "-of", "csv=p=0", path)
	if !strings.HasPrefix(out, "2.000000,K") {
		t.Errorf("jumped to %q", out)
	}
	out = tool(t, "ffmpeg", "-v", "error", "-xerror", "-ss", "3.5", "-i", path, "-f", "framecrc", "-")
	if n := strings.Count(out, "\n0,"); n != 15 {
		t.Errorf("%d frames in the last half second, want 15:\n%s", n, out)
	}
}

func TestANewSizeIsANewFile(t *testing.T) {
	small, large := real(t, 320, 180), real(t, 640, 360)
	late := slices.Clone(large[:60])
	for i := range late {
		late[i].At += 3 * time.Second
	}
	again := slices.Clone(small[60:90])
	for i := range again {
		again[i].At += 10 * time.Second
	}
	path := filepath.Join(t.TempDir(), "clip.webm")
	var n notes
	r := New(Options{Path: path, Queue: ample, Note: n.add})
	putAll(t, r, small[:75])
	putAll(t, r, late)
	putAll(t, r, again)
	s := mustClose(t, r)
	if len(s.Files) != 3 || s.Skipped != 0 {
		t.Fatalf("%+v", s)
	}
	want(t, s.Files[0], 75, 320, 180, 2500*time.Millisecond)
	want(t, s.Files[1], 60, 640, 360, 2*time.Second)
	want(t, s.Files[2], 30, 320, 180, time.Second)
	second := filepath.Join(filepath.Dir(path), "clip-2.webm")
	began := n.of(netcheck.RecordingBegan)
	if s.Files[1].Path != second || len(began) != 3 || began[1] != second+", because the picture is now 640x360 and was 320x180" {
		t.Errorf("%q", began)
	}
	if ended := n.of(netcheck.RecordingEnded); len(ended) != 1 || strings.Count(ended[0], ".webm (") != 3 {
		t.Errorf("%q", ended)
	}
}

// Frames that were lost on the way leave their time empty: what comes after stays where it was.
func TestAGapStays(t *testing.T) {
	frames := real(t, 320, 180)
	var kept []Frame
	kept = append(kept, frames[:31]...) // from 1 s on the key frame is waited for
	kept = append(kept, frames[60:]...)
	kept = slices.Clone(kept)
	for i := 31; i < len(kept); i++ {
		kept[i].At += 40 * time.Second // more than a block's time within its cluster can say
	}
	r := New(Options{Path: filepath.Join(t.TempDir(), "clip.webm"), Queue: ample})
	putAll(t, r, kept)
	s := mustClose(t, r)
	p := want(t, s.Files[0], 91, 320, 180, 44*time.Second+50*time.Millisecond)
	if b := p.blocks(); b[30].ms != 1000 || b[31].ms != 42_000 {
		t.Errorf("%d, %d", b[30].ms, b[31].ms)
	}
}

func TestAGapWithoutAKeyFrame(t *testing.T) {
	frames := slices.Clone(real(t, 320, 180)[:60])
	for i := 30; i < 60; i++ {
		frames[i].At += time.Minute // the picture stood still: nothing is missing
	}
	r := New(Options{Path: filepath.Join(t.TempDir(), "clip.webm"), Queue: ample})
	putAll(t, r, frames)
	want(t, mustClose(t, r).Files[0], 60, 320, 180, 62*time.Second+100*time.Millisecond)
}

func TestBeginsAtTheFirstKeyFrame(t *testing.T) {
	frames := real(t, 320, 180)
	r := New(Options{Path: filepath.Join(t.TempDir(), "clip.webm"), Queue: ample})
	putAll(t, r, frames[20:]) // ignored, not refused
	s := mustClose(t, r)
	want(t, s.Files[0], 60, 320, 180, 2*time.Second)
	if s.Skipped != 0 {
		t.Errorf("%d were skipped", s.Skipped)
	}
}

func TestOneFrame(t *testing.T) {
	r := New(Options{Path: filepath.Join(t.TempDir(), "clip.webm")})
	putAll(t, r, real(t, 320, 180)[:1])
	s := mustClose(t, r)
	mustParse(t, s.Files[0].Path)
	if seen := look(t, s.Files[0].Path); seen.frames != 1 || seen.duration != 0.1 || s.Files[0].Duration != lastShown {
		t.Errorf("%+v, %+v", seen, s)
	}
}
