package netcheck

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// givenReport is of a session for which nothing but some URLs were given.
func givenReport(urls []string, results ...NetResult) Report {
	r := networkReport(results...)
	r.Plan.Target, r.Plan.Network.Servers = Target{}, servers(urls...)
	r.Granted = r.Plan
	return r
}

// forced are a report's results that come from places that were not given: they say what works, or nothing.
func forced(rng *rand.Rand, host string) []NetResult {
	var out []NetResult
	for _, r := range []NetResult{udp(host, 443), udp(host, 3478), turn("tcp", host, 443), turn("tcp", host, 3478), turn("tls", host, 5349), turn("tls", host, 443), turn("dtls", host, 5349)} {
		switch rng.IntN(3) {
		case 0:
			out = append(out, r)
		case 1:
			untried(&r)
			out = append(out, r)
		}
	}
	return out
}

// Places that nobody gave make no grade, be what was given in whatever state.
func TestExtraPlacesNeverGrade(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 1))
	seen := map[Grade]int{}
	for _, urls := range [][]string{{"turn:" + own}, {"turn:" + own + "?transport=tcp"}, {"turns:" + own + ":443"}, {"turn:" + own + ":3499"}, {"stun:" + own},
		{"turn:" + own, "turns:" + own + ":443"}, {"turn:" + own, "turn:" + second}} {
		for range 60 {
			var given []NetResult
			for _, s := range servers(urls...) {
				transport := s.URL.Transport
				if s.URL.Scheme == SchemeTURNS {
					transport = "tls"
				}
				how := []answer{fine, mute, rejects, says(NetFailed, ReasonAuth), says(NetFailed, ReasonTLSUntrusted)}[rng.IntN(5)]
				if transport == "udp" {
					given = append(given, udp(s.URL.Host, s.URL.Port, []answer{fine, mute, rejects}[rng.IntN(3)]))
				}
				if s.URL.Scheme != SchemeSTUN {
					given = append(given, turn(transport, s.URL.Host, s.URL.Port, how))
				}
			}
			alone := Judge(givenReport(urls, given...))
			more := slices.Clone(given)
			for _, r := range forced(rng, own) {
				if !slices.ContainsFunc(given, func(o NetResult) bool { return o.Kind == r.Kind && o.Transport == r.Transport && o.Port == r.Port }) {
					more = append(more, r)
				}
			}
			beside := givenReport(urls, more...)
			v := Judge(beside)
			checkNetworkWords(t, beside, v)
			seen[v.Grade]++
			if v.Grade != alone.Grade {
				t.Fatalf("%q: %s alone, %s with others:%s\n%s", urls, alone.Grade, v.Grade, brief(more), v.Sentence)
			}
			noContradiction(t, beside, v)
		}
	}
	for _, g := range []Grade{GradeGood, GradeFair, GradeFailed} {
		if seen[g] < 10 {
			t.Errorf("only %d are %q", seen[g], g)
		}
	}
}

// noContradiction tells of a whole that says two things.
func noContradiction(t *testing.T, r Report, v Verdict) {
	t.Helper()
	whole := v.Sentence
	for _, f := range v.Findings {
		whole += "\n" + f.Title + ". " + f.Detail
	}
	low := strings.ToLower(whole)
	switch {
	case v.Grade == GradeFailed && strings.Contains(low, "calls will work"):
		t.Fatalf("it failed, and yet calls will work: %s", whole)
	case slices.Contains(gradeOrder, v.Grade) && strings.Contains(low, "will not work"):
		t.Fatalf("it is %s, and yet they will not: %s", v.Grade, whole)
	case v.Grade == GradeFailed && len(v.Findings) == 0:
		t.Fatalf("it failed, and nothing says why: %s", whole)
	case len(r.Paths) > 0 && strings.Contains(low, "calls will work"):
		t.Fatalf("paths were measured, and yet the probes say how calls will go: %s", whole)
	}
	for _, p := range viewNetwork(r).faults() {
		if slices.Contains(gradeOrder, v.Grade) && v.Grade == GradeGood {
			t.Fatalf("%s is at fault, and the network is good: %s", p.words(), whole)
		}
	}
}

// Whatever the probes found, the headline, the findings and the paths say one thing.
func TestHeadlineNeverContradicts(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 2))
	for range 300 {
		results := randomResults(rng)
		r := networkReport(results...)
		noContradiction(t, r, Judge(r))
		failed := withPaths(results, endedPath(PathRelayUDP, ReasonNoAnswer), endedPath(PathSTUN, ReasonNoAnswer))
		noContradiction(t, failed, Judge(failed))
	}
}

