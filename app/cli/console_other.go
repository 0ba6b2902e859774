//go:build !windows

package cli

import "os"

// understandsColour is true for the terminals of every system but Windows.
func understandsColour(*os.File) bool { return true }
