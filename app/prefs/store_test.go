package prefs

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"echopath/app/model"
	"echopath/netcheck"
)

const (
	password = "hunter2-Password"
	restKey  = "hunter2-RESTSecret"
	urlKey   = "hunter2-InTheAddress"
)

var update = flag.Bool("update", false, "write the golden file anew")

var pin = strings.Repeat("ab", 32)

// changed are settings of which every one differs from the defaults.
func changed() Settings {
	form := model.Form{
		Target: netcheck.TargetTURN, Preset: model.Custom, Family: netcheck.Family6, Iface: "eth0", Title: "At home, \"upstairs\"\u00e4",
		Paths: map[netcheck.Path]bool{netcheck.PathDirect: false, netcheck.PathSTUN: true, netcheck.PathRelayUDP: false, netcheck.PathRelayTCP: false, netcheck.PathRelayTLS: true},
		Load:  model.Load{Rate: "60", Size: "not a number", Duration: "1m", LateAfter: "200", SRTP: true},
		Video: model.VideoForm{Source: netcheck.SourceFile, Difficulty: netcheck.DifficultyHard, Camera: "Integrated", File: "/videos/talk.y4m",
			Size: netcheck.VideoSize{Width: 1280, Height: 720}, FPS: 15, StartKbps: "300", MaxKbps: "much", Duration: "30s", UnderLoad: true,
			Record: true, RecordSent: true, RecordFile: "/videos/echo.webm"},
		Network: model.NetworkForm{Portal: model.PortalOwn, Page: "http://page.example/empty", Lifetime: true, Idle: true},
		Servers: model.Servers{URLs: "turn:a.example:3478?transport=udp\nturns:[2001:db8::1]:5349", User: "1700000000:ann", CAFile: "/etc/ca.pem",
			Pins: pin},
	}
	return Settings{
		Theme: ThemeDark, Mbit: true, DefaultPreset: "game", ResultsDir: abs("results"), Window: Size{1000.5, 700},
		RememberServers: true, Splits: map[string]float64{"test": 0.25, "log": 1}, Folders: map[string]string{"csv": abs("a"), "png": abs("b")}, Form: &form,
	}
}

