package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"echopath/app/present/presenttest"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
	"echopath/netcheck/signaling/invite"
)

// testInvite is the text of an invite that is good in form.
func testInvite(t *testing.T) string {
	t.Helper()
	text, err := invite.Invite{Version: 1, Room: [8]byte{1}, Secret: [16]byte{2}, Pin: [32]byte{3}, Expiry: time.Unix(2_000_000_000, 0), Addresses: []string{"192.0.2.7:5349"}}.Text()
	if err != nil || text == "" {
		t.Fatalf("no invite: %q, %v", text, err)
	}
	return text
}

// broken is an invite as a mail program leaves it.
func broken(text string) string {
	var b strings.Builder
	b.WriteString("\n  ")
	for i, r := range text {
		if i > 0 && i%40 == 0 {
			b.WriteString("\r\n  ")
		}
		b.WriteRune(r)
	}
	return b.String()
}

func TestTargetInvite(t *testing.T) {
	text := testInvite(t)
	parsed, err := invite.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	link, err := parsed.Link()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "invite.txt")
	if err := os.WriteFile(file, []byte(text+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		line, stdin string
		env         map[string]string
		warns       bool
	}{
		{line: "check --target @" + file},
		{line: "loss --target @" + file},
		{line: "video --target @" + file},
		{line: "loss --target -", stdin: text},
		{line: "loss --target -", stdin: text + "\nand more that nobody reads\n"},
		{line: "loss --target -", stdin: broken(text)},
		{line: "loss --target -", stdin: link + "\n"},
		{line: "loss --target invite", env: map[string]string{envInvite: text}},
		{line: "loss --target " + text, warns: true},
		{line: "loss --target " + link, warns: true},
	}
	for i, tt := range tests {
		p, errs := planOf(t, tt.line, tt.env, tt.stdin)
		got, err := invite.Parse(p.Target.Invite.Reveal())
		if p.Target.Kind != netcheck.TargetInvite || err != nil || got.Secret != parsed.Secret || len(p.Target.Servers) != 0 {
			t.Errorf("%d: target %+v, %v", i, p.Target.Kind, err)
		}
		if warned := strings.Contains(errs, "in the list of processes"); warned != tt.warns {
			t.Errorf("%d: stderr %q", i, errs)
		}
		if strings.Contains(errs, text) {
			t.Errorf("%d: the invite is in %q", i, errs)
		}
	}
}

// Servers and the words about this end go along with an invite.
func TestTargetInviteMore(t *testing.T) {
	c := (&command{args: words("loss --quiet --target - --turn turn:a.example --turn-user u --turn-pass-file pass --stun public --stun stun:b.example " +
		"--name Desk --signaling SSE --interface 127.0.0.1"), stdin: testInvite(t), run: presenttest.AllGood})
	file := filepath.Join(t.TempDir(), "pass")
	if err := os.WriteFile(file, []byte("p\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for i, a := range c.args {
		if a == "pass" {
			c.args[i] = file
		}
	}
	c.do(t.Context())
	public := len(netcheck.PublicSTUN())
	if !c.ran || c.plan.Target.Kind != netcheck.TargetInvite || len(c.plan.Target.Servers) != public+2 || !c.plan.Target.Servers[0].Public ||
		c.plan.Target.Servers[public+1].Username != "u" || c.plan.Interface != "127.0.0.1" {
		t.Fatalf("stderr %q, target %+v", c.err, c.plan.Target)
	}
	if c.job.Name != "Desk" || c.job.Signaling != signaling.WaySSE || c.job.Standing != nil {
		t.Errorf("job: %q %q", c.job.Name, c.job.Signaling)
	}
	plain := (&command{args: words("loss --target -"), stdin: testInvite(t), run: presenttest.AllGood}).do(t.Context())
	if plain.job.Name == "" || plain.job.Signaling != "" || plain.job.Standing == nil {
		t.Errorf("without flags: %q %q", plain.job.Name, plain.job.Signaling)
	}
}

// Wrong use with an invite repeats nothing of it, and the words for a bad one are those of its package.
func TestTargetInviteWrongUse(t *testing.T) {
	text := testInvite(t)
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return "loss --target @" + path
	}
	wrong := []byte(text)
	at := len(wrong) / 2
	if wrong[at]++; wrong[at-1] == wrong[at] {
		wrong[at]++
	}
	_, mistyped := invite.Parse(string(wrong))
	_, truncated := invite.Parse(text[:len(text)-9])
	_, none := invite.Parse("hello")
	tests := []struct {
		line, stdin string
		env         map[string]string
		want        string
	}{
		{line: file("mistyped", string(wrong)), want: fmt.Sprint(mistyped)},
		{line: file("short", text[:len(text)-9]), want: fmt.Sprint(truncated)},
		{line: file("none", "hello"), want: fmt.Sprint(none)},
		{line: "loss --target @" + filepath.Join(dir, "gone"), want: "check the name"},
		{line: "loss --target @", want: "write --target @FILE"},
		{line: "loss --target -", want: "no invite on standard input"},
		{line: "loss --target -", stdin: text[:30], want: "--target: "},
		{line: "loss --target - --turn turn:a.example --turn-user u --turn-pass-file -", want: "in a file"},
		{line: "loss --target invite", want: "ECHOPATH_INVITE"},
		{line: "loss --target somewhere-else-entirely", want: "--target is not a target"},
		{line: "loss --target " + text + " more", want: "quotes around values"},
		{line: "loss --target - --signaling pigeon", stdin: text, want: "use websocket, sse or paste"},
		{line: "loss --target - --signaling paste", stdin: text, want: "at the host: --paste"},
		{line: "loss --target - --answer-file answer.txt", stdin: text, want: "at the host: --paste"},
		{line: "loss --answer-file answer.txt", want: "--target @FILE"},
		{line: "loss --target - --name a\tb", stdin: text, want: "at most 64"},
		{line: "loss --name Desk", want: "--target @FILE"},
		{line: "loss --turn turn:a.example --signaling sse", want: "--target @FILE"},
	}
	for _, tt := range tests {
		c := (&command{args: strings.Split(tt.line, " "), env: tt.env, stdin: tt.stdin}).do(t.Context())
		if c.code != ExitUsage || c.ran || c.out != "" || strings.Count(c.err, "\n") != 1 || !strings.Contains(c.err, tt.want) {
			t.Errorf("%s: exit %d, ran %v, want one line with %q, got %q", tt.line, c.code, c.ran, tt.want, c.err)
		}
		if strings.Contains(c.err, text[4:24]) || strings.Contains(c.err, "somewhere") {
			t.Errorf("the invite is in %q", c.err)
		}
	}
}

