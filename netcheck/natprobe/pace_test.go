package natprobe

import (
	"testing"
	"time"
)

// A question lost a packet only if its answer was due before it was sent again.
func TestPaceCountsWhatWasLost(t *testing.T) {
	const ms = time.Millisecond
	for _, tt := range []struct {
		name string
		do   func(*pace)
		lost int
	}{
		{"nothing", func(*pace) {}, 0},
		{"all at once", func(p *pace) { p.answered(20*ms, 1, 250*ms); p.answered(20*ms, 1, 250*ms) }, 0},
		{"one again", func(p *pace) { p.answered(20*ms, 1, 250*ms); p.answered(270*ms, 2, 250*ms) }, 1},
		{"the first one, told afterwards", func(p *pace) { p.answered(270*ms, 2, 250*ms); p.answered(20*ms, 1, 250*ms) }, 1},
		{"a server far away", func(p *pace) { p.answered(600*ms, 2, 250*ms); p.answered(600*ms, 1, 1200*ms) }, 0},
		{"no round trip known", func(p *pace) { p.answered(270*ms, 2, 250*ms) }, 0},
		{"one in vain", func(p *pace) { p.answered(20*ms, 1, 250*ms); p.gone(250 * ms) }, 1},
	} {
		var p pace
		tt.do(&p)
		if got := p.lost(); got != tt.lost {
			t.Errorf("%s: %d lost, want %d", tt.name, got, tt.lost)
		}
	}
}
