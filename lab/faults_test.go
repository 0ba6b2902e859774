package lab

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // as TURN REST has it
	"encoding/base64"
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// fault is something wrong with a network or a server, set up for real, and what must be said of it.
type fault struct {
	name  string
	short bool
	side  Side
	turn  relayServer
	dead  bool // no server runs on srv
	// ask prepares the rest and gives what the diagnosis is started with; nil: the server's three ways, with the password and the page.
	ask      func(w *world, s *relayServer) (env, args []string)
	id       string   // the finding
	severity string   // its severity
	title    string   // part of it
	advice   []string // parts of it
	also     []string // other findings above info that are true
	code     string   // the reason's code of the probe that looks at TLS alone, if it matters
}

// The words that a firewall team is given.
const askUDP = "UDP to 11.0.3.2, port 3478"

// faults is the table of them.
func faults() []fault {
	return []fault{
		{name: "UDP dropped", short: true, side: Side{NAT: Cone, Out: []string{"-p udp -j DROP"}},
			id: "net_udp_dropped", severity: "warning", advice: []string{"Ask for " + askUDP + ", to be allowed."}},
		{name: "UDP rejected", side: Side{NAT: Cone, Out: []string{"-p udp -j REJECT"}},
			ask: func(w *world, s *relayServer) (env, args []string) {
				w.tellAll()
				return usual(w, s)
			},
			id: "net_udp_rejected", severity: "warning", advice: []string{"Ask for " + askUDP + ", to be allowed."}},
		{name: "UDP rejected and seldom told", side: Side{NAT: Cone, Out: []string{"-p udp -j REJECT"}}, // by ICMP, as the kernel does unless it is told otherwise
			id: "net_udp_rejected", severity: "warning", advice: []string{"Ask for " + askUDP + ", to be allowed."}},
		{name: "UDP prohibited", side: Side{NAT: Cone, Out: []string{"-p udp -j REJECT --reject-with icmp-admin-prohibited"}},
			ask: func(w *world, s *relayServer) (env, args []string) {
				w.tellAll()
				return usual(w, s)
			},
			id: "net_udp_rejected", severity: "warning", advice: []string{"Ask for " + askUDP + ", to be allowed."}},
		{name: "everything prohibited", side: Side{NAT: Cone, Out: []string{prohibit}},
			ask: func(w *world, s *relayServer) (env, args []string) {
				w.tellAll()
				return usual(w, s)
			},
			id: "net_all_refused", severity: "critical", title: "refuses everything", advice: []string{askUDP, "TCP to 11.0.3.2, ports 443 and 3478"}},
		{name: "everything prohibited and seldom told", side: Side{NAT: Cone, Out: []string{prohibit}},
			id: "net_all_refused", severity: "critical", advice: []string{askUDP, "TCP to 11.0.3.2, ports 443 and 3478"}},
		{name: "only TCP 443", short: true, side: Side{NAT: Cone, Out: []string{"-p tcp --dport 443 -j ACCEPT", "-j DROP"}},
			id: "net_only_443", severity: "warning", advice: []string{"Keep the relay on port 443", askUDP}, also: []string{"net_udp_dropped"}},
		{name: "only a proxy", side: Side{NAT: Cone, Out: onlyProxy},
			ask: func(w *world, s *relayServer) (env, args []string) {
				return withPassword("HTTPS_PROXY=http://" + w.proxy(0)), slices.Concat(s.flags(), []string{"--turn-ca", w.ca})
			},
			id: "net_proxy_only", severity: "warning", advice: []string{"Use the proxy with a TURN server over TLS on port 443", askUDP}, also: []string{"net_udp_dropped"}},
		{name: "a proxy that forbids", side: Side{NAT: Cone, Out: onlyProxy}, ask: refusingProxy(403),
			id: "net_proxy_forbids", severity: "critical", title: AddrSrv.String(), advice: []string{"Ask for CONNECT to 11.0.3.2, ports 443 and 3478, to be allowed on the proxy."},
			also: []string{"net_no_answer"}},
		{name: "a proxy that wants a user", side: Side{NAT: Cone, Out: onlyProxy}, ask: refusingProxy(407),
			id: "net_proxy_auth", severity: "critical", advice: []string{"CONNECT to 11.0.3.2, ports 443 and 3478", "without a log-in"}, also: []string{"net_no_answer"}},
		{name: "a proxy that forbids, and open UDP", side: Side{NAT: Cone}, ask: refusingProxy(403),
			id: "net_proxy_forbids", severity: "info", advice: []string{"CONNECT to 11.0.3.2, ports 443 and 3478"}},
		{name: "a proxy that wants a user, and open UDP", side: Side{NAT: Cone}, ask: refusingProxy(407), id: "net_proxy_auth", severity: "info"},
		{name: "a proxy reads along", side: Side{NAT: Cone}, ask: readingProxy,
			id: "net_tls_intercepted", severity: "warning", title: AddrSrv.String(), advice: []string{"exception from TLS inspection for 11.0.3.2, port 443"}},
		{name: "a box reads along", side: Side{NAT: Cone, Rules: between("-A PREROUTING -i lan -p tcp -d 11.0.3.2 --dport 443 -j DNAT --to-destination 10.1.0.1:8443")},
			ask: func(w *world, s *relayServer) (env, args []string) {
				w.box("nata", "reader", "10.1.0.1:8443", "11.0.3.2:443", filepath.Join(w.dir, "box.pem"))
				return withPassword(), append(s.flags(), "--turn-pin", s.pin)
			},
			id: "net_tls_intercepted", severity: "warning", title: AddrSrv.String(), advice: []string{"exception from TLS inspection for 11.0.3.2, port 443"}},
		{name: "a box reads along that is trusted", side: Side{NAT: Cone, Rules: between("-A PREROUTING -i lan -p tcp -d 11.0.3.2 --dport 443 -j DNAT --to-destination 10.1.0.1:8443")},
			ask: func(w *world, s *relayServer) (env, args []string) {
				ca := filepath.Join(w.dir, "box.pem")
				w.box("nata", "reader", "10.1.0.1:8443", "11.0.3.2:443", ca)
				return withPassword("SSL_CERT_FILE=" + ca), s.flags()
			},
			id: "net_tls_perhaps_read", severity: "info", title: AddrSrv.String(), advice: []string{"Give the server's pin to be certain"}},
		{name: "wrong password", short: true, side: Side{NAT: Cone},
			ask: func(w *world, s *relayServer) (env, args []string) {
				return []string{"ECHOPATH_TURN_PASS=not-" + turnPassword}, slices.Concat(s.flags(), []string{"--turn-ca", w.ca}, w.page(AddrSrv))
			},
			id: "net_wrong_password", severity: "critical", title: AddrSrv.String(), advice: []string{"Check user and password"}},
		{name: "expired credential", side: Side{NAT: Cone}, turn: relayServer{secret: "lab-secret"}, ask: expired,
			id: "net_credential_expired", severity: "critical", title: AddrSrv.String(), advice: []string{"Get a new user and password"}},
		{name: "dead computer", side: Side{NAT: Cone},
			ask: func(w *world, s *relayServer) (env, args []string) {
				return withPassword(), slices.Concat(turnFlags(addrNobody), []string{"--stun", "stun:11.0.3.2:3478"}, w.page(AddrSrv))
			},
			id: "net_server_down", severity: "warning", title: addrNobody.String(), advice: []string{"Ask the server's administrators whether it runs"}},
		{name: "dead computer and no other", side: Side{NAT: Cone},
			ask: func(w *world, s *relayServer) (env, args []string) {
				return withPassword(), append(turnFlags(addrNobody), w.page(AddrSrv)...)
			},
			id: "net_no_answer", severity: "critical", advice: []string{"Give another server that is known to run"}},
		{name: "dead program", side: Side{NAT: Cone}, dead: true,
			ask: func(w *world, _ *relayServer) (env, args []string) {
				return withPassword(), append(turnFlags(AddrSrv), w.page(AddrSrv)...)
			},
			id: "net_server_refuses", severity: "critical", title: AddrSrv.String(), advice: []string{"Check the server's address and ports, and that it runs"}},
		{name: "certificate for another name", side: Side{NAT: Cone}, turn: named("turn.example.com"),
			id: "net_certificate_name", severity: "warning", title: AddrSrv.String(), advice: []string{"Use the name in the certificate"}},
		{name: "certificate of a strange authority", side: Side{NAT: Cone},
			ask: func(w *world, s *relayServer) (env, args []string) {
				return withPassword(), slices.Concat(s.flags(), w.page(AddrSrv))
			},
			id: "net_certificate_authority", severity: "warning", title: AddrSrv.String(), advice: []string{"Ask the server's administrators who issued the certificate"}},
		{name: "old certificate", side: Side{NAT: Cone}, turn: outOfDate(),
			id: "net_certificate_expired", severity: "warning", title: AddrSrv.String(), advice: []string{"renew the certificate"}, code: "tls_out_of_date"},
		{name: "certificate of tomorrow", side: Side{NAT: Cone}, turn: notYet(),
			id: "net_certificate_expired", severity: "warning", title: AddrSrv.String(), advice: []string{"date and time"}, code: "tls_out_of_date"},
		{name: "captive portal", short: true,
			side: Side{NAT: Cone, Rules: between("-A PREROUTING -i lan -p tcp --dport 80 -j DNAT --to-destination 10.1.0.1:80", "-A FORWARD -i lan -j DROP")},
			ask: func(w *world, s *relayServer) (env, args []string) {
				w.box("nata", "login", "10.1.0.1:80", "http://login.example.com/")
				return withPassword(), slices.Concat(s.flags(), []string{"--turn-ca", w.ca, "--portal", "http://11.0.3.2/"})
			},
			id: "net_captive_portal", severity: "critical", advice: []string{"Open a browser, log in"}},
		{name: "a log-in page that stays after the log-in", side: Side{NAT: Cone, Rules: between("-A PREROUTING -i lan -p tcp --dport 80 -j DNAT --to-destination 10.1.0.1:80")},
			ask: func(w *world, s *relayServer) (env, args []string) {
				w.box("nata", "login", "10.1.0.1:80", "http://login.example.com/")
				return withPassword(), slices.Concat(s.flags(), []string{"--turn-ca", w.ca, "--portal", "http://11.0.3.2/"})
			},
			id: "net_captive_portal", severity: "info", advice: []string{"Nothing needs to be done for calls"}},
		{name: "MTU 1400", side: Side{NAT: Cone},
			ask: func(w *world, s *relayServer) (env, args []string) {
				w.run("nata", "ip", "link", "set", "dev", "wan", "mtu", "1400")
				w.run("wan", "ip", "link", "set", "dev", "a", "mtu", "1400")
				return usual(w, s)
			},
			id: "net_mtu_1500", severity: "info", title: "1400 bytes", advice: []string{"Nothing needs to be done"}},
		// The server sends packets that the router's far side does not take, and the router tells nobody of those of A.
		{name: "MTU 1400 beyond the router and no ICMP", side: Side{NAT: Cone},
			ask: func(w *world, s *relayServer) (env, args []string) {
				w.run("nata", "ip", "link", "set", "dev", "wan", "mtu", "1400")
				w.run("nata", "iptables", "-I", "OUTPUT", "-p", "icmp", "-j", "DROP")
				return usual(w, s)
			},
			id: "net_mtu_hole", severity: "warning", title: "larger than 1400 bytes vanish between here and 11.0.3.2", advice: []string{"allow ICMP type 3 code 4", "clamp the MSS", "lower the MTU of this computer to 1400"}},
		{name: "a mistyped port", side: Side{NAT: Cone},
			ask: func(w *world, s *relayServer) (env, args []string) {
				w.tellAll()
				return withPassword(), slices.Concat([]string{"--turn", "turn:11.0.3.2:3499", "--turn-user", turnUser}, w.page(AddrSrv))
			},
			id: "net_udp_wrong_port", severity: "warning", title: "nothing listens on UDP 3499", advice: []string{"Check the port in the server's address"}},
	}
}

