//go:build race

package view

// The race detector makes drawing ten times as slow; nothing here starts goroutines.
func init() { raceDetector = true }
