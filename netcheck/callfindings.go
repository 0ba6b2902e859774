package netcheck

import (
	"fmt"
)

// callRules look at one direction of a call whose figures can be trusted.
var callRules = []func(Report, PathReport, callWay) []Finding{
	findCallLine, findCallFreezes, findCallMissing, findCallDropped, findCallRate, findCallLoss, findCallSize,
}

// findCall speaks of a call on one path.
func findCall(r Report, p PathReport) []Finding {
	if f, none := findNoCall(p); none {
		return []Finding{f}
	}
	s, ok := callFigures(p)
	if !ok {
		return nil
	}
	var out []Finding
	for _, w := range s.ways() {
		if w.Shown == 0 {
			out = append(out, notShown(r, p, w))
			continue
		}
		w = w.beside(p)
		for _, rule := range callRules {
			out = append(out, rule(r, p, w)...)
		}
	}
	return append(out, findCallDelay(p, s)...)
}

// findNoCall speaks of a call that could not be made where findState has nothing to say of the path.
func findNoCall(p PathReport) (f Finding, none bool) {
	c := p.Call
	if c == nil || c.Code == ReasonNone || c.Code == ReasonCancelled || c.Code == ReasonLinkLost || p.State != StateOK {
		return f, false
	}
	f = Finding{ID: "call_failed", Severity: SeverityWarning, Path: p.Path, Title: p.Path.Title() + ": the call could not be made",
		Advice: failedVideoAdvice(c.Code), Evidence: evidence("reason", string(c.Code))}
	cause := ""
	if f.Detail, cause = withoutCause(c.Text); cause != "" {
		f.Evidence = append(f.Evidence, Evidence{"cause", cause})
	}
	return f, true
}

// callFinding makes a finding of a metric of the video probe that is worse than good.
func callFinding(p PathReport, w callWay, metric, id string) (f Finding, found bool) {
	m := videoMetricByID(metric)
	r := m.value(w.video())
	grade := m.grade(r)
	return Finding{ID: w.id(id), Severity: severityOf(grade), Path: p.Path}, r.known && grade != GradeGood
}

// whose names the pictures of a direction.
func (w callWay) whose(r Report) string {
	if w.up {
		return "this computer's picture"
	}
	return "the picture of " + r.far()
}

func notShown(r Report, p PathReport, w callWay) Finding {
	return Finding{ID: w.id("call_not_shown"), Severity: SeverityCritical, Path: p.Path,
		Title:    fmt.Sprintf("%s: no picture arrived %s", p.Path.Title(), w.in(p.Direction)),
		Detail:   fmt.Sprintf("%d pictures were sent, and none of %s could be shown where it was to arrive.", w.Sent, w.whose(r)),
		Advice:   "Look for a firewall or VPN that limits UDP in one direction: it is " + r.lines(w.up) + ".",
		Evidence: evidence("frames_sent", fmt.Sprint(w.Sent), "frames_shown", "0")}
}

// findCallLine names the cause of a bad picture, or of bad sound beside a good one: what the network loses before repair.
func findCallLine(r Report, p PathReport, w callWay) []Finding {
	l := w.BeforeRepair
	grade := gradeBeforeRepair(l)
	if grade == GradeGood {
		return nil
	}
	return []Finding{{ID: w.id("call_network_loss"), Severity: severityOf(grade), Path: p.Path,
		Title:    fmt.Sprintf("%s: the network loses %s of the call's packets %s", p.Path.Title(), Percent(l.LossRatio), w.in(p.Direction)),
		Detail:   lostEffect(mended(w.video())) + " It is " + r.lines(w.up) + ".",
		Advice:   lineAdvice(r),
		Evidence: evidence("lost", fmt.Sprint(l.Lost), "sent", fmt.Sprint(l.Sent), "nack", fmt.Sprint(w.NACK))}}
}

func findCallFreezes(r Report, p PathReport, w callWay) []Finding {
	f, found := callFinding(p, w, "video_frozen", "call_frozen")
	f.Advice = "Test again by cable instead of Wi-Fi, at both ends, at a time when the lines are quiet. If it stays, go by what else was found about loss and bitrate."
	switch {
	case found:
	case w.Freezes > 0 && w.LongestFreezeUS >= worthSayingUS:
		f.Severity, f.Advice = SeverityInfo, "That is little. Make the call for longer to see whether it happens again."
	default:
		return nil
	}
	f.Title = fmt.Sprintf("%s: the picture froze %s", p.Path.Title(), w.in(p.Direction))
	f.Detail = fmt.Sprintf("%s stood still %s, for %s s in all. At the longest %s s passed from one picture to the next.",
		capital(w.whose(r)), times(w.Freezes), number(float64(w.FrozenUS)/1e6), number(float64(w.LongestFreezeUS)/1e6))
	f.Evidence = evidence("freezes", fmt.Sprint(w.Freezes), "frozen_s", number(float64(w.FrozenUS)/1e6),
		"longest_freeze_ms", micros(w.LongestFreezeUS), "span_s", number(w.span.Seconds()))
	return []Finding{f}
}

func findCallMissing(r Report, p PathReport, w callWay) []Finding {
	f, found := callFinding(p, w, "video_missing", "call_missing")
	if !found {
		return nil
	}
	share := missingShare(w.video())
	f.Title = fmt.Sprintf("%s: %s of the pictures never arrived %s", p.Path.Title(), Percent(share.value), w.in(p.Direction))
	f.Detail = fmt.Sprintf("%d of %d pictures that were sent could not be shown, so movement is jerky. It is %s.", w.Lost, w.Sent, r.lines(w.up))
	f.Advice = lineAdvice(r)
	if videoMetricByID("video_missing").uncertain(share, w.Sent) {
		f.Advice = fmt.Sprintf("%d pictures are too few to tell: make the call for longer before you act on this.", w.Sent)
	}
	f.Evidence = evidence("frames_lost", fmt.Sprint(w.Lost), "frames_sent", fmt.Sprint(w.Sent))
	return []Finding{f}
}

