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
	picture int
	before  bool // the window filled the screen already
}

func newWhole(w *Window) *whole {
	v := &whole{w: w, overlay: widgets.NewWholeScreen(w.win)}
	v.overlay.OnClose = v.closed
	v.overlay.OnStep = v.step
	v.overlay.OnMenu = func(e fyne.PointEvent) { w.pictureMenu(v.picture, e) }
	return v
}

func (v *whole) open(picture int) {
	if v.overlay.Open() || v.w.sheetOpen() {
		return
	}
	v.picture, v.before = picture, v.w.win.FullScreen()
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
	p := v.w.video.film.pictures[v.picture]
	if p.Visible() {
		v.w.win.Canvas().Focus(p)
	}
	v.w.Refresh()
}

func (v *whole) step(by int) {
	n := v.w.video.film.count()
	v.picture = (v.picture + by + n) % n
	v.refresh()
	v.watch()
}

// refresh shows the newest of the picture.
func (v *whole) refresh() {
	f := v.w.video.film
	v.overlay.SetEmpty(f.empty(v.picture))
	v.overlay.SetImage(f.pictures[v.picture].Image())
	v.overlay.SetLine(f.line(v.picture))
}

// watch asks for the one picture, in the size that it has now.
func (v *whole) watch() {
	f := v.w.video.film
	sizes := f.none()
	sizes[v.picture] = v.overlay.Pixels()
	f.ask(sizes)
}

// pictureMenu is what a right click on a picture opens.
func (w *Window) pictureMenu(picture int, e fyne.PointEvent) {
	save := fyne.NewMenuItem("Save this picture (PNG)…", func() { w.savePicture(picture) })
	save.Disabled = !w.hasPicture()
	screen := fyne.NewMenuItem("Whole screen", func() { w.whole.open(picture) })
	if w.whole.overlay.Open() {
		screen = fyne.NewMenuItem("Back to the window", w.whole.overlay.Close)
	}
	three := fyne.NewMenuItem(w.actions.difference.name, w.actions.difference.run)
	three.Checked = w.video.film.three
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", save, screen, fyne.NewMenuItemSeparator(), three), w.win.Canvas(), e.AbsolutePosition)
}

// hasPicture tells whether there is one to save.
func (w *Window) hasPicture() bool {
	for _, img := range w.video.film.images() {
		if img != nil {
			return true
		}
	}
	return false
}

// chosenPicture is the one that a person means: on the whole screen, with the focus, or else the echoed one.
func (w *Window) chosenPicture() int {
	if w.whole.overlay.Open() {
		return w.whole.picture
	}
	for i, p := range w.video.film.pictures {
		if w.win.Canvas().Focused() == fyne.Focusable(p) {
			return i
		}
	}
	return pictureEchoed
}

// savePicture keeps what is to be seen at this moment, while a person chooses where.
func (w *Window) savePicture(picture int) {
	sent, echoed, difference := w.deps.Pictures.Stills()
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
	o := widgets.FileOptions{Title: title, FileName: w.deps.Video.FileStem() + "_" + lowerFirst(pictureNames[picture]) + ".png", Extension: ".png", Folder: w.folder(folderPNG)}
	widgets.ShowSave(w.win, o, func(path string) {
		w.remember(folderPNG, filepath.Dir(path))
		w.deps.SavePNG(path, img, w.written(title))
	})
}
