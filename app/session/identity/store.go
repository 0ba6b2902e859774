package identity

import (
	"cmp"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"echopath/netcheck/signaling/invite"
)

// Most is how many identities are kept; beyond it the ones that were not used for longest go.
const Most = 64

// tries bounds how often a file is opened anew that another program takes away at the same moment.
const tries = 3

// DefaultDir is where identities are kept: echopath/identities in the user's folder for what a program may lose and this computer
// alone needs, which backups and roaming profiles leave out. The error tells in words that this computer names none.
func DefaultDir() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil || !filepath.IsAbs(dir) {
		return "", errors.New("this computer names no folder for what a program keeps (HOME or XDG_CACHE_HOME), so it is another guest each time")
	}
	return filepath.Join(dir, "echopath", "identities"), nil
}

// Store is a folder of identities. It is made when it is needed. Several programs may use it at once.
type Store struct {
	Dir string
	Now func() time.Time // nil: time.Now
}

// Taken is an identity that this program uses.
type Taken struct {
	ID   [32]byte // a secret
	file *os.File // locked; nil if it is not kept
}

// Release lets other programs use the identity. It is kept until the invite expires.
func (t *Taken) Release() {
	if t.file != nil {
		_ = t.file.Close() // nothing is written by it any more
		t.file = nil
	}
}

// Take gives who this computer is to the host of an invite: who it was the last time, else a new identity. While another program of this user
// uses that one, and when the invite's time is over, it is a new one that is not kept: two guests at a time must not be the same one.
// It can be used in any case; the error tells that it will not be known the next time.
func (s Store) Take(i invite.Invite) (*Taken, error) {
	t := &Taken{}
	rand.Read(t.ID[:]) // never fails: it ends the process instead
	if !s.now().Before(i.Expiry) {
		return t, nil
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return t, err
	}
	file, err := s.open(filepath.Join(s.Dir, nameOf(i)))
	if err != nil || file == nil {
		return t, err
	}
	if err := t.settle(file, i.Expiry); err != nil {
		return t, errors.Join(err, file.Close())
	}
	t.file = file
	return t, s.sweep(nameOf(i))
}

func (s Store) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

// open opens a file and locks it. It gives nil if another program has it.
func (s Store) open(name string) (*os.File, error) {
	for range tries {
		file, err := openLocked(name)
		if errors.Is(err, errLocked) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		// Between opening and locking it may have been forgotten: the lock is on a file without a name then.
		mine, err := file.Stat()
		if err != nil {
			return nil, errors.Join(err, file.Close())
		}
		if there, err := os.Lstat(name); err == nil && mine.Mode().IsRegular() && os.SameFile(mine, there) {
			return file, nil
		}
		_ = file.Close() // it is not the one
	}
	return nil, nil
}

// settle takes the identity of a file, or puts the new one into it.
func (t *Taken) settle(file *os.File, expiry time.Time) error {
	text, err := io.ReadAll(io.LimitReader(file, maxFile))
	if err != nil {
		return err
	}
	if k, ok := parse(string(text)); ok {
		t.ID = k.id
		now := time.Now()
		_ = os.Chtimes(file.Name(), now, now) // by it the one that was not used for longest is found
		return nil
	}
	if err := file.Chmod(0o600); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err = file.WriteAt([]byte(kept{expiry, t.ID}.line()), 0)
	return errors.Join(err, file.Sync())
}

// sweep removes what has expired, what can not be read, and the oldest of too many, but not the file that is in use here.
func (s Store) sweep(own string) error {
	files, err := s.files()
	if err != nil {
		return err
	}
	var left []fs.FileInfo
	for _, f := range files {
		switch {
		case f.Name() == own:
		case s.over(f.Name()):
			err = errors.Join(err, s.remove(f.Name()))
		default:
			left = append(left, f)
		}
	}
	slices.SortStableFunc(left, func(a, b fs.FileInfo) int { return cmp.Compare(a.ModTime().UnixNano(), b.ModTime().UnixNano()) })
	for _, f := range left[:max(0, len(left)+1-Most)] {
		err = errors.Join(err, s.remove(f.Name()))
	}
	return err
}

// over tells a file that is of no use any more.
func (s Store) over(name string) bool {
	file, err := os.Open(filepath.Join(s.Dir, name))
	if err != nil {
		return false
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, maxFile))
	if err != nil || len(text) == 0 { // another program is about to write it
		return false
	}
	k, ok := parse(string(text))
	return !ok || !s.now().Before(k.expiry)
}

// files are those of this package in the folder.
func (s Store) files() (out []fs.FileInfo, err error) {
	entries, err := os.ReadDir(s.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && isName(e.Name()) && info.Mode().IsRegular() {
			out = append(out, info)
		}
	}
	return out, err
}

func (s Store) remove(name string) error {
	err := os.Remove(filepath.Join(s.Dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Forget removes all identities. Sessions that are under way go on; who comes with an old invite afterwards is another guest.
func (s Store) Forget() error {
	files, err := s.files()
	for _, f := range files {
		err = errors.Join(err, s.remove(f.Name()))
	}
	_ = os.Remove(s.Dir) // if nothing of others is in it
	return err
}

// Forget removes what is kept in the usual folder. It is what a front end calls that forgets what is stored.
func Forget() error {
	dir, err := DefaultDir()
	if err != nil {
		return nil // nothing can be there
	}
	return Store{Dir: dir}.Forget()
}
