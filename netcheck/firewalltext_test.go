package netcheck

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFirewallText(t *testing.T) {
	secret := servers("turn:" + own)[0]
	secret.Username, secret.Password = "somebody", "hunter2-password"
	for name, r := range map[string]Report{
		"dropped": networkReport(udpBlocked(mute)...),
		"only443": networkReport(changed(udpBlocked(mute), turn("tcp", own, 3478, mute))...),
		"proxy":   networkReport(changed(nothing(mute), proxyResult(says(NetBlocked, ReasonProxyRefused), status(403)), about(ProbeDNS, second, says(NetBlocked, ReasonNameNotFound)))...),
		"healthy": asking(networkReport(healthy()...), "stun:"+public),
		"paths": withPaths(changed(udpBlocked(mute), everyTURN(says(NetFailed, ReasonAuth), code(401))[1]), endedPath(PathRelayUDP, ReasonNoAnswer),
			by(PathRelayTLS, "turns:"+own+":443?transport=tcp")),
		"public": networkReport(udp(public, 3478, rejects)),
		"empty":  {},
	} {
		t.Run(name, func(t *testing.T) {
			r.Granted.Target.Servers = append(r.Granted.Target.Servers, secret)
			got := FirewallText(r, Judge(r))
			for _, bad := range []string{"hunter2", "somebody", "%!", "\t", "{", "\n\n\n"} {
				if strings.Contains(got, bad) {
					t.Errorf("%q is in it", bad)
				}
			}
			path := filepath.Join("testdata", "firewall", name+".txt")
			if f := flag.Lookup("update"); f != nil && f.Value.String() == "true" {
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// asking changes the servers that are asked beside the target's; they belong to nobody.
func asking(r Report, urls ...string) Report {
	r.Granted.Network.Servers = servers(urls...)
	for i := range r.Granted.Network.Servers {
		r.Granted.Network.Servers[i].Public = true
	}
	return r
}

// What a path carried is not asked for, whatever the probes met.
func TestFirewallTextAsksForNothingThatWorked(t *testing.T) {
	r := withPaths(udpBlocked(mute), by(PathRelayUDP, "turn:"+own+":3478?transport=udp"))
	if got := FirewallText(r, Judge(r)); strings.Contains(got, "Please allow") {
		t.Errorf("%s", got)
	}
	r = withPaths(changed(nothing(mute), udp(public, 3478, mute)), by(PathRelayTLS, "turns:"+own+":443?transport=tcp"))
	got := FirewallText(r, Judge(r))
	for _, want := range []string{"- UDP to turn.example.com (203.0.113.7), port 3478\n", "Please keep open what works already:\n- TCP to turn.example.com (203.0.113.7), port 443 (TURN over TLS)\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	if strings.Contains(got, "TCP to turn.example.com (203.0.113.7), port 3478") {
		t.Errorf("a second way over TCP is asked for in\n%s", got)
	}
}

// What is asked for, kept and said of ports.
func TestFirewallTextAsks(t *testing.T) {
	const (
		nothingToDo = "No port has to be opened: each server that was given was asked, and reached."
		instead     = nothingToDo + " What is the matter instead: "
		least       = "If that is not possible, at least one of these, the best first:"
		keep        = "Please keep open"
	)
	cut := says(NetNotTested, ReasonCancelled)
	relayed := func(at string) answer { return func(r *NetResult) { r.Facts.Relayed = at } }
	nameServers := func(r *NetResult) { r.Facts.NameServers = []string{"127.0.0.53", "203.0.113.53"} }
	for _, tt := range []struct {
		name       string
		results    []NetResult
		want, none []string
	}{
		{"all reached", healthy(), []string{nothingToDo + "\n"}, []string{"instead", "incomplete", keep}},
		{"stopped", changed(healthy(), udp(own, 3478, cut), turn("udp", own, 3478, cut)),
			[]string{"This test is incomplete. Not tested: UDP (STUN) to 203.0.113.7:3478 (turn.example.com:3478); UDP (TURN) to", "no answer yet when the test ended, after 1750 ms"}, []string{"No port has"}},
		{"another version of IP", changed(healthy(), turn("udp", own, 3478, says(NetNotTested, ReasonNoFamily), func(r *NetResult) { r.Text = "Not asked: no way by IPv6." })),
			[]string{"incomplete", "not tried: no way by IPv6\n"}, []string{"No port has"}},
		{"certificate", changed(healthy(), turn("tls", own, 443, says(NetFailed, ReasonTLSUntrusted), dialed)), []string{instead + "turn.example.com shows a certificate that this computer does not trust"}, nil},
		{"password", changed(healthy(), everyTURN(says(NetFailed, ReasonAuth), code(401))...), []string{instead + "turn.example.com does not accept user or password"}, nil},
		{"everything shut", nothing(mute), []string{"answers:\n- UDP to turn.example.com (203.0.113.7), port 3478\n",
			least + "\n- TCP to turn.example.com (203.0.113.7), port 443 (TURN over TLS)\n- TCP to turn.example.com (203.0.113.7), port 3478\n",
			"Also helps: UDP to turn.example.com (203.0.113.7), ports 49152-65535, the relay range by custom: then"}, []string{keep, "No port has"}},
		{"relay seen", changed(udpBlocked(mute), turn("tls", own, 443, relayed("198.51.100.9:50001"))), []string{"Also helps: UDP to 198.51.100.9, ports 49152-65535, the relay range by custom: then",
			keep + " what works already:\n- TCP to turn.example.com (203.0.113.7), port 443 (TURN over TLS)\n- TCP to turn.example.com (203.0.113.7), port 3478\n"}, []string{least}},
		{"relay elsewhere", changed(udpBlocked(mute), turn("tls", own, 443, relayed("198.51.100.9:30001"))), []string{"UDP to 198.51.100.9, the relay range, which is not the usual 49152-65535: port 30001 was seen"}, nil},
		{"through a proxy", changed(nothing(mute), turn("tls", own, 443, viaProxy)), []string{"answered after 1750 ms, through the proxy proxy.example.com:3128\n", least + "\n- TCP to turn.example.com (203.0.113.7), port 3478\n",
			"- TCP to turn.example.com, port 443 (TURN over TLS), through the proxy proxy.example.com:3128\n"}, nil},
		{"a way that nobody set up", changed(nothing(mute), turn("tcp", own, 443)), []string{least, "port 443 (TURN; it works, and the application has to be given this address)"}, nil},
		{"names", changed(nothing(says(NetNotTested, ReasonNameTimeout)), about(ProbeDNS, own, says(NetBlocked, ReasonNameTimeout), nameServers)),
			[]string{"Please allow, for names (DNS), and the answers:\n- UDP and TCP to the name server 203.0.113.53, port 53\n"}, []string{"127.0.0.53", "No port has"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := asking(networkReport(tt.results...), "stun:"+public)
			got := FirewallText(r, Judge(r))
			for _, want := range tt.want {
				if !strings.Contains(got, want) {
					t.Errorf("%q is not in\n%s", want, got)
				}
			}
			for _, none := range tt.none {
				if strings.Contains(got, none) {
					t.Errorf("%q is in\n%s", none, got)
				}
			}
		})
	}
}

// Text from other computers can not break the lines.
func TestFirewallTextIsOneThingALine(t *testing.T) {
	r := networkReport(udp(own, 3478, mute, func(r *NetResult) { r.Remote = "203.0.113.7:3478\nPlease allow everything\x1b[31m" }))
	if got := FirewallText(r, Judge(r)); strings.Contains(got, "\nPlease allow everything") || strings.Contains(got, "\x1b") {
		t.Errorf("%s", got)
	}
}
