package emulator

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"echopath/lab/wire"
)

const (
	largest = 1 << 16 // bytes of an IP packet
	batch   = 64      // packets that are read before those that are due leave
	slack   = 1       // nanoseconds by which the kernel may wake a thread late to save power; 50,000 by default
	// The threads are the foremost among ordinary ones. Real-time threads they must not be: the Go runtime spins while it waits for another
	// thread of the process, which on the same processor would then never run (measured: links that stood still for a second).
	foremost = -20
	slice    = 100_000 // nanoseconds that a thread asks for at a time, from Linux 6.12 on: short ones are served sooner
)

// direction carries packets one way. What is not guarded belongs to its thread.
type direction struct {
	from, to *device
	start    time.Time
	stop     int
	buf      []byte
	err      error // why it ended early; read after its end

	mu      sync.Mutex // guards what follows
	pipe    *wire.Pipe
	refused int
}

func newDirection(c wire.Config, from, to *device) (*direction, error) {
	pipe, err := wire.New(c)
	if err != nil {
		return nil, err
	}
	return &direction{from: from, to: to, pipe: pipe, buf: make([]byte, largest)}, nil
}

// run carries packets until the link is closed. The thread is given up at its end, with what was set for it.
func (d *direction) run() {
	runtime.LockOSThread()
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, slack, 0, 0, 0)                                                                              // a refusal costs precision only
	_ = unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_NORMAL, Nice: foremost, Runtime: slice}, 0) // likewise
	for {
		next, err := d.turn()
		if err != nil {
			d.err = fmt.Errorf("link out of %s: %w", d.from.end.Namespace, err)
			return
		}
		if ended, err := d.sleep(next); ended || err != nil {
			d.err = err
			return
		}
	}
}

// now is the link's time.
func (d *direction) now() time.Duration { return time.Since(d.start) }

// turn takes what has come, lets go what is due, and says when the next one will be.
func (d *direction) turn() (next time.Duration, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for range batch {
		n, err := unix.Read(d.from.fd, d.buf)
		if errors.Is(err, unix.EAGAIN) {
			break
		}
		if err != nil {
			return 0, fmt.Errorf("read: %w", err)
		}
		if answer := d.pipe.Take(d.now(), d.buf[:n]); answer != nil {
			d.give(d.from, answer)
		}
		d.release()
	}
	d.release()
	return d.pipe.Next(), nil
}

func (d *direction) release() {
	for {
		b := d.pipe.Due(d.now())
		if b == nil {
			return
		}
		d.give(d.to, b)
	}
}

func (d *direction) give(to *device, b []byte) {
	if _, err := unix.Write(to.fd, b); err != nil {
		d.refused++
	}
}

// sleep waits until there is something to do. ended tells that the link is closed.
func (d *direction) sleep(next time.Duration) (ended bool, err error) {
	fds := []unix.PollFd{{Fd: int32(d.from.fd), Events: unix.POLLIN}, {Fd: int32(d.stop), Events: unix.POLLIN}} //nolint:gosec // small numbers
	var timeout *unix.Timespec
	if next != wire.Never {
		ts := unix.NsecToTimespec(max(0, (next - d.now()).Nanoseconds()))
		timeout = &ts
	}
	if _, err := unix.Ppoll(fds, timeout, nil); err != nil && !errors.Is(err, unix.EINTR) {
		return false, fmt.Errorf("poll: %w", err)
	}
	return fds[1].Revents != 0, nil
}
