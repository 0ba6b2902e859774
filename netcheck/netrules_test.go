package netcheck

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// Servers of these tests.
const (
	own    = "turn.example.com"
	ownIP  = "203.0.113.7"
	second = "turn2.example.net"
	public = "stun.example.org"
)

// took is how long each probe of these tests takes.
const took = 1750 * time.Millisecond

// answer changes a result.
type answer func(*NetResult)

func says(state NetState, code ReasonCode) answer {
	return func(r *NetResult) { r.State, r.Code = state, code }
}

var (
	fine    = says(NetOK, "")
	mute    = says(NetBlocked, ReasonNoAnswer)
	rejects = says(NetBlocked, ReasonRefused)
	untried = says(NetNotTested, ReasonNoAnswer) // as an extra question ends that is not answered
)

// and does several changes.
func and(all ...answer) answer {
	return func(r *NetResult) {
		for _, a := range all {
			a(r)
		}
	}
}

// code gives a failing last step with the other end's own code.
func code(n int) answer {
	return func(r *NetResult) { r.Steps = append(r.Steps, NetStep{Name: NetStepAllocate, Code: n}) }
}

// lostOf are the figures of a probe over UDP some of whose questions lost a packet.
func lostOf(questions, lost int) answer {
	return func(r *NetResult) {
		r.Facts.Questions = &QuestionFacts{Asked: questions, Sent: questions + lost, Answered: questions}
	}
}

func rtt(d time.Duration) answer { return func(r *NetResult) { r.Facts.RTT = d } }

func viaProxy(r *NetResult) { r.Facts.Proxy = &ProxyFacts{Address: "proxy.example.com:3128"} }

func dialed(r *NetResult) { r.Steps = append(r.Steps, NetStep{Name: string(StepDial), OK: true}) }

// probe makes a result.
func probe(kind ProbeKind, change ...answer) NetResult {
	r := NetResult{ID: string(kind), Kind: kind, State: NetOK, Text: "The probe's own words.", Took: took, At: 300 * time.Millisecond}
	and(change...)(&r)
	return r
}

// udp asks a server over UDP, and turn for a relay by a transport.
func udp(host string, port int, change ...answer) NetResult {
	return to(ProbeUDP, "udp", host, port, change...)
}

func turn(transport, host string, port int, change ...answer) NetResult {
	return to(ProbeTURN, transport, host, port, change...)
}

func to(kind ProbeKind, transport, host string, port int, change ...answer) NetResult {
	scheme, query := "turn", "?transport="+transport
	if transport == "tls" || transport == "dtls" {
		scheme, query = "turns", ""
	}
	ip := map[string]string{own: ownIP, second: "198.51.100.20", public: "192.0.2.53"}[host]
	return probe(kind, append([]answer{func(r *NetResult) {
		r.ID = fmt.Sprintf("%s:%s:%s:%d", kind, transport, host, port)
		r.Server, r.Transport, r.Port = fmt.Sprintf("%s:%s:%d%s", scheme, host, port, query), transport, port
		r.Family, r.Local, r.Remote = Family4, "192.168.1.17:50000", fmt.Sprintf("%s:%d", ip, port)
		r.Facts.Mapped = "198.51.100.4:50000"
	}}, change...)...)
}

// about makes a result about a server's name or place.
func about(kind ProbeKind, server string, change ...answer) NetResult {
	return probe(kind, append([]answer{func(r *NetResult) { r.ID, r.Server = string(kind)+":"+server, server }}, change...)...)
}

func nat(change func(*NATBehavior)) NetResult {
	n := &NATBehavior{Family: Family4, Method: NATByTwoAddresses, Servers: []string{own + ":3478"}, NAT: Yes, Mapping: BehaviorEndpointIndependent,
		Filtering: BehaviorAddressAndPortDependent, Local: "192.168.1.17:50001", Mapped: "198.51.100.4:50001", Hairpin: Yes}
	if change != nil {
		change(n)
	}
	return probe(ProbeNAT, func(r *NetResult) { r.ID, r.Facts.NAT = "nat:4", n })
}

func interfaces(list ...InterfaceFacts) NetResult {
	return probe(ProbeInterfaces, func(r *NetResult) { r.Facts.Interfaces = list })
}

func eth0() InterfaceFacts {
	return InterfaceFacts{Name: "eth0", Addresses: []string{"192.168.1.17/24"}, MTU: 1500, Default4: true, VPN: No}
}

// networkReport is of a session that ran network probes alone, with the usual servers.
func networkReport(results ...NetResult) Report {
	plan := Plan{Target: Target{Kind: TargetTURN, Servers: servers("turn:"+own, "turn:"+own+"?transport=tcp", "turns:"+own+":443")},
		Network: NetworkPlan{On: true, Only: true, Servers: servers("turn:"+second, "turn:"+second+"?transport=tcp", "stun:"+public)}}
	plan.Network.Servers[2].Public = true
	n := &NetworkReport{Results: results, Ended: true, Took: 4 * time.Second}
	for _, r := range results {
		n.Planned = append(n.Planned, NetPlanned{ID: r.ID, Kind: r.Kind, Server: r.Server, Transport: r.Transport, Port: r.Port})
	}
	return Report{Plan: plan, Granted: plan, Ended: EndedComplete, Network: n, AppVersion: "0.6", OS: "linux/amd64",
		Started: time.Date(2026, 11, 22, 1, 40, 0, 0, time.UTC)}
}

// healthy are the results of a network in order.
func healthy() []NetResult {
	return []NetResult{
		interfaces(eth0()), about(ProbeDNS, own, func(r *NetResult) { r.Facts.Addresses = []string{ownIP} }),
		udp(own, 3478, rtt(12*ms)), udp(public, 3478, rtt(20*ms)), udp(own, 443, untried), nat(nil),
		turn("udp", own, 3478, rtt(12*ms)), turn("tcp", own, 3478, rtt(13*ms)), turn("tls", own, 443, rtt(14*ms)), turn("dtls", own, 5349, untried),
		about(ProbeProxy, own+":443"), about(ProbePortal, "http://example.com/"), about(ProbeClock, "http://example.com/"),
		probe(ProbeMTU, func(r *NetResult) { r.Facts.MTU = 1500 }), probe(ProbeDSCP, func(r *NetResult) { r.Facts.DSCPSent, r.Facts.DSCPArrived = 46, 46 }),
	}
}

// changed replaces the results with the same IDs and adds the others.
func changed(base []NetResult, with ...NetResult) []NetResult {
	out := slices.Clone(base)
	for _, r := range with {
		if i := slices.IndexFunc(out, func(o NetResult) bool { return o.ID == r.ID }); i >= 0 {
			out[i] = r
		} else {
			out = append(out, r)
		}
	}
	return out
}

// udpBlocked are the results of a healthy network but for UDP.
func udpBlocked(how answer) []NetResult {
	return changed(healthy(), udp(own, 3478, how), udp(public, 3478, how), turn("udp", own, 3478, how), probe(ProbeNAT, says(NetNotTested, ReasonNoAnswer)),
		probe(ProbeMTU, says(NetNotTested, ReasonNoAnswer)), probe(ProbeDSCP, says(NetNotTested, ReasonNoAnswer)))
}

