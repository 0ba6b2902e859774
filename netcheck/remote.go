package netcheck

import (
	"fmt"
	"slices"
	"strings"

	"echopath/netcheck/stats"
)

// way is one of the two directions of a path.
type way struct {
	up       bool
	id       string
	name     string // for a title
	in       string // for the middle of a sentence, longer
	lost     stats.Direction
	opposite stats.Direction
}

// bothWays gives the directions of a carrier's result with their words. Upload and download are said only where two computers
// were measured.
func bothWays(r Report, p PathReport, c CarrierResult) [2]way {
	up, down := ways(p.Direction)
	w := [2]way{
		{up: true, id: "loss_out", name: up, in: up, lost: c.Stats.Up, opposite: c.Stats.Down},
		{id: "loss_back", name: down, in: down, lost: c.Stats.Down, opposite: c.Stats.Up},
	}
	if p.Direction == DirectionUpDown {
		w[0].in = "on the way from this computer to " + r.far()
		w[1].in = "on the way from " + r.far() + " to this computer"
	}
	return w
}

// conclude says what the loss of one direction between two computers tells about whose line it is, and what it does not.
func (w way) conclude(r Report, p PathReport) string {
	far, word, opposite := r.far(), "upload", "download"
	if !w.up {
		word, opposite = "download", "upload"
	}
	var s []string
	alone := w.opposite.RatioOK && w.opposite.CI95High < w.lost.CI95Low
	switch {
	case p.Path.Stream() && ownRelay(r, p):
		s = append(s, "TCP repairs what is lost on the way to the relay, which is on "+far+" itself: these were lost within that computer, which was too busy or limits UDP by a firewall of its own.")
	case p.Path.Stream():
		s = append(s, "TCP repairs what is lost between this computer and the relay, so these were lost between the relay and "+far+".")
	case alone:
		s = append(s, fmt.Sprintf("Only the %s loses so much: that is %s. These figures can not tell which.", word, r.lines(w.up)))
	default:
		s = append(s, fmt.Sprintf("The %s is not clearly better, so look first for what both directions share, such as Wi-Fi at one of the ends.", opposite))
	}
	if better, ok := straighter(r, p, w.lost.Loss); ok && !p.Path.Stream() {
		s = append(s, better.Title()+" does not lose this, so it is the relay or the way to it.")
	}
	return strings.Join(s, " ")
}

// lines names what one direction between two computers goes over.
func (r Report) lines(up bool) string {
	if up {
		return "this computer's line outwards, the line of " + r.far() + " inwards, or a network between"
	}
	return "the line of " + r.far() + " outwards, this computer's line inwards, or a network between"
}

// ownRelay tells that a path's relay is on the other computer itself, as that of a host is.
func ownRelay(r Report, p PathReport) bool {
	u, err := ParseServerURL(p.Server)
	return err == nil && (slices.Contains(farAddresses(r), u.Host) || strings.EqualFold(u.Host, signallingHost(r)))
}

// straighter gives a path without a relay that clearly loses less than a relay did.
func straighter(r Report, p PathReport, lost stats.Loss) (Path, bool) {
	if !p.Path.Relay() {
		return PathUnknown, false
	}
	for _, other := range r.Paths {
		c, ok := figures(other)
		if l := besideCuts(c.Stats).Total; ok && !other.Path.Relay() && l.RatioOK && l.CI95High < lost.CI95Low {
			return other.Path, true
		}
	}
	return PathUnknown, false
}

// lineAdvice is what to do about a loss between two computers.
func lineAdvice(r Report) string {
	return "Test again by cable instead of Wi-Fi, at both ends. If the loss stays, test this computer and " + r.far() +
		" each with a third one: the line that loses again is the one to look at, for overload, a fault or a limit on UDP."
}

// nothingCame says of a path that connected and then carried nothing how far its packets came, if the other end's log tells.
func nothingCame(r Report, p PathReport, c CarrierResult) string {
	switch {
	case p.Direction != DirectionUpDown || !c.Stats.Up.Known:
		return ""
	case c.Stats.Up.Received == 0:
		return " None of them reached " + r.far() + "."
	}
	return fmt.Sprintf(" %s received %d of them; its answers did not reach this computer.", r.Other.begins(), c.Stats.Up.Received)
}

