package record

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// File is what a recording is written to: the methods of *os.File that it takes. What Stat tells is used to notice that the file
// was removed meanwhile; it may fail, and then nobody looks.
type File interface {
	io.WriterAt
	Truncate(size int64) error
	Stat() (fs.FileInfo, error)
	Sync() error
	Close() error
}

// CreateFile makes a file on the disk, unless one of that name is there: then it fails with fs.ErrExist.
func CreateFile(path string) (File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666) //nolint:gosec // the user names it, and the umask holds
	if err != nil {
		return nil, err
	}
	return f, nil
}

const extension = ".webm"

// maxTries bounds the search for a free name.
const maxTries = 10_000

// names gives the files of a recording their names: NAME.webm, NAME-2.webm and so on.
type names struct {
	stem, ext string
	next      int // 1: without a number
}

func newNames(path string) names {
	if ext := filepath.Ext(path); strings.EqualFold(ext, extension) && filepath.Base(path) != ext {
		return names{strings.TrimSuffix(path, ext), ext, 1}
	}
	return names{path, extension, 1}
}

func (n *names) name() string {
	if n.next == 1 {
		return n.stem + n.ext
	}
	return fmt.Sprintf("%s-%d%s", n.stem, n.next, n.ext)
}

// create makes the next file. Taken tells the first name that would have been used if it were not for an older file.
func (n *names) create(how func(string) (File, error)) (f File, path, taken string, err error) {
	for range maxTries {
		path = n.name()
		f, err = how(path)
		if !errors.Is(err, fs.ErrExist) {
			n.next++
			return f, path, taken, err
		}
		if taken == "" {
			taken = path
		}
		n.next++
	}
	return nil, path, taken, err
}

// place tells whether a file still has its name.
type place int

const (
	unknown place = iota
	inPlace
	gone // nothing has its name
)

func whereabouts(f File, path string) place {
	mine, err := f.Stat()
	if err != nil {
		return unknown
	}
	now, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return gone
	case err != nil:
		return unknown
	case os.SameFile(mine, now):
		return inPlace
	}
	return unknown // replaced by another, or a network disk that does not number its files: no reason to end a recording
}
