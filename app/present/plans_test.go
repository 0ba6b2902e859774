package present

import (
	"context"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"echopath/app/present/presenttest"
	"echopath/netcheck"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// selfPlan is granted: the preset quick on this computer, with a change.
func selfPlan(t *testing.T, change func(*netcheck.Plan)) netcheck.Plan {
	t.Helper()
	quick, err := netcheck.PresetByName("quick")
	if err != nil {
		t.Fatal(err)
	}
	p := netcheck.Plan{Loss: quick.Loss}
	if change != nil {
		change(&p)
	}
	granted, err := p.Grant()
	if err != nil {
		t.Fatal(err)
	}
	return granted
}

func turnPlan(t *testing.T, urls ...string) netcheck.Plan {
	t.Helper()
	return selfPlan(t, func(p *netcheck.Plan) {
		p.Target.Kind = netcheck.TargetTURN
		for _, text := range urls {
			u, err := netcheck.ParseServerURL(text)
			if err != nil {
				t.Fatal(err)
			}
			p.Target.Servers = append(p.Target.Servers, netcheck.ICEServer{URL: u})
		}
	})
}

// invitePlan is granted: the preset quick with another computer, whose host offers some servers.
func invitePlan(t *testing.T, urls ...string) netcheck.Plan {
	t.Helper()
	p := selfPlan(t, nil)
	if len(urls) > 0 {
		p = turnPlan(t, urls...)
	}
	p.Target.Kind = netcheck.TargetInvite
	return p
}

// played gives what came out of a session.
func played(t *testing.T, run presenttest.RunFunc, plan netcheck.Plan) (netcheck.Report, netcheck.Verdict) {
	t.Helper()
	r, err := run(t.Context(), plan, func(netcheck.Event) {})
	if err != nil && r.Ended != netcheck.EndedError {
		t.Fatal(err)
	}
	return r, netcheck.Judge(r)
}

// playedUntil is played where a person may stop the session, however it was begun.
func playedUntil(t *testing.T, run presenttest.RunFunc, plan netcheck.Plan, stopped bool) (netcheck.Report, netcheck.Verdict) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	if stopped {
		cancel()
	}
	defer cancel()
	r, err := run(ctx, plan, func(netcheck.Event) {})
	if (err != nil) != stopped {
		t.Fatal(err)
	}
	return r, netcheck.Judge(r)
}

// wantWrapped checks that no line is too long that could have been broken.
func wantWrapped(t *testing.T, name string, width int, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if Columns(line) > width && strings.Contains(strings.TrimSpace(line), " ") {
			t.Errorf("%s at %d columns: too long: %q", name, width, line)
		}
	}
}
