package turnserver

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"time"
)

// As ports of [Config]: PortOff leaves that transport out, and PortAny takes a free one where 0 means something else.
const (
	PortOff = -1
	PortAny = -2
)

const (
	defaultRealm                    = "echopath"
	defaultCredentialTTL            = 10 * time.Minute
	maxCredentialTTL                = 24 * time.Hour
	defaultMaxAllocations           = 128
	defaultMaxAllocationsPerSession = 32
	defaultMaxConns                 = 128
	defaultMaxConnsPerIP            = 64 // both ends of a test on one machine come from one address
	defaultHandshakeTimeout         = 10 * time.Second
	defaultIdleTimeout              = 3 * time.Minute

	// lowestPeerPort keeps the system ports (RFC 6335 section 6), where services listen, out of what can be observed.
	lowestPeerPort = 1024
)

// Errors that callers tell apart with errors.Is.
var (
	ErrClosed     = errors.New("the TURN server is closed")
	ErrConfig     = errors.New("the TURN server can not run with these settings")
	ErrPortInUse  = errors.New("port is in use")
	ErrPeerDenied = errors.New("no relay may be opened to this address")
)

// Config says what [Start] starts. Its zero value is a server on 127.0.0.1 with UDP, TCP and TLS on free ports.
type Config struct {
	// Address is the one address to listen and relay on; zero means 127.0.0.1. The unspecified addresses 0.0.0.0 and ::
	// are refused: answers could leave from another address than the one asked, and every network would be served.
	Address netip.Addr
	// Public is the address under which a 1:1 NAT shows Address to the world, of the same family; zero if there is none. It is in
	// URLs, in relayed addresses and in a certificate that Start makes.
	Public netip.Addr
	// Names are more DNS names and addresses for the certificate that Start makes; at most 32.
	Names []string

	UDPPort int // 1 to 65535; 0 takes a free port, PortOff leaves STUN and TURN over UDP out
	TCPPort int // the same for TURN over TCP
	TLSPort int // the same for TURN over TLS

	// AltUDPPort is a second UDP port that answers Binding requests and nothing else, 1 to 65535: a client that asks both ports from one
	// socket sees whether the NAT before it maps that socket anew for another port (RFC 5780, section 4.3, as far as one address
	// goes). 0 or PortOff leaves it out, PortAny takes a free one.
	AltUDPPort int

	// NATDiscovery answers the questions of RFC 5780 on the UDP ports: see the package's documentation. It needs UDPPort, and AltUDPPort for
	// answers from another port.
	NATDiscovery bool
	// AltAddress is a second address of this machine, of the same family, on which the same two UDP ports answer Binding requests and
	// nothing else: with it a client sees all that RFC 5780 can show. Zero if there is none. It needs NATDiscovery and AltUDPPort.
	AltAddress netip.Addr
	// AltPublic is the address under which a 1:1 NAT shows AltAddress to the world; zero if there is none.
	AltPublic netip.Addr

	Realm         string        // "echopath" if empty; at most 127 characters (RFC 8489 section 14.9)
	CredentialTTL time.Duration // how long credentials make new allocations: 10 min if 0, 24 h at most

	MaxAllocations           int // at one time, 128 if 0
	MaxAllocationsPerSession int // at one time in one session, 32 if 0
	MaxConns                 int // TCP and TLS connections at one time, 128 if 0
	MaxConnsPerIP            int // the same from one IP address (IPv6: /64), 64 if 0; the last places are for those that have few, and strangers with many lose theirs

	HandshakeTimeout time.Duration // from the connection to its first bytes, the TLS handshake included; 10 s if 0
	IdleTimeout      time.Duration // of a connection with no allocation and no byte in either direction; 3 min if 0

	// RelayPortMin and RelayPortMax bound the ports of relays, 1024 to 65535, both included. Both 0: any free port.
	RelayPortMin, RelayPortMax int

	// Certificate for TLS. If nil, Start makes one of its own: ECDSA P-256, self-signed, for Address, Public, Names and "localhost".
	Certificate *tls.Certificate

	// Foreign, if set, gets each TLS connection whose first byte can not begin a STUN request, such as one of HTTP, after the
	// handshake and with all its bytes. It owns the connection from then on, deadlines included, and must return soon; handing the
	// connection to another goroutine is the way. The connection counts towards the limits until it is closed, by its owner or by
	// Server.Close, which waits for calls of Foreign that have not returned. With Foreign the server also offers http/1.1 (RFC 7301).
	Foreign func(net.Conn)

	// Now tells the time for credentials and rate limits; time.Now if nil.
	Now func() time.Time

	// Observe is told what happens, one event at a time and from goroutines that serve traffic: it must be quick and must
	// not call the server or its sessions. Failures that strangers can cause are rate limited; see [Event].
	Observe func(Event)

	Logger *slog.Logger // nothing is logged if nil
}

