package record

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"echopath/app/record/atomicfile"
	"echopath/netcheck/export"
)

// Stamp is the form of a run's folder: the wall clock at its begin, without the colons that Windows does not take.
const Stamp = "2006-01-02_15-04-05"

// Open makes a recording of a run that is asked for now. It always gives one: where nothing can be written, Err of the recording tells
// so once the run has begun. Nothing is on the disk before. An answer later than lateAfter counts as late. Every recording must be
// ended by Finish or Discard.
func (o Opener) Open(keep Keep, lateAfter time.Duration, asked time.Time) *Recording {
	if o.Create == nil {
		o.Create = func(w export.Where, late time.Duration) (Files, error) { return export.Create(w, late) }
	}
	if o.Disk == nil {
		o.Disk = atomicfile.System{}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Recording{opener: o, keep: keep, lateAfter: lateAfter, disk: o.Disk, started: asked, temporary: !keep.Results}
}

// open makes the folder and opens the files in it: where that was asked for, or else in a temporary folder.
func (r *Recording) open() {
	r.opening.Lock()
	defer r.opening.Unlock()
	if r.abandoned {
		return // the process ends
	}
	r.started = r.opener.Now()
	if r.temporary {
		if err := r.openIn(newTemporary); err != nil {
			r.trouble = fmt.Errorf("what this run measures can not be recorded in a temporary folder: %w; the other results can still be saved", words(err))
		}
		return
	}
	err := r.openIn(func() (string, error) { return claim(r.keep.Dir, r.started.Format(Stamp)) })
	if err == nil {
		return
	}
	place := &PlaceError{Dir: r.keep.Dir, Err: err}
	place.TempErr = r.openIn(newTemporary)
	place.Instead = r.folder
	r.trouble = place
}

// openIn opens the files in a new folder, or leaves neither.
func (r *Recording) openIn(newFolder func() (string, error)) error {
	dir, err := newFolder()
	if err != nil {
		return err
	}
	f, err := r.opener.Create(export.Where{CSVDir: dir, JSON: filepath.Join(dir, export.ReportName)}, r.lateAfter)
	if err != nil {
		_ = os.Remove(dir)
		return err
	}
	r.folder, r.files, r.observe = dir, f, f.Observer()
	return nil
}

func newTemporary() (string, error) { return os.MkdirTemp("", "echopath-run-") }

var errNoPlace = errors.New("no folder was named")

// claim makes a new folder under parent, with a number behind its name if there is one of that name.
func claim(parent, name string) (string, error) {
	if parent == "" {
		return "", errNoPlace
	}
	parent, err := filepath.Abs(parent)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(parent, 0o755); err != nil { //nolint:gosec // results are for others to read, as far as the umask allows
		return "", err
	}
	const tries = 1000
	for i := 1; ; i++ {
		dir := filepath.Join(parent, name)
		if i > 1 {
			dir += "-" + strconv.Itoa(i)
		}
		err := os.Mkdir(dir, 0o755) //nolint:gosec // as above
		if err == nil || !errors.Is(err, fs.ErrExist) || i == tries {
			return dir, err
		}
	}
}
