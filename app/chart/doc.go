// Package chart is the live charts of the window: a Fyne widget with stacked panels that share one time axis and one cursor, its legend,
// its picture for a file and its data as text. The arithmetic and the drawing of lines are in package plot.
//
// It owns what is shown, from when to when, and where the pointer is. It never measures, never keeps a clock, starts no goroutine and
// does not know what its lines mean: the owner puts points into the series, tells the time with SetNow and calls Update.
// Everything here is called on the UI goroutine.
package chart
