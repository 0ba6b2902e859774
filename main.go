// Command echopath finds out why calls are bad, or do not connect at all, from the network that it runs in. Without arguments
// it opens its window, or runs the full check in the terminal where there is no display; with arguments it is the same program
// as echopath-cli.
package main

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"echopath/app/cli"
	"echopath/app/session"
	"echopath/netcheck"
	"echopath/netcheck/export"
)

// version is set by the linker: -ldflags "-X main.version=1.2.3".
var version string

func main() {
	probeIfAsked()
	v := cli.BuildVersion(version)
	if len(os.Args) == 1 {
		if code, opened := openWindow(v); opened {
			os.Exit(code)
		}
	}
	results := filepath.Join("echopath-results", time.Now().Format("2006-01-02_15-04-05")) // sorts by time, and Windows allows no colons
	os.Exit(cli.Process(cli.Deps{
		Name:        "echopath",
		Version:     v,
		DefaultArgs: []string{"check", "--csv", results, "--json", filepath.Join(results, export.ReportName)},
		NoVideo:     session.NoVideo(),
		Run: func(ctx context.Context, job cli.Job, observe netcheck.Observer) (netcheck.Report, error) {
			opt := session.Options{Version: v}
			if job.Record != "" {
				opt.Record = &session.Recording{File: job.Record, Sent: job.RecordSent}
			}
			return session.Run(ctx, job.Plan, opt, observe)
		},
	}))
}
