package present

import (
	"slices"
	"strings"

	"echopath/netcheck"
)

// Grouped puts findings with the same text together, in their order: those that differ in their path, title and evidence only
// are told once. No group is empty.
func Grouped(all []netcheck.Finding) [][]netcheck.Finding {
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

// Notes lists what is worth knowing and calls for nothing, a paragraph each: how paths were proved, then the findings of
// severity info.
func Notes(r netcheck.Report, v netcheck.Verdict) []string {
	var notes []string
	for _, n := range pathNotes(r) {
		notes = append(notes, Printable(n.paths+": "+n.text))
	}
	for _, group := range Grouped(v.Findings) {
		if f := group[0]; f.Severity == netcheck.SeverityInfo && f.ID != "interrupted" { // said beside the verdict
			notes = append(notes, Printable(strings.TrimSpace(strings.TrimSuffix(f.Title, ".")+". "+f.Detail+" "+f.Advice)))
		}
	}
	return notes
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
