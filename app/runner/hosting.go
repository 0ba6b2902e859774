package runner

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"echopath/app/hosting"
	"echopath/app/record"
	"echopath/netcheck"
	"echopath/netcheck/signaling/invite"
)

// StartHost starts a host, as host.Start does: ctx bounds the start only.
type StartHost func(ctx context.Context, c hosting.Config) (hosting.Host, error)

// HostConfig is what a Hosting needs. Started, Deliver and Ended are called on the goroutine that draws, and never after Close.
type HostConfig struct {
	Start StartHost
	Post  func(f func())
	// Every is the time between two deliveries, at least 1/15 s; 0 means 1/10 s.
	Every time.Duration
	// Started is told that the host listens.
	Started func()
	// Deliver gets what has happened at the host since the last time. It is called all the time, so that clocks run.
	Deliver func(HostNews)
	// Ended is called once for each Start, after its last Deliver: with why the host could not start, or did not end in order.
	Ended func(error)
	// Records opens recordings of guests' runs; the zero value does it on the disk.
	Records record.Opener
}

// HostNews is what has happened at a host.
type HostNews struct {
	Events   []hosting.Event // in order, without those of runs
	Runs     []GuestRun      // by guest
	Snapshot *hosting.Snapshot
}

// GuestRun is what is new of a guest's run.
type GuestRun struct {
	Guest, Run string
	Events     []netcheck.Event // without rows of packets and pictures
	Now        time.Duration    // since the run's start
	Result     *Result          // nil: it goes on
}

// Hosting runs a host for the window, one at a time, beside whatever else runs. Its methods may be called from any goroutine.
type Hosting struct {
	config HostConfig
	wg     sync.WaitGroup

	mu     sync.Mutex
	closed bool
	now    *hostRun // nil: none
	kept   []*record.Recording
	err    error // what could not be removed
}

// Why something can not be done with a host.
var (
	ErrHosting    = errors.New("this computer is hosting already")
	ErrNotHosting = errors.New("this computer is not hosting")
)

// NewHosting gives one without a host. Close ends it.
func NewHosting(c HostConfig) *Hosting {
	if c.Every == 0 {
		c.Every = defaultEvery
	}
	c.Every = max(c.Every, minEvery)
	return &Hosting{config: c}
}

// Start starts a host. c.Observe is overwritten. keep says what becomes of the files of guests' runs. It returns at once. The error is
// ErrHosting or ErrClosed.
func (h *Hosting) Start(c hosting.Config, keep record.Keep) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.closed:
		return ErrClosed
	case h.now != nil:
		return ErrHosting
	}
	ctx, cancel := context.WithCancel(context.Background())
	run := &hostRun{hosting: h, cancel: cancel, orders: newOrders(), records: newHostRecords(h.config.Records, keep)}
	c.Observe = run.observe
	h.now = run
	h.wg.Go(func() {
		defer cancel()
		run.supervise(ctx, c)
	})
	return nil
}

// Stop has the host end; it returns at once. Without a host it does nothing.
func (h *Hosting) Stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.now != nil {
		h.now.cancel()
	}
}

// Busy tells whether there is a host: from Start until Ended is called.
func (h *Hosting) Busy() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now != nil
}

// Invite has the host make an invite; done gets it on the goroutine that draws.
func (h *Hosting) Invite(guests int, ttl time.Duration, done func(invite.Invite, error)) {
	var made invite.Invite
	h.Do(func(host hosting.Host) (err error) {
		made, err = host.Invite(guests, ttl)
		return err
	}, func(err error) { done(made, err) })
}

// InviteByPaste has the host make an invite that works by copy and paste as well, which may take some seconds: it is made beside
// whatever else is asked of the host. done gets it on the goroutine that draws. Where the host ends before, that is ErrNotHosting.
func (h *Hosting) InviteByPaste(ttl time.Duration, done func(invite.Invite, error)) {
	var made invite.Invite
	h.ask(order{beside: true, work: func(ctx context.Context, host hosting.Host) (err error) {
		made, err = host.InviteByPaste(ctx, ttl)
		return err
	}, done: func(err error) { done(made, err) }})
}

// Answer gives the host the text that a guest who came by copy and paste has sent back; done gets on the goroutine that draws what the
// host says to it.
func (h *Hosting) Answer(text string, done func(error)) {
	h.Do(func(host hosting.Host) error { return host.Answer(text) }, done)
}

// Do has something done with the host, in the order in which it was asked for, beside the goroutine that draws, and then done there
// with what came of it. Without a host that is ErrNotHosting. done is called once, but not after Close.
func (h *Hosting) Do(work func(hosting.Host) error, done func(error)) {
	h.ask(order{work: func(_ context.Context, host hosting.Host) error { return work(host) }, done: done})
}

func (h *Hosting) ask(o order) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || h.now != nil && h.now.orders.add(o) {
		return
	}
	h.wg.Go(func() { h.answer(o, ErrNotHosting) })
}

// answer tells whoever gave an order what came of it.
func (h *Hosting) answer(o order, err error) {
	if h.isClosed() {
		return
	}
	h.config.Post(func() {
		if !h.isClosed() {
			o.done(err)
		}
	})
}

// Close stops the host, if there is one, and waits until everything has ended and is written. Nothing is told any more. The error tells
// in words what could not be kept, or not be removed.
func (h *Hosting) Close() error {
	h.mu.Lock()
	h.closed = true
	if h.now != nil {
		h.now.cancel()
	}
	h.mu.Unlock()
	h.wg.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.kept {
		h.err = errors.Join(h.err, r.Remove())
	}
	h.kept = nil
	return h.err
}

// Abandon is for a process that ends at once: it removes the files of guests' runs that were not to be kept. It does not wait.
func (h *Hosting) Abandon() {
	h.mu.Lock()
	kept := slices.Clone(h.kept)
	h.mu.Unlock()
	for _, r := range kept {
		r.Abandon()
	}
}

func (h *Hosting) isClosed() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.closed
}

// maxKept is how many recordings of guests' runs can still be exported.
const maxKept = 256

// keep holds on to a recording, so that it can be exported, and lets the oldest go.
func (h *Hosting) keep(r *record.Recording) {
	h.mu.Lock()
	h.kept = append(h.kept, r)
	var old *record.Recording
	if len(h.kept) > maxKept {
		old = h.kept[0]
		h.kept = h.kept[1:]
	}
	h.mu.Unlock()
	if old == nil {
		return
	}
	err := old.Remove()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.err = errors.Join(h.err, err)
}

// over makes room for the next host, and tells whether the end may still be told.
func (h *Hosting) over(run *hostRun) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.now == run {
		h.now = nil
	}
	return !h.closed
}

// failed keeps an error for Close.
func (h *Hosting) failed(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.err = errors.Join(h.err, err)
}
