package prefs

import (
	"reflect"
	"strings"
	"testing"

	"echopath/netcheck"
)

// What can not be used falls back by itself, and each is told.
func TestWrongValues(t *testing.T) {
	for fields, about := range map[string]string{
		`"theme":"purple"`:                                     "theme",
		`"theme":7`:                                            "theme",
		`"bitrates_in_mbit":"yes"`:                             "bitrates",
		`"default_preset":"custom"`:                            "preset",
		`"results_folder":"relative"`:                          "folder for results",
		`"results_folder":"/a\u0000b"`:                         "folder for results",
		`"keep_results":1`:                                     "results are kept",
		`"remember_servers":{}`:                                "servers are remembered",
		`"notify":[]`:                                          "announced",
		`"window":{"width":10,"height":700}`:                   "window",
		`"window":{"width":1e39,"height":700}`:                 "window",
		`"window":{"width":1000}`:                              "window",
		`"window":"big"`:                                       "window",
		`"splits":{"a":1.5}`:                                   "dividing lines",
		`"splits":{"a":"x"}`:                                   "dividing lines",
		`"splits":7`:                                           "dividing lines",
		`"dialog_folders":{"csv":"here"}`:                      "file dialogs",
		`"form":7`:                                             "form",
		`"form":{"target":"moon"}`:                             "target",
		`"form":{"paths":["direct","carrier pigeon"]}`:         "paths",
		`"form":{"paths":"direct"}`:                            "paths",
		`"form":{"preset":"loud"}`:                             "preset",
		`"form":{"family":"5"}`:                                "family",
		`"form":{"custom_load":{"rate":60}}`:                   "rate",
		`"form":{"custom_load":{"srtp":"x"}}`:                  "SRTP",
		`"form":{"title":"` + strings.Repeat("x", 1001) + `"}`: "title",
		`"form":{"servers":{"urls":"turn:ann:pw@x"}}`:          "server addresses",
		`"form":{"servers":{"pins":"zz"}}`:                     "pins",
		`"form":{"servers":{"user":"a\u0007"}}`:                "user name",
		`"form":{"servers":[]}`:                                "list of servers",
		`"show_difference":2`:                                  "differences",
		`"form":{"video":1}`:                                   "choices for video",
		`"form":{"video":{"source":"satellite"}}`:              "source of the pictures",
		`"form":{"video":{"difficulty":"absurd"}}`:             "difficulty",
		`"form":{"video":{"size":"1x1"}}`:                      "size of the picture",
		`"form":{"video":{"pictures_a_second":31}}`:            "pictures a second",
		`"form":{"video":{"record_file":"a\u0000"}}`:           "place of the recording",
	} {
		s := stored1(t, `{"schema":"echopath.settings/1",`+fields+`}`)
		got, messages, err := s.Load()
		if err != nil || len(messages) != 1 || !strings.Contains(messages[0], about) || !strings.HasSuffix(messages[0], ".") {
			t.Errorf("%s: %q, %v", fields, messages, err)
		}
		valid(t, got)
		if got.Form = nil; !reflect.DeepEqual(got, Defaults()) {
			t.Errorf("%s gave %+v", fields, got)
		}
	}
}

func TestGoodValuesStayBesideWrongOnes(t *testing.T) {
	s := stored1(t, "\xef\xbb\xbf"+`{"schema":"echopath.settings/1","later":{"x":[1]},"theme":5,"notify":null,"bitrates_in_mbit":true,
		"splits":{"a":0.5,"b":2},"form":{"title":"home","family":"9","paths":[],"preset":"video"}}`)
	got, messages, err := s.Load()
	if err != nil || len(messages) != 3 {
		t.Errorf("%q, %v", messages, err)
	}
	if !got.Mbit || !got.Notify || got.Splits["a"] != 0.5 || len(got.Splits) != 1 || got.Form.Title != "home" || got.Form.Paths[netcheck.PathDirect] {
		t.Errorf("%+v, %+v", got, got.Form)
	}
	if got.Form.Preset != "video" || got.Form.Family != netcheck.FamilyAuto || got.Form.Target != netcheck.TargetSelf {
		t.Errorf("%+v", got.Form)
	}
}

// What the window lets through comes back after a restart.
func TestFolderProblem(t *testing.T) {
	for text, good := range map[string]bool{"": true, abs("a b"): true, abs("x/../y"): true, "a": false, "./a": false, abs("a\x00"): false,
		abs("\xff"): false, abs(strings.Repeat("x", maxPath)): false} {
		if got := FolderProblem(text); (got == "") != good {
			t.Errorf("%.20q: %q", text, got)
		}
		s := Open(t.TempDir())
		if err := s.Save(Settings{ResultsDir: text}); err != nil {
			t.Fatal(err)
		}
		if got := load(t, s).ResultsDir; (got == text) != good {
			t.Errorf("%.20q came back as %.20q", text, got)
		}
	}
}
