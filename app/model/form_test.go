package model

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"echopath/app/present"
	"echopath/netcheck"
)

func TestTheFirstFormCanBeStarted(t *testing.T) {
	f := DefaultForm()
	c := f.Check()
	if c.Problem != "" || len(c.Problems) != 0 {
		t.Fatalf("problem %q %v", c.Problem, c.Problems)
	}
	if c.Plan.Target.Kind != netcheck.TargetSelf || !slices.Equal(c.Plan.Paths, netcheck.AllPaths()) || c.Plan.Loss.Preset != "quick" {
		t.Errorf("plan %+v", c.Plan)
	}
	if want := "5 paths × 2 carriers × 500 packets, 320 kbit/s each way, about 30 s"; c.Cost != want {
		t.Errorf("cost %q, want %q", c.Cost, want)
	}
	if !strings.Contains(c.CostHint, "All of it stays inside this computer.") {
		t.Errorf("cost hint %q", c.CostHint)
	}
	if f.Load != (Load{Rate: "100", Size: "200", Duration: "5s", LateAfter: "150", DataChannel: true, SRTP: true}) {
		t.Errorf("custom load %+v", f.Load)
	}
	for _, p := range netcheck.AllPaths() {
		if c.Hints[p] == "" {
			t.Errorf("%s: no hint", p)
		}
	}
}

func TestEveryPresetSurvivesTheCustomFields(t *testing.T) {
	for _, p := range netcheck.Presets() {
		f := DefaultForm()
		f.Preset, f.Load = Custom, LoadOf(p.Loss)
		got := f.Check()
		want := p.Loss
		want.Preset = Custom
		if got.Problem != "" || got.Plan.Loss.Rate != want.Rate || got.Plan.Loss.Size != want.Size || got.Plan.Loss.Duration != want.Duration ||
			got.Plan.Loss.LateAfter != want.LateAfter || got.Plan.Loss.Warmup != want.Warmup || !slices.Equal(got.Plan.Loss.Carriers, want.Carriers) {
			t.Errorf("%s: %q %+v", p.Name, got.Problem, got.Plan.Loss)
		}
	}
}

func TestTheLoadIsReadAsTyped(t *testing.T) {
	tests := []struct {
		field Field
		typed string
		want  string // words of the problem; "" if there is none
	}{
		{FieldRate, "100", ""}, {FieldRate, " 12.5 ", ""}, {FieldRate, "1", ""}, {FieldRate, "20000", ""},
		{FieldRate, "", "Type how many packets"}, {FieldRate, "many", "“many” is not a number"}, {FieldRate, "0", "out of range"},
		{FieldRate, "-5", "out of range"}, {FieldRate, "20001", "1 to 20 000"}, {FieldRate, "NaN", "not a number"}, {FieldRate, "Inf", "out of range"},
		{FieldRate, "1e999", "out of range"}, {FieldRate, "0x10", "not a number"}, {FieldRate, "1_000", "not a number"}, {FieldRate, "12,5", "not a number"},
		{FieldSize, "64", ""}, {FieldSize, "1150", ""}, {FieldSize, "", "Type the size"}, {FieldSize, "63", "64 to 1 150"},
		{FieldSize, "1151", "out of range"}, {FieldSize, "20.5", "not a whole number"}, {FieldSize, "99999999999999999999", "out of range"},
		{FieldDuration, "10", ""}, {FieldDuration, "10s", ""}, {FieldDuration, "2m", ""}, {FieldDuration, "1h30m", ""}, {FieldDuration, "2 min", ""},
		{FieldDuration, "1 h 30 minutes", ""}, {FieldDuration, "24h", ""}, {FieldDuration, "1.5", ""}, {FieldDuration, "", "Type how long"},
		{FieldDuration, "long", "not a length of time"}, {FieldDuration, "500ms", "1 second to 24 hours"}, {FieldDuration, "25h", "out of range"},
		{FieldDuration, "-3", "out of range"}, {FieldDuration, "1e300", "out of range"}, {FieldDuration, "NaN", "not a length"},
		{FieldLateAfter, "150", ""}, {FieldLateAfter, "150ms", ""}, {FieldLateAfter, "0.2s", ""}, {FieldLateAfter, "1m", ""}, {FieldLateAfter, "", "Type after"},
		{FieldLateAfter, "0", "out of range"}, {FieldLateAfter, "61000", "out of range"}, {FieldLateAfter, "soon", "not a length of time"},
	}
	for _, tt := range tests {
		f := DefaultForm()
		f.Preset = Custom
		switch tt.field {
		case FieldRate:
			f.Load.Rate = tt.typed
		case FieldSize:
			f.Load.Size = tt.typed
		case FieldDuration:
			f.Load.Duration = tt.typed
		case FieldLateAfter:
			f.Load.LateAfter = tt.typed
		}
		c := f.Check()
		if got := c.Problems[tt.field]; (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s %q: %q, want %q", tt.field, tt.typed, got, tt.want)
		}
		if (c.Problem == "") != (tt.want == "") || c.Problem != c.Problems[tt.field] {
			t.Errorf("%s %q: whole problem %q", tt.field, tt.typed, c.Problem)
		}
	}
}

