package export

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"echopath/netcheck"
)

// The files of a session.
const (
	SummaryName = "summary.csv"
	SamplesName = "samples.csv"
	PacketsName = "packets.csv"
	ReportName  = "report.json"
	VideoName   = "video.csv"  // only of a run with video
	FramesName  = "frames.csv" // the same
	CallsName   = "calls.csv"  // only of a run with a call
)

// Where tells which files to write.
type Where struct {
	CSVDir string // folder for the tables, made if it is not there; "": none
	JSON   string // file for the report, in a folder that is there (CSVDir may be it); "": none
}

// Files are the files of one session. Each has a temporary name until it is whole. Packets and pictures are written as the
// session goes; the other files when it has ended. The methods belong to one goroutine at a time, but for Abandon.
type Files struct {
	disk      *trackedDisk
	where     Where
	packets   *longTable // nil: no tables, or given up
	frames    *longTable // nil: no tables, no video so far, or given up
	framesErr error      // frames could not be begun
	report    *pending   // nil: no report
	reserve   *pending   // nil: none to be had
	finished  bool
	result    SaveError
}

// Create opens what is written first, so that a folder or file that can not be written is told before anything is measured.
// Nothing is left behind when it fails, but for the folder. Every Files must be ended by Finish or Discard.
func Create(where Where, lateAfter time.Duration) (*Files, error) {
	return create(systemDisk{}, where, lateAfter)
}

func create(d disk, where Where, lateAfter time.Duration) (*Files, error) {
	f := &Files{disk: &trackedDisk{disk: d, files: map[string]file{}}, where: where}
	if err := f.open(lateAfter); err != nil {
		f.Discard()
		return nil, err
	}
	return f, nil
}

func (f *Files) open(lateAfter time.Duration) error {
	if f.where.CSVDir != "" {
		if err := f.openTables(lateAfter); err != nil {
			return err
		}
	}
	if f.where.JSON == "" {
		return nil
	}
	var err error
	f.report, err = begin(f.disk, f.where.JSON)
	return err
}

func (f *Files) openTables(lateAfter time.Duration) error {
	if err := os.MkdirAll(f.where.CSVDir, 0o755); err != nil { //nolint:gosec // results are for others to read, as far as the umask allows
		return because(f.where.CSVDir, err)
	}
	if err := f.checkTables(); err != nil {
		return err
	}
	p, err := begin(f.disk, f.csv(PacketsName))
	if err != nil {
		return err
	}
	f.packets = &longTable{p, NewPacketWriter(p.f, lateAfter)}
	f.reserve = reserve(f.disk, f.csv(reserveName))
	return nil
}

// checkTables finds out whether the tables that are written last can be, under names of their own.
func (f *Files) checkTables() error {
	for _, name := range []string{SummaryName, SamplesName, PacketsName, VideoName, FramesName, CallsName} {
		if f.where.JSON != "" && filepath.Clean(f.where.JSON) == f.csv(name) {
			return fmt.Errorf("%s can not hold both the report and a table: name another file for the report", f.where.JSON)
		}
		p, err := begin(f.disk, f.csv(name))
		if err != nil {
			return err
		}
		p.discard()
	}
	return nil
}

func (f *Files) csv(name string) string { return filepath.Join(f.where.CSVDir, name) }

// Observer writes packets and pictures as they are decided. It goes to netcheck.Run with the other observers.
func (f *Files) Observer() netcheck.Observer {
	if f.packets == nil {
		return func(netcheck.Event) {}
	}
	packets := f.packets.writer
	return func(e netcheck.Event) {
		packets.Observe(e)
		f.observeFrames(e)
	}
}

// Err is the first error so far: the long tables are written while the session runs, and a user may want to know early.
func (f *Files) Err() error {
	for _, t := range []*longTable{f.packets, f.frames} {
		if t != nil && t.writer.Err() != nil {
			return because(t.final, t.writer.Err())
		}
	}
	return f.framesErr
}

// Saved lists the files that are whole, after Finish.
func (f *Files) Saved() []string { return f.result.Saved }

// Finish writes the rest, the small and telling files first, and gives every file its final name. A file that fails does not
// keep the others from being tried, and what an earlier session left under its name stays as it is. Where the disk is full the
// report and the summary come before the packets. The error is a [*SaveError].
func (f *Files) Finish(r netcheck.Report, v netcheck.Verdict) error {
	if !f.finished {
		f.finished = true
		f.finish(r, v)
	}
	if len(f.result.Failed) > 0 {
		return &f.result
	}
	return nil
}

