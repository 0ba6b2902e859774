package lab

import (
	"encoding/json"
	"testing"
	"time"
)

// The NATs of the lab are what they are called, seen from both ends, by a STUN client that is not the program's.
func scenarioNATs(t *testing.T) {
	want := map[NAT]string{None: "no NAT, EIF", Cone: "EIM / APDF", Symmetric: "APDM / APDF"}
	for _, nat := range []NAT{None, Cone, Symmetric} {
		t.Run(string(nat), func(t *testing.T) {
			w := newWorld(t, Layout{A: Side{NAT: nat}, B: Side{NAT: nat, Ports: []int{5349}}}, time.Minute)
			w.coturn()
			a, b := w.helper("a", "nat", AddrA.String()), w.helper("b", "nat", AddrB.String())
			w.finish(a)
			w.finish(b)
			for out, mapped := range map[string]string{string(a.Output()): Seen(nat, AddrA, AddrNATA).String(), string(b.Output()): Seen(nat, AddrB, AddrNATB).String()} {
				var got Behaviour
				if err := json.Unmarshal([]byte(out), &got); err != nil {
					t.Fatal(err)
				}
				if got.String() != want[nat] || got.Mapped.Addr().String() != mapped {
					t.Errorf("%s: %s from %s, want %s from %s", nat, got, got.Mapped, want[nat], mapped)
				}
			}
		})
	}
}
