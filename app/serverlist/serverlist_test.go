package serverlist

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"echopath/netcheck"
)

const pin = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

func TestRead(t *testing.T) {
	for name, tt := range map[string]struct {
		in   string
		want string // URLs with user and password
	}{
		"configuration": {`{"iceServers":[{"urls":["stun:s.example.com","turn:t.example.com?transport=tcp"],"username":"u","credential":"p"}],"iceTransportPolicy":"all"}`,
			"stun:s.example.com:3478 u p, turn:t.example.com:3478?transport=tcp u p"},
		"one url":    {`{"iceServers":[{"urls":"turns:t.example.com"}]}`, "turns:t.example.com:5349?transport=tcp  "},
		"old name":   {`{"iceServers":[{"url":"stun:s.example.com"}]}`, "stun:s.example.com:3478  "},
		"list alone": {` [{"urls":"stun:s.example.com:19302"}]`, "stun:s.example.com:19302  "},
		"lines":      {"# ours\n\nstun:s.example.com # Berlin\r\nturn:[2001:db8::1]:443\n", "stun:s.example.com:3478  , turn:[2001:db8::1]:443?transport=udp  "},
		"mark":       {"\ufeffstun:s.example.com", "stun:s.example.com:3478  "},
	} {
		t.Run(name, func(t *testing.T) {
			list, err := Read(strings.NewReader(tt.in))
			var got []string
			for _, s := range list {
				got = append(got, s.URL.String()+" "+s.Username+" "+s.Password.Reveal())
			}
			if err != nil || strings.Join(got, ", ") != tt.want {
				t.Errorf("%q, %v; want %q", got, err, tt.want)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	const secret = "s3cr3t"
	for name, tt := range map[string]struct{ in, want string }{
		"nothing":       {"", "names no server"},
		"remarks":       {"# nothing\n", "names no server"},
		"no servers":    {`{"iceServers":[]}`, "names no server"},
		"other JSON":    {`{"servers":[1]}`, "names no server"},
		"no urls":       {`{"iceServers":[{"urls":"stun:a"},{"username":"u"}]}`, `server 2: it has no "urls"`},
		"bad url":       {`{"iceServers":[{"urls":"http://a"}]}`, "server 1"},
		"bad line":      {"stun:a\nhttp://a\n", "line 2"},
		"login in line": {"turn:ann:" + secret + "@a.example\n", "line 1: the address can not be used"},
		"login in url":  {`{"iceServers":[{"urls":"turn:ann:` + secret + `@a.example"}]}`, "server 1: the address can not be used"},
		"password line": {"password " + secret + "\n", "line 1"},
		"bare host":     {"turn.example.com\n", "must begin with stun:, turn: or turns:"},
		"JavaScript":    {`const c = {iceServers:[{urls:"turn:a",credential:"` + secret + `"}]};`, "line 1: this is neither an address nor JSON"},
		"bad pin":       {`{"iceServers":[{"urls":"turns:a","spkiSha256":["12"]}]}`, "server 1"},
		"cut off":       {`{"iceServers":[{"urls":"stun:a","credential":"` + secret, "character"},
		"wrong kind":    {`{"iceServers":[{"urls":"stun:a","credential":{"` + secret + `":1}}]}`, "no list of servers"},
		"many":          {strings.Repeat("stun:a\n", MaxServers+1), "more than 64"},
		"many in JSON":  {`[{"urls":["` + strings.Repeat(`stun:a","`, MaxServers) + `stun:b"]}]`, "more than 64"},
		"large":         {strings.Repeat(" ", MaxBytes+1), "larger than"},
	} {
		t.Run(name, func(t *testing.T) {
			list, err := Read(strings.NewReader(tt.in))
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), secret) || list != nil {
				t.Errorf("%v, %v; want %q", list, err, tt.want)
			}
		})
	}
	if _, err := Read(strings.NewReader("")); !errors.Is(err, ErrEmpty) {
		t.Error(err)
	}
}

func TestWriteKeepsPasswordsBack(t *testing.T) {
	list, err := Read(strings.NewReader(`[{"urls":"turns:t.example.com","username":"u","credential":"s3cr3t","spkiSha256":["` + pin + `"],"public":true}]`))
	if err != nil {
		t.Fatal(err)
	}
	for _, passwords := range []bool{false, true} {
		var b bytes.Buffer
		if err := Write(&b, list, passwords); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), "s3cr3t") != passwords {
			t.Errorf("passwords %v: %s", passwords, b.String())
		}
		want := []netcheck.ICEServer{list[0]}
		if !passwords {
			want[0].Password = ""
		}
		if back, err := Read(&b); err != nil || !reflect.DeepEqual(back, want) {
			t.Errorf("%+v, %v", back, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"stun:a\n", `{"iceServers":[{"urls":["turn:a"],"credential":"p","spkiSha256":["` + pin + `"]}]}`, `[{"url":"stun:a"}]`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		list, err := Read(strings.NewReader(s))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := Write(&b, list, true); err != nil {
			t.Fatal(err)
		}
		back, err := Read(&b)
		if err != nil || len(back) != len(list) {
			t.Fatalf("%q: %v, %v", s, back, err)
		}
	})
}
