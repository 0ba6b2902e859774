package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"echopath/app/hosting"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// The exit codes. Scripts depend on them.
const (
	ExitOK           = 0   // good or fair
	ExitPoor         = 1   // poor or failed
	ExitUsage        = 2   // wrong use, also an invite that is not good any more, or an IP version that one end does not have
	ExitInconclusive = 3   // nothing concluded: the figures are in doubt, or the host of an invite did not take part to the end
	ExitError        = 4   // could not run, or a result could not be written
	ExitInterrupted  = 130 // stopped by the user; 128 + SIGINT, as shells have it
)

// Deps is what the front end needs from the program around it.
type Deps struct {
	// Run executes a plan: app/session, or a fake. It gives a report, if partial, whenever an event was emitted.
	Run func(ctx context.Context, job Job, observe netcheck.Observer) (netcheck.Report, error)
	// Host starts a host: app/host, or a fake. What happens at it is told to the Observe of c.
	Host func(ctx context.Context, c hosting.Config) (hosting.Host, error)
	// NoVideo says in a sentence why this build has no video; "" means that it has. Then a check leaves video out.
	NoVideo string
	// LongProbes are the network probes that take minutes and that this build has.
	LongProbes []netcheck.ProbeKind
	// Beside gives how to call a program beside this one that has video, "" if there is none; nil is none. It is asked when it matters.
	Beside func() string
	// Name is the program's name as shown in help.
	Name string
	// Version is the program's version.
	Version string
	// DefaultArgs are used when there are no arguments; none means that help is shown.
	DefaultArgs []string

	lastAct *lastAct // nil: the process is not ours to end
	system  *system  // nil: this computer's
}

// Job is what a command asks for.
type Job struct {
	Plan       netcheck.Plan
	Record     string // name of a file to keep the video in; "": it is not kept
	RecordSent bool   // the pictures as they were sent, otherwise as they came back

	// For a plan with the target invite, whose text is in Plan.Target.Invite.
	Name      string                   // of this computer, for the host
	Signaling signaling.Way            // the one way to use; "": the first that works
	Standing  func(signaling.Standing) // is told how this end stands with the host, from one goroutine at a time
	// Paste is told the answer to the invite of a host that no TCP connection reaches: its user must bring it there. The run waits for that.
	Paste func(answer string)
}

// Main runs the command of args and gives the exit code. A cancelled ctx stops the measurement: what was measured until then is
// shown and written. Nothing that it started is left when it returns, but a read of stdin by a host that waits for answers.
func Main(ctx context.Context, deps Deps, args []string, stdin io.Reader, stdout, stderr io.Writer, env func(string) string) int {
	if len(args) == 0 {
		args = deps.DefaultArgs
	}
	out := &checkedWriter{w: stdout}
	a := &app{
		deps: deps, stdin: stdin, env: env,
		out: screenOf(out, stdout, env), err: screenOf(stderr, stderr, env),
	}
	root := a.rootCommand()
	root.SetArgs(append([]string{}, args...)) // never nil, for which cobra would take those of the process
	err := root.ExecuteContext(ctx)
	if out.err != nil && (err == nil || errors.As(err, new(coded))) {
		err = fmt.Errorf("standard output could not be written: %w", out.err)
	}
	if err != nil {
		_, _ = fmt.Fprintf(stderr, "%s: %s\n", deps.Name, oneLine(err.Error()))
		return exitCodeOf(err)
	}
	return a.code
}

// app is the state of one call of Main.
type app struct {
	deps     Deps
	stdin    io.Reader
	env      func(string) string
	out, err screen
	code     int // exit code of a command that came to its end
}

// usageError is wrong use. Its text says how to mend it.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

func wrongUse(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

// coded is an error with an exit code of its own.
type coded struct {
	error
	code int
}

// Unwrap gives the error.
func (e coded) Unwrap() error { return e.error }

func exitCodeOf(err error) int {
	var wrong usageError
	var own coded
	switch {
	case errors.As(err, &wrong):
		return ExitUsage
	case errors.As(err, &own):
		return own.code
	}
	return ExitError
}

// withoutHost is the exit code of a test that the host of an invite did not take part in, or not to the end. What has to be changed is the
// command where the invite or the IP version of the chosen interface is to blame; an impostor, another version or this computer itself are
// no matter of trying again.
func withoutHost(code netcheck.ReasonCode) int {
	switch code {
	case netcheck.ReasonInvite, netcheck.ReasonNoFamily:
		return ExitUsage
	case netcheck.ReasonNone, netcheck.ReasonImpostor, netcheck.ReasonTLSPin, netcheck.ReasonOtherVersion, netcheck.ReasonLocal:
		return ExitError
	}
	return ExitInconclusive
}

// lostHost tells of a run that had to do without its host before it was done.
func lostHost(r netcheck.Report) bool {
	return r.Ended == netcheck.EndedError && r.Granted.Target.Kind == netcheck.TargetInvite
}

// otherFamily tells, with what to do, that nothing could be measured because one end has no address of the IP version that was asked for.
// That does not change by trying again: the command has to. It is nil in any other case.
func otherFamily(r netcheck.Report, v netcheck.Verdict) error {
	i := slices.IndexFunc(v.Findings, func(f netcheck.Finding) bool { return f.ID == "no_family" })
	if i < 0 || r.Ended != netcheck.EndedComplete {
		return nil
	}
	return wrongUse("%s %s", v.Sentence, v.Findings[i].Advice)
}

// exitCodeFor is the exit code of a session that ran.
func exitCodeFor(r netcheck.Report, v netcheck.Verdict) int {
	switch {
	case r.Ended == netcheck.EndedCancelled:
		return ExitInterrupted
	case r.Ended != netcheck.EndedComplete && !lostHost(r):
		return ExitError
	}
	switch v.Grade {
	case netcheck.GradePoor, netcheck.GradeFailed:
		return ExitPoor
	case netcheck.GradeGood, netcheck.GradeFair:
		if !lostHost(r) {
			return ExitOK
		}
	}
	return ExitInconclusive
}

// oneLine joins the lines of a message, so that a script which reads one line of standard error has all of it.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
}

// checkedWriter remembers the first error: a result that did not reach standard output was not delivered (a full disk behind
// a redirection).
type checkedWriter struct {
	w   io.Writer
	err error
}

func (c *checkedWriter) Write(b []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.w.Write(b)
	c.err = err
	return n, err
}
