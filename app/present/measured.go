package present

import (
	"slices"

	"echopath/netcheck"
)

// shownCarriers is the order of the rows: first the carrier that the grade rests on.
var shownCarriers = []netcheck.Carrier{netcheck.CarrierSRTP, netcheck.CarrierDataChannel}

// Measured lists the carriers of a path that have figures, in the order in which they are shown: first the one that the grade
// rests on.
func Measured(p netcheck.PathReport) []netcheck.CarrierResult {
	var out []netcheck.CarrierResult
	for _, c := range shownCarriers {
		if result, ok := p.Carrier(c); ok {
			out = append(out, result)
		}
	}
	return out
}

func anyMeasured(r netcheck.Report) bool {
	return slices.ContainsFunc(r.Paths, func(p netcheck.PathReport) bool { return len(Measured(p)) > 0 })
}

// WhyNot is the reason that stands in the place of a path's figures, in whole sentences; "" if there are figures, of packets or
// of a video or call, or no reason is known.
func WhyNot(p netcheck.PathReport) string {
	if len(Measured(p)) > 0 || Seen(p) || Called(p) {
		return ""
	}
	return Printable(p.Reason)
}

// Doubt is the reason why a path's figures are not to be trusted, or not for the whole time, in whole sentences; "" if they are.
func Doubt(p netcheck.PathReport, g netcheck.Grade) string {
	switch {
	case p.State != netcheck.StateOK:
		return Printable(p.Reason)
	case g == netcheck.GradeInconclusive:
		if (Seen(p) || Called(p)) && len(Measured(p)) == 0 {
			return "Too few pictures to judge."
		}
		return "Too few packets to judge."
	}
	return ""
}
