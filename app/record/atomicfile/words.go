package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"syscall"
)

var (
	errFolder  = errors.New("a folder has that name")
	errSpecial = errors.New("it is a device or a pipe, not a file")
)

// Error tells that a file or folder could not be written, why, and what to do.
type Error struct {
	Name     string
	Err      error // the system's
	renaming bool
}

// Error is a sentence without its full stop: what happened, why, and behind a semicolon what to do.
func (e *Error) Error() string {
	why, advice := Why(e.Err)
	if e.renaming && advice == "" {
		advice = "close it if another program has it open, and try again"
	}
	s := e.Name + " could not be written: " + why
	if advice != "" {
		s += "; " + advice
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// ExistsError tells that files are there already and were left alone.
type ExistsError struct{ Names []string }

// Error names them.
func (e *ExistsError) Error() string {
	if len(e.Names) == 1 {
		return e.Names[0] + " is there already and was left as it is; choose another name, or have it replaced"
	}
	return strings.Join(e.Names, ", ") + " are there already and were left as they are; choose another folder, or have them replaced"
}

// Is makes it an fs.ErrExist.
func (e *ExistsError) Is(target error) bool { return target == fs.ErrExist }

// Why gives the cause of a failure with a file or folder in plain words, and what to do about it ("" if there is nothing to
// say), both without a capital or a full stop. The names in the system's error are left out: they may be temporary ones.
func Why(err error) (why, advice string) {
	switch {
	case NoRoom(err):
		return "there is no room left on the disk", "make room, or choose a place on another disk"
	case errors.Is(err, syscall.EROFS):
		return "the disk can only be read", "choose another place"
	case errors.Is(err, fs.ErrPermission):
		return "you may not write there", "choose a folder of your own"
	case errors.Is(err, fs.ErrNotExist):
		return "the folder is not there", "make it, or choose another"
	case errors.Is(err, syscall.ENOTDIR):
		return "a part of the path is a file, not a folder", "choose another place"
	case errors.Is(err, syscall.ENAMETOOLONG):
		return "the name is too long", "choose a shorter one"
	case errors.Is(err, errFolder), errors.Is(err, errSpecial):
		return err.Error(), "choose another name"
	}
	return bare(err).Error(), ""
}

// NoRoom tells whether an error says that there is no room left, on the disk or for the user.
func NoRoom(err error) bool {
	const diskFull, handleDiskFull = syscall.Errno(112), syscall.Errno(39) // of Windows
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) ||
		runtime.GOOS == "windows" && (errors.Is(err, diskFull) || errors.Is(err, handleDiskFull))
}

// bare takes the operation and the names off a system's error.
func bare(err error) error {
	var pathErr *os.PathError
	var linkErr *os.LinkError
	switch {
	case errors.As(err, &pathErr):
		return pathErr.Err
	case errors.As(err, &linkErr):
		return linkErr.Err
	case err == nil:
		return errors.New("for an unknown reason")
	}
	return err
}
