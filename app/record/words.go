package record

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"echopath/app/record/atomicfile"
	"echopath/netcheck/export"
)

// PlaceError tells that the results could not be put where they were to be kept. The run goes on, and is recorded elsewhere
// if there is such a place.
type PlaceError struct {
	Dir     string // where they were to be kept
	Err     error  // why they can not
	Instead string // where they are now: a temporary folder; "" if nowhere
	TempErr error  // why not even there
}

// Error tells what happened, where, and what to do, without a capital or a full stop.
func (e *PlaceError) Error() string {
	dir := e.Dir
	if dir == "" {
		dir = "the folder for results"
	}
	s := fmt.Sprintf("the results can not be kept in %s: %v", dir, words(e.Err))
	if e.Instead != "" {
		return s + "; for now they are in " + e.Instead + ", which the system may empty"
	}
	return s + fmt.Sprintf("; a temporary folder can not be used either: %v; single packets and pictures of this run can not be exported, the other results can", words(e.TempErr))
}

// Unwrap gives the causes.
func (e *PlaceError) Unwrap() []error {
	if e.TempErr == nil {
		return []error{e.Err}
	}
	return []error{e.Err, e.TempErr}
}

// worded is an error with the cause in plain words and what to do.
type worded struct{ err error }

func (w worded) Error() string {
	why, advice := atomicfile.Why(w.err)
	if advice == "" {
		return why
	}
	return why + "; " + advice
}

func (w worded) Unwrap() error { return w.err }

// words puts a system's error into plain words.
func words(err error) error {
	if err == nil {
		return nil
	}
	return worded{err}
}

// saveError puts the causes of an export.SaveError into plain words.
type saveError struct{ err error }

func (e *saveError) Unwrap() error { return e.err }

// Error names every file that failed, why, and what is left of it, and how many were saved.
func (e *saveError) Error() string {
	save := new(export.SaveError)
	if !errors.As(e.err, &save) {
		return "the results could not be saved: " + words(e.err).Error()
	}
	var parts []string
	for _, f := range save.Failed {
		s := f.Name + " could not be written: " + words(f.Err).Error()
		switch {
		case f.Kept != "" && f.Rows > 0:
			s += fmt.Sprintf(" (the first %d %s are in %s)", f.Rows, rowsOf(f.Name), f.Kept)
		case f.Kept != "":
			s += fmt.Sprintf(" (what could be written is in %s)", f.Kept)
		}
		parts = append(parts, s)
	}
	if len(save.Saved) > 0 {
		parts = append(parts, fmt.Sprintf("the other %d files were saved", len(save.Saved)))
	}
	return strings.Join(parts, "; ")
}

// rowsOf names what a long table has a row for.
func rowsOf(name string) string {
	if filepath.Base(name) == pictureRows.name {
		return pictureRows.what
	}
	return packetRows.what
}

// interrupted tells that the long tables of a run can not be written on.
func (r *Recording) interrupted(err error) error {
	return fmt.Errorf("what this run measures can not all be recorded in %s: %w", r.folder, words(err))
}
