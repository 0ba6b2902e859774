package export

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"echopath/netcheck"
)

// disk is what results are written to; tests put one in its place that fills up.
type disk interface {
	create(name string) (file, error) // fails if the name is taken
	rename(from, to string) error     // replaces what is there
	remove(name string) error
}

type file interface {
	io.WriteCloser
	Sync() error
}

type systemDisk struct{}

// trackedDisk knows which files have a temporary name, so that they can be taken away when the process must end at once. It
// may be used from several goroutines.
type trackedDisk struct {
	disk

	mu    sync.Mutex
	files map[string]file // by temporary name
	over  bool
}

var errOver = errors.New("the process is ending")

func (d *trackedDisk) create(name string) (file, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.over {
		return nil, errOver
	}
	f, err := d.disk.create(name)
	if err == nil {
		d.files[name] = f
	}
	return f, err
}

func (d *trackedDisk) rename(from, to string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.disk.rename(from, to)
	if err == nil {
		delete(d.files, from)
	}
	return err
}

func (d *trackedDisk) remove(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.disk.remove(name)
	if err == nil {
		delete(d.files, name)
	}
	return err
}

// abandon removes the temporary files that hold nothing, and makes no more.
func (d *trackedDisk) abandon() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.over = true
	for name, f := range d.files {
		if !holdsNothing(name) {
			continue
		}
		_ = f.Close() // first, or Windows would not let it go
		if holdsNothing(name) {
			_ = d.disk.remove(name)
		}
	}
}

// holdsNothing tells a file that nobody misses: an empty one, and room that was held back.
func holdsNothing(name string) bool {
	info, err := os.Lstat(name)
	return err == nil && info.Mode().IsRegular() && (info.Size() == 0 || temporary(filepath.Base(name), reserveName))
}

// staleAfter is longer than the longest session, five paths of a day each: a report is empty until the session ends.
const staleAfter = 7 * netcheck.MaxDuration

// sweep removes what earlier processes that were killed left beside a file and holds nothing.
func sweep(d disk, final string) {
	entries, err := os.ReadDir(filepath.Dir(final))
	if err != nil {
		return
	}
	for _, e := range entries {
		name := filepath.Join(filepath.Dir(final), e.Name())
		if !temporary(e.Name(), filepath.Base(final)) || !holdsNothing(name) {
			continue
		}
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > staleAfter {
			_ = d.remove(name)
		}
	}
}

const (
	tempSuffix = ".part"
	tempRandom = 8 // characters of rand.Text, in lower case
)

// temporary tells whether name is one that begin gives to the file final.
func temporary(name, final string) bool {
	middle, ok := strings.CutPrefix(name, final+".")
	middle, ours := strings.CutSuffix(middle, tempSuffix)
	return ok && ours && len(middle) == tempRandom && strings.Trim(middle, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

func (systemDisk) create(name string) (file, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666) //nolint:gosec // the user names it, and the umask holds
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (systemDisk) remove(name string) error { return os.Remove(name) }

// rename also asks the system to keep the new name through a power cut. Not every system can, and the file is whole without.
func (systemDisk) rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	if dir, err := os.Open(filepath.Dir(to)); err == nil {
		_ = dir.Sync()
		_ = dir.Close()
	}
	return nil
}

// pending is a file in the making. It has a name of its own, so that what an earlier session left under the final name stays
// until the new file is whole.
type pending struct {
	disk   disk
	final  string // as the user named it
	target string // where it really is, behind links
	temp   string // "": written in place, because the target is a device or a pipe, which must not be replaced
	f      file
}

// begin checks that the target can be written and opens the file. What killed processes left of earlier tries goes.
func begin(d disk, final string) (*pending, error) {
	p := &pending{disk: d, final: final, target: final}
	if linked, err := filepath.EvalSymlinks(final); err == nil {
		p.target = linked
	}
	info, err := os.Stat(p.target)
	switch {
	case err == nil && info.IsDir():
		return nil, fmt.Errorf("%s is a folder, and a file is to be written there", final)
	case err == nil && !info.Mode().IsRegular():
		p.f, err = os.OpenFile(p.target, os.O_WRONLY, 0)
		return p, because(final, err)
	}
	sweep(d, p.target)
	const tries = 3
	for range tries {
		p.temp = p.target + "." + strings.ToLower(rand.Text()[:tempRandom]) + tempSuffix
		if p.f, err = d.create(p.temp); !errors.Is(err, os.ErrExist) {
			break
		}
	}
	if err != nil {
		return nil, because(final, err)
	}
	return p, nil
}

// commit makes the file last and gives it its final name. If that fails, kept is the name under which the data are: some
// systems tell only now that the disk is full, and on Windows a spreadsheet that has the old file open holds on to it.
func (p *pending) commit() (kept string, err error) {
	if p.temp == "" {
		return "", because(p.final, p.f.Close())
	}
	if err := errors.Join(p.f.Sync(), p.f.Close()); err != nil {
		return p.temp, because(p.final, err)
	}
	if err := p.disk.rename(p.temp, p.target); err != nil {
		return p.temp, fmt.Errorf("%w (is it open in another program?)", because(p.final, err))
	}
	return "", nil
}

// leave closes the file as it is, under its temporary name.
func (p *pending) leave() (kept string) {
	_ = p.f.Sync()
	_ = p.f.Close()
	return p.temp
}

// discard removes the file.
func (p *pending) discard() {
	_ = p.f.Close()
	if p.temp != "" {
		_ = p.disk.remove(p.temp)
	}
}

// full tells whether an error says that there is no room left, on the disk or for the user.
func full(err error) bool {
	const diskFull, handleDiskFull = syscall.Errno(112), syscall.Errno(39) // of Windows
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) ||
		runtime.GOOS == "windows" && (errors.Is(err, diskFull) || errors.Is(err, handleDiskFull))
}

// because names the file by the name that the user gave; the temporary one of the system's error would puzzle.
func because(final string, err error) error {
	if err == nil {
		return nil
	}
	var pathErr *os.PathError
	var linkErr *os.LinkError
	switch {
	case errors.As(err, &pathErr):
		err = pathErr.Err
	case errors.As(err, &linkErr):
		err = linkErr.Err
	}
	return fmt.Errorf("%s can not be written: %w", final, err)
}
