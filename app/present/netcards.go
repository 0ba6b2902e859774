package present

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"echopath/netcheck"
)

// cards shows what the network probes found. A silence is told once, and a sentence that several probes end with too.
type cards struct {
	page
	report netcheck.Report
	silent []*silence
	said   map[string]bool
}

// printNetwork shows a card for each area of which something is known.
func printNetwork(out page, r netcheck.Report) {
	if r.Network == nil {
		return
	}
	c := cards{out, r, silences(r), map[string]bool{}}
	for _, area := range netcheck.AllAreas() {
		if results := InArea(r.Network, area); len(results) > 0 {
			out.line("")
			c.print(area, results)
		}
	}
}

func (c *cards) print(area netcheck.Area, results []netcheck.NetResult) {
	mark, again := areaMark(c.report, results), ""
	if c.nothingNew(results) {
		again = " (see above)"
	}
	c.marked(mark.Tone, c.Fit(mark.Shape), " ", AreaTitle(area)+": "+mark.Word+again)
	var tries []netcheck.NetResult
	for _, p := range results {
		switch s, silent := c.silence(p); {
		case silent:
			if !s.told {
				s.told = true
				printMarked(c.page, NetStateMark(netcheck.NetBlocked), s.words())
			}
		case tried(c.report, p):
			tries = append(tries, p)
		case !c.repeated(p):
			c.said[p.Text] = true
			printProbe(c.page, p)
		}
	}
	if words := triedWords(tries); words != "" {
		printMarked(c.page, NetStateMark(netcheck.NetNotTested), "Tried as well, where no server was said to listen: "+words+".")
	}
}

// silence is the silence that a result is part of.
func (c *cards) silence(p netcheck.NetResult) (*silence, bool) {
	s, ok := silenceOf(p)
	all := find(c.silent, s)
	return all, ok && all != nil
}

// repeated tells of a result that says nothing that was not said, as of several places to which no proxy leads.
func (c *cards) repeated(p netcheck.NetResult) bool {
	return repeats(c.report, p) || p.Text != "" && c.said[p.Text]
}

// nothingNew tells of an area about which all has been said.
func (c *cards) nothingNew(results []netcheck.NetResult) bool {
	return !slices.ContainsFunc(results, func(p netcheck.NetResult) bool {
		s, silent := c.silence(p)
		switch {
		case silent:
			return !s.told
		case tried(c.report, p):
			return triedWords([]netcheck.NetResult{p}) != ""
		}
		return !c.repeated(p)
	})
}

// tried tells of a question that was asked in case a server listens where nobody has said so. Without an answer it tells nothing.
func tried(r netcheck.Report, p netcheck.NetResult) bool {
	if p.State != netcheck.NetNotTested || p.Kind != netcheck.ProbeUDP && p.Kind != netcheck.ProbeTURN || p.Port == 0 {
		return false
	}
	g := r.Granted
	return !slices.ContainsFunc(slices.Concat(g.Target.Servers, g.Network.Servers), func(s netcheck.ICEServer) bool { return s.URL.String() == p.Server })
}

// triedWords says what came of questions beside those asked for; of what was not sent, nothing.
func triedWords(tries []netcheck.NetResult) string {
	outcomes := []string{"no answer", "refused", "answered, and gave no relay", "not ended in time"}
	at := map[string][]string{}
	for _, p := range tries {
		outcome := ""
		switch p.Code {
		case netcheck.ReasonNoAnswer:
			outcome = outcomes[0]
		case netcheck.ReasonRefused, netcheck.ReasonUnreachable:
			outcome = outcomes[1]
		case netcheck.ReasonAuth, netcheck.ReasonExpired, netcheck.ReasonQuota, netcheck.ReasonNoCapacity, netcheck.ReasonPeerRefused, netcheck.ReasonServerError,
			netcheck.ReasonTLSUntrusted, netcheck.ReasonTLSName, netcheck.ReasonTLSDate, netcheck.ReasonTLSPin, netcheck.ReasonTLSFailed, netcheck.ReasonNotSTUN:
			outcome = outcomes[2]
		case netcheck.ReasonCancelled:
			outcome = outcomes[3]
		default:
			continue
		}
		if p.Remote != "" {
			at[outcome] = append(at[outcome], fmt.Sprintf("%s %d", strings.ToUpper(p.Transport), p.Port))
		}
	}
	var words []string
	for _, outcome := range outcomes {
		if len(at[outcome]) > 0 {
			words = append(words, andList(at[outcome])+": "+outcome)
		}
	}
	return strings.Join(words, "; ")
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
			mark := areaMark(r, results)
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
