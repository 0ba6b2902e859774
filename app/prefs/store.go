package prefs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"echopath/app/record/atomicfile"
)

// The file in the folder.
const (
	FileName = "settings.json"
	maxSize  = 1 << 20 // bytes; a real one has a few thousand
	broken   = FileName + ".broken-"
)

// Store is the settings on the disk. Its methods may be called from several goroutines.
type Store struct {
	dir  string
	disk atomicfile.Disk
	read func(name string, limit int64) ([]byte, error)
	now  func() time.Time

	mu     sync.Mutex
	locked error // why the file that is there must not be replaced; nil: it may
}

// Open names the folder. Nothing is read or made yet.
func Open(dir string) *Store {
	return &Store{dir: dir, disk: atomicfile.System{}, read: readFile, now: time.Now}
}

// ErrLocked tells that the file was left alone, because what is in it could not be read.
var ErrLocked = errors.New("the settings were not saved")

// Load gives what is stored. The settings can always be used. The messages are whole sentences for a person: each tells
// something that was stored, can not be used and was left out. A file that is not there is the defaults, without a message; one
// that can not be understood at all is put aside in the same folder.
//
// The error tells that there is a file which can not be read, or not be put aside. It is left alone: Save refuses to replace it
// until the next Load that succeeds, Overwrite or Reset.
func (s *Store) Load() (Settings, []string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.locked = nil
	b, err := s.read(s.path(), maxSize)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Defaults(), nil, nil
	case errors.Is(err, errTooLarge):
		return s.putAside("is too large to be a settings file")
	case err != nil:
		s.locked = fmt.Errorf("%s can not be read (%s), so the settings are the original ones and changes are not kept; allow this program to read it, or delete it", s.path(), readingWhy(err))
		return Defaults(), nil, s.locked
	}
	settings, messages, err := decode(b)
	if err != nil {
		return s.putAside(err.Error())
	}
	return settings, messages, nil
}

// Save replaces what is stored. The file is whole or stays as it was; nobody else than the user may read it. The error tells in
// words what went wrong; it is ErrLocked when Load could not read the file that is there.
func (s *Store) Save(settings Settings) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.locked != nil {
		return fmt.Errorf("%w: %w", ErrLocked, s.locked)
	}
	return s.write(settings)
}

// Overwrite is Save when somebody has said that a file which can not be read may go.
func (s *Store) Overwrite(settings Settings) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.write(settings); err != nil {
		return err
	}
	s.locked = nil
	return nil
}

// Reset deletes everything that is stored, files that were put aside and never read again included. The error names what could
// not be deleted.
func (s *Store) Reset() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	entries, err := os.ReadDir(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		s.locked = nil
		return nil
	}
	if err != nil {
		return fmt.Errorf("the settings in %s could not be deleted: %s", s.dir, readingWhy(err))
	}
	var errs []error
	for _, e := range entries {
		if !ours(e.Name()) {
			continue
		}
		name := filepath.Join(s.dir, e.Name())
		if err := s.disk.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			why, _ := atomicfile.Why(err)
			errs = append(errs, fmt.Errorf("%s could not be deleted: %s", name, why))
		}
	}
	if len(errs) == 0 {
		s.locked = nil
	}
	return errors.Join(errs...)
}

// ours tells the names that this package gives.
func ours(name string) bool {
	return name == FileName || strings.HasPrefix(name, broken) ||
		strings.HasPrefix(name, atomicfile.Temporary) && strings.HasSuffix(name, atomicfile.TemporaryEnd)
}

func (s *Store) path() string { return filepath.Join(s.dir, FileName) }

func (s *Store) write(settings Settings) error {
	b, err := encode(settings)
	if err != nil {
		return fmt.Errorf("the settings could not be saved: %w", err)
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return fmt.Errorf("the settings could not be saved: %w", &atomicfile.Error{Name: s.dir, Err: err})
	}
	item := atomicfile.Item{Name: s.path(), Perm: 0o600, Write: func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	}}
	if err := atomicfile.Write(s.disk, item, true); err != nil {
		return fmt.Errorf("the settings could not be saved: %w", err)
	}
	return nil
}

// putAside renames the file, so that a person can still look into it, and gives the defaults.
func (s *Store) putAside(why string) (Settings, []string, error) {
	name, err := s.freeName()
	if err == nil {
		if err = s.disk.Rename(s.path(), name); err != nil {
			_ = s.disk.Remove(name)
		}
	}
	if err != nil {
		reason, _ := atomicfile.Why(err)
		s.locked = fmt.Errorf("%s %s, and could not be put aside (%s), so the settings are the original ones and changes are not kept; delete or rename it", s.path(), why, reason)
		return Defaults(), nil, s.locked
	}
	return Defaults(), []string{fmt.Sprintf("The settings are the original ones: %s %s. It is kept as %s.", s.path(), why, name)}, nil
}

// freeName takes a name that nothing has, by an empty file for the other to replace.
func (s *Store) freeName() (string, error) {
	base := filepath.Join(s.dir, broken+s.now().Format("20060102-150405"))
	const tries = 100
	for i := 1; ; i++ {
		name := base
		if i > 1 {
			name = fmt.Sprintf("%s-%d", base, i)
		}
		f, err := s.disk.Create(name, 0o600)
		if err == nil {
			return name, f.Close()
		}
		if !errors.Is(err, fs.ErrExist) || i == tries {
			return "", err
		}
	}
}

var (
	errTooLarge = errors.New("too large")
	errNoFile   = errors.New("it is not a file")
)

// readFile reads a file of at most limit bytes. It opens nothing that could make it wait, such as a pipe.
func readFile(name string, limit int64) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errNoFile
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = errTooLarge
	}
	return b, err
}

// readingWhy is atomicfile.Why for reading.
func readingWhy(err error) string {
	if errors.Is(err, fs.ErrPermission) {
		return "it belongs to somebody else, or its permissions forbid it"
	}
	why, _ := atomicfile.Why(err)
	return why
}
