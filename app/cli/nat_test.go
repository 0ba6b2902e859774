package cli

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"echopath/app/present/presenttest"
	"echopath/netcheck"
)

const natServers = "--turn turn:turn.example.com:3478 --turn turn:turn.example.com:3478?transport=tcp --turn turns:turn.example.com:443 " +
	"--turn-user alice --turn-pass-file -"

func probed(results []netcheck.NetResult) presenttest.RunFunc {
	return presenttest.Probed(results, (*presenttest.Stage).OK)
}

func TestNATGolden(t *testing.T) {
	tests := []struct {
		name, args string
		run        presenttest.RunFunc
		code       int
	}{
		{"nat-home", "nat --quiet --title Home " + natServers, probed(presenttest.HomeNAT), ExitOK},
		{"nat-only-tls", "nat --quiet " + natServers, probed(presenttest.OnlyTLS), ExitOK},
		{"check-network", "check --quiet --path relay-udp,relay-tls " + natServers, probed(presenttest.HomeNAT), ExitOK},
	}
	for _, tt := range tests {
		for width, name := range map[string]string{"80": "-80.txt", "120": "-120.txt"} {
			c := (&command{args: words(tt.args), run: tt.run, env: map[string]string{"COLUMNS": width}, stdin: "hunter2\n"}).do(t.Context())
			if c.code != tt.code || c.err != "" {
				t.Errorf("%s: exit %d, want %d; stderr %q", tt.name, c.code, tt.code, c.err)
			}
			presenttest.Golden(t, tt.name+name, c.out)
		}
	}
	c := (&command{args: words("nat --quiet " + natServers), run: probed(presenttest.OnlyTLS), env: map[string]string{"LANG": "C"}, stdin: "hunter2\n"}).do(t.Context())
	if i := strings.IndexFunc(c.out, func(r rune) bool { return r > 0x7e }); i >= 0 {
		t.Errorf("beyond ASCII: %q", c.out[i:min(i+20, len(c.out))])
	}
}

// Without servers two public ones are asked, and nobody else hears of it; that is said before.
func TestNATAsksPublicServers(t *testing.T) {
	c := &command{args: words("nat")}
	told := ""
	errs := &strings.Builder{}
	c.stderr = errs
	c.run = func(ctx context.Context, p netcheck.Plan, observe netcheck.Observer) (netcheck.Report, error) {
		told = errs.String()
		return probed(presenttest.HomeNAT[:1])(ctx, p, observe)
	}
	c.do(t.Context())
	servers := c.plan.Target.Servers
	if len(servers) != 2 || !servers[0].Public || !servers[1].Public || !c.plan.Network.Only || c.plan.Target.Kind != netcheck.TargetTURN || c.plan.Network.Portal != "" {
		t.Errorf("%+v", c.plan)
	}
	said := strings.Join(strings.Fields(told), " ")
	for _, s := range netcheck.PublicLast(netcheck.PublicSTUN()) {
		if !strings.Contains(said, s.URL.Host) {
			t.Errorf("%s is not announced: %q", s.URL.Host, said)
		}
	}
	if !strings.Contains(said, "public STUN servers of others, which see this computer's address") {
		t.Errorf("announced: %q", said)
	}
	if c.code != ExitInconclusive {
		t.Errorf("exit %d", c.code)
	}
}

func TestNATFlags(t *testing.T) {
	c := &command{args: words("nat --stun stun:stun.example.com --stun public --limit 20s --portal http://portal.example.com/204 --ip 6 --long lifetime,IDLE --title Here --quiet"),
		long: []netcheck.ProbeKind{netcheck.ProbeLifetime, netcheck.ProbeIdle}, run: probed(presenttest.HomeNAT)}
	c.do(t.Context())
	p := c.plan
	n := p.Network
	if !c.ran || len(p.Target.Servers) != 3 || p.Target.Servers[0].Public || p.Family != netcheck.Family6 || p.Title != "Here" || n.Limit != 20*time.Second ||
		n.Portal != "http://portal.example.com/204" || !slices.Equal(n.Long, c.long) || c.err != "" {
		t.Errorf("exit %d, %q, %+v", c.code, c.err, p)
	}
}

