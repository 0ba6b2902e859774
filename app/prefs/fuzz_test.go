package prefs

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"echopath/app/model"
	"echopath/netcheck"
)

// valid checks everything that the window relies on.
func valid(t *testing.T, s Settings) {
	t.Helper()
	wrong := func(bad bool, what string) {
		if bad {
			t.Errorf("%s: %+v", what, s)
		}
	}
	wrong(!slices.Contains(Themes(), s.Theme), "theme")
	_, err := netcheck.PresetByName(s.DefaultPreset)
	wrong(err != nil, "preset")
	wrong(s.ResultsDir != "" && !filepath.IsAbs(s.ResultsDir), "folder for results")
	wrong(s.Window != (Size{}) && (s.Window.Width < minWindow || s.Window.Height < minWindow || s.Window.Width > maxWindow || s.Window.Height > maxWindow), "window")
	wrong(s.Splits == nil || s.Folders == nil || len(s.Splits) > maxEntries || len(s.Folders) > maxEntries, "maps")
	for _, share := range s.Splits {
		wrong(!(share >= 0 && share <= 1), "split")
	}
	for _, dir := range s.Folders {
		wrong(!filepath.IsAbs(dir), "folder")
	}
	if s.Form == nil {
		return
	}
	f := *s.Form
	wrong(f.Target != netcheck.TargetSelf && f.Target != netcheck.TargetTURN, "target")
	wrong(len(f.Paths) != len(netcheck.AllPaths()), "paths")
	_, err = netcheck.ParseFamily(string(f.Family))
	wrong(err != nil, "family")
	_, err = netcheck.PresetByName(f.Preset)
	wrong(err != nil && f.Preset != model.Custom, "preset of the form")
	for _, text := range []string{f.Title, f.Iface, f.Load.Rate, f.Load.Size, f.Load.Duration, f.Load.LateAfter, f.Servers.User, f.Servers.URLs, f.Servers.Pins} {
		wrong(len(text) > maxList || !utf8.ValidString(text) || strings.ContainsRune(text, 0), "text")
	}
	wrong(f.Servers.Password != "" || f.Servers.RESTSecret != "" || f.Servers.CAPEM != nil, "secrets")
	wrong(!s.RememberServers && !reflect.DeepEqual(f.Servers, model.Servers{}), "servers that are not to be remembered")
}

// FuzzLoad: any file gives settings that can be used and that come back as they are when they are saved.
func FuzzLoad(f *testing.F) {
	sample, err := os.ReadFile(filepath.Join("testdata", FileName))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sample)
	for _, s := range []string{"", "null", "{}", `{"schema":"echopath.settings/1"}`, `{"schema":"echopath.settings/1","form":{}}`,
		`{"schema":"echopath.settings/1","form":{"paths":null,"servers":{"urls":"turn:\u00e4 x"}},"splits":{"":-0.0},"window":{"width":1e3,"height":1e999}}`,
		`{"SCHEMA":"echopath.settings/1","theme":"dark","theme":3,"dialog_folders":{"a":"/x\ud800"}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, messages, err := decode(b)
		if err != nil {
			return
		}
		valid(t, got)
		for _, m := range messages {
			if !utf8.ValidString(m) || len(m) > 200 {
				t.Errorf("message %q", m)
			}
		}
		again, err := encode(got)
		if err != nil {
			t.Fatal(err)
		}
		back, messages, err := decode(again)
		if err != nil || len(messages) > 0 || !reflect.DeepEqual(got, back) {
			t.Errorf("saved and loaded: %q, %v\n%+v %+v\n%+v %+v", messages, err, got, got.Form, back, back.Form)
		}
	})
}

// Every piece of a good file, and the file with each byte changed, loads from the disk without harm.
func TestDamagedFiles(t *testing.T) {
	sample, err := os.ReadFile(filepath.Join("testdata", FileName))
	if err != nil {
		t.Fatal(err)
	}
	try := func(b []byte) {
		s := stored1(t, string(b))
		got, messages, err := s.Load()
		if err != nil {
			t.Errorf("%q: %v", b, err)
		}
		valid(t, got)
		if _, err := os.Stat(s.path()); err != nil && len(messages) != 1 {
			t.Errorf("put aside without a word: %q", b)
		}
	}
	for i := 0; i < len(sample); i += 17 {
		try(sample[:i])
		for _, c := range []byte{0, '"', '9', 0xff} {
			changed := slices.Clone(sample)
			changed[i] = c
			try(changed)
		}
	}
}
