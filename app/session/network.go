package session

import (
	"net/netip"

	"echopath/netcheck"
	"echopath/netcheck/dial"
	"echopath/netcheck/network"
)

// LongProbes lists the network probes that take minutes and can be asked for in this build, in the order of their names in netcheck.
func LongProbes() []netcheck.ProbeKind {
	ask := network.New(dialerFrom).Questions(netcheck.NetworkAsked{})
	var kinds []netcheck.ProbeKind
	for _, known := range []struct {
		kind netcheck.ProbeKind
		is   bool
	}{{netcheck.ProbeLifetime, ask.Lifetime != nil}, {netcheck.ProbeRate, ask.Rate != nil}, {netcheck.ProbeIdle, ask.Idle != nil}} {
		if known.is {
			kinds = append(kinds, known.kind)
		}
	}
	return kinds
}

// dialerFrom makes what opens the streams of a session from a source address.
func dialerFrom(local netip.Addr) *dial.Dialer { return &dial.Dialer{Local: local} }
