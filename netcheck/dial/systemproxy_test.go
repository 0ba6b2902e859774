package dial

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/http/httpproxy"

	"echopath/netcheck"
)

const scutilNone = `<dictionary> {
  ExceptionsList : <array> {
    0 : *.local
    1 : 169.254/16
  }
  FTPPassive : 1
}
`

const scutilBoth = `<dictionary> {
  ExceptionsList : <array> {
    0 : *.local
    1 : 169.254/16
    2 : intranet.example.com
  }
  ExcludeSimpleHostnames : 1
  FTPPassive : 1
  HTTPEnable : 1
  HTTPPort : 3128
  HTTPProxy : web.example.com
  HTTPSEnable : 1
  HTTPSPort : 8080
  HTTPSProxy : proxy.example.com
  ProxyAutoConfigEnable : 0
  ProxyAutoConfigURLString : http://wpad.example.com/old.pac
  SOCKSEnable : 0
  __SCOPED__ : <dictionary> {
    en0 : <dictionary> {
      ExceptionsList : <array> {
        0 : scoped.example.com
      }
      HTTPSEnable : 1
      HTTPSPort : 9999
      HTTPSProxy : scoped.example.com
    }
  }
}
`

const scutilScript = `<dictionary> {
  HTTPEnable : 0
  HTTPSEnable : 0
  HTTPSPort : 8080
  HTTPSProxy : left.example.com
  ProxyAutoConfigEnable : 1
  ProxyAutoConfigURLString : http://wpad.example.com/proxy.pac?user=me
}
`