// What the host answers is one line with its code, and no report. The exit code tells what has to be changed: the invite, nothing but the
// time, or something else.
func TestHostSaysNo(t *testing.T) {
	gone := &signaling.Gone{Code: signaling.CodeUsed, Text: "The invite has been used."}
	failure := func(code netcheck.ReasonCode, err error) error {
		return &netcheck.Failure{Code: code, Text: "The invite has been used.", Advice: "Ask for a new one.", Err: err}
	}
	const words = "The invite has been used. Ask for a new one."
	tests := []struct {
		err  error
		want string
		code int
	}{
		{failure(netcheck.ReasonInvite, gone), "nothing was measured (used): " + words, ExitUsage},
		{failure(netcheck.ReasonHostRefused, nil), "nothing was measured (host_refused): " + words, ExitInconclusive},
		{failure(netcheck.ReasonHostGone, nil), "nothing was measured (host_gone): " + words, ExitInconclusive},
		{failure(netcheck.ReasonNoFamily, nil), "nothing was measured (no_family): " + words, ExitUsage},
		{failure(netcheck.ReasonNoAnswer, nil), "nothing was measured (no_answer): " + words, ExitInconclusive},
		{failure(netcheck.ReasonProxyAuth, nil), "nothing was measured (proxy_auth): " + words, ExitInconclusive},
		{failure(netcheck.ReasonImpostor, nil), "nothing was measured (impostor): " + words, ExitError},
		{&netcheck.Failure{Code: netcheck.ReasonLocal, Text: "No TCP.", Advice: "The technical message names the cause.", Err: errors.New("connect:\ninvalid argument")},
			"nothing was measured (local_error): No TCP. The technical message names the cause: connect: invalid argument.", ExitError},
		{failure(netcheck.ReasonLocal, nil), "nothing was measured (local_error): " + words, ExitError},
		{failure(netcheck.ReasonOtherVersion, nil), "nothing was measured (other_version): " + words, ExitError},
		{errors.New("no route"), "nothing was measured: no route", ExitError},
		{&netcheck.PlanError{Err: errors.New("The host returns less: lower the rate.")}, "nothing was measured: The host returns less: lower the rate.", ExitUsage},
	}
	for _, tt := range tests {
		report := filepath.Join(t.TempDir(), "report.json")
		for _, json := range []string{"-", report} {
			c := (&command{args: []string{"loss", "--quiet", "--target", "-", "--json", json}, stdin: testInvite(t),
				run: func(context.Context, netcheck.Plan, netcheck.Observer) (netcheck.Report, error) {
					return netcheck.Report{}, tt.err
				}}).do(t.Context())
			if c.code != tt.code || c.out != "" || c.err != "echopath-cli: "+tt.want+"\n" {
				t.Errorf("exit %d, stdout %q, stderr %q, want %d, %q", c.code, c.out, c.err, tt.code, tt.want)
			}
		}
		if _, err := os.Stat(report); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: a report was left: %v", tt.want, err)
		}
	}
}

