package present

import (
	"fmt"
	"slices"
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

// Runnable lists the paths of a granted plan that will send packets, in running order; the engine marks the others as not
// applicable at once.
func Runnable(granted netcheck.Plan) []netcheck.Path {
	if granted.Target.Kind == netcheck.TargetSelf {
		return slices.Clone(granted.Paths)
	}
	var out []netcheck.Path
	for _, path := range granted.Paths {
		for _, s := range granted.Target.Servers {
			if path != netcheck.PathDirect && s.URL.Serves(path) {
				out = append(out, path)
				break
			}
		}
	}
	return out
}

// PathTime is how long one path of a granted plan will take, as far as can be known before: with connecting and the wait for the last answers.
func PathTime(granted netcheck.Plan) time.Duration {
	return usualConnect + granted.Loss.Warmup + granted.Loss.Duration + usualDrain
}

// Announcement says what a granted plan will send, before it does: a loss test can be unwelcome on a narrow or metered line.
func Announcement(granted netcheck.Plan) string {
	run, l := granted, granted.Loss
	run.Paths = Runnable(granted)
	paths := len(run.Paths)
	if paths == 0 {
		return "Nothing will be sent: none of the paths can be measured with these servers."
	}
	e := run.Estimate()
	text := fmt.Sprintf("Sending over %s: %s × %s × %s packets of %d bytes, %s kbit/s each way; about %s.",
		pathList(run.Paths), Counted(paths, "path"), Counted(len(l.Carriers), "carrier"), Count(l.Packets()),
		l.Size, Number(e.Kbps, 3), About(time.Duration(paths)*PathTime(granted)))
	if granted.Target.Kind == netcheck.TargetSelf {
		return text + " All of it stays inside this computer."
	}
	return text + fmt.Sprintf(" Both ends are on this computer, so its line carries every packet out and back: %s kbit/s in each direction.",
		Number(2*e.Kbps, 3))
}

func pathList(paths []netcheck.Path) string {
	var names []string
	for _, p := range paths {
		names = append(names, p.Title())
	}
	return strings.Join(names, ", ")
}
