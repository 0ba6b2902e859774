package runner

import (
	"sync"
	"time"

	"echopath/app/hosting"
	"echopath/netcheck"
)

// runKey names a guest's run.
type runKey struct{ guest, run string }

// hostInbox is where what happens at a host waits for the goroutine that draws. The zero value is empty.
type hostInbox struct {
	mu       sync.Mutex
	events   []hosting.Event
	order    []runKey // of runs, by their first event
	runs     map[runKey]*guestBox
	snapshot *hosting.Snapshot
	fresh    bool // something happened since the last snapshot
	begun    bool
	over     bool
	err      error
	posted   bool
}

// guestBox is the inbox of one run.
type guestBox struct {
	inbox
	result *Result
}

// hostBatch is what was in the inbox.
type hostBatch struct {
	news    HostNews
	started bool
	ended   bool
	err     error
}

// maxHostEvents bounds what waits for a window that does not draw: the oldest lines of the log go.
const maxHostEvents = 10_000

// put adds an event, and gives the run that it is about. A run begins with its session's first event: what comes without one is left
// out, so that a run that never begins leaves nothing behind.
func (b *hostInbox) put(e hosting.Event, at time.Time) runKey {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := runKey{e.Guest, e.RunID}
	if e.Kind == hosting.EventRun {
		if e.Run == nil {
			return key
		}
		if _, begins := e.Run.Body.(netcheck.SessionStarted); begins || b.runs[key] != nil {
			b.run(key).put(*e.Run, at)
		}
		return key
	}
	b.fresh = true
	if len(b.events) >= maxHostEvents {
		b.events = append([]hosting.Event(nil), b.events[maxHostEvents/2:]...)
	}
	b.events = append(b.events, e)
	return key
}

// putRun adds an event that the host did not tell.
func (b *hostInbox) putRun(key runKey, e netcheck.Event, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.run(key).put(e, at)
}

// endRun tells how a run ended.
func (b *hostInbox) endRun(key runKey, r Result) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.run(key).result = &r
}

func (b *hostInbox) run(key runKey) *guestBox {
	if b.runs == nil {
		b.runs = map[runKey]*guestBox{}
	}
	box := b.runs[key]
	if box == nil {
		box = &guestBox{}
		b.runs[key] = box
		b.order = append(b.order, key)
	}
	return box
}

func (b *hostInbox) setSnapshot(s hosting.Snapshot) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.snapshot, b.fresh = &s, false
}

// touch has the host be looked at again soon.
func (b *hostInbox) touch() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fresh = true
}

// stale tells that something happened which the last snapshot does not show.
func (b *hostInbox) stale() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.fresh
}

func (b *hostInbox) start() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.begun = true
}

func (b *hostInbox) end(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.over, b.err = true, err
}

// claim tells whether the caller has to have the inbox emptied: nobody else is on the way.
func (b *hostInbox) claim() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	first := !b.posted
	b.posted = true
	return first
}

// take empties the inbox.
func (b *hostInbox) take(at time.Time) hostBatch {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := hostBatch{started: b.begun, ended: b.over, err: b.err, news: HostNews{Events: b.events, Snapshot: b.snapshot}}
	kept := b.order[:0]
	for _, key := range b.order {
		box := b.runs[key]
		batch := box.take(at)
		out.news.Runs = append(out.news.Runs, GuestRun{Guest: key.guest, Run: key.run, Events: batch.events, Now: batch.now, Result: box.result})
		if box.result != nil {
			delete(b.runs, key)
			continue
		}
		kept = append(kept, key)
	}
	b.order = kept
	b.events, b.snapshot, b.begun, b.posted = nil, nil, false, false
	return out
}
