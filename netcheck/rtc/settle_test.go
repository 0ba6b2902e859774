package rtc

import (
	"net"
	"net/netip"
	"testing"

	"github.com/pion/transport/v5"

	"echopath/netcheck"
)

// leasedNet has one interface, with an address that a test changes; none if it is not valid.
type leasedNet struct {
	transport.Net
	lease netip.Addr
}

func (n *leasedNet) Interfaces() ([]*transport.Interface, error) {
	ifc := transport.NewInterface(net.Interface{Index: 7, Name: "wan7", Flags: net.FlagUp})
	if n.lease.IsValid() {
		ifc.AddAddress(&net.IPNet{IP: n.lease.AsSlice(), Mask: net.CIDRMask(24, 32)})
	}
	return []*transport.Interface{ifc}, nil
}

// An ICE restart goes by the address that the named interface has by then, and waits while it has none. An address that was named stays.
func TestRestartFollowsTheInterface(t *testing.T) {
	before, after := netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("198.51.100.9")
	settled := func(name string) (*attempt, *leasedNet) {
		n := &leasedNet{lease: before}
		leg := netcheck.Leg{Target: netcheck.TargetInvite, Far: netcheck.FarRemote, Path: netcheck.PathDirect, Family: netcheck.Family4, Interface: name}
		a := &attempt{connecting: &connecting{Connector: &Connector{}, leg: leg, nets: [2]transport.Net{n, n}}}
		at, err := choosePlace(n, leg)
		must(t, err)
		a.at[0], a.near = at, &peer{net: newNetwork(n, at.addr)}
		return a, n
	}
	a, n := settled("wan7")
	for _, now := range []netip.Addr{before, {}, after} {
		n.lease = now
		source, _, err := a.nearSettle()
		if source != now || (err == nil) != now.IsValid() {
			t.Errorf("at %v: %v, %v", now, source, err)
		}
		if err == nil {
			a.near.net.bindTo(source)
		}
	}
	if isBound := a.near.net.isBound; !isBound(after.AsSlice()) || isBound(before.AsSlice()) {
		t.Error("candidates are still taken from the old address")
	}
	a, n = settled(before.String())
	n.lease = after
	if source, _, err := a.nearSettle(); err == nil {
		t.Errorf("another address than the named one: %v", source)
	}
}
