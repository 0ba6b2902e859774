package view

import "fyne.io/fyne/v2"

// typed takes a key that what has the focus has no use for: F10 opens the menu, and Up and Down move among the guests.
func (w *Window) typed(key *fyne.KeyEvent) {
	switch key.Name {
	case fyne.KeyF10:
		if bar, ok := w.win.Canvas().(interface{ ToggleMenu() }); ok { // a canvas with a menu of the system has none of its own
			bar.ToggleMenu()
		}
	case fyne.KeyUp, fyne.KeyDown:
		if guests := w.host.guests; w.screen == screenHost && !w.sheetOpen() && len(w.hosting.Guests) > 0 {
			w.win.Canvas().Focus(guests)
			guests.TypedKey(key)
		}
	}
}
