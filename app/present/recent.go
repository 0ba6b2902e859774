package present

import "maps"

// recent keeps the newest views of the windows that may still change.
type recent[T any] struct {
	views  map[int]T
	newest int // window
}

// keepWindows is the number of windows that may still change: those of the longest drain, and some.
const keepWindows = 100

// put takes the newest view of a window and gives the one before. ok is false for a window that has been forgotten: it was
// counted, and how is not known any more.
func (r *recent[T]) put(i int, view T) (before T, known, ok bool) {
	if i <= r.newest-keepWindows {
		return before, false, false
	}
	if r.views == nil {
		r.views = map[int]T{}
	}
	if i > r.newest {
		r.newest = i
		maps.DeleteFunc(r.views, func(i int, _ T) bool { return i <= r.newest-keepWindows })
	}
	before, known = r.views[i]
	r.views[i] = view
	return before, known, true
}
