package view

import "fyne.io/fyne/v2"

// focus puts the focus on a part of the window, also on one that has only just come to the front. Fyne finds what has been drawn, and
// forgets a minute later that something hidden ever was.
func (w *Window) focus(f fyne.Focusable) {
	w.win.Content().MinSize() // to answer that, each part makes ready for being drawn
	w.win.Canvas().Focus(f)
}

// typed takes a key that what has the focus has no use for: F10 opens the menu, and Up and Down move among the guests.
func (w *Window) typed(key *fyne.KeyEvent) {
	switch key.Name {
	case fyne.KeyF10:
		if bar, ok := w.win.Canvas().(interface{ ToggleMenu() }); ok { // a canvas with a menu of the system has none of its own
			bar.ToggleMenu()
		}
	case fyne.KeyUp, fyne.KeyDown:
		if guests := w.host.guests; w.screen == screenHost && !w.sheetOpen() && len(w.hosting.Guests) > 0 {
			w.focus(guests)
			guests.TypedKey(key)
		}
	}
}
