package runner

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"echopath/app/record"
	"echopath/netcheck"
	"echopath/netcheck/export"
)

// fullFiles have no room from the second block of packets on.
type fullFiles struct {
	*export.Files
	dir    string
	blocks int
	rows   int
}

func (f *fullFiles) Observer() netcheck.Observer {
	next := f.Files.Observer()
	return func(e netcheck.Event) {
		if b, packets := e.Body.(netcheck.PacketsDecided); packets {
			if f.blocks++; f.blocks > 1 {
				return
			}
			f.rows = len(b.Packets)
		}
		next(e)
	}
}

func (f *fullFiles) Err() error {
	if f.blocks < 2 {
		return nil
	}
	return &os.PathError{Op: "write", Path: "x.part", Err: syscall.ENOSPC}
}

func (f *fullFiles) Finish(r netcheck.Report, v netcheck.Verdict) error {
	if err := f.Files.Finish(r, v); err != nil {
		return err
	}
	final := filepath.Join(f.dir, export.PacketsName)
	kept := final + ".part"
	if err := os.Rename(final, kept); err != nil {
		return err
	}
	return &export.SaveError{Failed: []export.FileError{{Name: final, Err: f.Err(), Kept: kept, Rows: f.rows}}, Saved: f.Saved()}
}

func (f *fullFiles) Saved() []string {
	return slices.DeleteFunc(slices.Clone(f.Files.Saved()), func(s string) bool { return filepath.Base(s) == export.PacketsName })
}

func TestDiskFull(t *testing.T) {
	temporaries(t)
	records := record.Opener{Create: func(w export.Where, late time.Duration) (record.Files, error) {
		f, err := export.Create(w, late)
		return &fullFiles{Files: f, dir: w.CSVDir}, err
	}}
	for _, results := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			s := &story{pause: time.Second}
			view, r := keepRun(t, s, record.Keep{Results: results, Dir: t.TempDir()}, records)
			got := view.result()
			if got.SaveErr == nil || !errors.Is(got.SaveErr, syscall.ENOSPC) || !strings.Contains(got.SaveErr.Error(), "no room left on the disk") || strings.Contains(got.SaveErr.Error(), "x.part") {
				t.Errorf("%v", got.SaveErr)
			}
			if len(view.troubles) != 1 || !strings.Contains(view.troubles[0].Error(), "can not all be recorded") {
				t.Errorf("%v", view.troubles)
			}
			if want := map[bool]int{true: 3, false: 0}[results]; len(got.Saved) != want {
				t.Errorf("saved %q", got.Saved)
			}
			wantEvents(t, view.events(), s.told)
			dir := t.TempDir()
			saved, err := got.Recording.ExportTables(t.Context(), dir, false)
			if !errors.Is(err, record.ErrIncomplete) || len(saved) != 3 {
				t.Errorf("%q, %v", saved, err)
			}
			want := direct(t, s.told, got)
			sameFiles(t, dir, want, export.SamplesName, export.SummaryName)
			whole, _ := os.ReadFile(filepath.Join(want, export.PacketsName))
			part, _ := os.ReadFile(filepath.Join(dir, export.PacketsName))
			if lines := strings.Count(string(part), "\r\n"); !strings.HasPrefix(string(whole), string(part)) || lines != 501 {
				t.Errorf("%d lines of packets", lines)
			}
			closeAll(t, view, r)
		})
	}
}

// What a run that Close cuts short could not keep is told by Close, since nobody else hears of it.
func TestCloseTellsTrouble(t *testing.T) {
	temporaries(t)
	synctest.Test(t, func(t *testing.T) {
		view := newScreen(t)
		r := New(view.config((&story{pause: time.Second}).run))
		start(t, r, record.Keep{Results: true})
		time.Sleep(10 * time.Second)
		place := new(record.PlaceError)
		if err := r.Close(); !errors.As(err, &place) {
			t.Errorf("%v", err)
		}
		view.stop()
	})
}

// A process that ends at once leaves nothing that is empty or was not to be kept.
func TestAbandon(t *testing.T) {
	list := temporaries(t)
	for _, results := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			dir := t.TempDir()
			view := newScreen(t)
			release := make(chan struct{})
			r := New(view.config(func(_ context.Context, p netcheck.Plan, o netcheck.Observer) (netcheck.Report, error) {
				o(netcheck.Event{Seq: 1, Body: netcheck.SessionStarted{Plan: p, Granted: p}})
				<-release
				return netcheck.Report{}, nil
			}))
			r.Abandon()
			start(t, r, record.Keep{Results: results, Dir: dir})
			synctest.Wait()
			r.Abandon()
			if left := list(); len(left) > 0 {
				t.Errorf("left behind: %q", left)
			}
			for _, folder := range entries(t, dir) {
				if left := entries(t, filepath.Join(dir, folder)); len(left) > 0 {
					t.Errorf("left behind: %q", left)
				}
			}
			closed := make(chan error, 1)
			go func() { closed <- r.Close() }() // the test's process goes on
			synctest.Wait()                     // nobody but Close can be told now
			close(release)
			if err := <-closed; err == nil {
				t.Error("nothing could be written, and nobody was told")
			}
			view.stop()
		})
	}
}
