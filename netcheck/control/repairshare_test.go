package control_test

import (
	"testing"
	"time"

	"echopath/netcheck/control"
)

func TestRepairShare(t *testing.T) {
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name        string
		sent, again uint64 // in the second after the first 100 packets, of 1000 bytes each
		want        float64
	}{
		{"nothing again", 100, 0, 1000},
		{"a tenth of 800 kbit/s", 100, 10, 920},
		{"nearly all: half stays", 200, 190, 500},
		{"silence", 0, 0, 1000},
	} {
		var r control.RepairShare
		if got := r.Leave(1000, 100, 7, 100_000, begin); got != 1000 {
			t.Errorf("%s: at the beginning %g", tt.name, got)
		}
		got := r.Leave(1000, 100+tt.sent, 7+tt.again, 100_000+1000*tt.sent, begin.Add(time.Second))
		if got != tt.want {
			t.Errorf("%s: %g are left, want %g", tt.name, got, tt.want)
		}
		if soon := r.Leave(1000, 900, 800, 900_000, begin.Add(1100*time.Millisecond)); soon != got {
			t.Errorf("%s: a tenth of a second later %g", tt.name, soon)
		}
	}
}
