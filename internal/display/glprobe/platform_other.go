//go:build !linux || (x11 && !wayland) || (!x11 && wayland)

package glprobe

// choosePlatform leaves the choice to GLFW, as Fyne does here.
func choosePlatform() {}
