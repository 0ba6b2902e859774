package view

import (
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"echopath/app/widgets"
)

// whole is one picture of the video on the whole screen.
type whole struct {
	w       *Window
	overlay *widgets.WholeScreen
	film    *film // whose it is
	picture int
	before  bool // the window filled the screen already
}

func newWhole(w *Window) *whole {
	v := &whole{w: w, film: w.video.film, overlay: widgets.NewWholeScreen(w.win)}
	v.overlay.OnClose = v.closed
	v.overlay.OnStep = v.step
	v.overlay.OnMenu = func(e fyne.PointEvent) { w.pictureMenu(v.film, v.picture, e) }
	return v
}

func (v *whole) open(f *film, picture int) {
	if v.overlay.Open() || v.w.sheetOpen() {
		return
	}
	v.film, v.picture, v.before = f, picture, v.w.win.FullScreen()
	v.refresh()
	v.w.content.Hide() // what lies below would be painted with every picture
	v.w.win.SetFullScreen(true)
	v.overlay.Show()
	v.watch()
}

// closed puts the window back as it was.
func (v *whole) closed() {
	v.w.content.Show()
	v.w.win.SetFullScreen(v.before)
	p := v.film.pictures[v.picture]
	if p.Visible() {
		v.w.focus(p)
	}
	v.w.Refresh()
}

func (v *whole) step(by int) {
	n := v.film.count()
	v.picture = (v.picture + by + n) % n
	v.refresh()
	v.watch()
}

// refresh shows the newest of the picture.
func (v *whole) refresh() {
	f := v.film
	v.overlay.SetEmpty(f.empty(v.picture))
	v.overlay.SetImage(f.pictures[v.picture].Image())
	v.overlay.SetLine(f.line(v.picture))
}

// watch asks for the one picture, in the size that it has now.
func (v *whole) watch() {
	f := v.film
	sizes := f.none()
	sizes[v.picture] = v.overlay.Pixels()
	f.ask(sizes)
}

// pictureMenu is what a right click on a picture opens.
func (w *Window) pictureMenu(f *film, picture int, e fyne.PointEvent) {
	save := fyne.NewMenuItem("Save this picture (PNG)…", func() { w.savePicture(f, picture) })
	save.Disabled = !f.any()
	screen := fyne.NewMenuItem("Whole screen", func() { w.whole.open(f, picture) })
	if w.whole.overlay.Open() {
		screen = fyne.NewMenuItem("Back to the window", w.whole.overlay.Close)
	}
	items := []*fyne.MenuItem{save, screen}
	if !f.call {
		three := fyne.NewMenuItem(w.actions.difference.name, w.actions.difference.run)
		three.Checked = f.three
		items = append(items, fyne.NewMenuItemSeparator(), three)
	}
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), w.win.Canvas(), e.AbsolutePosition)
}

// filmShown is the row of pictures on the screen that is shown; nil if it has none.
func (w *Window) filmShown() *film {
	switch w.screen {
	case screenVideo:
		return w.video.film
	case screenHost:
		return w.host.lower.film
	case screenTest, screenSettings:
	}
	return nil
}

// hasPicture tells whether there is one to save.
func (w *Window) hasPicture() bool {
	f := w.filmShown()
	return f != nil && f.any()
}

// chosenPicture is the one that a person means: on the whole screen, with the focus, or else the echoed one.
func (w *Window) chosenPicture() int {
	if w.whole.overlay.Open() {
		return w.whole.picture
	}
	for i, p := range w.filmShown().pictures {
		if w.win.Canvas().Focused() == fyne.Focusable(p) {
			return i
		}
	}
	return pictureEchoed
}

// savePicture keeps what is to be seen at this moment, while a person chooses where.
func (w *Window) savePicture(f *film, picture int) {
	sent, echoed, difference := f.source.Stills()
	img := sent
	switch picture {
	case pictureEchoed:
		img = echoed
	case pictureDifference:
		img = difference
	}
	if img == nil {
		w.Say("There is no such picture yet.")
		return
	}
	const title = "Save the picture"
	o := widgets.FileOptions{Title: title, FileName: w.stemOf(f) + "_" + f.fileName(picture) + ".png", Extension: ".png", Folder: w.folder(folderPNG)}
	widgets.ShowSave(w.win, o, func(path string) {
		w.remember(folderPNG, filepath.Dir(path))
		w.deps.SavePNG(path, img, w.written(title))
	})
}

// stemOf is how the files of a run with pictures begin.
func (w *Window) stemOf(f *film) string {
	if run, _, _ := w.deps.Host.Run(); f == w.host.lower.film && run != nil {
		return run.FileStem()
	}
	return w.deps.Video.FileStem()
}

// filmOrWhole is the row of pictures whose picture has the whole screen, or else the one that is shown.
func (w *Window) filmOrWhole() *film {
	if w.whole.overlay.Open() {
		return w.whole.film
	}
	return w.filmShown()
}