// nothing are the results where every server is silent.
func nothing(how answer) []NetResult {
	return changed(udpBlocked(how), turn("tcp", own, 3478, how), turn("tls", own, 443, how))
}

func proxyResult(change ...answer) NetResult {
	return about(ProbeProxy, own+":443", append([]answer{func(r *NetResult) {
		r.Port, r.Facts.Proxy = 443, &ProxyFacts{Address: "proxy.example.com:3128", From: "environment"}
	}}, change...)...)
}

// proxyTo is of the same proxy and another place.
func proxyTo(host string, port int, change ...answer) NetResult {
	return proxyResult(append([]answer{func(r *NetResult) {
		r.Server, r.Port = fmt.Sprintf("%s:%d", host, port), port
		r.ID = "proxy:" + r.Server
	}}, change...)...)
}

func status(n int, schemes ...string) answer {
	return func(r *NetResult) { r.Facts.Proxy.Status, r.Facts.Proxy.Schemes = n, schemes }
}

func skew(d time.Duration) NetResult {
	return about(ProbeClock, "http://example.com/", says(NetDegraded, "clock_skew"), func(r *NetResult) { r.Facts.Skew = d })
}

func expired(d time.Duration) answer { return func(r *NetResult) { r.Facts.Expired = d } }

// everyTURN answers every question for a relay in one way.
func everyTURN(how ...answer) []NetResult {
	return []NetResult{turn("udp", own, 3478, how...), turn("tcp", own, 3478, how...), turn("tls", own, 443, how...)}
}

func words(text string) answer { return func(r *NetResult) { r.Text = text } }

