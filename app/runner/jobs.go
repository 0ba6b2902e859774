package runner

import (
	"context"
	"sync"
)

// Jobs runs things that take a while beside a run: an export, a try whether a server answers. Each has a name, and of each name
// one runs at a time. The methods may be called from any goroutine.
type Jobs struct {
	post func(func())
	wg   sync.WaitGroup

	mu     sync.Mutex
	closed bool
	jobs   map[string]context.CancelFunc
}

// NewJobs gives an owner of jobs. post is that of [Config]. Close ends it.
func NewJobs(post func(func())) *Jobs {
	return &Jobs{post: post, jobs: map[string]context.CancelFunc{}}
}

// Go runs work on a goroutine of its own, and then done with what came out, on the goroutine that draws. done is called once,
// also when the job was cancelled, but not after Close. The error is ErrJobBusy if a job of that name runs, or ErrClosed; neither
// function is called then.
func Go[T any](j *Jobs, name string, work func(context.Context) (T, error), done func(T, error)) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case j.closed:
		return ErrClosed
	case j.jobs[name] != nil:
		return ErrJobBusy
	}
	ctx, cancel := context.WithCancel(context.Background())
	j.jobs[name] = cancel
	j.wg.Go(func() {
		defer cancel()
		out, err := work(ctx)
		if j.isClosed() {
			return
		}
		j.post(func() {
			if j.over(name) {
				done(out, err)
			}
		})
	})
	return nil
}

// Cancel cancels the context of a job; its done will still be called. Without such a job it does nothing.
func (j *Jobs) Cancel(name string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if cancel := j.jobs[name]; cancel != nil {
		cancel()
	}
}

// Busy tells whether there is a job of that name: from Go until its done is called.
func (j *Jobs) Busy(name string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.jobs[name] != nil
}

// Close cancels all jobs and waits for their work. No done is called any more.
func (j *Jobs) Close() {
	j.mu.Lock()
	j.closed = true
	for _, cancel := range j.jobs {
		cancel()
	}
	j.mu.Unlock()
	j.wg.Wait()
}

func (j *Jobs) isClosed() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.closed
}

// over makes room for the next job of that name, and tells whether done may still be called.
func (j *Jobs) over(name string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.jobs, name)
	return !j.closed
}
