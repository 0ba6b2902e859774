package record

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"echopath/netcheck"
)

// tight is a file on a disk with room for so many bytes.
type tight struct {
	*os.File
	room int64
}

func (f *tight) WriteAt(p []byte, off int64) (int, error) {
	n := int64(len(p))
	if off+n > f.room {
		n = max(0, f.room-off)
	}
	if k, err := f.File.WriteAt(p[:n], off); err != nil || n == int64(len(p)) {
		return k, err
	}
	return int(n), &os.PathError{Op: "write", Path: f.Name(), Err: syscall.ENOSPC}
}

// Sync is left out: it is slow, and there are many files.
func (f *tight) Sync() error { return nil }

func (f *tight) create(path string) (File, error) {
	file, err := CreateFile(path)
	if err != nil {
		return nil, err
	}
	f.File = file.(*os.File)
	return f, nil
}

// The disk is full after so many bytes: in the head, in the first frame, at the seam of two clusters, in the index.
func TestTheDiskIsFull(t *testing.T) {
	frames := fake(100, 30)
	var all memory
	for _, w := range journal(t, frames) {
		_, _ = all.WriteAt(w.data, w.off)
	}
	p, err := parse(all.b)
	if err != nil {
		t.Fatal(err)
	}
	head, index := p.clusters[0].offset, p.at[idCues]
	seen := map[string]int{}
	for room := 1; room < len(all.b); room++ {
		if room > head+600 && room < index-300 && room%197 != 0 {
			continue
		}
		switch {
		case room < head+15+7+200: // a cluster's head takes 15 bytes, that of the first frame 7
			seen["nothing"]++
			fullBeforeAFrame(t, frames, room, head)
		case room < index:
			seen["some"]++
			fullAfterFrames(t, frames, room)
		default:
			seen["all"]++
			fullAtTheIndex(t, frames, room)
		}
	}
	t.Log(seen)
}

// recordTight puts all frames on a disk of limited room. Which of them come after the failure depends on how fast the disk is.
func recordTight(t *testing.T, frames []Frame, room int) (s Saved, n *notes, files int, err error) {
	t.Helper()
	dir := t.TempDir()
	n = &notes{}
	f := &tight{room: int64(room)}
	r := New(Options{Path: filepath.Join(dir, "clip.webm"), Queue: ample, Create: f.create, Note: n.add})
	for _, frame := range frames {
		r.Put(frame)
	}
	s, err = r.Close()
	list, dirErr := os.ReadDir(dir)
	if dirErr != nil {
		t.Fatal(dirErr)
	}
	if _, err := f.Stat(); !errors.Is(err, os.ErrClosed) {
		t.Fatalf("%d bytes: the file is open", room)
	}
	return s, n, len(list), err
}

func fullBeforeAFrame(t *testing.T, frames []Frame, room, head int) {
	t.Helper()
	s, n, files, err := recordTight(t, frames, room)
	failed := n.of(netcheck.RecordingFailed)
	if !errors.Is(err, syscall.ENOSPC) || len(s.Files) != 0 || s.Skipped != len(frames) || files != 0 || len(failed) != 1 {
		t.Fatalf("%d bytes of %d: %v %+v, %d files, %q", room, head, err, s, files, failed)
	}
	if !strings.HasSuffix(failed[0], "clip.webm can not be written: there is no room left on the disk; make room, or choose a place on another disk. Nothing was saved.") {
		t.Fatal(failed[0])
	}
}

