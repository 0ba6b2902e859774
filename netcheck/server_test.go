package netcheck

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestParseServerURL(t *testing.T) {
	const label63 = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	tests := []struct{ in, want string }{
		{"stun:stun.example.com", "stun:stun.example.com:3478"},
		{"STUN:Stun.Example.COM:19302", "stun:stun.example.com:19302"},
		{"turn:t", "turn:t:3478?transport=udp"},
		{" turn:t\n", "turn:t:3478?transport=udp"},
		{"turn:t?transport=TCP", "turn:t:3478?transport=tcp"},
		{"turn:t:80?transport=tcp", "turn:t:80?transport=tcp"},
		{"turns:t", "turns:t:5349?transport=tcp"},
		{"turns:t:443?transport=tcp", "turns:t:443?transport=tcp"},
		{"turn:192.0.2.1:1", "turn:192.0.2.1:1?transport=udp"},
		{"turn:[2001:DB8:0::1]", "turn:[2001:db8::1]:3478?transport=udp"},
		{"turn:[2001:db8::1]:65535", "turn:[2001:db8::1]:65535?transport=udp"},
		{"stun:[::ffff:192.0.2.1]:3478", "stun:[::ffff:192.0.2.1]:3478"},
		{"stun:[fe80::1%eth0]", "stun:[fe80::1%eth0]:3478"},
		{"stun:host.example.", "stun:host.example.:3478"},
		{"stun:bücher.example", "stun:bücher.example:3478"},
		{"stun:under_score-1.example", "stun:under_score-1.example:3478"},
		{"stun:" + label63 + ".x", "stun:" + label63 + ".x:3478"},
	}
	for _, tt := range tests {
		u, err := ParseServerURL(tt.in)
		if err != nil || u.String() != tt.want {
			t.Errorf("%q: %q, %v; want %q", tt.in, u, err, tt.want)
		}
	}
}

func TestParseServerURLRefuses(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", "must begin with"},
		{"example.com", "must begin with"},
		{"https://example.com", "must begin with"},
		{"stuns:example.com", "must begin with"},
		{"turn", "must begin with"},
		{"turn:", "host name"},
		{"turn::3478", "host name"},
		{"turn:?transport=udp", "host name"},
		{"turn://t:3478", `write "turn:t:3478"`},
		{"TURNS:////t", `write "TURNS:t"`},
		{"turn:user@t", "given apart"},
		{"turn:t/path", "does not belong"},
		{"turn:t#part", "does not belong"},
		{"turn:a b", "does not belong"},
		{"turn:t:", "port is missing"},
		{"turn:t:0", "from 1 to 65535"},
		{"turn:t:65536", "from 1 to 65535"},
		{"turn:t:-1", "from 1 to 65535"},
		{"turn:t:http", "from 1 to 65535"},
		{"turn:2001:db8::1", "needs brackets"},
		{"turn:::1", "needs brackets"},
		{"turn:[2001:db8::1", "not closed"},
		{"turn:[2001:db8::1]:", "port is missing"},
		{"turn:[2001:db8::1]3478", "a colon"},
		{"turn:[2001:db8::1]::3478", "from 1 to 65535"},
		{"turn:[192.0.2.1]", "not an IPv6 address"},
		{"turn:[t]", "not an IPv6 address"},
		{"turn:[]", "not an IPv6 address"},
		{"turn:192.0.2.256", "not valid"},
		{"turn:192.0.2", "not valid"},
		{"turn:t..example", "not valid"},
		{"turn:.", "not valid"},
		{"turn:t%41", "not valid"},
		{"turn:a\u202eb", "not valid"},
		{"turn:\xff", "not valid"},
		{"turn:" + strings.Repeat("a", 64), "not valid"},
		{"turn:" + strings.Repeat("a.", 127), "not valid"},
		{"stun:t?transport=udp", "takes nothing"},
		{"stun:t?", "takes nothing"},
		{"turn:t?", "only transport"},
		{"turn:t?transport=udp&transport=tcp", "only transport"},
		{"turn:t?ttl=5", "only transport"},
		{"turn:t?transport=udp&x=1", "only transport"},
		{"turn:t?transport=", "udp or tcp"},
		{"turn:t?transport=tls", "udp or tcp"},
		{"turns:t?transport=udp", "DTLS"},
	}
	for _, tt := range tests {
		if u, err := ParseServerURL(tt.in); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %q, error %v; want one with %q", tt.in, u, err, tt.want)
		}
	}
}

// People put passwords into addresses. The message must not carry them on into a log or a screenshot.
func TestServerURLErrorsHideSecrets(t *testing.T) {
	for _, in := range []string{"turn:user:hunter2@t:3478", "turn://user:hunter2@t", "hunter2@t", "https://user:hunter2@t", "turn:a@hunter2@t",
		"turn:t?password=hunter2", "turn:t?x&credential=hunter2", "stun:t?secret=hunter2", "turn:[::1?hunter2"} {
		_, err := ParseServerURL(in)
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: error %v", in, err)
		}
	}
}

