package nat

import (
	"net/netip"

	"echopath/netcheck"
)

// flags tells what the outside addresses themselves say.
func (o *observed) flags(b *netcheck.NATBehavior) {
	outside := map[netip.Addr]bool{}
	where := o.outmost()
	for _, seen := range o.sightings() {
		if o.side(seen.local, seen.mapped) == where {
			outside[seen.mapped.Addr()] = true
		}
	}
	b.SeveralAddresses = len(outside) > 1
	b.SharedAddress = where == sideShared
	b.PrivateMapped = where == sidePrivate
	if where == sideOwn {
		mapped := o.at(where)[0].first.mapped.Addr()
		b.PrivateMapped, b.SharedAddress = private(mapped) && !shared(mapped), false
	}
}

// sightings lists where any socket was seen.
func (o *observed) sightings() []sighting {
	all := append([]sighting(nil), o.ports...)
	all = append(all, o.others...)
	for _, s := range o.servers {
		for _, v := range s.views() {
			all = append(all, sighting{o.local, v.mapped})
		}
	}
	return all
}

// portFigures tells how inside and outside ports relate (RFC 4787, section 4.2).
func (o *observed) portFigures(b *netcheck.NATBehavior) {
	b.PortsTried = len(o.ports)
	for _, s := range o.ports {
		if s.local.Port() == s.mapped.Port() {
			b.PortsPreserved++
		}
	}
	if b.NAT != netcheck.Yes || b.PortsPreserved > 0 {
		return
	}
	b.ParityPreserved = o.parity()
	if len(o.ports) == o.tried {
		b.PortStep = step(o.ports)
	}
}

// leastParity is how many sockets must keep their parity before that is said: by chance it would happen once in 128 times.
const leastParity = 7

// parity tells whether even ports stay even and odd ones odd. One that does not is proof. Without odd and even ones inside, nothing is.
func (o *observed) parity() netcheck.Tri {
	seen := map[netip.AddrPort]bool{} // sockets that were looked at
	parities := map[uint16]bool{}
	for _, s := range o.sightings() {
		if (s.local.Port()^s.mapped.Port())&1 == 1 {
			return netcheck.No
		}
		seen[s.local], parities[s.local.Port()&1] = true, true
	}
	if len(seen) < leastParity || len(parities) < 2 {
		return netcheck.Unknown
	}
	return netcheck.Yes
}

// step is by how much the outside port grew from each socket to the next; 0 if not always by the same, or if one is missing.
func step(ports []sighting) int {
	const least = 4 // sockets: three equal steps are no chance
	if len(ports) < least {
		return 0
	}
	by := int(ports[1].mapped.Port()) - int(ports[0].mapped.Port())
	for i := 2; i < len(ports); i++ {
		if int(ports[i].mapped.Port())-int(ports[i-1].mapped.Port()) != by {
			return 0
		}
	}
	return by
}