func findCallDropped(_ Report, p PathReport, w callWay) []Finding {
	f, found := callFinding(p, w, "video_dropped", "call_dropped")
	if !found {
		return nil
	}
	made := w.Sent + w.Dropped
	f.Title = fmt.Sprintf("%s: %s of the pictures were left out %s", p.Path.Title(), Percent(droppedShare(w.video()).value), w.in(p.Direction))
	f.Detail = fmt.Sprintf("The bitrate was too low for the size: of %d pictures %d were left out before they were sent, so movement is jerky.", made, w.Dropped)
	f.Advice = "Use a smaller picture or fewer of them a second, or let the size step down by itself; if the bitrate is lower than the line should give, see what else was found."
	f.Evidence = evidence("frames_dropped", fmt.Sprint(w.Dropped), "frames_made", fmt.Sprint(made))
	return []Finding{f}
}

func findCallRate(r Report, p PathReport, w callWay) []Finding {
	f, found := callFinding(p, w, "video_rate", "call_rate")
	if !found {
		return nil
	}
	asked := w.video().Plan
	f.Title = fmt.Sprintf("%s: too little bitrate for this picture %s", p.Path.Title(), w.in(p.Direction))
	f.Detail = fmt.Sprintf("The path allowed %s kbit/s on average. %s at %d pictures a second needs about %s kbit/s.",
		number(w.TargetKbps), VideoSize{asked.Width, asked.Height}, asked.FPS, number(goodKbps(asked)))
	f.Advice = "Ask for a smaller picture, or find out what else fills " + r.lines(w.up) + ": other programs, Wi-Fi, or a limit on UDP."
	f.Evidence = evidence("target_kbps", number(w.TargetKbps), "sent_kbps", number(w.SentKbps), "received_kbps", number(w.ReceivedKbps))
	return []Finding{f}
}

func findCallLoss(r Report, p PathReport, w callWay) []Finding {
	f, found := callFinding(p, w, "video_loss", "call_loss")
	if !found {
		return nil
	}
	l := w.AfterRepair
	f.Title = fmt.Sprintf("%s: %s of the call's packets were lost %s in spite of repair", p.Path.Title(), Percent(l.LossRatio), w.in(p.Direction))
	f.Detail = fmt.Sprintf("%d of %d packets never arrived. Each one spoils its picture and those behind it. It is %s.", l.Lost, l.Sent, r.lines(w.up))
	f.Advice = lineAdvice(r)
	f.Evidence = evidence("lost_after_repair", fmt.Sprint(l.Lost), "packets", fmt.Sprint(l.Sent), "nack", fmt.Sprint(w.NACK), "pli", fmt.Sprint(w.PLI))
	return []Finding{f}
}

func findCallSize(_ Report, p PathReport, w callWay) []Finding {
	f, found := callFinding(p, w, "video_size", "call_size")
	if !found {
		return nil
	}
	asked := w.video().Plan
	f.Title = fmt.Sprintf("%s: the picture was made smaller %s", p.Path.Title(), w.in(p.Direction))
	f.Detail = fmt.Sprintf("%d of %d pictures were smaller than the %s that was asked for, because the bitrate was too low for more.",
		w.Sent-w.SentFull, w.Sent, VideoSize{asked.Width, asked.Height})
	f.Advice = "The call works, with less detail. Find out what else fills the line, or choose a smaller picture from the start."
	f.Evidence = evidence("frames_full", fmt.Sprint(w.SentFull), "frames_sent", fmt.Sprint(w.Sent), "target_kbps", number(w.TargetKbps))
	return []Finding{f}
}

func findCallDelay(p PathReport, s CallSummary) []Finding {
	read := callDelay(s)
	grade := callRTT.grade(read)
	if !read.known || grade == GradeGood {
		return nil
	}
	return []Finding{{ID: callRTT.id, Severity: severityOf(grade), Path: p.Path, Title: p.Path.Title() + ": the delay is high",
		Detail:   fmt.Sprintf("Half of the reports of the call took %s ms or less for the round trip, the slowest took %s ms.", micros(s.RTT.P50US), micros(s.RTT.MaxUS)),
		Advice:   "People will talk over each other. The two places are far apart, the way between them takes a detour, or the call fills the line: try without a VPN, and with a lower highest bitrate.",
		Evidence: evidence("rtt_p50_ms", micros(s.RTT.P50US), "rtt_max_ms", micros(s.RTT.MaxUS), "reports", fmt.Sprint(s.RTT.N))}}
}

// callSentence says how the pictures of a call arrived: of the one path with a call, or of the first of several.
func callSentence(r Report) string {
	for _, p := range r.Paths {
		s, ok := callFigures(p)
		if !ok {
			continue
		}
		up, down := ways(p.Direction)
		return fmt.Sprintf("In the call on %s the picture %s %s, and %s it %s.", p.Path.Title(), up, howItArrived(s.Up), down, howItArrived(s.Down))
	}
	return ""
}

func howItArrived(d CallDirection) string {
	switch {
	case d.Shown == 0:
		return "did not arrive"
	case d.FrozenUS > 0:
		return fmt.Sprintf("stood still for %s s in all", number(float64(d.FrozenUS)/1e6))
	}
	return "never stood still"
}
