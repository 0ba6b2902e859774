package model

import (
	"reflect"
	"strings"
	"testing"

	"echopath/netcheck"
)

func server(t *testing.T, url, user, password string) netcheck.ICEServer {
	t.Helper()
	u, err := netcheck.ParseServerURL(url)
	if err != nil {
		t.Fatal(err)
	}
	return netcheck.ICEServer{URL: u, Username: user, Password: netcheck.Secret(password)}
}

func TestListIsTakenIntoTheEditor(t *testing.T) {
	list := []netcheck.ICEServer{server(t, "stun:stun.cloudflare.com:3478", "", ""), server(t, "turn:t.example", "ann", "secret"), server(t, "turns:t.example", "ann", "secret"),
		server(t, "turn:t.example", "ann", "secret")}
	list[2].Trust.Pins = []netcheck.SPKIHash{{0xab}}
	s, err := Servers{URLs: "turn:old.example", User: "bob", Password: "old", RESTSecret: "rest", CAFile: "/ca.pem"}.WithList(list)
	want := "stun:stun.cloudflare.com:3478  # public\nturn:t.example:3478?transport=udp\nturns:t.example:5349?transport=tcp"
	if err != nil || strings.ReplaceAll(s.URLs, "\r", "") != want || s.User != "ann" || s.Password != "secret" || s.RESTSecret != "" || s.CAFile != "/ca.pem" || !strings.HasPrefix(s.Pins, "ab0000") {
		t.Fatalf("%+v, %v", s, err)
	}
	f := DefaultForm()
	f.Target, f.Servers = netcheck.TargetTURN, s
	f.Servers.CAFile = ""
	if c := f.Check(); c.Problem != "" || len(c.Plan.Target.Servers) != 3 {
		t.Errorf("%+v", c.Problems)
	}
	if text := s.ListTaken(list); text != "4 servers taken over from the file." {
		t.Errorf("%q", text)
	}
}

func TestPasswordStaysWhereTheListHasNone(t *testing.T) {
	mine := Servers{User: "ann", Password: "secret"}
	for _, user := range []string{"ann", ""} {
		if s, err := mine.WithList([]netcheck.ICEServer{server(t, "turn:t.example", user, "")}); err != nil || s.User != "ann" || s.Password != "secret" {
			t.Errorf("%q: %+v, %v", user, s, err)
		}
	}
	s, err := mine.WithList([]netcheck.ICEServer{server(t, "turn:t.example", "bob", "")})
	if err != nil || s.User != "bob" || s.Password != "" || !strings.Contains(s.ListTaken(nil), "type it here") {
		t.Errorf("another user's: %+v, %v", s, err)
	}
}

func TestListThatTheEditorCanNotHold(t *testing.T) {
	users := []netcheck.ICEServer{server(t, "turn:a.example", "ann", "s3cr3t"), server(t, "turn:b.example", "bob", "s3cr3t")}
	pins := []netcheck.ICEServer{server(t, "turns:a.example", "ann", "s3cr3t"), server(t, "turns:b.example", "ann", "s3cr3t")}
	pins[1].Trust.Pins = []netcheck.SPKIHash{{1}}
	mine := Servers{URLs: "turn:old.example", User: "me"}
	for want, list := range map[string][]netcheck.ICEServer{"(ann and bob)": users, "certificate pins": pins} {
		s, err := mine.WithList(list)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "s3cr3t") || !reflect.DeepEqual(s, mine) {
			t.Errorf("%+v, %v", s, err)
		}
	}
}

func TestListOfTheEditor(t *testing.T) {
	f := DefaultForm()
	for name, tt := range map[string]struct {
		servers        Servers
		ok             bool
		user, password string
	}{
		"nothing":           {Servers{}, false, "", ""},
		"wrong":             {Servers{URLs: "http://a"}, false, "", ""},
		"whole":             {Servers{URLs: "turn:t.example", User: "ann", Password: "p"}, true, "ann", "p"},
		"without":           {Servers{URLs: "turn:t.example", User: "ann"}, true, "ann", ""},
		"without user":      {Servers{URLs: "turn:t.example"}, true, "", ""},
		"of a secret":       {Servers{URLs: "turn:t.example", RESTSecret: "r"}, true, "", ""},
		"password, no user": {Servers{URLs: "turn:t.example", Password: "p"}, false, "", "p"},
	} {
		f.Servers = tt.servers
		list, ok := f.ServerList()
		if ok != tt.ok {
			t.Errorf("%s: %v", name, ok)
		}
		if ok && (list[0].Username != tt.user || list[0].Password.Reveal() != tt.password) {
			t.Errorf("%s: %q %q", name, list[0].Username, list[0].Password.Reveal())
		}
	}
}
