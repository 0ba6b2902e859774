package video_test

import (
	"fmt"
	"testing"
	"time"

	"echopath/internal/vlab"
	"echopath/netcheck"
)

// Both ways lose packets by chance, 20 ms long each.
func TestLossIsRepaired(t *testing.T) {
	for _, tt := range []struct {
		loss  float64
		shown float64 // least share of the pictures
		gap   time.Duration
	}{
		{0.02, 0.99, 300 * time.Millisecond},
		{0.05, 0.95, time.Second},
	} {
		t.Run(fmt.Sprint(tt.loss), func(t *testing.T) {
			t.Parallel()
			shape := []vlab.Phase{{Shape: vlab.Shape{Loss: tt.loss, Delay: 20 * time.Millisecond}}}
			o := trial{seed: 2, path: netcheck.PathSTUN, duration: 12 * time.Second, up: shape, down: shape}.run(t)
			o.checkTruth(t)
			share := float64(o.Stats.Shown) / float64(o.Stats.Sent)
			t.Logf("%.2f %% of the pictures came back, wanted %.0f %%", 100*share, 100*tt.shown)
			if share < tt.shown { // what is repaired too late is not shown, and a busy computer is late
				o.wrong(t, "%d of %d pictures came back, want %.0f %%", o.Stats.Shown, o.Stats.Sent, 100*tt.shown)
			}
			if gap := o.standstill(); gap > tt.gap {
				o.wrong(t, "pictures for %v in a row did not come back", gap)
			}
			if after := o.AfterRepair; 2*after.LossRatio > tt.loss {
				o.wrong(t, "%d of %d packets are lost in spite of repair", after.Lost, after.Sent)
			}
			_, worst := frozen(o.stands(), 0)
			o.limit(t, "worst gap", worst, tt.gap)
			if o.Retransmitted == 0 || o.NACK == 0 {
				o.wrong(t, "nothing was repaired: %d asked for, %d sent again", o.NACK, o.Retransmitted)
			}
		})
	}
}
