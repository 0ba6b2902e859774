package widgets

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// finish answers, if what was chosen can be used.
func (f *fileDialog) finish() {
	if f.aim != fileFolder && !f.gone() {
		return
	}
	switch f.aim {
	case fileSave:
		f.finishSave()
	case fileOpen:
		f.finishOpen()
	case fileFolder:
		f.finishFolder()
	}
}

// gone goes to a folder that was typed without Enter: the file must not land in another than the one that is shown. It tells
// whether that is possible.
func (f *fileDialog) gone() bool {
	typed := f.resolve(strings.TrimSpace(f.path.Text))
	if typed == f.folder {
		return true
	}
	f.goTo(typed)
	return typed == f.folder || filepath.Dir(typed) == f.folder
}

func (f *fileDialog) answer(path string) {
	f.dialog.Close()
	f.done(path)
}

func (f *fileDialog) finishFolder() {
	folder := f.resolve(strings.TrimSpace(f.path.Text)) // a path that was typed but not gone to counts
	if !isFolder(folder) {
		f.say("There is no folder " + folder)
		return
	}
	f.answer(folder)
}

func (f *fileDialog) finishOpen() {
	path, ok := f.named()
	if !ok {
		return
	}
	if _, err := os.Stat(path); err != nil {
		f.say("This file can not be opened: " + reason(err))
		return
	}
	f.answer(path)
}

func (f *fileDialog) finishSave() {
	path, ok := f.named()
	if !ok {
		return
	}
	if f.opts.Extension != "" && filepath.Ext(path) == "" {
		path += f.opts.Extension
	}
	if !isFolder(filepath.Dir(path)) {
		f.say("There is no folder " + filepath.Dir(path))
		return
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		f.answer(path)
		return
	}
	text := filepath.Base(path) + " is already there. What is in it will be lost."
	Confirm(f.win, "Replace the file?", text, "Replace", "Keep it", func(yes bool) {
		if yes {
			f.answer(path)
			return
		}
		f.win.Canvas().Focus(f.name)
	})
}

// named is the path that the name stands for. The name of a folder goes there instead.
func (f *fileDialog) named() (string, bool) {
	text := strings.TrimSpace(f.name.Text)
	if text == "" {
		f.say("Type a name or choose a file.")
		f.win.Canvas().Focus(f.name)
		return "", false
	}
	path := f.resolve(text)
	if isFolder(path) {
		f.name.SetText("")
		f.enter(path)
		return "", false
	}
	return path, true
}

// reason says what went wrong with a file, without the path, which stands above.
func reason(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "it is not there."
	case errors.Is(err, fs.ErrPermission):
		return "no permission."
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
