package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"echopath/app/hosting"
	"echopath/internal/ifaces"
	"echopath/netcheck/signaling/invite"
	"echopath/turnserver"
)

const (
	defaultPort        = 3478 // RFC 8489, section 18.6
	wishedTLSPort      = 443
	defaultTLSPort     = 5349
	firstPeerPort      = 49152 // of the dynamic ports, RFC 6335, section 6
	defaultMaxGuests   = 128
	defaultMaxPerAddr  = 16
	maxGuests          = 4096
	credentialTTL      = 10 * time.Minute
	credentialsEvery   = 5 * time.Minute
	spareWires         = 32 // of guests that come and go, and of those who only try
	portsOfRun         = 8  // two legs at a time, each with a relay and the echo peer's sockets, and as many that are about to close
	connsOfGuest       = 4  // signalling takes up to three connections, and TURN over TCP or TLS one
	allocationsOfGuest = 8
)

// withDefaults checks c and fills in what was left out. The notes are what the one who hosts should know.
func withDefaults(c hosting.Config) (hosting.Config, []string, error) {
	c.Address, c.Public = c.Address.Unmap(), c.Public.Unmap()
	c.MaxGuests = cmp.Or(c.MaxGuests, defaultMaxGuests)
	c.MaxPerAddress = cmp.Or(c.MaxPerAddress, defaultMaxPerAddr)
	c.UDPPort, c.TCPPort = cmp.Or(c.UDPPort, defaultPort), cmp.Or(c.TCPPort, defaultPort)
	c.OS = cmp.Or(c.OS, runtime.GOOS+"/"+runtime.GOARCH)
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Name == "" {
		c.Name, _ = os.Hostname()
	}
	if err := check(c); err != nil {
		return c, nil, fmt.Errorf("%w: %w", hosting.ErrConfig, err)
	}
	var notes []string
	if c.Address.IsLoopback() {
		notes = append(notes, "Only programs on this computer can reach this host: its address is a loopback address.")
	}
	if c.Public.IsValid() && c.Public != c.Address {
		notes = append(notes, fmt.Sprintf("A NAT is expected to pass %s on to %s, with the same ports.", c.Public, c.Address))
	}
	return c, notes, nil
}

func check(c hosting.Config) error {
	switch {
	case !c.Address.IsValid():
		return errors.New("choose the address to host on: it must be one of this computer's")
	case c.Address.IsUnspecified():
		return fmt.Errorf("%s means every network of this computer: choose one address", c.Address)
	case !ifaces.Local(c.Address):
		return fmt.Errorf("%s is not an address of this computer: choose one of those, and give the address that others see as the public one", c.Address)
	case c.MaxGuests < 1 || c.MaxGuests > maxGuests:
		return fmt.Errorf("the number of guests must be from 1 to %d", maxGuests)
	case c.MaxPerAddress < 1 || c.MaxPerAddress > maxGuests:
		return fmt.Errorf("the number of guests from one address must be from 1 to %d", maxGuests)
	case !(c.Budget == 0 || c.Budget >= leastCost && c.Budget <= mostBudget):
		return fmt.Errorf("the budget must be from %d to %d packets a second", leastCost, mostBudget)
	case len(c.Announce) > invite.MaxAddresses-2:
		return fmt.Errorf("%d addresses to announce, at most %d", len(c.Announce), invite.MaxAddresses-2)
	}
	for _, a := range c.Announce {
		if _, err := hostPort(a, defaultTLSPort); err != nil {
			return err
		}
	}
	return checkPorts(c)
}

func checkPorts(c hosting.Config) error {
	for _, p := range []int{c.UDPPort, c.TCPPort, c.TLSPort} {
		if p < hosting.AnyPort || p > 65535 {
			return fmt.Errorf("port %d is not from 1 to 65535", p)
		}
	}
	low, high := c.PeerPortMin, c.PeerPortMax
	if low == 0 && high == 0 || low == hosting.AnyPort && high == hosting.AnyPort {
		return nil
	}
	if low < 1024 || high > 65535 || high-low < portsOfRun {
		return fmt.Errorf("ports %d to %d are not a range of more than %d ports within 1024 to 65535", low, high, portsOfRun)
	}
	return nil
}

// hostPort completes an address for the invite with the port.
func hostPort(address string, port int) (string, error) {
	if a, err := netip.ParseAddr(strings.Trim(address, "[]")); err == nil {
		return netip.AddrPortFrom(a.Unmap(), uint16(port)).String(), nil //nolint:gosec // checked by whoever listens on it
	}
	host, p, err := net.SplitHostPort(address)
	if err != nil {
		host, p = address, strconv.Itoa(port)
	}
	n, err := strconv.ParseUint(p, 10, 16)
	if host == "" || len(host) > invite.MaxName || strings.ContainsAny(host, " /@?#:") && !strings.Contains(address, "[") || err != nil || n == 0 {
		return "", fmt.Errorf("%q can not be announced: give a name or an address, with or without a port, such as host.example.com:443", address)
	}
	return net.JoinHostPort(host, p), nil
}

// mostRuns is how many runs can be under way at once: ports and connections follow from it.
func mostRuns(c hosting.Config) int {
	return max(1, min(c.MaxGuests, int(c.Budget/leastCost)))
}

// peerPorts is the range of ports for relays and the echo peer; zeros mean any.
func peerPorts(c hosting.Config) (low, high int) {
	switch {
	case c.PeerPortMin == hosting.AnyPort:
		return 0, 0
	case c.PeerPortMin != 0:
		return c.PeerPortMin, c.PeerPortMax
	}
	return firstPeerPort, min(firstPeerPort+portsOfRun*mostRuns(c)-1, 65535)
}

// openServer starts the STUN/TURN server on the wished ports.
func (h *Host) openServer(ctx context.Context) error {
	c := h.cfg
	low, high := peerPorts(c)
	t := turnserver.Config{
		Address: c.Address, Public: c.Public, UDPPort: serverPort(c.UDPPort), TCPPort: serverPort(c.TCPPort), TLSPort: serverPort(c.TLSPort),
		CredentialTTL: credentialTTL, RelayPortMin: low, RelayPortMax: high, Certificate: c.Certificate,
		MaxAllocations: portsOfRun * mostRuns(c), MaxAllocationsPerSession: allocationsOfGuest,
		MaxConns: connsOfGuest*c.MaxGuests + spareWires, MaxConnsPerIP: connsOfGuest*c.MaxPerAddress + spareWires,
		Foreign: h.listen.take, Now: c.Now, Logger: c.Logger,
	}
	for _, a := range c.Announce {
		if name, _, err := net.SplitHostPort(a); err == nil {
			a = name
		}
		t.Names = append(t.Names, strings.Trim(a, "[]"))
	}
	if c.TLSPort != 0 {
		return h.startServer(ctx, t)
	}
	t.TLSPort = wishedTLSPort
	err := h.startServer(ctx, t)
	var port *turnserver.PortError
	if !errors.As(err, &port) || port.Port != wishedTLSPort || port.Protocol != "tcp" {
		return err
	}
	t.TLSPort = defaultTLSPort
	if second := h.startServer(ctx, t); second != nil {
		return second
	}
	h.notes = append(h.notes, fmt.Sprintf("Port %d could not be had, so TLS is on port %d. Networks that let only port %d out do not reach this host. (%v)",
		wishedTLSPort, defaultTLSPort, wishedTLSPort, port))
	return nil
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

// joinsPerMinute lets as many come at once from one address as may be in, and come again.
func joinsPerMinute(c hosting.Config) int { return max(30, 2*c.MaxPerAddress) }
