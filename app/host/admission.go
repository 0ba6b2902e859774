package host

import "slices"

// ticket is one run that wants to be admitted.
type ticket struct {
	cost     float64 // packets a second
	admitted bool
	run      *run
}

// admission decides which runs go on at the same time. First come, first served: a small run does not overtake a large one, which
// would never come to its turn otherwise. It is not safe for use by several goroutines.
type admission struct {
	budget  float64
	most    int // runs at once, whatever they cost; 0: as many as the budget has room for
	used    float64
	active  int
	waiting []*ticket
	fresh   []*ticket // admitted, and not yet told of by taken
}

// ask puts a run into the queue, and admits it at once if there is room.
func (a *admission) ask(t *ticket) {
	a.waiting = append(a.waiting, t)
	a.admit()
}

// drop takes a run out, wherever it is. Others may be admitted by it.
func (a *admission) drop(t *ticket) {
	if t.admitted {
		t.admitted = false
		a.active--
		if a.used -= t.cost; a.active == 0 {
			a.used = 0 // and no rest of rounding
		}
	} else if i := slices.Index(a.waiting, t); i >= 0 {
		a.waiting = slices.Delete(a.waiting, i, i+1)
	}
	a.admit()
}

// admit lets in from the head of the queue what there is room for. One alone always finds room.
func (a *admission) admit() {
	for len(a.waiting) > 0 {
		t := a.waiting[0]
		if a.active > 0 && (a.used+t.cost > a.budget*1.0001 || a.most > 0 && a.active >= a.most) {
			return
		}
		a.waiting = slices.Delete(a.waiting, 0, 1) // not cut off: what the list's memory still pointed to would outlive its guest
		t.admitted = true
		a.used += t.cost
		a.active++
		a.fresh = append(a.fresh, t)
	}
}

// taken gives what was admitted since it was last asked, in that order.
func (a *admission) taken() []*ticket {
	fresh := a.fresh
	a.fresh = nil
	return fresh
}
