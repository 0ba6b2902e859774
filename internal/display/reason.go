package display

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
)

// Reason is why no window can be opened.
type Reason string

// The reasons.
const (
	Unknown       Reason = ""               // the detail is all that is known
	NoSession     Reason = "no_session"     // no graphical session: neither DISPLAY nor WAYLAND_DISPLAY is set
	NoDisplay     Reason = "no_display"     // there should be a display, and it can not be opened
	NoLibrary     Reason = "no_library"     // a library of the system is not installed
	NoDriver      Reason = "no_driver"      // OpenGL is there, but no driver for it, not even the one in software
	NoOpenGL      Reason = "no_opengl"      // the display offers no OpenGL
	OldOpenGL     Reason = "old_opengl"     // the display offers an OpenGL that is too old
	RemoteDisplay Reason = "remote_display" // the display is another computer's and offers no usable OpenGL
	Crashed       Reason = "crashed"        // the graphics driver crashed, or a library of the display
	TimedOut      Reason = "timed_out"      // nothing happened within the time
)

// Error says why no window can be opened. Its text is for users: what is missing, and what to do.
type Error struct {
	Reason  Reason
	Subject string // the display or the library that it is about, if any
	Detail  string // what the libraries said, in one line, if anything
	goos    string
}

func (e *Error) Error() string {
	text := e.sentence()
	if e.Detail != "" {
		text += " (" + e.Detail + ")"
	}
	return text
}

const (
	useScreen = "Start it on the computer that has the screen"
	installGL = "Install OpenGL in software (Debian, Ubuntu: apt install libgl1-mesa-dri; Fedora: dnf install mesa-dri-drivers; Arch: pacman -S mesa)"
)

func (e *Error) sentence() string {
	switch e.Reason {
	case NoSession:
		return "There is no graphical session here: neither DISPLAY nor WAYLAND_DISPLAY is set. " +
			"Start it from a desktop; over ssh, use the terminal program"
	case NoDisplay:
		return fmt.Sprintf("The display %s can not be opened. Check that the session is still there and that this user may use it; "+
			"as another user (sudo, su) most displays refuse", e.Subject)
	case NoLibrary:
		return fmt.Sprintf("The library %s is missing. Install it%s", e.Subject, packageOf(e.Subject))
	case NoDriver:
		return "There is no OpenGL driver for this display, not even the one in software. " + installGL
	case NoOpenGL:
		return "The display offers no OpenGL, which the window needs. " + e.openGLAdvice()
	case OldOpenGL:
		return "The OpenGL of this display is too old: the window needs version 2.1. " + e.openGLAdvice()
	case RemoteDisplay:
		return fmt.Sprintf("The display %s is on another computer, and such displays offer no usable OpenGL. %s, or use the terminal program",
			e.Subject, useScreen)
	case Crashed:
		return "The graphics driver, or a library of the display, crashed when a window was tried. Update the driver" + e.otherWays()
	case TimedOut:
		return fmt.Sprintf("The display did not answer within %s. Try again; if it stays so, log out and in%s",
			probeTime, e.otherWays())
	}
	return "No window can be opened here"
}

func (e *Error) openGLAdvice() string {
	switch e.goos {
	case "windows":
		return "Install the graphics driver of the computer's or the card's maker; " +
			"over Remote Desktop or in a virtual machine without 3D there may be none: start it on the computer itself"
	case "darwin":
		return useScreen
	}
	return installGL + "; where the display is a server such as Xvfb or VNC, start that with its GLX extension"
}

// otherWays names what leads round a driver or a compositor that is broken.
func (e *Error) otherWays() string {
	if isUnix(e.goos) {
		return ", or try LIBGL_ALWAYS_SOFTWARE=1, which draws in software, or FYNE_PLATFORM=x11, which leaves Wayland alone"
	}
	return ""
}

// packageOf tells where Debian keeps a library, since there the name of the file is not the name of the package.
func packageOf(library string) string {
	packages := map[string]string{
		"libGL.so.1":             "libgl1",
		"libEGL.so.1":            "libegl1",
		"libX11.so.6":            "libx11-6",
		"libwayland-client.so.0": "libwayland-client0",
		"libwayland-cursor.so.0": "libwayland-cursor0",
		"libwayland-egl.so.1":    "libwayland-egl1",
		"libxkbcommon.so.0":      "libxkbcommon0",
	}
	if p := packages[library]; p != "" {
		return " (Debian, Ubuntu: apt install " + p + ")"
	}
	return ""
}

