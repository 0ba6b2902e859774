package record

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"echopath/netcheck"
)

// fake makes n frames at 30 a second that no decoder would take, a key frame every so many.
func fake(n, keyEvery int) []Frame {
	list := make([]Frame, n)
	for i := range list {
		list[i] = Frame{
			Data: bytes.Repeat([]byte{byte(i)}, 200+i%50), Key: i%keyEvery == 0, Width: 640, Height: 360, At: time.Duration(i) * time.Second / 30,
		}
	}
	return list
}

// noTool skips a test loudly, and fails it where all tools must be.
func noTool(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err == nil {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is missing: scripts/setup.sh installs it", name)
	}
	t.Skipf("SKIPPED: %s is missing, so nobody checked that recordings play: scripts/setup.sh installs it", name)
}

var (
	cameraLock sync.Mutex
	cameraRoll = map[string][]Frame{}
)

// real makes 4 s of real VP8 frames, a key frame every 60.
func real(t *testing.T, width, height int) []Frame {
	t.Helper()
	noTool(t, "ffmpeg")
	noTool(t, "ffprobe")
	cameraLock.Lock()
	defer cameraLock.Unlock()
	size := fmt.Sprintf("%dx%d", width, height)
	if cameraRoll[size] == nil {
		path := filepath.Join(t.TempDir(), "camera.ivf")
		tool(t, "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=rate=30:duration=4:size="+size, "-c:v", "libvpx", "-deadline", "realtime",
			"-cpu-used", "8", "-lag-in-frames", "0", "-auto-alt-ref", "0", "-g", "60", "-b:v", "500k", path)
		cameraRoll[size] = readIVF(t, path, width, height)
	}
	return cameraRoll[size]
}

func readIVF(t *testing.T, path string, width, height int) (list []Frame) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for b = b[32:]; len(b) >= 12; {
		n, pts := int(binary.LittleEndian.Uint32(b)), binary.LittleEndian.Uint64(b[4:])
		data := b[12 : 12+n]
		list = append(list, Frame{data, data[0]&1 == 0, width, height, time.Duration(pts) * time.Second / 30})
		b = b[12+n:]
	}
	if len(list) != 120 || !list[0].Key || !list[60].Key || list[59].Key {
		t.Fatalf("ffmpeg made %d frames, or their key frames are elsewhere", len(list))
	}
	return list
}

// tool runs a program that must end well and say nothing on standard error.
func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil || errs.Len() > 0 {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, errs.Bytes())
	}
	return out.String()
}

// seen is what ffprobe and ffmpeg find in a file.
type seen struct {
	frames, width, height int
	duration              float64 // s; 0: the file does not say
}

// look decodes every frame; any complaint of the decoder fails the test.
func look(t *testing.T, path string) seen {
	t.Helper()
	tool(t, "ffmpeg", "-v", "error", "-xerror", "-i", path, "-f", "null", "-")
	var p struct {
		Streams []struct {
			Codec         string `json:"codec_name"`
			Width, Height int
			Frames        string `json:"nb_read_frames"`
		}
		Format struct {
			Name     string `json:"format_name"`
			Duration string
		}
	}
	out := tool(t, "ffprobe", "-v", "error", "-count_frames", "-show_entries", "format=format_name,duration:stream=codec_name,width,height,nb_read_frames", "-of", "json", path)
	if err := json.Unmarshal([]byte(out), &p); err != nil || len(p.Streams) != 1 || p.Streams[0].Codec != "vp8" {
		t.Fatalf("%v: %s", err, out)
	}
	s := seen{width: p.Streams[0].Width, height: p.Streams[0].Height}
	s.frames, _ = strconv.Atoi(p.Streams[0].Frames)
	s.duration, _ = strconv.ParseFloat(p.Format.Duration, 64)
	return s
}

// notes keeps what a recording tells.
type notes struct {
	mu   sync.Mutex
	list []netcheck.VideoHappened
}

func (n *notes) add(h netcheck.VideoHappened) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.list = append(n.list, h)
}

func (n *notes) of(what netcheck.Happening) (texts []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, h := range n.list {
		if h.What == what {
			texts = append(texts, h.Text)
		}
	}
	return texts
}

// memory is a file and its disk.
type memory struct {
	b     []byte
	room  int   // the file can not grow beyond; 0: no limit
	fault error // of a full disk; nil: ENOSPC
	wrote func(off int64, p []byte)
}

func (m *memory) WriteAt(p []byte, off int64) (int, error) {
	if m.wrote != nil {
		m.wrote(off, p)
	}
	n := len(p)
	if m.room > 0 && int(off)+n > m.room {
		n = max(0, m.room-int(off))
	}
	if grow := int(off) + n - len(m.b); grow > 0 {
		m.b = append(m.b, make([]byte, grow)...)
	}
	copy(m.b[off:], p[:n])
	if n == len(p) {
		return n, nil
	}
	if m.fault != nil {
		return n, m.fault
	}
	return n, &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
}

func (m *memory) Truncate(size int64) error {
	m.b = m.b[:size]
	return nil
}

func (m *memory) Stat() (fs.FileInfo, error) { return nil, fs.ErrInvalid }
func (m *memory) Sync() error                { return nil }
func (m *memory) Close() error               { return nil }

// disk makes one file of memory after another.
type disk struct {
	files map[string]*memory
	made  func(*memory)
}

func (d *disk) create(path string) (File, error) {
	if d.files == nil {
		d.files = map[string]*memory{}
	}
	if d.files[path] != nil {
		return nil, fs.ErrExist
	}
	m := &memory{}
	if d.made != nil {
		d.made(m)
	}
	d.files[path] = m
	return m, nil
}

// putAll hands over frames, none of which may be refused.
func putAll(t *testing.T, r *Recorder, frames []Frame) {
	t.Helper()
	for i, f := range frames {
		if !r.Put(f) {
			t.Fatalf("frame %d was refused", i)
		}
	}
}

func mustClose(t *testing.T, r *Recorder) Saved {
	t.Helper()
	s, err := r.Close()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ample holds every frame of a test, so that none is left out because the disk is busy.
const ample = 1000
