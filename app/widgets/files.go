package widgets

import (
	"os"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
)

// FileOptions say where a file dialog begins.
type FileOptions struct {
	Title     string
	Action    string // text of the main button; "" for "Save", "Open" or "Choose"
	FileName  string // proposed name
	Folder    string // where to begin; "" for the home folder. What was chosen lies in filepath.Dir of the answer
	Extension string // ".json": added to a name that has none, and the only files shown; "" for any
}

// ShowSave asks where to save. An existing file is asked about once. The answer is a whole path; nothing is written.
func ShowSave(win fyne.Window, o FileOptions, done func(path string)) {
	showFiles(win, o, fileSave, done)
}

// ShowOpen asks for a file that exists.
func ShowOpen(win fyne.Window, o FileOptions, done func(path string)) {
	showFiles(win, o, fileOpen, done)
}

// ShowFolder asks for a folder that exists.
func ShowFolder(win fyne.Window, o FileOptions, done func(path string)) {
	showFiles(win, o, fileFolder, done)
}

// fileAim is what a file dialog is for.
type fileAim int

const (
	fileSave fileAim = iota
	fileOpen
	fileFolder
)

// fileDialog is a list of a folder between its path above and the name of the file below. Fyne's own is not used: Escape does
// not close it while its entry has the focus, and its folders can not be walked with the keyboard.
type fileDialog struct {
	win    fyne.Window
	aim    fileAim
	opts   FileOptions
	done   func(string)
	dialog *Dialog

	folder  string
	entries []fileEntry
	path    *Entry
	name    *Entry // nil for folders
	list    *list
	problem *paragraph
	action  *Button
}

// fileSize is that of the dialog: it leaves a frame of a window of 900 x 600.
var fileSize = fyne.NewSize(640, 480)

func showFiles(win fyne.Window, o FileOptions, aim fileAim, done func(string)) {
	f := &fileDialog{win: win, aim: aim, opts: o, done: done}
	f.build()
	f.enter(firstFolder(o.Folder))
	f.dialog.ShowSized(fileSize)
	if f.name != nil && aim == fileSave {
		f.name.selectAll()
	}
}

// firstFolder is the asked folder if it is there, else the home folder.
func firstFolder(asked string) string {
	if info, err := os.Stat(asked); err == nil && info.IsDir() {
		if abs, err := filepath.Abs(asked); err == nil {
			return abs
		}
	}
	if home, err := os.UserHomeDir(); err == nil {
		return home
	}
	return string(filepath.Separator)
}

func (f *fileDialog) build() {
	f.path = NewEntry()
	f.path.OnSubmitted = func(text string) { f.goTo(text) }
	up := NewButton("", theme.MoveUpIcon(), func() { f.enter(filepath.Dir(f.folder)) })
	home := NewButton("", theme.HomeIcon(), func() { f.enter(firstFolder("")) })
	top := container.NewBorder(nil, nil, nil, container.NewHBox(
		Tipped(up, Tip("To the folder above (Backspace in the list)")), Tipped(home, Tip("To your home folder"))), f.path)

	f.list = newList(func() int { return len(f.entries) }, newFileRow, f.fill)
	f.list.onPick, f.list.onOpen, f.list.onOther = f.picked, f.opened, f.listKey
	f.list.hint = func(i int) string { return f.entries[i].hint(f.list.Size().Width) }

	f.problem = newParagraph("", style{theme.ColorNameError, theme.SizeNameCaptionText, false}, 1)
	foot := container.NewVBox(f.problem)
	if f.aim != fileFolder {
		f.name = NewEntry()
		f.name.SetText(f.opts.FileName)
		f.name.PlaceHolder = "File name"
		f.name.OnChanged = func(string) { f.say("") }
		foot = container.NewVBox(f.name, f.problem)
	}
	frame := newPanel(f.list, theme.ColorNameInputBackground)
	frame.edge, frame.inset = theme.ColorNameInputBorder, func() fyne.Size { return fyne.NewSquareSize(2) }
	f.dialog = NewDialog(f.win, f.titleText(), container.NewBorder(top, foot, nil, nil, frame))
	f.dialog.AddButton("Cancel", f.dialog.Close)
	f.action = f.dialog.AddButton(f.actionText(), f.finish)
	f.dialog.SetDefault(f.action)
	f.dialog.SetFirst(f.list)
	if f.aim == fileSave {
		f.dialog.SetFirst(f.name)
	}
}

func (f *fileDialog) titleText() string {
	if f.opts.Title != "" {
		return f.opts.Title
	}
	return []string{"Save as", "Open a file", "Choose a folder"}[f.aim]
}

func (f *fileDialog) actionText() string {
	if f.opts.Action != "" {
		return f.opts.Action
	}
	return []string{"Save", "Open", "Choose"}[f.aim]
}

func (f *fileDialog) say(problem string) { f.problem.set(problem, f.problem.style) }

// goTo goes to a typed folder; a typed file is taken as the name.
func (f *fileDialog) goTo(text string) {
	path := f.resolve(strings.TrimSpace(text))
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		f.enter(path)
	case f.name != nil && isFolder(filepath.Dir(path)):
		f.enter(filepath.Dir(path))
		f.name.SetText(filepath.Base(path))
		f.win.Canvas().Focus(f.name)
	default:
		f.say("There is no folder " + path)
	}
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// resolve makes a typed path whole: ~ is the home folder, anything relative begins here.
func (f *fileDialog) resolve(text string) string {
	if text == "~" || strings.HasPrefix(text, "~/") || strings.HasPrefix(text, `~\`) {
		if home, err := os.UserHomeDir(); err == nil {
			text = home + text[1:]
		}
	}
	if !filepath.IsAbs(text) {
		text = filepath.Join(f.folder, text)
	}
	return filepath.Clean(text)
}

// enter shows a folder; one that can not be read leaves everything as it is.
func (f *fileDialog) enter(folder string) {
	entries, err := readFolder(folder, f.aim, f.opts.Extension)
	if err != nil {
		f.say("This folder can not be read: " + reason(err))
		return
	}
	came := f.folder
	f.folder, f.entries = folder, entries
	f.path.SetText(folder)
	f.path.CursorColumn = len([]rune(folder))
	f.say("")
	f.list.selected = -1
	f.list.scroll.Offset = fyne.Position{}
	f.list.changed()
	for i, e := range entries { // who comes up finds where they came from
		if filepath.Join(folder, e.name) == came {
			f.list.pick(i)
		}
	}
}

// picked gets the row that was selected in the list.
func (f *fileDialog) picked(i int) {
	if e := f.entries[i]; !e.folder && f.name != nil {
		f.name.SetText(e.name)
	}
}

// opened gets the row of an Enter or a second click.
func (f *fileDialog) opened(i int) {
	e := f.entries[i]
	if e.folder {
		f.enter(filepath.Join(f.folder, e.name))
		if f.list.selected < 0 && f.list.focused {
			f.list.pick(0)
		}
		return
	}
	f.finish()
}

func (f *fileDialog) listKey(key *fyne.KeyEvent) bool {
	if key.Name != fyne.KeyBackspace {
		return false
	}
	f.enter(filepath.Dir(f.folder))
	return true
}
