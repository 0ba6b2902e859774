// Package display finds out whether this computer can open Echopath's window, before Fyne tries: where GLFW or OpenGL fail, Fyne
// ends the process, or C code crashes in it, and the user is left with one line that only a programmer understands.
//
// The attempt is therefore made by a child: the same program, told by an environment variable to run a probe, to say in one line
// how far it came, and to end. Whatever happens to it, this process lives on and can say what is missing and what to do, or run
// in the terminal instead.
//
// The package owns the child's life, the line that it says, and the sentences that are made of it. It links no graphics library:
// the probe is handed in (subpackage glprobe), so that programs and tests without cgo can be built.
package display

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"time"
)

// probeVariable is set in the environment of the child, and only there.
const probeVariable = "ECHOPATH_DISPLAY_PROBE"

// probeTime bounds the probe. It takes about a tenth of a second where all is well; but a display over a slow line, or a cold
// disk with a large driver, is no reason to refuse the window.
const probeTime = 5 * time.Second

// maxOutput bounds what is kept of the child's output: the line that counts comes first, a crash dump is long.
const maxOutput = 16 << 10

// Check returns nil if a window can be opened, and otherwise an [*Error] with a sentence for the user; or ctx's error, if that is
// what ended the check. It needs a program whose main calls [RunProbeIfAsked].
func Check(ctx context.Context) error {
	if os.Getenv(probeVariable) != "" {
		return errors.New("display: checked within a probe: main does not call RunProbeIfAsked first")
	}
	env := os.Environ()
	if problem := missingSession(runtime.GOOS, lookup(env)); problem != nil {
		return problem
	}
	program, err := os.Executable()
	if err != nil {
		return &Error{Reason: Unknown, Detail: fmt.Sprintf("find this program: %v", err)}
	}
	return check(ctx, program, env, probeTime)
}

func check(ctx context.Context, program string, env []string, limit time.Duration) error {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	end, err := runChild(limited, program, append(env, probeVariable+"=1"))
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return &Error{Reason: Unknown, Detail: fmt.Sprintf("start the probe: %v", err)}
	}
	end.timedOut = limited.Err() != nil && end.status != 0
	if problem := end.problem(runtime.GOOS, lookup(env)); problem != nil {
		return problem
	}
	return nil
}

// runChild runs the probe to its end, or kills it at the end of ctx. It has always been waited for.
func runChild(ctx context.Context, program string, env []string) (childEnd, error) {
	stdout, stderr := &headBuffer{limit: maxOutput}, &headBuffer{limit: maxOutput}
	cmd := exec.CommandContext(ctx, program)
	cmd.Env = env
	cmd.Stdout, cmd.Stderr = stdout, stderr
	cmd.WaitDelay = time.Second // for a helper of a driver that keeps the pipes open
	if err := cmd.Start(); err != nil {
		return childEnd{}, err
	}
	_ = cmd.Wait() // how it ended stands in ProcessState, which is set in any case
	return childEnd{
		status: cmd.ProcessState.ExitCode(),
		state:  cmd.ProcessState.String(),
		stdout: stdout.String(),
		stderr: stderr.String(),
	}, nil
}

// headBuffer keeps the first bytes and takes the rest without an error, so that the writer is not held up.
type headBuffer struct {
	bytes.Buffer
	limit int
}

func (b *headBuffer) Write(p []byte) (int, error) {
	keep := min(len(p), b.limit-b.Len())
	_, _ = b.Buffer.Write(p[:keep]) // a bytes.Buffer returns no error
	return len(p), nil
}

// ReadFrom hides that of bytes.Buffer, which knows no limit.
func (b *headBuffer) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{b}, r)
}
