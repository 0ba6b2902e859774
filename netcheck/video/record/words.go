package record

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"syscall"
)

// fileError tells that a file could not be written, why, and what to do.
type fileError struct {
	path string
	err  error
}

// because names the file; nil stays nil.
func because(path string, err error) error {
	if err == nil {
		return nil
	}
	return &fileError{path, err}
}

// Error is a sentence without its full stop.
func (e *fileError) Error() string {
	why, advice := reason(e.err)
	s := e.path + " can not be written: " + why
	if advice != "" {
		s += "; " + advice
	}
	return s
}

func (e *fileError) Unwrap() error { return e.err }

// reason gives the cause in plain words, and what to do about it, if there is something.
func reason(err error) (why, advice string) {
	switch {
	case noRoom(err):
		return "there is no room left on the disk", "make room, or choose a place on another disk"
	case errors.Is(err, syscall.EFBIG): // 4 GB on many a USB stick
		return "the file has become as large as the disk allows", "choose a place on another disk"
	case errors.Is(err, syscall.EROFS):
		return "the disk can only be read", "choose another place"
	case errors.Is(err, fs.ErrPermission):
		return "you may not write there", "choose a folder of your own"
	case errors.Is(err, fs.ErrNotExist):
		return "the folder is not there", "make it, or choose another"
	case errors.Is(err, fs.ErrExist):
		return "that name and all those with a number after it are taken", "choose another name"
	case errors.Is(err, syscall.ENOTDIR):
		return "a part of the path is a file, not a folder", "choose another place"
	case errors.Is(err, syscall.ENAMETOOLONG):
		return "the name is too long", "choose a shorter one"
	}
	return bare(err).Error(), ""
}

// noRoom tells whether an error says that there is no room left, on the disk or for the user.
func noRoom(err error) bool {
	const diskFull, handleDiskFull = syscall.Errno(112), syscall.Errno(39) // of Windows
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) ||
		runtime.GOOS == "windows" && (errors.Is(err, diskFull) || errors.Is(err, handleDiskFull))
}

// bare takes the operation and the name off a system's error.
func bare(err error) error {
	var pathErr *os.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}

// beganText tells where a recording goes, and why there.
func beganText(c, before *clip, taken string) string {
	s := c.path
	if before != nil {
		s += fmt.Sprintf(", because the picture is now %dx%d and was %dx%d", c.width, c.height, before.width, before.height)
	}
	if taken != "" {
		s += fmt.Sprintf("; %s is there already and was left as it is", taken)
	}
	return s
}

func failedText(err error, saved []SavedFile) string {
	if len(saved) == 0 {
		return err.Error() + ". Nothing was saved."
	}
	return err.Error() + ". Saved until then: " + list(saved) + "."
}

func endedText(saved []SavedFile, skipped int, late error) string {
	s := "nothing was saved: no picture arrived that a recording can begin with"
	if len(saved) > 0 {
		s = list(saved)
	}
	if skipped > 0 {
		s += fmt.Sprintf("; %s left out because the disk was too slow", pictures(skipped, "was", "were"))
	}
	if late != nil {
		why, _ := reason(late)
		s += fmt.Sprintf("; its length or index could not be added (%s): it plays, but jumping in it may be slow", why)
	}
	return s
}

// list tells what is in each file.
func list(saved []SavedFile) string {
	parts := make([]string, len(saved))
	for i, f := range saved {
		parts[i] = fmt.Sprintf("%s (%.1f s, %s, %dx%d, %s)", f.Path, f.Duration.Seconds(), pictures(f.Frames, "", ""), f.Width, f.Height, size(f.Bytes))
	}
	return strings.Join(parts, ", ")
}

func pictures(n int, one, many string) string {
	if n == 1 {
		return strings.TrimSpace("1 picture " + one)
	}
	return strings.TrimSpace(fmt.Sprintf("%d pictures %s", n, many))
}

func size(bytes int64) string {
	if bytes < 1_000_000 {
		return fmt.Sprintf("%.1f kB", float64(bytes)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
}
