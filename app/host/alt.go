package host

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"echopath/app/hosting"
	"echopath/internal/ifaces"
	"echopath/turnserver"
)

// checkAlt wants the second address to be another one at this computer and for guests as well: one address that passes for two makes any
// filter look open (RFC 5780, section 4.4).
func checkAlt(c hosting.Config) error {
	alt, told := c.AltAddress, c.AltPublic
	switch {
	case !alt.IsValid() && !told.IsValid():
		return nil
	case !alt.IsValid():
		return fmt.Errorf("%s is the public address of a second address, and there is none: name it, or leave %s out", told, told)
	case altPort(c) == turnserver.PortOff:
		return fmt.Errorf("the second address %s is of use with a second UDP port only: choose one", alt)
	case alt.Is4() != c.Address.Is4() || told.IsValid() && told.Is4() != alt.Is4():
		return fmt.Errorf("%s and the second address %s must be of one IP version", c.Address, altWords(c))
	case alt == c.Address || alt == c.Public || told.IsValid() && (told == c.Address || told == c.Public):
		return fmt.Errorf("the second address %s is the first one: choose another of this computer's, or none", altWords(c))
	case alt.IsUnspecified() || !ifaces.Local(alt):
		return fmt.Errorf("the second address %s is none of this computer's: choose one of those, and give the address that others see as its public one", alt)
	case alt.IsLoopback() != c.Address.IsLoopback():
		return fmt.Errorf("%s and the second address %s must be reached by the same guests, and one of them is a loopback address", c.Address, alt)
	case c.Public.IsValid() && c.Public != c.Address && !told.IsValid() && !ofInternet(alt):
		return errors.New(altNeedsPublic(c.Public, alt))
	}
	return nil
}

func altNeedsPublic(public, alt netip.Addr) string {
	return fmt.Sprintf("a 1:1 NAT shows this host as %s, and guests on the other side can not reach the second address %s: give the public address of that one too", public, alt)
}

// altWords is the second address, with that under which a NAT shows it.
func altWords(c hosting.Config) string {
	if c.AltPublic.IsValid() && c.AltPublic != c.AltAddress {
		return fmt.Sprintf("%s, public %s,", c.AltAddress, c.AltPublic)
	}
	return c.AltAddress.String()
}

// ofInternet tells an address that can be reached from anywhere.
func ofInternet(a netip.Addr) bool {
	return !slices.ContainsFunc(special, func(p netip.Prefix) bool { return p.Contains(a) })
}

// altNotes are what the one who hosts should know of the second address.
func altNotes(c hosting.Config) []string {
	if !c.AltPublic.IsValid() || c.AltPublic == c.AltAddress {
		return nil
	}
	return []string{fmt.Sprintf("A NAT is expected to pass the UDP ports of %s on to %s, with the same ports.", c.AltPublic, c.AltAddress)}
}

// altPorts are what a firewall must let in to the second address.
func (h *Host) altPorts() []hosting.Port {
	alt := h.cfg.AltAddress
	if !alt.IsValid() {
		return nil
	}
	var ports []hosting.Port
	for _, p := range []uint16{h.turn.UDPAddr().Port(), h.turn.AltUDPAddr().Port()} {
		ports = append(ports, hosting.Port{Protocol: "udp", From: int(p), To: int(p), Address: alt,
			Why: fmt.Sprintf("STUN on the second address, %s, by which guests learn all about the NAT before them", alt)})
	}
	return ports
}

// ofHost tells the addresses of this host.
func ofHost(c hosting.Config, a netip.Addr) bool {
	return a.IsValid() && slices.Contains([]netip.Addr{c.Address, c.Public, c.AltAddress, c.AltPublic}, a)
}
