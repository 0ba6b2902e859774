package turnserver

import (
	"net/netip"
	"slices"
	"time"
)

// An agent asks for its reflexive and its relayed candidates at the same time, and the Binding request, which is one
// round trip, arrives before the authenticated Allocate request, which is two. So the server remembers for a while
// which ports of an IP address it saw.
const (
	sightingAge     = 2 * time.Minute
	sightedPortsMax = 16   // of one address
	sightedAddrsMax = 1024 // in each of two generations
)

type sighting struct {
	port uint16
	at   time.Time
}

// sightings holds the sources of recent Binding requests. Server.mu guards it.
type sightings struct {
	byIP generations[netip.Addr, []sighting]
}

func newSightings() sightings {
	return sightings{byIP: newGenerations[netip.Addr, []sighting](sightedAddrsMax)}
}

func (s *sightings) add(addr netip.AddrPort, now time.Time) {
	ports, _ := s.byIP.get(addr.Addr())
	ports = slices.DeleteFunc(ports, func(p sighting) bool {
		return p.port == addr.Port() || now.Sub(p.at) > sightingAge
	})
	if len(ports) == sightedPortsMax {
		ports = slices.Delete(ports, 0, 1)
	}
	s.byIP.put(addr.Addr(), append(ports, sighting{port: addr.Port(), at: now}))
}

func (s *sightings) of(ip netip.Addr, now time.Time) []netip.AddrPort {
	ports, _ := s.byIP.get(ip)
	var addrs []netip.AddrPort
	for _, p := range ports {
		if now.Sub(p.at) <= sightingAge {
			addrs = append(addrs, netip.AddrPortFrom(ip, p.port))
		}
	}
	return addrs
}
