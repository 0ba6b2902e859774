package record

import (
	"errors"
	"os"
	"slices"
	"sync"
	"time"

	"echopath/app/record/atomicfile"
	"echopath/netcheck"
	"echopath/netcheck/export"
)

// Keep tells what becomes of the files of a run.
type Keep struct {
	Results bool   // false: they go to a temporary folder, which Remove takes away
	Dir     string // the run gets a folder of its own in it, made if it is not there; only read with Results
}

// Files are the files of a run in the making: *export.Files, or a test's.
type Files interface {
	Observer() netcheck.Observer
	Err() error
	Finish(netcheck.Report, netcheck.Verdict) error
	Saved() []string
	Discard()
	Abandon()
}

// Opener opens recordings. The zero value does it on this computer's disk; tests put another in its place.
type Opener struct {
	Create func(export.Where, time.Duration) (Files, error) // nil: export.Create
	Disk   atomicfile.Disk                                  // that exports go to; nil: atomicfile.System
	Now    func() time.Time                                 // nil: time.Now
}

// Recording is the data of one run on the disk. Observe, Err, Finish and Discard belong to the goroutine of the session, one
// after another; the exports may be called from any goroutine once Finish has returned; Abandon and Remove at any time.
type Recording struct {
	opener    Opener
	keep      Keep
	lateAfter time.Duration
	disk      atomicfile.Disk
	started   time.Time
	begun     bool   // the session's first event has come
	temporary bool   // nobody was told of the folder: it goes with the run
	trouble   error  // why the folder is not the one that was asked for
	folder    string // "": there is none; changed under opening, as files
	files     Files  // nil: nothing is written anywhere
	observe   netcheck.Observer

	opening   sync.Mutex // held while the files are opened, since Abandon may come at any time
	abandoned bool

	report  netcheck.Report // set by Finish, with the four below
	verdict netcheck.Verdict
	done    bool
	saved   []string
	tables  []source // that were written as it went

	mu   sync.RWMutex // held for reading by exports, so that Remove waits for them
	gone bool
}

// Observe writes what there is to write of an event. The files are opened with the session's first one: a run that waits for the
// person at a host may begin minutes after it was asked for, and its folder is to bear the time that the host's has. A disk that fails
// does not show here, but in Err.
func (r *Recording) Observe(e netcheck.Event) {
	if _, first := e.Body.(netcheck.SessionStarted); first && !r.begun {
		r.begun = true
		r.open()
	}
	if r.observe != nil {
		r.observe(e)
	}
}

// Err is the first trouble since the run began, in words: a person who starts a run of an hour wants to know early. It is cheap, and
// always gives the same error once it has given one.
func (r *Recording) Err() error {
	if r.trouble == nil && r.files != nil {
		if err := r.files.Err(); err != nil {
			r.trouble = r.interrupted(err)
		}
	}
	return r.trouble
}

// Finish writes the rest of a run that began, whole or partial. The error tells in words what could not be kept, why, and
// where the rest is.
func (r *Recording) Finish(report netcheck.Report, verdict netcheck.Verdict) error {
	r.report, r.verdict, r.done = report, verdict, true
	if r.files == nil {
		return r.trouble
	}
	var place *PlaceError // files that could not be written say so themselves
	_ = errors.As(r.trouble, &place)
	err := r.files.Finish(report, verdict)
	r.saved = r.files.Saved()
	r.tables = sourcesOf(report, r.folder, r.saved, err)
	switch {
	case r.temporary && !slices.ContainsFunc(r.tables, func(s source) bool { return s.err != nil }):
		err = nil // exports make the other files anew
	case err != nil && r.temporary:
		err = r.interrupted(err)
	case err != nil:
		err = &saveError{err}
	}
	if place != nil {
		return errors.Join(place, err)
	}
	return err
}

// Discard is for a run that never began: nothing of it is left.
func (r *Recording) Discard() {
	if r.files != nil {
		r.files.Discard()
	}
	switch {
	case r.temporary:
		_ = r.Remove()
	case r.folder != "":
		_ = os.Remove(r.folder) // if it is empty: whoever put something else there wants it
	}
}

// Abandon is for a process that ends at once, and may be called from any goroutine at any time. What was written
// stays, unless it was not to be kept.
func (r *Recording) Abandon() {
	r.opening.Lock()
	defer r.opening.Unlock()
	r.abandoned = true
	if r.files != nil {
		r.files.Abandon()
	}
	if r.temporary && r.folder != "" {
		_ = os.RemoveAll(r.folder)
	}
}

// Remove deletes the files of a run that were not to be kept, and waits for exports that read them. Packets and pictures can
// not be exported afterwards, the rest can. It does nothing to files that are kept.
func (r *Recording) Remove() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.temporary || r.folder == "" || r.gone {
		return nil
	}
	if err := os.RemoveAll(r.folder); err != nil {
		why, _ := atomicfile.Why(err)
		return errors.New("the temporary folder " + r.folder + " could not be removed: " + why + "; delete it yourself")
	}
	r.gone = true
	return nil
}

// Folder is where the files of the run are; "" if they are not kept.
func (r *Recording) Folder() string {
	if r.temporary {
		return ""
	}
	return r.folder
}

// Saved lists the files in Folder that are whole, once Finish has returned.
func (r *Recording) Saved() []string {
	if r.temporary {
		return nil
	}
	return slices.Clone(r.saved)
}
