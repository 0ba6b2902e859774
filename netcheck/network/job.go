package network

import (
	"context"
	"sync"
	"time"

	"echopath/netcheck"
)

// job is one probe.
type job struct {
	netcheck.NetPlanned
	limit time.Duration // for this one alone; 0: only the plan's
	run   func(ctx context.Context) netcheck.NetResult
}

// runner runs the jobs of one session.
type runner struct {
	start time.Time // of the session
	emit  func(netcheck.Body)
}

// together runs jobs at the same time and returns when all have ended.
func (r runner) together(ctx context.Context, jobs []job) {
	var running sync.WaitGroup
	for _, j := range jobs {
		running.Go(func() { r.one(ctx, j) })
	}
	running.Wait()
}

// one runs a job and emits what it found.
func (r runner) one(ctx context.Context, j job) {
	began := time.Now()
	if j.limit > 0 {
		limited, cancel := context.WithTimeout(ctx, j.limit)
		defer cancel()
		ctx = limited
	}
	var found netcheck.NetResult
	if ctx.Err() == nil {
		found = j.run(ctx)
	}
	if found.State == netcheck.NetRunning {
		found.State, found.Code, found.Text = netcheck.NetNotTested, netcheck.ReasonCancelled, "There was no time left for this probe."
	}
	found.ID, found.Kind, found.At = j.ID, j.Kind, began.Sub(r.start)
	if found.Took == 0 {
		found.Took = time.Since(began)
	}
	found.Server, found.Transport = or(found.Server, j.Server), or(found.Transport, j.Transport)
	found.Port = or(found.Port, j.Port)
	r.emit(netcheck.NetProbed{Result: found})
}

func or[T comparable](a, b T) T {
	if a != *new(T) {
		return a
	}
	return b
}
