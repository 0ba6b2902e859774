package runner

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"echopath/app/record"
	"echopath/netcheck"
	"echopath/netcheck/export"
)

// keepRun runs a story and gives what came of it, the screen and the runner, which is open still.
func keepRun(t *testing.T, s *story, keep record.Keep, records record.Opener) (*screen, *Runner) {
	t.Helper()
	view := newScreen(t)
	c := view.config(s.run)
	c.Records = records
	r := New(c)
	start(t, r, keep)
	for r.Busy() {
		time.Sleep(time.Second)
	}
	synctest.Wait()
	return view, r
}

func closeAll(t *testing.T, view *screen, r *Runner) {
	t.Helper()
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	view.stop()
}

// direct writes the files of a session as the terminal does.
func direct(t *testing.T, told []netcheck.Event, got Result) string {
	t.Helper()
	dir := t.TempDir()
	_, granted := plan(t)
	f, err := export.Create(export.Where{CSVDir: dir, JSON: filepath.Join(dir, export.ReportName)}, granted.Loss.LateAfter)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range told {
		f.Observer()(e)
	}
	if err := f.Finish(got.Report, got.Verdict); err != nil {
		t.Fatal(err)
	}
	return dir
}

func sameFiles(t *testing.T, gotDir, wantDir string, names ...string) {
	t.Helper()
	for _, name := range names {
		got, err1 := os.ReadFile(filepath.Join(gotDir, name))
		want, err2 := os.ReadFile(filepath.Join(wantDir, name))
		if err := errors.Join(err1, err2); err != nil || string(got) != string(want) || len(want) == 0 {
			t.Errorf("%s: %d bytes, want %d, %v", name, len(got), len(want), err)
		}
	}
}

var all = []string{export.PacketsName, export.ReportName, export.SamplesName, export.SummaryName}

// What is kept, and what is exported, is what export writes of the same session, whole or stopped half-way.
func TestFilesAreThoseOfExport(t *testing.T) {
	list := temporaries(t)
	for _, at := range []int{0, 5, 30, 40} {
		synctest.Test(t, func(t *testing.T) {
			results, begin := filepath.Join(t.TempDir(), "not", "there"), time.Now().Format(record.Stamp)
			s := &story{at: at, pause: time.Millisecond}
			var r *Runner
			s.act = func() { r.Stop() }
			view := newScreen(t)
			r = New(view.config(s.run))
			start(t, r, record.Keep{Results: true, Dir: results})
			for r.Busy() {
				time.Sleep(time.Second)
			}
			closeAll(t, view, r)
			got := view.result()
			want := direct(t, s.told, got)
			if name := entries(t, results); len(name) != 1 || got.Folder != filepath.Join(results, name[0]) || name[0] != begin {
				t.Errorf("%q in %q", got.Folder, name)
			}
			if left := entries(t, got.Folder); !slices.Equal(left, all) || len(got.Saved) != len(all) || got.SaveErr != nil {
				t.Errorf("%q, saved %q, %v", left, got.Saved, got.SaveErr)
			}
			sameFiles(t, got.Folder, want, all...)
			exportAll(t, got.Recording, want)
		})
	}
	if left := list(); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func exportAll(t *testing.T, rec *record.Recording, want string) {
	t.Helper()
	dir := t.TempDir()
	saved, err := rec.ExportTables(t.Context(), dir, false)
	if err != nil || len(saved) != 3 {
		t.Errorf("%q, %v", saved, err)
	}
	if err := rec.ExportJSON(filepath.Join(dir, export.ReportName), false); err != nil {
		t.Error(err)
	}
	sameFiles(t, dir, want, all...)
	if err := rec.ExportSummary(filepath.Join(dir, "figures.csv"), false); err != nil {
		t.Error(err)
	}
	if err := os.Rename(filepath.Join(dir, "figures.csv"), filepath.Join(dir, export.SummaryName)); err != nil {
		t.Error(err)
	}
	sameFiles(t, dir, want, export.SummaryName)
}

// Two runs in one second have a folder each.
func TestFoldersDoNotMeet(t *testing.T) {
	temporaries(t)
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		name := time.Now().Format(record.Stamp)
		for _, n := range []string{name, name + "-2"} {
			if err := os.Mkdir(filepath.Join(dir, n), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		view, r := keepRun(t, &story{}, record.Keep{Results: true, Dir: dir}, record.Opener{})
		closeAll(t, view, r)
		if got := view.result(); got.Folder != filepath.Join(dir, name+"-3") || got.SaveErr != nil {
			t.Errorf("%q, %v", got.Folder, got.SaveErr)
		}
	})
}

// Files that are not to be kept are there for exports until the next run, or the end of the program.
func TestNotKept(t *testing.T) {
	list := temporaries(t)
	synctest.Test(t, func(t *testing.T) {
		s := &story{pause: time.Millisecond}
		view, r := keepRun(t, s, record.Keep{Dir: "/nobody/reads/this"}, record.Opener{})
		got := view.result()
		if got.Folder != "" || got.Saved != nil || got.SaveErr != nil || len(list()) != 1 {
			t.Errorf("%+v, %q", got, list())
		}
		want := direct(t, s.told, got)
		exportAll(t, got.Recording, want)
		first := list()[0]
		view.results, view.batches = nil, nil
		s.told = nil
		start(t, r, record.Keep{})
		for r.Busy() {
			time.Sleep(time.Second)
		}
		if left := list(); len(left) != 1 || left[0] == first {
			t.Errorf("after the second run: %q, before: %q", left, first)
		}
		saved, err := got.Recording.ExportTables(t.Context(), t.TempDir(), false)
		if !errors.Is(err, record.ErrIncomplete) || len(saved) != 2 || !strings.Contains(err.Error(), "deleted") {
			t.Errorf("packets of the first run: %q, %v", saved, err)
		}
		closeAll(t, view, r)
	})
	if left := list(); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// A place that can not be written is told at once and at the end, and the run is recorded elsewhere.
func TestUnwritableFolder(t *testing.T) {
	list := temporaries(t)
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(file, "results")
		s := &story{pause: time.Second}
		early := false
		view := newScreen(t)
		view.onBatch = func(v *screen) { early = early || len(v.troubles) == 1 && len(v.events()) < 5 }
		r := New(view.config(s.run))
		start(t, r, record.Keep{Results: true, Dir: dir})
		for r.Busy() {
			time.Sleep(time.Second)
		}
		synctest.Wait()
		got := view.result()
		place := new(record.PlaceError)
		if !errors.As(got.SaveErr, &place) || place.Dir != dir || place.Instead != got.Folder || len(list()) != 1 || len(got.Saved) != 4 {
			t.Errorf("%v, %q, %q", got.SaveErr, got.Folder, list())
		}
		for _, part := range []string{dir, got.Folder, "is a file, not a folder", "choose another place"} {
			if !strings.Contains(got.SaveErr.Error(), part) {
				t.Errorf("%v: %q is missing", got.SaveErr, part)
			}
		}
		if !early || len(view.troubles) != 1 || view.troubles[0].Error() != got.SaveErr.Error() {
			t.Errorf("told early: %v, %v", early, view.troubles)
		}
		want := direct(t, s.told, got)
		sameFiles(t, got.Folder, want, all...)
		closeAll(t, view, r)
		sameFiles(t, got.Folder, want, all...) // somebody was told that they are there
		exportAll(t, got.Recording, want)
	})
}
