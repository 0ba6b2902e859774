package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// printVersion shows what a report of a mistake needs: the program, what built it, and the modules that do the networking.
func (a *app) printVersion() {
	_, _ = fmt.Fprintf(a.out, "%s %s\n%s %s/%s\n", a.deps.Name, a.deps.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return
	}
	for _, m := range info.Deps {
		if strings.HasPrefix(m.Path, "github.com/pion/") {
			_, _ = fmt.Fprintf(a.out, "%s %s\n", strings.TrimPrefix(m.Path, "github.com/"), versionOf(m))
		}
	}
}

// versionOf is the version that was really built in.
func versionOf(m *debug.Module) string {
	if m.Replace != nil {
		return m.Replace.Version + " (instead of " + m.Version + ")"
	}
	return m.Version
}

// BuildVersion is the program's version: the one given to the linker, else what the go command knows of the source, else dev.
func BuildVersion(linked string) string {
	if linked != "" {
		return linked
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "dev"
}
