package present

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"echopath/netcheck"
)

// Custom is the name of a load that differs from every preset.
const Custom = "custom"

// Report writes a report to w as text: the verdict, what was found and what to do about it, the figures, and the rest. Whoever
// must know that a write failed hands in a writer that remembers.
func Report(w io.Writer, s Style, r netcheck.Report, v netcheck.Verdict) {
	out := page{w, s}
	printVerdict(out, r, v)
	v = printVPN(out, v)
	if r.Granted.Network.Only {
		networkReport(out, r, v)
		return
	}
	printFindings(out, v)
	printNetworkBriefly(out, r)
	out.line("")
	out.paragraph("", Conditions(r))
	out.paragraph("", OtherEnd(r.Other))
	out.line("")
	if !r.Granted.Video.Mode.Only() {
		printPaths(out, r, v)
	}
	printVideo(out, r, v)
	printCalls(out, r, v)
	printLoad(out, r)
	printLegend(out, r)
	printNotes(out, r, v)
}

// Text is the report as plain text for a clipboard: 80 columns, with characters beyond ASCII, without colour.
func Text(r netcheck.Report, v netcheck.Verdict) string {
	var b strings.Builder
	Report(&b, Style{Width: PlainWidth, Unicode: true}, r, v)
	return b.String()
}

// Conditions says in one line under which conditions the figures came to be: a table in a ticket must stand for itself.
func Conditions(r netcheck.Report) string {
	l := r.Granted.Loss
	preset := ""
	if l.Preset != "" && l.Preset != Custom && r.Granted.Video.Mode != netcheck.VideoUnderLoad { // which has a duration of its own
		preset = " (preset " + l.Preset + ")"
	}
	parts := []string{
		"Measured " + r.Started.Format("2006-01-02 15:04 MST"),
		"target " + targetOf(r),
	}
	switch {
	case r.Granted.Network.Only:
		parts = append(parts, networkWords(r.Network))
	case !r.Granted.Video.Mode.Only():
		parts = append(parts, fmt.Sprintf("%s packets/s × %d bytes × %s on each carrier%s", Number(l.Rate, 5), l.Size, About(l.Duration), preset))
	}
	if video := VideoWords(r.Granted.Video); video != "" {
		parts = append(parts, video)
	}
	if r.Title != "" {
		parts = slices.Insert(parts, 0, r.Title)
	}
	return Printable(strings.Join(parts, " · "))
}

// targetOf is who the other end was, by its name if it has one.
func targetOf(r netcheck.Report) string {
	words := TargetWords(r.Granted.Target)
	if r.Granted.Target.Kind != netcheck.TargetInvite || r.Other == nil {
		return words
	}
	return guestName(r.Other.Name, words)
}

// Legend explains the columns of the table in a paragraph; "" if nothing was measured.
func Legend(r netcheck.Report) string {
	if !anyMeasured(r) {
		return ""
	}
	out, back := Ways(r)
	return fmt.Sprintf("Loss: packets lost on the way %s and on the way %s, with the range in which the true share lies (95 %% sure). "+
		"Late: answered after more than %s ms, not lost. RTT: there and back, for half of the packets and for 95 %% of them. "+
		"Jitter: how much the delay varies (RFC 3550), for 95 %% of the packets, the worse way. %s: not measured.",
		out, back, Millis(r.Granted.Loss.LateAfter), None)
}

// printVerdict is the line that is read first, and often the only one.
func printVerdict(out page, r netcheck.Report, v netcheck.Verdict) {
	mark := GradeMark(v.Grade)
	mark.Word = strings.ToUpper(mark.Word)
	out.marked(mark.Tone, out.Fit(mark.String()), "  ", v.Sentence)
	out.paragraph("  ", early(r))
}

// early says that a session did not run to its end; "" if it did.
func early(r netcheck.Report) string {
	switch r.Ended {
	case netcheck.EndedComplete:
		return ""
	case netcheck.EndedCancelled:
		return fmt.Sprintf("Interrupted after %s: the figures cover what was measured until then.", About(r.Duration.Round(time.Second)))
	}
	why := "."
	if r.Error != "" {
		why = ": " + strings.TrimSuffix(r.Error, ".") + "."
	}
	return "Ended before its time" + why + " The figures cover what was measured until then."
}

// printFindings shows what calls for action. Findings that differ in their path and figures only are told once.
func printFindings(out page, v netcheck.Verdict) {
	for _, group := range alike(Grouped(v.Findings)) {
		if group[0].Severity == netcheck.SeverityInfo {
			continue
		}
		out.line("")
		mark := SeverityMark(group[0].Severity)
		for _, f := range group {
			out.marked(mark.Tone, out.Fit(mark.Shape), " ", f.Title)
		}
		out.paragraph("  ", detailOf(group))
		if advice := group[0].Advice; advice != "" {
			out.hanging("  What to do: ", "  ", advice)
		}
	}
}

// marked writes a wrapped text behind a mark, which is painted.
func (out page) marked(t Tone, mark, gap, text string) {
	for i, line := range Indented(mark+gap, "  ", out.Fit(Printable(text)), out.Width) {
		if i == 0 {
			line = out.Paint(t, mark) + strings.TrimPrefix(line, mark)
		}
		out.line(line)
	}
}

func printLegend(out page, r netcheck.Report) {
	for _, text := range []string{Legend(r), VideoLegend(r), CallLegend(r)} {
		if text != "" {
			out.line("")
			out.paragraph("", text)
		}
	}
}

// printNotes shows what is worth knowing and calls for nothing.
func printNotes(out page, r netcheck.Report, v netcheck.Verdict) {
	notes := Notes(r, v)
	if len(notes) == 0 {
		return
	}
	out.line("\nWorth knowing")
	for _, n := range notes {
		out.hanging(out.Fit("· "), "  ", n)
	}
}
