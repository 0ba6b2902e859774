package rtc

import (
	"fmt"
	"testing"
	"time"

	"echopath/internal/vlab"
	"echopath/netcheck"
)

// Networks that lose packets are the ones that have to be measured: a link must come up over them, within its time.
func TestConnectsDespiteLoss(t *testing.T) {
	for _, loss := range []float64{0.05, 0.10, 0.15} {
		for _, path := range []netcheck.Path{netcheck.PathDirect, netcheck.PathSTUN, netcheck.PathRelayUDP} {
			for seed := range lossSeeds {
				t.Run(fmt.Sprintf("%s/%.0f%%/%d", path, 100*loss, seed), func(t *testing.T) {
					t.Parallel() // they wait
					connectLossy(t, uint64(seed), loss, path)
				})
			}
		}
	}
}

const lossSeeds = 4

func connectLossy(t *testing.T, seed uint64, loss float64, path netcheck.Path) {
	t.Helper()
	lab, err := vlab.New(vlab.Config{Seed: seed, Local: vlab.PortRestricted})
	must(t, err)
	t.Cleanup(func() { must(t, lab.Stop()) })
	for _, d := range []vlab.Direction{vlab.Up, vlab.Down} {
		lab.Shape(d, vlab.Phase{Shape: vlab.Shape{Loss: loss, Delay: 20 * time.Millisecond}})
	}
	at := lab.Server()
	u := netcheck.ServerURL{Scheme: netcheck.SchemeTURN, Host: at.Addr().String(), Port: int(at.Port()), Transport: "udp"}
	leg := netcheck.Leg{Target: netcheck.TargetTURN, Path: path, Family: netcheck.Family4, Timeout: netcheck.DefaultConnectTimeout,
		Servers: []netcheck.ICEServer{{URL: u, Username: vlab.User, Password: vlab.Password}}}
	var rec recorder
	connect(t, &Connector{LocalNet: lab.Local(), FarNet: lab.Far()}, leg, rec.trace)
	if c, ok := rec.connected(); ok {
		t.Logf("connected after %v", c.Connect.Round(time.Millisecond))
	}
}
