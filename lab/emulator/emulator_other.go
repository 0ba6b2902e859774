//go:build !linux

package emulator

import (
	"errors"

	"echopath/lab/wire"
)

// Emulator is a link that runs; there is none on this system.
type Emulator struct{}

// Open fails: only Linux has network namespaces.
func Open(Config) (*Emulator, error) { return nil, errors.ErrUnsupported }

// Records gives none.
func (*Emulator) Records(wire.Direction) []wire.Record { return nil }

// Unrecorded is 0.
func (*Emulator) Unrecorded() int { return 0 }

// Refused is 0.
func (*Emulator) Refused() int { return 0 }

// Kernels fails.
func (*Emulator) Kernels() (a, b Kernel, err error) { return Kernel{}, Kernel{}, errors.ErrUnsupported }

// Close does nothing.
func (*Emulator) Close() error { return nil }
