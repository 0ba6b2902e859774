package netcheck

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// wrongs are the states of a result, from right to wrong.
var wrongs = []NetState{NetOK, NetDegraded, NetBlocked, NetFailed}

// codesOf are reasons that a kind of probe may give for a state that is not ok.
func codesOf(k ProbeKind) []ReasonCode {
	switch k {
	case ProbeUDP:
		return []ReasonCode{ReasonNoAnswer, ReasonRefused, ReasonUnreachable, ReasonNotSTUN, ReasonServerError, ReasonNone, ReasonLocal}
	case ProbeTURN:
		return []ReasonCode{ReasonNoAnswer, ReasonRefused, ReasonUnreachable, ReasonNotSTUN, ReasonServerError, ReasonAuth, ReasonExpired, ReasonQuota, ReasonNoCapacity,
			ReasonPeerRefused, ReasonTLSFailed, ReasonTLSName, ReasonTLSPin, ReasonTLSUntrusted, ReasonProxyAuth, ReasonProxyRefused, ReasonNameNotFound, ReasonNoFamily,
			ReasonDTLS, ReasonNoData, ReasonLinkLost, ReasonNone, ReasonLocal}
	case ProbeDNS:
		return []ReasonCode{ReasonNameNotFound, ReasonNameTimeout, ReasonDNSFilter, "split_dns"}
	case ProbeTLS:
		return []ReasonCode{ReasonTLSPin, ReasonIntercepted, ReasonTLSUntrusted, ReasonTLSName, ReasonTLSFailed, ReasonNoAnswer}
	case ProbeProxy:
		return []ReasonCode{ReasonProxyAuth, ReasonProxyRefused, ReasonNoAnswer}
	case ProbePortal:
		return []ReasonCode{ReasonPortal}
	case ProbeInterfaces:
		return []ReasonCode{ReasonNoAddress, ReasonNoRoute, "no_ipv4"}
	}
	return []ReasonCode{ReasonNoAnswer, ReasonServerError, ReasonNone, "odd"}
}

// randomResult changes a result to any of its kind.
func randomResult(rng *rand.Rand, r NetResult) NetResult {
	r.State = append(slices.Clone(wrongs), NetNotTested, NetRunning)[rng.IntN(6)]
	r.Code = ReasonNone
	if codes := codesOf(r.Kind); r.State != NetOK && r.State != NetRunning {
		r.Code = codes[rng.IntN(len(codes))]
	}
	some := func() bool { return rng.IntN(2) == 0 }
	switch {
	case r.Kind == ProbeProxy && some():
		r.Facts.Proxy = &ProxyFacts{Address: "proxy.example.com:3128", From: "system", Status: []int{0, 200, 403, 407, 502}[rng.IntN(5)]}
	case r.Kind == ProbeMTU:
		r.Facts.MTU, r.Facts.MTULost = rng.IntN(1501), rng.IntN(2)*1508
	case r.Kind == ProbeClock:
		r.Facts.Skew = time.Duration(rng.IntN(400)-200) * time.Second
	case r.Kind == ProbeInterfaces:
		r.Facts.Interfaces = []InterfaceFacts{{Name: "eth0", Addresses: []string{"192.168.1.17/24"}, Default4: some(), Default6: some(), VPN: []Tri{Unknown, Yes, No}[rng.IntN(3)]}}
	case r.Kind == ProbeRate:
		r.Facts.LimitKbps, r.Facts.ManyKbps = float64(rng.IntN(2))*rng.Float64()*4000, rng.Float64()*4000
	case r.Kind == ProbeTURN:
		r.Facts.RTT, r.Facts.Expired = time.Duration(rng.IntN(300))*ms, time.Duration(rng.IntN(3)-1)*time.Hour
		r.Steps = []NetStep{{Name: string(StepDial), OK: some()}, {Name: NetStepAllocate, OK: r.State == NetOK, Code: []int{0, 400, 401, 438, 442, 486, 508}[rng.IntN(7)]}}
		if r.Transport != "udp" && rng.IntN(4) == 0 {
			r.Facts.Proxy = &ProxyFacts{Address: "proxy.example.com:3128"}
		}
	case r.Kind == ProbeNAT && some():
		behaviors := []Behavior{BehaviorNotTested, BehaviorNone, BehaviorEndpointIndependent, BehaviorAddressDependent, BehaviorAddressAndPortDependent,
			BehaviorIndependentOrAddress, BehaviorDependent, BehaviorNotSeenToVary}
		r.Facts.NAT = &NATBehavior{Family: Family4, NAT: []Tri{Unknown, Yes, No}[rng.IntN(3)], Mapping: behaviors[rng.IntN(8)], Filtering: behaviors[rng.IntN(8)],
			Local: "192.168.1.17:5000", Mapped: []string{"", "100.64.1.1:5", "10.0.0.1:5", "198.51.100.4:5", "192.168.1.17:5000"}[rng.IntN(5)],
			SharedAddress: some(), PrivateMapped: some(), SeveralAddresses: some(), Hairpin: No}
	case r.Kind == ProbeLifetime || r.Kind == ProbeIdle:
		r.Facts.AtLeast, r.Facts.AtMost = time.Duration(rng.IntN(30))*time.Second, time.Duration(rng.IntN(90))*time.Second
	case r.Kind == ProbeDSCP:
		r.Facts.DSCPSent, r.Facts.DSCPArrived = 46, rng.IntN(48)-1
	case r.Kind == ProbeNAT64 && some():
		r.Facts.Prefix = "64:ff9b::/96"
	}
	return r
}

