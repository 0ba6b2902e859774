package view

import "image"

// ShowPictures shows new pictures of the video; nil leaves what is there. It refreshes nothing else.
func (w *Window) ShowPictures(sent, echoed, difference *image.RGBA) {
	w.video.setImages([numPictures]*image.RGBA{sent, echoed, difference})
	if w.whole.overlay.Open() {
		w.whole.refresh()
	}
}

// ShowGuestPictures shows new pictures of the chosen guest's call: this computer's own and the guest's; nil leaves what is there.
func (w *Window) ShowGuestPictures(own, guest *image.RGBA) {
	w.host.lower.film.set([numPictures]*image.RGBA{own, guest, nil})
	if w.whole.overlay.Open() {
		w.whole.refresh()
	}
}

// watchPictures asks for the pictures that are seen, in the size that they have.
func (w *Window) watchPictures() {
	if w.whole.overlay.Open() {
		w.whole.refresh()
		w.whole.watch()
		return
	}
	w.video.film.watch(w.screen == screenVideo)
	w.host.lower.film.watch(w.screen == screenHost && w.host.lower.seesFilm())
}
