package model

import (
	"fmt"

	"echopath/app/present"
	"echopath/netcheck"
)

// cost says what a granted plan will send: short for the header, and whole.
func cost(granted netcheck.Plan, u Units) (short, whole string) {
	whole = present.Announcement(granted)
	run := granted
	run.Paths = present.Runnable(granted)
	n := len(run.Paths)
	if n == 0 {
		return "nothing to send", whole
	}
	most := ""
	if granted.Video.On() {
		most = "at most " // congestion control decides
	}
	if granted.Video.Mode == netcheck.VideoCall {
		calls := n
		if granted.Video.Paths > 0 {
			calls = min(n, granted.Video.Paths)
		}
		each := ""
		if calls > 1 {
			each = " each"
		}
		return fmt.Sprintf("%s of %s%s, at most %s %s each way, about %s", present.Counted(calls, "call"), present.About(granted.Video.Duration), each,
			u.bitrate(run.Estimate().Kbps), u.Name(), present.About(present.RunTime(granted))), whole
	}
	short = fmt.Sprintf("%s × %s, %s%s %s each way, about %s", present.Counted(n, "path"), load(granted),
		most, u.bitrate(run.Estimate().Kbps), u.Name(), present.About(present.RunTime(granted)))
	return short, whole
}

// load is what goes over each path, in short.
func load(granted netcheck.Plan) string {
	l, v := granted.Loss, granted.Video
	packets := present.Counted(len(l.Carriers), "carrier") + " × " + present.Counted(l.Packets(), "packet")
	video := fmt.Sprintf("%s for %s", present.Picture(netcheck.VideoSize{Width: v.Width, Height: v.Height}, v.FPS), present.About(v.Duration))
	switch v.Mode {
	case netcheck.VideoAlone:
		return video
	case netcheck.VideoUnderLoad:
		return video + " beside " + present.Number(l.Rate, 3) + " packets/s"
	case netcheck.VideoAfterLoss:
		return packets + ", then " + video
	case netcheck.VideoNone, netcheck.VideoCall:
	}
	return packets
}

// Name is the unit of bitrates.
func (u Units) Name() string {
	if u.Mbit {
		return "Mbit/s"
	}
	return "kbit/s"
}

// bitrate writes a bitrate given in kbit/s, without the unit.
func (u Units) bitrate(kbps float64) string {
	if u.Mbit {
		kbps /= 1000
	}
	return present.Number(kbps, 3)
}

// answersBitrate is the bitrate of the answers on some carriers together, as in the terminal.
func (u Units) answersBitrate(size int, carriers []netcheck.CarrierResult) string {
	text := present.Kbps(size, carriers...)
	if !u.Mbit || text == present.None {
		return text
	}
	sum := 0.0
	for _, c := range carriers {
		if c.Span > 0 {
			sum += float64(c.Stats.Total.Received*size) * 8 / 1000 / c.Span.Seconds()
		}
	}
	return u.bitrate(sum)
}