// ruleCases are all findings, each set up and with what must be in it. none: must not be found beside it.
var ruleCases = []struct {
	name     string
	results  []NetResult
	change   func(*Report)
	want     string // id
	severity Severity
	grade    Grade
	holds    []string // in title, detail, advice or evidence
	none     []string // ids that must not be there
}{
	{"UDP is dropped", udpBlocked(mute), nil, "net_udp_dropped", SeverityWarning, GradeFair,
		[]string{"Ask for UDP to turn.example.com (203.0.113.7), port 3478, to be allowed.", "Calls will work over TCP to port 3478",
			"no_answer", "203.0.113.7:3478", "after 1750 ms", "answers over TCP"},
		[]string{"net_udp_rejected", "net_server_down", "net_no_answer", "net_no_udp_internet", netOther}},
	{"and nothing else works", changed(udpBlocked(mute), turn("tcp", own, 3478, says(NetFailed, ReasonAuth), code(401)), turn("tls", own, 443, says(NetFailed, ReasonAuth), code(401))), nil,
		"net_udp_dropped", SeverityCritical, GradeFailed, []string{"No other way for calls was found."}, nil},
	{"UDP is refused", udpBlocked(rejects), nil, "net_udp_rejected", SeverityWarning, GradeFair,
		[]string{"(by ICMP, or by a packet filter of this computer)", "a firewall rejects UDP", "refused", "Ask for UDP to"}, []string{"net_udp_dropped", "net_server_refuses"}},
	{"UDP is refused, and seldom told", changed(udpBlocked(mute), udp(own, 3478, rejects)), nil, "net_udp_rejected", SeverityWarning, GradeFair,
		[]string{"UDP to turn.example.com (203.0.113.7), port 3478, is refused", "No answer of any kind came to UDP to stun.example.org (192.0.2.53), port 3478", "Ask for UDP to turn.example.com (203.0.113.7), port 3478, to be allowed"},
		[]string{"net_udp_dropped", "net_all_refused", netOther}},
	{"UDP of the one server that was asked", []NetResult{udp(own, 3478, rejects), turn("tls", own, 443)}, nil, "net_udp_rejected", SeverityWarning, GradeFair,
		[]string{"Only one server was asked over UDP", "Ask for UDP to turn.example.com (203.0.113.7), port 3478, to be allowed. Check that the server listens"}, nil},
	{"told of the other server", changed(udpBlocked(mute), udp(public, 3478, rejects)), nil, "net_udp_rejected", SeverityWarning, GradeFair, []string{"UDP to stun.example.org"}, []string{"net_udp_dropped"}},
	{"told of an empty computer, which says nothing", changed(udpBlocked(mute), udp(second, 3478, rejects), turn("tcp", second, 3478, rejects)), nil, "net_udp_dropped", SeverityWarning, GradeFair, nil, []string{"net_udp_rejected"}},
	{"told by the other version of IP", changed(udpBlocked(mute), udp(second, 3478, rejects, func(r *NetResult) { r.Family = Family6 })), nil, "net_udp_dropped", SeverityWarning, GradeFair, nil, []string{"net_udp_rejected"}},
	{"the other questions over UDP repeat it", changed(udpBlocked(mute), nat(nil), probe(ProbeMTU, mute), probe(ProbeDSCP, mute)), nil, "net_udp_dropped", SeverityWarning, GradeFair,
		nil, []string{netOther}},
	{"interfaces that lead to servers are not to blame", changed(udpBlocked(mute), probe(ProbeInterfaces, says(NetFailed, ReasonNoAddress))), nil, "net_udp_dropped", SeverityWarning, GradeFair,
		nil, []string{netOther, "net_offline"}},
	{"a single server refuses everything", []NetResult{udp(own, 3478, rejects), turn("udp", own, 3478, rejects), turn("tcp", own, 3478, rejects)}, nil, "net_server_refuses", SeverityCritical, GradeFailed,
		[]string{"looks the same"}, []string{"net_no_answer", "net_udp_rejected"}},
	{"several servers refuse UDP", []NetResult{udp(own, 3478, rejects), udp(public, 3478, rejects)}, nil, "net_udp_rejected", SeverityCritical, GradeFailed,
		[]string{"so it is at each of 2 servers"}, []string{"net_no_answer"}},
	{"only TCP 443", changed(udpBlocked(mute), turn("tcp", own, 3478, mute)), nil, "net_only_443", SeverityWarning, GradeFair,
		[]string{"over TLS on port 443", "TCP to turn.example.com (203.0.113.7), port 3478"}, []string{"net_no_answer", "net_proxy_only"}},
	{"only a proxy", changed(nothing(mute), proxyResult(status(200)), turn("tls", own, 443, viaProxy)), nil, "net_proxy_only", SeverityWarning, GradePoor,
		[]string{"over TLS to port 443 of turn.example.com through the proxy proxy.example.com:3128"}, []string{"net_no_answer", "net_only_443", "net_server_down"}},
	{"the proxy forbids", changed(nothing(mute), proxyResult(says(NetBlocked, ReasonProxyRefused), status(403)), turn("tls", own, 443, says(NetBlocked, ReasonProxyRefused))), nil,
		"net_proxy_forbids", SeverityCritical, GradeFailed, []string{"status 403", "Ask for CONNECT to turn.example.com, port 443, to be allowed on the proxy"}, []string{"net_proxy_auth"}},
	{"and is not needed", changed(healthy(), proxyResult(says(NetBlocked, ReasonProxyRefused), status(403))), nil, "net_proxy_forbids", SeverityInfo, GradeGood, nil, nil},
	{"TURN alone met the proxy", changed(udpBlocked(mute), everyTURN(mute)[0], turn("tcp", own, 3478, says(NetBlocked, ReasonProxyRefused)), turn("tls", own, 443, says(NetBlocked, ReasonProxyRefused))), nil,
		"net_proxy_forbids", SeverityCritical, GradeFailed, nil, nil},
	{"the proxy forbids several places", changed(nothing(mute), proxyResult(says(NetBlocked, ReasonProxyRefused), status(403)), proxyTo(own, 3478, says(NetBlocked, ReasonProxyRefused), status(403)),
		proxyTo(second, 3478, says(NetBlocked, ReasonProxyRefused), status(405)), proxyTo(second, 443, status(200))), nil, "net_proxy_forbids", SeverityCritical, GradeFailed,
		[]string{"forbids connections to turn.example.com and turn2.example.net", "to turn.example.com, ports 443 and 3478, and turn2.example.net, port 3478, with status 403 and 405",
			"It does open connections to turn2.example.net, port 443.", "Ask for CONNECT to turn.example.com, ports 443 and 3478, and turn2.example.net, port 3478, to be allowed"}, nil},
	{"the proxy forbids another port than 443", changed(nothing(mute), proxyTo(own, 3478, says(NetBlocked, ReasonProxyRefused), status(403))), nil, "net_proxy_forbids", SeverityCritical, GradeFailed,
		[]string{"Many proxies allow port 443 alone"}, nil},
	{"and others want a user", changed(nothing(mute), proxyResult(says(NetBlocked, ReasonProxyRefused), status(403)), proxyTo(second, 443, says(NetBlocked, ReasonProxyAuth), status(407, "NTLM"))), nil,
		"net_proxy_auth", SeverityCritical, GradeFailed, []string{"Ask for CONNECT to turn2.example.net, port 443, to be"}, nil},
	{"the proxy wants a user", changed(nothing(mute), proxyResult(says(NetBlocked, ReasonProxyAuth), status(407, "Negotiate", "NTLM"))), nil, "net_proxy_auth", SeverityCritical, GradeFailed,
		[]string{"status 407 and offers Negotiate and NTLM", "without a log-in"}, []string{"net_proxy_forbids"}},
	{"the proxy finds no way", changed(nothing(mute), proxyResult(says(NetFailed, ReasonProxyRefused), status(502))), nil, "net_proxy_unreachable", SeverityCritical, GradeFailed,
		[]string{"status 502", "from the proxy to turn.example.com, port 443"}, []string{"net_proxy_forbids"}},
	{"the proxy is dead", changed(nothing(mute), proxyResult(mute)), nil, "net_proxy_dead", SeverityCritical, GradeFailed, []string{"from the environment"}, []string{"net_proxy_forbids"}},
	{"a script chooses the proxy", changed(healthy(), about(ProbeProxy, own+":443", says(NetNotTested, ReasonPAC), func(r *NetResult) { r.Facts.Proxy = &ProxyFacts{PACURL: "http://wpad/wpad.dat"} })),
		nil, "net_proxy_script", SeverityInfo, GradeGood, []string{"http://wpad/wpad.dat"}, nil},

	{"another key than the pinned one", changed(healthy(), to(ProbeTLS, "tls", own, 443, says(NetFailed, ReasonTLSPin)), turn("tls", own, 443, says(NetFailed, ReasonTLSPin))), nil,
		"net_tls_intercepted", SeverityWarning, GradeFair, []string{"Ask for an exception from TLS inspection for turn.example.com, port 443"}, []string{"net_tls_new_key", netOther}},
	{"a new key", changed(healthy(), to(ProbeTLS, "tls", own, 443, says(NetFailed, ReasonTLSPin), func(r *NetResult) {
		r.Steps = []NetStep{{Name: "certificate", Detail: "for x; issued by y; in a public log: yes; ALPN answered: nothing"}}
	}), turn("tls", own, 443, says(NetFailed, ReasonTLSPin))), nil, "net_tls_new_key", SeverityWarning, GradeFair, []string{"present pin"}, []string{"net_tls_intercepted", netOther}},
	{"somebody in the server's place", changed(healthy(), to(ProbeTLS, "tls", own, 443, says(NetFailed, ReasonIntercepted)), turn("tls", own, 443, says(NetFailed, ReasonTLSUntrusted))), nil,
		"net_tls_intercepted_likely", SeverityWarning, GradeFair, []string{"by all signs"}, []string{"net_certificate_authority"}},
	{"TLS is read", changed(healthy(), to(ProbeTLS, "tls", own, 443, says(NetDegraded, ReasonIntercepted), func(r *NetResult) { r.Facts.TLS = &TLSEvidence{Issuer: "Corp Inspect CA"} })), nil,
		"net_tls_read", SeverityWarning, GradeGood, []string{"Corp Inspect CA", "stay encrypted from end to end"}, []string{"net_tls_intercepted"}},
	{"TLS is perhaps read", changed(healthy(), to(ProbeTLS, "tls", own, 443, says(NetDegraded, "tls_suspicious"))), nil, "net_tls_perhaps_read", SeverityInfo, GradeGood,
		[]string{"pin to be certain"}, []string{"net_tls_read", netOther}},
	{"TLS is cut", changed(healthy(), turn("tls", own, 443, says(NetFailed, ReasonTLSFailed))), nil, "net_tls_cut", SeverityWarning, GradeFair, []string{"exempted from inspection"}, nil},
	{"a certificate for another name", changed(healthy(), turn("tls", own, 443, says(NetFailed, ReasonTLSName), words("It is for other.example.com."))), nil, "net_certificate_name", SeverityWarning, GradeFair,
		[]string{"other.example.com"}, nil},
	{"an unknown authority", changed(healthy(), turn("tls", own, 443, says(NetFailed, ReasonTLSUntrusted), func(r *NetResult) { r.Facts.TLS = &TLSEvidence{Issuer: "Lab CA"} })), nil,
		"net_certificate_authority", SeverityWarning, GradeFair, []string{`"Lab CA"`}, []string{"net_certificate_expired"}},
	{"an expired certificate", changed(healthy(), to(ProbeTLS, "tls", own, 443, says(NetFailed, ReasonTLSDate), words("The certificate of turn.example.com has expired on 1 May 2026.")),
		turn("tls", own, 443, says(NetFailed, ReasonTLSUntrusted))), nil,
		"net_certificate_expired", SeverityWarning, GradeFair, []string{"1 May 2026", "renew", "turn:tls:turn.example.com:443"}, []string{"net_certificate_authority"}},
	{"a strange one at another port", changed(healthy(), to(ProbeTLS, "tls", own, 5349, says(NetFailed, ReasonTLSDate)), turn("tls", own, 443, says(NetFailed, ReasonTLSUntrusted))), nil,
		"net_certificate_authority", SeverityWarning, GradeFair, nil, nil},
	{"and the clock is wrong", changed(healthy(), skew(400*24*time.Hour), turn("tls", own, 443, says(NetFailed, ReasonTLSDate))), nil,
		"net_certificate_expired", SeverityWarning, GradeFair, []string{"400 days ahead, which may be why"}, nil},

	{"wrong password", changed(healthy(), everyTURN(says(NetFailed, ReasonAuth), code(401))...), nil, "net_wrong_password", SeverityCritical, GradeFailed,
		[]string{"error 401", "Check user and password"}, []string{"net_credential_expired", "net_credential_clock"}},
	{"at one of two servers", changed(healthy(), slices.Concat(everyTURN(says(NetFailed, ReasonAuth), code(400)), []NetResult{turn("udp", second, 3478)})...), nil, "net_wrong_password", SeverityWarning, GradeFair,
		[]string{"error 400"}, nil},
	{"no credential", changed(healthy(), everyTURN(says(NetFailed, ReasonAuth), func(r *NetResult) { r.Steps = []NetStep{{Name: NetStepChallenge, OK: true, Code: 401}} })...), nil, "net_no_credentials", SeverityCritical, GradeFailed,
		[]string{"none were given", "Give the user and the password"}, []string{"net_wrong_password"}},
	{"packets lost", changed(healthy(), udp(own, 3478, lostOf(3, 1)), turn("udp", own, 3478, lostOf(9, 3))), nil, "net_packets_lost", SeverityWarning, GradeFair,
		[]string{"4 of 16 packets that asked turn.example.com", "Run a loss test"}, nil},
	{"packets lost by the dozen", changed(healthy(), udp(own, 3478, lostOf(3, 2)), turn("udp", own, 3478, lostOf(9, 5))), nil, "net_packets_lost", SeverityCritical, GradePoor, []string{"7 of 19"}, nil},
	{"expired credential", changed(healthy(), everyTURN(says(NetFailed, ReasonExpired), code(401), expired(3*time.Hour))...), nil, "net_credential_expired", SeverityCritical, GradeFailed,
		[]string{"3 h ago"}, []string{"net_wrong_password", "net_credential_clock"}},
	{"good credential, slow clock", changed(healthy(), append(everyTURN(says(NetFailed, ReasonAuth), code(401), expired(-5*time.Minute)), skew(-10*time.Minute))...), nil,
		"net_credential_clock", SeverityCritical, GradeFailed, []string{"10 min behind", "Set this computer's clock right"}, []string{"net_wrong_password", "net_credential_expired"}},
	{"good credential, fast clock", changed(healthy(), append(everyTURN(says(NetFailed, ReasonExpired), code(401), expired(5*time.Minute)), skew(10*time.Minute))...), nil,
		"net_credential_clock", SeverityCritical, GradeFailed, []string{"10 min ahead"}, []string{"net_credential_expired"}},
	{"expired by both clocks", changed(healthy(), append(everyTURN(says(NetFailed, ReasonExpired), code(401), expired(5*time.Hour)), skew(2*time.Minute))...), nil,
		"net_credential_expired", SeverityCritical, GradeFailed, nil, []string{"net_credential_clock"}},
	{"a password is no matter of the clock", changed(healthy(), append(everyTURN(says(NetFailed, ReasonAuth), code(401)), skew(time.Hour))...), nil,
		"net_wrong_password", SeverityCritical, GradeFailed, nil, []string{"net_credential_clock"}},
	{"the clock alone", changed(healthy(), skew(-90*time.Second)), nil, "net_clock", SeverityWarning, GradeGood, []string{"90 s behind"}, nil},

	{"a dead server", changed(nothing(mute), udp(public, 3478)), nil, "net_server_down", SeverityCritical, GradeFailed,
		[]string{"stun.example.org answers", "administrators whether it runs", "TCP to turn.example.com"}, []string{"net_udp_dropped", "net_no_answer", netOther}},
	{"of two with relays", changed(udpBlocked(mute), turn("udp", second, 3478, mute), turn("tcp", second, 3478, mute)), nil, "net_server_down", SeverityWarning, GradeFair,
		[]string{"turn2.example.net", "while turn.example.com answers"}, nil},
	{"a dead public server", changed(healthy(), udp(public, 3478, mute)), nil, "net_server_down", SeverityInfo, GradeGood, nil, []string{"net_udp_server"}},
	{"a server that refuses everything", changed(nothing(rejects), udp(public, 3478)), nil, "net_server_refuses", SeverityCritical, GradeFailed, []string{"that it runs"}, []string{"net_server_down"}},
	{"UDP to one server alone does not pass", changed(udpBlocked(mute), udp(public, 3478)), nil, "net_udp_server", SeverityWarning, GradeFair, []string{"address or port"},
		[]string{"net_udp_dropped", "net_server_down"}},
	{"another port", changed(udpBlocked(mute), udp(own, 443)), nil, "net_udp_other_port", SeverityWarning, GradeFair, []string{"UDP 443 passes although 3478 does not", "run TURN on UDP port 443", "nothing listens on port 3478 there"},
		[]string{"net_udp_dropped"}},
	{"nothing answers, and the web does", changed(nothing(mute), udp(public, 3478, mute)), nil, "net_no_udp_internet", SeverityCritical, GradeFailed,
		[]string{"The web answers from here", "unlikely", "TCP to turn.example.com"}, []string{"net_no_answer", "net_offline", "net_udp_dropped"}},
	{"TCP is accepted by whoever", changed(udpBlocked(mute), udp(public, 3478, mute), turn("tcp", own, 3478, mute, dialed), turn("tls", own, 443, mute, dialed)), nil, "net_no_udp_internet", SeverityCritical, GradeFailed,
		[]string{"TCP to turn.example.com is accepted, and what accepts it did not show itself to be the server"}, []string{"net_udp_dropped", "net_server_down", "net_udp_server", netOther}},
	{"and a certificate that anybody may have", changed(healthy()[:1], udp(own, 3478, mute), turn("tls", own, 443, says(NetFailed, ReasonTLSUntrusted), dialed)), nil, "net_no_answer", SeverityCritical, GradeFailed,
		[]string{"did not show itself"}, []string{"net_udp_dropped"}},
	{"or that is of the server by its name", changed(healthy()[:1], udp(own, 3478, mute), turn("tls", own, 443, says(NetFailed, ReasonTLSName), dialed)), nil, "net_udp_dropped", SeverityCritical, GradeFailed,
		[]string{"turn.example.com answers over TCP"}, []string{"net_no_answer"}},
	{"or would be, were there no log-in page", changed(healthy()[:1], udp(own, 3478, mute), turn("tls", own, 443, says(NetFailed, ReasonTLSName), dialed),
		about(ProbePortal, "http://example.com/", says(NetBlocked, ReasonPortal))), nil, "net_captive_portal", SeverityCritical, GradeFailed, nil, []string{"net_udp_dropped", "net_no_answer"}},
	{"everything is prohibited", changed(nothing(says(NetBlocked, ReasonUnreachable)), about(ProbePortal, "http://example.com/", says(NetNotTested, ReasonUnreachable)), about(ProbeClock, "http://example.com/", says(NetNotTested, ReasonUnreachable))),
		nil, "net_all_refused", SeverityCritical, GradeFailed, []string{"The network refuses everything", "Refused: UDP to turn.example.com (203.0.113.7), port 3478", "TCP to turn.example.com (203.0.113.7), ports 443 and 3478",
			"prohibited (ICMP)", "and not the server", "The web does not answer either", "Ask for these to be allowed: UDP to turn.example.com", "own packet filter"},
		[]string{"net_no_answer", "net_no_udp_internet", "net_server_refuses", "net_udp_rejected", "net_offline", netOther}},
	{"and seldom told", changed(nothing(mute), turn("tls", own, 443, says(NetBlocked, ReasonUnreachable))), nil, "net_all_refused", SeverityCritical, GradeFailed,
		[]string{"Refused: TCP to turn.example.com (203.0.113.7), port 443.", "No answer of any kind came to UDP to turn.example.com (203.0.113.7), port 3478", "report only some of what they refuse", "The web answers from here"},
		[]string{"net_no_answer", "net_no_udp_internet", netOther}},
	{"several servers refuse UDP and TCP", changed(nothing(rejects), turn("tcp", second, 3478, rejects)), nil, "net_all_refused", SeverityCritical, GradeFailed,
		[]string{"That so many servers refuse at the same time is unlikely"}, []string{"net_server_refuses", "net_udp_rejected"}},
	{"one refuses and another is silent", []NetResult{udp(own, 3478, mute), turn("tcp", own, 3478, rejects), udp(second, 3478, mute)}, nil, "net_all_refused", SeverityCritical, GradeFailed,
		[]string{"No server answers: refused, or silent", "beside others that are down or blocked"}, []string{"net_server_refuses", "net_no_answer"}},
	{"UDP is prohibited, and a box accepts TCP", []NetResult{udp(own, 3478, says(NetBlocked, ReasonUnreachable)), turn("tcp", own, 3478, mute, dialed)}, nil, "net_all_refused", SeverityCritical, GradeFailed,
		[]string{"The network refuses what was tried over UDP", "TCP to turn.example.com is accepted"}, []string{"net_udp_rejected", "net_udp_dropped"}},
	{"a server refuses TCP and does not answer UDP", []NetResult{udp(own, 3478, mute), turn("tcp", own, 3478, rejects)}, nil, "net_server_refuses", SeverityCritical, GradeFailed,
		[]string{"Refused at once: TCP to turn.example.com (203.0.113.7), port 3478. That is what a computer without the server answers", "No answer of any kind came to UDP to turn.example.com"},
		[]string{"net_all_refused", "net_no_answer", "net_server_down"}},
	{"and another one answers", []NetResult{udp(own, 3478, mute), turn("tcp", own, 3478, rejects), udp(public, 3478)}, nil, "net_server_refuses", SeverityCritical, GradeFailed, nil, []string{"net_server_down", "net_all_refused"}},
	{"the other questions over UDP were told", changed(udpBlocked(mute), udp(own, 3478, mute), probe(ProbeMTU, rejects, func(r *NetResult) { r.Remote = ownIP + ":3478" })), nil, "net_udp_rejected", SeverityWarning, GradeFair,
		[]string{"UDP to turn.example.com (203.0.113.7), port 3478, is refused"}, []string{"net_udp_dropped"}},
	{"a server behind a firewall that prohibits it", changed(nothing(says(NetBlocked, ReasonUnreachable)), udp(public, 3478)), nil, "net_server_refuses", SeverityCritical, GradeFailed,
		[]string{"and not the server"}, []string{"net_all_refused", "net_udp_server"}},
	{"one server is silent", changed(healthy()[:2], udp(own, 3478, mute), turn("udp", own, 3478, mute), turn("tcp", own, 3478, mute), about(ProbePortal, "http://example.com/")), nil,
		"net_no_answer", SeverityCritical, GradeFailed, []string{"Too few servers were asked", "this computer is online", "Give another server"}, []string{"net_no_udp_internet", "net_server_down"}},
	{"and nothing else is known", []NetResult{udp(own, 3478, mute), turn("udp", own, 3478, mute)}, nil, "net_no_answer", SeverityCritical, GradeFailed, []string{"nothing else shows whether"}, nil},
	{"not even the web", changed(nothing(mute), about(ProbePortal, "http://example.com/", says(NetNotTested, ReasonNoAnswer)), about(ProbeClock, "http://example.com/", says(NetNotTested, ReasonNoAnswer))), nil,
		"net_no_answer", SeverityCritical, GradeFailed, []string{"Not even the web answered"}, []string{"net_no_udp_internet"}},
	{"no way out", changed(nothing(says(NetBlocked, ReasonUnreachable)), interfaces(InterfaceFacts{Name: "eth0", Addresses: []string{"169.254.3.4"}}),
		about(ProbePortal, "http://example.com/", says(NetNotTested, ReasonUnreachable)), about(ProbeClock, "http://example.com/", says(NetNotTested, ReasonUnreachable))), nil,
		"net_offline", SeverityCritical, GradeFailed, []string{"no interface of this computer has a default route"}, []string{"net_no_answer", "net_udp_rejected"}},
	{"names and web are silent", changed(nothing(mute), about(ProbeDNS, own, says(NetBlocked, ReasonNameTimeout)), about(ProbePortal, "http://example.com/", says(NetNotTested, ReasonNameTimeout)),
		about(ProbeClock, "http://example.com/", says(NetNotTested, ReasonNameTimeout))), nil, "net_offline", SeverityCritical, GradeFailed, []string{"Neither the name servers nor the web answered"}, nil},
	{"no servers", []NetResult{interfaces(eth0())}, func(r *Report) { r.Granted.Target, r.Granted.Network.Servers = Target{Kind: TargetSelf}, nil }, "net_no_servers", SeverityWarning, GradeInconclusive,
		[]string{"stun:HOST:3478"}, nil},
	{"no relay", []NetResult{udp(public, 3478)}, func(r *Report) {
		r.Granted.Target, r.Granted.Network.Servers = Target{Kind: TargetSelf}, r.Granted.Network.Servers[2:]
	}, "net_no_turn", SeverityInfo, GradeGood, nil, nil},

	{"captive portal", changed(nothing(mute), about(ProbePortal, "http://example.com/", says(NetBlocked, ReasonPortal), words("It leads to http://login.example.com/.")), about(ProbeClock, "http://example.com/", says(NetNotTested, ReasonNoAnswer))), nil,
		"net_captive_portal", SeverityCritical, GradeFailed, []string{"It leads to http://login.example.com/. Until somebody logs in, little else gets through.", "log in to the network"}, []string{"net_no_answer", "net_no_udp_internet", "net_offline"}},
	{"captive portal, and yet UDP", changed(healthy(), about(ProbePortal, "http://example.com/", says(NetBlocked, ReasonPortal)), turn("tcp", own, 3478, mute), turn("tls", own, 443, mute)), nil,
		"net_captive_portal", SeverityWarning, GradeFair, []string{"may not get so far", "log in to the network"}, nil},
	{"captive portal, and yet everything", changed(healthy(), about(ProbePortal, "http://example.com/", says(NetBlocked, ReasonPortal))), nil, "net_captive_portal", SeverityInfo, GradeGood,
		[]string{"over UDP all the same, and TCP leads out", "Nothing needs to be done for calls"}, nil},

	{"VPN", changed(healthy(), interfaces(InterfaceFacts{Name: "wg0", Addresses: []string{"10.9.0.2"}, Default4: true, VPN: Yes})), nil, "net_vpn", SeverityInfo, GradeGood, []string{"wg0", "describe the VPN"}, nil},
	{"a probe could not run", changed(healthy(), udp(second, 3478, says(NetFailed, ReasonLocal), words("No socket."))), nil, "net_local", SeverityWarning, GradeGood, []string{"No socket. That says nothing about the network."}, nil},
	{"not the asked IP version", changed(nothing(says(NetNotTested, ReasonNoFamily)), interfaces(), probe(ProbeInterfaces, says(NetFailed, ReasonNoFamily))), nil, "net_no_family", SeverityWarning, GradeInconclusive, nil, nil},
	{"a name that is not found", changed(nothing(says(NetNotTested, ReasonNameNotFound)), about(ProbeDNS, own, says(NetBlocked, ReasonNameNotFound))), nil, "net_name_not_found", SeverityCritical, GradeFailed,
		[]string{"there is no turn.example.com", "by its address"}, []string{"net_no_answer"}},
	{"silent name servers", changed(nothing(says(NetNotTested, ReasonNameTimeout)), about(ProbeDNS, own, says(NetBlocked, ReasonNameTimeout))), nil, "net_name_timeout", SeverityCritical, GradeFailed,
		[]string{"UDP and TCP to this computer's name servers, port 53"}, nil},
	{"a DNS filter", changed(healthy(), about(ProbeDNS, own, says(NetBlocked, ReasonDNSFilter))), nil, "net_name_filtered", SeverityWarning, GradeGood, []string{"taken off the DNS filter"}, nil},
	{"half an answer", changed(healthy(), about(ProbeDNS, own, says(NetDegraded, ReasonNameTimeout))), nil, "net_name_slow", SeverityInfo, GradeGood, nil, []string{"net_name_timeout"}},
	{"a private answer", changed(healthy(), about(ProbeDNS, own, says(NetDegraded, "split_dns"), func(r *NetResult) { r.Facts.Addresses = []string{"10.1.2.3"} })), nil, "net_name_private", SeverityInfo, GradeGood,
		[]string{"10.1.2.3", "split DNS"}, nil},

	{"quota", changed(healthy(), everyTURN(says(NetFailed, ReasonQuota), code(486))...), nil, "net_turn_quota", SeverityWarning, GradeFailed, []string{"error 486"}, nil},
	{"quota for the second of two", changed(healthy(), everyTURN(says(NetDegraded, ReasonQuota), code(486))...), nil, "net_turn_quota", SeverityInfo, GradeGood, []string{"A test needs two at a time"}, nil},
	{"no capacity", changed(healthy(), everyTURN(says(NetFailed, ReasonNoCapacity), code(508))...), nil, "net_turn_capacity", SeverityWarning, GradeFailed, []string{"error 508", "range of relay ports"}, nil},
	{"peer refused", changed(healthy(), turn("udp", own, 3478, says(NetDegraded, ReasonPeerRefused), code(403))), nil, "net_turn_peer", SeverityInfo, GradeGood, []string{"error 403"}, nil},
	{"stale nonce", changed(healthy(), everyTURN(says(NetFailed, ReasonServerError), code(438))...), nil, "net_turn_stale", SeverityWarning, GradeFailed, []string{"share no state"}, []string{"net_turn_error"}},
	{"no IPv6 relay", changed(healthy(), turn("udp", second, 3478, says(NetFailed, ReasonNoFamily), code(440))), nil, "net_turn_no_ipv6", SeverityInfo, GradeGood, []string{"error 440"}, nil},
	{"no relay of UDP", changed(healthy(), everyTURN(says(NetFailed, ReasonServerError), code(442))...), nil, "net_turn_no_udp_relay", SeverityWarning, GradeFailed, nil, []string{"net_turn_error"}},
	{"another error", changed(healthy(), everyTURN(says(NetFailed, ReasonServerError), code(500))...), nil, "net_turn_error", SeverityWarning, GradeFailed, []string{"error 500", "The probe's own words."}, nil},
	{"no TURN server", changed(healthy(), turn("tcp", own, 3478, says(NetFailed, ReasonNotSTUN))), nil, "net_not_turn", SeverityWarning, GradeFair, nil, nil},
	{"TCP and then silence", changed(healthy(), turn("tcp", own, 3478, mute, dialed)), nil, "net_turn_silent", SeverityWarning, GradeFair, []string{"exempted from inspection"}, []string{"net_server_down"}},
	{"no echo", changed(healthy(), everyTURN(says(NetDegraded, ReasonNoData))...), nil, "net_turn_echo", SeverityWarning, GradeFair, nil, nil},
	{"a slow transport", changed(healthy(), turn("tls", own, 443, rtt(300*ms))), nil, "net_turn_slow", SeverityInfo, GradeGood, []string{"300 ms over TLS on port 443", "12 ms over UDP"}, nil},

	{"symmetric, with a relay", changed(healthy(), nat(func(n *NATBehavior) { n.Mapping = BehaviorAddressAndPortDependent })), nil, "net_nat_symmetric", SeverityInfo, GradeGood,
		[]string{"direct with ends without NAT or behind a full cone NAT and behind a restricted cone NAT", "by a relay with ends behind a port-restricted cone NAT and behind a symmetric NAT",
			"by a relay over TCP or TLS with ends without UDP", "address-and-port-dependent"}, []string{"net_nat_outlook"}},
	{"symmetric, and no relay works", []NetResult{udp(own, 3478), turn("udp", own, 3478, says(NetFailed, ReasonAuth)), nat(func(n *NATBehavior) { n.Mapping = BehaviorAddressDependent })}, nil,
		"net_nat_symmetric", SeverityWarning, GradeFailed, nil, nil},
	{"symmetric, and none was asked", []NetResult{udp(own, 3478), nat(func(n *NATBehavior) { n.Mapping = BehaviorAddressDependent })}, nil, "net_nat_symmetric", SeverityInfo, GradeGood, nil, nil},
	{"another NAT", healthy(), nil, "net_nat_outlook", SeverityInfo, GradeGood, []string{"Port-restricted cone NAT", "by a relay with ends behind a symmetric NAT"}, []string{"net_nat_symmetric"}},
	{"CGNAT", changed(healthy(), nat(func(n *NATBehavior) { n.Mapped, n.SharedAddress = "100.64.7.7:50001", true })), nil, "net_cgnat", SeverityInfo, GradeGood, []string{"100.64.7.7"}, nil},
	{"two NATs", changed(healthy(), nat(func(n *NATBehavior) { n.Mapped, n.PrivateMapped = "10.20.0.9:50001", true })), nil, "net_double_nat", SeverityInfo, GradeGood,
		[]string{"turn.example.com sees this computer at 10.20.0.9, a private address that is not its own, and turn.example.com sees it at 198.51.100.4"}, nil},
	{"a server inside", changed(healthy(), nat(func(n *NATBehavior) { n.Mapped, n.PrivateMapped = "10.20.0.9:50001", true })), nil, "net_server_inside", SeverityInfo, GradeGood, []string{"not the Internet's view"}, nil},
	{"several outside addresses", []NetResult{udp(own, 3478), nat(func(n *NATBehavior) { n.SeveralAddresses = true })}, nil, "net_several_addresses", SeverityWarning, GradeGood, []string{"REQ-2", "another line or a VPN"}, nil},
	{"and a relay that keeps to one", changed(healthy(), nat(func(n *NATBehavior) { n.SeveralAddresses = true })), nil, "net_several_addresses", SeverityInfo, GradeGood, []string{"a relay, which was found to work"}, nil},
	{"a short binding", changed(healthy(), probe(ProbeLifetime, says(NetDegraded, ""), func(r *NetResult) { r.Facts.AtLeast, r.Facts.AtMost = 7*time.Second, 9*time.Second })), nil, "net_binding_short", SeverityWarning, GradeGood,
		[]string{"gone after 9 s, and there after 7 s", "at least every 4 s"}, nil},

	{"IPv6 alone", changed(healthy(), interfaces(InterfaceFacts{Name: "eth0", Addresses: []string{"2001:db8::5"}, Default6: true})), nil, "net_no_ipv4", SeverityWarning, GradeGood, []string{"NAT64 (RFC 6146)"}, []string{"net_nat64"}},
	{"IPv6 with NAT64", changed(healthy(), interfaces(InterfaceFacts{Name: "eth0", Addresses: []string{"2001:db8::5"}, Default6: true}), probe(ProbeNAT64, says(NetDegraded, "nat64"), func(r *NetResult) { r.Facts.Prefix = "64:ff9b::/96" }),
		udp(ownIP, 3478)), nil, "net_nat64", SeverityInfo, GradeGood, []string{"64:ff9b::/96", "(here: 203.0.113.7)", "never by an IPv4 address"}, []string{"net_no_ipv4"}},
	{"IPv6 with NAT64, and a server that is an IPv4 address", changed(healthy(), interfaces(InterfaceFacts{Name: "eth0", Addresses: []string{"2001:db8::5"}, Default6: true}),
		probe(ProbeNAT64, says(NetDegraded, "nat64"), func(r *NetResult) { r.Facts.Prefix = "64:ff9b::/96" }), udp(ownIP, 3478, says(NetBlocked, ReasonUnreachable))), nil, "net_nat64", SeverityWarning, GradeFair,
		[]string{"(here: 203.0.113.7)"}, []string{"net_server_refuses", "net_all_refused", netOther}},
	{"a server that is an IPv6 address, without IPv6", changed(healthy(), udp("2001:db8::9", 3478, says(NetBlocked, ReasonUnreachable), by6)), nil, "net_no_ipv6", SeverityWarning, GradeFair,
		[]string{"UDP to 2001:db8::9, port 3478 was asked by it", "by an IPv4 address"}, []string{"net_server_refuses", netOther}},
	{"and no other", []NetResult{interfaces(eth0()), udp("2001:db8::9", 3478, says(NetBlocked, ReasonUnreachable), by6)}, nil, "net_no_ipv6", SeverityCritical, GradeFailed, nil, []string{"net_all_refused"}},
	{"broken IPv6", changed(healthy(), probe(ProbeIPv6, mute)), nil, "net_ipv6_broken", SeverityInfo, GradeGood, nil, nil},

	{"MTU 1400", changed(healthy(), mtu(1400)), nil, "net_mtu_1500", SeverityInfo, GradeGood, []string{"1400 bytes", "1408 bytes did not arrive"}, nil},
	{"MTU 1240", changed(healthy(), mtu(1240)), nil, "net_mtu_1280", SeverityWarning, GradeGood, nil, nil},
	{"MTU 1100", changed(healthy(), mtu(1100)), nil, "net_mtu_1200", SeverityWarning, GradeFair, []string{"1280 bytes at least"}, nil},
	{"DSCP is removed", changed(healthy(), probe(ProbeDSCP, says(NetDegraded, ""), func(r *NetResult) { r.Facts.DSCPSent = 46 })), nil, "net_dscp", SeverityInfo, GradeGood, []string{"DSCP 46 arrived with 0"}, nil},
	{"marked packets are dropped", changed(healthy(), probe(ProbeDSCP, says(NetDegraded, ""), func(r *NetResult) { r.Facts.DSCPSent, r.Facts.DSCPArrived = 46, -1 })), nil, "net_dscp_dropped", SeverityWarning, GradeGood, nil, []string{"net_dscp"}},
	{"a limit of one flow", changed(healthy(), rate(800, 3000)), nil, "net_rate_limit", SeverityWarning, GradeGood, []string{"800 kbit/s", "limit is one of single connections"}, nil},
	{"a limit that is little below what several carried", changed(healthy(), changing(rate(800, 950), func(r *NetResult) { r.Facts.PerFlow = Yes })), nil, "net_rate_limit", SeverityWarning, GradeGood,
		[]string{"limit is one of single connections", "coturn: max-bps"}, nil},
	{"a low one", changed(healthy(), rate(300, 0)), nil, "net_rate_limit", SeverityWarning, GradeFair, nil, nil},
	{"a high one", changed(healthy(), rate(3000, 3100)), nil, "net_rate_limit", SeverityInfo, GradeGood, []string{"the line that is full", "at the rate of the line as a whole"}, nil},
	{"idle time-out", changed(healthy(), probe(ProbeIdle, says(NetDegraded, ""), func(r *NetResult) { r.Transport, r.Facts.AtLeast, r.Facts.AtMost = "tcp", 30*time.Second, time.Minute })), nil, "net_idle_timeout", SeverityWarning, GradeGood,
		[]string{"no longer arrive on TCP connections that were quiet for 60 s", "After a silence of 30 s a packet from outside arrived"}, nil},
	{"idle time-out of a proxy", changed(healthy(), probe(ProbeIdle, says(NetDegraded, ""), viaProxy, func(r *NetResult) { r.Transport, r.Facts.AtLeast, r.Facts.AtMost = "tls", 30*time.Second, time.Minute })), nil,
		"net_idle_timeout", SeverityWarning, GradeGood, []string{"proxy proxy.example.com:3128, which has a time-out of its own", "on the proxy"}, nil},
	{"a path MTU black hole", inHole(), nil, "net_mtu_hole", SeverityWarning, GradeFair,
		[]string{"Packets larger than 1400 bytes vanish between here and turn.example.com", "allow ICMP type 3 code 4", "clamp the MSS of TCP to 1360", "lower the MTU of this computer to 1400",
			"turn.example.com, port 443", "Calls over UDP have smaller packets."},
		[]string{"net_mtu_1500", "net_tls_cut", "net_tls_silent", "net_turn_silent", netOther}},
	{"a VPN whose MTU this computer knows", changed(inHole(), interfaces(leadsOut(InterfaceFacts{Name: "wg0", Addresses: []string{"10.0.0.2/24"}, MTU: 1400}))), nil, "net_tls_silent", SeverityWarning, GradeFair,
		[]string{"lower the MTU of this computer to 1280 for a try"}, []string{"net_mtu_hole"}},
	{"TLS that hangs although other TLS comes about", changed(inHole(), turn("tls", own, 5349, dialed, tlsDone)), nil, "net_tls_silent", SeverityWarning, GradeFair, nil, []string{"net_mtu_hole", "net_turn_silent"}},
	{"TLS that hangs where nothing answers TCP either", changed(inHole(), turn("tcp", own, 443, mute, dialed)), nil, "net_tls_silent", SeverityWarning, GradeFair, nil, []string{"net_mtu_hole"}},
	{"TLS that hangs where large packets pass", changed(inHole(), probe(ProbeMTU, func(r *NetResult) { r.Facts.MTU = 1500 })), nil, "net_tls_silent", SeverityWarning, GradeFair, nil, []string{"net_mtu_hole", "net_tls_cut"}},
	{"40 % loss", changed(healthy(), udp(own, 3478, asked(3, 6, 3, 0)), udp(public, 3478, asked(2, 5, 2, 0)), turn("udp", own, 3478, says(NetDegraded, ReasonNoAnswer), asked(7, 14, 6, 1), words("It is then silent."))), nil,
		"net_packets_lost", SeverityCritical, GradePoor, []string{"14 of 25 packets", "56 %", "about 34 % are lost on each way", "Run a loss test", "all sendings of one request were lost"},
		[]string{"net_turn_error", "net_turn_falls_silent", netOther}},
	{"silence in the middle", changed(healthy(), turn("udp", own, 3478, says(NetFailed, ReasonNoAnswer), asked(3, 5, 2, 1), words("It is then silent."), did(NetStepChallenge))), nil,
		"net_turn_falls_silent", SeverityWarning, GradeFair, []string{"It is then silent.", "Run a loss test"}, []string{"net_packets_lost", "net_turn_error", "net_udp_dropped", "net_udp_other_port"}},
	{"a mistyped port", changed(healthy(), udp(own, 3499, rejects), turn("udp", own, 3499, rejects)), named(3499), "net_udp_wrong_port", SeverityWarning, GradeFair,
		[]string{"nothing listens on UDP 3499, and 3478 answers", "the port may be mistyped", "Check the port in the server's address: port 3478 works", "if it does, a firewall refuses the packets: ask for UDP"}, []string{"net_udp_other_port"}},
	{"a firewall that goes by an unusual port", changed(healthy(), udp(own, 3499, mute), turn("udp", own, 3499, mute)), named(3499), "net_udp_other_port", SeverityWarning, GradeFair, nil, []string{"net_udp_wrong_port"}},
	{"a port that a router refuses", changed(healthy(), udp(own, 3499, says(NetBlocked, ReasonUnreachable))), named(3499), "net_udp_other_port", SeverityWarning, GradeFair, []string{"Refused (ICMP): port 3499"}, []string{"net_udp_wrong_port"}},
	{"UDP of one server is refused", changed(udpBlocked(rejects), udp(public, 3478)), nil, "net_udp_server", SeverityWarning, GradeFair, []string{"is refused (ICMP)"}, nil},
	{"a trouble without a rule", changed(healthy(), probe(ProbeNAT, says(NetFailed, ReasonServerError), words("Odd answers."))), nil, netOther, SeverityInfo, GradeGood, []string{"Odd answers.", "NAT behaviour: failed"}, nil},
}

