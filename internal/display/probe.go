package display

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Step is how far a probe came before it failed.
type Step string

// The steps, in their order.
const (
	StepInit   Step = "init"   // reach the display and load the libraries for it
	StepWindow Step = "window" // make a window with an OpenGL context
	StepOpenGL Step = "opengl" // find OpenGL's functions
)

// StepError is what a probe returns: the step that failed and what the library said.
type StepError struct {
	Step Step
	Err  error
}

func (e *StepError) Error() string { return string(e.Step) + ": " + e.Err.Error() }

// Unwrap gives what the library said.
func (e *StepError) Unwrap() error { return e.Err }

// What the child says on standard output, and its exit status when the probe failed. 2 is taken by Go for crashes, and 1 by Xlib.
const (
	lineOK       = "ok"
	statusFailed = 3
)

// RunProbeIfAsked runs the probe and ends the process, if this process is the child of a [Check]. In any other it returns at once.
// It belongs first into main, before anything that prints, reads files or looks at the arguments.
func RunProbeIfAsked(probe func() error) {
	if os.Getenv(probeVariable) == "" {
		return
	}
	os.Exit(runProbe(os.Stdout, probe))
}

func runProbe(out io.Writer, probe func() error) (status int) {
	err := callProbe(probe)
	if err == nil {
		fmt.Fprintln(out, lineOK)
		return 0
	}
	step := new(StepError)
	if !errors.As(err, &step) {
		step = &StepError{Step: StepInit, Err: err}
	}
	fmt.Fprintln(out, strings.Join(strings.Fields(step.Error()), " "))
	return statusFailed
}

// callProbe makes an error of a panic: that is how go-gl/glfw reports what its authors did not expect.
func callProbe(probe func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return probe()
}
