//go:build !nogui

package main

import (
	"context"
	"fmt"
	"os"

	"echopath/app/desktop"
	"echopath/app/session"
	"echopath/assets"
	"echopath/internal/display"
	"echopath/internal/display/glprobe"
)

// probeIfAsked ends the process if it was started to try the display.
func probeIfAsked() { display.RunProbeIfAsked(glprobe.Probe) }

// openWindow opens the window and returns when it was closed. Where there can be none it says why, and opened is false.
func openWindow(version string) (code int, opened bool) {
	if err := display.Check(context.Background()); err != nil {
		fmt.Fprintf(os.Stderr, "No window: %v\nThe check runs here in the terminal instead.\n\n", err)
		return 0, false
	}
	return desktop.Run(desktop.Options{Version: version, Icon: assets.Icon(), Run: session.Run, Try: session.Try,
		Cameras: cameras, NoVideo: session.NoVideo()}), true
}

// cameras names the cameras of this computer: by what tells them apart where two have one name.
func cameras() ([]string, error) {
	list, err := session.Cameras()
	if err != nil {
		return nil, err
	}
	seen := map[string]int{}
	for _, c := range list {
		seen[c.Name]++
	}
	names := make([]string, len(list))
	for i, c := range list {
		if names[i] = c.Name; seen[c.Name] > 1 {
			names[i] = c.ID
		}
	}
	return names, nil
}
