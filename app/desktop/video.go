package desktop

import (
	"context"
	"errors"
	"image"
	"io/fs"
	"os"
	"path/filepath"

	"echopath/app/record/atomicfile"
	"echopath/app/runner"
)

// screenPictures are the runner's pictures as the views want them.
type screenPictures struct{ *runner.Pictures }

// Watch implements view.Pictures.
func (p screenPictures) Watch(sent, echoed, difference image.Point) {
	p.Pictures.Watch(runner.PictureSizes{Sent: sent, Echoed: echoed, Difference: difference})
}

// Stills implements view.Pictures.
func (p screenPictures) Stills() (sent, echoed, difference *image.RGBA) {
	s := p.Pictures.Stills()
	return s.Sent, s.Echoed, s.Difference
}

// listCameras asks the drivers, which may take a second.
func (d *desk) listCameras(done func(names []string, why string)) {
	if d.opt.Cameras == nil {
		done(nil, "")
		return
	}
	err := runner.Go(d.jobs, "cameras", func(context.Context) ([]string, error) { return d.opt.Cameras() }, func(names []string, err error) {
		why := ""
		if err != nil {
			why = err.Error()
		}
		done(names, why)
	})
	if err != nil && !errors.Is(err, runner.ErrJobBusy) { // one that is under way will answer
		done(nil, err.Error())
	}
}

// look has something found out about a path beside the goroutine that draws.
func (d *desk) look(path string, at func(path string) string, done func(problem string)) {
	err := runner.Go(d.jobs, "look at "+path, func(context.Context) (string, error) { return at(path), nil }, func(problem string, err error) {
		if err != nil {
			problem = err.Error()
		}
		done(problem)
	})
	if err != nil && !errors.Is(err, runner.ErrJobBusy) {
		done(err.Error())
	}
}

func (d *desk) checkVideoFile(path string, done func(problem string)) { d.look(path, videoFile, done) }

func (d *desk) checkRecordPlace(path string, done func(problem string)) {
	d.look(path, recordPlace, done)
}

// videoFile says in a sentence why a file can not be a source of pictures; what is in it the session finds out.
func videoFile(path string) string {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "There is no file of this name."
	case err != nil:
		return cannot("looked at", err)
	case !info.Mode().IsRegular():
		return "This is not a file."
	}
	f, err := os.Open(path) //nolint:gosec // the user names the file
	if errors.Is(err, fs.ErrPermission) {
		return "You may not read this file."
	}
	if err != nil {
		return cannot("read", err)
	}
	_ = f.Close()
	return ""
}

// recordPlace says in a sentence why nothing can be recorded to a file. The folder is made when the recording begins.
func recordPlace(path string) string {
	if !filepath.IsAbs(path) {
		return "Type the whole path, from the root on."
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return "This is a folder. Add the name of a file."
	}
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		switch {
		case err == nil && !info.IsDir():
			return dir + " is not a folder."
		case err == nil:
			return ""
		case !errors.Is(err, fs.ErrNotExist):
			return cannot("written", err)
		case filepath.Dir(dir) == dir:
			return "There is no such place."
		}
	}
}

func cannot(what string, err error) string {
	why, _ := atomicfile.Why(err)
	return "The file can not be " + what + ": " + why + "."
}
