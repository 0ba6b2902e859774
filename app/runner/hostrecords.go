package runner

import (
	"cmp"
	"errors"
	"sync"
	"time"

	"echopath/app/hosting"
	"echopath/app/record"
	"echopath/netcheck"
)

// hostRecords writes the runs of guests to the disk, on a goroutine of its own: the host's observer must not wait for a disk.
type hostRecords struct {
	opener record.Opener
	keep   record.Keep

	mu      sync.Mutex
	queue   []recordJob
	dropped bool // rows were left out of some run, since the disk could not take them
	over    bool
	wake    chan struct{} // has room for one

	runs map[runKey]*guestRecord // of the writing goroutine
	err  error                   // set before write returns
}

// recordJob is an event of a run, or the end of one.
type recordJob struct {
	key   runKey
	event netcheck.Event
	end   bool
	why   string // as the host says; "": the guest ended it
	guest bool   // all runs of the guest end
}

// guestRecord is a run in the making.
type guestRecord struct {
	rec    *record.Recording
	report netcheck.Report
	seq    uint64        // the highest so far: rows come late, and remarks about what is left out have none
	at     time.Duration // the newest event's
	ended  bool          // the session's last event has come
}

// maxQueued is how many events wait for the disk. Beyond that rows of packets are left out: the report does not need them.
const maxQueued = 20_000

func newHostRecords(o record.Opener, keep record.Keep) *hostRecords {
	return &hostRecords{opener: o, keep: keep, wake: make(chan struct{}, 1), runs: map[runKey]*guestRecord{}}
}

// put takes what happened at the host, as far as it is about a run.
func (r *hostRecords) put(e hosting.Event, key runKey) {
	switch e.Kind {
	case hosting.EventRun:
		if e.Run != nil {
			r.add(recordJob{key: key, event: *e.Run})
		}
	case hosting.EventRunEnded:
		r.add(recordJob{key: key, end: true, why: e.Text})
	case hosting.EventGuestLeft:
		r.add(recordJob{key: key, end: true, guest: true})
	}
}

func (r *hostRecords) add(j recordJob) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over {
		return
	}
	if len(r.queue) >= maxQueued && isRows(j.event) {
		r.dropped = true
		return
	}
	r.queue = append(r.queue, j)
	r.signal()
}

func isRows(e netcheck.Event) bool {
	switch e.Body.(type) {
	case netcheck.PacketsDecided, netcheck.FramesDecided:
		return true
	}
	return false
}

func (r *hostRecords) signal() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// end has write return when it has written all there is.
func (r *hostRecords) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.over = true
	r.signal()
}

func (r *hostRecords) take() (jobs []recordJob, over bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	jobs, r.queue = r.queue, nil
	return jobs, r.over
}

// write is the goroutine that writes.
func (r *hostRecords) write(box *hostInbox, keep func(*record.Recording)) {
	for range r.wake {
		jobs, over := r.take()
		for _, j := range jobs {
			r.do(j, box, keep)
		}
		if over {
			for key := range r.runs {
				r.finish(key, runCut, box, keep)
			}
			return
		}
	}
}

func (r *hostRecords) do(j recordJob, box *hostInbox, keep func(*record.Recording)) {
	switch {
	case j.guest:
		for key := range r.runs {
			if key.guest == j.key.guest {
				r.finish(key, runCut, box, keep)
			}
		}
	case j.end:
		r.finish(j.key, cmp.Or(j.why, runUnseen), box, keep)
	default:
		r.observe(j)
	}
}

// observe records an event. A run begins with its session's first event; what comes without one is of no use.
func (r *hostRecords) observe(j recordJob) {
	run := r.runs[j.key]
	if started, ok := j.event.Body.(netcheck.SessionStarted); ok && run == nil {
		run = &guestRecord{rec: r.opener.Open(r.keep, started.Granted.Loss.LateAfter, time.Now())}
		r.runs[j.key] = run
	}
	if run == nil {
		return
	}
	run.take(j.event)
}

func (g *guestRecord) take(e netcheck.Event) {
	g.rec.Observe(e)
	g.report = netcheck.Fold(g.report, e)
	g.seq, g.at = max(g.seq, e.Seq), max(g.at, e.At)
	if _, last := e.Body.(netcheck.SessionEnded); last {
		g.ended = true
	}
}

// Why a guest's run has no end of its own, where the host does not say it.
const (
	runCut    = "the guest left in the middle of its run, or the host stopped"
	runUnseen = "the guest has ended its run, but the rest of what it measured did not arrive here"
)

// finish ends a run. One that has no end of its own gets one that says why.
func (r *hostRecords) finish(key runKey, why string, box *hostInbox, keep func(*record.Recording)) {
	run := r.runs[key]
	if run == nil {
		return
	}
	delete(r.runs, key)
	if !run.ended {
		cut := run.cut(why)
		run.take(cut)
		box.putRun(key, cut, time.Now())
	}
	result := Result{Report: run.report, Verdict: netcheck.Judge(run.report), Ran: true, Recording: run.rec}
	result.SaveErr = run.rec.Finish(result.Report, result.Verdict)
	if r.missing() {
		result.SaveErr = errors.Join(result.SaveErr, errRows)
	}
	result.Folder, result.Saved = run.rec.Folder(), run.rec.Saved()
	keep(run.rec)
	box.endRun(key, result)
}

// cut is the end of a run that has none of its own.
func (g *guestRecord) cut(why string) netcheck.Event {
	return netcheck.Event{Seq: g.seq + 1, At: g.at, Body: netcheck.SessionEnded{Ended: netcheck.EndedError, Duration: g.at, Error: why}}
}

func (r *hostRecords) missing() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.dropped
}

// errRows tells of rows that were left out.
var errRows = errors.New("the disk was too slow for the results of all guests: single packets are missing, figures and charts are whole")
