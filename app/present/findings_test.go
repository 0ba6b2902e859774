package present

import (
	"slices"
	"strings"
	"testing"
	"time"

	"echopath/app/present/presenttest"
	"echopath/netcheck"
)

// Findings that differ in their path only are told once, in the place of the first.
func TestGrouped(t *testing.T) {
	finding := func(id, detail string, p netcheck.Path) netcheck.Finding {
		return netcheck.Finding{ID: id, Severity: netcheck.SeverityWarning, Path: p, Title: p.Title(), Detail: detail}
	}
	groups := Grouped([]netcheck.Finding{
		finding("late", "a", netcheck.PathDirect), finding("rtt", "a", netcheck.PathDirect),
		finding("late", "a", netcheck.PathSTUN), finding("late", "b", netcheck.PathRelayUDP),
	})
	var got []string
	for _, g := range groups {
		var titles []string
		for _, f := range g {
			titles = append(titles, f.Title)
		}
		got = append(got, g[0].ID+" "+g[0].Detail+": "+strings.Join(titles, ", "))
	}
	if want := []string{"late a: Direct, STUN", "rtt a: Direct", "late b: Relay UDP"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Paths share a note, and what rtc says about a proxy on the way is worth knowing.
func TestNotes(t *testing.T) {
	const proxied = presenttest.StreamNote + " It leads through the HTTP proxy proxy.example:3128."
	run := presenttest.Play(func(s *presenttest.Stage, p netcheck.Path) {
		s.Start(p)
		note := map[netcheck.Path]string{netcheck.PathRelayTCP: proxied, netcheck.PathRelayTLS: proxied}[p]
		s.Connect(p, 61*time.Millisecond, note)
		s.Measure(p, presenttest.Ended, s.Carrier(netcheck.CarrierSRTP, presenttest.Series{RTT: 31_000}))
	})
	r, v := played(t, run, selfPlan(t, nil))
	notes := Notes(r, v)
	if len(notes) != 2 || notes[0] != "Relay TCP, Relay TLS: "+proxied || !strings.HasPrefix(notes[1], "This test stayed inside this computer. It shows") {
		t.Errorf("got %q", notes)
	}
	if _, text, _ := strings.Cut(Text(r, v), "Worth knowing"); !strings.Contains(strings.Join(strings.Fields(text), " "), "· "+notes[0]) {
		t.Errorf("not in the report:\n%s", text)
	}
}
