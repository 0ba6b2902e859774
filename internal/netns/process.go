package netns

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"
)

// Program says what to start.
type Program struct {
	Name    string // of its logs: NAME.out and NAME.err
	Command []string
	Env     []string // beside this process's own
	Dir     string   // for its logs
	Typed   bool     // Type gives it standard input; otherwise there is none
}

// Process is a program that was started in a node. Its output is kept in files too.
type Process struct {
	Name string
	cmd  *exec.Cmd
	done chan struct{}  // closed when it has ended and its output has been read
	in   io.WriteCloser // nil: none
	out  *lineLog
	err  *lineLog
}

// Start starts a program in a node. It ends with the network at the latest.
func (n *Network) Start(node string, p Program) (*Process, error) {
	proc, err := n.prepare(node, p)
	if err != nil {
		return nil, fmt.Errorf("start %s in %s: %w", p.Name, node, err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := proc.cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start %s in %s: %w", p.Name, node, err), proc.out.close(), proc.err.close())
	}
	go proc.wait()
	n.processes = append(n.processes, proc)
	return proc, nil
}

func (n *Network) prepare(node string, p Program) (*Process, error) {
	command := append([]string{"netns", "exec", n.Name(node)}, p.Command...)
	proc := &Process{Name: p.Name, cmd: exec.Command("ip", command...), done: make(chan struct{})}
	var err error
	if proc.out, err = newLineLog(filepath.Join(p.Dir, p.Name+".out")); err != nil {
		return nil, err
	}
	if proc.err, err = newLineLog(filepath.Join(p.Dir, p.Name+".err")); err != nil {
		return nil, errors.Join(err, proc.out.close())
	}
	proc.cmd.Env = append(os.Environ(), p.Env...)
	proc.cmd.Dir = p.Dir
	proc.cmd.Stdout, proc.cmd.Stderr = proc.out, proc.err
	if p.Typed {
		if proc.in, err = proc.cmd.StdinPipe(); err != nil {
			return nil, errors.Join(err, proc.out.close(), proc.err.close())
		}
	}
	proc.cmd.WaitDelay = 5 * time.Second // for output that a child of it keeps open
	return proc, nil
}

func (p *Process) wait() {
	_ = p.cmd.Wait() // how it ended stands in the ProcessState
	_, _ = p.out.close(), p.err.close()
	close(p.done)
}

// Wait waits for the end and gives the exit code: -1 if a signal ended it.
func (p *Process) Wait(ctx context.Context) (code int, err error) {
	select {
	case <-p.done:
		return p.cmd.ProcessState.ExitCode(), nil
	case <-ctx.Done():
		return 0, fmt.Errorf("%s did not end: %w", p.Name, ctx.Err())
	}
}

// Type writes to its standard input.
func (p *Process) Type(text string) error {
	if p.in == nil {
		return fmt.Errorf("%s has no standard input", p.Name)
	}
	if _, err := io.WriteString(p.in, text); err != nil {
		return fmt.Errorf("type at %s: %w", p.Name, err)
	}
	return nil
}

// Signal sends a signal, if it still runs.
func (p *Process) Signal(s os.Signal) error {
	if err := p.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signal %s: %w", p.Name, err)
	}
	return nil
}

// Kill ends it at once and waits.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill() // it may have ended already
	<-p.done
}

// Ended is closed when the process has ended.
func (p *Process) Ended() <-chan struct{} { return p.done }

// Output is all that it has written to standard output until now; Trouble the same of standard error.
func (p *Process) Output() []byte  { return p.out.all() }
func (p *Process) Trouble() []byte { return p.err.all() }

// Await waits until a line of standard output is as wanted, counted from line number from, and gives the number of the line after it.
func (p *Process) Await(ctx context.Context, from int, want func(line []byte) bool) (next int, err error) {
	for {
		lines, whole, grown := p.out.from(from)
		for _, line := range lines {
			from++
			if want(line) {
				return from, nil
			}
		}
		if whole {
			return from, fmt.Errorf("%s ended before it wrote what was waited for", p.Name)
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return from, fmt.Errorf("%s did not write what was waited for: %w", p.Name, ctx.Err())
		}
	}
}

// lineLog keeps what a process writes, in memory and in a file, and wakes those who wait for more.
type lineLog struct {
	mu    sync.Mutex // guards what follows
	file  *os.File
	text  []byte
	ended bool
	grown chan struct{} // closed and renewed by each write
}

func newLineLog(name string) (*lineLog, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	return &lineLog{file: f, grown: make(chan struct{})}, nil
}

func (l *lineLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, b...)
	close(l.grown)
	l.grown = make(chan struct{})
	if _, err := l.file.Write(b); err != nil {
		return 0, err
	}
	return len(b), nil
}

func (l *lineLog) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.ended {
		l.ended = true
		close(l.grown)
	}
	return l.file.Close()
}

func (l *lineLog) all() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.text)
}

// from gives the whole lines from number n on, whether there will be no more, and a channel that is closed when there are.
func (l *lineLog) from(n int) (lines [][]byte, whole bool, grown <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := bytes.Split(bytes.Clone(l.text), []byte("\n"))
	all = all[:len(all)-1] // the last one is not whole, or empty
	if n < len(all) {
		lines = all[n:]
	}
	return lines, l.ended, l.grown
}
