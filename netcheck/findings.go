package netcheck

import (
	"fmt"
	"slices"

	"echopath/netcheck/stats"
)

// pathRules look at one path each.
var pathRules = []func(Report, PathReport) []Finding{
	findState, findOutage, findLoss, findLate, findRTT, findJitter, findReorderingAsLoss, findUnsent, findBundling, findStream,
	findVideo, findCall, findLoad, findFar,
}

// figures gives the result that findings about the network may rest on. A path that is saturated or in doubt has figures too,
// but they may be this computer's own doing, and those of a path that broke hold the break. A log that did not arrive takes
// the direction from a loss, not the loss itself.
func figures(p PathReport) (CarrierResult, bool) {
	if p.State != StateOK && p.State != StateInterrupted && p.Code != ReasonLogMissing {
		return CarrierResult{}, false
	}
	return judged(p)
}

// localAdvice takes the place of advice about firewalls on the way, where there is no way: packets of the target self stay on
// this computer.
const localAdvice = "No network is involved, so look on this computer: security software (a firewall or antivirus program) blocks the connection. Allow Echopath there."

// onTheWay lists the reasons that advice blames on what lies between the two ends.
func onTheWay(p PathReport) bool {
	return p.State == StateBlocked || p.Code == ReasonLinkLost || p.Code == ReasonDTLS || p.Code == ReasonNotSTUN
}

// brokeOff tells of a path that carried packets there and back until the connection was lost.
func brokeOff(p PathReport) bool { return p.Code == ReasonLinkLost && carried(p) }

// carried tells that something of a probe came through.
func carried(p PathReport) bool {
	if p.Video != nil && p.Video.Result != nil && p.Video.Result.Stats.Shown > 0 {
		return true
	}
	if c := p.Call; c != nil && c.Result != nil && c.Result.Up.Shown+c.Result.Down.Shown > 0 {
		return true
	}
	return slices.ContainsFunc(p.Carriers, func(c CarrierReport) bool {
		return c.Result != nil && c.Result.Stats.Total.Received > 0
	})
}

// findState speaks of a path that did not connect, or whose figures are in doubt.
func findState(r Report, p PathReport) []Finding {
	f := Finding{Path: p.Path, Detail: p.Reason, Advice: p.Advice, Evidence: evidence("state", string(p.State), "reason", string(p.Code))}
	if p.Server != "" {
		f.Evidence = append(f.Evidence, Evidence{"server", p.Server})
	}
	if p.Cause != "" {
		f.Evidence = append(f.Evidence, Evidence{"cause", p.Cause})
	}
	f.Detail = orElse(f.Detail, "No reason was given.")
	f.Advice = orElse(f.Advice, "Run the test again; if it happens again, hand this result to the network team.")
	if r.Granted.Target.Kind == TargetSelf && onTheWay(p) {
		f.Advice = localAdvice
	}
	if p.Code == ReasonNoProof && r.remote() {
		f.Advice += publicAdvice(r)
	}
	switch p.State {
	case StateBlocked:
		f.ID, f.Severity, f.Title = "path_blocked", SeverityCritical, p.Path.Title()+" is blocked"
	case StateFailed:
		f.ID, f.Severity, f.Title = "path_failed", SeverityCritical, p.Path.Title()+" did not work"
		if brokeOff(p) {
			f.Title = p.Path.Title() + " connected and then broke off"
		}
	case StateSaturated:
		f.ID, f.Severity, f.Title = "saturated", SeverityWarning, p.Path.Title()+": the test sent more than could be carried"
		if p.Code == ReasonSenderLimit { // also what the system refused to send
			f.Title = p.Path.Title() + ": not every packet of the test could be sent"
		}
	case StateInconclusive:
		f.ID, f.Severity, f.Title = "inconclusive", SeverityWarning, p.Path.Title()+": the measurement is in doubt"
	case StateInterrupted:
		f.ID, f.Severity, f.Title = "interrupted", SeverityInfo, p.Path.Title()+": the test was stopped before its end"
		f.Advice = orElse(p.Advice, "Let the test run to its end for a full result.")
		if callStopped(r, p) {
			f.Detail += " The video had not run for long enough to judge the call."
		}
	default:
		return nil
	}
	if doubtful(p) {
		f = besideDoubt(p, f)
	}
	if r.remote() {
		f = remoteState(r, p, f)
	}
	return []Finding{f}
}

func evidence(pairs ...string) []Evidence {
	var out []Evidence
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, Evidence{pairs[i], pairs[i+1]})
	}
	return out
}

