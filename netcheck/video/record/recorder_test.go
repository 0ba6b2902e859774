package record

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"echopath/netcheck"
)

// stuck is a disk that does not answer until it is let go.
type stuck struct {
	disk
	at  chan struct{} // closed when the writer waits
	let chan struct{}
	one sync.Once
}

func newStuck() *stuck { return &stuck{at: make(chan struct{}), let: make(chan struct{})} }

func (s *stuck) create(path string) (File, error) {
	s.one.Do(func() { close(s.at) })
	<-s.let
	return s.disk.create(path)
}

// With the disk stuck, Put answers all the same (the test would hang if not), refuses what there is no room for, and what would
// not decode without it.
func TestASlowDisk(t *testing.T) {
	d := newStuck()
	asked := 0
	clock := time.Unix(1_800_000_000, 0)
	r := New(Options{Path: "clip.webm", Queue: 10, Create: d.create, NeedKey: func() { asked++ }, Now: func() time.Time { return clock }})
	frames := fake(100, 20)
	putAll(t, r, frames[:1])
	<-d.at // the writer has taken the first frame
	putAll(t, r, frames[1:11])
	for i, f := range frames[11:60] {
		clock = clock.Add(time.Second / 30)
		if r.Put(f) {
			t.Fatalf("frame %d has no place", 11+i)
		}
	}
	if asked != 1 { // one second after the key frame that was kept
		t.Errorf("a key frame was asked for %d times", asked)
	}
	close(d.let)
	s := mustClose(t, r)
	if s.Skipped != 49 || len(s.Files) != 1 || s.Files[0].Frames != 11 {
		t.Errorf("%+v", s)
	}
}

// Frames after one that was left out would not decode: the recording goes on with a key frame, and asks for it.
func TestAfterALeftOutFrame(t *testing.T) {
	d := newStuck()
	second := make(chan struct{}) // the writer has taken the second frame
	d.made = func(m *memory) {
		writes := 0
		m.wrote = func(int64, []byte) {
			if writes++; writes == 3 { // the first was the head
				close(second)
			}
		}
	}
	asked := 0
	clock := time.Unix(1_800_000_000, 0)
	var n notes
	r := New(Options{Path: "clip.webm", Queue: 1, Create: d.create, NeedKey: func() { asked++ }, Now: func() time.Time { return clock }, Note: n.add})
	frames := fake(40, 20)
	putAll(t, r, frames[:1])
	<-d.at
	putAll(t, r, frames[1:2])
	clock = clock.Add(2 * time.Second)
	if r.Put(frames[2]) || asked != 1 {
		t.Errorf("asked %d times", asked)
	}
	close(d.let)
	<-second // there is room again; the frame is of no use all the same
	for _, f := range frames[3:20] {
		if r.Put(f) {
			t.Fatal("a frame was kept that would not decode")
		}
	}
	putAll(t, r, frames[20:21])
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
	s := mustClose(t, r)
	if s.Skipped != 18 || s.Files[0].Frames != 3 {
		t.Errorf("%+v", s)
	}
	p, err := parse(d.files["clip.webm"].b)
	if err != nil || p.blocks()[2].ms != 667 || !p.blocks()[2].key {
		t.Error(err, p.blocks())
	}
	if ended := n.of(netcheck.RecordingEnded); !strings.HasSuffix(ended[0], "; 18 pictures were left out because the disk was too slow") {
		t.Error(ended)
	}
}

func TestTheQueueIsBoundedInBytes(t *testing.T) {
	d := newStuck()
	r := New(Options{Path: "clip.webm", Queue: ample, Create: d.create})
	big := Frame{Data: make([]byte, MaxQueueBytes/4), Key: true, Width: 640, Height: 360}
	kept := 0
	for i := range 10 {
		big.At = time.Duration(i) * time.Second
		if r.Put(big) {
			kept++
		}
	}
	<-d.at
	close(d.let)
	s := mustClose(t, r)
	if kept != 4 || s.Skipped != 6 || s.Files[0].Frames != 4 || r.bytes != 0 {
		t.Errorf("%d kept, %+v, %d bytes left", kept, s, r.bytes)
	}
}

func TestKeyFramesAreAskedFor(t *testing.T) {
	d := disk{}
	var asked []time.Duration
	var now time.Duration
	start := time.Unix(1_800_000_000, 0)
	r := New(Options{
		Path: "clip.webm", Queue: 2000, Create: d.create,
		NeedKey: func() { asked = append(asked, now) }, Now: func() time.Time { return start.Add(now) },
	})
	for i := range 1000 { // key frames at 2.5 s and, as asked, at 13 s; the one at 23 s does not come
		now = time.Duration(i) * 40 * time.Millisecond
		r.Put(Frame{Data: []byte{1}, Key: now == 2520*time.Millisecond || now == 13*time.Second, Width: 320, Height: 180, At: now})
	}
	mustClose(t, r)
	if got := fmt.Sprint(asked); got != "[0s 1s 2s 12.52s 23s 33s]" {
		t.Error(got)
	}
}

