package present

import (
	"fmt"
	"slices"
	"strings"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// printPaths lays the paths out: a line a carrier with everything in it where the screen is wide enough, else a line for the
// path with its carriers below, else a line a figure.
func printPaths(out page, r netcheck.Report, v netcheck.Verdict) {
	tables := []table{wideTable(r, v), narrowTable(r, v)}
	if !anyMeasured(r) {
		tables = []table{stateTable(r, v)}
	}
	for _, t := range tables {
		if t.width(out) <= out.Width && out.Width >= MinWidth {
			t.write(out)
			return
		}
	}
	printPathList(out, r, v)
}

// figureColumns are the same in both forms.
func figureColumns(r netcheck.Report) []column {
	out, back := Ways(r)
	return []column{
		{title: "Loss " + out, unit: "(95 % interval)"},
		{title: "Loss " + back, unit: "(95 % interval)"},
		{title: "Late", right: true},
		{title: "RTT ms", unit: "p50 / p95", right: true},
		{title: "Jitter", unit: "p95 ms", right: true},
		{title: "kbit/s", unit: back, right: true},
	}
}

func figureCells(c netcheck.CarrierResult, size int) []cell {
	lossOut, lossBack := LossCells(c.Stats)
	return plain(lossOut, lossBack, Late(c.Stats), RTT(c.Stats.RTT), Jitter(c.Stats), Kbps(size, c))
}

// stateTable says why there are no figures.
func stateTable(r netcheck.Report, v netcheck.Verdict) table {
	t := table{columns: []column{{title: "Path"}, {title: "State"}}}
	for _, p := range r.Paths {
		t.rows = append(t.rows, row{head: p.Path.Title(), mark: stateCell(p, v.Paths[p.Path]), span: because(p)})
	}
	return t
}

func wideTable(r netcheck.Report, v netcheck.Verdict) table {
	t := table{columns: slices.Concat([]column{{title: "Path"}, {title: "State"}, {title: "Carrier"},
		{title: "Connect", unit: "ms", right: true}}, figureColumns(r))}
	for _, p := range r.Paths {
		state, results := stateCell(p, v.Paths[p.Path]), Measured(p)
		if len(results) == 0 {
			t.rows = append(t.rows, row{head: p.Path.Title(), mark: state, span: because(p)})
			continue
		}
		for i, c := range results {
			first := []cell{{text: p.Path.Title()}, state, {text: c.Carrier.Title()}, {text: Millis(p.Connect)}}
			if i > 0 {
				first = plain("", "", c.Carrier.Title(), "")
			}
			t.rows = append(t.rows, row{cells: slices.Concat(first, figureCells(c, r.Granted.Loss.Size))})
		}
		if why := Doubt(p, v.Paths[p.Path]); why != "" {
			t.rows = append(t.rows, row{span: why})
		}
	}
	return t
}

func narrowTable(r netcheck.Report, v netcheck.Verdict) table {
	const kbpsColumn = 5 // stands beside the state instead
	t := table{columns: slices.Concat([]column{{title: "Path"}}, figureColumns(r)[:kbpsColumn])}
	for _, p := range r.Paths {
		state, results := stateCell(p, v.Paths[p.Path]), Measured(p)
		t.rows = append(t.rows, row{head: p.Path.Title(), mark: state, span: besideState(r, v, p)})
		for _, c := range results {
			t.rows = append(t.rows, row{cells: slices.Concat(plain("  "+c.Carrier.Title()), figureCells(c, r.Granted.Loss.Size)[:kbpsColumn])})
		}
	}
	return t
}

// printPathList is for screens where no table fits.
func printPathList(out page, r netcheck.Report, v netcheck.Verdict) {
	for i, p := range r.Paths {
		if i > 0 {
			out.line("")
		}
		title := p.Path.Title()
		writeSpan(out, row{head: title, mark: stateCell(p, v.Paths[p.Path]), span: besideState(r, v, p)}, Columns(title), 2)
		for _, c := range Measured(p) {
			out.line("  " + c.Carrier.Title())
			printFigures(out, r, c.Stats)
		}
	}
}

// printFigures gives each figure of a carrier a line of its own.
func printFigures(out page, r netcheck.Report, s stats.Summary) {
	wayOut, wayBack := Ways(r)
	lossOut, lossBack := LossCells(s)
	listFigures(out, "    ", []figure{{"Loss " + wayOut, lossOut, ""}, {"Loss " + wayBack, lossBack, ""}, {"Late", Late(s), ""},
		{"RTT p50", RTTp50(s.RTT), " ms"}, {"RTT p95", RTTp95(s.RTT), " ms"}, {"Jitter", Jitter(s), " ms"}})
}

// figure is one that has a line of its own.
type figure struct{ name, value, unit string }

func listFigures(out page, indent string, list []figure) {
	for _, f := range list {
		if f.value != None {
			f.value += f.unit
		}
		label := fmt.Sprintf("%s%-9s ", indent, f.name)
		out.hanging(label, strings.Repeat(" ", len(label)), f.value)
	}
}

// besideState is what a path that has lines of its own for its carriers says beside its state.
func besideState(r netcheck.Report, v netcheck.Verdict, p netcheck.PathReport) string {
	results := Measured(p)
	if len(results) == 0 {
		return because(p)
	}
	_, back := Ways(r)
	text := ", connected in " + Millis(p.Connect) + " ms, " + Kbps(r.Granted.Loss.Size, results...) + " kbit/s " + back
	if why := Doubt(p, v.Paths[p.Path]); why != "" {
		text += ". " + why
	}
	return text
}

// because is what stands beside the state of a path without figures.
func because(p netcheck.PathReport) string {
	if p.Code == netcheck.ReasonEnough {
		return ": not asked for."
	}
	if why := WhyNot(p); why != "" {
		return ": " + why
	}
	return ""
}

// stateCell is a path's state in a table.
func stateCell(p netcheck.PathReport, g netcheck.Grade) cell {
	m := StateMark(p, g)
	return cell{m.String(), m.Tone}
}
