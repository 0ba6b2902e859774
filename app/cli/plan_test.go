package cli

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"echopath/app/present"
	"echopath/app/present/presenttest"
	"echopath/netcheck"
)

// planOf runs a command as far as its plan.
func planOf(t *testing.T, line string, env map[string]string, stdin string) (netcheck.Plan, string) {
	t.Helper()
	c := (&command{args: append(words(line), "--quiet"), run: presenttest.AllGood, env: env, stdin: stdin}).do(t.Context())
	if !c.ran {
		t.Fatalf("%s: exit %d, stderr %q", line, c.code, c.err)
	}
	return c.plan, c.err
}

func TestPlanLoad(t *testing.T) {
	preset := func(name string) netcheck.LossPlan {
		p, err := netcheck.PresetByName(name)
		if err != nil {
			t.Fatal(err)
		}
		return p.Loss
	}
	with := func(l netcheck.LossPlan, change func(*netcheck.LossPlan)) netcheck.LossPlan {
		l.Preset = present.Custom
		change(&l)
		return l
	}
	tests := map[string]netcheck.LossPlan{
		"check":                              preset("quick"),
		"loss":                               with(preset("quick"), func(l *netcheck.LossPlan) { l.Duration = 10 * time.Second }),
		"loss --preset quick":                preset("quick"),
		"check --preset voice":               preset("voice"),
		"check --preset voice --rate 50":     preset("voice"), // the same as the preset: still the preset
		"check --preset voice --rate 51":     with(preset("voice"), func(l *netcheck.LossPlan) { l.Rate = 51 }),
		"check --size 300 --late-after 80ms": with(preset("quick"), func(l *netcheck.LossPlan) { l.Size, l.LateAfter = 300, 80*time.Millisecond }),
		"check --carrier srtp":               with(preset("quick"), func(l *netcheck.LossPlan) { l.Carriers = []netcheck.Carrier{netcheck.CarrierSRTP} }),
		"check --carrier srtp,datachannel":   preset("quick"),
	}
	for line, want := range tests {
		if got, _ := planOf(t, line, nil, ""); !reflect.DeepEqual(got.Loss, want) {
			t.Errorf("%s: got %+v, want %+v", line, got.Loss, want)
		}
	}
}

func TestPlanTarget(t *testing.T) {
	p, _ := planOf(t, "check --path relay-tls,direct --ip 6 --title Home", nil, "")
	if p.Target.Kind != netcheck.TargetSelf || len(p.Target.Servers) != 0 || p.Family != netcheck.Family6 || p.Title != "Home" ||
		!reflect.DeepEqual(p.Paths, []netcheck.Path{netcheck.PathDirect, netcheck.PathRelayTLS}) {
		t.Errorf("self: %+v", p)
	}
	p, _ = planOf(t, "check --interface 127.0.0.1", nil, "")
	if p.Interface != "127.0.0.1" {
		t.Errorf("interface: %+v", p)
	}
	p, _ = planOf(t, "check --stun stun:a.example --turn turns:b.example:443 --turn turn:b.example --turn-user u --turn-pin "+
		strings.Repeat("ab", 32)+" --turn-pass-file -", nil, "secret of spaces \r\nmore")
	if p.Target.Kind != netcheck.TargetTURN || len(p.Target.Servers) != 3 {
		t.Fatalf("turn: %+v", p.Target)
	}
	stun, turns, turn := p.Target.Servers[0], p.Target.Servers[1], p.Target.Servers[2]
	if stun.Username != "" || stun.Password != "" || turns.Password.Reveal() != "secret of spaces " || turn.Username != "u" {
		t.Errorf("login: %+v %+v %+v", stun, turns, turn)
	}
	if len(turns.Trust.Pins) != 1 || len(turn.Trust.Pins) != 0 {
		t.Error("the pin belongs to the server over TLS alone")
	}
}

// Flags come before the environment, and the environment's secrets serve where no flag gives one.
func TestPlanSecrets(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("from file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const server = "check --turn turn:a.example "
	both := map[string]string{envPass: "from env", envSecret: "from env"}
	tests := []struct {
		line         string
		env          map[string]string
		pass, secret string
	}{
		{server, nil, "", ""},
		{server + "--turn-user u", map[string]string{envPass: "from env"}, "from env", ""},
		{server, map[string]string{envSecret: "from env"}, "", "from env"},
		{server + "--turn-user u", map[string]string{envSecret: "from env"}, "", "from env"},
		{server + "--turn-user u --turn-pass-file " + file, both, "from file", ""},
		{server + "--turn-secret-file " + file, both, "", "from file"},
		{server + "--turn-user u --turn-pass flag", both, "flag", ""},
	}
	for _, tt := range tests {
		p, errs := planOf(t, tt.line, tt.env, "")
		s := p.Target.Servers[0]
		if s.Password.Reveal() != tt.pass || s.RESTSecret.Reveal() != tt.secret {
			t.Errorf("%s %v: password %q, secret %q", tt.line, tt.env, s.Password.Reveal(), s.RESTSecret.Reveal())
		}
		if warned := strings.Contains(errs, "others on this computer can read"); warned != strings.Contains(tt.line, "--turn-pass ") {
			t.Errorf("%s: stderr %q", tt.line, errs)
		}
	}
}
