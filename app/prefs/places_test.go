package prefs

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestDefaultPlaces(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("the folders have other names there")
	}
	for name, c := range map[string]struct {
		dirs      string // user-dirs.dirs
		folders   []string
		want, not string
	}{
		"nothing":            {want: "Echopath"},
		"Documents":          {folders: []string{"Documents"}, want: "Documents/Echopath"},
		"another language":   {dirs: "# c\nXDG_DESKTOP_DIR=\"$HOME/x\"\nXDG_DOCUMENTS_DIR=\"$HOME/Dokumente\"\n", folders: []string{"Dokumente", "Documents"}, want: "Dokumente/Echopath"},
		"not there":          {dirs: `XDG_DOCUMENTS_DIR="$HOME/Dokumente"`, folders: []string{"Documents"}, want: "Documents/Echopath"},
		"none on this desk":  {dirs: `XDG_DOCUMENTS_DIR="$HOME/"`, want: "Echopath"},
		"needs a shell":      {dirs: `XDG_DOCUMENTS_DIR="$HOME/$(x)"`, folders: []string{"$(x)", "Documents"}, want: "Documents/Echopath"},
		"another variable":   {dirs: `XDG_DOCUMENTS_DIR="$HOMEx"`, folders: []string{"Documents"}, want: "Documents/Echopath"},
		"relative":           {dirs: `XDG_DOCUMENTS_DIR="x"`, want: "Echopath"},
		"the last one holds": {dirs: "XDG_DOCUMENTS_DIR=\"$HOME/a\"\nXDG_DOCUMENTS_DIR=\"$HOME/b\"", folders: []string{"a", "b"}, want: "b/Echopath"},
	} {
		home := t.TempDir()
		t.Setenv("HOME", home)
		t.Setenv("XDG_CONFIG_HOME", filepath.Join(home, ".config"))
		for _, f := range append(c.folders, ".config") {
			if err := os.MkdirAll(filepath.Join(home, f), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(home, ".config", "user-dirs.dirs"), []byte(c.dirs), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := DefaultResultsDir(); err != nil || got != filepath.Join(home, c.want) {
			t.Errorf("%s: %s, %v", name, got, err)
		}
		if got, err := DefaultDir(); err != nil || got != filepath.Join(home, ".config", "echopath") {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
	if got, err := (Settings{ResultsDir: "/x"}).Results(); err != nil || got != "/x" {
		t.Errorf("%s, %v", got, err)
	}
	t.Setenv("HOME", "")
	t.Setenv("XDG_CONFIG_HOME", "")
	if _, err := DefaultDir(); err == nil {
		t.Error("a folder for settings without a home")
	}
	if _, err := Defaults().Results(); err == nil {
		t.Error("a folder for results without a home")
	}
}