func TestTypedTimes(t *testing.T) {
	for text, want := range map[string]time.Duration{"10": 10 * time.Second, "10s": 10 * time.Second, "2m": 2 * time.Minute, "1h30m": 90 * time.Minute,
		"2 min": 2 * time.Minute, "1 Hour 5 Minutes": 65 * time.Minute, "90 secs": 90 * time.Second, "0.5": 500 * time.Millisecond, "250ms": 250 * time.Millisecond} {
		if got, err := parseTyped(text, time.Second); err != nil || got != want {
			t.Errorf("%q: %v %v", text, got, err)
		}
	}
	for _, d := range []time.Duration{time.Second, 90 * time.Second, time.Minute, 10 * time.Minute, time.Hour, 90 * time.Minute, 24 * time.Hour, 1500 * time.Millisecond} {
		if got, err := parseTyped(typed(d), time.Second); err != nil || got != d {
			t.Errorf("%v typed as %q is %v", d, typed(d), got)
		}
	}
	if typed(time.Hour) != "1h" || typed(2*time.Minute) != "2m" {
		t.Error(typed(time.Hour), typed(2*time.Minute))
	}
}

func TestTooManyPacketsAreToldAtTheDuration(t *testing.T) {
	f := DefaultForm()
	f.Preset, f.Load.Rate, f.Load.Duration = Custom, "20000", "1h"
	if got := f.Check().Problems[FieldDuration]; !strings.Contains(got, "72 000 000 packets") {
		t.Errorf("%q", got)
	}
}

func TestAPresetDoesNotCareAboutTheCustomFields(t *testing.T) {
	f := DefaultForm()
	f.Load = Load{Rate: "x"}
	if c := f.Check(); c.Problem != "" {
		t.Error(c.Problem)
	}
	f.Preset = "nonsense"
	if c := f.Check(); c.Problems[FieldPreset] == "" {
		t.Errorf("%+v", c)
	}
}

func TestSomethingHasToBeChosen(t *testing.T) {
	f := DefaultForm()
	f.Paths = nil
	if got := f.Check().Problems[FieldPaths]; got != "Choose at least one path." {
		t.Errorf("%q", got)
	}
	f = DefaultForm()
	f.Preset, f.Load.SRTP, f.Load.DataChannel = Custom, false, false
	if got := f.Check().Problems[FieldCarriers]; got == "" {
		t.Error("no carrier")
	}
	f = DefaultForm()
	f.Target, f.Family = "", "5"
	if c := f.Check(); c.Problems[FieldTarget] == "" || c.Problems[FieldFamily] == "" {
		t.Errorf("%v", c.Problems)
	}
}

