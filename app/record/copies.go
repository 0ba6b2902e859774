package record

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"echopath/app/record/atomicfile"
	"echopath/netcheck/export"
)

// ErrNothing tells that there is nothing to export yet.
var ErrNothing = errors.New("nothing was measured yet, so there is nothing to save")

// ExportTables writes summary.csv into dir, which is made if it is not there, samples.csv and packets.csv of a run that sent
// packets, video.csv and frames.csv of a run with video, and calls.csv of one with a call. It gives the files that were written. Without overwrite it replaces
// nothing: the error is then an [*atomicfile.ExistsError]. When dir fails ([*atomicfile.Error]) or ctx ends, no file is left
// behind. With [ErrIncomplete] the files are there, but without packets or pictures, or with the first of them only.
func (r *Recording) ExportTables(ctx context.Context, dir string, overwrite bool) ([]string, error) {
	if !r.done {
		return nil, ErrNothing
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // the umask holds
		return nil, &atomicfile.Error{Name: dir, Err: err}
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	items := []atomicfile.Item{item(filepath.Join(dir, export.SummaryName), r.writeSummary)}
	if !r.report.Granted.Video.Mode.Only() {
		items = append(items, item(filepath.Join(dir, export.SamplesName), func(w io.Writer) error { return export.Samples(w, r.report) }))
	}
	if export.HasVideo(r.report) {
		items = append(items, item(filepath.Join(dir, export.VideoName), func(w io.Writer) error { return export.Video(w, r.report) }))
	}
	if export.HasCall(r.report) {
		items = append(items, item(filepath.Join(dir, export.CallsName), func(w io.Writer) error { return export.Calls(w, r.report) }))
	}
	var incomplete []error
	for _, s := range r.recorded() {
		f, err := s.open()
		incomplete = append(incomplete, err)
		if f != nil {
			defer f.Close() //nolint:errcheck // only read
			items = append(items, item(filepath.Join(dir, s.name), func(w io.Writer) error { return s.copyTo(ctx, w, f) }))
		}
	}
	saved, err := atomicfile.WriteAll(r.disk, items, overwrite)
	if err != nil {
		return saved, err
	}
	return saved, first(incomplete)
}

// first gives the first error: where several tables can not be read the cause is the same as a rule, and once told it is enough.
func first(list []error) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}

// ExportInto writes the tables into a new folder in parent, named like that of a run.
func (r *Recording) ExportInto(ctx context.Context, parent string) ([]string, error) {
	if !r.done {
		return nil, ErrNothing
	}
	dir, err := claim(parent, "echopath_"+r.started.Format(Stamp))
	if err != nil {
		return nil, &atomicfile.Error{Name: parent, Err: err}
	}
	saved, err := r.ExportTables(ctx, dir, false)
	if len(saved) == 0 {
		_ = os.Remove(dir)
	}
	return saved, err
}

// ExportJSON writes the report as one JSON document. For overwrite and errors see ExportTables.
func (r *Recording) ExportJSON(path string, overwrite bool) error {
	return r.exportOne(path, overwrite, func(w io.Writer) error { return export.JSON(w, r.report, r.verdict) })
}

// ExportSummary writes summary.csv. For overwrite and errors see ExportTables.
func (r *Recording) ExportSummary(path string, overwrite bool) error {
	return r.exportOne(path, overwrite, r.writeSummary)
}

func (r *Recording) exportOne(path string, overwrite bool, write func(io.Writer) error) error {
	if !r.done {
		return ErrNothing
	}
	return atomicfile.Write(r.disk, item(path, write), overwrite)
}

func (r *Recording) writeSummary(w io.Writer) error { return export.Summary(w, r.report, r.verdict) }

func item(name string, write func(io.Writer) error) atomicfile.Item {
	return atomicfile.Item{Name: name, Perm: 0o666, Write: write}
}

// recorded gives the long tables of the run. Those that are not to be had say why.
func (r *Recording) recorded() []source {
	switch {
	case r.gone:
		return []source{{err: errNotKept}}
	case r.files == nil:
		return []source{{err: fmt.Errorf("%w: %w", ErrIncomplete, r.trouble)}}
	}
	return r.tables
}
