package prefs

import (
	"path/filepath"
	"strings"
)

// FolderProblem says in a sentence why a text can not name a folder for results, "" if it can; the empty text can, it stands
// for the default place. Whether the folder can be written shows when a run begins.
func FolderProblem(text string) string {
	switch {
	case text == "":
		return ""
	case strings.ContainsRune(text, 0):
		return "A folder's name holds no such character."
	case !filepath.IsAbs(text):
		return "Give the whole path of the folder, from the root of the disk, for example " + example() + "."
	case !wholePath(text):
		return "This name can not be stored: it is too long, or holds bytes that are no text."
	}
	return ""
}

func example() string {
	if filepath.Separator == '\\' {
		return `C:\Users\me\Echopath`
	}
	return "/home/me/Echopath"
}
