//go:build linux

package e2e

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds every wait: a busy machine must not fail a test, a hanging program must not hang it.
const patience = 40 * time.Second

// poll is the time between two looks at a condition.
const poll = 10 * time.Millisecond

// eventually waits until cond holds.
func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	if !within(patience, cond) {
		t.Fatalf("waited %v for this: %s", patience, what)
	}
}

func within(limit time.Duration, cond func() bool) bool {
	deadline := time.After(limit)
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for !cond() {
		select {
		case <-deadline:
			return cond()
		case <-tick.C:
		}
	}
	return true
}

// programPath gives the program that is tested, or skips.
func programPath(t *testing.T, tools ...string) string {
	t.Helper()
	path := os.Getenv("ECHOPATH_PROGRAM")
	if path == "" {
		t.Skip("ECHOPATH_PROGRAM does not name the built program: scripts/test.sh builds it")
	}
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed: scripts/setup.sh test", tool)
		}
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(abs); err != nil {
		t.Fatalf("ECHOPATH_PROGRAM: %v", err)
	}
	return abs
}

// process is a child in a group of its own, which ends with the test at the latest.
type process struct {
	cmd   *exec.Cmd
	out   lockedBuffer
	ended chan struct{} // closed when it was waited for
}

// spawn starts a child. Its whole group is killed, and waited for, at the end of the test.
func spawn(t *testing.T, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{cmd: cmd, ended: make(chan struct{})}
	if cmd.Stdout == nil {
		cmd.Stdout = &p.out
	}
	cmd.Stderr = &p.out
	cmd.SysProcAttr = ownGroup()
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", cmd.Path, err)
	}
	go func() {
		defer close(p.ended)
		_ = cmd.Wait() // how it ended stands in ProcessState
	}()
	t.Cleanup(func() {
		p.signal(syscall.SIGTERM)
		select {
		case <-p.ended:
		case <-time.After(10 * time.Second):
		}
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // also what it has started; nothing is left as a rule
		<-p.ended
	})
	return p
}

// signal is for the process alone, as a person's kill would be.
func (p *process) signal(s syscall.Signal) {
	select {
	case <-p.ended:
	default:
		_ = p.cmd.Process.Signal(s) // it may be ending this moment
	}
}

func (p *process) alive() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// exit waits for the end and gives the exit status.
func (p *process) exit(t *testing.T) int {
	t.Helper()
	eventually(t, "the end of "+filepath.Base(p.cmd.Path), func() bool { return !p.alive() })
	return p.cmd.ProcessState.ExitCode()
}

// lockedBuffer may be read while a process writes to it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// screen is an X server that draws into memory.
type screen struct {
	display       string // ":99"
	width, height int
	server        *process
}

// newScreen starts an X server on a display that is free.
func newScreen(t *testing.T, width, height int) *screen {
	t.Helper()
	programPath(t, "Xvfb", "xdotool", "import")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close() //nolint:errcheck // only read
	cmd := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", fmt.Sprintf("%dx%dx24", width, height), "-nolisten", "tcp", "-noreset")
	cmd.ExtraFiles = []*os.File{w}
	s := &screen{width: width, height: height, server: spawn(t, cmd)}
	_ = w.Close() // the child has its own
	number, err := readLine(r)
	if err != nil {
		t.Fatalf("Xvfb does not start: %v\n%s", err, s.server.out.String())
	}
	s.display = ":" + number
	return s
}

// readLine reads one line within the usual time.
func readLine(r *os.File) (string, error) {
	if err := r.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(r).ReadString('\n')
	if errors.Is(err, io.EOF) && line != "" {
		err = nil
	}
	return strings.TrimSpace(line), err
}

// run runs a tool on the screen and gives what it says.
func (s *screen) run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := s.try(name, args...)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return out
}

func (s *screen) try(name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "DISPLAY="+s.display)
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}
