package natprobe

import (
	"context"
	"errors"
	"net"
	"os"
	"time"
)

const (
	// tooLate is how much after its end a wait may be noticed by a computer that runs as it should. Beyond it the process itself stood still,
	// asleep or starved of processor, and what came meanwhile lies unread.
	tooLate = 200 * time.Millisecond
	// maxLate is how many times a wait begins anew for that reason, so that a computer that is always late still comes to an end.
	maxLate = 3
	// writeTime is how much longer than for the answer there is for writing the question: a write that has to wait is a full buffer.
	writeTime = 10 * time.Second
)

// overslept tells of a wait that ended so much later than it was due that silence is this computer's own. It goes by the monotonic clock.
func overslept(due time.Time) bool { return time.Since(due) > tooLate }

// waiting reads from a connection until a time, and gives packets their whole time again where this computer was late to look: silence
// counts only of a wait during which somebody was listening.
type waiting struct {
	ctx  context.Context //nolint:containedctx // of one wait, which it ends
	conn net.Conn
	wait time.Duration
	due  time.Time
	left int // how many times it may begin anew
}

// wait begins to wait for packets. The deadline of writing is later, so that a late computer still asks. What ctx's own end sets must not
// be overwritten unseen, so ctx is looked at afterwards.
func (e *exchanger) wait(ctx context.Context, wait time.Duration) (*waiting, error) {
	w := &waiting{ctx: ctx, conn: e.conn, wait: wait, left: maxLate}
	return w, w.begin()
}

func (w *waiting) begin() error {
	w.due = time.Now().Add(w.wait)
	if err := w.conn.SetDeadline(w.due.Add(writeTime)); err != nil {
		return err
	}
	if err := w.conn.SetReadDeadline(w.due); err != nil {
		return err
	}
	return w.ctx.Err()
}

// Read implements io.Reader.
func (w *waiting) Read(b []byte) (int, error) {
	for {
		n, err := w.conn.Read(b)
		if n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) || w.left == 0 || !overslept(w.due) || w.ctx.Err() != nil {
			return n, err
		}
		w.left--
		if err := w.begin(); err != nil {
			return 0, err
		}
	}
}

// inTime does something within a time of its own. Where this computer stood still meanwhile, so that the time was over with nothing done in
// it, it is done again.
func inTime(ctx context.Context, most time.Duration, do func(context.Context) error) error {
	for again := maxLate; ; again-- {
		due := time.Now().Add(most)
		limited, cancel := context.WithTimeout(ctx, most)
		err := do(limited)
		ended := limited.Err() != nil
		cancel()
		if err == nil || !ended || again == 0 || !overslept(due) || ctx.Err() != nil {
			return err
		}
	}
}

// waitUntil waits, and tells how late it ended: what was due already is not late by this computer's sleep.
func waitUntil(ctx context.Context, due time.Time) (late time.Duration, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	d := time.Until(due)
	if d <= 0 {
		return 0, nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return time.Since(due), nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}
