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

// Stamp is the form of a run's folder: the wall clock at its start, without the colons that Windows does not take.
const Stamp = "2006-01-02_15-04-05"

// Open begins a recording. It always gives one: where nothing can be written, Err of the recording tells so. An answer later
// than lateAfter counts as late. Every recording must be ended by Finish or Discard.
func (o Opener) Open(keep Keep, lateAfter time.Duration, started time.Time) *Recording {
	if o.Create == nil {
		o.Create = func(w export.Where, late time.Duration) (Files, error) { return export.Create(w, late) }
	}
	if o.Disk == nil {
		o.Disk = atomicfile.System{}
	}
	r := &Recording{disk: o.Disk, started: started}
	if !keep.Results {
		r.temporary = true
		if err := o.begin(r, newTemporary, lateAfter); err != nil {
			r.trouble = fmt.Errorf("what this run measures can not be recorded in a temporary folder: %w; the other results can still be saved", words(err))
		}
		return r
	}
	err := o.begin(r, func() (string, error) { return claim(keep.Dir, started.Format(Stamp)) }, lateAfter)
	if err == nil {
		return r
	}
	place := &PlaceError{Dir: keep.Dir, Err: err}
	place.TempErr = o.begin(r, newTemporary, lateAfter)
	place.Instead = r.folder
	r.trouble = place
	return r
}

// begin opens the files in a new folder, or leaves neither.
func (o Opener) begin(r *Recording, newFolder func() (string, error), lateAfter time.Duration) error {
	dir, err := newFolder()
	if err != nil {
		return err
	}
	f, err := o.Create(export.Where{CSVDir: dir, JSON: filepath.Join(dir, export.ReportName)}, lateAfter)
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
