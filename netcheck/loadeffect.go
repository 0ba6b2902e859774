package netcheck

import (
	"fmt"
	"math"

	"echopath/netcheck/stats"
)

// loadGrades are the letters of LoadEffect with the increase in milliseconds that it stays below.
var loadGrades = []struct {
	grade string
	below float64
}{{"A+", 5}, {"A", 30}, {"B", 60}, {"C", 200}, {"D", 400}, {"F", math.Inf(1)}}

// EffectOfLoad compares the round-trip times before and while a call runs. It is nil where either rests on fewer packets than
// a path is judged by.
func EffectOfLoad(idle, loaded stats.RTT) *LoadEffect {
	if !idle.OK || !loaded.OK || idle.N < minJudged || loaded.N < minJudged {
		return nil
	}
	// The difference of floating-point numbers: times from a file could wrap one of whole numbers.
	e := &LoadEffect{Idle: idle, Loaded: loaded, IncreaseMS: max(0, float64(loaded.P50US)-float64(idle.P50US)) / 1000}
	e.Grade = loadGrade(e.IncreaseMS)
	return e
}

func loadGrade(increaseMS float64) string {
	for _, g := range loadGrades {
		if increaseMS < g.below {
			return g.grade
		}
	}
	return loadGrades[len(loadGrades)-1].grade
}

// findLoad tells of a line on which a call delays everything else: a queue that nobody keeps short. Up to grade B there is
// nothing to say.
func findLoad(r Report, p PathReport) []Finding {
	c, ok := figures(p)
	if !ok || c.Load == nil {
		return nil
	}
	severity := SeverityWarning
	switch c.Load.Grade {
	case "C", "D":
	case "F":
		severity = SeverityCritical
	default:
		return nil
	}
	l, where := *c.Load, "in the router"
	if p.Direction == DirectionUpDown {
		where = "in the router before the narrower line, this computer's or that of " + r.far() + ","
	}
	return []Finding{{ID: "load_delay", Severity: severity, Path: p.Path, Title: p.Path.Title() + ": a call delays everything else",
		Detail: fmt.Sprintf("While the video ran, half of the packets took more than %s ms for the round trip instead of %s ms before: %s ms more, grade %s.",
			micros(l.Loaded.P50US), micros(l.Idle.P50US), number(l.IncreaseMS), l.Grade),
		Advice: "The packets wait in a queue. Turn on queue management (SQM, such as CAKE or fq_codel) " + where + " and set it a little below the line's speed, " +
			"or ask for a lower highest bitrate.",
		Evidence: evidence("rtt_p50_before_ms", micros(l.Idle.P50US), "rtt_p50_under_load_ms", micros(l.Loaded.P50US), "increase_ms", number(l.IncreaseMS),
			"grade", l.Grade, "carrier", string(c.Carrier))}}
}
