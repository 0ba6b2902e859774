// Command echopath finds out why calls are bad, or do not connect at all, from the network that it runs in. Without arguments
// it opens its window, or runs the full check in the terminal where there is no display; with arguments it is the same program
// as echopath-cli.
package main

import (
	"os"
	"path/filepath"
	"time"

	"echopath/app/cli"
	"echopath/app/cli/wire"
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
	deps := wire.Deps("echopath", v)
	deps.DefaultArgs = []string{"check", "--csv", results, "--json", filepath.Join(results, export.ReportName)}
	os.Exit(cli.Process(deps))
}
