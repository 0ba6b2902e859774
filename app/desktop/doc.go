// Package desktop opens the window and lives as long as it: it joins the model, the views, the runner and the settings, and is
// the only place that hands work to the goroutine that draws (fyne.Do, as the runner's Post).
//
// It owns the program's life: what is restored at the start, what is asked when somebody closes the window in the middle of a
// test, and that nothing measured is lost whichever way the program ends. It holds no screen and no figure, and measures nothing.
package desktop
