package control_test

import (
	"testing"

	"echopath/netcheck/control"
	"echopath/netcheck/stamp"
)

func TestQueueLimit(t *testing.T) {
	if got := control.QueueLimit(50, 160); got != 64<<10 {
		t.Errorf("a small load: %d", got)
	}
	if got := control.QueueLimit(2000, 1100); got != 2_200_000 {
		t.Errorf("a second of a large load: %d", got)
	}
}

func TestWireCarrier(t *testing.T) {
	for name, want := range map[string]stamp.Carrier{"datachannel": stamp.CarrierDataChannel, "srtp": stamp.CarrierSRTP, "": 0, "unknown": 0} {
		if got := control.WireCarrier(name); got != want {
			t.Errorf("%q is %d on the wire, want %d", name, got, want)
		}
	}
}
