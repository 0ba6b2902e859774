package natprobe_test

import (
	"strings"
	"testing"

	"echopath/netcheck"
	"echopath/netcheck/natprobe"
)

// wantResult checks state, code and words of a result, that it tells the user what to do, and that it tells no secret.
func wantResult(t *testing.T, r netcheck.NetResult, ask natprobe.Ask, state netcheck.NetState, code netcheck.ReasonCode, words ...string) {
	t.Helper()
	if r.State != state || r.Code != code {
		t.Errorf("state %q for %q, want %q for %q: %s (%s) %+v", r.State, r.Code, state, code, r.Text, r.Cause, r.Steps)
	}
	server := ask.Server.URL.String()
	if ask.Transport == natprobe.TransportDTLS {
		server = ask.Server.URL.HostPort()
	}
	if r.Server != server || r.Transport == "" || r.ID != "" || r.At != 0 {
		t.Errorf("a result of %q over %q: %+v", r.Server, r.Transport, r)
	}
	for _, word := range words {
		if !strings.Contains(r.Text+" "+r.Advice, word) {
			t.Errorf("%q is missing in %q, advice %q", word, r.Text, r.Advice)
		}
	}
	silent := state == netcheck.NetOK || code == netcheck.ReasonCancelled
	if (r.Advice == "") != silent || !strings.HasSuffix(r.Text, ".") || strings.Contains(r.Text, "The server The") || strings.Contains(r.Text, "..") {
		t.Errorf("text %q, advice %q", r.Text, r.Advice)
	}
	all := r.Text + r.Advice + r.Cause
	for _, s := range r.Steps {
		all += s.Detail
	}
	if secret := ask.Server.Password.Reveal(); len(secret) > 4 && strings.Contains(all, secret) {
		t.Errorf("the password is in %q", all)
	}
}
