package netcheck

import (
	"fmt"
	"slices"
	"time"
)

// broken is a time in which nothing passed on a path that worked before or after it: the longest, and what all of them came to.
type broken struct {
	n       int
	longest time.Duration
	all     time.Duration
	lost    int    // packets of the loss probe; 0 if it did not see it
	what    string // did not come
	way     string // "up" or "down": only that way was cut; "": both were, or it is not known
	grave   bool   // by itself it makes a call bad
}

// outageOf gives the outage of a path that went on afterwards, by the probe that saw the longest.
func outageOf(p PathReport) (broken, bool) {
	var all []broken
	for _, seen := range []func(PathReport) (broken, bool){packetOutage, videoOutage, callOutage} {
		if b, ok := seen(p); ok {
			all = append(all, b)
		}
	}
	if len(all) == 0 {
		return broken{}, false
	}
	out := all[0]
	for _, b := range all[1:] {
		if b.longest > out.longest+time.Second { // the same one, seen in windows, may look a little longer
			out = b
		}
	}
	out.grave = slices.ContainsFunc(all, func(b broken) bool { return b.grave })
	return out, true
}

// cutFigures gives the result in which a cut is looked for. Packets that left late or not at all do not take away that nothing passed for
// seconds; what this computer's own kernel threw away does.
func cutFigures(p PathReport) (CarrierResult, bool) {
	if p.Code != ReasonSocketDrops && (p.State == StateInconclusive || p.State == StateSaturated) {
		return judged(p)
	}
	return figures(p)
}

func packetOutage(p PathReport) (broken, bool) {
	c, ok := cutFigures(p)
	cuts := cutsOf(c.Stats)
	if !ok || cuts.N == 0 {
		return broken{}, false
	}
	b := broken{n: cuts.N, longest: time.Duration(cuts.LongestUS) * time.Microsecond, all: time.Duration(cuts.US) * time.Microsecond,
		lost: cuts.Lost(), what: "packet on the " + c.Carrier.Title() + " carrier was answered"}
	if cuts.LostDown > cuts.Lost()/2 { // those were received at the other end, and answered
		b.way = "down"
	}
	without := c
	without.Stats = besideCuts(c.Stats)
	b.grave = gradeCarrier(c) == GradePoor && gradeCarrier(without) != GradePoor ||
		float64(cuts.Lost()) > metricByID("loss_out").fair*float64(c.Stats.Total.Sent)
	return b, true
}

// cutLost is how many packets of a path were lost in cuts.
func cutLost(p PathReport) int {
	c, _ := judged(p)
	return cutsOf(c.Stats).Lost()
}

func videoOutage(p PathReport) (broken, bool) {
	s, ok := videoFigures(p)
	if !ok || s.Stats.Shown == 0 {
		return broken{}, false
	}
	cuts := videoCuts(p)
	if len(cuts) == 0 {
		return broken{}, false
	}
	b := brokenOff(cuts, s.Span, "packet of the video came back")
	b.grave = b.grave || gradePictures(s) == GradePoor && gradePictures(videoBeside(p, s)) != GradePoor
	return b, true
}

func callOutage(p PathReport) (broken, bool) {
	s, ok := callFigures(p)
	if !ok || s.Up.Shown+s.Down.Shown == 0 {
		return broken{}, false
	}
	both, up, down := callCuts(p)
	b := brokenOff(both, s.Span, "packet of the call arrived at either end")
	if alone := brokenOff(up, s.Span, "packet of this computer's picture arrived"); s.Up.Shown > 0 && alone.longest > b.longest+time.Second {
		b, b.way = alone, "up"
	}
	if alone := brokenOff(down, s.Span, "packet of the other computer's picture arrived"); s.Down.Shown > 0 && alone.longest > b.longest+time.Second {
		b, b.way = alone, "down"
	}
	for _, w := range s.ways() {
		b.grave = b.grave || b.n > 0 && w.Shown > 0 && w.grade() == GradePoor && w.beside(p).grade() != GradePoor
	}
	return b, b.n > 0
}

func brokenOff(cuts []cut, span time.Duration, what string) broken {
	b := broken{n: len(cuts), longest: longestCut(cuts), what: what}
	for _, c := range cuts {
		b.all += c.length()
	}
	b.grave = float64(b.all) > videoMetricByID("video_frozen").fair*float64(span)
	return b
}

// findOutage speaks of a time in which nothing passed on a path that went on afterwards: people notice it as a call that stands still,
// and a mean loss hides it. What was lost then is no loss of a direction, and what it did to pictures is not told again.
func findOutage(r Report, p PathReport) []Finding {
	b, ok := outageOf(p)
	if !ok {
		return nil
	}
	f := Finding{ID: "outage", Severity: SeverityWarning, Path: p.Path,
		Title:    fmt.Sprintf("%s: nothing passed for %s s", p.Path.Title(), seconds(b.longest)),
		Detail:   fmt.Sprintf("For %s s no %s; before or after that the path worked.", seconds(b.longest), b.what),
		Advice:   outageAdvice(r, p),
		Evidence: evidence("silent_ms", fmt.Sprint(b.longest.Milliseconds()))}
	if b.grave {
		f.Severity = SeverityCritical
	}
	if b.n > 1 {
		f.Detail += fmt.Sprintf(" That happened %s, for %s s in all.", times(b.n), seconds(b.all))
		f.Evidence = append(f.Evidence, Evidence{"outages", fmt.Sprint(b.n)}, Evidence{"silent_all_ms", fmt.Sprint(b.all.Milliseconds())})
	}
	if _, more := figures(p); more && b.lost > 0 {
		f.Detail += fmt.Sprintf(" The %d packets lost then are not part of what is said below about losses of a direction.", b.lost)
		f.Evidence = append(f.Evidence, Evidence{"lost_then", fmt.Sprint(b.lost)})
	}
	f.Detail += " " + cutWay(r, p, b)
	return []Finding{f}
}

// cutWay says which way was cut, as far as that is known.
func cutWay(r Report, p PathReport, b broken) string {
	up, down := ways(p.Direction)
	switch b.way {
	case "up":
		return capital(up) + " alone it was cut: what was sent the other way arrived."
	case "down":
		return capital(down) + " alone it was cut: what was sent the other way arrived."
	}
	if p.Direction != DirectionUpDown {
		return "Which way was cut is not known."
	}
	return "Which way was cut, or at which end, is not known: without packets " + r.far() + " can not answer."
}

func outageAdvice(r Report, p PathReport) string {
	switch {
	case r.Granted.Target.Kind == TargetSelf:
		return ownVideoAdvice
	case p.Direction == DirectionUpDown:
		return "Look for what interrupted the network then, at both ends: Wi-Fi that changed its access point, a cable, a VPN that connected anew, a line that fails at times."
	}
	return "Look for what interrupted the network then: Wi-Fi that changed its access point, a cable, a VPN that connected anew, a line that fails at times."
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f", d.Seconds()) }

// outageSentence names the longest outage of a report.
func outageSentence(r Report) string {
	var worst broken
	on := PathUnknown
	for _, p := range r.Paths {
		if b, ok := outageOf(p); ok && b.longest > worst.longest {
			worst, on = b, p.Path
		}
	}
	if on == PathUnknown {
		return ""
	}
	return fmt.Sprintf("Nothing passed on %s for %s s.", on.Title(), seconds(worst.longest))
}
