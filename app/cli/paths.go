package cli

import (
	"slices"

	"echopath/netcheck"
)

// shownCarriers is the order of the rows: first the carrier that the grade rests on.
var shownCarriers = []netcheck.Carrier{netcheck.CarrierSRTP, netcheck.CarrierDataChannel}

// pathTable lays the paths out: a line a carrier with everything in it where the screen is wide enough, else a line for the
// path with its carriers below.
func pathTable(s screen, r netcheck.Report, v netcheck.Verdict) table {
	if !anyMeasured(r) {
		return stateTable(r, v)
	}
	if wide := wideTable(r, v); wide.width(s) <= s.width {
		return wide
	}
	return narrowTable(r, v)
}

// figureColumns are the same in both forms.
var figureColumns = []column{
	{title: "Loss out", unit: "(95 % interval)"},
	{title: "Loss back", unit: "(95 % interval)"},
	{title: "Late", right: true},
	{title: "RTT ms", unit: "p50 / p95", right: true},
	{title: "Jitter", unit: "ms", right: true},
	{title: "kbit/s", unit: "back", right: true},
}

func figureCells(c netcheck.CarrierResult, size int) []cell {
	out, back := lossCells(c.Stats)
	return plain(out, back, late(c.Stats), rtt(c.Stats.RTT), jitter(c.Stats), kbps(size, c))
}

// measured lists the carriers of a path that have figures.
func measured(p netcheck.PathReport) []netcheck.CarrierResult {
	var out []netcheck.CarrierResult
	for _, c := range shownCarriers {
		if result, ok := p.Carrier(c); ok {
			out = append(out, result)
		}
	}
	return out
}

func anyMeasured(r netcheck.Report) bool {
	return slices.ContainsFunc(r.Paths, func(p netcheck.PathReport) bool { return len(measured(p)) > 0 })
}

// stateTable says why there are no figures.
func stateTable(r netcheck.Report, v netcheck.Verdict) table {
	t := table{columns: []column{{title: "Path"}, {title: "State"}}}
	for _, p := range r.Paths {
		t.rows = append(t.rows, row{head: p.Path.Title(), mark: stateCell(p, v.Paths[p.Path]), span: whyNot(p)})
	}
	return t
}

func wideTable(r netcheck.Report, v netcheck.Verdict) table {
	t := table{columns: slices.Concat([]column{{title: "Path"}, {title: "State"}, {title: "Carrier"},
		{title: "Connect", unit: "ms", right: true}}, figureColumns)}
	for _, p := range r.Paths {
		state, results := stateCell(p, v.Paths[p.Path]), measured(p)
		if len(results) == 0 {
			t.rows = append(t.rows, row{head: p.Path.Title(), mark: state, span: whyNot(p)})
			continue
		}
		for i, c := range results {
			first := []cell{{text: p.Path.Title()}, state, {text: c.Carrier.Title()}, {text: millis(p.Connect)}}
			if i > 0 {
				first = plain("", "", c.Carrier.Title(), "")
			}
			t.rows = append(t.rows, row{cells: slices.Concat(first, figureCells(c, r.Granted.Loss.Size))})
		}
		if why := doubt(p, v.Paths[p.Path]); why != "" {
			t.rows = append(t.rows, row{span: why})
		}
	}
	return t
}

func narrowTable(r netcheck.Report, v netcheck.Verdict) table {
	const kbpsColumn = 5 // stands beside the state instead
	t := table{columns: slices.Concat([]column{{title: "Path"}}, figureColumns[:kbpsColumn])}
	for _, p := range r.Paths {
		state, results := stateCell(p, v.Paths[p.Path]), measured(p)
		head := row{head: p.Path.Title(), mark: state, span: whyNot(p)}
		if len(results) > 0 {
			head.span = ", connected in " + millis(p.Connect) + " ms, " + kbps(r.Granted.Loss.Size, results...) + " kbit/s back"
			if why := doubt(p, v.Paths[p.Path]); why != "" {
				head.span += ". " + why
			}
		}
		t.rows = append(t.rows, head)
		for _, c := range results {
			t.rows = append(t.rows, row{cells: slices.Concat(plain("  "+c.Carrier.Title()), figureCells(c, r.Granted.Loss.Size)[:kbpsColumn])})
		}
	}
	return t
}

// whyNot is the reason that stands in the place of figures.
func whyNot(p netcheck.PathReport) string {
	if p.Reason == "" {
		return ""
	}
	return ": " + p.Reason
}

// doubt is the reason why figures are not to be trusted, or not for the whole time; "" if they are.
func doubt(p netcheck.PathReport, g netcheck.Grade) string {
	switch {
	case p.State != netcheck.StateOK:
		return p.Reason
	case g == netcheck.GradeInconclusive:
		return "Too few packets to judge."
	}
	return ""
}