func TestParseScutil(t *testing.T) {
	tests := []struct {
		name, out string
		want      settings
	}{
		{"nothing set", scutilNone, settings{exceptions: []string{"*.local", "169.254/16"}}},
		{"proxies", scutilBoth, settings{proxy: "http://proxy.example.com:8080", exceptions: []string{"*.local", "169.254/16", "intranet.example.com", "<local>"}}},
		{"script", scutilScript, settings{script: "http://wpad.example.com/proxy.pac?user=me"}},
		{"IPv6, no port", "<dictionary> {\n  HTTPSEnable : 1\n  HTTPSProxy : 2001:db8::1\n}\n", settings{proxy: "http://[2001:db8::1]:80"}},
		{"empty", "", settings{}},
		{"not that at all", "No such key\n}\n}\n : \n{\n{\n", settings{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := parseScutil(tt.out)
			if got.proxy != tt.want.proxy || got.script != tt.want.script || !slices.Equal(got.exceptions, tt.want.exceptions) {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func FuzzParseScutil(f *testing.F) {
	for _, seed := range []string{scutilNone, scutilBoth, scutilScript} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, out string) {
		s := parseScutil(out)
		if len(s.exceptions) > maxExceptions+1 {
			t.Errorf("%d exceptions", len(s.exceptions))
		}
		if proxy, err := proxyFrom(&httpproxy.Config{}, func() settings { return s }, "host.example.com:443"); err == nil && proxy != nil && proxy.Host == "" {
			t.Errorf("a proxy without host from %q", s.proxy)
		}
		_ = withScript(&netcheck.Failure{Code: netcheck.ReasonNoAnswer}, s.script)
	})
}

func TestStaticSettings(t *testing.T) {
	got := staticSettings(true, map[string]string{"http": "web:80", "https": "proxy:8080"}, "*.example.com,10.*;<local>")
	if got.proxy != "proxy:8080" || !slices.Equal(got.exceptions, []string{"*.example.com", "10.*", "<local>"}) {
		t.Errorf("by scheme: %+v", got)
	}
	if got := staticSettings(true, map[string]string{"": "all:8080"}, ""); got.proxy != "all:8080" {
		t.Errorf("for all: %+v", got)
	}
	if got := staticSettings(true, map[string]string{"http": "web:80"}, ""); got.proxy != "" {
		t.Errorf("for HTTP alone: %+v", got)
	}
	if got := staticSettings(false, map[string]string{"": "all:8080"}, ""); got.proxy != "" {
		t.Errorf("switched off: %+v", got)
	}
}

func TestExcepted(t *testing.T) {
	patterns := []string{"*.example.com", "10.*", "<local>", "169.254/16", "fd00::/8", ".corp.test", "https://odd.test", "host.test:8443", "[::5]"}
	for hostport, want := range map[string]bool{
		"turn.example.com:443": true, "TURN.Example.com.:443": true, "example.com:443": false, "10.1.2.3:443": true, "110.1.2.3:443": false,
		"printer:443": true, "169.254.7.7:1": true, "169.255.7.7:1": false, "[fd12::1]:443": true, "[fe80::1]:443": false,
		"a.corp.test:443": true, "corp.test:443": false, "odd.test:443": true, "host.test:8443": true, "host.test:443": false, "203.0.113.7:443": false,
	} {
		if got := excepted(patterns, hostport); got != want {
			t.Errorf("%s: %v, want %v", hostport, got, want)
		}
	}
}

func TestProxyFrom(t *testing.T) {
	set := func(s settings) func() settings { return func() settings { return s } }
	never := func() settings {
		t.Error("the system was asked")
		return settings{}
	}
	system := set(settings{proxy: "system.test:8080", exceptions: []string{"*.inside.test"}})
	tests := []struct {
		name     string
		env      httpproxy.Config
		system   func() settings
		hostport string
		want     string
	}{
		{"environment first", httpproxy.Config{HTTPSProxy: "http://env.test:1"}, never, "host.test:443", "env.test:1"},
		{"environment excepts", httpproxy.Config{HTTPSProxy: "http://env.test:1", NoProxy: "host.test"}, never, "host.test:443", ""},
		{"the system's", httpproxy.Config{}, system, "host.test:443", "system.test:8080"},
		{"the system excepts", httpproxy.Config{}, system, "a.inside.test:443", ""},
		{"NO_PROXY holds for the system's", httpproxy.Config{NoProxy: "host.test"}, system, "host.test:443", ""},
		{"none", httpproxy.Config{}, set(settings{script: "http://wpad/x.pac"}), "host.test:443", ""},
		{"loopback", httpproxy.Config{HTTPSProxy: "http://env.test:1"}, never, "127.0.0.2:443", ""},
		{"loopback, IPv6", httpproxy.Config{}, never, "[::1]:443", ""},
		{"loopback, IPv4 in IPv6", httpproxy.Config{}, never, "[::ffff:127.0.0.1]:443", ""},
		{"loopback, name", httpproxy.Config{}, never, "LocalHost.:443", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			proxy, err := proxyFrom(&tt.env, tt.system, tt.hostport)
			if err != nil {
				t.Fatal(err)
			}
			if got := hostIn(proxy); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	if _, err := proxyFrom(&httpproxy.Config{}, set(settings{proxy: "http://user:pa%zzss@x"}), "host.test:443"); err == nil || strings.Contains(err.Error(), "ss@") {
		t.Errorf("an address that is none gives %v", err)
	}
}

func hostIn(u *url.URL) string {
	if u == nil {
		return ""
	}
	return u.Host
}

// What no proxy was used for may need the one that a script names: that is said, without what the script's URL may hold.
func TestWithScript(t *testing.T) {
	silent := &netcheck.Failure{Code: netcheck.ReasonNoAnswer, Text: "Silent.", Advice: "Ask."}
	got := withScript(silent, "http://me:secret@wpad.test/p.pac?key=secret")
	if !strings.Contains(got.Advice, "http://wpad.test/p.pac") || strings.Contains(got.Advice, "secret") || !strings.Contains(got.Advice, "HTTPS_PROXY") {
		t.Errorf("advice %q", got.Advice)
	}
	if silent.Advice != "Ask." || withScript(silent, "") != silent {
		t.Error("a failure without a script was changed")
	}
	local := &netcheck.Failure{Code: netcheck.ReasonLocal, Err: errors.New("x")}
	if withScript(local, "http://wpad/x.pac") != local {
		t.Error("a script was blamed for a local error")
	}
}
