package rtc

import "sync"

// latch holds a value that is set once and announces that. Its zero value is ready.
type latch[T any] struct {
	mu    sync.Mutex
	ch    chan struct{}
	done  bool
	value T
}

// set keeps the first value and tells whether this was it.
func (l *latch[T]) set(v T) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.done {
		return false
	}
	l.value, l.done = v, true
	close(l.channel())
	return true
}

func (l *latch[T]) get() (T, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.value, l.done
}

// wait is closed once the value is set.
func (l *latch[T]) wait() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.channel()
}

func (l *latch[T]) channel() chan struct{} {
	if l.ch == nil {
		l.ch = make(chan struct{})
	}
	return l.ch
}

// flag is a latch without a value.
type flag struct{ latch[struct{}] }

func (f *flag) fire() { f.set(struct{}{}) }

func (f *flag) up() bool {
	_, ok := f.get()
	return ok
}
