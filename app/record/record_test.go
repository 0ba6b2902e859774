package record

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"echopath/app/present/presenttest"
	"echopath/app/record/atomicfile"
	"echopath/netcheck"
	"echopath/netcheck/export"
)

var began = time.Date(2026, 11, 21, 12, 34, 56, 0, time.UTC)

// recorded is a whole session, kept in dir.
func recorded(t *testing.T, o Opener, keep Keep) (*Recording, error) {
	t.Helper()
	o.Now = func() time.Time { return began }
	rec := o.Open(keep, netcheck.DefaultLateAfter, began.Add(-time.Minute))
	preset, _ := netcheck.PresetByName("quick")
	report, err := presenttest.AllGood(t.Context(), netcheck.Plan{Loss: preset.Loss, Paths: netcheck.AllPaths()[:2]}, rec.Observe)
	if err != nil {
		t.Fatal(err)
	}
	return rec, rec.Finish(report, netcheck.Judge(report))
}

func kept(t *testing.T) *Recording {
	t.Helper()
	rec, err := recorded(t, Opener{}, Keep{Results: true, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

func names(t *testing.T, dir string) string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range list {
		out = append(out, e.Name())
	}
	return strings.Join(out, " ")
}

const tables = "packets.csv samples.csv summary.csv"

func TestNothingToExport(t *testing.T) {
	rec := Opener{}.Open(Keep{Results: true, Dir: t.TempDir()}, time.Second, began)
	defer rec.Discard()
	_, err1 := rec.ExportTables(t.Context(), t.TempDir(), false)
	_, err2 := rec.ExportInto(t.Context(), t.TempDir())
	for _, err := range []error{err1, err2, rec.ExportJSON("x", false), rec.ExportSummary("x", false)} {
		if !errors.Is(err, ErrNothing) {
			t.Errorf("%v", err)
		}
	}
}

// The folder bears the time at which the run began, not the one at which it was asked for: a guest may have waited for the person at
// the host, whose folder of the same run has the name of that moment.
func TestFolderOfBegin(t *testing.T) {
	dir := t.TempDir()
	now := began
	rec := Opener{Now: func() time.Time { return now }}.Open(Keep{Results: true, Dir: dir}, time.Second, began)
	defer rec.Discard()
	if got := names(t, dir); got != "" {
		t.Errorf("%s before the run began", got)
	}
	now = began.Add(31 * time.Second)
	rec.Observe(netcheck.Event{Seq: 1, Body: netcheck.SessionStarted{}})
	if got := names(t, dir); got != "2026-11-21_12-35-27" || rec.Folder() != filepath.Join(dir, got) {
		t.Errorf("%s, %s", got, rec.Folder())
	}
}

// A run that did not begin leaves nothing, and what somebody else put into the folder of one that did stays.
func TestDiscard(t *testing.T) {
	dir := t.TempDir()
	for _, mine := range []bool{false, true} {
		rec := Opener{}.Open(Keep{Results: true, Dir: dir}, time.Second, began)
		if mine {
			rec.Observe(netcheck.Event{Seq: 1, Body: netcheck.SessionStarted{}})
			if err := os.WriteFile(filepath.Join(rec.Folder(), "note.txt"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		rec.Discard()
		if there := names(t, dir) != ""; there != mine {
			t.Errorf("left: %q", names(t, dir))
		}
	}
}

// A process that ends leaves no files of a run that begins meanwhile.
func TestAbandonBeforeBegin(t *testing.T) {
	dir := t.TempDir()
	rec := Opener{}.Open(Keep{Results: true, Dir: dir}, time.Second, began)
	rec.Abandon()
	rec.Observe(netcheck.Event{Seq: 1, Body: netcheck.SessionStarted{}})
	rec.Discard()
	if got := names(t, dir); got != "" || rec.Err() != nil {
		t.Errorf("left %q, %v", got, rec.Err())
	}
}

// No place at all: the run is not recorded, which is told, and its figures can be exported.
func TestNowhere(t *testing.T) {
	fail := Opener{Create: func(w export.Where, _ time.Duration) (Files, error) {
		return nil, &os.PathError{Op: "open", Path: w.JSON, Err: syscall.ENOSPC}
	}}
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	t.Setenv("TMP", tmp)
	for _, results := range []bool{true, false} {
		dir := t.TempDir()
		rec, err := recorded(t, fail, Keep{Results: results, Dir: dir})
		if err == nil || !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "temporary folder") || !strings.Contains(err.Error(), "no room left") || rec.Err() == nil {
			t.Errorf("%v", err)
		}
		out := t.TempDir()
		saved, err := rec.ExportTables(t.Context(), out, false)
		if !errors.Is(err, ErrIncomplete) || len(saved) != 2 {
			t.Errorf("%q, %v", saved, err)
		}
		if err := rec.ExportJSON(filepath.Join(out, "r.json"), false); err != nil {
			t.Error(err)
		}
		if names(t, dir) != "" || rec.Folder() != "" || rec.Saved() != nil {
			t.Errorf("left %q", names(t, dir))
		}
		rec.Abandon()
		if err := rec.Remove(); err != nil {
			t.Error(err)
		}
	}
}

// A table that was cut off is exported as far as its rows are whole.
func TestCutTable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "packets.csv.part")
	if err := os.WriteFile(file, []byte("head\r\none\r\ntwo\r\nthr"), 0o600); err != nil {
		t.Fatal(err)
	}
	for rows, want := range map[int]string{1: "head\r\none\r\n", 2: "head\r\none\r\ntwo\r\n", 9: "head\r\none\r\ntwo\r\n", 0: "head\r\none\r\ntwo\r\n"} {
		s := source{file: file, rows: rows, err: ErrIncomplete}
		f, err := s.open()
		if f == nil || !errors.Is(err, ErrIncomplete) {
			t.Fatal(err)
		}
		var b strings.Builder
		if err := s.copyTo(t.Context(), &b, f); err != nil || b.String() != want {
			t.Errorf("%d rows: %q, %v", rows, b.String(), err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

// The words of a save that failed name every file with its cause, and no system's abbreviation.
func TestSaveErrorWords(t *testing.T) {
	err := error(&saveError{&export.SaveError{Saved: []string{"/r/report.json", "/r/summary.csv"}, Failed: []export.FileError{
		{Name: "/r/packets.csv", Err: syscall.ENOSPC, Kept: "/r/packets.csv.x.part", Rows: 12},
		{Name: "/r/frames.csv", Err: syscall.EACCES, Kept: "/r/frames.csv.x.part", Rows: 7},
		{Name: "/r/samples.csv", Err: syscall.EACCES, Kept: "/r/s.part"},
	}}})
	const want = "/r/packets.csv could not be written: there is no room left on the disk; make room, or choose a place on another disk (the first 12 packets are in /r/packets.csv.x.part); " +
		"/r/frames.csv could not be written: you may not write there; choose a folder of your own (the first 7 pictures are in /r/frames.csv.x.part); " +
		"/r/samples.csv could not be written: you may not write there; choose a folder of your own (what could be written is in /r/s.part); the other 2 files were saved"
	if err.Error() != want || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("%v", err)
	}
	if err := (&saveError{syscall.EIO}).Error(); !strings.Contains(err, syscall.EIO.Error()) {
		t.Error(err)
	}
}

// Remove waits for an export that reads, and never touches what is kept.
func TestRemove(t *testing.T) {
	rec := kept(t)
	if err := rec.Remove(); err != nil || !strings.Contains(names(t, rec.Folder()), tables[:11]) {
		t.Errorf("%v, %s", err, names(t, rec.Folder()))
	}
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	t.Setenv("TMP", tmp)
	rec, err := recorded(t, Opener{}, Keep{})
	if err != nil || !strings.HasPrefix(names(t, tmp), "echopath-run-") {
		t.Fatal(err, names(t, tmp))
	}
	started := make(chan struct{})
	rec.disk = slowDisk{begin: new(sync.Once), began: started}
	removed := make(chan error, 1)
	go func() {
		<-started
		removed <- rec.Remove()
	}()
	if saved, err := rec.ExportTables(t.Context(), t.TempDir(), false); err != nil || len(saved) != 3 {
		t.Errorf("%q, %v", saved, err)
	}
	if err := <-removed; err != nil || names(t, tmp) != "" {
		t.Errorf("%v, left %q", err, names(t, tmp))
	}
}

// slowDisk tells when the first file is begun.
type slowDisk struct {
	atomicfile.System
	begin *sync.Once
	began chan struct{}
}

func (d slowDisk) Create(name string, perm fs.FileMode) (atomicfile.File, error) {
	d.begin.Do(func() { close(d.began) })
	return d.System.Create(name, perm)
}