func TestServes(t *testing.T) {
	tests := map[string][]Path{
		"stun:t":               {PathSTUN},
		"turn:t":               {PathSTUN, PathRelayUDP},
		"turn:t?transport=tcp": {PathRelayTCP},
		"turns:t":              {PathRelayTLS},
	}
	for in, want := range tests {
		u := server(in).URL
		var got []Path
		for _, p := range append(AllPaths(), PathUnknown) {
			if u.Serves(p) {
				got = append(got, p)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s serves %v, want %v", in, got, want)
		}
	}
}

func TestServerURLSurvivesJSON(t *testing.T) {
	for _, in := range []string{"stun:s", "turn:[2001:db8::1]?transport=tcp", "turns:t:443"} {
		before := server(in)
		b, err := json.Marshal(before)
		if err != nil {
			t.Fatal(err)
		}
		var after ICEServer
		if err := json.Unmarshal(b, &after); err != nil || after.URL != before.URL {
			t.Errorf("%s came back as %v, %v", b, after.URL, err)
		}
	}
	var u ServerURL
	if b, err := json.Marshal(u); err != nil || json.Unmarshal(b, &u) != nil || u != (ServerURL{}) {
		t.Errorf("no address: %s, %v, %+v", b, err, u)
	}
	if err := json.Unmarshal([]byte(`"http://t"`), &u); err == nil {
		t.Error("a wrong address was read")
	}
}

func FuzzParseServerURL(f *testing.F) {
	for _, s := range []string{"stun:s", "turn:t:80?transport=tcp", "turns:[2001:db8::1%25en0]:443", "turn://u:p@h", "turn:[::1", "turn:ü.example", "turn:1.2.3.4.5:6"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, err := ParseServerURL(s)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\x00") {
				t.Errorf("the message breaks the line: %q", err)
			}
			return
		}
		again, err := ParseServerURL(u.String())
		if err != nil || again != u || again.String() != u.String() {
			t.Errorf("%q gives %+v, and that gives %+v, %v", s, u, again, err)
		}
		if u.Port < 1 || u.Port > 65535 || u.Host == "" || u.Transport != "udp" && u.Transport != "tcp" {
			t.Errorf("%q gives %+v", s, u)
		}
	})
}

// The expected passwords were computed by: printf USER | openssl dgst -sha1 -hmac north -binary | base64.
func TestRESTCredential(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	tests := []struct{ name, user, pass string }{
		{"", "1700086400:echopath", "qYVYq2h8Vxj5IuAe7x3RTCZCyFY="},
		{"alice", "1700086400:alice", "SXua5ne/+mDhiHTp0pQJzRO4ESg="},
	}
	for _, tt := range tests {
		user, pass := ICEServer{Username: tt.name, RESTSecret: "north", Password: "not used"}.Credential(now)
		if user != tt.user || pass.Reveal() != tt.pass {
			t.Errorf("%q: %s, %s; want %s, %s", tt.name, user, pass.Reveal(), tt.user, tt.pass)
		}
		if at, ok := Expiry(user); !ok || at.Sub(now) != restLifetime {
			t.Errorf("%s expires at %v, %v", user, at, ok)
		}
	}
}

func TestCredentialSources(t *testing.T) {
	fresh := func() (string, Secret) { return "u", "made anew" }
	user, pass := ICEServer{Username: "fixed", Password: "p", RESTSecret: "s", Fresh: fresh}.Credential(time.Now())
	if user != "u" || pass.Reveal() != "made anew" {
		t.Errorf("Fresh comes first; got %s, %s", user, pass.Reveal())
	}
	if user, pass = (ICEServer{Username: "fixed", Password: "p"}).Credential(time.Now()); user != "fixed" || pass.Reveal() != "p" {
		t.Errorf("got %s, %s", user, pass.Reveal())
	}
}

func TestExpiryReadsOnlyTimes(t *testing.T) {
	for _, user := range []string{"", "alice", "12:alice", ":", "1700000000000:ms", "99999999999999999999:x", "-1700000000:x", "17e8:x"} {
		if at, ok := Expiry(user); ok {
			t.Errorf("%q was read as %v", user, at)
		}
	}
	if at, ok := Expiry("1700000000"); !ok || at.Unix() != 1_700_000_000 {
		t.Errorf("a bare time is one: %v, %v", at, ok)
	}
}

func TestAsFailure(t *testing.T) {
	f := &Failure{Code: ReasonAuth, Text: "Wrong password.", Err: errors.New("401")}
	wrapped := fmt.Errorf("relay: %w", errors.Join(errors.New("first"), f))
	if got := AsFailure(wrapped, ReasonLocal); got != f {
		t.Errorf("got %+v", got)
	}
	if f.Error() != "Wrong password. (401)" || !errors.Is(f, f.Err) {
		t.Errorf("text %q", f.Error())
	}
	if got := AsFailure(errors.New("odd"), ReasonLocal); got.Code != ReasonLocal || got.Error() != "odd" {
		t.Errorf("got %+v", got)
	}
}
