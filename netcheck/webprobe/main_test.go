package webprobe_test

import (
	"context"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"echopath/internal/middlebox"
	"echopath/netcheck"
	"echopath/netcheck/dial"
	"echopath/netcheck/webprobe"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// box is what is started on loopback.
type box interface {
	Start(addr string) error
	Close() error
	Addr() string
}

// started gives the address of a box that runs until the test ends.
func started(t *testing.T, b box) string {
	t.Helper()
	if err := b.Start("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b.Addr()
}

func authority(t *testing.T, name string) *middlebox.Authority {
	t.Helper()
	a, err := middlebox.NewAuthority(name)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// closedPort is an address on which nothing listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// within is a context that no passing test comes near the end of.
func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// names answers for every name with loopback.
func names(context.Context, string, netcheck.Family) ([]netip.Addr, error) {
	return []netip.Addr{netip.IPv6Loopback(), netip.AddrFrom4([4]byte{127, 0, 0, 1})}, nil
}

// via is the setting that names a proxy, and noProxy the one that names none.
func via(proxy string) func(string) (*url.URL, error) {
	return func(string) (*url.URL, error) { return url.Parse(proxy) }
}

func noProxy(string) (*url.URL, error) { return nil, nil }

func setting(proxy string) func(context.Context, string) (dial.ProxySetting, error) {
	return func(context.Context, string) (dial.ProxySetting, error) {
		u, err := url.Parse(proxy)
		return dial.ProxySetting{Proxy: u, From: dial.FromEnvironment}, err
	}
}

// plain is a Prober without proxy.
func plain() *webprobe.Prober {
	return &webprobe.Prober{Dialer: &dial.Dialer{Proxy: noProxy}, Resolve: names}
}

// want is what a result must be.
type want struct {
	state netcheck.NetState
	code  netcheck.ReasonCode
	words []string // in Text or Advice
	none  []string // nowhere in the result
}

func check(t *testing.T, r netcheck.NetResult, w want) {
	t.Helper()
	if r.State != w.state || r.Code != w.code {
		t.Errorf("state %q, code %q; want %q, %q: %s (%s)", r.State, r.Code, w.state, w.code, r.Text, r.Cause)
	}
	whole := r.Text + "\n" + r.Advice
	for _, word := range w.words {
		if !strings.Contains(whole, word) {
			t.Errorf("%q is missing in %q, advice %q", word, r.Text, r.Advice)
		}
	}
	for _, s := range r.Steps {
		whole += "\n" + s.Detail
	}
	for _, word := range w.none {
		if strings.Contains(whole+r.Cause, word) {
			t.Errorf("%q is in %q, cause %q", word, whole, r.Cause)
		}
	}
	sound(t, r)
}

// sound checks what holds for every result.
func sound(t *testing.T, r netcheck.NetResult) {
	t.Helper()
	if r.Kind == "" || r.Text == "" || !strings.HasSuffix(r.Text, ".") || r.Advice != "" && !strings.HasSuffix(r.Advice, ".") && !strings.HasSuffix(r.Advice, "8080.") {
		t.Errorf("kind %q, text %q, advice %q", r.Kind, r.Text, r.Advice)
	}
	if r.State == netcheck.NetOK != (r.Code == "") {
		t.Errorf("state %q with code %q", r.State, r.Code)
	}
	if (r.State == netcheck.NetBlocked || r.State == netcheck.NetFailed || r.State == netcheck.NetDegraded) && r.Advice == "" {
		t.Errorf("no advice with %q", r.Text)
	}
	for _, s := range r.Steps {
		if s.Name == "" || s.At < 0 || s.Took < 0 || s.At > r.Took {
			t.Errorf("step %+v of a probe that took %v", s, r.Took)
		}
	}
}

// stepNames gives the steps in their order, those that failed with an exclamation mark.
func stepNames(r netcheck.NetResult) string {
	var names []string
	for _, s := range r.Steps {
		if !s.OK {
			s.Name += "!"
		}
		names = append(names, s.Name)
	}
	return strings.Join(names, " ")
}