func TestASizeChangesWithAKeyFrameOnly(t *testing.T) {
	d := disk{}
	clock := time.Unix(1_800_000_000, 0)
	asked := 0
	r := New(Options{Path: "clip.webm", Queue: ample, Create: d.create, NeedKey: func() { asked++ }, Now: func() time.Time { return clock }})
	frames := fake(60, 50)
	for i := 20; i < 60; i++ {
		frames[i].Width, frames[i].Height = 320, 180
	}
	putAll(t, r, frames[:20])
	clock = clock.Add(5 * time.Second)
	for _, f := range frames[20:50] {
		if r.Put(f) {
			t.Fatal("its key frame was lost: it would not decode")
		}
	}
	putAll(t, r, frames[50:])
	s := mustClose(t, r)
	if asked != 1 || s.Skipped != 30 || len(s.Files) != 2 || s.Files[0].Frames != 20 || s.Files[1].Frames != 10 {
		t.Errorf("asked %d times, %+v", asked, s)
	}
}

func TestWhatIsNoFrame(t *testing.T) {
	ok := Frame{Data: []byte{1}, Key: true, Width: 1, Height: MaxSide}
	d := disk{}
	r := New(Options{Path: "clip.webm", Queue: ample, Create: d.create})
	for name, change := range map[string]func(*Frame){
		"no data":   func(f *Frame) { f.Data = nil },
		"no width":  func(f *Frame) { f.Width = 0 },
		"no height": func(f *Frame) { f.Height = -1 },
		"too wide":  func(f *Frame) { f.Width = MaxSide + 1 },
		"too high":  func(f *Frame) { f.Height = MaxSide + 1 },
		"too big":   func(f *Frame) { f.Data = make([]byte, MaxQueueBytes+1) },
		"too early": func(f *Frame) { f.At = -1 },
	} {
		f := ok
		change(&f)
		if r.Put(f) {
			t.Error(name)
		}
	}
	putAll(t, r, []Frame{ok})
	if s := mustClose(t, r); s.Skipped != 7 || len(s.Files) != 1 || s.Files[0].Frames != 1 {
		t.Errorf("%+v", s)
	}
}

func TestDataAreCopied(t *testing.T) {
	d := newStuck()
	r := New(Options{Path: "clip.webm", Create: d.create})
	data := []byte("as it was")
	r.Put(Frame{Data: data, Key: true, Width: 320, Height: 180})
	copy(data, "something")
	close(d.let)
	mustClose(t, r)
	if p, err := parse(d.files["clip.webm"].b); err != nil || string(p.blocks()[0].data) != "as it was" {
		t.Error(err, p)
	}
}

func TestClose(t *testing.T) {
	d := disk{}
	var n notes
	r := New(Options{Path: "clip.webm", Queue: ample, Create: d.create, Note: n.add})
	putAll(t, r, fake(30, 30))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if s, err := r.Close(); err != nil || len(s.Files) != 1 || s.Files[0].Frames != 30 || s.Skipped != 0 {
				t.Errorf("%+v %v", s, err)
			}
		})
	}
	wg.Wait()
	if r.Put(fake(1, 1)[0]) {
		t.Error("a frame after the end was kept")
	}
	if s := mustClose(t, r); s.Skipped != 0 || len(n.of(netcheck.RecordingEnded)) != 1 {
		t.Errorf("%+v", s)
	}
}

func TestNothingToRecord(t *testing.T) {
	for name, frames := range map[string][]Frame{"no frames": nil, "no key frame": fake(30, 30)[1:]} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			var n notes
			r := New(Options{Path: filepath.Join(dir, "clip.webm"), Note: n.add})
			putAll(t, r, frames)
			s := mustClose(t, r)
			left, err := os.ReadDir(dir)
			if err != nil || len(left) != 0 || s.Files != nil || s.Skipped != 0 {
				t.Errorf("%v %v %+v", err, left, s)
			}
			if len(n.list) != 1 || n.list[0].What != netcheck.RecordingEnded || n.list[0].Text != "nothing was saved: no picture arrived that a recording can begin with" {
				t.Errorf("%+v", n.list)
			}
		})
	}
}

// Whoever sends the pictures can not fill the folder with files.
func TestManySizes(t *testing.T) {
	d := disk{}
	var n notes
	r := New(Options{Path: "clip.webm", Queue: ample, Create: d.create, Note: n.add})
	for i := range 3 * MaxFiles {
		r.Put(Frame{Data: []byte{1}, Key: true, Width: 1 + i, Height: 1})
	}
	s, err := r.Close()
	if err == nil || len(s.Files) != MaxFiles || len(d.files) != MaxFiles || len(n.of(netcheck.RecordingFailed)) != 1 || s.Skipped != 2*MaxFiles {
		t.Errorf("%v, %d files, %d skipped", err, len(s.Files), s.Skipped)
	}
}
