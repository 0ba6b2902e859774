package netchecktest

import (
	"errors"
	"strings"
	"testing"

	"echopath/netcheck"
)

// WantFailure checks code, words and server of a failure, and that it tells the user what to do.
func WantFailure(t testing.TB, err error, code netcheck.ReasonCode, words ...string) {
	t.Helper()
	var f *netcheck.Failure
	if !errors.As(err, &f) {
		t.Fatalf("got %v, want a failure of code %s", err, code)
	}
	if f.Code != code {
		t.Errorf("code %s, want %s: %v", f.Code, code, f)
	}
	for _, word := range words {
		if !strings.Contains(f.Text+" "+f.Advice, word) {
			t.Errorf("%q is missing in %q, advice %q", word, f.Text, f.Advice)
		}
	}
	if f.Advice == "" && code != netcheck.ReasonCancelled {
		t.Errorf("no advice with %q", f.Text)
	}
}

// Steps records what is traced.
type Steps []netcheck.StepDone

// Trace takes a step.
func (s *Steps) Trace(step netcheck.StepDone) { *s = append(*s, step) }

// Names gives the steps in their order, those that failed with an exclamation mark.
func (s *Steps) Names() string {
	var names []string
	for _, step := range *s {
		name := string(step.Name)
		if !step.OK {
			name += "!"
		}
		names = append(names, name)
	}
	return strings.Join(names, " ")
}