func turnForm() Form {
	f := DefaultForm()
	f.Target = netcheck.TargetTURN
	f.Servers = Servers{URLs: "stun:stun.example.com\nturn:turn.example.com\nturn:turn.example.com?transport=tcp\nturns:turn.example.com\n", User: "ann", Password: secretPassword}
	return f
}

func TestServers(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Servers)
		field  Field
		want   string
	}{
		{"all well", func(*Servers) {}, "", ""},
		{"REST secret alone", func(s *Servers) { s.User, s.Password, s.RESTSecret = "", "", secretPassword }, "", ""},
		{"REST secret with user", func(s *Servers) { s.Password, s.RESTSecret = "", secretPassword }, "", ""},
		{"stun alone needs no login", func(s *Servers) { *s = Servers{URLs: "stun:a.example"} }, "", ""},
		{"twice the same", func(s *Servers) { s.URLs += "turn:turn.example.com:3478?transport=udp" }, "", ""},
		{"Windows lines", func(s *Servers) { s.URLs = "stun:a.example\r\nturn:b.example\r\n" }, "", ""},
		{"none", func(s *Servers) { s.URLs = " \n" }, FieldURLs, "at least one server address"},
		{"second line wrong", func(s *Servers) { s.URLs = "stun:a.example\nhttp:b.example" }, FieldURLs, "Line 2 can not be used: it must begin with stun:"},
		{"empty lines count", func(s *Servers) { s.URLs = "\n\nturn:a.example:99999" }, FieldURLs, "Line 3 can not be used: the port"},
		{"login in the address", func(s *Servers) { s.URLs = "turn:ann:" + secretPassword + "@a.example" }, FieldURLs, "no user or password"},
		{"login and slashes", func(s *Servers) { s.URLs = "turn://ann:" + secretPassword }, FieldURLs, "no slashes"},
		{"a secret as address", func(s *Servers) { s.URLs = secretPassword }, FieldURLs, "it must begin with"},
		{"no login", func(s *Servers) { s.User, s.Password = "", "" }, FieldUser, "a user name and a password, or a REST secret"},
		{"no user", func(s *Servers) { s.User = " " }, FieldUser, "Type the user name"},
		{"no password", func(s *Servers) { s.Password = "" }, FieldPassword, "Type the password"},
		{"both", func(s *Servers) { s.RESTSecret = secretPassword + "2" }, FieldREST, "not both"},
		{"CA being read", func(s *Servers) { s.CAFile = "ca.pem" }, FieldCA, "being read"},
		{"CA missing", func(s *Servers) { s.CAFile, s.CAProblem = "ca.pem", "ca.pem does not exist: check the name" }, FieldCA, "The CA file can not be used: ca.pem does not exist: check the name."},
		{"CA empty", func(s *Servers) { s.CAFile, s.CAPEM = "ca.pem", []byte("hello") }, FieldCA, "holds no certificate"},
		{"CA broken", func(s *Servers) {
			s.CAFile, s.CAPEM = "ca.pem", []byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
		}, FieldCA, "holds no certificate"},
		{"CA good", func(s *Servers) { s.CAFile, s.CAPEM = "ca.pem", certificate(t) }, "", ""},
		{"CA without TLS", func(s *Servers) { s.URLs, s.CAFile = "turn:a.example", "ca.pem" }, FieldCA, "add a turns: address"},
		{"pin without TLS", func(s *Servers) { s.URLs, s.Pins = "turn:a.example", strings.Repeat("ab", 32) }, FieldPins, "add a turns: address"},
		{"pins", func(s *Servers) { s.Pins = strings.Repeat("ab", 32) + "\n" + strings.Repeat("cd", 32) }, "", ""},
		{"wrong pin", func(s *Servers) { s.Pins = secretPassword }, FieldPins, "This is not a pin"},
		{"second pin wrong", func(s *Servers) { s.Pins = strings.Repeat("ab", 32) + " " + secretPassword }, FieldPins, "Of the 2 pins, number 2 is not one"},
	}
	for _, tt := range tests {
		f := turnForm()
		tt.change(&f.Servers)
		c := f.Check()
		if tt.field == "" {
			if c.Problem != "" {
				t.Errorf("%s: %q", tt.name, c.Problem)
			}
			continue
		}
		if got := c.Problems[tt.field]; !strings.Contains(got, tt.want) || c.Problem != got {
			t.Errorf("%s: %q, whole %q, want %q", tt.name, got, c.Problem, tt.want)
		}
		for _, problem := range append(slicesOf(c.Problems), c.Problem) {
			if strings.Contains(problem, secretPassword) {
				t.Errorf("%s: a secret is repeated: %q", tt.name, problem)
			}
			checkSentence(t, problem)
		}
	}
}

