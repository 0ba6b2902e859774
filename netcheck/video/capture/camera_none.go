//go:build !cgo || !(linux || darwin || windows)

package capture

// system tells that this build has no drivers of cameras: they are C.
func system() ([]device, error) {
	return nil, failure(nil, "Build Echopath with cgo (CGO_ENABLED=1 and a C compiler) on Linux, macOS or Windows, or use the synthetic picture or a Y4M file.",
		"This build has no cameras, since it was built without cgo.")
}
