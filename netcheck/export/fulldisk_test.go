package export

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"echopath/netcheck"
)

// smallDisk is a real folder with room for so many bytes. What is removed makes room again.
type smallDisk struct {
	systemDisk
	room    int
	syncErr string // a file whose name holds this can not be made to last
	locked  string // a file whose name holds this can not get its final name
	sizes   map[string]int
}

func newSmallDisk(room int) *smallDisk { return &smallDisk{room: room, sizes: map[string]int{}} }

type smallFile struct {
	file
	disk *smallDisk
	name string
}

func (d *smallDisk) create(name string) (file, error) {
	f, err := d.systemDisk.create(name)
	return &smallFile{f, d, name}, err
}

func (d *smallDisk) rename(from, to string) error {
	if d.locked != "" && strings.Contains(to, d.locked) {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: syscall.EBUSY}
	}
	return d.systemDisk.rename(from, to)
}

func (d *smallDisk) remove(name string) error {
	d.room += d.sizes[name]
	delete(d.sizes, name)
	return d.systemDisk.remove(name)
}

// Write writes what there is room for, as a full disk does.
func (f *smallFile) Write(b []byte) (int, error) {
	n := min(len(b), f.disk.room)
	f.disk.room -= n
	f.disk.sizes[f.name] += n
	if n, err := f.file.Write(b[:n]); err != nil {
		return n, err
	}
	if n < len(b) {
		return n, &os.PathError{Op: "write", Path: f.name, Err: syscall.ENOSPC}
	}
	return n, nil
}

func (f *smallFile) Sync() error {
	if f.disk.syncErr != "" && strings.Contains(f.name, f.disk.syncErr) {
		return &os.PathError{Op: "sync", Path: f.name, Err: syscall.ENOSPC}
	}
	return f.file.Sync()
}

// leftovers lists what has a temporary name.
func leftovers(t *testing.T, dir string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(dir, "*.part"))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func names(paths []string) []string {
	var out []string
	for _, p := range paths {
		out = append(out, filepath.Base(p))
	}
	slices.Sort(out)
	return out
}

func saveError(t *testing.T, err error) *SaveError {
	t.Helper()
	var e *SaveError
	if !errors.As(err, &e) {
		t.Fatalf("not a SaveError: %v", err)
	}
	return e
}

// TestFullDisk fills the disk at many places. Every file is then either whole or not there, the error tells which,
// and the old results of the others are untouched.
func TestFullDisk(t *testing.T) {
	sizes := map[string]int{}
	total := 0
	for _, name := range formats() {
		sizes[name] = len(written(t, name))
		total += sizes[name]
	}
	for room := 0; room <= total; room += 1 + total/50 {
		dir := t.TempDir()
		for _, name := range formats() {
			if err := os.WriteFile(filepath.Join(dir, name), []byte("old"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		f, err := create(newSmallDisk(room), Where{CSVDir: dir, JSON: filepath.Join(dir, ReportName)}, testLateAfter)
		if err != nil {
			t.Fatal(err)
		}
		err = f.run()
		if err == nil {
			if room < total {
				t.Fatalf("room for %d bytes took %d", room, total)
			}
			continue
		}
		e := saveError(t, err)
		checkPartial(t, dir, e)
		for need, name := range map[int]string{sizes[ReportName]: ReportName, sizes[ReportName] + sizes[SummaryName]: SummaryName} {
			if room >= need && !slices.Contains(names(e.Saved), name) {
				t.Errorf("room for %d bytes, %s needs %d and was not saved: %v", room, name, need, e)
			}
		}
	}
}

// TestPacketsMakeRoom: a table of packets that fills the disk goes when the report or the summary does not fit beside it.
func TestPacketsMakeRoom(t *testing.T) {
	small := len(written(t, ReportName)) + len(written(t, SummaryName)) + len(written(t, SamplesName)) + len(written(t, VideoName))
	for name, c := range map[string]struct {
		room   int
		packet int // how many are measured
	}{
		"not one whole row":   {bufferSize - 10, 20_000},
		"rows, and no room":   {bufferSize + 100, 20_000},
		"rows that just fit":  {small + 2*bufferSize, 20_000}, // they take all of it
		"in the buffer still": {small + 5_000, 200},
	} {
		dir := t.TempDir()
		d := newSmallDisk(c.room)
		f, err := create(d, Where{CSVDir: dir, JSON: filepath.Join(dir, ReportName)}, testLateAfter)
		if err != nil {
			t.Fatal(err)
		}
		for block := range blocks(randomRows(newRand(), c.packet, false)) {
			f.Observer()(netcheck.Event{Path: netcheck.PathDirect, Body: netcheck.PacketsDecided{Carrier: netcheck.CarrierSRTP, Packets: block}})
		}
		e := saveError(t, f.Finish(testReport(), testVerdict()))
		if got := names(e.Saved); !slices.Contains(got, ReportName) || !slices.Contains(got, SummaryName) {
			t.Errorf("%s: saved %q: %v", name, got, e)
		}
		if !full(e) || strings.Count(e.Error(), PacketsName+" can not") != 1 || len(leftovers(t, dir)) > 0 {
			t.Errorf("%s: left %q: %v", name, leftovers(t, dir), e)
		}
	}
}

// The packets do not make room on a disk that has enough.
func TestReportOnAnotherDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("only Linux has a device that is always full")
	}
	dir := t.TempDir()
	e := saveError(t, mustCreate(t, Where{CSVDir: dir, JSON: "/dev/full"}).run())
	if len(e.Failed) != 1 || len(e.Saved) != 5 {
		t.Errorf("%v", e)
	}
	wantFiles(t, dir, formats()[1:]...)
}

func checkPartial(t *testing.T, dir string, e *SaveError) {
	t.Helper()
	if !errors.Is(e, syscall.ENOSPC) || !strings.Contains(e.Error(), "no space left") && os.PathSeparator == '/' {
		t.Errorf("the cause is missing: %v", e)
	}
	told := names(e.Saved)
	for _, f := range e.Failed {
		told = append(told, filepath.Base(f.Name))
		if !strings.Contains(e.Error(), f.Name) {
			t.Errorf("%s is not named: %v", f.Name, e)
		}
		if b, err := os.ReadFile(f.Name); err != nil || string(b) != "old" {
			t.Errorf("%s held the results of before, now %q, %v", f.Name, b, err)
		}
	}
	slices.Sort(told)
	all := formats()
	slices.Sort(all)
	if !slices.Equal(told, all) {
		t.Errorf("told of %q", told)
	}
	for _, name := range e.Saved {
		want, err := os.ReadFile(filepath.Join("testdata", filepath.Base(name)))
		if b, err2 := os.ReadFile(name); err != nil || err2 != nil || string(b) != string(want) {
			t.Errorf("%s was told to be saved: %v, %v", name, err, err2)
		}
	}
}

// TestPacketsFillTheDisk: the room that was held back goes to the report and the tables, and the packets until then are kept.
func TestPacketsFillTheDisk(t *testing.T) {
	dir := t.TempDir()
	d := newSmallDisk(reserveSize + 200_000)
	f, err := create(d, Where{CSVDir: dir, JSON: filepath.Join(dir, ReportName)}, testLateAfter)
	if err != nil {
		t.Fatal(err)
	}
	// The name of the reserve is gone already, but not its room: the disk of the test can not know that.
	d.room -= reserveSize
	observe := f.Observer()
	for block := range blocks(randomRows(newRand(), 20_000, false)) {
		observe(netcheck.Event{Path: netcheck.PathDirect, Body: netcheck.PacketsDecided{Carrier: netcheck.CarrierSRTP, Packets: block}})
	}
	if err := f.Err(); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("while the session runs: %v", err)
	}
	d.room += reserveSize
	e := saveError(t, f.Finish(testReport(), testVerdict()))
	if got := names(e.Saved); !slices.Equal(got, []string{ReportName, SamplesName, SummaryName, VideoName}) || len(e.Failed) != 1 {
		t.Fatalf("saved %q: %v", got, e)
	}
	left := leftovers(t, dir)
	if len(left) != 1 || left[0] != e.Failed[0].Kept || !strings.Contains(e.Error(), "the first ") || e.Failed[0].Rows < 1000 {
		t.Errorf("left %q: %v", left, e)
	}
	checkBeginning(t, e.Failed[0])
}

