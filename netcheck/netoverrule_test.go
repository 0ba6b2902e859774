package netcheck

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"echopath/netcheck/stats"
)

// withPaths is a report of network probes and of paths.
func withPaths(results []NetResult, paths ...PathReport) Report {
	r := networkReport(results...)
	r.Granted.Network.Only = false
	r.Granted.Loss = quick()
	r.Granted.Loss.LateAfter = testLateAfter
	r.Plan, r.Paths = r.Granted, paths
	return r
}

// by is a path that worked by a server.
func by(p Path, server string, change ...func(*PathReport)) PathReport {
	pr := goodPath(p, 20*ms)
	pr.Server, pr.NATBetween, pr.Family = server, Yes, Family4
	for _, c := range change {
		c(&pr)
	}
	return pr
}

func hasID(v Verdict, id string) bool {
	return slices.ContainsFunc(v.Findings, func(f Finding) bool { return f.ID == id })
}

// overruled gives the rules that a path contradicted.
func overruled(v Verdict) []string {
	var out []string
	for _, f := range v.Findings {
		if f.ID == netOverruled {
			out = append(out, f.Evidence[0].Value)
		}
	}
	return out
}

// A path that was really measured counts more than a probe: what it contradicts is said together with it, and is no trouble.
func TestPathsOverruleProbes(t *testing.T) {
	udpURL, tcpURL, tlsURL := "turn:"+own+":3478?transport=udp", "turn:"+own+":3478?transport=tcp", "turns:"+own+":443?transport=tcp"
	throughProxy := func(p *PathReport) { p.Local.Local.ViaProxy = "proxy.example.com:3128" }
	v6 := func(p *PathReport) { p.Family = Family6 }
	dead := changed(nothing(mute), udp(public, 3478))
	for _, tt := range []struct {
		name    string
		results []NetResult
		path    PathReport
		over    string // contradicted
		stays   string // not contradicted
	}{
		{"UDP worked", udpBlocked(mute), by(PathRelayUDP, udpURL), "net_udp_dropped", ""},
		{"by STUN", udpBlocked(rejects), by(PathSTUN, "stun:"+public+":3478"), "net_udp_rejected", ""},
		{"TCP worked, which is what the probes say", udpBlocked(mute), by(PathRelayTCP, tcpURL), "", "net_udp_dropped"},
		{"something answered after all", changed(nothing(mute), udp(public, 3478, mute)), by(PathRelayTLS, tlsURL), "net_no_udp_internet", ""},
		{"and where it was undecided", []NetResult{udp(own, 3478, mute)}, by(PathRelayUDP, udpURL), "net_no_answer", ""},
		{"the server is not dead", dead, by(PathRelayTCP, tcpURL), "net_server_down", ""},
		{"another one is another one", dead, by(PathRelayTCP, "turn:"+second+":3478?transport=tcp"), "", "net_server_down"},
		{"the password was good", changed(healthy(), everyTURN(says(NetFailed, ReasonAuth))...), by(PathRelayUDP, udpURL), "net_wrong_password", ""},
		{"STUN needs none", changed(healthy(), everyTURN(says(NetFailed, ReasonAuth))...), by(PathSTUN, udpURL), "", "net_wrong_password"},
		{"not only 443", changed(udpBlocked(mute), turn("tcp", own, 3478, mute)), by(PathRelayTCP, tcpURL), "net_only_443", "net_udp_dropped"},
		{"not only the proxy", changed(nothing(mute), proxyResult(status(200)), turn("tls", own, 443, viaProxy)), by(PathRelayTCP, tcpURL), "net_proxy_only", ""},
		{"through the proxy", changed(nothing(mute), proxyResult(status(200)), turn("tls", own, 443, viaProxy)), by(PathRelayTLS, tlsURL, throughProxy), "", "net_proxy_only"},
		{"the proxy let it through", changed(nothing(mute), proxyResult(says(NetBlocked, ReasonProxyRefused), status(403))), by(PathRelayTLS, tlsURL, throughProxy), "net_proxy_forbids", ""},
		{"TLS was right", changed(healthy(), turn("tls", own, 443, says(NetFailed, ReasonTLSName))), by(PathRelayTLS, tlsURL), "net_certificate_name", ""},
		{"TCP says nothing of TLS", changed(healthy(), turn("tls", own, 443, says(NetFailed, ReasonTLSName))), by(PathRelayTCP, tcpURL), "", "net_certificate_name"},
		{"IPv4 worked", changed(healthy(), interfaces(InterfaceFacts{Name: "eth0", Addresses: []string{"2001:db8::5"}, Default6: true})), by(PathRelayUDP, udpURL), "net_no_ipv4", ""},
		{"IPv6 did", changed(healthy(), interfaces(InterfaceFacts{Name: "eth0", Addresses: []string{"2001:db8::5"}, Default6: true})), by(PathRelayUDP, udpURL, v6), "", "net_no_ipv4"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := withPaths(tt.results, tt.path)
			v := Judge(r)
			checkNetworkWords(t, r, v)
			if v.Grade != overall(r, v.Paths) {
				t.Errorf("the probes changed the grade of the paths: %s", v.Grade)
			}
			if tt.over != "" && (hasID(v, tt.over) || !slices.Contains(overruled(v), tt.over)) {
				t.Errorf("%s is not contradicted: %q, %q", tt.over, ids(v), overruled(v))
			}
			if tt.stays != "" && !hasID(v, tt.stays) {
				t.Errorf("%s is not there: %q, %q", tt.stays, ids(v), overruled(v))
			}
			for _, f := range v.Findings {
				if f.ID == netOverruled && (f.Severity != SeverityInfo || !strings.Contains(f.Title, tt.path.Path.Title()+" worked, although")) {
					t.Errorf("%+v", f)
				}
			}
		})
	}
}

