package cli

import (
	"debug/buildinfo"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"echopath/app/present"
)

// windowName is the program with a window, which packages and builds put beside the one for the terminal alone.
const windowName = "echopath"

// noVideo says why this program has no video and, if one that has it lies beside it, how to call that; "" if it has.
func (a *app) noVideo() string {
	why := a.deps.NoVideo
	if why == "" || a.deps.Beside == nil {
		return why
	}
	if other := a.deps.Beside(); other != "" {
		return fmt.Sprintf("%s; or use the program beside this one, which has video: %s video ...", strings.TrimSuffix(why, "."), other)
	}
	return why
}

// withoutVideo begins the help of a command that this program can not run.
func (a *app) withoutVideo(b *strings.Builder, name string) {
	if name != "video" || a.deps.NoVideo == "" {
		return
	}
	for _, line := range present.Wrap("This program can not run it: "+strings.TrimSuffix(a.noVideo(), ".")+".", a.out.Width) {
		fmt.Fprintln(b, line)
	}
	fmt.Fprintln(b)
}

// WithVideo names the program echopath beside this one, as it is called from the working folder, if it was built with cgo, as video
// needs; "" if there is none.
func WithVideo() string {
	self, err := os.Executable()
	if err != nil {
		return ""
	}
	other := filepath.Join(filepath.Dir(self), windowName)
	if runtime.GOOS == "windows" {
		other += ".exe"
	}
	if !hasVideo(other) || other == self {
		return ""
	}
	if here, err := os.Getwd(); err == nil {
		if near, err := filepath.Rel(here, other); err == nil && filepath.IsLocal(near) {
			other = near
			if filepath.Base(near) == near {
				other = "." + string(filepath.Separator) + near // a shell would look elsewhere
			}
		}
	}
	if strings.Contains(other, " ") {
		other = `"` + other + `"`
	}
	return other
}

// hasVideo tells a program of this module that was built with cgo.
func hasVideo(file string) bool {
	info, err := buildinfo.ReadFile(file)
	if err != nil || info.Main.Path != windowName { // the module has the same name
		return false
	}
	for _, s := range info.Settings {
		if s.Key == "CGO_ENABLED" {
			return s.Value == "1"
		}
	}
	return false
}
