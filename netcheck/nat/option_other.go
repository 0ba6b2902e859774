//go:build !linux && !darwin && !windows

package nat

import "errors"

func dontFragment(uintptr, bool) error { return errors.ErrUnsupported }
