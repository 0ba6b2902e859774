package dial

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"path"
	"strings"
	"time"

	"golang.org/x/net/http/httpproxy"

	"echopath/netcheck"
)

// settingsTimeout bounds the question to the system for its settings.
const settingsTimeout = 2 * time.Second

// SystemProxy tells which HTTP proxy this computer's settings name for a target, given as host:port; nil for none. The
// environment (HTTPS_PROXY, NO_PROXY) decides if it names a proxy, and what Windows and macOS are set to otherwise; NO_PROXY
// holds for both. A script that finds the proxy (PAC) is not run, see proxyScript. Loopback has no proxy, whatever is set. The
// settings are read at each use.
func SystemProxy() func(hostport string) (*url.URL, error) {
	return func(hostport string) (*url.URL, error) {
		ctx, cancel := context.WithTimeout(context.Background(), settingsTimeout)
		defer cancel()
		return proxyFrom(httpproxy.FromEnvironment(), func() settings { return readSettings(ctx) }, hostport)
	}
}

// settings are what a system's dialogs say about the proxy for TLS.
type settings struct {
	proxy      string   // host:port or a URL; "" for none
	exceptions []string // patterns of targets without proxy, see excepted
	script     string   // URL of a script that finds the proxy; "" for none
}

// proxyFrom is SystemProxy for given settings.
func proxyFrom(env *httpproxy.Config, system func() settings, hostport string) (*url.URL, error) {
	if loopback(hostport) {
		return nil, nil
	}
	config := *env
	if config.HTTPSProxy == "" {
		s := system()
		if s.proxy == "" || excepted(s.exceptions, hostport) {
			return nil, nil
		}
		config.HTTPSProxy = s.proxy
	}
	// httpproxy takes an address that it can not parse for none, and a path would be measured around the proxy that the user
	// meant; so that is checked here.
	if _, err := url.Parse(config.HTTPSProxy); err != nil {
		if _, err := url.Parse("http://" + config.HTTPSProxy); err != nil { // host:port alone is a usual spelling
			return nil, errors.New("not a URL") // the error of url.Parse may quote a password
		}
	}
	return config.ProxyFunc()(&url.URL{Scheme: "https", Host: hostport})
}

func loopback(hostport string) bool {
	host := strings.TrimSuffix(strings.ToLower(hostOf(hostport)), ".")
	if a, err := netip.ParseAddr(host); err == nil {
		return a.Unmap().IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost") // RFC 6761, section 6.3
}

func hostOf(hostport string) string {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		return strings.Trim(hostport, "[]")
	}
	return host
}

// excepted tells whether a system's list of exceptions names a target. Windows writes patterns with stars and <local> for
// names without a dot, macOS patterns with stars and prefixes such as 169.254/16.
func excepted(patterns []string, hostport string) bool {
	host := strings.TrimSuffix(strings.ToLower(hostOf(hostport)), ".")
	addr, err := netip.ParseAddr(host)
	literal := err == nil
	addr = addr.Unmap()
	for _, pattern := range patterns {
		pattern = strings.ToLower(strings.TrimSpace(pattern))
		if _, rest, scheme := strings.Cut(pattern, "://"); scheme {
			pattern = rest
		}
		switch {
		case pattern == "":
		case pattern == "<local>":
			if !literal && !strings.Contains(host, ".") {
				return true
			}
		case strings.HasPrefix(pattern, "."):
			if strings.HasSuffix(host, pattern) {
				return true
			}
		default:
			if prefix, ok := prefixOf(pattern); ok {
				if literal && prefix.Contains(addr) {
					return true
				}
				continue
			}
			if glob(pattern, host) || glob(pattern, hostport) {
				return true
			}
		}
	}
	return false
}

// prefixOf reads a network; macOS leaves out bytes of zero at the end (169.254/16).
func prefixOf(s string) (netip.Prefix, bool) {
	network, bits, ok := strings.Cut(s, "/")
	if !ok {
		return netip.Prefix{}, false
	}
	for !strings.Contains(network, ":") && strings.Count(network, ".") < 3 {
		network += ".0"
	}
	p, err := netip.ParsePrefix(network + "/" + bits)
	return p, err == nil
}

func glob(pattern, s string) bool {
	ok, err := path.Match(strings.NewReplacer("[", `\[`, "]", `\]`, "?", `\?`).Replace(pattern), s)
	return err == nil && ok
}

// proxyScript is the URL of the script that the system finds its proxy by, if the environment names no proxy and the system
// none directly. It needs a JavaScript engine, and is only told.
func proxyScript(ctx context.Context) string {
	if httpproxy.FromEnvironment().HTTPSProxy != "" {
		return ""
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settingsTimeout)
	defer cancel()
	s := readSettings(ctx)
	if s.proxy != "" {
		return ""
	}
	return s.script
}

// withScript adds to a failure without proxy that other programs may use one.
func withScript(f *netcheck.Failure, script string) *netcheck.Failure {
	switch f.Code {
	case netcheck.ReasonNoAnswer, netcheck.ReasonRefused, netcheck.ReasonUnreachable:
	default:
		return f
	}
	if script == "" {
		return f
	}
	out := *f
	out.Advice += " This computer is set to find its proxy by a script (" + shownScript(script) + "), which this program does not run: " +
		"if other programs go through a proxy, set HTTPS_PROXY to it, for example http://proxy.example.com:8080."
	return &out
}

// shownScript is the URL without what may be secret in it.
func shownScript(script string) string {
	u, err := url.Parse(script)
	if err != nil || u.Host == "" {
		return "PAC"
	}
	return printable((&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String())
}