// randomResults are some of all the results that there can be, each in a random state.
func randomResults(rng *rand.Rand) []NetResult {
	all := append(healthy(), turn("udp", second, 3478), turn("tcp", second, 3478), turn("tcp", own, 443), udp(second, 3478), to(ProbeTLS, "tls", own, 443),
		probe(ProbeLifetime), probe(ProbeIdle), probe(ProbeRate), probe(ProbeIPv6), probe(ProbeNAT64))
	keep := rng.Float64()
	var out []NetResult
	for _, r := range all {
		if rng.Float64() < keep {
			out = append(out, randomResult(rng, r))
		}
	}
	return out
}

// rankOf orders grades from good to failed; -1 for one that says nothing.
func rankOf(g Grade) int {
	return slices.Index([]Grade{GradeGood, GradeFair, GradePoor, GradeFailed}, g)
}

// Whatever the probes found there is a grade, a sentence, and findings in whole words. And where one result gets worse, the grade never gets
// better; nor does it when one that was right becomes unknown.
func TestNetworkGradesHaveNoGapsAndAreMonotonic(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 5))
	seen := map[Grade]int{}
	for range 600 {
		results := randomResults(rng)
		r := networkReport(results...)
		v := Judge(r)
		checkNetworkWords(t, r, v)
		seen[v.Grade]++
		if rankOf(v.Grade) < 0 && v.Grade != GradeInconclusive {
			t.Fatalf("no grade: %q for %+v", v.Grade, results)
		}
		if len(results) == 0 {
			continue
		}
		i := rng.IntN(len(results))
		worse, ok := worsened(rng, results[i])
		if !ok {
			continue
		}
		after := gradeNetwork(viewNetwork(networkReport(changed(results, worse)...)))
		before, now := rankOf(v.Grade), rankOf(after)
		switch {
		case now >= before && now >= 0, now < 0 && before < 0, now < 0 && worse.State == NetNotTested:
		case before < 0 && after == GradeFailed:
		default:
			t.Fatalf("%s, %s to %s (%s): the grade goes from %q to %q with %s", results[i].ID, results[i].State, worse.State, worse.Code, v.Grade, after, brief(results))
		}
		if before < 0 && now >= 0 && after != GradeFailed {
			t.Fatalf("nothing was known, and a worse result makes it %q", after)
		}
		if t.Failed() {
			t.Fatalf("with %s", brief(results))
		}
	}
	for _, g := range []Grade{GradeGood, GradeFair, GradePoor, GradeFailed, GradeInconclusive} {
		if seen[g] < 5 {
			t.Errorf("only %d of the reports are %q", seen[g], g)
		}
	}
}

// extras are questions that the plan does not name: they end as not tested where they are not answered.
var extras = []string{"udp:udp:turn.example.com:443", "turn:tcp:turn.example.com:443", "turn:dtls:turn.example.com:5349"}

// worsened gives a result a worse state, or takes one that was right away. ok is false if there is none.
func worsened(rng *rand.Rand, r NetResult) (NetResult, bool) {
	at := slices.Index(wrongs, r.State)
	if at < 0 {
		return r, false
	}
	// What this computer or a proxy does is no worse than what the network or the server does: it is something else.
	elsewhere := []ReasonCode{ReasonLocal, ReasonNoFamily, ReasonProxyAuth, ReasonProxyRefused}
	codes := slices.DeleteFunc(codesOf(r.Kind), func(c ReasonCode) bool {
		return slices.Contains(elsewhere, c) && (r.Kind == ProbeUDP || r.Kind == ProbeTURN)
	})
	r.Code = codes[rng.IntN(len(codes))]
	if at < 2 && rng.IntN(4) == 0 || slices.Contains(extras, r.ID) {
		r.State = NetNotTested
		return r, true
	}
	if at == len(wrongs)-1 {
		return r, false
	}
	r.State = wrongs[at+1+rng.IntN(len(wrongs)-at-1)]
	return r, true
}