// onlyProxy lets out what is for the HTTP proxy on srv.
var onlyProxy = []string{fmt.Sprintf("-p tcp -d %s --dport %d -j ACCEPT", AddrSrv, proxyPort), "-j DROP"}

// prohibit lets nothing out and says so.
const prohibit = "-j REJECT --reject-with icmp-admin-prohibited"

// refusingProxy answers all that is asked of it with a status.
func refusingProxy(status int) func(*world, *relayServer) (env, args []string) {
	return func(w *world, s *relayServer) (env, args []string) {
		return withPassword("HTTPS_PROXY=http://" + w.proxy(status)), append(s.flags(), "--turn-ca", w.ca)
	}
}

// addrNobody is an address of srv's network that no computer has.
var addrNobody = netip.MustParseAddr("11.0.3.9")

// between are the rules of a NAT with something of its own before it: lines for the table nat, or for filter if they are of FORWARD.
func between(rules ...string) string {
	forward := slices.DeleteFunc(slices.Clone(rules), func(r string) bool { return !strings.Contains(r, "FORWARD") })
	nat := slices.DeleteFunc(rules, func(r string) bool { return strings.Contains(r, "FORWARD") })
	return table("filter", append([]string{guard, stateful}, forward...)...) + table("nat", append(nat, hide)...)
}