func by6(r *NetResult) { r.Family, r.Server, r.Remote = Family6, "", "[2001:db8::9]:3478" }

// asked counts a probe's questions: how many, their sendings, those that were answered, and questions that nothing came to.
func asked(questions, sent, answered, silent int) answer {
	return func(r *NetResult) {
		r.Facts.Questions = &QuestionFacts{Asked: questions, Sent: sent, Answered: answered, Silent: silent, SilentSent: 3 * silent}
	}
}

func did(step string) answer {
	return func(r *NetResult) { r.Steps = append(r.Steps, NetStep{Name: step, OK: true}) }
}

var tlsDone = did(string(StepTLS))

func tlsHung(r *NetResult) {
	dialed(r)
	r.Steps = append(r.Steps, NetStep{Name: string(StepTLS)})
}

// inHole are the results of a network that takes 1400 bytes and does not tell.
func inHole() []NetResult {
	return changed(healthy(), mtu(1400), turn("tls", own, 443, mute, tlsHung), about(ProbeTLS, own+":443", mute, tlsHung, func(r *NetResult) { r.Transport = "tls" }))
}

// named adds a TURN server by a port to those that were asked.
func named(port int) func(*Report) {
	return func(r *Report) {
		more := servers(fmt.Sprintf("turn:%s:%d", own, port))
		r.Plan.Target.Servers, r.Granted.Target.Servers = append(r.Plan.Target.Servers, more...), append(r.Granted.Target.Servers, more...)
	}
}

