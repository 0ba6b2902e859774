package host

import (
	"cmp"
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
)

const (
	defaultPort       = 3478 // RFC 8489, section 18.6
	wishedTLSPort     = 443
	defaultTLSPort    = 5349
	firstPeerPort     = 49152 // of the dynamic ports, RFC 6335, section 6
	defaultMaxGuests  = 128
	defaultMaxPerAddr = 16
	maxGuests         = 4096
	credentialTTL     = 10 * time.Minute
	credentialsEvery  = 5 * time.Minute
)

// withDefaults checks c and fills in what was left out. The notes are what the one who hosts should know.
func withDefaults(c hosting.Config) (hosting.Config, []string, error) {
	c.Address, c.Public = c.Address.Unmap(), c.Public.Unmap()
	c.AltAddress, c.AltPublic = c.AltAddress.Unmap(), c.AltPublic.Unmap()
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
	return c, append(notes, altNotes(c)...), nil
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
	return errors.Join(checkPorts(c), checkAlt(c))
}

func checkPorts(c hosting.Config) error {
	for _, p := range []int{c.UDPPort, c.TCPPort, c.TLSPort} {
		if p < hosting.AnyPort || p > 65535 {
			return fmt.Errorf("port %d is not from 1 to 65535", p)
		}
	}
	switch alt := c.AltUDPPort; {
	case alt < hosting.NoPort || alt > 65535:
		return fmt.Errorf("port %d is not from 1 to 65535", alt)
	case alt > 0 && alt == c.UDPPort:
		return fmt.Errorf("port %d can not be both the first and the second UDP port", alt)
	}
	low, high := c.PeerPortMin, c.PeerPortMax
	if low == 0 && high == 0 || low == hosting.AnyPort && high == hosting.AnyPort {
		return nil
	}
	if least := portsOfRun(c); low < 1024 || high > 65535 || high-low < least {
		return fmt.Errorf("ports %d to %d are not a range of more than %d ports within 1024 to 65535", low, high, least)
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
