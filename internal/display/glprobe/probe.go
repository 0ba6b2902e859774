// Package glprobe tries what Fyne's desktop driver does when it opens a window: the same GLFW, on the platform that Fyne would
// choose, with the same hints, and the same binding of OpenGL. What it says is read by package display.
//
// It needs cgo and the headers of a window system, so only the program with a window imports it. It follows Fyne v2.8.1,
// internal/driver/glfw (loop_desktop.go, window_desktop.go, glfw_core.go, glfw_es.go, wayland_csd_linux.go) and
// internal/painter/gl: compare these when Fyne is updated.
package glprobe

import (
	"bytes"
	"errors"
	"fmt"
	"log"
	"runtime"
	"strings"

	"github.com/go-gl/glfw/v3.4/glfw"

	"echopath/internal/display"
)

// GLFW works on the main thread alone.
func init() { runtime.LockOSThread() }

// Probe opens and closes a window that is never shown. Its error is a *display.StepError. Call it from main, once, in a
// process of its own.
func Probe() error {
	// Errors of the platform are logged by go-gl/glfw, which then goes on as if nothing had been; others make it panic.
	logged := new(bytes.Buffer)
	log.SetOutput(logged)
	log.SetFlags(0)

	var step display.Step
	err := try(&step)
	if err == nil {
		return nil
	}
	if text := strings.TrimSpace(logged.String()); text != "" {
		err = errors.Join(errors.New(text), err)
	}
	return &display.StepError{Step: step, Err: err}
}

// try keeps in step what it is at.
func try(step *display.Step) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()

	*step = display.StepInit
	choosePlatform()
	glfw.InitHint(glfw.CocoaMenubar, glfw.False) // unlike Fyne: no icon in the Dock for the moment that this takes
	if err := glfw.Init(); err != nil {
		return err
	}
	defer glfw.Terminate()
	glfw.WindowHint(glfw.Visible, glfw.False) // the first call that panics if Init had only logged an error
	glfw.WindowHint(glfw.AutoIconify, glfw.False)
	hintContext()

	*step = display.StepWindow
	window, err := glfw.CreateWindow(10, 10, "Echopath", nil, nil)
	if err != nil {
		return err
	}
	if window == nil {
		return errors.New("no window")
	}
	defer window.Destroy()
	window.MakeContextCurrent()
	if glfw.GetCurrentContext() == nil {
		return errors.New("no current context")
	}

	*step = display.StepOpenGL
	if err := initGL(); err != nil {
		return fmt.Errorf("no function %w", err)
	}
	return nil
}
