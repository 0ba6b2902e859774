package record

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"echopath/app/present/presenttest"
	"echopath/app/record/atomicfile"
	"echopath/netcheck"
	"echopath/netcheck/export"
)

func TestExportRefusesToReplace(t *testing.T) {
	rec, dir := kept(t), t.TempDir()
	old := filepath.Join(dir, export.SamplesName)
	if err := os.WriteFile(old, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	exists := new(atomicfile.ExistsError)
	saved, err := rec.ExportTables(t.Context(), dir, false)
	if !errors.As(err, &exists) || len(exists.Names) != 1 || exists.Names[0] != old || len(saved) > 0 || names(t, dir) != export.SamplesName {
		t.Errorf("%v, saved %q, in the folder %s", err, saved, names(t, dir))
	}
	if err := rec.ExportSummary(old, false); !errors.As(err, &exists) {
		t.Errorf("%v", err)
	}
	if err := rec.ExportJSON(old, false); !errors.As(err, &exists) {
		t.Errorf("%v", err)
	}
	if b, _ := os.ReadFile(old); string(b) != "mine" {
		t.Errorf("it was replaced by %.40q", b)
	}
	if saved, err := rec.ExportTables(t.Context(), dir, true); err != nil || len(saved) != 3 || names(t, dir) != tables {
		t.Errorf("%v, saved %q, in the folder %s", err, saved, names(t, dir))
	}
	if _, err := rec.ExportTables(t.Context(), rec.Folder(), true); err != nil {
		t.Errorf("onto itself: %v", err)
	}
	sameAs(t, rec.Folder(), dir, tables)
}

func sameAs(t *testing.T, gotDir, wantDir, list string) {
	t.Helper()
	for _, name := range strings.Fields(list) {
		got, err1 := os.ReadFile(filepath.Join(gotDir, name))
		want, err2 := os.ReadFile(filepath.Join(wantDir, name))
		if err1 != nil || err2 != nil || string(got) != string(want) {
			t.Errorf("%s: %d and %d bytes, %v, %v", name, len(got), len(want), err1, err2)
		}
	}
}

func TestExportInto(t *testing.T) {
	rec, dir := kept(t), t.TempDir()
	for _, want := range []string{"echopath_2026-11-21_12-34-56", "echopath_2026-11-21_12-34-56-2"} {
		saved, err := rec.ExportInto(t.Context(), dir)
		if err != nil || len(saved) != 3 || filepath.Dir(saved[0]) != filepath.Join(dir, want) || names(t, filepath.Join(dir, want)) != tables {
			t.Errorf("%q, %v", saved, err)
		}
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := rec.ExportInto(t.Context(), file); err == nil || !strings.Contains(err.Error(), file+" could not be written: a part of the path is a file") {
		t.Errorf("%v", err)
	}
	if _, err := rec.ExportTables(t.Context(), filepath.Join(file, "x"), false); err == nil || !strings.Contains(err.Error(), "is a file") {
		t.Errorf("%v", err)
	}
}

// fullDisk has room for so many bytes.
type fullDisk struct {
	atomicfile.System
	room int
}

type fullFile struct {
	atomicfile.File
	disk *fullDisk
}

func (d *fullDisk) Create(name string, perm fs.FileMode) (atomicfile.File, error) {
	f, err := d.System.Create(name, perm)
	return fullFile{f, d}, err
}

func (f fullFile) Write(b []byte) (int, error) {
	if f.disk.room -= len(b); f.disk.room < 0 {
		return 0, syscall.ENOSPC
	}
	return f.File.Write(b)
}

// A disk that fills up while something is exported leaves nothing behind, and the recording as it was.
func TestExportToFullDisk(t *testing.T) {
	for room := 0; room < 60_000; room += 3000 {
		rec, err := recorded(t, Opener{Disk: &fullDisk{room: room}}, Keep{Results: true, Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		saved, err := rec.ExportInto(t.Context(), dir)
		if err == nil || !strings.Contains(err.Error(), "no room left on the disk; make room") || len(saved) > 0 || names(t, dir) != "" {
			t.Fatalf("%d bytes: %q, %v, in the folder %s", room, saved, err, names(t, dir))
		}
		rec.disk = atomicfile.System{}
		if saved, err := rec.ExportInto(t.Context(), dir); err != nil || len(saved) != 3 {
			t.Errorf("afterwards: %q, %v", saved, err)
		}
	}
}

func TestExportIsStopped(t *testing.T) {
	rec, dir := kept(t), t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	saved, err := rec.ExportInto(ctx, dir)
	if !errors.Is(err, context.Canceled) || len(saved) > 0 || names(t, dir) != "" {
		t.Errorf("%q, %v, in the folder %s", saved, err, names(t, dir))
	}
}

// Somebody deletes the results, and exports them afterwards: what is known still comes out.
func TestRecordingIsDeleted(t *testing.T) {
	rec, dir := kept(t), t.TempDir()
	if err := os.RemoveAll(rec.Folder()); err != nil {
		t.Fatal(err)
	}
	saved, err := rec.ExportTables(t.Context(), dir, false)
	if !errors.Is(err, ErrIncomplete) || !strings.Contains(err.Error(), rec.Folder()) || !strings.Contains(err.Error(), "moved or deleted") || len(saved) != 2 {
		t.Errorf("%q, %v", saved, err)
	}
	if names(t, dir) != "samples.csv summary.csv" {
		t.Error(names(t, dir))
	}
}

// The tables of a run with video: a video alone and a call have none of packets.
func TestExportVideo(t *testing.T) {
	const film = "frames.csv summary.csv video.csv"
	for mode, want := range map[netcheck.VideoMode]string{
		netcheck.VideoAlone:     film,
		netcheck.VideoCall:      "calls.csv summary.csv",
		netcheck.VideoAfterLoss: "frames.csv packets.csv samples.csv summary.csv video.csv",
	} {
		t.Run(string(mode), func(t *testing.T) {
			for _, results := range []bool{true, false} {
				tmp := t.TempDir()
				t.Setenv("TMPDIR", tmp)
				t.Setenv("TMP", tmp)
				rec := filmed(t, mode, Keep{Results: results, Dir: t.TempDir()})
				dir := t.TempDir()
				saved, err := rec.ExportTables(t.Context(), dir, false)
				if err != nil || len(saved) != len(strings.Fields(want)) || names(t, dir) != want {
					t.Errorf("%v, saved %q, in the folder %s", err, saved, names(t, dir))
				}
				if results {
					sameAs(t, dir, rec.Folder(), want)
				}
				if err := rec.Remove(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// filmed is a whole session with video.
func filmed(t *testing.T, mode netcheck.VideoMode, keep Keep) *Recording {
	t.Helper()
	rec := Opener{}.Open(keep, netcheck.DefaultLateAfter, began)
	run := presenttest.Videos(func(netcheck.Path) presenttest.Film { return presenttest.Film{Missing: map[int]bool{7: true}} })
	plan := presenttest.VideoPlan(mode, netcheck.AllPaths()[:2]...)
	if mode == netcheck.VideoCall {
		run, plan = presenttest.CallUneven, presenttest.CallPlan(1, netcheck.AllPaths()[:3]...)
	}
	report, err := run(t.Context(), plan, rec.Observe)
	if err != nil {
		t.Fatal(err)
	}
	if err := rec.Finish(report, netcheck.Judge(report)); err != nil {
		t.Fatal(err)
	}
	return rec
}

// Pictures that were deleted are told of as packets are, and the figures of the video come out.
func TestPicturesAreDeleted(t *testing.T) {
	rec, dir := filmed(t, netcheck.VideoAlone, Keep{Results: true, Dir: t.TempDir()}), t.TempDir()
	if err := os.Remove(filepath.Join(rec.Folder(), export.FramesName)); err != nil {
		t.Fatal(err)
	}
	saved, err := rec.ExportTables(t.Context(), dir, false)
	if !errors.Is(err, ErrIncomplete) || !strings.Contains(err.Error(), export.FramesName) || len(saved) != 2 || names(t, dir) != "summary.csv video.csv" {
		t.Errorf("%v, saved %q, in the folder %s", err, saved, names(t, dir))
	}
}