// ways names the two directions. With both ends on this computer nothing may speak of upload or download.
func ways(d Direction) (up, down string) {
	if d == DirectionUpDown {
		return "in upload", "in download"
	}
	return "on the way out", "on the way back"
}

func findLoss(r Report, p PathReport) []Finding {
	c, ok := lossFigures(p)
	if !ok || !c.Stats.Total.RatioOK || c.Stats.Total.Sent < minJudged {
		return nil
	}
	if c.Stats.Total.Received == 0 {
		advice := "Something lets the first packets through and then drops the flow: look for a firewall or VPN that inspects or limits UDP."
		if r.Granted.Target.Kind == TargetSelf {
			advice = localAdvice
		}
		return []Finding{{ID: "no_data", Severity: SeverityCritical, Path: p.Path,
			Title:    p.Path.Title() + ": connected, but no test packet came back",
			Detail:   fmt.Sprintf("The connection was made, but none of the %d packets sent on the %s carrier was answered.", c.Stats.Total.Sent, c.Carrier.Title()) + nothingCame(r, p, c),
			Advice:   advice,
			Evidence: evidence("sent", fmt.Sprint(c.Stats.Total.Sent), "received", "0", "carrier", string(c.Carrier))}}
	}
	c.Stats = besideCuts(c.Stats)
	if !c.Stats.Up.Known {
		round := stats.Direction{Loss: c.Stats.Total}
		return lossFinding(r, p, c, way{id: "loss_total", name: "on the round trip", in: "on the round trip", lost: round})
	}
	var out []Finding
	for _, w := range bothWays(r, p, c) {
		out = append(out, lossFinding(r, p, c, w)...)
	}
	return out
}

func lossFinding(r Report, p PathReport, c CarrierResult, w way) []Finding {
	l, b := w.lost.Loss, w.lost.Bursts
	m, read := metricByID(w.id), share(l, true)
	grade := m.grade(read)
	if grade == GradeGood || !read.known {
		return nil
	}
	interval := fmt.Sprintf("%s %% to %s %%", LowerBound(l.CI95Low), UpperBound(l.CI95High))
	f := Finding{ID: w.id, Severity: severityOf(grade), Path: p.Path,
		Title:    fmt.Sprintf("%s: %s of the packets are lost %s", p.Path.Title(), Percent(l.LossRatio), w.name),
		Detail:   fmt.Sprintf("%d of %d packets %s lost %s (95 %% interval: %s). %s", l.Lost, l.Sent, was(l.Lost), w.in, interval, lossEffect(grade)),
		Advice:   "Test again by cable instead of Wi-Fi; if the loss stays, ask the network team to look for an overloaded or faulty line, or a limit on UDP.",
		Evidence: evidence("lost", fmt.Sprint(l.Lost), "sent", fmt.Sprint(l.Sent), "ci95", interval, "carrier", string(c.Carrier))}
	if b.Max > 1 {
		f.Detail += fmt.Sprintf(" At most %d packets in a row were lost.", b.Max)
		f.Evidence = append(f.Evidence, Evidence{"longest_burst", fmt.Sprint(b.Max)})
	}
	if lost := cutLost(p); lost > 0 {
		f.Evidence = append(f.Evidence, Evidence{"lost_in_outage_not_counted", fmt.Sprint(lost)})
	}
	if p.Direction == DirectionUpDown {
		f.Advice = lineAdvice(r)
		if w.lost.Known {
			f.Detail += " " + w.conclude(r, p)
		}
	}
	if m.uncertain(read, l.Sent) {
		f.Advice = tooFewAdvice(l.Sent)
	}
	return []Finding{f}
}

func tooFewAdvice(packets int) string {
	return fmt.Sprintf("%d packets are too few to tell: run the test for longer before you act on this.", packets)
}

func was(n int) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

func lossEffect(g Grade) string {
	if g == GradePoor {
		return "Speech breaks up and video freezes."
	}
	return "Speech and video suffer now and then."
}