// What the headline says of what was given.
func TestHeadlineIsAboutWhatWasGiven(t *testing.T) {
	u := "turn:" + own
	tls := "turns:" + own + ":443"
	answeredOnce := func(r *NetResult) { r.Steps = []NetStep{{Name: NetStepChallenge, OK: true, Code: 401}} }
	noOne := func(r *NetResult) { r.Steps = []NetStep{{Name: NetStepChallenge, OK: true, Code: 401}} }
	lookup := about(ProbeDNS, public, says(NetBlocked, ReasonNameNotFound))
	wants := proxyResult(says(NetBlocked, ReasonProxyAuth), status(407, "Basic"))
	for _, tt := range []struct {
		name    string
		urls    []string
		results []NetResult
		grade   Grade
		says    []string
		not     []string
	}{
		{"only a port that nobody gave is open", []string{u}, []NetResult{udp(own, 3478, mute), turn("udp", own, 3478, mute), turn("tcp", own, 443)}, GradeFailed,
			[]string{"Calls will not work from here with what was given. UDP is blocked", "TCP to port 443 of the same server (turn.example.com) works: add turn:turn.example.com:443?transport=tcp to the application."}, nil},
		{"turns alone", []string{tls}, []NetResult{turn("tls", own, 443), udp(own, 3478), udp(own, 443)}, GradeGood, []string{"Calls will work over TLS to port 443", "UDP passes too"}, []string{"usual ports"}},
		{"a port that nobody listens on", []string{u + ":3499"}, []NetResult{udp(own, 3499, rejects), turn("udp", own, 3499, rejects), udp(own, 3478), udp(own, 443), turn("tcp", own, 443)}, GradeFailed,
			[]string{"UDP to port 3478 of the same server (turn.example.com) is answered: try turn:turn.example.com:3478 in the application (port 3499 may be a slip)."}, nil},
		{"a strange certificate", []string{tls}, []NetResult{turn("tls", own, 443, says(NetFailed, ReasonTLSUntrusted)), turn("tcp", own, 443)}, GradeFailed,
			[]string{"shows a certificate that this computer does not trust", "add turn:turn.example.com:443?transport=tcp"}, nil},
		{"a strange certificate beside UDP", []string{u, tls}, []NetResult{udp(own, 3478), turn("udp", own, 3478), turn("tls", own, 443, says(NetFailed, ReasonTLSUntrusted))}, GradeFair,
			[]string{"A relay works over UDP", "But TLS to port 443 of turn.example.com does not work: turn.example.com shows a certificate that this computer does not trust."}, nil},
		{"one server of two is down", []string{u, "turn:" + second}, []NetResult{udp(own, 3478), turn("udp", own, 3478), udp(second, 3478, mute), turn("udp", second, 3478, mute)}, GradeFair,
			[]string{"But UDP to port 3478 of turn2.example.net does not work: the server is down, or can not be reached from here."}, []string{"Note:"}},
		{"one name of two is mistyped", []string{u, "turn:" + second}, []NetResult{about(ProbeDNS, own), about(ProbeDNS, second, says(NetBlocked, ReasonNameNotFound)), udp(own, 3478), turn("udp", own, 3478),
			udp(second, 3478, says(NetNotTested, ReasonNameNotFound)), turn("udp", second, 3478, says(NetNotTested, ReasonNameNotFound))}, GradeFair,
			[]string{"turn2.example.net does not work: the name turn2.example.net is not found here."}, []string{"Note:"}},
		{"a wrong password", []string{u}, []NetResult{udp(own, 3478), turn("udp", own, 3478, says(NetFailed, ReasonAuth), code(401)), udp(own, 443)}, GradeFailed,
			[]string{"turn.example.com does not accept user or password."}, []string{"in the application", "Calls will not work"}},
		{"no password", []string{u}, []NetResult{udp(own, 3478), turn("udp", own, 3478, says(NetFailed, ReasonAuth), noOne)}, GradeFailed, []string{"wants user and password, and none were given."}, []string{"does not accept"}},
		{"a proxy that wants a user", []string{tls}, []NetResult{wants, turn("tls", own, 443, says(NetBlocked, ReasonProxyAuth), viaProxy)}, GradeFailed,
			[]string{"The proxy proxy.example.com:3128 wants a user and password. Calls will not work from here with what was given."}, []string{"No server answers"}},
		{"packets are lost", []string{u}, []NetResult{udp(own, 3478, lostOf(3, 1)), turn("udp", own, 3478, lostOf(9, 3))}, GradeFair, []string{"Packets are lost on the way (4 of 16 packets that asked over UDP got no answer), so calls will be bad. A relay works over UDP"}, nil},
		{"loss, and a relay that fell silent", []string{u, tls}, []NetResult{udp(own, 3478, lostOf(3, 2)), turn("udp", own, 3478, lostOf(4, 2), says(NetFailed, ReasonNoAnswer), answeredOnce), turn("tls", own, 443)}, GradePoor,
			[]string{"Packets are lost on the way", "A relay works over TLS to port 443"}, []string{"with an error", "does not work"}},
		{"few questions lost, and a relay that fell silent", []string{u}, []NetResult{udp(own, 3478, lostOf(3, 1)), turn("udp", own, 3478, lostOf(6, 1), says(NetDegraded, ReasonNoAnswer))}, GradeFair,
			[]string{"A relay is granted over UDP at turn.example.com, and does not work in full.", "turn.example.com answers, and is then silent to a later request"}, []string{"Packets are lost", "with an error"}},
		{"a few sent again", []string{u}, []NetResult{udp(own, 3478, lostOf(3, 1)), turn("udp", own, 3478, lostOf(9, 1))}, GradeGood, nil, []string{"lost"}},
		{"a short silence, which meets each probe once", []string{u, "turn:" + second}, []NetResult{udp(own, 3478, lostOf(3, 1)), turn("udp", own, 3478, lostOf(9, 1)), udp(second, 3478, lostOf(3, 1)), turn("udp", second, 3478, lostOf(9, 1))}, GradeGood, nil, []string{"lost"}},
		{"a relay by which no packet passed", []string{u}, []NetResult{udp(own, 3478), turn("udp", own, 3478, says(NetDegraded, ReasonNoData))}, GradeFair, []string{"grants relays, and no packet came through them"}, nil},
		{"public names that are not known here", []string{"stun:" + public}, []NetResult{lookup, udp(public, 3478, says(NetNotTested, ReasonNameNotFound))}, GradeInconclusive,
			[]string{"could not be looked up here", "Many company networks"}, []string{"not work"}},
		{"and no network at all", []string{"stun:" + public}, []NetResult{probe(ProbeInterfaces, says(NetFailed, ReasonNoRoute)), lookup, udp(public, 3478, says(NetNotTested, ReasonNameNotFound))}, GradeFailed,
			[]string{"Calls will not work from here. This computer has no way to the Internet."}, []string{"is not found"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := givenReport(tt.urls, tt.results...)
			for i, s := range r.Granted.Network.Servers {
				r.Granted.Network.Servers[i].Public = s.URL.Host == public
			}
			v := Judge(r)
			checkNetworkWords(t, r, v)
			noContradiction(t, r, v)
			if v.Grade != tt.grade {
				t.Errorf("%s, want %s: %s %q", v.Grade, tt.grade, v.Sentence, ids(v))
			}
			for _, s := range tt.says {
				if !strings.Contains(v.Sentence, s) {
					t.Errorf("%q is not in %s", s, v.Sentence)
				}
			}
			for _, s := range tt.not {
				if strings.Contains(v.Sentence, s) {
					t.Errorf("%q is in %s", s, v.Sentence)
				}
			}
		})
	}
}