func named(name string) (s relayServer) {
	s.leaf.Names = []string{name}
	return s
}

func outOfDate() (s relayServer) {
	s.leaf.NotBefore, s.leaf.NotAfter = time.Now().Add(-48*time.Hour), time.Now().Add(-24*time.Hour)
	return s
}

func notYet() (s relayServer) {
	s.leaf.NotBefore, s.leaf.NotAfter = time.Now().Add(24*time.Hour), time.Now().Add(48*time.Hour)
	return s
}

func withPassword(env ...string) []string { return append(slices.Clone(goodPassword), env...) }

func usual(w *world, s *relayServer) (env, args []string) {
	return withPassword(), slices.Concat(s.flags(), []string{"--turn-ca", w.ca}, w.page(AddrSrv))
}

// readingProxy has an HTTP proxy on the router that leads to port 443 alone, and reads along there. Everything else passes by it.
func readingProxy(w *world, s *relayServer) (env, args []string) {
	w.box("nata", "proxy", "10.1.0.1:3128", filepath.Join(w.dir, "box.pem"))
	return withPassword("HTTPS_PROXY=http://10.1.0.1:3128"), slices.Concat(s.flags(), []string{"--turn-pin", s.pin}, w.page(AddrSrv))
}

// expired is a credential of the REST form whose time was over an hour ago, and that was right until then.
func expired(w *world, s *relayServer) (env, args []string) {
	user := fmt.Sprintf("%d:%s", time.Now().Add(-time.Hour).Unix(), turnUser)
	mac := hmac.New(sha1.New, []byte(s.secret))
	mac.Write([]byte(user))
	flags := append(s.flags()[:6:6], "--turn-user", user, "--turn-ca", w.ca)
	return []string{"ECHOPATH_TURN_PASS=" + base64.StdEncoding.EncodeToString(mac.Sum(nil))}, append(flags, w.page(AddrSrv)...)
}

