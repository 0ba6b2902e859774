package display

import "strings"

// isUnix tells the systems where a window needs a session that is named in the environment. macOS and Windows are none of them.
func isUnix(goos string) bool {
	switch goos {
	case "linux", "freebsd", "openbsd", "netbsd", "dragonfly":
		return true
	}
	return false
}

// missingSession needs no child: without a display there is nothing to try.
func missingSession(goos string, env func(string) string) error {
	if isUnix(goos) && env("DISPLAY") == "" && env("WAYLAND_DISPLAY") == "" {
		return &Error{Reason: NoSession, goos: goos}
	}
	return nil
}

// displayOf names the display that was tried.
func displayOf(env func(string) string) string {
	var names []string
	for _, key := range []string{"WAYLAND_DISPLAY", "DISPLAY"} {
		if v := env(key); v != "" {
			names = append(names, v)
		}
	}
	return strings.Join(names, " or ")
}

// isRemote tells an X display behind a network, as of ssh -X (localhost:10.0), from one of this computer (:0, unix:0, and the path
// of a socket on macOS).
func isRemote(display string) bool {
	host, _, found := strings.Cut(display, ":")
	return found && host != "" && host != "unix" && !strings.HasPrefix(host, "/")
}

// lookup is os.Getenv on a list as of os.Environ, where the last of several counts.
func lookup(env []string) func(string) string {
	return func(key string) string {
		value := ""
		for _, entry := range env {
			if v, ok := strings.CutPrefix(entry, key+"="); ok {
				value = v
			}
		}
		return value
	}
}