func brief(results []NetResult) string {
	s := ""
	for _, r := range results {
		s += fmt.Sprintf("\n%s %s %s", r.ID, r.State, r.Code)
	}
	return s
}

// All combinations of the ways that calls may take, and of a place that was not given.
func TestNetworkGradeOfEachCombination(t *testing.T) {
	states := []answer{fine, says(NetDegraded, ""), mute, says(NetFailed, ReasonAuth), says(NetNotTested, ReasonCancelled), nil}
	n := 0
	for u, udpHow := range states {
		for _, extra := range states {
			for s, tcpHow := range states {
				for p, proxyHow := range states {
					var results []NetResult
					add := func(how answer, make func(...answer) NetResult) {
						if how != nil {
							results = append(results, make(how))
						}
					}
					add(udpHow, func(a ...answer) NetResult { return udp(own, 3478, a...) })
					add(extra, func(a ...answer) NetResult { return udp(own, 443, a...) })
					add(tcpHow, func(a ...answer) NetResult { return turn("tcp", own, 3478, a...) })
					add(proxyHow, func(a ...answer) NetResult { return turn("tls", own, 443, append(a, viaProxy)...) })
					works := func(i int) bool { return i < 2 }
					tried := func(i int) bool { return i == 2 || i == 3 }
					saysNo := func(i int) bool { return i == 3 } // a proxy that is silent is no fault of the place
					want := GradeInconclusive
					switch relay := works(s) || works(p); { // the extra place never decides
					case !relay && (tried(s) || tried(p)):
						want = GradeFailed
					case works(u) && (tried(s) || saysNo(p)), works(s) && (tried(u) || saysNo(p)):
						want = GradeFair
					case works(u), works(s):
						want = GradeGood
					case works(p):
						want = GradePoor
					case tried(u):
						want = GradeFailed
					}
					n++
					if got := gradeNetwork(viewNetwork(networkReport(results...))); got != want {
						t.Errorf("%q, want %q with%s", got, want, brief(results))
					}
				}
			}
		}
	}
	if n != 6*6*6*6 {
		t.Errorf("%d combinations", n)
	}
}

// A report that is not whole yet is not failed for what has not come.
func TestNetworkGradeBeforeTheEnd(t *testing.T) {
	r := networkReport(udp(own, 3478, mute))
	r.Network.Ended, r.Ended = false, EndedCancelled
	r.Network.Planned = append(r.Network.Planned, NetPlanned{ID: "turn:tcp:turn.example.com:3478", Kind: ProbeTURN})
	if v := Judge(r); v.Grade != GradeInconclusive || v.Sentence != "The test was stopped before its end. Too little is known yet to judge the network." {
		t.Errorf("%s: %s", v.Grade, v.Sentence)
	}
	r.Network.Results = []NetResult{udp(own, 3478)}
	if v := Judge(r); v.Grade != GradeGood {
		t.Errorf("%s: %s", v.Grade, v.Sentence)
	}
	r.Ended = EndedUnknown
	if v := Judge(r); v.Grade != GradeInconclusive || v.Sentence != "The network is being tested." || len(v.Findings) > 0 {
		t.Errorf("under way: %s: %s, %q", v.Grade, v.Sentence, ids(v))
	}
	r.Network.Planned[1] = NetPlanned{ID: "lifetime", Kind: ProbeLifetime} // minutes, in which the rest can be told
	if v := Judge(r); v.Grade != GradeGood {
		t.Errorf("the long ones are under way: %s: %s", v.Grade, v.Sentence)
	}
	none := networkReport()
	none.Network = nil
	if v := Judge(none); v.Grade != GradeInconclusive {
		t.Errorf("no probe ran: %s", v.Grade)
	}
}

// Nothing is wrong with a network in order, whatever of it was asked.
func TestHealthyNetworkHasNothingAboveInfo(t *testing.T) {
	all := healthy()
	for i := range all {
		results := slices.Delete(slices.Clone(all), i, i+1)
		for _, r := range []Report{networkReport(results...), networkReport(all...)} {
			v := Judge(r)
			checkNetworkWords(t, r, v)
			for _, f := range v.Findings {
				if f.Severity != SeverityInfo || f.ID == netOther {
					t.Errorf("without %s: %s %s: %s", all[i].ID, f.Severity, f.ID, f.Detail)
				}
			}
			if v.Grade != GradeGood {
				t.Errorf("without %s: %s", all[i].ID, v.Grade)
			}
		}
	}
}

