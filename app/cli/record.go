package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"echopath/app/present"
	"echopath/netcheck"
)

// otherFormats are endings that promise something else than what is written.
var otherFormats = []string{".mp4", ".m4v", ".mkv", ".mov", ".avi", ".ivf", ".y4m"}

// checkRecording looks at what is asked for, before anything is opened.
func (o *options) checkRecording(v *netcheck.VideoPlan) error {
	o.recordWhat = strings.ToLower(o.recordWhat)
	switch {
	case o.given["record-what"] && o.recordWhat != "sent" && o.recordWhat != "received":
		return wrongUse("--record-what %q: use received or sent", o.recordWhat)
	case o.given["record-what"] && !o.given["record"]:
		return wrongUse("--record-what needs --record FILE")
	case !o.given["record"]:
		return nil
	case v.Mode == netcheck.VideoCall:
		return wrongUse("--record does not keep calls, only pictures that are echoed: leave out --record or --call")
	case o.record == dash:
		return wrongUse("--record - : a video can not go to standard output: name a file, for example call.webm")
	case isFolder(o.record):
		return wrongUse("--record %s is a folder: name a file, for example %s", o.record, filepath.Join(o.record, "call.webm"))
	}
	if ext := filepath.Ext(o.record); slices.Contains(otherFormats, strings.ToLower(ext)) {
		return wrongUse("--record %s: a video is kept as WebM: name it %s", o.record, strings.TrimSuffix(o.record, ext)+".webm")
	}
	return nil
}

// isFolder tells a folder, and a name that can be nothing else.
func isFolder(name string) bool {
	if os.IsPathSeparator(name[len(name)-1]) {
		return true
	}
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// tryRecording makes a file where the recordings will be and takes it away again, so that a place which can not be written is told
// before the measurement. The recordings themselves are made when their first picture is there.
func tryRecording(name string) error {
	if name == "" {
		return nil
	}
	// The random part is as long as what a path and a number add to the name, if that grows too long.
	f, err := os.CreateTemp(filepath.Dir(name), strings.ReplaceAll(filepath.Base(name), "*", "_")+"-*.part")
	if err == nil {
		err = errors.Join(f.Close(), os.Remove(f.Name()))
	}
	if err != nil {
		var pathErr *os.PathError
		why := err
		if errors.As(err, &pathErr) {
			why = pathErr.Err
		}
		return fmt.Errorf("nothing was measured, because the video can not be kept in %s: %w: %s", filepath.Dir(name), why, pathAdvice(err))
	}
	return nil
}

// recordings is what became of the recordings of a session.
type recordings struct {
	mu     sync.Mutex // guards all below: observers are called one at a time, but by whom is not promised
	ended  []recording
	failed []recording
}

type recording struct {
	path netcheck.Path
	text string // what was saved, or why it failed
}

func (r *recordings) observe(e netcheck.Event) {
	h, ok := e.Body.(netcheck.VideoHappened)
	if !ok {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch h.What {
	case netcheck.RecordingEnded:
		r.ended = append(r.ended, recording{e.Path, h.Text})
	case netcheck.RecordingFailed:
		r.failed = append(r.failed, recording{e.Path, h.Text})
	}
}

// show says where the recordings are.
func (r *recordings) show(s screen, quiet bool) {
	if len(r.ended) == 0 || quiet {
		return
	}
	_, _ = fmt.Fprintln(s)
	for _, x := range r.ended {
		s.paragraph(fmt.Sprintf("Recording of %s: %s", x.path.Title(), present.Printable(x.text)))
	}
}

// err tells of those that failed: a result could not be written.
func (r *recordings) err() error {
	var errs []error
	for _, x := range r.failed {
		errs = append(errs, fmt.Errorf("the recording of %s failed: %s", x.path.Title(), strings.TrimSuffix(x.text, ".")))
	}
	return errors.Join(errs...)
}
