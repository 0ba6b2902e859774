//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package identity

import (
	"errors"
	"os"
)

var errLocked = errors.New("another program uses it")

// openLocked does not know how to lock here: nothing is kept.
func openLocked(string) (*os.File, error) { return nil, errors.ErrUnsupported }
