package export

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"echopath/netcheck"
)

// The files of a session.
const (
	SummaryName = "summary.csv"
	SamplesName = "samples.csv"
	PacketsName = "packets.csv"
	ReportName  = "report.json"
)

// Where tells which files to write.
type Where struct {
	CSVDir string // folder for the three tables, made if it is not there; "": none
	JSON   string // file for the report, in a folder that is there (CSVDir may be it); "": none
}

// Files are the files of one session. Each has a temporary name until it is whole. Packets are written as the session goes;
// the other files when it has ended. The methods belong to one goroutine at a time.
type Files struct {
	disk     disk
	where    Where
	packets  *pending // nil: no tables
	writer   *PacketWriter
	report   *pending // nil: no report
	reserve  *pending // nil: none to be had
	finished bool
	result   SaveError
}

// Create opens what is written first, so that a folder or file that can not be written is told before anything is measured.
// Nothing is left behind when it fails, but for the folder. Every Files must be ended by Finish or Discard.
func Create(where Where, lateAfter time.Duration) (*Files, error) {
	return create(systemDisk{}, where, lateAfter)
}

func create(d disk, where Where, lateAfter time.Duration) (*Files, error) {
	f := &Files{disk: d, where: where}
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
	var err error
	if f.packets, err = begin(f.disk, f.csv(PacketsName)); err != nil {
		return err
	}
	f.writer = NewPacketWriter(f.packets.f, lateAfter)
	f.reserve = reserve(f.disk, f.csv("reserve"))
	return nil
}

// checkTables finds out whether the tables that are written last can be, under names of their own.
func (f *Files) checkTables() error {
	for _, name := range []string{SummaryName, SamplesName, PacketsName} {
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

// Observer writes packets as they are decided. It goes to netcheck.Run with the other observers.
func (f *Files) Observer() netcheck.Observer {
	if f.writer == nil {
		return func(netcheck.Event) {}
	}
	return f.writer.Observe
}

// Err is the first error so far: packets are written while the session runs, and a user may want to know early.
func (f *Files) Err() error {
	if f.writer == nil || f.writer.Err() == nil {
		return nil
	}
	return because(f.packets.final, f.writer.Err())
}

// Saved lists the files that are whole, after Finish.
func (f *Files) Saved() []string { return f.result.Saved }

// Finish writes the rest, the small and telling files first, and gives every file its final name. A file that fails does not
// keep the others from being tried, and what an earlier session left under its name stays as it is. The error is a
// [*SaveError].
func (f *Files) Finish(r netcheck.Report, v netcheck.Verdict) error {
	if !f.finished {
		f.finished = true
		f.release()
		if f.report != nil {
			f.fill(f.report, func(w io.Writer) error { return JSON(w, r, v) })
		}
		if f.packets != nil {
			f.table(SummaryName, func(w io.Writer) error { return Summary(w, r, v) })
			f.finishPackets()
			f.table(SamplesName, func(w io.Writer) error { return Samples(w, r) })
		}
	}
	if len(f.result.Failed) > 0 {
		return &f.result
	}
	return nil
}

// Discard gives up: for a session that never began. After Finish it does nothing.
func (f *Files) Discard() {
	if f.finished {
		return
	}
	f.finished = true
	f.release()
	for _, p := range []*pending{f.packets, f.report} {
		if p != nil {
			p.discard()
		}
	}
}

func (f *Files) table(name string, write func(io.Writer) error) {
	p, err := begin(f.disk, f.csv(name))
	if err != nil {
		f.failed(FileError{Name: f.csv(name), Err: err})
		return
	}
	f.fill(p, write)
}

// fill writes a whole file.
func (f *Files) fill(p *pending, write func(io.Writer) error) {
	if err := write(p.f); err != nil {
		p.discard()
		f.failed(FileError{Name: p.final, Err: because(p.final, err)})
		return
	}
	f.commit(p)
}

// finishPackets keeps the beginning of a table that could not be written to its end: those packets were measured.
func (f *Files) finishPackets() {
	err := f.writer.Close()
	switch {
	case err == nil:
		f.commit(f.packets)
	case f.writer.Rows() == 0:
		f.packets.discard()
		f.failed(FileError{Name: f.packets.final, Err: because(f.packets.final, err)})
	default:
		f.failed(FileError{Name: f.packets.final, Err: because(f.packets.final, err), Kept: f.packets.leave(), Rows: f.writer.Rows()})
	}
}

func (f *Files) commit(p *pending) {
	if kept, err := p.commit(); err != nil {
		f.failed(FileError{Name: p.final, Err: err, Kept: kept})
		return
	}
	f.result.Saved = append(f.result.Saved, p.final)
}

func (f *Files) failed(e FileError) { f.result.Failed = append(f.result.Failed, e) }

// reserveSize is room for the report and the summary of the longest plan.
const reserveSize = 256 << 10

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
