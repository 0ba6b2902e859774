//go:build nogui

package main

func probeIfAsked() {}

// openWindow has no window to open: this program was built without.
func openWindow(string) (code int, opened bool) { return 0, false }
