//go:build cgo && (darwin || windows)

package capture

import (
	"runtime"

	"github.com/pion/mediadevices/pkg/driver"
)

// rescan does nothing: the drivers would list each camera twice, so that one plugged in later needs a new start.
func rescan() {}

// hasNoPictures does not look: opening a camera may light its lamp and ask the user for permission.
func hasNoPictures(driver.Driver) bool { return false }

// advice names where cameras are allowed. Their drivers do not tell why one can not be opened.
func advice(string, error) string {
	if runtime.GOOS == "darwin" {
		return "Close other programs that use it, and allow Echopath under System Settings, Privacy & Security, Camera; then start it again."
	}
	return "Close other programs that use it, and allow it under Settings, Privacy & security, Camera (for desktop apps too); then try again."
}
