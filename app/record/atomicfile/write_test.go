package atomicfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
)

func text(name, s string) Item {
	return Item{Name: name, Perm: 0o600, Write: func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}}
}

func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, e := range list {
		b, _ := os.ReadFile(filepath.Join(dir, e.Name()))
		out[e.Name()] = string(b)
	}
	return out
}

func want(t *testing.T, dir string, pairs ...string) {
	t.Helper()
	got := files(t, dir)
	if len(got) != len(pairs)/2 {
		t.Errorf("in the folder: %q, want %q", got, pairs)
	}
	for p := range slices.Chunk(pairs, 2) {
		if got[p[0]] != p[1] {
			t.Errorf("%s is %q, want %q", p[0], got[p[0]], p[1])
		}
	}
}

func TestWriteAll(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	saved, err := WriteAll(System{}, []Item{text(a, "1"), text(b, "2")}, false)
	if err != nil || !slices.Equal(saved, []string{a, b}) {
		t.Errorf("%q, %v", saved, err)
	}
	want(t, dir, "a", "1", "b", "2")
	exists := new(ExistsError)
	_, err = WriteAll(System{}, []Item{text(filepath.Join(dir, "c"), "3"), text(b, "4"), text(a, "5")}, false)
	if !errors.As(err, &exists) || !slices.Equal(exists.Names, []string{b, a}) || !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), b) {
		t.Errorf("%v", err)
	}
	want(t, dir, "a", "1", "b", "2")
	if err := Write(System{}, text(a, "6"), true); err != nil {
		t.Error(err)
	}
	want(t, dir, "a", "6", "b", "2")
}

// A file that appears while another is being written is not replaced either.
func TestAppearsMeanwhile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a")
	err := Write(System{}, Item{Name: name, Perm: 0o600, Write: func(w io.Writer) error {
		_, err := io.WriteString(w, "mine")
		return errors.Join(err, os.WriteFile(name, []byte("theirs"), 0o600))
	}}, false)
	if !errors.Is(err, fs.ErrExist) {
		t.Errorf("%v", err)
	}
	want(t, dir, "a", "theirs")
}

func TestLinksStay(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	link := filepath.Join(dir, "link")
	if err := errors.Join(os.WriteFile(filepath.Join(other, "real"), nil, 0o600), os.Symlink(filepath.Join(other, "real"), link)); err != nil {
		t.Skip(err)
	}
	if err := Write(System{}, text(link, "new"), true); err != nil {
		t.Error(err)
	}
	want(t, other, "real", "new")
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v", info, err)
	}
}

// trouble is a disk on which one thing fails, at a file whose final name or content it knows.
type trouble struct {
	System
	step string // create, write, sync, close or rename
	nth  int    // the how many-th such step fails
	err  error

	count int
}

func (d *trouble) fails(step string) bool {
	if step != d.step {
		return false
	}
	d.count++
	return d.count == d.nth
}

func (d *trouble) Create(name string, perm fs.FileMode) (File, error) {
	if d.fails("create") {
		return nil, &os.PathError{Op: "open", Path: name, Err: d.err}
	}
	f, err := d.System.Create(name, perm)
	return troubledFile{f, d}, err
}

func (d *trouble) Rename(from, to string) error {
	if d.fails("rename") {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: d.err}
	}
	return d.System.Rename(from, to)
}

type troubledFile struct {
	File
	disk *trouble
}

func (f troubledFile) Write(b []byte) (int, error) {
	if f.disk.fails("write") {
		return 0, f.disk.err
	}
	return f.File.Write(b)
}

func (f troubledFile) Sync() error {
	if f.disk.fails("sync") {
		return f.disk.err
	}
	return f.File.Sync()
}

func (f troubledFile) Close() error {
	err := f.File.Close()
	if f.disk.fails("close") {
		return f.disk.err
	}
	return err
}

// Whatever fails, no part of a file stays, what was there stays, and the file is named with the cause.
func TestFailures(t *testing.T) {
	for _, step := range []string{"create", "write", "sync", "close", "rename"} {
		for nth := 1; nth <= 2; nth++ {
			dir := t.TempDir()
			names := []string{filepath.Join(dir, "a"), filepath.Join(dir, "b")}
			if err := os.WriteFile(names[1], []byte("old"), 0o600); err != nil {
				t.Fatal(err)
			}
			d := &trouble{step: step, nth: nth, err: syscall.ENOSPC}
			saved, err := WriteAll(d, []Item{text(names[0], "1"), text(names[1], "2")}, true)
			told := new(Error)
			if !errors.As(err, &told) || told.Name != names[nth-1] || !errors.Is(err, syscall.ENOSPC) || strings.Contains(err.Error(), TemporaryEnd) {
				t.Errorf("%s %d: %v", step, nth, err)
			}
			if step == "rename" && nth == 2 {
				want(t, dir, "a", "1", "b", "old")
				if !slices.Equal(saved, names[:1]) {
					t.Errorf("saved %q", saved)
				}
				continue
			}
			want(t, dir, "b", "old")
			if len(saved) > 0 {
				t.Errorf("saved %q", saved)
			}
		}
	}
}

// An error of whoever writes comes back as it is, also if the disk takes everything.
func TestWriterFails(t *testing.T) {
	dir := t.TempDir()
	why := errors.New("no more data")
	for _, swallow := range []bool{true, false} {
		d := &trouble{step: "write", nth: 1, err: syscall.EIO}
		item := Item{Name: filepath.Join(dir, "a"), Perm: 0o600, Write: func(w io.Writer) error {
			if swallow {
				_, _ = io.WriteString(w, "x")
				return nil
			}
			return why
		}}
		err := Write(d, item, false)
		if swallow && !errors.Is(err, syscall.EIO) || !swallow && !errors.Is(err, why) {
			t.Errorf("%v", err)
		}
		want(t, dir)
	}
}

func TestWords(t *testing.T) {
	dir := t.TempDir()
	for err, part := range map[error]string{
		&fs.PathError{Op: "open", Path: "x.part", Err: syscall.EACCES}: "may not write there; choose a folder",
		&fs.PathError{Op: "open", Path: "x.part", Err: syscall.ENOENT}: "is not there; make it",
		syscall.EROFS:        "only be read; choose",
		syscall.EDQUOT:       "no room left on the disk; make room",
		syscall.ENOTDIR:      "is a file",
		syscall.ENAMETOOLONG: "too long",
		&fs.PathError{Op: "a", Path: "x.part", Err: syscall.EIO}: syscall.EIO.Error(),
	} {
		got := (&Error{Name: "/a/b.csv", Err: err}).Error()
		if !strings.HasPrefix(got, "/a/b.csv could not be written: ") || !strings.Contains(got, part) || strings.Contains(got, "x.part") {
			t.Errorf("%v: %s", err, got)
		}
	}
	if got := (&Error{Name: "a", Err: syscall.EBUSY, renaming: true}).Error(); !strings.Contains(got, "another program") {
		t.Error(got)
	}
	if err := Write(System{}, text(dir, "x"), true); err == nil || !strings.Contains(err.Error(), "a folder has that name") {
		t.Errorf("%v", err)
	}
	if err := Write(System{}, text(filepath.Join(dir, "no", "a"), "x"), true); err == nil || !strings.Contains(err.Error(), "is not there") {
		t.Errorf("%v", err)
	}
	if runtime.GOOS == "linux" {
		if err := Write(System{}, text("/dev/full", "x"), true); err == nil || !strings.Contains(err.Error(), "a device") {
			t.Errorf("%v", err)
		}
	}
}
