package record

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"echopath/netcheck"
)

func TestAnExistingFileStays(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "clip.webm")
	for _, name := range []string{"clip.webm", "clip-2.webm", "clip-4.webm"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var n notes
	r := New(Options{Path: path, Note: n.add, Queue: ample})
	frames := fake(20, 10)
	for i := 10; i < 20; i++ {
		frames[i].Width = 320
	}
	putAll(t, r, frames)
	s := mustClose(t, r)
	if len(s.Files) != 2 || filepath.Base(s.Files[0].Path) != "clip-3.webm" || filepath.Base(s.Files[1].Path) != "clip-5.webm" {
		t.Errorf("%+v", s)
	}
	for _, name := range []string{"clip.webm", "clip-2.webm", "clip-4.webm"} {
		if b, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(b) != "mine" {
			t.Errorf("%s is now %q: %v", name, b, err)
		}
	}
	if began := n.of(netcheck.RecordingBegan); began[0] != filepath.Join(dir, "clip-3.webm")+"; "+path+" is there already and was left as it is" {
		t.Error(began)
	}
}

func TestNames(t *testing.T) {
	for path, want := range map[string]string{
		"clip.webm": "clip.webm clip-2.webm clip-3.webm", "a.b/clip": "a.b/clip.webm a.b/clip-2.webm a.b/clip-3.webm",
		"clip.WEBM": "clip.WEBM clip-2.WEBM clip-3.WEBM", "clip.mp4": "clip.mp4.webm clip.mp4-2.webm clip.mp4-3.webm",
		".webm": ".webm.webm .webm-2.webm .webm-3.webm",
	} {
		n := newNames(path)
		var got []string
		for range 3 {
			_, name, _, err := n.create((&disk{}).create)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s becomes %v", path, got)
		}
	}
	n := newNames("clip.webm")
	if _, _, taken, err := n.create(func(string) (File, error) { return nil, os.ErrExist }); err == nil || taken != "clip.webm" || n.next != maxTries+1 {
		t.Error(taken, err, n.next)
	}
}

// A file that took the place of ours is not ours to remove.
func TestOnlyItsOwnFileIsRemoved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "clip.webm")
	f, err := CreateFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c := &clip{f: f, path: path}
	if where := whereabouts(f, path); where != inPlace {
		t.Error(where)
	}
	if err := errors.Join(os.Rename(path, path+".old"), os.WriteFile(path, []byte("mine"), 0o600)); err != nil {
		t.Skip("SKIPPED: this system does not let go of an open file: ", err)
	}
	if where := whereabouts(f, path); where != unknown {
		t.Error(where)
	}
	c.discard()
	if b, err := os.ReadFile(path); err != nil || string(b) != "mine" {
		t.Errorf("%q: %v", b, err)
	}
}
