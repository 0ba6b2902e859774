package rtc

import (
	"sync"

	"echopath/netcheck"
)

// tracer hands events on one at a time, and none after Connect has returned: the steps come from several goroutines, some of
// them pion's.
type tracer struct {
	path netcheck.Path

	mu   sync.Mutex // guards emit and is held while it runs
	emit func(netcheck.Event)
}

func newTracer(path netcheck.Path, emit func(netcheck.Event)) *tracer {
	return &tracer{path: path, emit: emit}
}

func (t *tracer) step(s netcheck.StepDone) { t.body(s) }

func (t *tracer) body(b netcheck.Body) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.emit != nil {
		t.emit(netcheck.Event{Path: t.path, Body: b})
	}
}

func (t *tracer) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.emit = nil
}
