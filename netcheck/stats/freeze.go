package stats

// MinFreezeUS and freezeGaps make a gap between two new pictures a freeze: it is longer than 150 ms, where the eye begins to
// see a standstill, and than three times the mean of the gaps before it, so that a slow picture is not a frozen one.
const (
	MinFreezeUS = 150_000
	freezeGaps  = 3
)

// Freeze is a gap between two new pictures that is long enough to be seen. Times are microseconds since the session's start.
type Freeze struct {
	FromUS int64 // the picture before it was shown
	ToUS   int64 // the picture after it was shown; the end of the record if none came
	DueUS  int64 // the picture after it was to be expected: the mean gap behind FromUS
}

// GapUS is the length of the gap.
func (f Freeze) GapUS() int64 { return difference(f.ToUS, f.FromUS) }

// FrozenUS is the part of the gap beyond the mean gap: how much longer the picture stood than it does anyhow.
func (f Freeze) FrozenUS() int64 { return difference(f.ToUS, f.DueUS) }

// Within is the frozen time that falls between two times. Windows that lie side by side share out FrozenUS among them.
func (f Freeze) Within(fromUS, toUS int64) int64 {
	return max(0, difference(min(f.ToUS, toUS), max(f.DueUS, fromUS)))
}

// Freezes lists the freezes of a record, oldest first. endUS is the end of the record: a picture that stood still until then
// froze. Before the first picture was shown nothing is frozen, it is connecting; where none ever was there is no freeze
// either, and [VideoStats].Shown says it.
//
// A picture is new when none with a higher number was shown before it. The mean gap of a freeze is that of the new pictures
// before it, so that a freeze is known when it happens and stays one whatever comes later: [FreezeWatch] finds the same ones.
func Freezes(rows FrameRows, endUS int64) []Freeze {
	var shown newTimes
	for i := range rows.Len() {
		shown.add(rows.At(i))
	}
	return shown.freezes(endUS)
}

// newTimes are the times at which new pictures were shown. They ascend.
type newTimes []int64

// add takes the pictures in order of number. A picture takes away the times before it that are later than its own: those were
// shown after it, and were not new any more.
func (t *newTimes) add(f Frame) {
	if f.Status != FrameShown || f.ShownUS == NotMeasured {
		return
	}
	list := *t
	for len(list) > 0 && list[len(list)-1] > f.ShownUS {
		list = list[:len(list)-1]
	}
	*t = append(list, f.ShownUS)
}

func (t newTimes) freezes(endUS int64) []Freeze {
	var w FreezeWatch
	var out []Freeze
	for _, us := range t {
		if f, what := w.Shown(us); what == FreezeEnded {
			out = append(out, f)
		}
	}
	if f, what := w.Now(endUS); what != FreezeNone {
		out = append(out, f)
	}
	return out
}

// FreezeChange is what a FreezeWatch has to tell.
type FreezeChange uint8

// What it can tell.
const (
	FreezeNone  FreezeChange = iota // the picture moves, or has not been there yet
	FreezeBegan                     // it stands still; told once
	FreezeLasts                     // it still does
	FreezeEnded                     // it moves again
)

// FreezeWatch finds freezes while they happen: the same ones as [Freezes] does afterwards. It keeps no pictures. The zero value
// is ready; it belongs to one goroutine at a time.
type FreezeWatch struct {
	firstUS, lastUS int64
	gaps            int // between new pictures so far
	any             bool
	told            bool // that a freeze began
}

// Shown takes the time at which a new picture was shown: one with a higher number than all before. Times before the last
// count as the last. It tells the freeze that this ended, also when Now was not asked while it lasted.
func (w *FreezeWatch) Shown(us int64) (Freeze, FreezeChange) {
	if !w.any {
		w.any, w.firstUS, w.lastUS = true, us, us
		return Freeze{}, FreezeNone
	}
	us = max(us, w.lastUS)
	f, frozen := w.gap(us)
	w.lastUS, w.told = us, false
	w.gaps++
	if !frozen {
		return Freeze{}, FreezeNone
	}
	return f, FreezeEnded
}

// Now tells whether the picture stands still at a time, with the freeze until then.
func (w *FreezeWatch) Now(us int64) (Freeze, FreezeChange) {
	f, frozen := w.gap(us)
	switch {
	case !frozen:
		return Freeze{}, FreezeNone
	case w.told:
		return f, FreezeLasts
	}
	w.told = true
	return f, FreezeBegan
}

// gap looks at the time since the last new picture.
func (w *FreezeWatch) gap(us int64) (f Freeze, frozen bool) {
	if !w.any || us <= w.lastUS {
		return Freeze{}, false
	}
	mean := w.meanUS()
	if difference(us, w.lastUS) <= max(MinFreezeUS, freezeGaps*mean) {
		return Freeze{}, false
	}
	return Freeze{FromUS: w.lastUS, ToUS: us, DueUS: w.lastUS + mean}, true
}

// meanUS is the mean gap so far, in whole microseconds; 0 as long as there is none. It is held low enough for the limit not
// to wrap: times come from files too.
func (w *FreezeWatch) meanUS() int64 {
	if w.gaps == 0 {
		return 0
	}
	const most = int64(1) << 60
	return min(difference(w.lastUS, w.firstUS)/int64(w.gaps), most)
}
