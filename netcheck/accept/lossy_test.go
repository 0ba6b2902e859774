package accept_test

import (
	"fmt"
	"testing"
	"time"

	"echopath/internal/vlab"
	"echopath/netcheck"
)

// A network that loses one packet in ten is exactly what the program is for, so it must connect over it. Which packets of a
// handshake are lost depends on the seed; the limit is what is allowed for all of connecting.
func TestConnectsOverALossyNetwork(t *testing.T) {
	for _, path := range []netcheck.Path{netcheck.PathDirect, netcheck.PathRelayUDP} {
		for seed := range uint64(6) {
			t.Run(fmt.Sprintf("%s/%d", path, seed), func(t *testing.T) {
				t.Parallel()
				lab, err := vlab.New(vlab.Config{Seed: 100 + seed})
				must(t, err)
				defer func() { must(t, lab.Stop()) }()
				for _, d := range []vlab.Direction{vlab.Up, vlab.Down} {
					lab.Shape(d, vlab.Phase{Shape: vlab.Shape{Loss: 0.1, Delay: 10 * time.Millisecond}})
				}
				begin := time.Now()
				l, err := connect(t, lab, path, nil)
				must(t, err)
				t.Logf("connected in %v", time.Since(begin).Round(time.Millisecond))
				must(t, l.Close())
			})
		}
	}
}