// withDefaults checks c and fills in what was left out. Errors wrap ErrConfig.
func (c Config) withDefaults() (Config, error) {
	if !c.Address.IsValid() {
		c.Address = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	c.Address = c.Address.Unmap()
	if c.Public = c.Public.Unmap(); c.Public == c.Address {
		c.Public = netip.Addr{}
	}
	c.AltAddress = c.AltAddress.Unmap()
	if c.AltPublic = c.AltPublic.Unmap(); c.AltPublic == c.AltAddress {
		c.AltPublic = netip.Addr{}
	}
	setDefault(&c.Realm, defaultRealm)
	setDefault(&c.CredentialTTL, defaultCredentialTTL)
	setDefault(&c.MaxAllocations, defaultMaxAllocations)
	setDefault(&c.MaxAllocationsPerSession, defaultMaxAllocationsPerSession)
	setDefault(&c.MaxConns, defaultMaxConns)
	setDefault(&c.MaxConnsPerIP, defaultMaxConnsPerIP)
	setDefault(&c.HandshakeTimeout, defaultHandshakeTimeout)
	setDefault(&c.IdleTimeout, defaultIdleTimeout)
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if err := c.check(); err != nil {
		return Config{}, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	return c, nil
}

func setDefault[T comparable](field *T, value T) {
	if *field == *new(T) {
		*field = value
	}
}

func (c Config) check() error {
	switch {
	case c.Address.IsUnspecified():
		return fmt.Errorf("address %s means every network of this machine: choose one address", c.Address)
	case c.Address.IsMulticast():
		return fmt.Errorf("address %s is a multicast address", c.Address)
	case c.Address.Zone() != "":
		return fmt.Errorf("address %s is valid on one link only, and STUN and TURN URLs have no room for a zone", c.Address)
	case c.UDPPort == PortOff && c.TCPPort == PortOff && c.TLSPort == PortOff:
		return errors.New("every transport is switched off")
	case len(c.Realm) > 127:
		return fmt.Errorf("realm has %d characters, 127 are allowed", len(c.Realm))
	case c.CredentialTTL < time.Second || c.CredentialTTL > maxCredentialTTL:
		return fmt.Errorf("credential lifetime %s is not between 1s and %s", c.CredentialTTL, maxCredentialTTL)
	case c.MaxAllocations < 0 || c.MaxAllocationsPerSession < 0 || c.MaxConns < 0 || c.MaxConnsPerIP < 0:
		return errors.New("a limit is negative")
	case c.HandshakeTimeout < 0 || c.IdleTimeout < 0:
		return errors.New("a timeout is negative")
	}
	for _, port := range []int{c.UDPPort, c.TCPPort, c.TLSPort} {
		if port < PortOff || port > 65535 {
			return fmt.Errorf("port %d is not between 1 and 65535", port)
		}
	}
	switch alt := c.AltUDPPort; {
	case alt < PortAny || alt > 65535:
		return fmt.Errorf("port %d is not between 1 and 65535", alt)
	case alt > 0 && alt == c.UDPPort:
		return fmt.Errorf("port %d can not be both the first and the second UDP port", alt)
	}
	return errors.Join(c.checkPublic(), c.checkDiscovery(), c.checkNames(), c.checkRelayPorts())
}

func (c Config) checkPublic() error {
	a := c.Public
	switch {
	case !a.IsValid():
		return nil
	case !oneHost(a):
		return fmt.Errorf("public address %s is not the address of one host", a)
	case a.Is4() != c.Address.Is4():
		return fmt.Errorf("public address %s is of the other IP version than address %s", a, c.Address)
	}
	return nil
}

// checkDiscovery wants two addresses to be two for clients as well: if one passed for two, they would take any filter for none.
func (c Config) checkDiscovery() error {
	alt, told := c.AltAddress, c.AltPublic
	if !told.IsValid() {
		told = alt
	}
	first := c.Public
	if !first.IsValid() {
		first = c.Address
	}
	switch {
	case c.NATDiscovery && c.UDPPort == PortOff:
		return errors.New("NAT discovery needs UDP")
	case !alt.IsValid() && c.AltPublic.IsValid():
		return fmt.Errorf("public address %s is that of no second address", c.AltPublic)
	case !alt.IsValid():
		return nil
	case !c.NATDiscovery || c.AltUDPPort == 0 || c.AltUDPPort == PortOff:
		return fmt.Errorf("second address %s is for NAT discovery with a second UDP port", alt)
	case !oneHost(alt) || !oneHost(told):
		return fmt.Errorf("second address %s, public %s, is not the address of one host", alt, told)
	case alt.Is4() != c.Address.Is4() || told.Is4() != c.Address.Is4():
		return fmt.Errorf("second address %s, public %s, is of the other IP version than address %s", alt, told, c.Address)
	case alt == c.Address || told == first || told == c.Address || alt == c.Public:
		return fmt.Errorf("second address %s, public %s, is the first one", alt, told)
	}
	return nil
}

func oneHost(a netip.Addr) bool {
	return !a.IsUnspecified() && !a.IsMulticast() && !isBroadcast(a) && a.Zone() == ""
}

const maxNames = 32

func (c Config) checkNames() error {
	if len(c.Names) > maxNames {
		return fmt.Errorf("%d names for the certificate, at most %d", len(c.Names), maxNames)
	}
	for _, name := range c.Names {
		if name == "" || len(name) > 253 || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return fmt.Errorf("%q is not a name or address for a certificate", name)
		}
	}
	return nil
}

func (c Config) checkRelayPorts() error {
	low, high := c.RelayPortMin, c.RelayPortMax
	if low == 0 && high == 0 {
		return nil
	}
	if low < lowestPeerPort || high > 65535 || low > high {
		return fmt.Errorf("relay ports %d to %d are not a range within 1024 to 65535", low, high)
	}
	return nil
}