func (f *Files) finish(r netcheck.Report, v netcheck.Verdict) {
	f.release()
	for _, t := range []**longTable{&f.packets, &f.frames} {
		if *t != nil && (*t).writer.Err() != nil && (*t).writer.Rows() == 0 {
			f.drop(t, (*t).writer.Err()) // takes room, and has not one whole row
		}
	}
	if f.where.JSON != "" {
		f.telling(f.report, f.where.JSON, func(w io.Writer) error { return JSON(w, r, v) })
	}
	if f.where.CSVDir == "" {
		return
	}
	f.telling(nil, f.csv(SummaryName), func(w io.Writer) error { return Summary(w, r, v) })
	if HasVideo(r) {
		f.telling(nil, f.csv(VideoName), func(w io.Writer) error { return Video(w, r) })
	}
	if HasCall(r) {
		f.telling(nil, f.csv(CallsName), func(w io.Writer) error { return Calls(w, r) })
	}
	f.finishFrames(HasVideo(r))
	if r.Granted.Video.Mode.Only() { // there were no packets to write of
		if f.packets != nil {
			f.packets.discard()
			f.packets = nil
		}
		return
	}
	f.finishLong(&f.packets)
	f.done(f.save(nil, f.csv(SamplesName), func(w io.Writer) error { return Samples(w, r) }))
}

// Discard gives up: for a session that never began. After Finish it does nothing.
func (f *Files) Discard() {
	if f.finished {
		return
	}
	f.finished = true
	f.release()
	for _, t := range []*longTable{f.packets, f.frames} {
		if t != nil {
			t.discard()
		}
	}
	if f.report != nil {
		f.report.discard()
	}
}

// Abandon is for a process that is ended at once, and may be called from any goroutine at any time: it removes the temporary
// files that hold nothing. Packets that were written stay. Nothing can be written afterwards.
func (f *Files) Abandon() { f.disk.abandon() }

// telling saves a file that says more in less than the long tables do. They make room for it if they must, the packets first.
func (f *Files) telling(p *pending, final string, write func(io.Writer) error) {
	e := f.save(p, final, write)
	for _, t := range []**longTable{&f.packets, &f.frames} {
		if !full(e.Err) || *t == nil || f.roomFor(write) {
			continue
		}
		if e.Kept != "" {
			_ = f.disk.remove(e.Kept)
		}
		f.drop(t, fmt.Errorf("its room was needed for %s: %w", filepath.Base(final), syscall.ENOSPC))
		e = f.save(nil, final, write)
	}
	f.done(e)
}

// roomFor tells whether the disk of the tables has room for a file: then it is another disk that is full, and to give up the
// packets would not help.
func (f *Files) roomFor(write func(io.Writer) error) bool {
	p, err := begin(f.disk, f.csv(reserveName))
	if err != nil {
		return false
	}
	defer p.discard()
	return write(p.f) == nil && p.f.Sync() == nil
}

// save writes a whole file, into p if it has been begun. Without Err in the result it is saved.
func (f *Files) save(p *pending, final string, write func(io.Writer) error) FileError {
	if p == nil {
		var err error
		if p, err = begin(f.disk, final); err != nil {
			return FileError{Name: final, Err: err}
		}
	}
	if err := write(p.f); err != nil {
		p.discard()
		return FileError{Name: final, Err: because(final, err)}
	}
	kept, err := p.commit()
	return FileError{Name: final, Err: err, Kept: kept}
}

// done records how a file came out.
func (f *Files) done(e FileError) {
	if e.Err != nil {
		f.result.Failed = append(f.result.Failed, e)
		return
	}
	f.result.Saved = append(f.result.Saved, e.Name)
}

// reserveSize is room for the report and the summary of the longest plan.
const (
	reserveSize = 256 << 10
	reserveName = "reserve"
)

// reserve takes room on the disk for as long as the session runs. Packets may fill the disk; the report and the summary, which
// say more in less, must still find room then. It is a favour: without room for it the session runs all the same.
func reserve(d disk, name string) *pending {
	p, err := begin(d, name)
	if err != nil {
		return nil
	}
	if _, err = p.f.Write(make([]byte, reserveSize)); err != nil {
		p.discard()
		return nil
	}
	_ = d.remove(p.temp) // where an open file may lose its name, nothing is left of it however the process ends
	return p
}

func (f *Files) release() {
	if f.reserve != nil {
		f.reserve.discard()
		f.reserve = nil
	}
}