// A run that lost its host is not concluded, however good was what came before. What was measured is shown.
func TestHostLost(t *testing.T) {
	gone := &netcheck.Failure{Code: netcheck.ReasonHostGone, Text: "The host has stopped hosting.", Advice: "Start it again.",
		Err: &signaling.Gone{Code: signaling.CodeHostStopped}}
	for name, tt := range map[string]struct {
		lost map[int]bool
		code int
	}{
		"good before": {nil, ExitInconclusive},
		"poor before": {presenttest.Every(10, 500), ExitPoor},
	} {
		c := (&command{args: words("loss --quiet --target - --path direct,relay-tcp"), stdin: testInvite(t),
			run: func(_ context.Context, plan netcheck.Plan, observe netcheck.Observer) (netcheck.Report, error) {
				s := presenttest.NewStage(plan, observe)
				s.Emit("", netcheck.SessionStarted{Plan: plan, Granted: plan, Other: &netcheck.OtherEnd{Name: "far", Host: true}})
				s.Start(netcheck.PathDirect)
				s.Connect(netcheck.PathDirect, time.Millisecond, "")
				s.Measure(netcheck.PathDirect, netcheck.PathEnded{State: netcheck.StateOK}, s.Carrier(netcheck.CarrierSRTP, presenttest.Series{RTT: 400, LostUp: tt.lost}))
				s.Emit(netcheck.PathRelayTCP, netcheck.PathEnded{State: netcheck.StateFailed, Code: gone.Code, Reason: gone.Text, Advice: gone.Advice})
				s.Emit("", netcheck.SessionEnded{Ended: netcheck.EndedError, Duration: s.Now, Error: gone.Text})
				return s.Report, gone
			}}).do(t.Context())
		if c.code != tt.code || c.err != "echopath-cli: the session ended early (host_stopped): The host has stopped hosting. Start it again.\n" || !strings.Contains(c.out, "SRTP") {
			t.Errorf("%s: exit %d, want %d; stderr %q, stdout:\n%s", name, c.code, tt.code, c.err, c.out)
		}
	}
}

// What will be sent is said when the host has let this computer in, and not before a refusal.
func TestAnnouncedAfterJoining(t *testing.T) {
	refused := &netcheck.Failure{Code: netcheck.ReasonRefused, Text: "Nothing listens there.", Advice: "Start the host."}
	c := (&command{args: words("check --target - --path direct"), stdin: testInvite(t), run: func(context.Context, netcheck.Plan, netcheck.Observer) (netcheck.Report, error) {
		return netcheck.Report{}, refused
	}}).do(t.Context())
	if c.err != "echopath-cli: nothing was measured (refused): Nothing listens there. Start the host.\n" {
		t.Errorf("stderr %q", c.err)
	}
	for _, quiet := range []string{"", " --quiet"} {
		var before string
		synctest.Test(t, func(t *testing.T) {
			var errs bytes.Buffer
			c = &command{args: words("check --target - --path direct --no-video" + quiet), stdin: testInvite(t), stderr: &errs,
				run: func(ctx context.Context, p netcheck.Plan, o netcheck.Observer) (netcheck.Report, error) {
					before = errs.String()
					return presenttest.AllGood(ctx, p, o)
				}}
			c.do(t.Context())
			after := errs.String()
			if before != "" || strings.Count(after, "Sending over Direct") != map[string]int{"": 1, " --quiet": 0}[quiet] {
				t.Errorf("quiet %q: before the session %q, at the end %q", quiet, before, after)
			}
		})
	}
}

// Whoever waits is told for what, with a terminal above the bar, which begins with the session.
func TestStandings(t *testing.T) {
	course := []signaling.Standing{
		{State: signaling.StandingWaiting}, {State: signaling.StandingIn}, {State: signaling.StandingIn},
		{State: signaling.StandingQueued, Position: 2, Of: 3}, {State: signaling.StandingAdmitted}, {State: signaling.StandingAdmitted},
	}
	want := []string{"The host is asked to let you in ...", "The host has let you in.", "Your test is 2nd of 3 in the queue.", "The host is ready for your test."}
	synctest.Test(t, func(t *testing.T) {
		for _, screen := range []*terminal{{width: 80}, nil} {
			var c *command
			c = &command{args: words("loss --target - --path direct"), stdin: testInvite(t), run: func(ctx context.Context, p netcheck.Plan, o netcheck.Observer) (netcheck.Report, error) {
				for _, s := range course {
					time.Sleep(time.Second)
					c.job.Standing(s)
				}
				return presenttest.AllGood(ctx, p, o)
			}}
			if screen != nil {
				c.stderr = screen
			}
			c.do(t.Context())
			text := c.err
			if screen != nil {
				text = screen.String()
			}
			rest := text
			for _, w := range want {
				_, after, found := strings.Cut(rest, w)
				if !found {
					t.Errorf("no %q, in this order, in %q", w, text)
				}
				rest = after
			}
			if waiting, _, _ := strings.Cut(text, want[3]); strings.Contains(waiting, "left,") {
				t.Errorf("there was a bar before the session began: %q", waiting)
			}
		}
	})
	synctest.Test(t, func(t *testing.T) { // a bar that is gone does not hold up who waits
		b := startBar(screen{Writer: &terminal{width: 80}, terminal: true, size: func() int { return 80 }}, netcheck.Plan{Target: netcheck.Target{Kind: netcheck.TargetInvite}}, false)
		b.close()
		b.say("late")
	})
}
