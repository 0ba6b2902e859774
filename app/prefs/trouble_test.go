package prefs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"echopath/app/record/atomicfile"
)

// A file that can not be read is not replaced, unless somebody says so.
func TestUnreadable(t *testing.T) {
	fail := func(err error) func(string, int64) ([]byte, error) {
		return func(name string, _ int64) ([]byte, error) {
			return nil, &os.PathError{Op: "open", Path: name, Err: err}
		}
	}
	for name, again := range map[string]func(*Store) error{
		"overwrite": func(s *Store) error { return s.Overwrite(changed()) },
		"reset":     func(s *Store) error { return errors.Join(s.Reset(), s.Save(changed())) },
		"reload": func(s *Store) error {
			s.read = readFile
			_, _, err := s.Load()
			return errors.Join(err, s.Save(changed()))
		},
	} {
		s := stored1(t, `{"schema":"echopath.settings/1"}`)
		before := content(t, s)
		s.read = fail(syscall.EACCES)
		got, messages, err := s.Load()
		if err == nil || !strings.Contains(err.Error(), s.path()) || !strings.Contains(err.Error(), "permissions") || len(messages) > 0 || !reflect.DeepEqual(got, Defaults()) {
			t.Errorf("%q, %v", messages, err)
		}
		if err := s.Save(changed()); !errors.Is(err, ErrLocked) || content(t, s) != before {
			t.Errorf("%v, the file is now %s", err, content(t, s))
		}
		if err := again(s); err != nil || content(t, s) == before {
			t.Errorf("%s: %v", name, err)
		}
		if err := s.Save(Defaults()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A folder or a pipe in the place of the file must neither be waited for nor be replaced.
func TestNotAFile(t *testing.T) {
	s := Open(t.TempDir())
	if err := os.Mkdir(s.path(), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Load(); err == nil || !strings.Contains(err.Error(), "not a file") {
		t.Error(err)
	}
	if err := s.Save(Defaults()); !errors.Is(err, ErrLocked) {
		t.Error(err)
	}
}

// fullDisk has no room, or does not let anything be renamed.
type fullDisk struct {
	atomicfile.System
	noRename bool
}

type fullFile struct{ atomicfile.File }

func (fullFile) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func (d fullDisk) Create(name string, perm fs.FileMode) (atomicfile.File, error) {
	f, err := d.System.Create(name, perm)
	if d.noRename || err != nil {
		return f, err
	}
	return fullFile{f}, nil
}

func (d fullDisk) Rename(from, to string) error {
	if d.noRename {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: syscall.EACCES}
	}
	return d.System.Rename(from, to)
}

func TestSaveFails(t *testing.T) {
	s := stored1(t, "before")
	s.disk = fullDisk{}
	err := s.Save(changed())
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "no room left") || !strings.Contains(err.Error(), s.path()) || content(t, s) != "before" {
		t.Errorf("%v, the file is now %q", err, content(t, s))
	}
	wantNames(t, s.dir, FileName)

	file := filepath.Join(s.dir, FileName)
	if err := Open(file).Save(changed()); err == nil || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), "is a file") {
		t.Errorf("a file in the place of the folder: %v", err)
	}

	s.disk = fullDisk{noRename: true}
	if _, _, err := s.Load(); err == nil || !strings.Contains(err.Error(), "could not be put aside") {
		t.Errorf("a broken file that stays: %v", err)
	}
	if err := s.Save(changed()); !errors.Is(err, ErrLocked) || content(t, s) != "before" {
		t.Errorf("it was replaced: %v", err)
	}
	wantNames(t, s.dir, FileName)
}
