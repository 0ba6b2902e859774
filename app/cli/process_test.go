//go:build !windows

package cli

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// childProcess is this program as a process of its own, which measures.
type childProcess struct {
	*exec.Cmd
	t   *testing.T
	dir string // results
	err *bufio.Reader
}

// hearHangups has children hear SIGHUP also where these tests run below nohup: a process inherits that a signal is ignored.
func hearHangups(t *testing.T) {
	heard := make(chan os.Signal, 1)
	signal.Notify(heard, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(heard) })
}

func startChild(t *testing.T, how string) *childProcess {
	t.Helper()
	hearHangups(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // bounds every wait below
	t.Cleanup(cancel)
	dir := t.TempDir()
	c := &childProcess{t: t, dir: dir,
		Cmd: exec.CommandContext(ctx, self, "check", "--csv", dir, "--json", filepath.Join(dir, "report.json"))} //nolint:gosec // this program
	c.Env = append(os.Environ(), childEnv+"="+how)
	pipe, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	c.err = bufio.NewReader(pipe)
	c.await(strings.TrimSpace(readyLine))
	return c
}

// await reads standard error up to a line that begins so.
func (c *childProcess) await(begin string) {
	c.t.Helper()
	for {
		line, err := c.err.ReadString('\n')
		if strings.HasPrefix(line, begin) {
			return
		}
		if err != nil {
			c.t.Fatalf("the process never said %q: %v", begin, err)
		}
	}
}

func (c *childProcess) signal(s syscall.Signal) {
	c.t.Helper()
	if err := c.Process.Signal(s); err != nil {
		c.t.Fatal(err)
	}
}

// wantEnd waits for the end and compares the exit code and the files; "*" stands for what is random in a name.
func (c *childProcess) wantEnd(code int, files ...string) {
	c.t.Helper()
	_ = c.Wait()
	if got := c.ProcessState.ExitCode(); got != code {
		c.t.Errorf("%v, want exit code %d", c.ProcessState, code)
	}
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		c.t.Fatal(err)
	}
	ok := len(entries) == len(files)
	for i, e := range entries {
		match, _ := filepath.Match(slices.Sorted(slices.Values(files))[min(i, len(files)-1)], e.Name())
		ok = ok && match
	}
	if !ok {
		c.t.Errorf("left %v, want %q", entries, files)
	}
}

var allFiles = []string{"packets.csv", "report.json", "samples.csv", "summary.csv"}

// Every signal that asks for the end stops the measurement and keeps what was measured. That a terminal which closes says so
// twice is not impatience.
func TestSignalStops(t *testing.T) {
	t.Parallel()
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		c := startChild(t, "obedient")
		c.signal(s)
		if s == syscall.SIGHUP {
			c.signal(s)
		}
		c.wantEnd(ExitInterrupted, allFiles...)
	}
}

// The second Ctrl-C or SIGTERM ends a process that does not stop, and no file that holds nothing is left of it.
func TestSecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		c := startChild(t, "early")
		c.signal(s)
		c.await("Stopping; what was measured until now is kept.")
		c.signal(s)
		c.wantEnd(ExitInterrupted)
	}
	c := startChild(t, "stubborn")
	c.signal(syscall.SIGHUP)
	c.await("Stopping;")
	c.signal(syscall.SIGTERM)
	c.signal(syscall.SIGINT)
	c.wantEnd(ExitInterrupted, "packets.csv.*.part") // the packets of the path that had ended
}

// nohup means that the end of the terminal is not that of the measurement.
func TestNohup(t *testing.T) {
	nohup, err := exec.LookPath("nohup")
	if err != nil {
		t.Skip("there is no nohup here")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, nohup, self, "check") //nolint:gosec // this program
	cmd.Env = append(os.Environ(), childEnv+"=obedient")
	pipe, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &childProcess{Cmd: cmd, t: t, err: bufio.NewReader(pipe)}
	c.await(strings.TrimSpace(readyLine))
	c.signal(syscall.SIGHUP)
	c.signal(syscall.SIGTERM) // the first that counts; were SIGHUP caught, this would change nothing
	_ = cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != ExitInterrupted {
		t.Errorf("%v", cmd.ProcessState)
	}
}

// startHost starts this program as a host with an invite in a file.
func startHost(t *testing.T, how string) *childProcess {
	t.Helper()
	hearHangups(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	dir := t.TempDir()
	c := &childProcess{t: t, dir: dir,
		Cmd: exec.CommandContext(ctx, self, "host", "--invite-file", filepath.Join(dir, "invite"))} //nolint:gosec // this program
	c.Env = append(os.Environ(), childEnv+"="+how)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	c.err = bufio.NewReader(out) // its lines are on standard output
	c.awaitPart("Ctrl-C stops it.")
	return c
}

// awaitPart reads up to a line that has a part.
func (c *childProcess) awaitPart(part string) {
	c.t.Helper()
	for {
		line, err := c.err.ReadString('\n')
		if strings.Contains(line, part) {
			return
		}
		if err != nil {
			c.t.Fatalf("the process never said %q: %v", part, err)
		}
	}
}

// A host is meant to be ended by a signal: that is no error, and its invite goes with it.
func TestSignalStopsHost(t *testing.T) {
	t.Parallel()
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		c := startHost(t, "obedient")
		if _, err := os.Stat(filepath.Join(c.dir, "invite")); err != nil {
			t.Error(err)
		}
		c.signal(s)
		c.awaitPart("Stopped.")
		c.wantEnd(ExitOK)
	}
}

// The second signal ends a host that does not stop, and its invite goes all the same.
func TestSecondSignalEndsHost(t *testing.T) {
	t.Parallel()
	c := startHost(t, "stubborn")
	c.signal(syscall.SIGTERM)
	c.awaitPart("Stopping.")
	c.signal(syscall.SIGTERM)
	c.wantEnd(ExitInterrupted)
}
