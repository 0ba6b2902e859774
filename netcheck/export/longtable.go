package export

import "echopath/netcheck"

// longTable is a table that is written while the session runs.
type longTable struct {
	*pending
	writer tableWriter
}

// tableWriter is a *PacketWriter or a *FrameWriter.
type tableWriter interface {
	Observe(netcheck.Event)
	Err() error
	Rows() int
	Close() error
}

// observeFrames begins the table of pictures when it is known that there will be some: most sessions have none.
func (f *Files) observeFrames(e netcheck.Event) {
	switch b := e.Body.(type) {
	case netcheck.SessionStarted:
		if b.Granted.Video.On() && b.Granted.Video.Mode != netcheck.VideoCall { // nothing of a call comes back
			f.beginFrames()
		}
	case netcheck.FramesDecided:
		f.beginFrames()
	}
	if f.frames != nil {
		f.frames.writer.Observe(e)
	}
}

func (f *Files) beginFrames() {
	if f.frames != nil || f.framesErr != nil || f.finished {
		return
	}
	p, err := begin(f.disk, f.csv(FramesName))
	if err != nil {
		f.framesErr = err
		return
	}
	f.frames = &longTable{p, NewFrameWriter(p.f)}
}

// drop gives a long table up, with the room that it takes.
func (f *Files) drop(t **longTable, why error) {
	final := (*t).final
	(*t).discard()
	*t = nil
	f.done(FileError{Name: final, Err: because(final, why)})
}

// finishLong keeps the beginning of a table that could not be written to its end: those rows were measured.
func (f *Files) finishLong(table **longTable) {
	t := *table
	if t == nil {
		return
	}
	err := t.writer.Close()
	switch {
	case err == nil:
		var kept string
		kept, err = t.commit()
		f.done(FileError{Name: t.final, Err: err, Kept: kept})
	case t.writer.Rows() == 0:
		f.drop(table, err)
	default:
		f.done(FileError{Name: t.final, Err: because(t.final, err), Kept: t.leave(), Rows: t.writer.Rows()})
	}
}

// finishFrames also tells of a table that could not be begun. One that holds no picture of a run without video goes.
func (f *Files) finishFrames(video bool) {
	switch {
	case f.framesErr != nil:
		f.done(FileError{Name: f.csv(FramesName), Err: f.framesErr})
	case f.frames != nil && !video:
		f.frames.discard()
		f.frames = nil
	default:
		f.finishLong(&f.frames)
	}
}
