package netcheck

import (
	"fmt"
	"strings"
)

// videoRules look at a video whose figures can be trusted.
var videoRules = []func(PathReport, VideoSummary) []Finding{
	findLossBeforeRepair, findFreezes, findMissingPictures, findDroppedPictures, findNarrowWay, findSlowPicture, findBrokenPicture, findBadPicture, findSmallerPicture, findRepair,
}

// findVideo speaks of the video probe of one path.
func findVideo(r Report, p PathReport) []Finding {
	if f, none := findNoVideo(p); none {
		return []Finding{f}
	}
	s, ok := videoFigures(p)
	if !ok {
		return nil
	}
	s = videoBeside(p, s)
	var out []Finding
	for _, rule := range videoRules {
		out = append(out, rule(p, s)...)
	}
	if p.Direction == DirectionUpDown {
		for i := range out {
			out[i] = remoteVideo(r, p, s, out[i])
		}
	}
	if r.Granted.Target.Kind == TargetSelf { // there is no line to look at
		for i := range out {
			switch out[i].ID {
			case "video_network_loss", "video_frozen", "video_missing", "video_delay", "video_loss":
				out[i].Advice = ownVideoAdvice
			}
		}
	}
	return out
}

const ownVideoAdvice = "Both ends are on this computer, so it is this computer that was too busy: close other programs and run the test again."

// findNoVideo speaks of a video that could not be shown, or whose figures are in doubt. What findState tells is not told twice:
// that is the state of a path on which nothing else ran, and of one that broke.
func findNoVideo(p PathReport) (f Finding, none bool) {
	if p.Video == nil {
		return f, false
	}
	alone := len(p.Carriers) == 0 && p.State != StateOK
	f = Finding{ID: "video_failed", Severity: SeverityWarning, Path: p.Path, Title: p.Path.Title() + ": the video could not be shown"}
	switch v := p.Video; {
	case v.Code == ReasonCancelled || v.Code == ReasonLinkLost || sessionOver(v.Code):
		return f, false
	case v.Code == ReasonFarRefused && carried(p) && v.Result != nil && v.Result.Stats.Shown > 0:
		f.ID, f.Title = "video_ended", p.Path.Title()+": the other end ended the video"
		f.Detail, _ = withoutCause(v.Text)
		f.Advice, f.Evidence = "What was measured until then is kept. Run the test again.", evidence("reason", string(v.Code))
		return f, !alone
	case v.Code != ReasonNone && !alone:
		cause := ""
		f.Detail, cause = withoutCause(v.Text)
		f.Advice = failedVideoAdvice(v.Code)
		if f.Evidence = evidence("reason", string(v.Code)); cause != "" {
			f.Evidence = append(f.Evidence, Evidence{"cause", cause})
		}
		return f, true
	case v.Result == nil || v.Code != ReasonNone:
		return f, false
	}
	s := *p.Video.Result
	if doubt := assessVideo(s); doubt.State != StateOK && !alone {
		f.ID, f.Title = "video_in_doubt", p.Path.Title()+": the measurement of the video is in doubt"
		f.Detail, f.Advice = doubt.Reason, doubt.Advice
		f.Evidence = evidence("reason", string(doubt.Code), "frames_skipped", fmt.Sprint(s.Stats.Skipped), "queue_dropped", fmt.Sprint(s.Self.QueueDropped))
		return f, true
	}
	if _, ok := videoFigures(p); !ok || s.Stats.Shown > 0 {
		return f, false
	}
	f.ID, f.Severity, f.Title = "video_not_shown", SeverityCritical, p.Path.Title()+": no picture came back"
	f.Detail = fmt.Sprintf("%d pictures were sent, and none of them could be shown when it came back, if it did.", s.Stats.Sent)
	f.Advice = "If packets of other kinds come back on this path, look for a firewall or VPN that limits how much UDP a connection may send; else see the other findings first."
	f.Evidence = evidence("frames_sent", fmt.Sprint(s.Stats.Sent), "frames_echoed", "0")
	return f, true
}

// withoutCause takes the technical cause, in brackets, off the words of a failure.
func withoutCause(text string) (words, cause string) {
	text = orElse(text, "No reason was given.")
	if i := strings.Index(text, ". ("); i >= 0 && strings.HasSuffix(text, ")") {
		return text[:i+1], text[i+3 : len(text)-1]
	}
	if !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text, ""
}

func failedVideoAdvice(c ReasonCode) string {
	switch c {
	case ReasonLocal:
		return "The other figures of this path are not affected. See to what this computer lacks, or choose the synthetic picture as source."
	case ReasonFarRefused:
		return "Use the same version of Echopath at both ends."
	}
	return "The other figures of this path are not affected. Run the test again; if it happens again, hand this result to the network team."
}

