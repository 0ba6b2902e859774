package present

import (
	"regexp"
	"slices"
	"strings"

	"echopath/netcheck"
)

var (
	digits  = regexp.MustCompile(`[0-9]+([.,][0-9]+)*`)
	address = regexp.MustCompile(`[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+|:[0-9a-fA-F]*:`)
)

// alike puts groups together whose findings differ in their figures and their path only, as losses do that all paths have: a page has
// room for one telling, and the titles hold the figures. Where addresses stand in the details each is told, since they are what is to be
// opened.
func alike(groups [][]netcheck.Finding) [][]netcheck.Finding {
	var out [][]netcheck.Finding
	for _, g := range groups {
		i := slices.IndexFunc(out, func(o []netcheck.Finding) bool { return sameButFigures(o[0], g[0]) })
		if i < 0 {
			out = append(out, slices.Clone(g))
			continue
		}
		out[i] = append(out[i], g...)
	}
	return out
}

func sameButFigures(a, b netcheck.Finding) bool {
	if a.Path == netcheck.PathUnknown || b.Path == netcheck.PathUnknown || address.MatchString(a.Detail) || address.MatchString(b.Detail) {
		return false
	}
	if !digits.MatchString(a.Title) {
		return false
	}
	return a.ID == b.ID && a.Severity == b.Severity && a.Advice == b.Advice &&
		withoutFigures(a, a.Title) == withoutFigures(b, b.Title) && withoutFigures(a, firstSentence(a.Detail)) == withoutFigures(b, firstSentence(b.Detail))
}

func firstSentence(text string) string {
	first, _, _ := strings.Cut(text, ". ")
	return strings.TrimSuffix(first, ".")
}

func withoutFigures(f netcheck.Finding, text string) string {
	return digits.ReplaceAllString(strings.ReplaceAll(text, f.Path.Title(), ""), "#")
}

// detailOf is what a group of findings has to say beside its titles: the detail of the first, with its path where the others have other
// figures.
func detailOf(group []netcheck.Finding) string {
	first := group[0]
	if !slices.ContainsFunc(group, func(f netcheck.Finding) bool { return f.Detail != first.Detail }) {
		return first.Detail
	}
	return "On " + first.Path.Title() + ": " + first.Detail
}
