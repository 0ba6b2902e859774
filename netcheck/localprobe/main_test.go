package localprobe_test

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"echopath/netcheck"
	"echopath/netcheck/localprobe"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// within is a context that no passing test comes near the end of.
func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// iface is an interface that is up.
func iface(name string, addrs ...string) localprobe.Interface {
	out := localprobe.Interface{Name: name, Up: true, MTU: 1500, Loopback: name == "lo"}
	for _, a := range addrs {
		out.Addresses = append(out.Addresses, netip.MustParseAddr(a))
	}
	return out
}

var lo = iface("lo", "127.0.0.1", "::1")

// computer is one with these interfaces, whose packets to the Internet leave by two addresses, "" for not at all.
func computer(four, six string, list ...localprobe.Interface) *localprobe.Prober {
	return &localprobe.Prober{
		List:    func() ([]localprobe.Interface, error) { return list, nil },
		Routers: func() []localprobe.Router { return nil },
		Source: func(to netip.AddrPort) (netip.Addr, error) {
			text := four
			if to.Addr().Is6() {
				text = six
			}
			if text == "" {
				return netip.Addr{}, errors.New("network is unreachable")
			}
			return netip.ParseAddr(text)
		},
	}
}

// want is what a result must be.
type want struct {
	state netcheck.NetState
	code  netcheck.ReasonCode
	words []string // in Text or Advice
	none  []string // nowhere in them
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
	for _, word := range w.none {
		if strings.Contains(whole, word) {
			t.Errorf("%q is in %q, advice %q", word, r.Text, r.Advice)
		}
	}
	if r.Kind == "" || !strings.HasSuffix(r.Text, ".") || r.Advice != "" && !strings.HasSuffix(r.Advice, ".") || strings.Contains(whole, "invalid IP") {
		t.Errorf("kind %q, text %q, advice %q", r.Kind, r.Text, r.Advice)
	}
	if r.State == netcheck.NetOK != (r.Code == "") {
		t.Errorf("state %q with code %q", r.State, r.Code)
	}
	if (r.State == netcheck.NetBlocked || r.State == netcheck.NetFailed || r.State == netcheck.NetDegraded) && r.Advice == "" {
		t.Errorf("no advice with %q", r.Text)
	}
}