func fullAfterFrames(t *testing.T, frames []Frame, room int) {
	t.Helper()
	s, n, _, err := recordTight(t, frames, room)
	failed := n.of(netcheck.RecordingFailed)
	if !errors.Is(err, syscall.ENOSPC) || len(s.Files) != 1 || s.Files[0].Frames+s.Skipped != len(frames) || len(failed) != 1 || len(n.of(netcheck.RecordingEnded)) != 0 {
		t.Fatalf("%d bytes: %v %+v %q", room, err, s, failed)
	}
	if !strings.Contains(failed[0], "no room left on the disk; make room, or choose a place on another disk. Saved until then: ") || !strings.Contains(failed[0], pictures(s.Files[0].Frames, "", "")) {
		t.Fatal(failed[0])
	}
	b, err := os.ReadFile(s.Files[0].Path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := parse(b)
	if err == nil {
		err = p.whole(len(p.cues) > 0)
	}
	if err != nil || len(p.blocks()) != s.Files[0].Frames || len(b) > room || int64(len(b)) != s.Files[0].Bytes {
		t.Fatalf("%d bytes: %v, %d blocks in %d bytes, %+v", room, err, len(p.blocks()), len(b), s)
	}
}

// All frames are there: that is no failure, but the user learns what is missing.
func fullAtTheIndex(t *testing.T, frames []Frame, room int) {
	t.Helper()
	s, n, _, err := recordTight(t, frames, room)
	ended := n.of(netcheck.RecordingEnded)
	if err != nil || s.Skipped != 0 || len(ended) != 1 || !strings.HasSuffix(ended[0], "; its length or index could not be added (there is no room left on the disk): it plays, but jumping in it may be slow") {
		t.Fatalf("%d bytes: %v %+v %q", room, err, s, ended)
	}
	b, err := os.ReadFile(s.Files[0].Path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := parse(b)
	if err == nil {
		err = p.whole(false)
	}
	if err != nil || len(p.blocks()) != len(frames) {
		t.Fatalf("%d bytes: %v", room, err)
	}
}

func TestAFullDiskLeavesAFileThatPlays(t *testing.T) {
	frames := real(t, 320, 180)
	s, _, _, err := recordTight(t, frames, 100_000)
	if !errors.Is(err, syscall.ENOSPC) || len(s.Files) != 1 || s.Files[0].Frames < 10 || s.Files[0].Frames > 110 {
		t.Fatalf("%v %+v", err, s)
	}
	if seen := look(t, s.Files[0].Path); seen.frames != s.Files[0].Frames || math.Abs(seen.duration-s.Files[0].Duration.Seconds()) > 1e-6 {
		t.Errorf("%+v plays of %+v", seen, s)
	}
}

func TestNoPlaceToWrite(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	// Root may write anywhere, so it is not the system that refuses.
	denied := func(string) (File, error) { return nil, &os.PathError{Op: "open", Path: "x", Err: syscall.EACCES} }
	for name, c := range map[string]struct {
		path, text string
		create     func(string) (File, error)
	}{
		"no folder":  {path: filepath.Join(dir, "gone", "clip.webm"), text: "the folder is not there; make it, or choose another"},
		"not folder": {path: filepath.Join(file, "clip.webm"), text: "a part of the path is a file, not a folder; choose another place"},
		"long name":  {path: filepath.Join(dir, strings.Repeat("x", 300)), text: "the name is too long; choose a shorter one"},
		"denied":     {path: filepath.Join(dir, "clip.webm"), text: "you may not write there; choose a folder of your own", create: denied},
	} {
		t.Run(name, func(t *testing.T) {
			if runtime.GOOS == "windows" && c.create == nil {
				t.Skip("its errors are others")
			}
			var n notes
			r := New(Options{Path: c.path, Create: c.create, Note: n.add, Queue: ample})
			for _, f := range fake(50, 10) {
				r.Put(f)
			}
			s, err := r.Close()
			failed := n.of(netcheck.RecordingFailed)
			if err == nil || s.Files != nil || s.Skipped != 50 || len(n.list) != 1 || len(failed) != 1 || failed[0] != err.Error()+". Nothing was saved." || !strings.HasSuffix(err.Error(), "can not be written: "+c.text) {
				t.Errorf("%v %+v %q", err, s, failed)
			}
		})
	}
}

// On Linux one can go on writing to a file that is no longer anywhere.
func TestTheFolderIsRemoved(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("an open file can not be removed")
	}
	for name, c := range map[string]struct {
		take func(dir, file string) error
		left int
	}{
		"folder": {func(dir, _ string) error { return os.RemoveAll(dir) }, 0},
		"file":   {func(_, file string) error { return os.Remove(file) }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "clips")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			var n notes
			began := make(chan struct{}, 2)
			r := New(Options{Path: filepath.Join(dir, "clip.webm"), Queue: ample, Note: func(h netcheck.VideoHappened) {
				n.add(h)
				if h.What == netcheck.RecordingBegan {
					began <- struct{}{}
				}
			}})
			first, second := fake(50, 50), fake(300, 50)
			for i := range second {
				second[i].Width, second[i].Height = 320, 180
			}
			putAll(t, r, first)
			<-began
			putAll(t, r, second[:1])
			<-began
			if err := c.take(dir, filepath.Join(dir, "clip-2.webm")); err != nil {
				t.Fatal(err)
			}
			for _, f := range second[1:] {
				r.Put(f)
			}
			s, err := r.Close()
			failed := n.of(netcheck.RecordingFailed)
			if !errors.Is(err, errGone) || len(s.Files) != c.left || len(failed) != 1 || len(n.of(netcheck.RecordingEnded)) != 0 {
				t.Errorf("%v %+v %+v", err, s, n.list)
			}
			if !strings.Contains(failed[0], "clip-2.webm can not be written: it was removed or moved while it was being written. ") {
				t.Error(failed[0])
			}
		})
	}
}

// A network disk may say only at the end that it could not write.
func TestTheDiskFailsAtTheEnd(t *testing.T) {
	var n notes
	r := New(Options{Path: "clip.webm", Note: n.add, Create: func(string) (File, error) { return &failsAtTheEnd{}, nil }})
	putAll(t, r, fake(10, 10))
	s, err := r.Close()
	failed := n.of(netcheck.RecordingFailed)
	if !errors.Is(err, syscall.EIO) || len(s.Files) != 1 || len(failed) != 1 || len(n.list) != 2 || !strings.Contains(failed[0], "input/output error. Saved until then: clip.webm (0.3 s, 10 pictures, 640x360, ") {
		t.Errorf("%v %+v %+v", err, s, n.list)
	}
}

type failsAtTheEnd struct{ memory }

func (*failsAtTheEnd) Sync() error { return &os.PathError{Op: "sync", Path: "x", Err: syscall.EIO} }
