package model

import (
	"slices"
	"strings"

	"echopath/app/present"
	"echopath/netcheck"
)

// findings are what was found, as the terminal groups it: what calls for action, then what is worth knowing.
func findings(r netcheck.Report, v netcheck.Verdict) []Finding {
	var action, info []Finding
	for _, group := range present.Grouped(v.Findings) {
		f := findingOf(group)
		switch {
		case group[0].Severity != netcheck.SeverityInfo:
			action = append(action, f)
		case group[0].ID != "interrupted": // the banner says it
			info = append(info, f)
		}
	}
	return slices.Concat(action, proofNotes(r), info)
}

func findingOf(group []netcheck.Finding) Finding {
	first := group[0]
	f := Finding{Mark: present.SeverityMark(first.Severity), Title: forWindow(groupTitle(group)), Detail: forWindow(first.Detail), Advice: forWindow(first.Advice)}
	var paths []string
	for _, one := range group {
		if one.Path != netcheck.PathUnknown {
			paths = append(paths, one.Path.Title())
		}
		for _, e := range one.Evidence {
			if e.Name == "state" || e.Name == "reason" {
				continue // codes for programs: the sentence says them in words
			}
			name := evidenceName(e.Name)
			if len(group) > 1 {
				name = one.Path.Title() + ": " + name
			}
			f.Evidence = append(f.Evidence, [2]string{name, forWindow(e.Value)})
		}
	}
	f.Paths = strings.Join(paths, ", ")
	return f
}

// groupTitle is one title for findings that differ in their path only: "Direct and STUN are blocked".
func groupTitle(group []netcheck.Finding) string {
	var names []string
	rest := ""
	for i, f := range group {
		after, ok := strings.CutPrefix(f.Title, f.Path.Title())
		if !ok || i > 0 && after != rest {
			return titles(group)
		}
		names, rest = append(names, f.Path.Title()), after
	}
	if len(names) == 1 {
		return group[0].Title
	}
	if after, ok := strings.CutPrefix(rest, " is "); ok {
		rest = " are " + after
	}
	return list(names) + rest
}

func titles(group []netcheck.Finding) string {
	var out []string
	for _, f := range group {
		if !slices.Contains(out, f.Title) {
			out = append(out, f.Title)
		}
	}
	return strings.Join(out, "; ")
}

func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// evidenceName puts a field's name into words: "rtt_p95_ms" becomes "RTT p95 (ms)".
func evidenceName(name string) string {
	if name == "ci95" {
		return "95 % interval"
	}
	if p := netcheck.Path(name).Title(); p != netcheck.PathUnknown.Title() {
		return p
	}
	name, ms := strings.CutSuffix(name, "_ms")
	words := strings.Split(name, "_")
	for i, w := range words {
		if t, ok := evidenceWords[w]; ok {
			words[i] = t
		}
	}
	name = strings.Join(words, " ")
	if ms {
		name += " (ms)"
	}
	return name
}

var evidenceWords = map[string]string{"rtt": "RTT", "srtp": "SRTP", "datachannel": "data channel"}

// proofNotes tell what the proof of a path does not show; paths with the same note share one.
func proofNotes(r netcheck.Report) []Finding {
	var notes []Finding
	for _, p := range r.Paths {
		if p.Note == "" || !p.State.Measured() {
			continue
		}
		text := forWindow(p.Note)
		i := slices.IndexFunc(notes, func(f Finding) bool { return f.Detail == text })
		if i < 0 {
			notes = append(notes, Finding{Mark: present.SeverityMark(netcheck.SeverityInfo), Detail: text})
			i = len(notes) - 1
		}
		if notes[i].Paths != "" {
			notes[i].Paths += ", "
		}
		notes[i].Paths += p.Path.Title()
		notes[i].Title = "About the proof of " + notes[i].Paths
	}
	return notes
}
