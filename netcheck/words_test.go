package netcheck

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
)

func TestParsePaths(t *testing.T) {
	tests := []struct {
		in   string
		want []Path
	}{
		{"all", AllPaths()},
		{"direct", []Path{PathDirect}},
		{"relay-tls, STUN ,direct", []Path{PathDirect, PathSTUN, PathRelayTLS}},
		{"stun,stun", []Path{PathSTUN}},
		{"stun,all", AllPaths()},
		{"", nil},
		{"stun,", nil},
		{"relay", nil},
		{"direct;stun", nil},
	}
	for _, tt := range tests {
		got, err := ParsePaths(tt.in)
		if (err == nil) != (tt.want != nil) || !slices.Equal(got, tt.want) {
			t.Errorf("%q: %v, %v; want %v", tt.in, got, err, tt.want)
		}
	}
	if _, err := ParsePaths("direct,lan"); !strings.Contains(err.Error(), `"lan"`) || !strings.Contains(err.Error(), "relay-udp") {
		t.Errorf("the message names neither the wrong word nor the right ones: %v", err)
	}
}

func TestParseFamily(t *testing.T) {
	for in, want := range map[string]Family{"auto": FamilyAuto, "4": Family4, " 6 ": Family6, "AUTO": FamilyAuto, "": "", "v4": "", "46": ""} {
		if got, err := ParseFamily(in); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
}

func TestTitles(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range append(AllPaths(), PathUnknown) {
		seen[p.Title()] = true
	}
	for _, c := range append(AllCarriers(), CarrierUnknown) {
		seen[c.Title()] = true
	}
	if len(seen) != 9 || seen[""] {
		t.Errorf("titles %v", seen)
	}
	for _, p := range AllPaths() {
		if p.Stream() && !p.Relay() || p.Relay() != strings.HasPrefix(string(p), "relay-") {
			t.Errorf("%s: relay %v, stream %v", p, p.Relay(), p.Stream())
		}
	}
}

func TestTriOf(t *testing.T) {
	if TriOf(true) != Yes || TriOf(false) != No || Unknown == No {
		t.Error("not measured must differ from no")
	}
}

func TestStatesThatCarryFigures(t *testing.T) {
	with := []State{StateOK, StateInconclusive, StateSaturated, StateInterrupted}
	for _, s := range []State{StateUnknown, StateOK, StateFailed, StateBlocked, StateNotApplicable, StateInconclusive, StateSaturated, StateInterrupted, StateNotRun} {
		if s.Measured() != slices.Contains(with, s) {
			t.Errorf("%s: %v", s, s.Measured())
		}
	}
}

// A secret shows in no verb of fmt, no encoder and no log, alone or inside of what holds it.
func TestSecretsNeverShow(t *testing.T) {
	const word = "hunter2"
	plan := Plan{Target: Target{Servers: []ICEServer{{Username: "u", Password: word, RESTSecret: word}}}}
	holders := map[string]any{
		"secret": Secret(word), "server": plan.Target.Servers[0], "plan": plan, "pointer": &plan, "map": map[string]Secret{"k": word},
		"event":  Event{Seq: 1, Body: SessionStarted{Plan: plan, Granted: plan}},
		"report": Report{Plan: plan, Granted: plan}, "error": fmt.Errorf("wrong: %v", Secret(word)),
	}
	hexed := fmt.Sprintf("%x", word)
	for name, v := range holders {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%#q", "%x", "%X", "%d", "%t", "%10s", "%c", "%U", "%e"} {
			if got := fmt.Sprintf(verb, v); strings.Contains(got, word) || strings.Contains(strings.ToLower(got), hexed) {
				t.Errorf("%s shows with %s: %s", name, verb, got)
			}
		}
		encodings := map[string]func() ([]byte, error){
			"json": func() ([]byte, error) { return json.Marshal(v) },
			"xml":  func() ([]byte, error) { return xml.Marshal(v) },
			"log": func() ([]byte, error) {
				var out bytes.Buffer
				slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", v)
				slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", v)
				return out.Bytes(), nil
			},
		}
		for encoder, encode := range encodings {
			if b, _ := encode(); bytes.Contains(b, []byte(word)) { // an encoder may refuse
				t.Errorf("%s shows in %s: %s", name, encoder, b)
			}
		}
	}
}

// The placeholder that stands in a file is not the secret.
func TestSecretsReadBack(t *testing.T) {
	for in, want := range map[string]Secret{`"x"`: "x", `"` + hidden + `"`: "", `""`: ""} {
		s := Secret("old")
		if err := json.Unmarshal([]byte(in), &s); err != nil || s != want {
			t.Errorf("%s gives %q, %v", in, s.Reveal(), err)
		}
	}
}

func TestSecretPlaceholder(t *testing.T) {
	for verb, want := range map[string]string{"%v": hidden, "%s": hidden, "%q": `"` + hidden + `"`, "%#v": `"` + hidden + `"`, "%d": hidden} {
		if got := fmt.Sprintf(verb, Secret("x")); got != want {
			t.Errorf("%s: %s, want %s", verb, got, want)
		}
	}
	if got := fmt.Sprintf("%v%s", Secret(""), Secret("")); got != "" {
		t.Errorf("no secret prints %q", got)
	}
	if Secret("x").Reveal() != "x" {
		t.Error("Reveal does not reveal")
	}
}
