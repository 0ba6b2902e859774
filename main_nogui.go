//go:build nogui

package main

import "echopath/app/runner"

func probeIfAsked() {}

// openWindow has no window to open: this program was built without.
func openWindow(string, runner.Session) (code int, opened bool) { return 0, false }
