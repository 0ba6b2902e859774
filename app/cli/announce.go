package cli

import (
	"fmt"
	"strings"
	"time"

	"echopath/netcheck"
)

// Time that a path usually takes beside the probe itself: connecting, and after the last packet the drain and the far end's
// log. On loopback it is a tenth of this; a path that does not answer takes seconds.
const (
	usualConnect = 300 * time.Millisecond
	usualDrain   = 300 * time.Millisecond
)

// runnable lists the paths that will send packets; the engine marks the others as not applicable at once.
func runnable(p netcheck.Plan) []netcheck.Path {
	if p.Target.Kind == netcheck.TargetSelf {
		return p.Paths
	}
	var out []netcheck.Path
	for _, path := range p.Paths {
		for _, s := range p.Target.Servers {
			if path != netcheck.PathDirect && s.URL.Serves(path) {
				out = append(out, path)
				break
			}
		}
	}
	return out
}

// pathTime is how long one path will take.
func pathTime(p netcheck.Plan) time.Duration {
	return usualConnect + p.Loss.Warmup + p.Loss.Duration + usualDrain
}

// announcement says what will be sent, before it is: a loss test can be unwelcome on a narrow or metered line.
func announcement(p netcheck.Plan) string {
	run := p
	run.Paths = runnable(p)
	if len(run.Paths) == 0 {
		return "Nothing will be sent: none of the paths can be measured with these servers."
	}
	e := run.Estimate()
	var b strings.Builder
	fmt.Fprintf(&b, "Sending over %s: %s × %s × %s packets of %d bytes, %s kbit/s each way; about %s.",
		pathList(run.Paths), counted(len(run.Paths), "path"), counted(len(p.Loss.Carriers), "carrier"), count(p.Loss.Packets()),
		p.Loss.Size, number(e.Kbps, 3), about(time.Duration(len(run.Paths))*pathTime(p)))
	if p.Target.Kind == netcheck.TargetSelf {
		b.WriteString(" All of it stays inside this computer.")
	} else {
		fmt.Fprintf(&b, " Both ends are on this computer, so its line carries every packet out and back: %s kbit/s in each direction.",
			number(2*e.Kbps, 3))
	}
	return b.String()
}

func pathList(paths []netcheck.Path) string {
	var names []string
	for _, p := range paths {
		names = append(names, string(p))
	}
	return strings.Join(names, ", ")
}