// videoFinding makes a finding of a metric that is worse than good.
func videoFinding(p PathReport, s VideoSummary, id string) (f Finding, grade Grade, found bool) {
	m := videoMetricByID(id)
	r := m.value(s)
	grade = m.grade(r)
	return Finding{ID: id, Severity: severityOf(grade), Path: p.Path}, grade, r.known && grade != GradeGood
}

// worthSayingUS is the freeze from which even a good result says that there was one: a third of a second is seen by everyone.
const worthSayingUS = 300_000

func findFreezes(p PathReport, s VideoSummary) []Finding {
	f, _, found := videoFinding(p, s, "video_frozen")
	f.Advice = "Test again by cable instead of Wi-Fi, at a time when the line is quiet. If it stays, go by what else was found about loss, delay and bitrate."
	switch {
	case found:
	case s.Stats.Freezes > 0 && s.Stats.LongestFreezeUS >= worthSayingUS:
		f.Severity, f.Advice = SeverityInfo, "That is little. Run the test for longer to see whether it happens again."
	default:
		return nil
	}
	f.Title = p.Path.Title() + ": the picture froze"
	f.Detail = fmt.Sprintf("The picture stood still %s, for %s s in all. At the longest %s s passed from one picture to the next.",
		times(s.Stats.Freezes), number(float64(s.Stats.FrozenUS)/1e6), number(float64(s.Stats.LongestFreezeUS)/1e6))
	f.Evidence = evidence("freezes", fmt.Sprint(s.Stats.Freezes), "frozen_s", number(float64(s.Stats.FrozenUS)/1e6),
		"longest_freeze_ms", micros(s.Stats.LongestFreezeUS), "span_s", number(s.Span.Seconds()))
	return []Finding{f}
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

func findMissingPictures(p PathReport, s VideoSummary) []Finding {
	f, _, found := videoFinding(p, s, "video_missing")
	if !found {
		return nil
	}
	r := missingShare(s)
	f.Title = fmt.Sprintf("%s: %s of the pictures never came back", p.Path.Title(), Percent(r.value))
	f.Detail = fmt.Sprintf("%d of %d pictures that were sent could not be shown, so movement is jerky.", s.Stats.Missing, s.Stats.Sent)
	f.Advice = "Test again by cable instead of Wi-Fi; if it stays, ask the network team to look for an overloaded or faulty line, or a limit on UDP."
	if videoMetricByID("video_missing").uncertain(r, s.Stats.Sent) {
		f.Advice = fmt.Sprintf("%d pictures are too few to tell: run the test for longer before you act on this.", s.Stats.Sent)
	}
	f.Evidence = evidence("frames_missing", fmt.Sprint(s.Stats.Missing), "frames_sent", fmt.Sprint(s.Stats.Sent))
	return []Finding{f}
}

func findDroppedPictures(p PathReport, s VideoSummary) []Finding {
	f, _, found := videoFinding(p, s, "video_dropped")
	if !found {
		return nil
	}
	made := s.Stats.Sent + s.Stats.Dropped
	f.Title = fmt.Sprintf("%s: %s of the pictures were left out", p.Path.Title(), Percent(droppedShare(s).value))
	f.Detail = fmt.Sprintf("The bitrate was too low for the size: of %d pictures %d were left out before they were sent, so movement is jerky.", made, s.Stats.Dropped)
	f.Advice = "Use a smaller picture or fewer of them a second, or let the size step down by itself; if the bitrate is lower than the line should give, see what else was found."
	f.Evidence = evidence("frames_dropped", fmt.Sprint(s.Stats.Dropped), "frames_made", fmt.Sprint(made))
	return []Finding{f}
}

func findNarrowWay(p PathReport, s VideoSummary) []Finding {
	f, _, found := videoFinding(p, s, "video_rate")
	if !found {
		return nil
	}
	f.Title = p.Path.Title() + ": too little bitrate for this picture"
	f.Detail = fmt.Sprintf("The path allowed %s kbit/s on average. %s at %d pictures a second needs about %s kbit/s.",
		number(s.TargetKbps), VideoSize{s.Plan.Width, s.Plan.Height}, s.Plan.FPS, number(goodKbps(s.Plan)))
	f.Advice = "Ask for a smaller picture, or find out what else fills the line: other programs, Wi-Fi, or a limit on UDP in a firewall or VPN."
	f.Evidence = evidence("target_kbps", number(s.TargetKbps), "sent_kbps", number(s.SentKbps), "received_kbps", number(s.ReceivedKbps))
	if way := narrowWay(p); way != "" {
		f.Detail += " " + narrowWords(way)
		f.Evidence = append(f.Evidence, Evidence{"narrow_way", way})
	}
	return []Finding{f}
}

// narrowWords says which way is the narrow one, by the name that narrowWay gives it.
func narrowWords(way string) string {
	switch way {
	case "up":
		return "The upload is the narrow one."
	case "down":
		return "The download is the narrow one."
	}
	return fmt.Sprintf("The way %s is the narrow one.", way)
}

// narrowWay names the way whose congestion control held the video back for most of the time: "out" is this end's own, "back"
// the one that the other end controls. It is "" if that is not known, or if both held it back.
func narrowWay(p PathReport) string {
	out, back := 0, 0
	for s := range p.Video.Samples.All() {
		switch {
		case s.OwnKbps <= 0 || s.PeerKbps <= 0 || s.OwnKbps == s.PeerKbps:
		case s.OwnKbps < s.PeerKbps:
			out++
		default:
			back++
		}
	}
	names := [2]string{"out", "back"}
	if p.Direction == DirectionUpDown {
		names = [2]string{"up", "down"}
	}
	switch {
	case out > 2*back:
		return names[0]
	case back > 2*out:
		return names[1]
	}
	return ""
}

func findSlowPicture(p PathReport, s VideoSummary) []Finding {
	f, _, found := videoFinding(p, s, "video_delay")
	if !found {
		return nil
	}
	f.Title = p.Path.Title() + ": the picture comes late"
	f.Detail = fmt.Sprintf("Half of the pictures could be shown %s ms or less after they were captured, there and back; one in twenty took %s ms or more.",
		micros(s.Stats.DelayP50US), micros(s.Stats.DelayP95US))
	f.Advice = "Choose a server that is nearer, and try without a VPN, which may take a detour. If only some pictures are late, the line is too busy: a lower highest bitrate helps."
	f.Evidence = evidence("delay_p50_ms", micros(s.Stats.DelayP50US), "delay_p95_ms", micros(s.Stats.DelayP95US), "delay_max_ms", micros(s.Stats.DelayMaxUS))
	return []Finding{f}
}

func findBrokenPicture(p PathReport, s VideoSummary) []Finding {
	f, _, found := videoFinding(p, s, "video_loss")
	if !found {
		return nil
	}
	l := s.AfterRepair
	f.Title = fmt.Sprintf("%s: %s of the video's packets were lost in spite of repair", p.Path.Title(), Percent(l.LossRatio))
	asked := ""
	if s.NACK > 0 {
		asked = ", although they were asked for again"
	}
	f.Detail = fmt.Sprintf("%d of %d packets never came back%s. Each one spoils its picture and those behind it.", l.Lost, l.Sent, asked)
	f.Advice = "Test again by cable instead of Wi-Fi; if it stays, ask the network team to look for an overloaded or faulty line."
	f.Evidence = evidence("lost_after_repair", fmt.Sprint(l.Lost), "packets", fmt.Sprint(l.Sent), "nack", fmt.Sprint(s.NACK), "pli", fmt.Sprint(s.PLI))
	return []Finding{f}
}

func findBadPicture(p PathReport, s VideoSummary) []Finding {
	f, _, found := videoFinding(p, s, "video_quality")
	if !found {
		return nil
	}
	f.Title = p.Path.Title() + ": the picture is coarse"
	f.Detail = fmt.Sprintf("Compared with the picture that was captured it has %s dB (PSNR) on average; blocks and blur are seen below 35 dB, and are plain below 30 dB.",
		number(s.Stats.PSNRMean))
	f.Advice = "A higher bitrate or a smaller picture helps. If the path does not allow more, see what was found about it."
	f.Evidence = evidence("psnr_db", number(s.Stats.PSNRMean), "psnr_p5_db", number(s.Stats.PSNRP5), "target_kbps", number(s.TargetKbps))
	return []Finding{f}
}

func findSmallerPicture(p PathReport, s VideoSummary) []Finding {
	f, _, found := videoFinding(p, s, "video_size")
	if !found {
		return nil
	}
	asked, least := VideoSize{s.Plan.Width, s.Plan.Height}, VideoSize{s.Stats.WidthLeast, s.Stats.HeightLeast}
	f.Title = p.Path.Title() + ": the picture was made smaller"
	f.Detail = fmt.Sprintf("%s of the pictures were smaller than the %s that was asked for, down to %s, because the bitrate was too low for more.",
		Percent(smallerShare(s).value), asked, least)
	f.Advice = "The call works, with less detail. Find out what else fills the line, or choose a smaller picture from the start."
	f.Evidence = evidence("asked", asked.String(), "least", least.String(), "size_changes", fmt.Sprint(s.Stats.SizeChanges), "target_kbps", number(s.TargetKbps))
	return []Finding{f}
}
