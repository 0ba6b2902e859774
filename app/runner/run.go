package runner

import (
	"context"
	"sync"
	"time"

	"echopath/app/record"
	"echopath/netcheck"
)

// run is one session from Start to Ended.
type run struct {
	runner    *Runner
	plan      netcheck.Plan
	lateAfter time.Duration
	keep      record.Keep
	cancel    context.CancelCauseFunc
	box       inbox

	mu  sync.Mutex
	rec *record.Recording
}

// supervise is the goroutine of a run: it has the session run on one of its own and beats the time of the deliveries.
func (n *run) supervise(ctx context.Context) {
	ended := make(chan Result, 1)
	n.runner.wg.Go(func() { ended <- n.session(ctx) })
	beat := time.NewTicker(n.runner.config.Every)
	defer beat.Stop()
	for {
		select {
		case <-beat.C:
			n.post(nil)
		case result := <-ended:
			n.end(result)
			return
		}
	}
}

// session runs the session and writes its files. It never waits for the goroutine that draws.
func (n *run) session(ctx context.Context) Result {
	rec := n.runner.config.Records.Open(n.keep, n.lateAfter, time.Now())
	n.setRecording(rec)
	var result Result
	n.trouble(rec.Err())
	result.Report, result.Err = n.runner.config.Run(ctx, n.plan, func(e netcheck.Event) {
		result.Ran = true
		rec.Observe(e)
		n.trouble(rec.Err())
		n.box.put(e, time.Now())
	})
	if !result.Ran {
		n.setRecording(nil)
		rec.Discard()
		return result
	}
	result.Verdict = netcheck.Judge(result.Report)
	result.SaveErr = rec.Finish(result.Report, result.Verdict)
	result.Folder, result.Saved, result.Recording = rec.Folder(), rec.Saved(), rec
	return result
}

// setRecording makes the recording known to Abandon.
func (n *run) setRecording(rec *record.Recording) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.rec = rec
}

func (n *run) recording() *record.Recording {
	if n == nil {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.rec
}

func (n *run) trouble(err error) {
	if err != nil && n.runner.config.Trouble != nil {
		n.box.tell(err)
	}
}

// end hands the result over, and leaves the recording to the next Start or Close.
func (n *run) end(result Result) {
	r := n.runner
	r.mu.Lock()
	r.last = result.Recording
	r.mu.Unlock()
	n.post(&result)
}

// post has the inbox emptied on the goroutine that draws, unless that is going to happen anyway.
func (n *run) post(result *Result) {
	if n.box.claim(result) && !n.runner.isClosed() {
		n.runner.config.Post(n.drain)
	}
}

// drain runs on the goroutine that draws.
func (n *run) drain() {
	if n.runner.isClosed() {
		return
	}
	c := n.runner.config
	b := n.box.take(time.Now())
	if b.trouble != nil {
		c.Trouble(b.trouble)
	}
	c.Deliver(b.events, b.now)
	if b.result == nil || !n.runner.over(n) {
		return
	}
	c.Ended(*b.result)
}

func (r *Runner) isClosed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.closed
}

// over makes room for the next run, and tells whether the end may still be told: a Deliver may have closed the runner.
func (r *Runner) over(n *run) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now == n {
		r.now = nil
	}
	return !r.closed
}