func TestNATWrongUse(t *testing.T) {
	dir := t.TempDir()
	named := fileWith(t, dir, "named.json", `{"iceServers":[{"urls":"turn:turn.example.com","username":"bob"}]}`)
	stun := fileWith(t, dir, "stun.txt", "stun:stun.example.com\n")
	broken := fileWith(t, dir, "broken.json", `{"iceServers":[{"urls":"turn:turn.example.com","credential":"hunter2"`)
	wantWrongUse(t, []wrong{
		{line: "nat --target self", want: "leave it out, or use --stun, --turn or an invite"},
		{line: "nat --target turn", want: "needs a server"},
		{line: "nat --target moon", want: "is not a target"},
		{line: "nat --name me", want: "belongs to an invite"},
		{line: "nat --turn-user u", want: "belongs to a TURN server"},
		{line: "nat --csv out", want: "not of nat"},
		{line: "nat --path direct", want: "not of nat"},
		{line: "nat --limit 0s", want: "from 1s to 1m"},
		{line: "nat --limit 2h", want: "1m0s"},
		{line: "nat --limit soon", want: "--limit 15s"},
		{line: "nat --long rate", want: "this version has no questions that take minutes"},
		{line: "nat --portal https://portal.example.com", want: "http:// address"},
		{line: "nat --json - --firewall-text -", want: "can not both have standard output"},
		{line: "nat --firewall-text " + dir, want: "is a folder"},
		{line: "nat --firewall-text=", want: "leave the flag out"},
		{line: "nat --interface nosuch0", want: "use one of"},
		{line: "nat --servers " + filepath.Join(dir, "gone"), want: "check the name"},
		{line: "nat --servers " + broken, want: "no JSON that can be read"},
		{line: "nat --servers " + named, want: "a user for turn:turn.example.com:3478?transport=udp but no password"},
		{line: "nat --servers " + stun + " --turn-user u", want: "names none"},
		{line: "check --no-network=maybe", want: "write --no-network alone"},
	})
	c := (&command{args: words("nat --long rate,"), long: []netcheck.ProbeKind{netcheck.ProbeLifetime, netcheck.ProbeRate}}).do(t.Context())
	if c.code != ExitUsage || c.ran || !strings.Contains(c.err, "use lifetime and rate") {
		t.Errorf("exit %d, %q", c.code, c.err)
	}
}

// A list brings its own logins; what it lacks comes from the command line. The other commands take it too.
func TestServersOfAFile(t *testing.T) {
	dir := t.TempDir()
	list := fileWith(t, dir, "list.json", `{"iceServers":[{"urls":["stun:stun.example.com","turn:a.example.com"],"username":"bob","credential":"own"},{"urls":"turns:b.example.com"}]}`)
	pass := fileWith(t, dir, "pass", "given\n")
	for _, line := range []string{"nat --servers ", "check --servers ", "loss --servers ", "video --servers "} {
		c := (&command{args: words(line + list + " --turn-user alice --turn-pass-file " + pass + " --stun stun:own.example.com --quiet")}).do(t.Context())
		s := c.plan.Target.Servers
		if !c.ran || c.plan.Target.Kind != netcheck.TargetTURN || len(s) != 4 {
			t.Fatalf("%s: exit %d, %q, %+v", line, c.code, c.err, s)
		}
		for i, want := range []struct{ host, user, pass string }{{"own.example.com", "", ""}, {"stun.example.com", "bob", "own"}, {"a.example.com", "bob", "own"}, {"b.example.com", "alice", "given"}} {
			if s[i].URL.Host != want.host || s[i].Username != want.user || s[i].Password.Reveal() != want.pass {
				t.Errorf("%s: server %d is %s, %q", line, i, s[i].URL, s[i].Username)
			}
		}
	}
}

// Network probes come before a check of servers, and of no other command.
func TestWhoAsksTheNetwork(t *testing.T) {
	for line, want := range map[string]bool{
		"check --stun stun:stun.example.com --path stun": true, "check --stun stun:stun.example.com --path stun --no-network": false,
		"check": false, "check --no-network": false, "loss --stun stun:stun.example.com --path stun": false,
	} {
		if c := (&command{args: words(line + " --quiet")}).do(t.Context()); !c.ran || c.plan.Network.On != want || c.plan.Network.Only {
			t.Errorf("%s: exit %d, %q, %+v", line, c.code, c.err, c.plan.Network)
		}
	}
}

func TestFirewallText(t *testing.T) {
	dir := t.TempDir()
	file, report := filepath.Join(dir, "ticket.txt"), filepath.Join(dir, "report.json")
	c := (&command{args: words("nat --quiet " + natServers + " --firewall-text " + file + " --json " + report), run: probed(presenttest.OnlyTLS), stdin: "hunter2\n"}).do(t.Context())
	if c.code != ExitOK || c.err != "" || !strings.Contains(c.out, "ticket.txt") {
		t.Errorf("exit %d, %q, %s", c.code, c.err, c.out)
	}
	text, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(text), "UDP to turn.example.com (203.0.113.7), port 3478") || strings.Contains(string(text), "alice") {
		t.Errorf("%v: %s", err, text)
	}
	var r struct {
		Probes []struct{ Kind, State string }
	}
	if b, err := os.ReadFile(report); err != nil || json.Unmarshal(b, &r) != nil || len(r.Probes) != len(presenttest.OnlyTLS) {
		t.Errorf("%v: %+v", err, r)
	}
	names, err := os.ReadDir(dir)
	if err != nil || len(names) != 2 {
		t.Errorf("%v: %v", err, names)
	}
	c = (&command{args: words("nat " + natServers + " --firewall-text -"), run: probed(presenttest.OnlyTLS), stdin: "hunter2\n"}).do(t.Context())
	if c.out != string(text) || c.code != ExitOK {
		t.Errorf("exit %d, standard output:\n%s", c.code, c.out)
	}
	c = (&command{args: words("nat --firewall-text " + filepath.Join(dir, "gone", "x.txt"))}).do(t.Context())
	if c.code != ExitError || c.ran || !strings.Contains(c.err, "make the folder") {
		t.Errorf("exit %d, ran %v, %q", c.code, c.ran, c.err)
	}
}
