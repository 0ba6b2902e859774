package model

import (
	"fmt"
	"time"

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
	l := granted.Loss
	short = fmt.Sprintf("%s × %s × %s, %s %s each way, about %s", present.Counted(n, "path"), present.Counted(len(l.Carriers), "carrier"),
		present.Counted(l.Packets(), "packet"), u.bitrate(run.Estimate().Kbps), u.Name(), present.About(time.Duration(n)*present.PathTime(granted)))
	return short, whole
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
