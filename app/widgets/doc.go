// Package widgets holds what the window needs and Fyne does not have: tips under the pointer, marks of a judgement, figures that
// change in place, the table of the paths, pictures of a video, sections of details, a segmented control, the log, and dialogs that can be used
// with the keyboard alone.
//
// It owns how these things are drawn, reached and copied. It never knows where the texts come from, never starts a goroutine
// or a timer, and writes no files; its types belong to the UI goroutine.
package widgets