func scenarioDiagnoseFaults(t *testing.T) {
	diagnoseFaults(t, faults())
	t.Run("no IPv4", func(t *testing.T) {
		t.Parallel()
		noIPv4(t)
	})
}

func scenarioDiagnoseFewFaults(t *testing.T) {
	diagnoseFaults(t, slices.DeleteFunc(faults(), func(f fault) bool { return !f.short }))
	t.Run("none", func(t *testing.T) {
		t.Parallel()
		healthy(t, 1)
	})
}

func diagnoseFaults(t *testing.T, all []fault) {
	for _, f := range all {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, Layout{A: f.side, B: Side{NAT: None}}, 4*time.Minute)
			if !f.dead {
				f.turn.serve(w)
			}
			ask := f.ask
			if ask == nil {
				ask = usual
			}
			env, args := ask(w, &f.turn)
			f.check(t, w.diagnosis(w.diagnose(env, args...)))
		})
	}
}

// check wants the fault's finding in a report, with the right advice, and no other that would be false.
func (f fault) check(t *testing.T, r Report) {
	t.Helper()
	defer probes(t, r)
	graver(t, r, append(f.also, f.id)...)
	if p := r.Probe("tls"); f.code != "" && (p == nil || p.Code != f.code) {
		t.Errorf("the probe of TLS is %+v, want the code %s", p, f.code)
	}
	found := r.Finding(f.id)
	if found == nil {
		t.Errorf("no %s", f.id)
		return
	}
	t.Logf("%s. %s %s", found.Title, found.Detail, found.Advice)
	if found.Severity != f.severity || !strings.Contains(found.Title, f.title) {
		t.Errorf("%s is %s, %q; want %s, about %q", f.id, found.Severity, found.Title, f.severity, f.title)
	}
	for _, part := range f.advice {
		if !strings.Contains(found.Advice, part) {
			t.Errorf("%s advises %q, want %q in it", f.id, found.Advice, part)
		}
	}
}
