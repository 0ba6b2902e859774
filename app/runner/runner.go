package runner

import (
	"context"
	"errors"
	"sync"
	"time"

	"echopath/app/record"
	"echopath/netcheck"
)

// Session runs a plan, as session.Run does: it returns when every goroutine that it started has ended.
type Session func(ctx context.Context, plan netcheck.Plan, observe netcheck.Observer) (netcheck.Report, error)

// Config is what a Runner needs. Deliver, Trouble and Ended are called on the goroutine that draws, and never after Close.
type Config struct {
	Run Session
	// Post has f run on the goroutine that draws, later and in order, and returns without waiting for it (fyne.Do).
	Post func(f func())
	// Every is the time between two deliveries, at least 1/15 s; 0 means 1/10 s.
	Every time.Duration
	// Deliver gets what has happened, in order, and the time since the session's start (0 before it), which never goes back. It
	// is called all through a run, with no events if there are none, so that clocks run. Packets and frames are not among the events, and of
	// several samples of one window only the newest is.
	Deliver func(events []netcheck.Event, now time.Duration)
	// Trouble, if set, is told once in a run as soon as its data can not be kept as asked. Result.SaveErr tells it too.
	Trouble func(error)
	// Ended is called once for each run, after its last Deliver. A new run may be started from it.
	Ended func(Result)
	// Records opens recordings; the zero value does it on the disk.
	Records record.Opener
}

// Result is how a run ended.
type Result struct {
	Report  netcheck.Report // whole or partial; meaningful if Ran
	Verdict netcheck.Verdict
	Ran     bool     // the session began: there was an event
	Err     error    // why it could not begin, or ended early; with a complete report what went wrong after the measurement
	Folder  string   // where its files are; "" if they are not kept
	Saved   []string // files in Folder that are whole
	SaveErr error    // what could not be kept, in words

	Recording *record.Recording // for exports, on a goroutine of Jobs; nil if the session did not begin
}

// Why something can not be started.
var (
	ErrBusy    = errors.New("a test is running; stop it first")
	ErrJobBusy = errors.New("this is already under way; wait until it has ended")
	ErrClosed  = errors.New("the program is being closed, so nothing can be started")
)

// The rhythm of deliveries.
const (
	defaultEvery = time.Second / 10
	minEvery     = time.Second / 15
)

// Runner runs sessions one at a time. Its methods may be called from any goroutine.
type Runner struct {
	config Config
	wg     sync.WaitGroup

	mu       sync.Mutex
	closed   bool
	now      *run              // nil: none
	last     *record.Recording // of the run before
	closeErr error             // what could not be kept of a run that Close cut short
}

// New gives a runner without a run. Close ends it.
func New(c Config) *Runner {
	if c.Every == 0 {
		c.Every = defaultEvery
	}
	c.Every = max(c.Every, minEvery)
	return &Runner{config: c}
}

// Start runs a plan. granted is what Plan.Grant made of it. It returns at once; what comes of it is told through Config. The
// error is ErrBusy or ErrClosed.
func (r *Runner) Start(plan, granted netcheck.Plan, keep record.Keep) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return ErrClosed
	case r.now != nil:
		return ErrBusy
	}
	r.removeLast()
	ctx, cancel := context.WithCancelCause(context.Background())
	now := &run{runner: r, plan: plan, lateAfter: granted.Loss.LateAfter, keep: keep, cancel: cancel}
	r.now = now
	r.wg.Go(func() {
		defer cancel(nil)
		now.supervise(ctx)
	})
	return nil
}

// removeLast takes away what the run before recorded, if it was not to be kept. An export that still reads it is waited for,
// but not here.
func (r *Runner) removeLast() {
	last := r.last
	r.last = nil
	if last != nil {
		r.wg.Go(func() { r.failed(last.Remove()) })
	}
}

// failed keeps an error for Close.
func (r *Runner) failed(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closeErr = errors.Join(r.closeErr, err)
}

// Stop has the run end early, with a partial report; it returns at once. Without a run it does nothing.
func (r *Runner) Stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now != nil {
		r.now.cancel(stopped("as you asked"))
	}
}

// Busy tells whether there is a run: from Start until Ended is called.
func (r *Runner) Busy() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now != nil
}

// Close stops the run, if there is one, and waits until it has ended and its files are written; later calls do the same wait.
// Deliver, Trouble and Ended are not called any more: a function that was posted before does nothing. (A call from another
// goroutine than the one that draws may return while one of them still works.) The error tells in words what could not be
// kept of that run, or not be removed.
func (r *Runner) Close() error {
	r.mu.Lock()
	r.closed = true
	if r.now != nil {
		r.now.cancel(stopped("the program was closed"))
	}
	r.mu.Unlock()
	r.wg.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now != nil { // its Ended is not called any more: nobody else will be told
		r.closeErr = errors.Join(r.closeErr, r.now.box.untold())
	}
	if r.last != nil {
		r.closeErr = errors.Join(r.closeErr, r.last.Remove())
		r.last = nil
	}
	return r.closeErr
}

// Abandon is for a process that ends at once: of the run's files it removes those that hold nothing, and those that were not
// to be kept. It does not wait for the run.
func (r *Runner) Abandon() {
	r.mu.Lock()
	last, now := r.last, r.now
	r.mu.Unlock()
	for _, rec := range []*record.Recording{last, now.recording()} {
		if rec != nil {
			rec.Abandon()
		}
	}
}

// stopped is why a run was cancelled, in words. It counts as context.Canceled.
type stopped string

func (s stopped) Error() string        { return string(s) }
func (s stopped) Is(target error) bool { return target == context.Canceled }
