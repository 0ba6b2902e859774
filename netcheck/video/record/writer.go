package record

import (
	"errors"
	"fmt"
	"os"

	"echopath/netcheck"
)

var errManySizes = fmt.Errorf("the picture has changed its size %d times", MaxFiles)

// writer turns frames into files. It belongs to one goroutine.
type writer struct {
	o     Options
	names names
	clip  *clip // nil: none is open
	saved []SavedFile
	err   error // why it has failed
	late  error // why the length or the index of a file could not be added
}

func newWriter(o Options) *writer { return &writer{o: o, names: newNames(o.Path)} }

// put writes a frame. A failure lasts: it is noted once, with what was saved.
func (w *writer) put(f queued) error {
	if w.err != nil {
		return w.err
	}
	if err := w.write(f); err != nil {
		w.fail(err)
	}
	return w.err
}

func (w *writer) write(f queued) error {
	if w.clip == nil || w.clip.width != f.Width || w.clip.height != f.Height {
		if err := w.begin(f); err != nil {
			return err
		}
	}
	return because(w.clip.path, w.clip.add(f.Frame))
}

// begin goes on with a new file.
func (w *writer) begin(f queued) error {
	before := w.clip
	if err := w.finish(); err != nil {
		return err
	}
	if len(w.saved) == MaxFiles {
		return because(w.names.name(), errManySizes)
	}
	file, path, taken, err := w.names.create(w.o.Create)
	if err != nil {
		return because(path, err)
	}
	clip, err := newClip(file, path, head{width: f.Width, height: f.Height, began: f.came})
	if err != nil {
		return because(path, err)
	}
	w.clip = clip
	w.o.Note(netcheck.VideoHappened{
		What: netcheck.RecordingBegan, Width: f.Width, Height: f.Height, Text: beganText(clip, before, taken),
	})
	return nil
}

// finish closes the open file, if there is one, and adds it to what is saved.
func (w *writer) finish() error {
	c := w.clip
	if c == nil {
		return nil
	}
	w.clip = nil
	missing := whereabouts(c.f, c.path) == gone
	err := c.finish()
	if missing {
		return because(c.path, errGone)
	}
	if c.frames > 0 {
		w.saved = append(w.saved, c.saved())
	}
	if w.late == nil && c.unfinished != nil {
		w.late = because(c.path, c.unfinished)
	}
	return because(c.path, err)
}

// fail closes what is open and tells of it. What went wrong first is the cause of what goes wrong then.
func (w *writer) fail(err error) {
	w.err = err
	_ = w.finish()
	if errors.Is(err, errGone) || errors.Is(err, os.ErrNotExist) {
		w.forgetRemoved()
	}
	w.o.Note(netcheck.VideoHappened{What: netcheck.RecordingFailed, Text: failedText(err, w.saved)})
}

// forgetRemoved takes files off the list that went with the folder.
func (w *writer) forgetRemoved() {
	kept := w.saved[:0]
	for _, f := range w.saved {
		if _, err := os.Stat(f.Path); !errors.Is(err, os.ErrNotExist) {
			kept = append(kept, f)
		}
	}
	w.saved = kept
}

// end finishes the recording.
func (w *writer) end(skipped int) {
	if w.err != nil {
		return
	}
	if err := w.finish(); err != nil {
		w.fail(err)
		return
	}
	w.o.Note(netcheck.VideoHappened{What: netcheck.RecordingEnded, Text: endedText(w.saved, skipped, w.late)})
}
