package export

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"echopath/netcheck"
)

// run takes a session through its files and gives the error of Finish.
func (f *Files) run() error {
	observe := f.Observer()
	observe(netcheck.Event{Path: netcheck.PathDirect, Body: netcheck.FramesDecided{Frames: everyPicture()}})
	for _, m := range testRecords() {
		observe(netcheck.Event{Path: m.path, Body: netcheck.PacketsDecided{Carrier: m.carrier, Packets: m.rows}})
		observe(netcheck.Event{Path: m.path, Body: netcheck.PathEnded{State: netcheck.StateOK}})
	}
	return f.Finish(testReport(), testVerdict())
}

func mustCreate(t *testing.T, where Where) *Files {
	t.Helper()
	f, err := Create(where, testLateAfter)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// wantFiles compares a folder's contents, and each file with the golden one if there is one.
func wantFiles(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	slices.Sort(names)
	if !slices.Equal(got, names) {
		t.Fatalf("%s holds %q, want %q", dir, got, names)
	}
	for _, name := range names {
		want, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			continue
		}
		if b, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.Equal(b, want) {
			t.Errorf("%s is not what it should be (%v)", name, err)
		}
	}
}

func TestAllFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "results")
	f := mustCreate(t, Where{CSVDir: dir, JSON: filepath.Join(dir, ReportName)})
	if err := f.run(); err != nil {
		t.Fatal(err)
	}
	wantFiles(t, dir, formats()...)
	if len(f.Saved()) != 6 {
		t.Errorf("saved: %q", f.Saved())
	}
	if f.Discard(); f.Finish(testReport(), testVerdict()) != nil {
		t.Error("finishing again is an error")
	}
	wantFiles(t, dir, formats()...)
}

func TestJSONAlone(t *testing.T) {
	dir := t.TempDir()
	if err := mustCreate(t, Where{JSON: filepath.Join(dir, ReportName)}).run(); err != nil {
		t.Fatal(err)
	}
	wantFiles(t, dir, ReportName)
}

func TestTablesAlone(t *testing.T) {
	dir := t.TempDir()
	if err := mustCreate(t, Where{CSVDir: dir}).run(); err != nil {
		t.Fatal(err)
	}
	wantFiles(t, dir, formats()[1:]...)
}

func TestNothingAskedFor(t *testing.T) {
	f := mustCreate(t, Where{})
	if err := f.run(); err != nil || f.Err() != nil || f.Saved() != nil {
		t.Errorf("%v, %v, %q", err, f.Err(), f.Saved())
	}
}

func TestDiscardLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	f := mustCreate(t, Where{CSVDir: dir, JSON: filepath.Join(dir, ReportName)})
	f.Discard()
	wantFiles(t, dir)
}

