package loss_test

import (
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/netchecktest"
)

// heldUp loses what is sent within three seconds, and holds the sender up for more than half a second at every fiftieth packet of
// them, as a system does that waits for a neighbour's address. Each packet after that takes late to be sent.
func heldUp(t *testing.T, late time.Duration) outcome {
	t.Helper()
	start := time.Now()
	n := 0
	out := func(netcheck.Carrier, int, []byte) []time.Duration {
		switch since := time.Since(start); {
		case since < 2*time.Second:
		case since < 5*time.Second:
			if n++; n%50 == 0 {
				time.Sleep(570 * time.Millisecond)
			}
			return nil
		default:
			time.Sleep(late)
		}
		return []time.Duration{5 * time.Millisecond}
	}
	local, far := netchecktest.NewLink(out, nil)
	p := plan()
	p.Duration = 8 * time.Second
	return probe(t.Context(), t, p, local, far)
}

// While nothing passes a sender may be held up: its packets' lateness then is told apart from that of the others.
func TestLatenessBesideACut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := heldUp(t, 0)
		if o.err != nil {
			t.Fatal(o.err)
		}
		for _, c := range o.sum.Carriers {
			if cuts := c.Stats.Silence.Cuts; cuts.N != 1 || cuts.LongestUS < 2_900_000 {
				t.Errorf("%s: %+v", c.Carrier, cuts)
			}
			if c.Self.SendErrorP95 < 100*time.Millisecond || c.Self.SendErrorBeside > time.Millisecond || c.Self.MissedSends == 0 {
				t.Errorf("%s: %v late, %v beside the cut, %d missed", c.Carrier, c.Self.SendErrorP95, c.Self.SendErrorBeside, c.Self.MissedSends)
			}
		}
	})
	synctest.Test(t, func(t *testing.T) {
		for _, c := range heldUp(t, 9*time.Millisecond).sum.Carriers { // two carriers ask for 5 ms each
			if c.Self.SendErrorBeside < 10*time.Millisecond {
				t.Errorf("%s: only %v beside the cut", c.Carrier, c.Self.SendErrorBeside)
			}
		}
	})
	synctest.Test(t, func(t *testing.T) {
		local, far := netchecktest.NewLink(netchecktest.Perfect(time.Millisecond), nil)
		for _, c := range probe(t.Context(), t, plan(), local, far).sum.Carriers {
			if c.Self.SendErrorBeside != 0 {
				t.Errorf("%s: %v without a cut", c.Carrier, c.Self.SendErrorBeside)
			}
		}
	})
}
