package video

import (
	"sync"
	"sync/atomic"

	"echopath/netcheck/control"
)

// flag is raised by anyone and lowered by the one who acts on it.
type flag struct{ up atomic.Bool }

func (f *flag) raise()      { f.up.Store(true) }
func (f *flag) lower() bool { return f.up.Swap(false) }

// farAccount is the newest account of the far end.
type farAccount struct {
	mu    sync.Mutex // guards the rest
	known bool
	last  control.Returned
}

func (f *farAccount) set(k control.Returned) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.known, f.last = true, k
}

func (f *farAccount) get() (k control.Returned, known bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last, f.known
}
