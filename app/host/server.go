package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"echopath/app/hosting"
	"echopath/turnserver"
)

// openServer starts the STUN/TURN server on the wished ports.
func (h *Host) openServer(ctx context.Context) error {
	t := h.serverConfig()
	for {
		err := h.startServer(ctx, t)
		var port *turnserver.PortError
		if !errors.As(err, &port) || !h.without(&t, port) {
			return err
		}
	}
}

// without changes t to do without a port that could not be had, where whoever hosts has not asked for this one; false: there is none to
// do without.
func (h *Host) without(t *turnserver.Config, port *turnserver.PortError) bool {
	switch c := h.cfg; {
	case c.TLSPort == 0 && port.Protocol == "tcp" && port.Port == wishedTLSPort && t.TLSPort == wishedTLSPort:
		t.TLSPort = defaultTLSPort
		h.notes = append(h.notes, fmt.Sprintf("Port %d could not be had, so TLS is on port %d. Networks that let only port %d out do not reach this host. (%v)",
			wishedTLSPort, defaultTLSPort, wishedTLSPort, port))
	case c.AltUDPPort == 0 && !c.AltAddress.IsValid() && port.Protocol == "udp" && port.Port == t.AltUDPPort && t.AltUDPPort != 0:
		t.AltUDPPort, t.NATDiscovery = turnserver.PortOff, false
		h.notes = append(h.notes, fmt.Sprintf("Port %d could not be had, so there is no second STUN port: guests see less of the NAT before them. (%v)", port.Port, port))
	default:
		return false
	}
	return true
}

func (h *Host) serverConfig() turnserver.Config {
	c := h.cfg
	low, high := peerPorts(c)
	conns, connsOfAddress := maxConns(c)
	t := turnserver.Config{
		Address: c.Address, Public: c.Public, UDPPort: serverPort(c.UDPPort), TCPPort: serverPort(c.TCPPort), TLSPort: serverPort(cmp.Or(c.TLSPort, wishedTLSPort)),
		AltUDPPort: altPort(c), NATDiscovery: altPort(c) != turnserver.PortOff, AltAddress: c.AltAddress, AltPublic: c.AltPublic,
		CredentialTTL: credentialTTL, RelayPortMin: low, RelayPortMax: high, Certificate: c.Certificate,
		MaxAllocations: maxAllocations(c), MaxAllocationsPerSession: allocationsOfGuest, MaxConns: conns, MaxConnsPerIP: connsOfAddress,
		Foreign: h.listen.take, Now: c.Now, Logger: c.Logger,
	}
	for _, a := range c.Announce {
		if name, _, err := net.SplitHostPort(a); err == nil {
			a = name
		}
		t.Names = append(t.Names, strings.Trim(a, "[]"))
	}
	return t
}

func (h *Host) startServer(ctx context.Context, t turnserver.Config) (err error) {
	h.turn, err = turnserver.Start(ctx, t)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, turnserver.ErrConfig):
		return fmt.Errorf("%w: %w", hosting.ErrConfig, err)
	case errors.Is(err, turnserver.ErrPortInUse):
		return fmt.Errorf("hosting could not start: %w. Stop the program that uses the port, or choose another port", err)
	}
	return fmt.Errorf("hosting could not start: %w", err)
}

// serverPort is the port in the terms of the TURN server, where 0 is any.
func serverPort(p int) int {
	if p == hosting.AnyPort {
		return 0
	}
	return p
}

// altPort is the second UDP port in the terms of the TURN server. Beside a first port that the system chooses, it chooses the second.
func altPort(c hosting.Config) int {
	switch {
	case c.AltUDPPort == hosting.NoPort:
		return turnserver.PortOff
	case c.AltUDPPort == hosting.AnyPort, c.AltUDPPort == 0 && c.UDPPort == hosting.AnyPort:
		return turnserver.PortAny
	case c.AltUDPPort == 0 && c.UDPPort == 65535:
		return turnserver.PortOff
	case c.AltUDPPort == 0:
		return c.UDPPort + 1
	}
	return c.AltUDPPort
}
