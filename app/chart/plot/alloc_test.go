//go:build !race

package plot

import "testing"

// A redraw reuses all its memory. The race detector allocates on its own account.
func TestRedrawDoesNotAllocate(t *testing.T) {
	p := newPanel(20_000)
	p.redraw(1180, 260, 60)
	if n := testing.AllocsPerRun(20, func() { p.redraw(1180, 260, 60) }); n != 0 {
		t.Errorf("%v allocations a redraw of the last minute", n)
	}
	p.redraw(1180, 260, 2000)
	if n := testing.AllocsPerRun(20, func() { p.redraw(1180, 260, 2000) }); n != 0 {
		t.Errorf("%v allocations a redraw of everything", n)
	}
}