// TestOldResultsStay: until a new file is whole, the old one is there.
func TestOldResultsStay(t *testing.T) {
	dir := t.TempDir()
	for _, name := range formats() {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f := mustCreate(t, Where{CSVDir: dir, JSON: filepath.Join(dir, ReportName)})
	for _, name := range formats() {
		if b, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(b) != "old" {
			t.Errorf("%s while the session runs: %q, %v", name, b, err)
		}
	}
	if err := f.run(); err != nil {
		t.Fatal(err)
	}
	wantFiles(t, dir, formats()...)
}

func TestToldBeforeTheStart(t *testing.T) {
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain")
	taken := filepath.Join(dir, "taken")
	if err := errors.Join(os.WriteFile(plain, nil, 0o600), os.MkdirAll(filepath.Join(taken, SummaryName), 0o700)); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		where Where
		want  string
	}{
		"folder is a file":  {Where{CSVDir: plain}, plain + " can not be written: "},
		"below a file":      {Where{CSVDir: filepath.Join(plain, "x")}, "can not be written: "},
		"report's folder":   {Where{JSON: filepath.Join(dir, "no", "r.json")}, filepath.Join(dir, "no", "r.json") + " can not be written: "},
		"report a folder":   {Where{JSON: dir}, "is a folder"},
		"table a folder":    {Where{CSVDir: taken}, SummaryName + " is a folder"},
		"report is a table": {Where{CSVDir: taken, JSON: filepath.Join(taken, ".", SummaryName)}, "name another file for the report"},
		"report fails last": {Where{CSVDir: filepath.Join(dir, "made"), JSON: dir}, "is a folder"},
	} {
		f, err := Create(c.where, testLateAfter)
		if err == nil || !strings.Contains(err.Error(), c.want) || f != nil {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	wantFiles(t, filepath.Join(dir, "made"))
}

func TestUnwritableFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil { //nolint:gosec // a folder needs x
		t.Fatal(err)
	}
	if probe, err := os.Create(filepath.Join(dir, "probe")); err == nil {
		_ = probe.Close()
		t.Skip("this user may write everywhere (root, or Windows)")
	}
	if _, err := Create(Where{CSVDir: dir}, testLateAfter); !errors.Is(err, os.ErrPermission) {
		t.Errorf("%v", err)
	}
}

// TestLinksAndDevices: a link keeps pointing where it did, and a device is written to, not replaced.
func TestLinksAndDevices(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need a privilege on Windows, and devices have no files")
	}
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target.json"), filepath.Join(dir, "link.json")
	if err := errors.Join(os.WriteFile(target, nil, 0o600), os.Symlink(target, link)); err != nil {
		t.Fatal(err)
	}
	if err := mustCreate(t, Where{JSON: link}).run(); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(target); err != nil || !json.Valid(b) {
		t.Errorf("behind the link: %q, %v", b, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v", err)
	}
	if err := mustCreate(t, Where{JSON: os.DevNull}).run(); err != nil {
		t.Errorf("%s: %v", os.DevNull, err)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Fatalf("%s was replaced: %v", os.DevNull, err)
	}
}

func TestFullDevice(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("only Linux has a device that is always full")
	}
	err := mustCreate(t, Where{JSON: "/dev/full"}).run()
	if want := "/dev/full can not be written: no space left on device. No file was saved."; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// TestAbandon: a process that is ended at once leaves no file that holds nothing, and the packets that were written.
func TestAbandon(t *testing.T) {
	dir := t.TempDir()
	f := mustCreate(t, Where{CSVDir: dir, JSON: filepath.Join(dir, ReportName)})
	if got := leftovers(t, dir); len(got) != 2 {
		t.Fatalf("while the session runs: %q", got)
	}
	f.Abandon()
	wantFiles(t, dir)
	if err := saveError(t, f.run()); len(err.Saved) != 0 {
		t.Errorf("saved after the end: %v", err)
	}
	wantFiles(t, dir)

	f = mustCreate(t, Where{CSVDir: dir, JSON: filepath.Join(dir, "reserve.json")})
	f.Observer()(netcheck.Event{Path: netcheck.PathDirect, Body: netcheck.PacketsDecided{Carrier: netcheck.CarrierSRTP, Packets: everything()}})
	f.Observer()(netcheck.Event{Path: netcheck.PathDirect, Body: netcheck.PathEnded{}})
	f.Abandon()
	wantFiles(t, dir, filepath.Base(f.packets.temp))
	f.Discard()
	wantFiles(t, dir)
}

// TestAbandonAtAnyTime races with a session that ends; the race detector looks on.
func TestAbandonAtAnyTime(t *testing.T) {
	for range 20 {
		dir := t.TempDir()
		f := mustCreate(t, Where{CSVDir: dir, JSON: filepath.Join(dir, ReportName)})
		done := make(chan struct{})
		go func() {
			defer close(done)
			f.Abandon()
		}()
		_ = f.run()
		<-done
		for _, name := range leftovers(t, dir) {
			if info, err := os.Stat(name); err != nil || info.Size() == 0 {
				t.Errorf("%s was left empty: %v", name, err)
			}
		}
	}
}

// TestSweep: what a killed process left goes, if it is old, empty and ours.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	old := time.Now().Add(-staleAfter - time.Hour)
	for name, text := range map[string]string{
		"packets.csv.k3f7wq2a.part": "", "report.json.k3f7wq2b.part": "", "summary.csv.k3f7wq2c.part": "", // go
		"packets.csv.k3f7wq2d.part": "path,carrier", // holds packets
		"other.csv.k3f7wq2e.part":   "",             // not ours
		"packets.csv.K3F7WQ2F.part": "", "packets.csv.part": "", "packets.csv.k3f7.part": "",
	} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(path, []byte(text), 0o600), os.Chtimes(path, old, old)); err != nil {
			t.Fatal(err)
		}
	}
	other := mustCreate(t, Where{CSVDir: dir, JSON: filepath.Join(dir, ReportName)}) // a session beside ours keeps its files
	mustCreate(t, Where{CSVDir: dir, JSON: filepath.Join(dir, ReportName)}).Discard()
	if err := other.run(); err != nil {
		t.Error(err)
	}
	wantFiles(t, dir, append(formats(), "packets.csv.k3f7wq2d.part", "other.csv.k3f7wq2e.part", "packets.csv.K3F7WQ2F.part",
		"packets.csv.part", "packets.csv.k3f7.part")...)
}

func ExampleSaveError() {
	err := &SaveError{
		Failed: []FileError{{Name: "results/packets.csv", Err: errors.New("results/packets.csv can not be written: no space left on device"),
			Kept: "results/packets.csv.k3f7wq2a.part", Rows: 4096}},
		Saved: []string{"results/report.json", "results/summary.csv"},
	}
	fmt.Println(err)
	// Output: results/packets.csv can not be written: no space left on device (the first 4096 packets are in results/packets.csv.k3f7wq2a.part). Saved: results/report.json, results/summary.csv.
}