// What was not carried through the network, or stayed on this computer, proves nothing against the probes.
func TestWhatDoesNotOverruleProbes(t *testing.T) {
	url := "turn:" + own + ":3478?transport=udp"
	stayed := by(PathSTUN, url, func(p *PathReport) { p.NATBetween = No })
	blocked := endedPath(PathRelayUDP, ReasonNoAnswer)
	silentOne := with(srtpPath(PathRelayUDP, fates(100, 20*ms, losing(100, stats.StatusLost))), func(p *PathReport) { p.Server = url })
	for _, p := range []PathReport{stayed, blocked, silentOne} {
		if v := Judge(withPaths(udpBlocked(mute), p)); !hasID(v, "net_udp_dropped") || len(overruled(v)) > 0 {
			t.Errorf("%s: %q", p.Path, ids(v))
		}
	}
	r := withPaths(udpBlocked(mute), by(PathDirect, ""))
	r.Granted.Target.Kind = TargetSelf
	if v := Judge(r); !hasID(v, "net_udp_dropped") {
		t.Errorf("packets inside this computer: %q", ids(v))
	}
}

// Where the probes tell how UDP is blocked, the paths' own finding would only repeat it.
func TestBlockedUDPIsSaidOnce(t *testing.T) {
	blocked := []PathReport{endedPath(PathSTUN, ReasonNoAnswer), endedPath(PathRelayUDP, ReasonNoAnswer), by(PathRelayTCP, "turn:"+own+":3478?transport=tcp")}
	if v := Judge(withPaths(udpBlocked(mute), blocked...)); hasID(v, "udp_blocked") || !hasID(v, "net_udp_dropped") || v.Grade != GradeFair {
		t.Errorf("%s %q", v.Grade, ids(v))
	}
	if v := Judge(withPaths(healthy(), blocked...)); !hasID(v, "udp_blocked") {
		t.Errorf("%q", ids(v))
	}
}

// A limit of one flow that a relay exceeded is none.
func TestRateThatACallExceeded(t *testing.T) {
	url := "turn:" + own + ":3478?transport=udp"
	if v := Judge(withPaths(changed(healthy(), rate(100, 0)), by(PathRelayUDP, url))); hasID(v, "net_rate_limit") {
		t.Errorf("%q", ids(v))
	}
	if v := Judge(withPaths(changed(healthy(), rate(100, 0)), by(PathDirect, ""))); !hasID(v, "net_rate_limit") {
		t.Errorf("another way: %q", ids(v))
	}
}

