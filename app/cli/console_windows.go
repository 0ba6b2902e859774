package cli

import (
	"os"

	"golang.org/x/sys/windows"
)

// understandsColour asks the console to understand escape sequences; those before Windows 10 refuse.
func understandsColour(f *os.File) bool {
	var mode uint32
	h := windows.Handle(f.Fd())
	if err := windows.GetConsoleMode(h, &mode); err != nil {
		return false
	}
	return windows.SetConsoleMode(h, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
