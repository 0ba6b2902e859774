//go:build !nogui

package main

import (
	"context"
	"fmt"
	"os"

	"echopath/app/desktop"
	"echopath/app/runner"
	"echopath/app/session"
	"echopath/assets"
	"echopath/internal/display"
	"echopath/internal/display/glprobe"
)

// probeIfAsked ends the process if it was started to try the display.
func probeIfAsked() { display.RunProbeIfAsked(glprobe.Probe) }

// openWindow opens the window and returns when it was closed. Where there can be none it says why, and opened is false.
func openWindow(version string, run runner.Session) (code int, opened bool) {
	if err := display.Check(context.Background()); err != nil {
		fmt.Fprintf(os.Stderr, "No window: %v\nThe check runs here in the terminal instead.\n\n", err)
		return 0, false
	}
	return desktop.Run(desktop.Options{Version: version, Icon: assets.Icon(), Run: run, Try: session.Try}), true
}