func abs(name string) string {
	if runtime.GOOS == "windows" {
		return `C:\` + name
	}
	return "/" + name
}

func load(t *testing.T, s *Store) Settings {
	t.Helper()
	got, messages, err := s.Load()
	if err != nil || len(messages) > 0 {
		t.Fatalf("%q, %v", messages, err)
	}
	return got
}

func content(t *testing.T, s *Store) string {
	t.Helper()
	b, err := os.ReadFile(s.path())
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func stored1(t *testing.T, text string) *Store {
	t.Helper()
	s := Open(t.TempDir())
	if err := os.WriteFile(s.path(), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRoundTrip(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "there")
	s := Open(dir)
	if got := load(t, s); !reflect.DeepEqual(got, Defaults()) {
		t.Errorf("without a file: %+v", got)
	}
	for _, want := range []Settings{changed(), Defaults()} {
		if err := s.Save(want); err != nil {
			t.Fatal(err)
		}
		if got := load(t, Open(dir)); !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v %+v\nwant %+v %+v", got, got.Form, want, want.Form)
		}
	}
	if runtime.GOOS != "windows" {
		file, _ := os.Stat(s.path())
		folder, _ := os.Stat(dir)
		if file.Mode().Perm() != 0o600 || folder.Mode().Perm() != 0o700 {
			t.Errorf("others may read: %v, %v", file.Mode(), folder.Mode())
		}
	}
	wantNames(t, dir, FileName)
}

func wantNames(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("in the folder: %q, want %q", got, want)
	}
}

// The names in the file are pinned: they may only become more.
func TestFormat(t *testing.T) {
	s := Open(t.TempDir())
	if err := s.Save(changed()); err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", FileName)
	if *update {
		if err := os.WriteFile(golden, []byte(content(t, s)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got := content(t, s); got != string(want) && runtime.GOOS != "windows" {
		t.Errorf("the file differs (go test -update writes it anew):\n%s", got)
	}
}

func TestSecretsAreNeverStored(t *testing.T) {
	set := changed()
	set.Form.Servers.Password, set.Form.Servers.RESTSecret = password, restKey
	set.Form.Servers.CAPEM = []byte("PEM of " + password)
	set.Form.Servers.URLs += "\nturn:ann:" + urlKey + "@b.example\nturn:c.example?password=" + urlKey + "\n" + urlKey + "\nturn:d.example " + urlKey + "@x"
	set.Form.Servers.Pins += " " + urlKey
	before := *set.Form
	s := Open(t.TempDir())
	if err := s.Save(set); err != nil {
		t.Fatal(err)
	}
	text := content(t, s)
	for _, secret := range []string{password, restKey, urlKey, "hunter2", "assword", "ecret", "[hidden]", "PEM"} {
		if strings.Contains(text, secret) {
			t.Errorf("the file holds %q:\n%s", secret, text)
		}
	}
	if !reflect.DeepEqual(before, *set.Form) {
		t.Error("the form itself was changed")
	}
	got := load(t, s).Form.Servers
	if !strings.HasPrefix(got.URLs, "turn:a.example:3478?transport=udp\nturns:[2001:db8::1]:5349\nturn:b.example\nturn:c.example") || got.Pins != pin || got.Password != "" {
		t.Errorf("%+v", got)
	}
}

func TestServersAreForgotten(t *testing.T) {
	set := changed()
	set.RememberServers = false
	s := Open(t.TempDir())
	if err := s.Save(set); err != nil {
		t.Fatal(err)
	}
	text := content(t, s)
	for _, word := range []string{"example", "2001:db8", ":ann", "ca.pem", pin, `"servers"`} {
		if strings.Contains(text, word) {
			t.Errorf("the file holds %q:\n%s", word, text)
		}
	}
	got := load(t, s)
	if got.Form == nil || got.Form.Title != set.Form.Title || !reflect.DeepEqual(got.Form.Servers, model.Servers{}) {
		t.Errorf("%+v", got.Form)
	}
	hand := stored1(t, `{"schema":"echopath.settings/1","remember_servers":false,"form":{"servers":{"user":"ann"}}}`)
	if got := load(t, hand); got.Form.Servers.User != "" {
		t.Error("servers were read though they are not to be remembered")
	}
}

func TestBrokenFilesArePutAside(t *testing.T) {
	for text, why := range map[string]string{
		"":                                  "damaged",
		`{"sch`:                             "damaged",
		"[1]":                               "damaged",
		"null":                              "does not hold settings",
		"{}":                                "does not hold settings",
		`{"schema":7}`:                      "does not hold settings",
		`{"schema":"echopath.report/1"}`:    "does not hold settings",
		`{"schema":"echopath.settings/2"}`:  "another version",
		strings.Repeat("[", 20_000):         "damaged",
		strings.Repeat(" ", maxSize) + "{}": "too large",
	} {
		s := stored1(t, text)
		s.now = func() time.Time { return time.Date(2026, 11, 21, 12, 34, 56, 0, time.UTC) }
		for i, name := range []string{"20261121-123456", "20261121-123456-2"} {
			if i > 0 {
				if err := os.WriteFile(s.path(), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got, messages, err := s.Load()
			if err != nil || len(messages) != 1 || !strings.Contains(messages[0], why) || !strings.Contains(messages[0], broken+name+".") {
				t.Errorf("%.30q: %q, %v", text, messages, err)
			}
			if !reflect.DeepEqual(got, Defaults()) {
				t.Errorf("%.30q: %+v", text, got)
			}
		}
		wantNames(t, s.dir, broken+"20261121-123456", broken+"20261121-123456-2")
		for _, e := range []string{"20261121-123456", "20261121-123456-2"} {
			if b, _ := os.ReadFile(filepath.Join(s.dir, broken+e)); string(b) != text {
				t.Errorf("%.30q is %.30q now", text, b)
			}
		}
		if err := s.Save(changed()); err != nil {
			t.Error(err)
		}
		if err := s.Reset(); err != nil {
			t.Error(err)
		}
		wantNames(t, s.dir)
	}
}

func TestClone(t *testing.T) {
	a, b := changed(), changed()
	c := a.Clone()
	c.Splits["x"], c.Folders["x"], c.Form.Paths[netcheck.PathSTUN], c.Form.Title = 0, "", false, ""
	if !reflect.DeepEqual(a, b) {
		t.Errorf("the original was changed: %+v", a)
	}
}
