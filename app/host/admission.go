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
	used    float64
	active  int
	waiting []*ticket
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
		if a.active > 0 && a.used+t.cost > a.budget*1.0001 {
			return
		}
		a.waiting = a.waiting[1:]
		t.admitted = true
		a.used += t.cost
		a.active++
	}
}

// position is the place in the queue, from 1; 0: not in it.
func (a *admission) position(t *ticket) int { return slices.Index(a.waiting, t) + 1 }
