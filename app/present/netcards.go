package present

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"echopath/netcheck"
)

// printNetwork shows what the network probes found, a card for each area of which something is known.
func printNetwork(out page, r netcheck.Report) {
	for _, area := range netcheck.AllAreas() {
		if results := InArea(r.Network, area); len(results) > 0 {
			out.line("")
			printCard(out, r, area, results)
		}
	}
}

func printCard(out page, r netcheck.Report, area netcheck.Area, results []netcheck.NetResult) {
	mark := AreaMark(results)
	out.marked(mark.Tone, out.Fit(mark.Shape), " ", AreaTitle(area)+": "+mark.Word)
	said := map[string]bool{} // as of several places to which no proxy leads
	var tries []string
	for _, p := range results {
		switch {
		case tried(r, p):
			tries = append(tries, fmt.Sprintf("%s %d", strings.ToUpper(p.Transport), p.Port))
		case !said[p.Text]:
			said[p.Text] = true
			printProbe(out, p)
		}
	}
	if len(tries) > 0 {
		mark := NetStateMark(netcheck.NetNotTested)
		printMarked(out, mark, "Tried as well, where no server was said to listen and none answered: "+strings.Join(tries, ", ")+".")
	}
}

// tried tells of a question that was asked in case a server listens where nobody has said so. Without an answer it tells nothing.
func tried(r netcheck.Report, p netcheck.NetResult) bool {
	if p.State != netcheck.NetNotTested || p.Kind != netcheck.ProbeUDP && p.Kind != netcheck.ProbeTURN || p.Port == 0 {
		return false
	}
	g := r.Granted
	return !slices.ContainsFunc(slices.Concat(g.Target.Servers, g.Network.Servers), func(s netcheck.ICEServer) bool { return s.URL.String() == p.Server })
}

// printProbe writes a probe's own words, with how long it took, and what is behind them.
func printProbe(out page, r netcheck.NetResult) {
	text := orWord(r.Text, ProbeTitle(r)+": "+NetStateMark(r.State).Word+".")
	if r.State != netcheck.NetNotTested {
		text += " (" + roughly(r.Took) + ")"
	}
	printMarked(out, NetStateMark(r.State), text)
	if r.Kind == netcheck.ProbeTURN {
		out.paragraph("    ", Timeline(r.Steps))
	}
	if r.Facts.NAT != nil {
		printExpected(out, *r.Facts.NAT)
	}
}

func printMarked(out page, mark Mark, text string) {
	shape := out.Fit(mark.Shape)
	for i, line := range Indented("  "+shape+" ", "    ", out.Fit(Printable(text)), out.Width) {
		if i == 0 {
			line = strings.Replace(line, shape, out.Paint(mark.Tone, shape), 1)
		}
		out.line(line)
	}
}

// roughly is a time in which one figure says enough: "<1 ms", "23 ms", "1.2 s".
func roughly(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return "<1 ms"
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
	}
	return Number(d.Seconds(), 2) + " s"
}

// Timeline is what a probe did step by step, where there were several: "dial 4 ms · challenge 12 ms · allocate 11 ms".
func Timeline(steps []netcheck.NetStep) string {
	if len(steps) < 2 {
		return ""
	}
	var words []string
	for _, s := range steps {
		word := s.Name + " " + roughly(s.Took)
		switch {
		case !s.OK && s.Code != 0:
			word += fmt.Sprintf(" failed (%d)", s.Code)
		case !s.OK:
			word += " failed"
		}
		words = append(words, word)
	}
	return strings.Join(words, " · ")
}

func printExpected(out page, n netcheck.NATBehavior) {
	expected := ExpectedCalls(n)
	if len(expected) == 0 {
		return
	}
	out.paragraph("    ", "What that means for calls, by reasoning and not by measurement:")
	for _, e := range expected {
		out.hanging(out.Fit("    · "), "      ", e.How+" with ends "+andList(e.With))
	}
}

// printNetworkBriefly shows a line for each area, for reports that are about paths: what calls for action is among the findings.
func printNetworkBriefly(out page, r netcheck.Report) {
	if r.Network == nil || len(r.Network.Results) == 0 {
		return
	}
	out.line("\nNetwork")
	for _, area := range netcheck.AllAreas() {
		if results := InArea(r.Network, area); len(results) > 0 {
			mark := AreaMark(results)
			shape := out.Fit(mark.Shape)
			out.line("  " + out.Paint(mark.Tone, shape) + " " + AreaTitle(area) + ": " + mark.Word)
		}
	}
}

// networkWords counts what was asked.
func networkWords(n *netcheck.NetworkReport) string {
	if n == nil {
		return Counted(0, "probe")
	}
	return fmt.Sprintf("%s of the network in %s s", Counted(len(n.Results), "probe"), Number(n.Took.Seconds(), 2))
}
