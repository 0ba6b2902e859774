package cli

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"echopath/app/hosting"
	"echopath/app/present/presenttest"
	"echopath/netcheck"
)

func TestMain(m *testing.M) {
	time.Local = time.UTC // in lines and golden files
	if how := os.Getenv(childEnv); how != "" {
		os.Exit(child(how))
	}
	goleak.VerifyTestMain(m)
}

// childEnv makes this program one that measures, for tests of what happens to a process.
const childEnv = "ECHOPATH_TEST_CHILD"

// child is the program with a session that works until it is stopped, or that does not stop either.
func child(how string) int {
	return Process(Deps{Name: "echopath-cli", Host: childHost(how), system: testSystem(), Run: func(ctx context.Context, job Job, observe netcheck.Observer) (netcheck.Report, error) {
		s := presenttest.NewStage(job.Plan, observe)
		s.Emit("", netcheck.SessionStarted{Plan: job.Plan, Granted: job.Plan})
		if how != "early" { // before the first path has ended
			s.OK(netcheck.PathDirect)
		}
		_, _ = os.Stderr.WriteString(readyLine)
		<-ctx.Done()
		if how != "obedient" {
			select {}
		}
		s.Emit("", netcheck.SessionEnded{Ended: netcheck.EndedCancelled, Duration: s.Now})
		return s.Report, ctx.Err()
	}})
}

const readyLine = "the child measures\n"

// command is one call of Main and what came of it.
type command struct {
	run    func(context.Context, netcheck.Plan, netcheck.Observer) (netcheck.Report, error)
	args   []string
	env    map[string]string
	stdin  string
	typed  io.Reader // in the place of stdin
	stdout io.Writer // nil: collected
	stderr io.Writer
	// host starts a host; without one a call of Host is a mistake, which the caller sees in config.
	host   func(context.Context, hosting.Config) (hosting.Host, error)
	system *system // nil: that of testSystem
	// noVideo is why this build has no video, "" if it has.
	noVideo string
	beside  func() string
	long    []netcheck.ProbeKind // that this build has

	plan     netcheck.Plan  // that Run was called with
	job      Job            // the same, with what else is asked for
	config   hosting.Config // that Host was called with
	ran      bool
	out, err string
	code     int
}

// do runs the command. Without a run a call of Run is a mistake, which the caller sees in ran.
func (c *command) do(ctx context.Context) *command {
	var out, errs bytes.Buffer
	stdout, stderr := c.stdout, c.stderr
	if stdout == nil {
		stdout = &out
	}
	if stderr == nil {
		stderr = &errs
	}
	sys := c.system
	if sys == nil {
		sys = testSystem()
	}
	deps := Deps{Name: "echopath-cli", Version: "1.2.3", NoVideo: c.noVideo, LongProbes: c.long, Beside: c.beside, system: sys,
		Host: func(ctx context.Context, config hosting.Config) (hosting.Host, error) {
			c.config, c.ran = config, true
			if c.host == nil {
				return nil, io.ErrUnexpectedEOF
			}
			return c.host(ctx, config)
		},
		Run: func(ctx context.Context, job Job, observe netcheck.Observer) (netcheck.Report, error) {
			c.plan, c.job, c.ran = job.Plan, job, true
			if c.run == nil {
				return netcheck.Report{}, io.ErrUnexpectedEOF
			}
			return c.run(ctx, job.Plan, observe)
		}}
	env := func(name string) string { return c.env[name] }
	stdin := c.typed
	if stdin == nil {
		stdin = strings.NewReader(c.stdin)
	}
	c.code = Main(ctx, deps, c.args, stdin, stdout, stderr, env)
	c.out, c.err = out.String(), errs.String()
	return c
}

// words splits a command line at spaces.
func words(line string) []string { return strings.Fields(line) }

func TestNoArgumentsShowHelp(t *testing.T) {
	c := (&command{}).do(t.Context())
	if c.code != ExitOK || !strings.Contains(c.out, "Usage: echopath-cli COMMAND") || c.err != "" {
		t.Errorf("exit %d, stderr %q, stdout:\n%s", c.code, c.err, c.out)
	}
}

func TestDefaultArguments(t *testing.T) {
	ran := false
	deps := Deps{Name: "echopath", DefaultArgs: words("check --quiet --path direct"),
		Run: func(ctx context.Context, job Job, observe netcheck.Observer) (netcheck.Report, error) {
			ran = len(job.Plan.Paths) == 1
			return presenttest.AllGood(ctx, job.Plan, observe)
		}}
	if code := Main(t.Context(), deps, nil, nil, io.Discard, io.Discard, func(string) string { return "" }); code != ExitOK || !ran {
		t.Errorf("exit %d, ran %v", code, ran)
	}
}

func TestVersion(t *testing.T) {
	c := (&command{args: words("version")}).do(t.Context())
	if c.code != ExitOK || !strings.HasPrefix(c.out, "echopath-cli 1.2.3\ngo1.") || c.err != "" {
		t.Errorf("exit %d, stderr %q, stdout:\n%s", c.code, c.err, c.out)
	}
	if BuildVersion("4.5") != "4.5" || BuildVersion("") == "" {
		t.Error("the linker's version does not come first, or none is found")
	}
}

func TestHelpGolden(t *testing.T) {
	for _, line := range []string{"--help", "check --help", "loss --help", "video --help", "nat --help", "host --help", "version --help"} {
		c := (&command{args: words(line)}).do(t.Context())
		if c.code != ExitOK || c.err != "" {
			t.Errorf("%s: exit %d, stderr %q", line, c.code, c.err)
		}
		name := strings.Fields(line)[0]
		presenttest.Golden(t, "help-"+strings.TrimPrefix(name, "--")+".txt", c.out)
	}
	viaHelp := (&command{args: words("help check")}).do(t.Context())
	if direct := (&command{args: words("check -h")}).do(t.Context()); viaHelp.out != direct.out {
		t.Error("help check and check -h differ")
	}
}
