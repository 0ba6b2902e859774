package record

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const helperEnv = "ECHOPATH_RECORD_UNTIL_KILLED" // the camera's file, and where to record to

// told tells of every frame that is in the file, on standard output and to the one who puts them.
type told struct {
	File
	end  int64
	next chan struct{}
}

func (f *told) WriteAt(p []byte, off int64) (int, error) {
	n, err := f.File.WriteAt(p, off)
	if off < f.end { // a size
		return n, err
	}
	f.end = off + int64(n)
	fmt.Println(off)
	if off > 0 { // not the head
		f.next <- struct{}{}
	}
	return n, err
}

// recordUntilKilled is the process that is killed: it writes 4 s of frames over and over, and never closes.
func recordUntilKilled(paths string) {
	from, to, _ := strings.Cut(paths, "\n")
	frames := readIVF(&testing.T{}, from, 320, 180)
	next := make(chan struct{}, 1)
	r := New(Options{Path: to, Create: func(path string) (File, error) {
		f, err := CreateFile(path)
		return &told{File: f, next: next}, err
	}})
	for at := time.Duration(0); ; at += 4 * time.Second {
		for _, f := range frames {
			f.At += at
			r.Put(f)
			<-next
		}
	}
}

// A process is killed while it writes. All that had been handed to the system plays.
func TestKilled(t *testing.T) {
	frames := real(t, 320, 180)
	camera := filepath.Join(t.TempDir(), "camera.ivf")
	writeIVF(t, camera, frames)
	for _, after := range []int{1, 2, 75, 200} {
		t.Run(fmt.Sprint(after), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "clip.webm")
			killAfter(t, camera, path, after)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			p, err := parse(b)
			if err != nil {
				t.Fatal(err)
			}
			blocks := len(p.blocks())
			if p.closed || p.duration != 0 || len(p.seek) != 0 || blocks < after {
				t.Errorf("closed %v, duration %v, %d of %d frames", p.closed, p.duration, blocks, after)
			}
			if p.truncated {
				t.Skip("SKIPPED: killed within a write, which TestCrashAfterAnyWrite covers")
			}
			if s := look(t, path); s.frames != blocks || s.width != 320 || s.duration != 0 {
				t.Errorf("%+v plays of %d frames", s, blocks)
			}
		})
	}
}

// killAfter kills a recording process when so many frames are in its file, while it goes on writing.
func killAfter(t *testing.T, camera, path string, frames int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), helperEnv+"="+camera+"\n"+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for range 1 + frames { // the head of the file, too
		if !lines.Scan() {
			t.Error("the process ended by itself")
			break
		}
	}
	_ = cmd.Process.Kill()
	_, _ = io.Copy(io.Discard, out)
	if err := cmd.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Errorf("the process ended by itself: %v", err)
	}
}

func writeIVF(t *testing.T, path string, frames []Frame) {
	t.Helper()
	b := make([]byte, 32)
	for i, f := range frames {
		n := len(f.Data)
		b = append(b, byte(n), byte(n>>8), byte(n>>16), byte(n>>24), byte(i), 0, 0, 0, 0, 0, 0, 0)
		b = append(b, f.Data...)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// write is one that a recording did.
type write struct {
	off  int64
	data []byte
}

// journal records and keeps every write.
func journal(t *testing.T, frames []Frame) (list []write) {
	t.Helper()
	d := disk{made: func(m *memory) {
		m.wrote = func(off int64, p []byte) { list = append(list, write{off, append([]byte(nil), p...)}) }
	}}
	r := New(Options{Path: "clip.webm", Queue: ample, Create: d.create})
	putAll(t, r, frames)
	mustClose(t, r)
	return list
}

// A process may end after any write, those of closing included, and within one. What is there then is a file with every
// frame that was written, and a strict reader takes it.
func TestCrashAfterAnyWrite(t *testing.T) {
	frames := fake(200, 70)
	var m memory
	for i, w := range journal(t, frames) {
		whole := 0
		for _, part := range []int{1, 7, len(w.data) / 2, len(w.data) - 1} {
			if i == 0 || part >= len(w.data) || w.off < int64(len(m.b)) {
				continue // no head yet; or a write over something, of some bytes within a block of the disk, that is done or not
			}
			torn := append(append([]byte(nil), m.b...), w.data[:part]...)
			p, err := parse(torn)
			if err != nil {
				t.Fatalf("%d bytes of write %d: %v", part, i, err)
			}
			whole = len(p.blocks())
		}
		if _, err := m.WriteAt(w.data, w.off); err != nil {
			t.Fatal(err)
		}
		p, err := parse(m.b)
		if err != nil || p.truncated {
			t.Fatalf("after write %d: %v", i, err)
		}
		if n := len(p.blocks()); n < whole || n > whole+1 && whole > 0 {
			t.Fatalf("%d frames after write %d, %d before it was whole", n, i, whole)
		}
	}
	p, err := parse(m.b)
	if err != nil || p.whole(true) != nil || len(p.blocks()) != 200 {
		t.Fatal(err, p.whole(true))
	}
}

// What strict readers take, ffmpeg decodes: at every step of closing, and when the last block is cut off.
func TestCrashedFilesPlay(t *testing.T) {
	list := journal(t, real(t, 320, 180))
	path := filepath.Join(t.TempDir(), "clip.webm")
	var m memory
	for i, w := range list {
		_, _ = m.WriteAt(w.data, w.off)
		if i < len(list)-4 && i != 1 && i != 50 {
			continue
		}
		p, err := parse(m.b)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, m.b, 0o600); err != nil {
			t.Fatal(err)
		}
		if s := look(t, path); s.frames != len(p.blocks()) {
			t.Errorf("after write %d of %d: %d frames of %d play", i, len(list), s.frames, len(p.blocks()))
		}
	}
}
