package netcheck

import "fmt"

// mended tells that repair has kept a loss from the picture.
func mended(s VideoSummary) bool {
	for _, id := range []string{"video_frozen", "video_missing", "video_loss"} {
		m := videoMetricByID(id)
		if r := m.value(s); r.known && m.grade(r) != GradeGood {
			return false
		}
	}
	return true
}

// lostEffect says what a loss before repair does.
func lostEffect(mended bool) string {
	const asked = "What is lost has to be asked for and sent again. "
	if mended {
		return asked + "That kept the picture whole here, but sound can not wait for it and breaks up."
	}
	return asked + "Until it comes the picture stands still, and the bitrate is lowered, since loss is taken for a line that is full."
}

// findLossBeforeRepair names the cause of a bad picture, or of bad sound beside a good one.
func findLossBeforeRepair(p PathReport, s VideoSummary) []Finding {
	grade := gradeBeforeRepair(s.Up, s.Down)
	if !s.DirectionKnown || grade == GradeGood {
		return nil
	}
	up, down := ways(p.Direction)
	return []Finding{{ID: "video_network_loss", Severity: severityOf(grade), Path: p.Path,
		Title: fmt.Sprintf("%s: the network loses %s of the video's packets %s and %s %s", p.Path.Title(),
			Percent(s.Up.LossRatio), up, Percent(s.Down.LossRatio), down),
		Detail: lostEffect(mended(s)),
		Advice: "Test again by cable instead of Wi-Fi. If the loss stays, ask the network team to look for an overloaded or faulty line, or a limit on UDP.",
		Evidence: evidence("lost_out", fmt.Sprint(s.Up.Lost), "sent_out", fmt.Sprint(s.Up.Sent), "lost_back", fmt.Sprint(s.Down.Lost),
			"sent_back", fmt.Sprint(s.Down.Sent), "nack", fmt.Sprint(s.NACK))}}
}

// repairedWorthSaying is the loss before repair, of both ways together, from which it is worth saying that repair works.
const repairedWorthSaying = 0.01

func findRepair(p PathReport, s VideoSummary) []Finding {
	if !s.DirectionKnown || !s.Up.RatioOK || !s.Down.RatioOK || !s.AfterRepair.RatioOK ||
		gradeBeforeRepair(s.Up, s.Down) != GradeGood || // that is said
		s.Up.LossRatio+s.Down.LossRatio < repairedWorthSaying || videoMetricByID("video_loss").grade(share(s.AfterRepair, true)) != GradeGood {
		return nil
	}
	up, down := ways(p.Direction)
	return []Finding{{ID: "video_repaired", Severity: SeverityInfo, Path: p.Path, Title: p.Path.Title() + ": lost video packets were repaired",
		Detail: fmt.Sprintf("The network lost %s of the video's packets %s and %s %s. Asking for them again brought nearly all of them in time.",
			Percent(s.Up.LossRatio), up, Percent(s.Down.LossRatio), down),
		Advice: "Nothing needs to be done for the picture. Sound is repaired less well: see what was found about loss.",
		Evidence: evidence("lost_out", fmt.Sprint(s.Up.Lost), "lost_back", fmt.Sprint(s.Down.Lost), "lost_after_repair", fmt.Sprint(s.AfterRepair.Lost),
			"nack", fmt.Sprint(s.NACK))}}
}
