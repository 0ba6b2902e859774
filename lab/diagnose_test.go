package lab

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"echopath/internal/netns"
)

// diagnose starts a diagnosis of the network on a.
func (w *world) diagnose(env []string, args ...string) *netns.Process {
	w.t.Helper()
	command := []string{program(w.t), "nat", "--json", "-", "--quiet"}
	env = append([]string{"HTTPS_PROXY=", "https_proxy=", "NO_PROXY=", "no_proxy="}, env...)
	return w.start("a", "nat", env, append(command, args...)...)
}

// diagnosis waits for its end, and logs what it said and how long it took.
func (w *world) diagnosis(p *netns.Process) Report {
	w.t.Helper()
	r, code := w.report(p, 2*time.Minute)
	if r.Network == nil || !r.Network.Complete {
		w.t.Fatalf("the diagnosis is not complete: exit %d, %+v\n%s", code, r.Network, p.Trouble())
	}
	var found []string
	for _, f := range r.Verdict.Findings {
		found = append(found, f.Severity+" "+f.ID)
	}
	w.t.Logf("%s: exit %d, %.2f s, %s, %s", p.Name, code, r.Network.TookMS/1000, r.Verdict.Grade, strings.Join(found, ", "))
	w.judgeTime(p.Name, r, hardCap)
	return r
}

// How long the report takes at most on a network in order, and whatever answers or not.
const (
	fastReport = 8 * time.Second
	hardCap    = 15 * time.Second
)

// judgeTime wants a report in time, but not of the short lab, which is part of `make test`: how long something takes says nothing on a
// computer that has other things to do.
func (w *world) judgeTime(name string, r Report, most time.Duration) {
	w.t.Helper()
	took := time.Duration(r.Network.TookMS * float64(time.Millisecond))
	switch {
	case took <= most:
	case os.Getenv("ECHOPATH_LAB") == "short":
		w.t.Logf("%s: not judged in the short lab: %v, want at most %v", name, took, most)
	default:
		w.t.Errorf("%s took %v, want at most %v", name, took, most)
	}
}

// graver wants no finding above info but the named ones.
func graver(t *testing.T, r Report, named ...string) {
	t.Helper()
	for _, f := range r.Verdict.Findings {
		if f.Severity != "info" && !slices.Contains(named, f.ID) {
			t.Errorf("%s, which is %s: %s. %s", f.ID, f.Severity, f.Title, f.Detail)
		}
	}
}

// probes logs all that was asked, for the evidence of a failure.
func probes(t *testing.T, r Report) {
	t.Helper()
	if !t.Failed() {
		return
	}
	for _, p := range r.Probes {
		t.Logf("%s: %s %s, %.0f ms: %s %s", p.ID, p.State, p.Code, p.TookMS, p.Text, p.Cause)
	}
}

// scenarioDiagnoseNATs asks about each set-up of the table, a server with two addresses and one of our own with one.
func scenarioDiagnoseNATs(t *testing.T) { diagnoseNATs(t, Setups()) }

func scenarioDiagnoseFewNATs(t *testing.T) {
	diagnoseNATs(t, slices.DeleteFunc(Setups(), func(s Setup) bool {
		return !slices.Contains([]string{"masquerade", "masquerade at random", "only TCP 443"}, s.Name)
	}))
}

func diagnoseNATs(t *testing.T, setups []Setup) {
	for _, s := range setups {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, Layout{A: s.Side, B: Side{NAT: None}}, 4*time.Minute)
			if s.Ports {
				w.run("a", "sysctl", "-q", "-w", "net.ipv4.ip_local_port_range="+SetupPorts)
			}
			if s.Silence == "refused" {
				w.tellAll()
			}
			w.coturn()
			w.host(443)
			two := w.diagnose(nil, "--stun", fmt.Sprintf("stun:%s:%d", AddrSrv, stunPort))
			one := w.diagnose(nil, "--target", "@"+w.inviteFile())
			checkNAT(t, s, w.diagnosis(two), s.Two, "two_addresses")
			checkNAT(t, s, w.diagnosis(one), s.One, "two_ports")
		})
	}
}

