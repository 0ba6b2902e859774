package record

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"echopath/netcheck"
	"echopath/netcheck/export"
)

// ErrIncomplete tells that an export lacks packets or pictures, because they could not be recorded or are no longer there. The
// other files were exported.
var ErrIncomplete = errors.New("the export is not whole")

var errNotKept = fmt.Errorf("%w: the results of this run were not to be kept, and what was recorded of it is deleted", ErrIncomplete)

// source is where a table lies that was written as the run went: of packets or of pictures.
type source struct {
	name string // of the table
	what string // its rows hold
	file string // "": there is none
	rows int    // so many are sure to be whole; 0: as many as there are
	err  error  // why it is not the whole table
}

// Tables that are written as a run goes.
var (
	packetRows  = source{name: export.PacketsName, what: "packets"}
	pictureRows = source{name: export.FramesName, what: "pictures"}
)

// sourcesOf gives the long tables that a run has: a video alone and a call send no packets of
// their own.
func sourcesOf(report netcheck.Report, folder string, saved []string, finish error) []source {
	var list []source
	if !report.Granted.Video.Mode.Only() {
		list = append(list, packetRows.found(folder, saved, finish))
	}
	if export.HasVideo(report) {
		list = append(list, pictureRows.found(folder, saved, finish))
	}
	return list
}

// found is the source with its file, as far as there is one.
func (s source) found(folder string, saved []string, finish error) source {
	final := filepath.Join(folder, s.name)
	if slices.Contains(saved, final) {
		s.file = final
		return s
	}
	s.err = fmt.Errorf("%w: the %s could not be recorded", ErrIncomplete, s.what)
	save := new(export.SaveError)
	if !errors.As(finish, &save) {
		return s
	}
	for _, f := range save.Failed {
		if f.Name == final {
			s.file, s.rows = f.Kept, f.Rows
			s.err = fmt.Errorf("%w: %w", ErrIncomplete, words(f.Err))
		}
	}
	return s
}

// open gives what can be read of the table, nil if nothing can, and why that is not the whole table.
func (s source) open() (*os.File, error) {
	if s.file == "" {
		return nil, s.err
	}
	f, err := os.Open(s.file)
	if err != nil {
		return nil, fmt.Errorf("%w: %s, where they were recorded, can not be read any more (was it moved or deleted?): %w", ErrIncomplete, s.file, words(err))
	}
	return f, s.err
}

// copyTo copies the whole table, or the rows of a table that was cut off.
func (s source) copyTo(ctx context.Context, w io.Writer, f *os.File) error {
	in := &reader{ctx: ctx, f: f}
	if s.err == nil {
		_, err := io.Copy(w, in)
		return err
	}
	lines, out := bufio.NewReader(in), bufio.NewWriter(w)
	for n := 0; s.rows == 0 || n <= s.rows; n++ { // the header is a row too
		line, err := lines.ReadSlice('\n')
		if errors.Is(err, io.EOF) {
			break // a row without its end is not one
		}
		if err != nil {
			return err
		}
		if _, err := out.Write(line); err != nil {
			return err
		}
	}
	return out.Flush()
}

// reader stops with its context, and names what it reads.
type reader struct {
	ctx context.Context //nolint:containedctx // lives for one copy
	f   *os.File
}

func (r *reader) Read(b []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, fmt.Errorf("the export was stopped: %w", r.ctx.Err())
	}
	n, err := r.f.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("%s, where the run was recorded, can not be read: %w", r.f.Name(), words(err))
	}
	return n, err
}