// checkBeginning reads as many packets as the error promises.
func checkBeginning(t *testing.T, f FileError) {
	t.Helper()
	b, err := os.ReadFile(f.Kept)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(b), endRow)
	read, err := ReadPackets(strings.NewReader(strings.Join(lines[:f.Rows+1], "")))
	if err != nil || len(read[netcheck.PathDirect][netcheck.CarrierSRTP]) != f.Rows {
		t.Errorf("read %d of %d packets: %v", len(read[netcheck.PathDirect][netcheck.CarrierSRTP]), f.Rows, err)
	}
}

func TestFileInUse(t *testing.T) {
	for name, d := range map[string]*smallDisk{
		"rename": {room: 1 << 30, locked: SummaryName, sizes: map[string]int{}},
		"sync":   {room: 1 << 30, syncErr: SummaryName, sizes: map[string]int{}},
	} {
		dir := t.TempDir()
		f, err := create(d, Where{CSVDir: dir}, testLateAfter)
		if err != nil {
			t.Fatal(err)
		}
		e := saveError(t, f.run())
		if len(e.Failed) != 1 || len(e.Saved) != 4 || !strings.Contains(e.Error(), "what could be written is in") {
			t.Errorf("%s: %v", name, e)
		}
		if name == "rename" && !strings.Contains(e.Error(), "open in another program") {
			t.Errorf("no advice: %v", e)
		}
		want, _ := os.ReadFile(filepath.Join("testdata", SummaryName))
		if b, err := os.ReadFile(e.Failed[0].Kept); err != nil || string(b) != string(want) {
			t.Errorf("%s: kept %q, %v", name, b, err)
		}
	}
}

// TestKilled: what a path measured is on the disk when it has ended, however the process ends.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	f := mustCreate(t, Where{CSVDir: dir})
	f.Observer()(netcheck.Event{Path: netcheck.PathDirect, Body: netcheck.PacketsDecided{Carrier: netcheck.CarrierSRTP, Packets: everything()}})
	f.Observer()(netcheck.Event{Path: netcheck.PathDirect, Body: netcheck.PathEnded{}})
	b, err := os.ReadFile(f.packets.temp)
	if err != nil {
		t.Fatal(err)
	}
	read, err := ReadPackets(strings.NewReader(string(b)))
	if err != nil || len(read[netcheck.PathDirect][netcheck.CarrierSRTP]) != len(everything()) {
		t.Errorf("%d packets, %v", len(read), err)
	}
	f.Discard()
}
