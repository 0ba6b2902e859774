package cli

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"echopath/app/present/presenttest"
	"echopath/netcheck"
)

// ending makes a Run whose only paths end as given, all of them the same way.
func ending(end netcheck.PathEnded, what *presenttest.Series) presenttest.RunFunc {
	return presenttest.Play(func(s *presenttest.Stage, p netcheck.Path) {
		s.Start(p)
		if what == nil {
			s.Emit(p, end)
			return
		}
		s.Connect(p, 1, "")
		s.Measure(p, end, s.Carrier(netcheck.CarrierSRTP, *what))
	})
}

// stopAfter cancels the session behind the first path, as Ctrl-C does.
func stopAfter(cancel context.CancelFunc) presenttest.RunFunc {
	return presenttest.Play(func(s *presenttest.Stage, p netcheck.Path) {
		switch p {
		case netcheck.PathDirect:
			s.OK(p)
		case netcheck.PathSTUN:
			s.Start(p)
			s.Connect(p, 1, "")
			cancel()
			s.Measure(p, netcheck.PathEnded{State: netcheck.StateInterrupted, Code: netcheck.ReasonCancelled,
				Reason: "Stopped before the end; what was measured until then is kept."},
				s.Carrier(netcheck.CarrierSRTP, presenttest.Series{RTT: 400, Count: 120}))
		default:
			s.Emit(p, netcheck.PathEnded{State: netcheck.StateNotRun, Code: netcheck.ReasonCancelled,
				Reason: "The session was stopped before this path."})
		}
	})
}

var errBroken = errors.New("the disk for long records is full")

func TestExitCodes(t *testing.T) {
	blocked := netcheck.PathEnded{State: netcheck.StateBlocked, Code: netcheck.ReasonNoAnswer, Reason: "Nothing answered."}
	busy := netcheck.PathEnded{State: netcheck.StateInconclusive, Code: netcheck.ReasonBusy, Reason: "This computer was too busy to measure."}
	family := netcheck.PathEnded{State: netcheck.StateNotApplicable, Code: netcheck.ReasonNoFamily, Reason: "The server has no IPv6 address."}
	tests := []struct {
		name string
		run  presenttest.RunFunc
		code int
		out  string // on standard output
		err  string // on standard error
	}{
		{"no such IP version", ending(family, nil), ExitUsage, "○ INCONCLUSIVE", "no path of IPv4 could be made. Use --ip auto"},
		{"good", presenttest.AllGood, ExitOK, "● GOOD", ""},
		{"fair", ending(presenttest.Ended, &presenttest.Series{RTT: 400, LostUp: presenttest.Every(50, 500)}), ExitOK, "▲ FAIR", ""},
		{"poor", ending(presenttest.Ended, &presenttest.Series{RTT: 400, LostUp: presenttest.Every(10, 500)}), ExitPoor, "■ POOR", ""},
		{"failed", ending(blocked, nil), ExitPoor, "■ FAILED", ""},
		{"inconclusive", ending(busy, &presenttest.Series{RTT: 400}), ExitInconclusive, "○ INCONCLUSIVE", ""},
		{"one path blocked", presenttest.Play(func(s *presenttest.Stage, p netcheck.Path) {
			if p == netcheck.PathRelayUDP {
				s.Start(p)
				s.Emit(p, blocked)
				return
			}
			s.OK(p)
		}), ExitOK, "■ blocked: Nothing answered.", ""},
		{"could not start", func(context.Context, netcheck.Plan, netcheck.Observer) (netcheck.Report, error) {
			return netcheck.Report{}, errBroken
		}, ExitError, "", "nothing was measured: the disk for long records is full"},
		{"ended early", endedEarly, ExitError, "Ended before its time", "the session ended early: the disk"},
		{"trouble afterwards", func(ctx context.Context, p netcheck.Plan, o netcheck.Observer) (netcheck.Report, error) {
			r, _ := presenttest.AllGood(ctx, p, o)
			return r, errBroken
		}, ExitOK, "● GOOD", "warning: the disk"},
	}
	for _, tt := range tests {
		c := (&command{args: words("check --quiet"), run: tt.run}).do(t.Context())
		if c.code != tt.code || !strings.Contains(c.out, tt.out) || !strings.Contains(c.err, tt.err) || (tt.err == "") != (c.err == "") {
			t.Errorf("%s: exit %d, want %d; stderr %q; stdout:\n%s", tt.name, c.code, tt.code, c.err, c.out)
		}
	}
}

// endedEarly has measured one path when something breaks.
func endedEarly(_ context.Context, plan netcheck.Plan, observe netcheck.Observer) (netcheck.Report, error) {
	s := presenttest.NewStage(plan, observe)
	s.Emit("", netcheck.SessionStarted{Plan: plan, Granted: plan})
	s.OK(netcheck.PathDirect)
	s.Emit("", netcheck.SessionEnded{Ended: netcheck.EndedError, Duration: s.Now, Error: errBroken.Error()})
	return s.Report, errBroken
}

