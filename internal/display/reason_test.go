package display

import (
	"strings"
	"testing"
)

// What children really said, on Debian 12 with Mesa 22.3, and what sources of GLFW, Xlib and the loader let expect.
func TestProblem(t *testing.T) {
	const (
		badConfig = "window: VersionUnavailable: GLX: Failed to create context: GLXBadFBConfig"
		noSwrast  = "libGL error: MESA-LOADER: failed to open swrast: /x/swrast_dri.so: cannot open shared object file\n" +
			"libGL error: failed to load driver: swrast\n"
		dump = "SIGSEGV: segmentation violation\nPC=0x7f m=0 sigcode=1\nsignal arrived during cgo execution\n"
	)
	tests := []struct {
		name string
		end  childEnd
		goos string // linux if empty
		env  string
		want Reason
		text string // a part of the sentence
	}{
		{name: "refused", end: childEnd{status: 3, stdout: "init: PlatformUnavailable: Failed to detect any supported platform\n"},
			env: "DISPLAY=:77", want: NoDisplay, text: "display :77 can"},
		{name: "refused, X11 forced", end: childEnd{status: 3, stdout: "init: PlatformUnavailable: X11: Failed to open display :77\n"},
			env: "DISPLAY=:77 WAYLAND_DISPLAY=wayland-0", want: NoDisplay, text: "display wayland-0 or :77 can"},
		{name: "no GLX", end: childEnd{status: 3, stdout: "window: APIUnavailable: GLX: GLX extension not found\n"},
			env: "DISPLAY=:1", want: NoOpenGL, text: "libgl1-mesa-dri"},
		{name: "no GLX over ssh", end: childEnd{status: 3, stdout: "window: APIUnavailable: GLX: No GLXFBConfigs returned\n"},
			env: "DISPLAY=localhost:10.0", want: RemoteDisplay, text: "localhost:10.0 is on another computer"},
		{name: "Xlib ended it over ssh", end: childEnd{status: 1, state: "exit status 1",
			stderr: "X Error of failed request:  BadValue (integer parameter out of range for operation)\n  Major opcode of failed request:  150 (GLX)\n"},
			env: "DISPLAY=localhost:10.0", want: RemoteDisplay, text: "X Error of failed request"},
		{name: "ssh, but Wayland", end: childEnd{status: 3, stdout: "window: APIUnavailable: EGL: No EGLConfigs returned\n"},
			env: "DISPLAY=localhost:10.0 WAYLAND_DISPLAY=wayland-0", want: NoOpenGL, text: "offers no OpenGL"},
		{name: "too old", end: childEnd{status: 3, stdout: badConfig}, env: "DISPLAY=:1", want: OldOpenGL, text: "needs version 2.1"},
		{name: "functions missing", end: childEnd{status: 3, stdout: "opengl: no function glActiveTexture\n"}, want: OldOpenGL, text: "version 2.1"},
		{name: "Windows' own OpenGL", end: childEnd{status: 3, stdout: "window: VersionUnavailable: Requested OpenGL version 2.1, got version 1.1\n"},
			goos: "windows", want: OldOpenGL, text: "Remote Desktop"},
		{name: "no driver", end: childEnd{status: 3, stdout: badConfig, stderr: noSwrast}, want: NoDriver, text: "libgl1-mesa-dri"},
		{name: "loader", end: childEnd{status: 127, stderr: "./echopath: error while loading shared libraries: libGL.so.1: cannot open shared object file\n"},
			want: NoLibrary, text: "libGL.so.1 is missing. Install it (Debian, Ubuntu: apt install libgl1)"},
		{name: "Xlib is loaded late", end: childEnd{status: 3, stdout: "init: X11: Failed to load Xlib panic: NotInitialized\n"}, want: NoLibrary, text: "libx11-6"},
		{name: "EGL is loaded late", end: childEnd{status: 3, stdout: "window: APIUnavailable: EGL: Library not found\n"}, want: NoLibrary, text: "libegl1"},
		// GLFW 3.4 does that on a Wayland compositor without a seat, such as weston's headless one.
		{name: "crash in C", end: childEnd{status: 2, state: "exit status 2", stderr: noSwrast + dump}, want: Crashed, text: "leaves Wayland alone (SIGSEGV: segmentation violation)"},
		{name: "killed by a signal", end: childEnd{status: -1, state: "signal: killed"}, want: Crashed, text: "(signal: killed)"},
		{name: "crash on Windows", end: childEnd{status: -1073741819, state: "exit status 0xc0000005"}, goos: "windows", want: Crashed, text: "Update the driver (exit"},
		{name: "time", end: childEnd{status: -1, state: "signal: killed", timedOut: true}, want: TimedOut, text: "within 5s"},
		{name: "failed, then hung", end: childEnd{status: -1, timedOut: true, stdout: badConfig}, want: OldOpenGL, text: "version 2.1"},
		{name: "well, then crashed", end: childEnd{status: 2, stdout: "ok\n", stderr: dump}},
		{name: "well, then hung", end: childEnd{status: -1, stdout: "ok\n", timedOut: true}},
		{name: "well", end: childEnd{stdout: "ok\n", stderr: "error: XDG_RUNTIME_DIR is invalid or not set in the environment.\n"}},
		{name: "something else", end: childEnd{status: 3, stdout: "init: panic: what?\n"}, want: Unknown, text: "No window can be opened here (init: panic: what?)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.goos == "" {
				tt.goos = "linux"
			}
			got := tt.end.problem(tt.goos, lookup(strings.Fields(tt.env)))
			switch {
			case got == nil && tt.text != "":
				t.Error("no problem")
			case got == nil:
			case got.Reason != tt.want || tt.text == "" || !strings.Contains(got.Error(), tt.text):
				t.Errorf("reason %q: %v\nwant %q: ...%s...", got.Reason, got, tt.want, tt.text)
			}
		})
	}
}

func TestEveryReasonHasItsSentence(t *testing.T) {
	seen := map[string]Reason{}
	for _, r := range []Reason{Unknown, NoSession, NoDisplay, NoLibrary, NoDriver, NoOpenGL, OldOpenGL, RemoteDisplay, Crashed, TimedOut} {
		text := (&Error{Reason: r, Subject: "x", goos: "linux"}).Error()
		if other, ok := seen[text]; ok || text == "" {
			t.Errorf("%q and %q have the same sentence: %s", r, other, text)
		}
		seen[text] = r
	}
}

func TestMissingSession(t *testing.T) {
	tests := []struct {
		goos, env string
		missing   bool
	}{
		{"linux", "", true},
		{"freebsd", "DISPLAY= WAYLAND_DISPLAY=", true},
		{"linux", "DISPLAY=:0", false},
		{"linux", "WAYLAND_DISPLAY=wayland-0", false},
		{"linux", "DISPLAY=:0 DISPLAY=", true},
		{"windows", "", false},
		{"darwin", "", false},
	}
	for _, tt := range tests {
		if err := missingSession(tt.goos, lookup(strings.Fields(tt.env))); (err != nil) != tt.missing {
			t.Errorf("%s with %q: %v, want missing: %v", tt.goos, tt.env, err, tt.missing)
		}
	}
}

func TestIsRemote(t *testing.T) {
	for display, want := range map[string]bool{
		"": false, ":0": false, ":0.0": false, "unix:0": false, "/private/tmp/launch/org.xquartz:0": false,
		"localhost:10.0": true, "192.0.2.1:0": true, "host/unix:0": true,
	} {
		if isRemote(display) != want {
			t.Errorf("isRemote(%q) = %v", display, !want)
		}
	}
}
