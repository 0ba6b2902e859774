// Command echopath-cli is the terminal front end by itself: it builds without cgo and runs where there is no display.
package main

import (
	"os"

	"echopath/app/cli"
	"echopath/app/cli/wire"
)

// version is set by the linker: -ldflags "-X main.version=1.2.3".
var version string

func main() {
	os.Exit(cli.Process(wire.Deps("echopath-cli", cli.BuildVersion(version))))
}
