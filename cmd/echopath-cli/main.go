// Command echopath-cli is the terminal front end by itself: it builds without cgo and runs where there is no display.
package main

import (
	"context"
	"os"

	"echopath/app/cli"
	"echopath/app/session"
	"echopath/netcheck"
)

// version is set by the linker: -ldflags "-X main.version=1.2.3".
var version string

func main() {
	v := cli.BuildVersion(version)
	os.Exit(cli.Process(cli.Deps{
		Name:    "echopath-cli",
		Version: v,
		Run: func(ctx context.Context, plan netcheck.Plan, observe netcheck.Observer) (netcheck.Report, error) {
			return session.Run(ctx, plan, session.Options{Version: v}, observe)
		},
	}))
}
