package present

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// constants reads the terms out of the source, so that none can be forgotten.
func constants(t *testing.T) []Term {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "glossary.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var all []Term
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Term" {
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, Term(text))
		}
		return true
	})
	return all
}

func TestDefine(t *testing.T) {
	const most = 240
	if all := constants(t); len(all) == 0 || !slices.Equal(Terms(), all) {
		t.Errorf("listed are %q, and there are %q", Terms(), all)
	}
	for _, term := range Terms() {
		text := Define(term)
		if n := utf8.RuneCountInString(text); n == 0 || n > most {
			t.Errorf("%s: %d characters, want 1 to %d", term, n, most)
		}
		if !strings.HasSuffix(text, ".") || strings.Contains(text, "  ") || strings.HasPrefix(text, " ") {
			t.Errorf("%s: not a sentence: %q", term, text)
		}
		if n := strings.Count(text+" ", ". "); n > 2 {
			t.Errorf("%s: %d sentences", term, n)
		}
	}
	if Define("no such term") != "" {
		t.Error("a word that is no term has a definition")
	}
}

// The limits that definitions name are those that paths are graded by.
func TestDefineLimits(t *testing.T) {
	grade := func(change func(*stats.Summary)) netcheck.Grade {
		s := stats.Summary{Total: stats.Loss{Sent: 10_000, Received: 10_000}}
		change(&s)
		path := netcheck.PathReport{Path: netcheck.PathDirect, State: netcheck.StateOK, Carriers: []netcheck.CarrierReport{
			{Carrier: netcheck.CarrierSRTP, Result: &netcheck.CarrierResult{Carrier: netcheck.CarrierSRTP, Stats: s}}}}
		return netcheck.Judge(netcheck.Report{Paths: []netcheck.PathReport{path}}).Paths[netcheck.PathDirect]
	}
	loss := func(d *stats.Direction, ratio float64) {
		*d = stats.Direction{Known: true, Loss: stats.Loss{RatioOK: true, LossRatio: ratio, CI95Low: ratio, CI95High: ratio}}
	}
	tests := []struct {
		term   Term
		limit  string
		at     func(*stats.Summary)
		above  func(*stats.Summary)
		better netcheck.Grade
	}{
		{TermLossOut, "1 %", func(s *stats.Summary) { loss(&s.Up, 0.01) }, func(s *stats.Summary) { loss(&s.Up, 0.0101) }, netcheck.GradeGood},
		{TermLossOut, "3 %", func(s *stats.Summary) { loss(&s.Up, 0.03) }, func(s *stats.Summary) { loss(&s.Up, 0.0301) }, netcheck.GradeFair},
		{TermLossBack, "1 %", func(s *stats.Summary) { loss(&s.Down, 0.01) }, func(s *stats.Summary) { loss(&s.Down, 0.0101) }, netcheck.GradeGood},
		{TermLossBack, "3 %", func(s *stats.Summary) { loss(&s.Down, 0.03) }, func(s *stats.Summary) { loss(&s.Down, 0.0301) }, netcheck.GradeFair},
		{TermLate, "1 %", func(s *stats.Summary) { s.Late = 100 }, func(s *stats.Summary) { s.Late = 101 }, netcheck.GradeGood},
		{TermRTTp95, "300 ms", func(s *stats.Summary) { s.RTT = stats.RTT{OK: true, P95US: 300_000} },
			func(s *stats.Summary) { s.RTT = stats.RTT{OK: true, P95US: 300_001} }, netcheck.GradeGood},
	}
	for _, tt := range tests {
		if at, above := grade(tt.at), grade(tt.above); at != tt.better || above == tt.better || !strings.Contains(strings.ToLower(Define(tt.term)), "above "+tt.limit) {
			t.Errorf("%s: %s at %s and %s above it; it says %q", tt.term, at, tt.limit, above, Define(tt.term))
		}
	}
}

// The titles of paths and carriers are terms.
func TestDefineTitles(t *testing.T) {
	for _, p := range netcheck.AllPaths() {
		if Define(Term(p.Title())) == "" {
			t.Errorf("%s has no definition", p.Title())
		}
	}
	for _, c := range netcheck.AllCarriers() {
		if Define(Term(c.Title())) == "" {
			t.Errorf("%s has no definition", c.Title())
		}
	}
}
