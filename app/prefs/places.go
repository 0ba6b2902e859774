package prefs

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// DefaultDir is where settings are kept, unless somebody names another folder: echopath in the user's folder for settings. The
// error tells in words that this computer names none.
func DefaultDir() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil || !filepath.IsAbs(dir) {
		return "", errors.New("this computer names no folder for settings (HOME or XDG_CONFIG_HOME), so they can not be kept")
	}
	return filepath.Join(dir, "echopath"), nil
}

// resultsName is the folder for results in the folder for documents.
const resultsName = "Echopath"

// DefaultResultsDir is where results are kept, unless somebody names another folder: Echopath in the folder for documents if
// there is one, otherwise in the home folder. It is not made here. The error tells in words that there is no home folder.
func DefaultResultsDir() (string, error) {
	home, err := os.UserHomeDir()
	if err != nil || !filepath.IsAbs(home) {
		return "", errors.New("this computer names no home folder, so there is no usual place for results; choose a folder in the settings")
	}
	for _, documents := range []string{xdgDocuments(home), filepath.Join(home, "Documents")} {
		// A desktop that has no folder for documents gives the home folder as such.
		if info, err := os.Stat(documents); err == nil && info.IsDir() && documents != home {
			return filepath.Join(documents, resultsName), nil
		}
	}
	return filepath.Join(home, resultsName), nil
}

// xdgDocuments reads the folder for documents from user-dirs.dirs of freedesktop.org, "" if it is not plainly there. Such a
// line is XDG_DOCUMENTS_DIR="$HOME/Dokumente" or has an absolute path; it is meant for a shell, but that is all that
// xdg-user-dirs writes and reads.
func xdgDocuments(home string) string {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return ""
	}
	config, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	b, err := readFile(filepath.Join(config, "user-dirs.dirs"), maxSize)
	if err != nil {
		return ""
	}
	dir := ""
	lines := bufio.NewScanner(strings.NewReader(string(b)))
	for lines.Scan() {
		value, found := strings.CutPrefix(strings.TrimSpace(lines.Text()), `XDG_DOCUMENTS_DIR="`)
		value, ended := strings.CutSuffix(value, `"`)
		if found && ended {
			dir = simplePath(home, value)
		}
	}
	return dir
}

// simplePath gives "" for what would need a shell to read.
func simplePath(home, value string) string {
	if rest, ok := strings.CutPrefix(value, "$HOME"); ok && (rest == "" || rest[0] == '/') {
		value = home + rest
	}
	if strings.ContainsAny(value, "$`\\\"") || !filepath.IsAbs(value) {
		return ""
	}
	return filepath.Clean(value)
}
