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
		NoVideo: session.NoVideo(),
		Run: func(ctx context.Context, job cli.Job, observe netcheck.Observer) (netcheck.Report, error) {
			opt := session.Options{Version: v}
			if job.Record != "" {
				opt.Record = &session.Recording{File: job.Record, Sent: job.RecordSent}
			}
			return session.Run(ctx, job.Plan, opt, observe)
		},
	}))
}