func slicesOf(m map[Field]string) (out []string) {
	for _, s := range m {
		out = append(out, s)
	}
	return out
}

func checkSentence(t *testing.T, s string) {
	t.Helper()
	if s != "" && (!strings.HasSuffix(s, ".") || strings.Contains(s, "  ") || strings.Contains(s, "..") || s[:1] != strings.ToUpper(s[:1])) {
		t.Errorf("not a sentence: %q", s)
	}
}

func certificate(t *testing.T) []byte {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func TestServersGetWhatBelongsToThem(t *testing.T) {
	f := turnForm()
	f.Servers.Pins = "sha256/" + strings.Repeat("q6ur", 10) + "q6s=" // 32 bytes of 0xab
	c := f.Check()
	if c.Problem != "" || len(c.Plan.Target.Servers) != 4 {
		t.Fatalf("%q %v", c.Problem, c.Plan.Target.Servers)
	}
	for _, s := range c.Plan.Target.Servers {
		relay, tls := s.URL.Scheme != netcheck.SchemeSTUN, s.URL.Scheme == netcheck.SchemeTURNS
		if (s.Username == "ann" && s.Password == secretPassword) != relay || (len(s.Trust.Pins) == 1) != tls {
			t.Errorf("%s: %+v", s.URL, s)
		}
	}
}

func TestPathsThatTheServersDoNotOffer(t *testing.T) {
	f := turnForm()
	f.Servers.URLs = "turn:turn.example.com"
	c := f.Check()
	if c.Problem != "" || !strings.HasPrefix(c.Cost, "2 paths") {
		t.Errorf("problem %q cost %q", c.Problem, c.Cost)
	}
	for p, want := range map[netcheck.Path]string{netcheck.PathDirect: "would never leave it", netcheck.PathRelayTCP: "Add turn:HOST:3478?transport=tcp",
		netcheck.PathRelayTLS: "Add turns:HOST:5349", netcheck.PathSTUN: "", netcheck.PathRelayUDP: ""} {
		if got := c.Hints[p]; !strings.Contains(got, want) || strings.Contains(got, "Not measured") != (want != "") {
			t.Errorf("%s: %q", p, got)
		}
	}
	f.Paths = map[netcheck.Path]bool{netcheck.PathDirect: true}
	if got := f.Check().Problem; !strings.Contains(got, "direct path can not be measured") {
		t.Errorf("%q", got)
	}
	f.Paths[netcheck.PathRelayTLS] = true
	if got := f.Check().Problem; !strings.Contains(got, "None of the chosen paths") {
		t.Errorf("%q", got)
	}
	f = turnForm()
	f.Servers.URLs, f.Family = "turn:192.0.2.1", netcheck.Family6
	if c := f.Check(); !strings.Contains(c.Hints[netcheck.PathRelayUDP], "not of IP version 6") || c.Problem == "" {
		t.Errorf("%q %q", c.Hints[netcheck.PathRelayUDP], c.Problem)
	}
}

// What the form finds unfit and what the engine refuses to run must be the same.
func TestTheFormAndTheEngineAgreeOnWhatCanBeMeasured(t *testing.T) {
	for _, urls := range []string{"stun:a.example", "turn:a.example", "turns:a.example", "turn:a.example?transport=tcp", "turn:[2001:db8::1]", "turn:192.0.2.1\nturns:[2001:db8::1]"} {
		for _, p := range netcheck.AllPaths() {
			for _, family := range []netcheck.Family{netcheck.FamilyAuto, netcheck.Family4, netcheck.Family6} {
				f := turnForm()
				f.Servers.URLs, f.Family, f.Paths = urls, family, map[netcheck.Path]bool{p: true}
				c := f.Check()
				_, err := c.Plan.Grant()
				if (c.Problem == "") != (err == nil) {
					t.Errorf("%q %s %s: form %q, engine %v", urls, p, family, c.Problem, err)
				}
			}
		}
	}
}

func TestUnitsOfTheCost(t *testing.T) {
	m := NewTest(Units{Mbit: true})
	if got := m.Checked().Cost; !strings.Contains(got, "0.32 Mbit/s") {
		t.Errorf("%q", got)
	}
	m.SetUnits(Units{})
	if got := m.Checked().Cost; !strings.Contains(got, "320 kbit/s") {
		t.Errorf("%q", got)
	}
}

func TestWithoutSecrets(t *testing.T) {
	f := turnForm()
	f.Servers.RESTSecret = secretPassword
	f.Servers.URLs = "turn:ann:" + secretPassword + "@a.example:3478\nturn:b.example?transport=tcp\nturn:c.example?password=" + secretPassword + "\n" + secretPassword + "@d"
	got := f.WithoutSecrets()
	if strings.Contains(got.Servers.URLs, secretPassword) || got.Servers.Password != "" || got.Servers.RESTSecret != "" {
		t.Errorf("%q %q", got.Servers.URLs, got.Servers.Password.Reveal())
	}
	if want := "turn:a.example:3478\nturn:b.example?transport=tcp\nturn:c.example\nd"; got.Servers.URLs != want {
		t.Errorf("%q", got.Servers.URLs)
	}
	if f.Servers.Password != secretPassword {
		t.Error("the form itself was changed")
	}
}

func TestIdleView(t *testing.T) {
	m := NewTest(Units{})
	v := m.View(0)
	if v.Phase != PhaseIdle || !v.CanStart || v.CanSave || v.SaveWhy == "" || v.StartWhy == "" || len(v.Rows) != 5 || len(v.Findings) != 0 {
		t.Errorf("%+v", v)
	}
	if !strings.Contains(v.Banner.Text+v.Banner.More, "baseline") || !strings.Contains(v.Banner.More, "TURN servers") {
		t.Errorf("banner %+v", v.Banner)
	}
	for _, r := range v.Rows {
		if r.State.Word != "ready" || r.Hint == "" || r.Title == "" {
			t.Errorf("%+v", r)
		}
		for i, c := range r.Cells {
			if c.Text != present.None || c.Hint == "" || c.Soft {
				t.Errorf("%s %d: %+v", r.Title, i, c)
			}
		}
	}
	f := m.Form()
	f.Paths = map[netcheck.Path]bool{netcheck.PathSTUN: true, netcheck.PathDirect: true}
	f.Target, f.Servers.URLs = netcheck.TargetTURN, "stun:a.example"
	m.SetForm(f)
	v = m.View(0)
	for p, want := range map[netcheck.Path]string{netcheck.PathDirect: "– not applicable", netcheck.PathSTUN: "· ready", netcheck.PathRelayUDP: "– not chosen"} {
		if got := rowOf(v, p).State.String(); got != want {
			t.Errorf("%s: %q, want %q", p, got, want)
		}
	}
	if rowOf(v, netcheck.PathDirect).Why == "" || m.FileStem() != "echopath" {
		t.Error(rowOf(v, netcheck.PathDirect), m.FileStem())
	}
	f.Servers.URLs = ""
	m.SetForm(f)
	if v = m.View(0); v.CanStart || v.StartWhy != v.Banner.Text || v.Status.Text != "Not ready" {
		t.Errorf("%+v", v)
	}
}
