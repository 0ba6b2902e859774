package pace

import (
	"context"
	"time"

	"golang.org/x/sys/unix"
)

// slack is how much later than asked the kernel may wake a thread to save power, in nanoseconds; 50,000 by default.
const slack = 1000

// fine sleeps the last stretch in nanosleep(2), whose timers count nanoseconds. It blocks a thread of its own for at most
// coarse. Signals, which the runtime sends to its threads to preempt goroutines, end it early, so it sleeps again.
func fine(_ context.Context, t time.Time) error {
	// The slack belongs to the thread, and a goroutine may come to another one at any time. A refusal costs precision only.
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, slack, 0, 0, 0)
	for d := time.Until(t); d > 0; d = time.Until(t) {
		ts := unix.NsecToTimespec(d.Nanoseconds())
		if err := unix.Nanosleep(&ts, nil); err != nil && err != unix.EINTR { //nolint:errorlint // a bare errno
			time.Sleep(time.Until(t))
		}
	}
	return nil
}
