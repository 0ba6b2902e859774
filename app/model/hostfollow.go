package model

import (
	"cmp"
	"slices"

	"echopath/app/hosting"
)

// followRun turns to a guest whose run begins, unless somebody watches another one: a guest whose own run goes on, or one that was
// chosen by hand and is still here.
func (h *Host) followRun(g *guest) {
	s := h.find(h.selected)
	switch {
	case s == nil || s.left:
	case h.picked, s.run != nil && s.run.Phase().Busy():
		return
	}
	if s != g {
		h.selected, h.picked = g.ID, false
	}
}

// followBack turns from a guest that has left to the same computer if that is here again: it is another guest to the host, and what
// can be done with a guest can not be done with the one that has left.
func (h *Host) followBack() {
	s := h.find(h.selected)
	if s == nil || !s.left {
		return
	}
	for _, g := range slices.Backward(h.guests) {
		if !g.left && g.Name == s.Name && g.Address.Addr() == s.Address.Addr() {
			h.selected, h.picked = g.ID, false
			return
		}
	}
}

// shownGuests are the guests as the table has them: those with whom something goes on or is to be done first, then the others that are
// here, and last those that have left. Otherwise they stand by arrival, so that a row moves only when the state of a guest changes.
func (h *Host) shownGuests() []*guest {
	out := slices.Clone(h.guests)
	slices.SortStableFunc(out, func(a, b *guest) int { return cmp.Compare(a.rank(), b.rank()) })
	return out
}

// rank is how far from the head of the table a guest stands.
func (g *guest) rank() int {
	switch {
	case g.left:
		return 2
	case g.State == hosting.GuestWaiting, g.State == hosting.GuestActive:
		return 0
	}
	return 1
}