func changing(r NetResult, change answer) NetResult {
	change(&r)
	return r
}

func mtu(n int) NetResult {
	return probe(ProbeMTU, says(NetDegraded, ""), func(r *NetResult) { r.Facts.MTU, r.Facts.MTULost = n, n+8 })
}

func rate(limit, many float64) NetResult {
	return probe(ProbeRate, says(NetDegraded, ""), func(r *NetResult) { r.Facts.LimitKbps, r.Facts.ManyKbps = limit, many })
}

func TestNetworkFindings(t *testing.T) {
	for _, tt := range ruleCases {
		t.Run(tt.name, func(t *testing.T) {
			r := networkReport(tt.results...)
			if tt.change != nil {
				tt.change(&r)
			}
			v := Judge(r)
			checkNetworkWords(t, r, v)
			if v.Grade != tt.grade {
				t.Errorf("the network is %q, want %q: %q", v.Grade, tt.grade, ids(v))
			}
			i := slices.IndexFunc(v.Findings, func(f Finding) bool { return f.ID == tt.want })
			if i < 0 {
				t.Fatalf("not found among %q: %s", ids(v), v.Sentence)
			}
			f := v.Findings[i]
			if f.Severity != tt.severity {
				t.Errorf("%s, want %s", f.Severity, tt.severity)
			}
			whole := fmt.Sprintf("%s\n%s\n%s\n%v", f.Title, f.Detail, f.Advice, f.Evidence)
			for _, h := range tt.holds {
				if !strings.Contains(strings.ToLower(whole), strings.ToLower(h)) {
					t.Errorf("%q is not in\n%s", h, whole)
				}
			}
			for _, n := range tt.none {
				if slices.Contains(ids(v), n) {
					t.Errorf("%s beside it: %q", n, ids(v))
				}
			}
		})
	}
}

