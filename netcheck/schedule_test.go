package netcheck

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// server makes a server from its URL; a mistake in the test's own table panics.
func server(url string) ICEServer {
	u, err := ParseServerURL(url)
	if err != nil {
		panic(err)
	}
	return ICEServer{URL: u}
}

func servers(urls ...string) []ICEServer {
	var out []ICEServer
	for _, u := range urls {
		if u == "public" {
			out = append(out, PublicSTUN()...)
			continue
		}
		out = append(out, server(u))
	}
	return out
}

// A step in the notation of these tables: the path, then the addresses of its servers or the reason why it does not apply.
func (s step) notation() string {
	words := []string{string(s.path)}
	for _, srv := range s.leg.Servers {
		words = append(words, srv.URL.String())
	}
	if s.reason != nil {
		words = []string{string(s.path), "!" + string(s.reason.Code)}
	}
	return strings.Join(words, " ")
}

func TestSchedule(t *testing.T) {
	const udp, tcp, tls = "turn:t:3478?transport=udp", "turn:t:3478?transport=tcp", "turns:t:5349?transport=tcp"
	tests := []struct {
		name   string
		kind   TargetKind
		urls   []string
		paths  []Path
		family Family
		want   []string
	}{
		{"a full house", TargetSelf, []string{"stun:s", udp, tcp, tls}, nil, "", []string{
			"direct", "stun stun:s:3478 " + udp, "relay-udp " + udp, "relay-tcp " + tcp, "relay-tls " + tls}},
		{"no server at all", TargetSelf, nil, nil, "", []string{
			"direct", "stun !no_server", "relay-udp !no_server", "relay-tcp !no_server", "relay-tls !no_server"}},
		{"both ends here and someone else's server", TargetTURN, []string{udp}, nil, "", []string{
			"direct !same_machine", "stun " + udp, "relay-udp " + udp, "relay-tcp !no_server", "relay-tls !no_server"}},
		{"stun servers come before TURN servers", TargetTURN, []string{udp, "stun:b", "stun:a"}, []Path{PathSTUN}, "", []string{
			"stun stun:b:3478 stun:a:3478 " + udp}},
		{"a relay keeps the user's order", TargetTURN, []string{"turn:z", "turn:a"}, []Path{PathRelayUDP}, "", []string{
			"relay-udp turn:z:3478?transport=udp turn:a:3478?transport=udp"}},
		{"only the paths that were asked for, in their order", TargetTURN, []string{tcp, tls}, []Path{PathRelayTLS, PathRelayTCP}, "", []string{
			"relay-tls " + tls, "relay-tcp " + tcp}},
		{"no address of the family", TargetTURN, []string{"turn:[2001:db8::1]"}, []Path{PathRelayUDP}, Family4, []string{"relay-udp !no_family"}},
		{"the other way round", TargetTURN, []string{"turn:192.0.2.1"}, []Path{PathRelayUDP}, Family6, []string{"relay-udp !no_family"}},
		{"one of two has the family", TargetTURN, []string{"turn:192.0.2.1", "turn:[2001:db8::1]"}, []Path{PathRelayUDP}, Family6, []string{
			"relay-udp turn:192.0.2.1:3478?transport=udp turn:[2001:db8::1]:3478?transport=udp"}},
		{"two computers", TargetInvite, []string{udp, tcp, tls}, nil, "", []string{
			"direct", "stun " + udp, "relay-udp " + udp, "relay-tcp " + tcp, "relay-tls " + tls}},
		{"two computers, and a host that offers no server", TargetInvite, nil, nil, "", []string{
			"direct", "stun !no_server", "relay-udp !no_server", "relay-tcp !no_server", "relay-tls !no_server"}},
		{"public servers come last, and not all of them", TargetInvite, []string{"public", udp, "stun:own"}, []Path{PathSTUN, PathRelayUDP}, "", []string{
			"stun stun:own:3478 " + udp + " stun:stun.l.google.com:19302 stun:stun1.l.google.com:19302", "relay-udp " + udp}},
		{"public servers alone", TargetTURN, []string{"public"}, []Path{PathSTUN}, "", []string{
			"stun stun:stun.l.google.com:19302 stun:stun1.l.google.com:19302"}},
		{"a name may have any family", TargetTURN, []string{"turn:t"}, []Path{PathRelayUDP}, Family6, []string{"relay-udp " + udp}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := Plan{Target: Target{Kind: tt.kind, Servers: servers(tt.urls...)}, Paths: tt.paths, Family: tt.family, Loss: quick()}.filled()
			var got []string
			for _, s := range schedule(g) {
				got = append(got, s.notation())
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestScheduleFillsTheLeg(t *testing.T) {
	p := Plan{Target: Target{Kind: TargetTURN, Servers: servers("turn:t")}, Paths: []Path{PathRelayUDP}, Interface: "eth0",
		Loss: quick(), ConnectTimeout: 3 * time.Second}
	g, err := p.Grant()
	if err != nil {
		t.Fatal(err)
	}
	leg := schedule(g)[0].leg
	if leg.Target != TargetTURN || leg.Path != PathRelayUDP || leg.Family != Family4 || leg.Interface != "eth0" || leg.Far != FarInProcess ||
		leg.Load != (Load{PacketsPerSecond: 100, PacketSize: 200}) || leg.Timeout != 3*time.Second {
		t.Errorf("leg %+v", leg)
	}
}

func TestLegsOfTwoComputers(t *testing.T) {
	g, err := Plan{Target: Target{Kind: TargetInvite, Servers: servers("turn:t")}, Paths: []Path{PathDirect, PathRelayUDP}, Loss: quick()}.Grant()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range schedule(g) {
		if s.leg.Far != FarRemote || s.leg.Target != TargetInvite {
			t.Errorf("%s: %+v", s.path, s.leg)
		}
	}
}

// The list holds addresses that its own parser takes, each once, and marks them.
func TestPublicSTUN(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range PublicSTUN() {
		parsed, err := ParseServerURL(s.URL.String())
		if err != nil || parsed != s.URL || !s.Public || seen[s.URL.String()] || s.URL.Scheme != SchemeSTUN {
			t.Errorf("%+v: %v", s, err)
		}
		seen[s.URL.String()] = true
	}
	if len(seen) != 5 {
		t.Errorf("%d servers", len(seen))
	}
}

// Every reason why a path does not apply has a sentence and an advice, and none of them blames the network.
func TestReasonsNotToRunAreExplained(t *testing.T) {
	plans := []Plan{
		{Target: Target{Kind: TargetSelf}, Loss: quick()},
		{Target: Target{Kind: TargetInvite}, Loss: quick()},
		{Target: Target{Kind: TargetTURN, Servers: servers("turn:[2001:db8::1]")}, Family: Family4, Loss: quick()},
	}
	for _, p := range plans {
		for _, s := range schedule(p.filled()) {
			if s.reason == nil {
				continue
			}
			if s.reason.Text == "" || s.reason.Advice == "" || s.reason.Code.State() != StateNotApplicable {
				t.Errorf("%s: %+v", s.path, s.reason)
			}
		}
	}
}

func TestSessionFamily(t *testing.T) {
	tests := []struct {
		family Family
		urls   []string
		want   Family
	}{
		{FamilyAuto, nil, Family4},
		{FamilyAuto, []string{"turn:name"}, Family4},
		{FamilyAuto, []string{"turn:192.0.2.1", "turn:[2001:db8::1]"}, Family4},
		{FamilyAuto, []string{"turn:[2001:db8::1]", "stun:[2001:db8::2]"}, Family6},
		{FamilyAuto, []string{"turn:[2001:db8::1]", "stun:name"}, Family4},
		{FamilyAuto, []string{"turn:[::ffff:192.0.2.1]"}, Family4},
		{FamilyAuto, []string{"turn:[2001:db8::1]", "public"}, Family6},
		{FamilyAuto, []string{"public"}, Family4},
		{Family4, []string{"turn:[2001:db8::1]"}, Family4},
		{Family6, nil, Family6},
	}
	for _, tt := range tests {
		if got := sessionFamily(Plan{Family: tt.family, Target: Target{Servers: servers(tt.urls...)}}); got != tt.want {
			t.Errorf("%s with %q: family %s, want %s", tt.family, tt.urls, got, tt.want)
		}
	}
}

func TestPlanOfWhichNothingCanRun(t *testing.T) {
	for want, p := range map[string]Plan{
		"No server was given that offers this path": {Target: Target{Kind: TargetTURN, Servers: servers("turn:t")}, Paths: []Path{PathRelayTLS}},
		"not of IP version 6":                       {Target: Target{Kind: TargetTURN, Servers: servers("turn:192.0.2.1")}, Family: Family6},
		"both ends are on this computer":            {Target: Target{Kind: TargetTURN, Servers: servers("turn:t")}, Paths: []Path{PathDirect}},
	} {
		p.Loss = quick()
		_, err := p.Grant()
		var plan *PlanError
		if !errors.As(err, &plan) || !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(want)) {
			t.Errorf("got %v, want a plan error with %q", err, want)
		}
	}
}
