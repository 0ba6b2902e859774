package cli

import (
	"fmt"
	"net/netip"
	"slices"

	"echopath/app/hosting"
)

// fillAlt reads the second address, of which all is checked here that the flags and the system tell. That the two are two for guests, package
// host checks.
func (o *hostOptions) fillAlt(p *hostPlan, s *system) (err error) {
	if o.altAddress == "" {
		if o.altPublic != "" {
			return wrongUse("--alt-public-address %s stands for a second address of this computer: give that as --alt-address", o.altPublic)
		}
		return nil
	}
	if p.alt, err = s.altOf(o.altAddress, p.listen.addr); err != nil {
		return err
	}
	switch c := p.config; {
	case c.AltUDPPort == hosting.NoPort:
		return wrongUse("--alt-address needs a second UDP port: leave out --alt-udp-port none, or --alt-address")
	case c.AltUDPPort == 0 && c.UDPPort == lastPort:
		return wrongUse("--alt-address needs a second UDP port, and none is above %d: give --alt-udp-port", lastPort)
	}
	p.config.AltAddress = p.alt.addr
	if o.altPublic != "" {
		p.config.AltPublic, err = publicAddress("alt-public-address", o.altPublic, p.alt.addr)
	}
	return err
}

// altOf finds the second address, beside the one to listen on. That this computer does not have it may pass, as with listenOn.
func (s *system) altOf(text string, listen netip.Addr) (address, error) {
	own := s.addresses()
	others := slices.DeleteFunc(slices.Clone(own), func(a address) bool {
		return a.addr == listen || a.addr.Is4() != listen.Is4() || a.addr.IsLoopback() != listen.IsLoopback()
	})
	give := "give one of " + listOf(others)
	if len(others) == 0 {
		give = fmt.Sprintf("it has none beside %s that the same guests can reach: leave the flag out, or add one", listen)
	}
	addr, err := netip.ParseAddr(text)
	addr = addr.Unmap()
	switch {
	case err != nil:
		return address{}, wrongUse("--alt-address %q is not an address of this computer: %s", text, give)
	case addr == listen:
		return address{}, wrongUse("--alt-address %s is the address that is listened on, and a second one of this computer is wanted: %s", text, give)
	case addr.Is4() != listen.Is4():
		return address{}, wrongUse("--alt-address %s is not of the same version of IP as %s, and a guest asks both from one socket: %s", text, listen, give)
	case addr.IsUnspecified() || addr.IsMulticast() || addr.IsLinkLocalUnicast() || addr.Zone() != "" || addr.IsLoopback() != listen.IsLoopback():
		return address{}, wrongUse("--alt-address %s: guests that reach %s can not reach such an address of this computer: %s", text, listen, give)
	}
	if a, ok := find(own, addr); ok {
		return a, nil
	}
	return address{}, fmt.Errorf(couldNotStart+"this computer does not have the address %s of --alt-address (any more): %s", text, give)
}

// lookForAlt tells, once, that the second address is not this computer's any more. The host goes on: guests then learn less.
func (s *service) lookForAlt() {
	alt := s.plan.alt.addr
	if !alt.IsValid() {
		return
	}
	_, there := find(s.system.addresses(), alt)
	if !there && !s.altGone {
		s.log.notice("warning", fmt.Sprintf("This computer does not have the address %s of --alt-address any more: guests learn less of the NAT before them.", alt))
	}
	s.altGone = !there
}
