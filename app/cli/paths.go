package cli

import (
	"fmt"
	"slices"
	"strings"

	"echopath/netcheck"
)

// shownCarriers is the order of the rows: first the carrier that the grade rests on.
var shownCarriers = []netcheck.Carrier{netcheck.CarrierSRTP, netcheck.CarrierDataChannel}

// printPaths lays the paths out: a line a carrier with everything in it where the screen is wide enough, else a line for the
// path with its carriers below, else a line a figure.
func printPaths(s screen, r netcheck.Report, v netcheck.Verdict) {
	tables := []table{wideTable(r, v), narrowTable(r, v)}
	if !anyMeasured(r) {
		tables = []table{stateTable(r, v)}
	}
	for _, t := range tables {
		if t.width(s) <= s.width && s.width >= minWidth {
			t.write(s)
			return
		}
	}
	printPathList(s, r, v)
}

// figureColumns are the same in both forms.
var figureColumns = []column{
	{title: "Loss out", unit: "(95 % interval)"},
	{title: "Loss back", unit: "(95 % interval)"},
	{title: "Late", right: true},
	{title: "RTT ms", unit: "p50 / p95", right: true},
	{title: "Jitter", unit: "p95 ms", right: true},
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
		t.rows = append(t.rows, row{head: p.Path.Title(), mark: state, span: besideState(r, v, p)})
		for _, c := range results {
			t.rows = append(t.rows, row{cells: slices.Concat(plain("  "+c.Carrier.Title()), figureCells(c, r.Granted.Loss.Size)[:kbpsColumn])})
		}
	}
	return t
}

// printPathList is for screens where no table fits.
func printPathList(s screen, r netcheck.Report, v netcheck.Verdict) {
	for i, p := range r.Paths {
		if i > 0 {
			_, _ = fmt.Fprintln(s)
		}
		writeSpan(s, row{head: p.Path.Title(), mark: stateCell(p, v.Paths[p.Path]), span: besideState(r, v, p)}, columns(p.Path.Title()), 2)
		for _, c := range measured(p) {
			_, _ = fmt.Fprintln(s, "  "+c.Carrier.Title())
			out, back := lossCells(c.Stats)
			half, most, _ := strings.Cut(rtt(c.Stats.RTT), " / ")
			for _, f := range [][3]string{{"Loss out", out}, {"Loss back", back}, {"Late", late(c.Stats)},
				{"RTT p50", half, " ms"}, {"RTT p95", orWord(most, none), " ms"}, {"Jitter", jitter(c.Stats), " ms"}} {
				if f[1] == none {
					f[2] = ""
				}
				label := fmt.Sprintf("    %-9s ", f[0])
				for _, line := range indented(label, strings.Repeat(" ", len(label)), s.text(f[1]+f[2]), s.width) {
					_, _ = fmt.Fprintln(s, line)
				}
			}
		}
	}
}

// besideState is what a path that has lines of its own for its carriers says beside its state.
func besideState(r netcheck.Report, v netcheck.Verdict, p netcheck.PathReport) string {
	results := measured(p)
	if len(results) == 0 {
		return whyNot(p)
	}
	text := ", connected in " + millis(p.Connect) + " ms, " + kbps(r.Granted.Loss.Size, results...) + " kbit/s back"
	if why := doubt(p, v.Paths[p.Path]); why != "" {
		text += ". " + why
	}
	return text
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
