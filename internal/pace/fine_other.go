//go:build !linux

package pace

import (
	"context"
	"time"

	"echopath/netcheck"
)

// fine leaves the last stretch to the runtime: on Windows and macOS it uses the system's high-resolution timers itself.
func fine(ctx context.Context, t time.Time) error {
	return netcheck.RuntimeClock{}.SleepUntil(ctx, t)
}
