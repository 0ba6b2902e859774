package atomicfile

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Disk is what files are written to. Tests put one in its place that fills up.
type Disk interface {
	Create(name string, perm fs.FileMode) (File, error) // fails if the name is taken
	Rename(from, to string) error                       // replaces what is there
	Remove(name string) error
}

// File is a file that is being written.
type File interface {
	io.WriteCloser
	Sync() error // makes what was written last, through a power cut too
}

// System is the disk of this computer.
type System struct{}

// Create makes a new file. The umask holds for perm.
func (System) Create(name string, perm fs.FileMode) (File, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, perm) //nolint:gosec // the user names it
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Rename also asks the system to keep the new name through a power cut. Not every system can, and the file is whole without.
func (System) Rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	if dir, err := os.Open(filepath.Dir(to)); err == nil {
		_ = dir.Sync()
		_ = dir.Close()
	}
	return nil
}

// Remove deletes a file.
func (System) Remove(name string) error { return os.Remove(name) }