func checkNAT(t *testing.T, s Setup, r Report, want NATVerdict, method string) {
	t.Helper()
	defer probes(t, r)
	n, p := r.NAT, r.Probe("nat")
	if s.Silence != "" {
		if n != nil && (n.NAT != nil || n.Mapping != "" || n.Filtering != "") || p == nil || p.State != "blocked" || p.Code != s.Silence {
			t.Errorf("by %s: %+v of %+v; want blocked, %s", method, n, p, s.Silence)
		}
		return
	}
	if n == nil {
		t.Errorf("by %s: nothing about the NAT", method)
		return
	}
	hairpin := map[bool]string{true: "yes", false: "no"}
	said := ""
	if n.Hairpin != nil {
		said = hairpin[*n.Hairpin]
	}
	if (NATVerdict{n.Mapping, n.Filtering}) != want || n.Method != method || n.NAT == nil || *n.NAT != (want.Mapping != noNAT) {
		t.Errorf("mapping %s, filtering %s by %s, want %s, %s by %s", n.Mapping, n.Filtering, n.Method, want.Mapping, want.Filtering, method)
	}
	if method == "two_addresses" && n.OldName != s.OldName {
		t.Errorf("it is called %q, want %q", n.OldName, s.OldName)
	}
	if n.PortsTried == 0 || s.Kept != (n.PortsPreserved == n.PortsTried) || said != s.Hairpin || n.SharedAddress != s.Shared {
		t.Errorf("by %s: %d of %d ports kept, hairpin %q, shared %t; want kept %t, %q, %t", method, n.PortsPreserved, n.PortsTried, said, n.SharedAddress, s.Kept, s.Hairpin, s.Shared)
	}
	if f := r.Finding("net_cgnat"); (f != nil) != s.Shared {
		t.Errorf("by %s: net_cgnat is %+v", method, f)
	}
	symmetric := n.OldName == "symmetric NAT"
	if f := r.Finding("net_nat_symmetric"); (f != nil) != symmetric {
		t.Errorf("by %s: net_nat_symmetric is %+v", method, f)
	}
	if f := r.Finding("net_several_addresses"); method == "two_addresses" && (f != nil) != s.Several {
		t.Errorf("by %s: net_several_addresses is %+v", method, f)
	}
	graver(t, r, "net_nat_symmetric", "net_several_addresses")
}

// tellAll has a's router send all that it has to say by ICMP: the kernel would keep back most of it.
func (w *world) tellAll() { w.run("nata", "sysctl", "-q", "-w", "net.ipv4.icmp_ratelimit=0") }

// scenarioDiagnoseHealthy has nothing to complain of, however often it is asked, and is quick.
func scenarioDiagnoseHealthy(t *testing.T) {
	t.Run("by IPv6", func(t *testing.T) {
		t.Parallel()
		healthy6(t)
	})
	for i := range 2 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			healthy(t, 10)
		})
	}
}

func healthy(t *testing.T, runs int) {
	w := newWorld(t, Layout{A: Side{NAT: Cone}, B: Side{NAT: None}}, 8*time.Minute)
	var s relayServer
	s.serve(w)
	args := slices.Concat(s.flags(), []string{"--turn-ca", w.ca}, w.page(AddrSrv))
	for range runs {
		r := w.diagnosis(w.diagnose(goodPassword, args...))
		w.judgeTime("healthy", r, fastReport)
		graver(t, r)
		if r.Verdict.Grade != "good" || r.NAT == nil || r.NAT.Mapping != eim || r.NAT.Filtering != apdm {
			t.Errorf("%s, NAT %+v", r.Verdict.Grade, r.NAT)
		}
		probes(t, r)
	}
}

var goodPassword = []string{"ECHOPATH_TURN_PASS=" + turnPassword}

// scenarioDiagnoseNothing has nobody answer: not at all, or by taking connections and keeping quiet.
func scenarioDiagnoseNothing(t *testing.T) {
	const drop = "-A FORWARD -i lan -j DROP"
	for name, rules := range map[string]string{
		"silence": table("filter", guard, drop) + table("nat", hide),
		"mute":    table("filter", guard, drop) + table("nat", "-A PREROUTING -i lan -p tcp -j DNAT --to-destination 10.1.0.1:7000", hide),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, Layout{A: Side{NAT: Cone, Rules: rules}}, 2*time.Minute)
			w.box("nata", "mute", "10.1.0.1:7000")
			args := append(turnFlags(AddrSrv), "--stun", "stun:"+AddrB.String(), "--portal", "http://"+AddrSrv.String()+"/")
			r := w.diagnosis(w.diagnose(goodPassword, args...))
			want := map[string][]string{"silence": {"net_no_answer"}, "mute": {"net_no_answer", "net_turn_silent", "net_tls_silent"}}[name]
			for _, id := range want {
				if f := r.Finding(id); f == nil || f.Advice == "" {
					t.Errorf("no %s", id)
				}
			}
			graver(t, r, want...)
			if r.Verdict.Grade != "failed" {
				t.Errorf("the grade is %s", r.Verdict.Grade)
			}
			probes(t, r)
		})
	}
	t.Run("silence by IPv6", func(t *testing.T) {
		t.Parallel()
		silence6(t)
	})
}