// Names that the program brought are nobody's spelling.
func TestPublicNamesAreNotMisspelt(t *testing.T) {
	r := givenReport([]string{"stun:" + public}, about(ProbeDNS, public, says(NetBlocked, ReasonNameNotFound)), udp(public, 3478, says(NetNotTested, ReasonNameNotFound)))
	r.Granted.Network.Servers[0].Public = true
	v := Judge(r)
	if whole := fmt.Sprint(v.Findings); strings.Contains(whole, "spelling") || !strings.Contains(whole, "do not resolve outside names") {
		t.Error(whole)
	}
}

// How often chance alone, with 1 % lost each way, looks like loss, and how often much loss does, for the dozen questions to one server.
func TestLossIsSeldomSeenByChance(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 3))
	seen := func(p float64) float64 {
		q, n, hits := 1-(1-p)*(1-p), 20000, 0
		for range n {
			lose := func(of int) int {
				lost := 0
				for range of {
					if rng.Float64() < q {
						lost++
					}
				}
				return lost
			}
			v := viewNetwork(givenReport([]string{"turn:" + own}, udp(own, 3478, lostOf(3, lose(3))), turn("udp", own, 3478, lostOf(9, lose(9)))))
			if _, yes := v.loses(); yes {
				hits++
			}
		}
		return float64(hits) / float64(n)
	}
	if chance := seen(0.01); chance > 0.004 {
		t.Errorf("1 %% of loss is taken for much in %.3f of the runs", chance)
	}
	if much := seen(0.4); much < 0.95 {
		t.Errorf("40 %% of loss is seen in %.3f of the runs alone", much)
	}
}
