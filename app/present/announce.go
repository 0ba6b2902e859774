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
	t := granted.Target
	remote := t.Kind == netcheck.TargetInvite
	if t.Kind == netcheck.TargetSelf || remote && len(t.Servers) == 0 { // a host says what it offers when it has been joined
		return slices.Clone(granted.Paths)
	}
	var out []netcheck.Path
	for _, path := range granted.Paths {
		served := func(s netcheck.ICEServer) bool { return path != netcheck.PathDirect && s.URL.Serves(path) }
		if path == netcheck.PathDirect && remote || slices.ContainsFunc(t.Servers, served) {
			out = append(out, path)
		}
	}
	return out
}

// PathTime is how long one path of a granted plan will take at most, as far as can be known before: with connecting and the
// wait for the last answers.
func PathTime(granted netcheck.Plan) time.Duration { return pathTime(granted, granted.Video.On()) }

// pathTime is that of a path with or without a video.
func pathTime(granted netcheck.Plan, video bool) time.Duration {
	mode, d := granted.Video.Mode, usualConnect+usualDrain
	if !mode.Only() {
		d += granted.Loss.Warmup + granted.Loss.Duration
	}
	switch {
	case video && mode.Only():
		d += granted.Video.Duration
	case video && mode == netcheck.VideoAfterLoss:
		d += granted.Video.Duration + usualDrain
	}
	return d
}

// pathsTime is how long n paths take, the first few of them with a video. Where there is nothing but video the others are not run.
func pathsTime(granted netcheck.Plan, n, videos int) time.Duration {
	videos = min(max(videos, 0), n)
	if granted.Video.Mode.Only() {
		n = videos
	}
	return time.Duration(videos)*pathTime(granted, true) + time.Duration(n-videos)*pathTime(granted, false)
}

// RunTime is how long the whole of a granted plan will take, as far as can be known before.
func RunTime(granted netcheck.Plan) time.Duration {
	n := len(Runnable(granted))
	return netTime(granted) + pathsTime(granted, n, videosOf(granted, n))
}

// videosOf is on how many of n paths there will be a video.
func videosOf(granted netcheck.Plan, n int) int {
	switch v := granted.Video; {
	case !v.On():
		return 0
	case v.Paths > 0:
		return min(v.Paths, n)
	}
	return n
}

// Announcement says what a granted plan will send, before it does: a loss test can be unwelcome on a narrow or metered line.
func Announcement(granted netcheck.Plan) string {
	network := NetworkAnnouncement(granted)
	if granted.Network.Only {
		return network
	}
	return strings.TrimSpace(network + " " + pathsAnnouncement(granted))
}

func pathsAnnouncement(granted netcheck.Plan) string {
	run := granted
	run.Network = netcheck.NetworkPlan{}
	run.Paths = Runnable(granted)
	paths := len(run.Paths)
	if paths == 0 {
		return "Nothing will be sent: none of the paths can be measured with these servers."
	}
	e := run.Estimate()
	most := ""
	if granted.Video.On() {
		most = "at most " // congestion control decides
	}
	text := fmt.Sprintf("Sending over %s: %s%s, %s%s kbit/s each way; about %s.", pathList(run.Paths), times(granted, paths),
		sends(granted, paths), most, Number(e.Kbps, 3), About(RunTime(granted)))
	switch granted.Target.Kind {
	case netcheck.TargetSelf:
		return text + " All of it stays inside this computer."
	case netcheck.TargetInvite:
		if granted.Video.Mode == netcheck.VideoCall {
			return text + fmt.Sprintf(" The other computer sends a picture of its own: up to %s kbit/s in upload and as much in download.", Number(e.Kbps, 3))
		}
		return text + fmt.Sprintf(" The other computer returns every packet: up to %s kbit/s in upload and as much in download.", Number(e.Kbps, 3))
	case netcheck.TargetTURN, netcheck.TargetUnknown:
	}
	return text + fmt.Sprintf(" Both ends are on this computer, so its line carries every packet out and back: %s kbit/s in each direction.",
		Number(2*e.Kbps, 3))
}

// times says on how many paths it is sent, where that is not said of the pictures themselves.
func times(granted netcheck.Plan, paths int) string {
	if granted.Video.Mode.Only() && videosOf(granted, paths) < paths {
		return ""
	}
	return Counted(paths, "path") + " × "
}

// sends says what goes over each of some paths.
func sends(granted netcheck.Plan, paths int) string {
	l, v := granted.Loss, granted.Video
	packets := fmt.Sprintf("%s × %s packets of %d bytes", Counted(len(l.Carriers), "carrier"), Count(l.Packets()), l.Size)
	video := fmt.Sprintf("a video of %s for %s", Picture(netcheck.VideoSize{Width: v.Width, Height: v.Height}, v.FPS), About(v.Duration))
	switch v.Mode {
	case netcheck.VideoAlone:
		return video + onTheFirst(granted.Video, paths)
	case netcheck.VideoCall:
		return "a two-way call of " + strings.TrimPrefix(video, "a video of ") + onTheFirst(granted.Video, paths)
	case netcheck.VideoUnderLoad:
		return packets + " and beside them " + video
	case netcheck.VideoAfterLoss:
		return packets + ", then " + strings.TrimPrefix(onTheFirst(v, paths)+" ", " ") + video
	case netcheck.VideoNone:
	}
	return packets
}

// onTheFirst says that there are fewer videos than paths, after what they are.
func onTheFirst(v netcheck.VideoPlan, paths int) string {
	switch {
	case v.Paths == 0 || v.Paths >= paths:
		return ""
	case v.Paths == 1:
		return " on the first path that works"
	}
	return fmt.Sprintf(" on the first %s that work", Counted(v.Paths, "path"))
}

func pathList(paths []netcheck.Path) string {
	var names []string
	for _, p := range paths {
		names = append(names, p.Title())
	}
	return strings.Join(names, ", ")
}