// childEnd is how a probe ended.
type childEnd struct {
	timedOut       bool
	status         int    // -1: by a signal
	state          string // in words, for the detail
	stdout, stderr string
}

// problem is nil if the child said that all is well. A driver that crashes while the child ends, after it said so, is
// no reason to refuse: the program's window will have been used by then.
func (c childEnd) problem(goos string, env func(string) string) *Error {
	line, _, _ := strings.Cut(strings.TrimSpace(c.stdout), "\n")
	if line == lineOK {
		return nil
	}
	e := &Error{goos: goos, Detail: line}
	said := line + "\n" + c.stderr
	e.Reason, e.Subject = match(said)
	switch {
	case line == "" && c.timedOut:
		e.Reason, e.Subject, e.Detail = TimedOut, "", ""
	case line == "" && c.crashed():
		e.Reason, e.Subject = Crashed, ""
		e.Detail = cmp.Or(firstLine(c.stderr, "SIG"), c.state)
	case line == "":
		e.Detail = cmp.Or(firstLine(c.stderr, ""), "the probe ended without a word: "+c.state)
	}
	if e.Reason == NoDisplay {
		e.Subject = displayOf(env)
	}
	if d := env("DISPLAY"); isRemote(d) && env("WAYLAND_DISPLAY") == "" && (e.Reason == NoOpenGL || e.Reason == OldOpenGL) {
		e.Reason, e.Subject = RemoteDisplay, d
	}
	return e
}

// crashed tells a signal: one that ended the process, or one that Go's runtime turned into a dump and status 2.
func (c childEnd) crashed() bool {
	return c.status == -1 || c.status == 2 && strings.Contains(c.stderr, "SIG") ||
		uint32(c.status)>>30 == 3 // Windows: an NTSTATUS of severity error, such as 0xC0000005
}

// missingLibrary is what the loader says; GLFW's own words are in the table below.
var missingLibrary = regexp.MustCompile(`error while loading shared libraries: ([\w.+-]+):`)

// signs are pieces of what GLFW, GLX, EGL, Mesa, Xlib and go-gl say. The first one that is found decides: a
// missing driver also leads to a window that can not be made, so the cause stands before its effects.
var signs = []struct {
	text    string
	reason  Reason
	subject string
}{
	{"Failed to load Xlib", NoLibrary, "libX11.so.6"},
	{"Failed to load libwayland-client", NoLibrary, "libwayland-client.so.0"},
	{"Failed to load libwayland-cursor", NoLibrary, "libwayland-cursor.so.0"},
	{"Failed to load libwayland-egl", NoLibrary, "libwayland-egl.so.1"},
	{"Failed to load libxkbcommon", NoLibrary, "libxkbcommon.so.0"},
	{"GLX: Failed to load GLX", NoLibrary, "libGL.so.1"},
	{"EGL: Library not found", NoLibrary, "libEGL.so.1"},
	{"Failed to open display", NoDisplay, ""},
	{"Failed to connect to display", NoDisplay, ""},
	{"Failed to detect any supported platform", NoDisplay, ""},
	{"environment variable is missing", NoDisplay, ""},
	{"unable to load driver", NoDriver, ""},
	{"failed to load driver", NoDriver, ""},
	{"MESA-LOADER: failed to open", NoDriver, ""},
	{"VersionUnavailable", OldOpenGL, ""},
	{"Requested OpenGL version", OldOpenGL, ""},
	{"Requested client API version", OldOpenGL, ""},
	{string(StepOpenGL) + ": ", OldOpenGL, ""}, // a context, but functions of 2.1 are missing from it
	{"GLX", NoOpenGL, ""},
	{"EGL:", NoOpenGL, ""},
	{"WGL:", NoOpenGL, ""},
	{"NSGL:", NoOpenGL, ""},
	{"APIUnavailable", NoOpenGL, ""},
	{"FormatUnavailable", NoOpenGL, ""},
}

func match(said string) (Reason, string) {
	if m := missingLibrary.FindStringSubmatch(said); m != nil {
		return NoLibrary, m[1]
	}
	for _, s := range signs {
		if strings.Contains(said, s.text) {
			return s.reason, s.subject
		}
	}
	return Unknown, ""
}

func firstLine(text, with string) string {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && strings.Contains(line, with) {
			return line
		}
	}
	return ""
}