// Ctrl-C keeps and writes what was measured, and says so.
func TestInterrupted(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	c := (&command{args: []string{"check", "--csv", dir, "--json", filepath.Join(dir, "report.json")}, run: stopAfter(cancel)}).do(ctx)
	if c.code != ExitInterrupted {
		t.Errorf("exit %d", c.code)
	}
	for _, want := range []string{"Interrupted after 11 s", "○ interrupted", "– not run: The session was stopped before this path.", "Written to " + dir} {
		if !strings.Contains(strings.Join(strings.Fields(c.out), " "), want) {
			t.Errorf("stdout lacks %q:\n%s", want, c.out)
		}
	}
	if strings.Count(c.err, "Stopping; what was measured until now is kept.") != 1 {
		t.Errorf("stderr %q", c.err)
	}
	if got := readJSON(t, filepath.Join(dir, "report.json")).Run.Ended; got != "cancelled" {
		t.Errorf("run.ended is %q", got)
	}
	for _, name := range []string{"summary.csv", "samples.csv", "packets.csv"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestInterruptedBeforeTheStart(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := (&command{args: words("check"), run: func(ctx context.Context, _ netcheck.Plan, _ netcheck.Observer) (netcheck.Report, error) {
		return netcheck.Report{}, ctx.Err()
	}}).do(ctx)
	if c.code != ExitInterrupted || c.out != "" {
		t.Errorf("exit %d, stdout %q", c.code, c.out)
	}
}

type reportJSON struct {
	Run struct{ Ended string }
}

func readJSON(t *testing.T, path string) reportJSON {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var r reportJSON
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// A dash replaces the table: nothing else is on standard output.
func TestStandardOutputIsPure(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "results")
	c := (&command{args: []string{"check", "--json", "-", "--csv", dir}, run: presenttest.Mixed}).do(t.Context())
	var doc map[string]any
	if err := json.Unmarshal([]byte(c.out), &doc); err != nil || c.code != ExitOK {
		t.Errorf("exit %d, %v:\n%s", c.code, err, c.out)
	}
	if !strings.Contains(c.err, "Written to "+dir) {
		t.Errorf("stderr does not say where the files are: %q", c.err)
	}
	c = (&command{args: words("check --csv -"), run: presenttest.Mixed}).do(t.Context())
	if lines := strings.Split(strings.TrimSpace(c.out), "\n"); !strings.HasPrefix(lines[0], "path,") || strings.Contains(c.out, "GOOD") {
		t.Errorf("stdout:\n%s", c.out)
	}
}

// What can not be written is told before the measurement.
func TestUnwritableBefore(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for advice, args := range map[string][]string{
		"name another file or folder\n":        {"check", "--csv", filepath.Join(file, "results")},
		": name another file or folder\n":      {"check", "--csv", file},
		": make the folder, or name another\n": {"check", "--json", filepath.Join(filepath.Dir(file), "gone", "report.json")},
	} {
		c := (&command{args: args}).do(t.Context())
		if !strings.HasSuffix(c.err, advice) {
			t.Errorf("%v: no advice in %q", args, c.err)
		}
		if c.code != ExitError || c.ran || !strings.Contains(c.err, "nothing was measured") || strings.Count(c.err, "\n") != 1 {
			t.Errorf("%v: exit %d, ran %v, stderr %q", args, c.code, c.ran, c.err)
		}
	}
}

// brokenPipe takes nothing.
type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestUnwritableAfter(t *testing.T) {
	for _, line := range []string{"check --quiet", "check --quiet --json -", "check --quiet --csv -", "version", "--help"} {
		c := (&command{args: words(line), run: presenttest.AllGood, stdout: brokenPipe{}}).do(t.Context())
		if c.code != ExitError || !strings.Contains(c.err, "broken pipe") || strings.Count(c.err, "\n") != 1 {
			t.Errorf("%s: exit %d, stderr %q", line, c.code, c.err)
		}
	}
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("there is no /dev/full here: a full disk is tested in netcheck/export alone")
	}
	c := (&command{args: words("check --quiet --json /dev/full"), run: presenttest.AllGood}).do(t.Context())
	if c.code != ExitError || !strings.Contains(c.err, "/dev/full") || !strings.Contains(c.out, "GOOD") {
		t.Errorf("exit %d, stderr %q, stdout:\n%s", c.code, c.err, c.out)
	}
}

// No secret is in any output or file.
func TestNoSecretIsShown(t *testing.T) {
	for _, given := range []string{"--turn-user u --turn-pass hunter2", "--turn-user u --turn-pass-file -", "--turn-secret-file -"} {
		dir := t.TempDir()
		for _, form := range []string{"", " --json -", " --csv -"} {
			line := "check --turn turn:a.example " + given + form
			if form == "" {
				line += " --csv " + dir + " --json " + filepath.Join(dir, "report.json")
			}
			c := (&command{args: words(line), run: presenttest.RelayBlocked, stdin: "hunter2\n"}).do(t.Context())
			text := c.out + c.err
			entries, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				b, err := os.ReadFile(filepath.Join(dir, e.Name()))
				if err != nil {
					t.Fatal(err)
				}
				text += string(b)
			}
			if !c.ran || strings.Contains(text, "hunter2") {
				t.Errorf("%s: ran %v; the secret is shown, or nothing is:\n%s", line, c.ran, c.err)
			}
		}
	}
}

// A folder that has no name but the dot is not named.
func TestWrittenHere(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, args := range []string{"check --json r.json", "check --json ./r.json"} {
		c := (&command{args: words(args), run: presenttest.Mixed}).do(t.Context())
		if !strings.Contains(c.out, "Written: r.json\n") {
			t.Errorf("%s: %s", args, c.out)
		}
	}
}
