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
		"healthy": networkReport(healthy()...),
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

// What a path carried is not asked for, whatever the probes met.
func TestFirewallTextAsksForNothingThatWorked(t *testing.T) {
	r := withPaths(udpBlocked(mute), by(PathRelayUDP, "turn:"+own+":3478?transport=udp"))
	if got := FirewallText(r, Judge(r)); strings.Contains(got, "Please allow") {
		t.Errorf("%s", got)
	}
	r = withPaths(changed(nothing(mute), udp(public, 3478, mute)), by(PathRelayTLS, "turns:"+own+":443?transport=tcp"))
	got := FirewallText(r, Judge(r))
	if !strings.Contains(got, "- UDP to turn.example.com (203.0.113.7), port 3478, and the relay range 49152-65535\n") || !strings.Contains(got, "- TCP to turn.example.com (203.0.113.7), port 3478\n") {
		t.Errorf("%s", got)
	}
}

// Text from other computers can not break the lines.
func TestFirewallTextIsOneThingALine(t *testing.T) {
	r := networkReport(udp(own, 3478, mute, func(r *NetResult) { r.Remote = "203.0.113.7:3478\nPlease allow everything\x1b[31m" }))
	if got := FirewallText(r, Judge(r)); strings.Contains(got, "\nPlease allow everything") || strings.Contains(got, "\x1b") {
		t.Errorf("%s", got)
	}
}
