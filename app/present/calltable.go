package present

import (
	"slices"

	"echopath/netcheck"
)

// calls lists the paths on which a call was made, or was to be.
func calls(r netcheck.Report) []netcheck.PathReport {
	return slices.DeleteFunc(slices.Clone(r.Paths), func(p netcheck.PathReport) bool {
		return p.Call == nil && r.Granted.Video.Mode != netcheck.VideoCall
	})
}

// printCalls lays the calls out with their directions side by side: nothing else is read against one another. The table is narrow
// enough for nearly every screen.
func printCalls(out page, r netcheck.Report, v netcheck.Verdict) {
	paths := calls(r)
	if len(paths) == 0 {
		return
	}
	if t := callTable(v, paths); t.width(out) <= out.Width {
		t.write(out)
		return
	}
	for i, p := range paths {
		if i > 0 {
			out.line("")
		}
		writeSpan(out, callHead(v, p), Columns(p.Path.Title()), 2)
		for _, c := range callRows(p) {
			out.line("  " + c[0])
			listFigures(out, "    ", []figure{{"up", c[1], ""}, {"down", c[2], ""}})
		}
	}
}

func callTable(v netcheck.Verdict, paths []netcheck.PathReport) table {
	t := table{columns: []column{{title: "Path"}, {title: "State"}}}
	if slices.ContainsFunc(paths, Called) {
		t.columns = []column{{title: "Path"}, {title: "Up"}, {title: "Down"}}
	}
	for _, p := range paths {
		t.rows = append(t.rows, callHead(v, p))
		for _, c := range callRows(p) {
			t.rows = append(t.rows, row{cells: plain("  "+c[0], c[1], c[2])})
		}
	}
	return t
}

// callRows are the figures of a call: a name, and what it is up and down.
func callRows(p netcheck.PathReport) [][3]string {
	if !Called(p) {
		return nil
	}
	up, down := CallOf(*p.Call.Result)
	return [][3]string{
		{"shown", up.Shown, down.Shown}, {"frozen", up.FrozenShort, down.FrozenShort}, {"kbit/s", up.Received, down.Received},
		{"loss, raw", up.LossBefore, down.LossBefore}, {"loss, repaired", up.LossAfter, down.LossAfter},
		{"jitter ms", up.Jitter, down.Jitter}, {"size", up.Size, down.Size},
	}
}

// callHead is the line of a path above the figures of its call, or where there are none.
func callHead(v netcheck.Verdict, p netcheck.PathReport) row {
	head := row{head: p.Path.Title(), mark: stateCell(p, v.Paths[p.Path]), span: because(p)}
	if !Called(p) {
		return head
	}
	head.span = ", connected in " + Millis(p.Connect) + " ms"
	if rtt := RTT(p.Call.Result.RTT); rtt != None {
		head.span += ", RTT " + rtt + " ms"
	}
	if why := callDoubt(p, v.Paths[p.Path]); why != "" {
		head.span += ". " + why
	}
	return head
}

// callDoubt is the reason why a call's figures are not to be trusted; "" if they are.
func callDoubt(p netcheck.PathReport, g netcheck.Grade) string {
	switch doubt := Doubt(p, g); {
	case doubt != "":
		return doubt
	case p.Call.Text == "":
		return ""
	case p.Call.Code == netcheck.ReasonCancelled:
		return "Stopped before its end."
	}
	return sentence(p.Call.Text)
}

// CallLegend explains the rows of the calls in a paragraph; "" if there are none.
func CallLegend(r netcheck.Report) string {
	if !slices.ContainsFunc(r.Paths, Called) {
		return ""
	}
	return "Call: both ends send a picture of their own at the same time. Up: this computer's picture, as the other end received it. Down: the other's, as it came here. " +
		"Shown: pictures of those sent. Frozen: how long the picture stood still beyond the usual. Loss: packets lost before repair (raw) and in spite of it (repaired). " +
		"Jitter: how much the delay of packets varies (RFC 3550). RTT: there and back, for half of the reports and for 95 % of them. There is no delay of a direction: " +
		"the two computers have no clock in common. " + None + ": not measured, or known to the other end alone."
}
