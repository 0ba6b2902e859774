package export

import (
	"fmt"
	"path/filepath"
	"strings"
)

// SaveError tells which files of a session could not be written, and which were saved all the same.
type SaveError struct {
	Failed []FileError // never empty
	Saved  []string    // files that are whole
}

// FileError is one file that could not be written.
type FileError struct {
	Name string
	Err  error  // names the file too
	Kept string // the file that holds what could be written; "": nothing is left of it
	Rows int    // packets or pictures in Kept, if it is the beginning of packets.csv or frames.csv
}

// Error names every file that failed with the cause, and every file that was saved.
func (e *SaveError) Error() string {
	var b strings.Builder
	for i, f := range e.Failed {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(f.Err.Error())
		switch {
		case f.Kept != "" && f.Rows > 0:
			fmt.Fprintf(&b, " (the first %d %s are in %s)", f.Rows, f.unit(), f.Kept)
		case f.Kept != "":
			fmt.Fprintf(&b, " (what could be written is in %s)", f.Kept)
		}
	}
	if len(e.Saved) == 0 {
		return b.String() + ". No file was saved."
	}
	return b.String() + ". Saved: " + strings.Join(e.Saved, ", ") + "."
}

// unit names the rows of the file.
func (f FileError) unit() string {
	if filepath.Base(f.Name) == FramesName {
		return "pictures"
	}
	return "packets"
}

// Unwrap gives the causes.
func (e *SaveError) Unwrap() []error {
	list := make([]error, len(e.Failed))
	for i, f := range e.Failed {
		list[i] = f.Err
	}
	return list
}