// Hairpin is a matter only for two ends that are behind one NAT.
func TestHairpinWhereItMatters(t *testing.T) {
	without := changed(healthy(), nat(func(n *NATBehavior) { n.Hairpin = No }))
	if v := Judge(networkReport(without...)); hasID(v, "net_no_hairpin") {
		t.Errorf("it does not matter: %q", ids(v))
	}
	v := Judge(withPaths(without, endedPath(PathSTUN, ReasonNoHairpin), by(PathRelayUDP, "turn:"+own+":3478?transport=udp")))
	if i := slices.IndexFunc(v.Findings, func(f Finding) bool { return f.ID == "net_no_hairpin" }); i < 0 || v.Findings[i].Severity != SeverityInfo {
		t.Errorf("it does: %q", ids(v))
	}
	r := remoteReport(by(PathRelayUDP, "turn:203.0.113.9:3478?transport=udp"))
	r.Network, r.Other.Address = networkReport(without...).Network, "198.51.100.4:443"
	if v := Judge(r); !hasID(v, "net_no_hairpin") {
		t.Errorf("the other end is at the same address: %q", ids(v))
	}
}

// Whatever probes and paths say, the paths have the grade, and nothing that a path contradicts is left to stand.
func TestNoFindingContradictsAPath(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 7))
	urls := []string{"turn:" + own + ":3478?transport=udp", "turn:" + own + ":3478?transport=tcp", "turns:" + own + ":443?transport=tcp", "turn:" + second + ":3478?transport=udp", ""}
	said := 0
	for range 150 {
		var paths []PathReport
		for _, p := range AllPaths() {
			pr := []PathReport{by(p, urls[rng.IntN(len(urls))]), endedPath(p, ReasonNoAnswer), endedPath(p, ReasonAuth), endedPath(p, ReasonNoServer)}[rng.IntN(4)]
			paths = append(paths, pr)
		}
		r := withPaths(randomResults(rng), paths...)
		v := Judge(r)
		checkNetworkWords(t, r, v)
		alone := r
		alone.Network = nil
		if a := Judge(alone); a.Grade != v.Grade {
			t.Fatalf("the probes changed the grade from %s to %s", a.Grade, v.Grade)
		}
		for _, rule := range netRules {
			if rule.overruled == nil || !hasID(v, rule.id) {
				continue
			}
			for _, c := range rule.holds(viewNetwork(r)) {
				if i := slices.IndexFunc(viewNetwork(r).worked, func(p PathReport) bool { return rule.overruled(c, p) }); i >= 0 && !slices.Contains(overruled(v), rule.id) {
					t.Fatalf("%s is said although a path worked", rule.id)
				}
			}
		}
		said += len(overruled(v))
		if t.Failed() {
			return
		}
	}
	if said < 20 {
		t.Errorf("only %d contradictions in all", said)
	}
}

// What was found in a session that was stopped, or shown while it runs, is said all the same.
func TestNetworkBesidePathsThatDidNotRun(t *testing.T) {
	r := withPaths(udpBlocked(mute), PathReport{Path: PathRelayUDP, State: StateNotRun})
	r.Ended, r.Duration = EndedCancelled, time.Second
	v := Judge(r)
	checkNetworkWords(t, r, v)
	if v.Grade != GradeInconclusive || !hasID(v, "net_udp_dropped") {
		t.Errorf("%s %q", v.Grade, ids(v))
	}
}

// One sentence compares the paths: which works, what it adds, and that UDP is blocked.
func TestPathsAreComparedInOneSentence(t *testing.T) {
	tls := srtpPath(PathRelayTLS, fates(500, 38*ms, losing(40, stats.StatusLost)))
	tls.Server, tls.NATBetween = "turns:"+own+":443?transport=tcp", Yes
	r := withPaths(udpBlocked(mute), endedPath(PathRelayUDP, ReasonNoAnswer), by(PathRelayTCP, "turn:"+own+":3478?transport=tcp"), tls)
	const want = "Relay TLS adds 18 ms of delay and 8 % of loss compared with Relay TCP. UDP is blocked."
	if got := Judge(r).Sentence; !strings.HasSuffix(got, want) {
		t.Errorf("%s", got)
	}
	r.Granted.Target.Kind = TargetSelf // whose paths stay on this computer
	if got := Judge(r).Sentence; strings.Contains(got, "UDP is blocked") {
		t.Errorf("%s", got)
	}
}