// jitterWay says which direction varies, if one clearly does.
func jitterWay(p PathReport, c CarrierResult) string {
	up, down := c.Stats.Up, c.Stats.Down
	if p.Direction != DirectionUpDown || !up.JitterOK || !down.JitterOK {
		return ""
	}
	word, more, less := "upload", up.JitterP95US, down.JitterP95US
	if less > more {
		word, more, less = "download", less, more
	}
	if more < 2*less {
		return ""
	}
	return fmt.Sprintf(" It is the %s that varies: %s ms against %s ms.", word, micros(more), micros(less))
}

// Limits above which the other computer is named as a part of the trouble.
const (
	farSlowAnswer  = 10_000_000 // ns between receipt and answer, for one packet in twenty
	farCoarseClock = 2_000_000  // ns: jitter and IPDV of the two directions come from differences of its times
	farMuchQueued  = 64 << 10   // bytes that waited there
)

// findFar tells what the other computer's own check of itself puts in doubt.
func findFar(r Report, p PathReport) []Finding {
	c, ok := judged(p)
	if !ok || p.Direction != DirectionUpDown || p.State != StateOK && p.State != StateInterrupted {
		return nil
	}
	var out []Finding
	far, self := r.Other.begins(), c.Self
	say := func(severity Severity, id, title, detail, advice string, facts ...string) {
		out = append(out, Finding{ID: id, Severity: severity, Path: p.Path, Title: p.Path.Title() + ": " + title, Detail: detail, Advice: advice,
			Evidence: append(evidence(facts...), Evidence{"carrier", string(c.Carrier)})})
	}
	if self.DwellP95 > farSlowAnswer {
		say(SeverityWarning, "far_busy", r.far()+" was slow to answer",
			fmt.Sprintf("%s held one packet in twenty for %s ms or more before it answered. That time is not part of the round-trip times, but what arrived meanwhile had to wait.", far, millis(self.DwellP95)),
			"Close other programs on "+r.far()+" and run the test again.", "dwell_p95_ms", millis(self.DwellP95))
	}
	if self.FarQueuedMax > farMuchQueued {
		say(SeverityInfo, "far_queue", "answers waited at "+r.far(),
			fmt.Sprintf("Up to %d bytes of answers waited in %s to be sent: the download carries less than the test asks for, or %s was busy.", self.FarQueuedMax, r.far(), r.far()),
			"Ask for a lower rate or size to see what the download carries.", "far_queued_max_bytes", fmt.Sprint(self.FarQueuedMax))
	}
	if self.FarClockResolution > farCoarseClock {
		say(SeverityInfo, "far_clock", "the clock of "+r.far()+" is coarse",
			fmt.Sprintf("The clock of %s goes in steps of %s ms. The jitter of each direction comes from its times too, and is no finer; loss and round-trip times are not affected.", r.far(), millis(self.FarClockResolution)),
			"Nothing needs to be done. For a finer jitter, run the other end on a computer with a better clock.", "far_clock_resolution_ms", millis(self.FarClockResolution))
	}
	return out
}

// remoteVideo says of a finding about a video between two computers whose line it may be.
func remoteVideo(r Report, p PathReport, s VideoSummary, f Finding) Finding {
	switch far := r.far(); f.ID {
	case "video_network_loss":
		f.Advice = lineAdvice(r)
		if up, down := s.Up, s.Down; up.CI95Low > down.CI95High {
			f.Detail += " Only the upload loses so much: that is " + r.lines(true) + "."
		} else if down.CI95Low > up.CI95High {
			f.Detail += " Only the download loses so much: that is " + r.lines(false) + "."
		}
	case "video_missing", "video_loss":
		f.Advice = lineAdvice(r)
	case "video_rate":
		switch narrowWay(p) {
		case "up":
			f.Advice = "Ask for a smaller picture, or find out what else fills this computer's line outwards or the line of " + far + " inwards: other programs, Wi-Fi, or a limit on UDP."
		case "down":
			f.Advice = "Ask for a smaller picture, or find out what else fills the line of " + far + " outwards or this computer's line inwards: other programs, Wi-Fi, or a limit on UDP."
		}
	case "video_delay":
		if straight(p) {
			f.Advice = "The two places are far apart, or the way between them takes a detour: try without a VPN, at both ends. If only some pictures are late, a line is too busy: a lower highest bitrate helps."
		}
	}
	return f
}