func findLate(r Report, p PathReport) []Finding {
	c, ok := figures(p)
	if !ok || c.Stats.Total.Received < minJudged {
		return nil
	}
	m, read := metricByID("late"), lateRatio(c)
	grade := m.grade(read)
	if grade == GradeGood {
		return nil
	}
	limit := millis(r.Granted.Loss.LateAfter)
	advice := "If the delay comes and goes, look for a busy line, Wi-Fi or a VPN. If it is always there, choose a nearer server."
	if straight(p) {
		advice = "If the delay comes and goes, look for a busy line, Wi-Fi or a VPN, at both ends. If it is always there, the two places are far apart or the way between them takes a detour."
	}
	if m.uncertain(read, c.Stats.Total.Received) {
		advice = tooFewAdvice(c.Stats.Total.Received)
	}
	return []Finding{{ID: "late", Severity: severityOf(grade), Path: p.Path,
		Title:    fmt.Sprintf("%s: %s of the packets arrive too late", p.Path.Title(), Percent(read.value)),
		Detail:   fmt.Sprintf("%d of %d answers took more than %s ms. They are not lost, but a call can not wait for them.", c.Stats.Late, c.Stats.Total.Received, limit),
		Advice:   advice,
		Evidence: evidence("late", fmt.Sprint(c.Stats.Late), "answered", fmt.Sprint(c.Stats.Total.Received), "late_after_ms", limit)}}
}

// straight tells of a path between two computers on which no server stands.
func straight(p PathReport) bool { return p.Direction == DirectionUpDown && !p.Path.Relay() }

func findRTT(_ Report, p PathReport) []Finding {
	c, ok := figures(p)
	if !ok || !c.Stats.RTT.OK || c.Stats.RTT.N < minJudged {
		return nil
	}
	m := metricByID("rtt")
	grade := m.grade(m.value(c))
	if grade == GradeGood {
		return nil
	}
	t := c.Stats.RTT
	advice := "People will talk over each other. Choose a server that is nearer, and try without a VPN, which may take a detour."
	if straight(p) {
		advice = "People will talk over each other. The two places are far apart, or the way between them takes a detour: try without a VPN, at both ends."
	}
	return []Finding{{ID: "rtt", Severity: severityOf(grade), Path: p.Path,
		Title:    fmt.Sprintf("%s: the delay is high", p.Path.Title()),
		Detail:   fmt.Sprintf("Half of the packets need %s ms or less for the round trip, one in twenty needs %s ms or more.", micros(t.P50US), micros(t.P95US)),
		Advice:   advice,
		Evidence: evidence("rtt_p50_ms", micros(t.P50US), "rtt_p95_ms", micros(t.P95US), "rtt_max_ms", micros(t.MaxUS))}}
}

func findJitter(_ Report, p PathReport) []Finding {
	c, ok := figures(p)
	read := jitterP95(c)
	if !ok || !read.known || c.Stats.Total.Received < minJudged {
		return nil
	}
	grade := metricByID("jitter").grade(read)
	if grade == GradeGood {
		return nil
	}
	return []Finding{{ID: "jitter", Severity: severityOf(grade), Path: p.Path,
		Title:  fmt.Sprintf("%s: the delay varies a lot", p.Path.Title()),
		Detail: fmt.Sprintf("The jitter (RFC 3550) is %s ms or more at one packet in twenty. A call has to wait that much longer for each packet, or do without the late ones.", number(read.value*1e3)) + jitterWay(p, c),
		Advice: "Wi-Fi and busy lines do this. Test again by cable, at a time when the line is quiet.",
		Evidence: evidence("jitter_p95_out_ms", micros(c.Stats.Up.JitterP95US), "jitter_p95_back_ms", micros(c.Stats.Down.JitterP95US),
			"jitter_mean_out_ms", micros(c.Stats.Up.JitterMeanUS), "jitter_mean_back_ms", micros(c.Stats.Down.JitterMeanUS))}}
}

// findStream reminds that a stream repairs loss and pays with delay.
func findStream(_ Report, p PathReport) []Finding {
	if !p.Path.Stream() || p.State != StateOK {
		return nil
	}
	c, ok := figures(p)
	if !ok || !c.Stats.RTT.OK || c.Stats.RTT.MaxUS < 4*max(c.Stats.RTT.P50US, 50_000) {
		return nil
	}
	return []Finding{{ID: "stream_stalls", Severity: SeverityInfo, Path: p.Path,
		Title:    fmt.Sprintf("%s: some packets were held up", p.Path.Title()),
		Detail:   fmt.Sprintf("On a path over TCP a lost packet is sent again and holds up all packets behind it. Half of the packets took %s ms or less, the slowest took %s ms.", micros(c.Stats.RTT.P50US), micros(c.Stats.RTT.MaxUS)),
		Advice:   "Prefer a path over UDP where one works.",
		Evidence: evidence("rtt_p50_ms", micros(c.Stats.RTT.P50US), "rtt_max_ms", micros(c.Stats.RTT.MaxUS))}}
}