// Each rule has a case above, an area, and words that are filled in.
func TestNetworkRulesAreComplete(t *testing.T) {
	seen := map[string]bool{}
	elsewhere := []string{"net_no_hairpin"} // needs paths
	for _, rule := range netRules {
		if seen[rule.id] || rule.title == "" || rule.detail == "" || rule.advice == "" || rule.severity.rank() < 0 || rule.area == "" || rule.overruled != nil && rule.seen == "" {
			t.Errorf("%s lacks something or is there twice", rule.id)
		}
		seen[rule.id] = true
		if area, ok := NetworkFindingArea(rule.id); !ok || area != rule.area {
			t.Errorf("%s belongs to %q", rule.id, area)
		}
		shown := slices.ContainsFunc(ruleCases, func(c struct {
			name     string
			results  []NetResult
			change   func(*Report)
			want     string
			severity Severity
			grade    Grade
			holds    []string
			none     []string
		}) bool {
			return c.want == rule.id
		})
		if !shown && !slices.Contains(elsewhere, rule.id) {
			t.Errorf("no case shows %s", rule.id)
		}
	}
	if _, ok := NetworkFindingArea("udp_blocked"); ok {
		t.Error("a finding on paths has an area of the network")
	}
}

// checkNetworkWords is checkWords, and looks for words that were not filled in.
func checkNetworkWords(t *testing.T, r Report, v Verdict) {
	t.Helper()
	checkWords(t, r, v)
	for _, f := range v.Findings {
		for _, s := range []string{f.Title, f.Detail, f.Advice} {
			if strings.ContainsAny(s, "{}") || strings.Contains(s, " .") || strings.Contains(s, " ,") || strings.Contains(s, "()") || s != strings.TrimSpace(s) {
				t.Errorf("%s: %q", f.ID, s)
			}
		}
	}
}
