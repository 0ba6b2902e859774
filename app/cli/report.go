package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"echopath/netcheck"
)

// printReport shows a report: the verdict, what was found and what to do about it, the figures, and the rest.
func printReport(s screen, r netcheck.Report, v netcheck.Verdict) {
	printVerdict(s, r, v)
	printFindings(s, v)
	_, _ = fmt.Fprintln(s)
	paragraph(s, "", conditions(r))
	_, _ = fmt.Fprintln(s)
	printPaths(s, r, v)
	printLegend(s, r)
	printNotes(s, r, v)
}

// printVerdict is the line that is read first, and often the only one.
func printVerdict(s screen, r netcheck.Report, v netcheck.Verdict) {
	shape, t := gradeMark(v.Grade)
	word := s.text(shape) + " " + strings.ToUpper(orWord(string(v.Grade), "inconclusive"))
	for i, line := range indented(word+"  ", "  ", s.text(printable(v.Sentence)), s.width) {
		if i == 0 {
			line = strings.Replace(line, word, s.paint(t, word), 1)
		}
		_, _ = fmt.Fprintln(s, line)
	}
	switch r.Ended {
	case netcheck.EndedComplete:
	case netcheck.EndedCancelled:
		paragraph(s, "  ", fmt.Sprintf("Interrupted after %s: the figures cover what was measured until then.", about(r.Duration.Round(time.Second))))
	default:
		paragraph(s, "  ", "Ended before its time"+orWord(prefixed(": ", r.Error), ".")+" The figures cover what was measured until then.")
	}
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + strings.TrimSuffix(s, ".") + "."
}

// printFindings shows what calls for action. Findings that differ in their path only are told once.
func printFindings(s screen, v netcheck.Verdict) {
	for _, group := range grouped(v.Findings) {
		if group[0].Severity == netcheck.SeverityInfo {
			continue
		}
		_, _ = fmt.Fprintln(s)
		shape, t := severityMark(group[0].Severity)
		for _, f := range group {
			mark := s.text(shape)
			lines := indented(mark+" ", "  ", s.text(printable(f.Title)), s.width)
			lines[0] = s.paint(t, mark) + strings.TrimPrefix(lines[0], mark)
			_, _ = fmt.Fprintln(s, strings.Join(lines, "\n"))
		}
		paragraph(s, "  ", group[0].Detail)
		if group[0].Advice != "" {
			for _, line := range indented("  What to do: ", "  ", s.text(printable(group[0].Advice)), s.width) {
				_, _ = fmt.Fprintln(s, line)
			}
		}
	}
}

// grouped puts findings with the same text together, in their order.
func grouped(all []netcheck.Finding) [][]netcheck.Finding {
	var groups [][]netcheck.Finding
	for _, f := range all {
		i := slices.IndexFunc(groups, func(g []netcheck.Finding) bool {
			return g[0].ID == f.ID && g[0].Severity == f.Severity && g[0].Detail == f.Detail && g[0].Advice == f.Advice
		})
		if i < 0 {
			groups = append(groups, []netcheck.Finding{f})
			continue
		}
		groups[i] = append(groups[i], f)
	}
	return groups
}

// conditions says under which conditions the figures came to be: a table in a ticket must stand for itself.
func conditions(r netcheck.Report) string {
	l := r.Granted.Loss
	preset := ""
	if l.Preset != "" && l.Preset != custom {
		preset = " (preset " + l.Preset + ")"
	}
	parts := []string{
		"Measured " + r.Started.Format("2006-01-02 15:04 MST"),
		"target " + targetWords(r.Granted.Target),
		fmt.Sprintf("%s packets/s × %d bytes × %s on each carrier%s", number(l.Rate, 5), l.Size, about(l.Duration), preset),
	}
	if r.Title != "" {
		parts = slices.Insert(parts, 0, r.Title)
	}
	return strings.Join(parts, " · ")
}

// printLegend explains the columns.
func printLegend(s screen, r netcheck.Report) {
	if !anyMeasured(r) {
		return
	}
	out, back := "out", "back"
	if slices.ContainsFunc(r.Paths, func(p netcheck.PathReport) bool { return p.Direction == netcheck.DirectionUpDown }) {
		out, back = "up", "down"
	}
	_, _ = fmt.Fprintln(s)
	paragraph(s, "", fmt.Sprintf("Loss: packets lost on the way %s and on the way %s, with the range in which the true share lies (95 %% sure). "+
		"Late: answered after more than %s ms, not lost. RTT: there and back, for half of the packets and for 95 %% of them. "+
		"Jitter: how much the delay varies (RFC 3550), for 95 %% of the packets, the worse way. %s: not measured.", out, back, millis(r.Granted.Loss.LateAfter), none))
}

// printNotes shows what is worth knowing and calls for nothing.
func printNotes(s screen, r netcheck.Report, v netcheck.Verdict) {
	var notes []string
	for _, n := range pathNotes(r) {
		notes = append(notes, n.paths+": "+n.text)
	}
	for _, group := range grouped(v.Findings) {
		if f := group[0]; f.Severity == netcheck.SeverityInfo && f.ID != "interrupted" { // said beside the verdict
			notes = append(notes, strings.TrimSpace(strings.TrimSuffix(f.Title, ".")+". "+f.Detail+" "+f.Advice))
		}
	}
	if len(notes) == 0 {
		return
	}
	_, _ = fmt.Fprintln(s, "\nWorth knowing")
	for _, n := range notes {
		for _, line := range indented(s.text("· "), "  ", s.text(printable(n)), s.width) {
			_, _ = fmt.Fprintln(s, line)
		}
	}
}

// note is a remark on how a path was proved, with the paths that share it.
type note struct{ paths, text string }

func pathNotes(r netcheck.Report) []note {
	var notes []note
	for _, p := range r.Paths {
		if p.Note == "" || !p.State.Measured() {
			continue
		}
		i := slices.IndexFunc(notes, func(n note) bool { return n.text == p.Note })
		if i < 0 {
			notes = append(notes, note{p.Path.Title(), p.Note})
			continue
		}
		notes[i].paths += ", " + p.Path.Title()
	}
	return notes
}

// paragraph prints a text, wrapped, with an indent.
func paragraph(s screen, indent, text string) {
	if text == "" {
		return
	}
	for _, line := range indented(indent, indent, s.text(printable(text)), s.width) {
		_, _ = fmt.Fprintln(s, line)
	}
}