func TestNetworkSentences(t *testing.T) {
	mapping := func(b Behavior) NetResult { return nat(func(n *NATBehavior) { n.Mapping = b }) }
	for _, tt := range []struct {
		results []NetResult
		want    string
	}{
		{healthy(), "Calls can go directly: UDP passes, and the NAT keeps one port for all destinations. A relay works over UDP at turn.example.com."},
		{changed(healthy(), nat(func(n *NATBehavior) { n.NAT, n.Mapping = No, BehaviorNone })), "Calls can go directly: UDP passes, and no NAT lies between. A relay works over UDP at turn.example.com."},
		{changed(healthy(), mapping(BehaviorDependent)), "UDP passes, and the NAT gives each destination a port of its own: most calls need a relay, and one works over UDP at turn.example.com."},
		{[]NetResult{udp(own, 3478), mapping(BehaviorAddressDependent)}, "UDP passes, and the NAT gives each destination a port of its own: most calls need a relay, and none was tested."},
		{[]NetResult{udp(own, 3478), mapping(BehaviorNotSeenToVary)}, "Calls can go directly as it seems: UDP passes, and the NAT was not seen to give destinations ports of their own. No relay was tested."},
		{[]NetResult{udp(own, 3478), mapping(BehaviorNotTested)}, "UDP passes. The servers at hand could not decide what the NAT does for calls. No relay was tested."},
		{changed(udpBlocked(mute), turn("tcp", own, 3478, mute)), "UDP is blocked here; calls will work over TLS to port 443 of turn.example.com. But TCP to port 3478 of turn.example.com does not work: only TCP port 443 is open."},
		{[]NetResult{turn("tls", own, 443)}, "Calls will work over TLS to port 443 of turn.example.com; whether UDP passes was not tested."},
		{[]NetResult{udp(second, 3478, mute), turn("tls", own, 443)}, "No answer came over UDP from what was given; calls will work over TLS to port 443 of turn.example.com."},
		{[]NetResult{turn("tls", own, 443, viaProxy), turn("udp", own, 3478, mute)}, "Only a proxy lets connections out; calls will work over TLS to port 443 of turn.example.com through the proxy proxy.example.com:3128."},
		{[]NetResult{proxyResult(status(200)), udp(own, 3478, mute)}, "Only a proxy lets connections out; no relay was tested through it."},
		{changed(healthy(), everyTURN(says(NetFailed, ReasonAuth))...), "UDP passes, so some calls may go directly, but calls that need a relay will not work: none of those given works. turn.example.com does not accept user or password."},
		{changed(healthy(), everyTURN(mute)[0], everyTURN(says(NetFailed, ReasonAuth))[1], everyTURN(mute)[2]), "UDP passes, so some calls may go directly, but calls that need a relay will not work: none of those given works. turn.example.com does not accept user or password."},
		{changed(healthy(), mtu(1100)), "Calls can go directly: UDP passes, and the NAT keeps one port for all destinations. A relay works over UDP at turn.example.com. But packets above 1100 bytes are lost."},
		{changed(healthy(), rate(100, 0)), "Calls can go directly: UDP passes, and the NAT keeps one port for all destinations. A relay works over UDP at turn.example.com. But each connection is held to a low rate."},
		{changed(udpBlocked(mute), udp(own, 443), turn("tcp", own, 3478, mute)), "No answer came over UDP from what was given; calls will work over TLS to port 443 of turn.example.com. UDP to port 443 of the same server (turn.example.com) is answered: try turn:turn.example.com:443 in the application. But TCP to port 3478 of turn.example.com does not work: no answer."},
		{changed(nothing(mute), udp(public, 3478, mute)), "Calls will not work from here with what was given. No Internet by UDP from here."},
		{changed(nothing(mute), proxyResult(says(NetBlocked, ReasonProxyRefused), status(403))), "The proxy proxy.example.com:3128 forbids connections to turn.example.com. Calls will not work from here with what was given. No Internet by UDP from here."},
		{[]NetResult{udp(own, 3478, says(NetNotTested, ReasonCancelled))}, "Nothing could be decided about the network."},
	} {
		if got := Judge(networkReport(tt.results...)).Sentence; got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}
