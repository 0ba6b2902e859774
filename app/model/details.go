package model

import (
	"time"

	"echopath/app/present"
	"echopath/netcheck"
)

// Details is what the row of a path opens to.
func (t *trial) Details(path netcheck.Path) []Section {
	p, _ := t.report.Path(path)
	p.Path = path
	s := t.stage(path, time.Duration(0))
	if s < stageConnecting {
		return []Section{t.aheadSection(p, s)}
	}
	var out []Section
	for _, make := range []func(netcheck.PathReport) (Section, bool){t.whySection, proofSection, t.carrierSection, t.videoSection, t.callSection, loadSection,
		t.selfSection, filmSelfSection, stepSection} {
		if section, ok := make(p); ok {
			out = append(out, section)
		}
	}
	if len(out) == 0 {
		out = []Section{t.aheadSection(p, s)}
	}
	return out
}

// aheadSection says what a path is and what will be here.
func (t *trial) aheadSection(p netcheck.PathReport, s stage) Section {
	out := Section{Title: "What this path is", Intro: joined(pathHint(p.Path), t.noFigures(p, s))}
	out.Rows = [][]Cell{
		{{Text: "How it will be proved"}, {Text: proofWords(p.Path)}},
		{{Text: "What will be here"}, {Text: t.words.ahead}},
	}
	if s == stageNotChosen || s == stageUnfit {
		out.Rows = nil
	}
	return out
}

// proofWords says what has to hold before a result counts as this path's.
func proofWords(p netcheck.Path) string {
	switch p {
	case netcheck.PathDirect:
		return "Both ends must use an address of their own (host)."
	case netcheck.PathSTUN:
		return "Both ends must use the address that a STUN server saw (server-reflexive)."
	case netcheck.PathRelayTLS:
		return "Both ends must use an address of the relay, reached over TLS, with a handshake on record."
	case netcheck.PathRelayUDP, netcheck.PathRelayTCP:
		return "Both ends must use an address of the relay, reached by the asked protocol."
	}
	return ""
}

// whySection is there when a path has no figures, or none to be trusted.
func (t *trial) whySection(p netcheck.PathReport) (Section, bool) {
	why := t.why(p)
	if !ended(p) || why == "" {
		return Section{}, false
	}
	mark := present.StateMark(p, t.verdict.Paths[p.Path])
	s := Section{Title: "Why it is " + mark.Word, Intro: why}
	s.add("What to do", forWindow(t.advice(p)), "")
	s.add("Server", forWindow(p.Server), "")
	s.add("Cause", forWindow(p.Cause), "")
	s.add("Reason code", string(p.Code), "")
	return s, true
}

// advice is that of the finding about the path's state: it knows what the bare reason does not, such as that no network is
// involved.
func (t *trial) advice(p netcheck.PathReport) string {
	for _, f := range t.verdict.Findings {
		if f.Path == p.Path && f.Detail == p.Reason {
			return f.Advice
		}
	}
	return p.Advice
}

// add puts a name and a value into a table of two columns, unless there is nothing to say.
func (s *Section) add(name, value string, term present.Term) {
	if value == "" {
		return
	}
	hint := present.Define(term)
	s.Rows = append(s.Rows, []Cell{{Text: name, Hint: hint}, {Text: value, Hint: hint}})
}

// addBoth puts a line with a value for each end or carrier, unless all are empty.
func (s *Section) addBoth(name string, term present.Term, values ...string) {
	row := []Cell{{Text: name, Hint: present.Define(term)}}
	empty := true
	for _, v := range values {
		empty = empty && (v == "" || v == present.None)
		row = append(row, Cell{Text: orElse(v, present.None), Hint: present.Define(term)})
	}
	if !empty {
		s.Rows = append(s.Rows, row)
	}
}
