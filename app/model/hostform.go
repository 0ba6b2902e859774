package model

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"echopath/app/hosting"
	"echopath/app/present"
	"echopath/netcheck"
)

// HostForm is what the person has filled in on the screen "Host", as typed.
type HostForm struct {
	Address      string // of the interface to listen on; "" is the one that the system would send by
	Name         string // under which guests see this computer; "" is the computer's own
	TLSPort      string // "" leaves a port to the host
	TCPPort      string
	UDPPort      string
	PeerPorts    string              // "49152-49407"
	Public       string              // address that a 1:1 NAT shows to the world
	Announce     string              // more addresses for the invite, between spaces, commas or lines
	STUN         string              // outside servers, one a line; what follows # is a remark
	Ask          bool                // before a guest gets in
	Pictures     netcheck.SourceKind // what guests see in a call: SourceSynthetic, or SourceCamera if somebody chose it here
	Camera       string              // its name; "" is the first
	AnyCandidate bool                // let guests name addresses that this host has not seen itself
}

// HostAddress is an address of this computer that a host can listen on.
type HostAddress struct {
	Addr    netip.Addr
	Iface   string // name of its interface
	Default bool   // the system sends by it
}

// Title is the address as a choice: "192.0.2.7 (eth0)".
func (a HostAddress) Title() string {
	if a.Addr.IsLoopback() {
		return a.Addr.String() + " (this computer only)"
	}
	return a.Addr.String() + " (" + a.Iface + ")"
}

// The inputs of the screen "Host".
const (
	FieldHostAddress  Field = "host_address"
	FieldHostName     Field = "host_name"
	FieldTLSPort      Field = "tls_port"
	FieldTCPPort      Field = "tcp_port"
	FieldUDPPort      Field = "udp_port"
	FieldPeerPorts    Field = "peer_ports"
	FieldPublic       Field = "public_address"
	FieldAnnounce     Field = "announce"
	FieldSTUN         Field = "stun"
	FieldHostPictures Field = "host_pictures"
	FieldHostCamera   Field = "host_camera"
	FieldAsk          Field = "ask"
	FieldAnyCandidate Field = "any_candidate"
)

// DefaultHostForm is what a first-time user finds: whoever comes is asked about, and the public STUN servers are there.
func DefaultHostForm() HostForm {
	return HostForm{Ask: true, STUN: PublicSTUN(), Pictures: netcheck.SourceSynthetic}
}

// CheckedHost is the form as it was read.
type CheckedHost struct {
	Config   hosting.Config   // meaningful if Problem is ""; without what the program adds: its version, its observer
	Problems map[Field]string // a plain sentence under each input that can not be used
	Problem  string           // the first of them: why nothing can be hosted; "" if nothing is wrong
	More     bool             // that one lies behind "More…"
}

// hostReading is a form that is being read.
type hostReading struct {
	form    HostForm
	c       CheckedHost
	machine machine
}

// maxHostName is how long the name of a computer may be, in bytes, as in the protocol.
const maxHostName = 64

// check reads the form. addresses are those of this computer, sorted; ownName is its name.
func (f HostForm) check(addresses []HostAddress, ownName string, m machine) CheckedHost {
	r := &hostReading{form: f, machine: m, c: CheckedHost{Problems: map[Field]string{}}}
	r.readAddress(addresses)
	r.readName(ownName)
	r.c.Config.TLSPort = r.readPort(FieldTLSPort, f.TLSPort)
	r.c.Config.TCPPort = r.readPort(FieldTCPPort, f.TCPPort)
	r.c.Config.UDPPort = r.readPort(FieldUDPPort, f.UDPPort)
	r.readSamePort()
	r.readPeerPorts()
	r.readPublic()
	r.readAnnounce()
	r.readSTUN()
	r.readPictures()
	r.c.Config.Approve, r.c.Config.AnyCandidate = f.Ask, f.AnyCandidate
	return r.c
}

func (r *hostReading) wrong(f Field, format string, args ...any) {
	if r.c.Problems[f] != "" {
		return
	}
	r.c.Problems[f] = fmt.Sprintf(format, args...)
	if r.c.Problem == "" {
		r.c.Problem = r.c.Problems[f]
		r.c.More = f != FieldHostAddress && f != FieldHostName
	}
}

// readAddress takes the address that was chosen, or the one that the system would send by.
func (r *hostReading) readAddress(addresses []HostAddress) {
	if len(addresses) == 0 {
		r.wrong(FieldHostAddress, "This computer has no network address to listen on: connect it to a network.")
		return
	}
	i := slices.IndexFunc(addresses, func(a HostAddress) bool { return a.Addr.String() == r.form.Address })
	switch {
	case i >= 0:
		r.c.Config.Address = addresses[i].Addr
	case r.form.Address == "":
		r.c.Config.Address = addresses[0].Addr
	default:
		r.wrong(FieldHostAddress, "This computer no longer has the address %s: choose another one.", present.Printable(r.form.Address))
	}
}

// readPictures takes what guests are to see in a call. A camera is named only where somebody chose it here.
func (r *hostReading) readPictures() {
	switch {
	case r.machine.noVideo != "" || r.form.Pictures != netcheck.SourceCamera: // the host sends synthetic ones, or none
		return
	case cameraProblem(r.form.Camera, r.machine) != "":
		r.wrong(FieldHostCamera, "%s", cameraProblem(r.form.Camera, r.machine))
	}
	r.c.Config.Pictures = netcheck.VideoSource{Kind: netcheck.SourceCamera, Name: r.form.Camera}
}

func (r *hostReading) readName(own string) {
	name := strings.TrimSpace(r.form.Name)
	if name == "" {
		name = own
	}
	if len(name) > maxHostName {
		r.wrong(FieldHostName, "The name is too long: %d bytes is the most.", maxHostName)
	}
	r.c.Config.Name = present.Printable(name)
}

func (r *hostReading) readPort(f Field, text string) int {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0
	}
	port, err := strconv.Atoi(text)
	if err != nil || port < 1 || port > 65535 {
		r.wrong(f, "A port is a number from 1 to 65535. Empty: the host chooses.")
		return 0
	}
	return port
}

// readSamePort refuses one port for two listeners: both are TCP.
func (r *hostReading) readSamePort() {
	if c := r.c.Config; c.TLSPort != 0 && c.TLSPort == c.TCPPort {
		r.wrong(FieldTCPPort, "TLS and TCP can not share port %d.", c.TCPPort)
	}
}

// minPeerPorts is the least that relays and echo peer of one guest need, with some room.
const minPeerPorts = 16

func (r *hostReading) readPeerPorts() {
	text := strings.TrimSpace(r.form.PeerPorts)
	if text == "" {
		return
	}
	from, to, found := strings.Cut(strings.ReplaceAll(text, "–", "-"), "-")
	low, lowErr := strconv.Atoi(strings.TrimSpace(from))
	high, highErr := strconv.Atoi(strings.TrimSpace(to))
	switch {
	case !found || lowErr != nil || highErr != nil:
		r.wrong(FieldPeerPorts, "Write the first and the last port, for example 49152-49407.")
	case low < 1024 || high > 65535:
		r.wrong(FieldPeerPorts, "The ports must be from 1024 to 65535.")
	case high-low+1 < minPeerPorts:
		r.wrong(FieldPeerPorts, "These are too few: %d ports are the least.", minPeerPorts)
	default:
		r.c.Config.PeerPortMin, r.c.Config.PeerPortMax = low, high
	}
}

func (r *hostReading) readPublic() {
	text := strings.TrimSpace(r.form.Public)
	if text == "" {
		return
	}
	a, err := netip.ParseAddr(text)
	switch {
	case err != nil:
		r.wrong(FieldPublic, "This is not an IP address, such as 198.51.100.7.")
	case a.IsUnspecified() || a.IsMulticast() || a.IsLoopback():
		r.wrong(FieldPublic, "Nobody can reach this computer under %s.", a)
	case r.c.Config.Address.IsValid() && a.Unmap().Is4() != r.c.Config.Address.Is4():
		r.wrong(FieldPublic, "It must be of the same IP version as the address to listen on.")
	default:
		r.c.Config.Public = a.Unmap()
	}
}

// maxAnnounce is how many addresses an invite has room for beside the host's own two.
const maxAnnounce = 6

func (r *hostReading) readAnnounce() {
	words := strings.FieldsFunc(r.form.Announce, func(c rune) bool { return strings.ContainsRune(" \t\r\n,;", c) })
	for i, w := range words {
		if !announceable(w) {
			r.wrong(FieldAnnounce, "Address %d can not be used: write a name or an address, with its port if it has one of its own, for example host.example.com:8443.", i+1)
			return
		}
	}
	if len(words) > maxAnnounce {
		r.wrong(FieldAnnounce, "An invite has room for %d of them.", maxAnnounce)
	}
	r.c.Config.Announce = words
}

// announceable tells a host, or a host and a port.
func announceable(w string) bool {
	host := w
	if h, port, err := net.SplitHostPort(w); err == nil {
		n, numErr := strconv.Atoi(port)
		if numErr != nil || n < 1 || n > 65535 {
			return false
		}
		host = h
	}
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return true
	}
	return host != "" && len(host) <= 253 && !strings.ContainsAny(host, ":/@?#[]\\\"'")
}

// readSTUN reads the outside servers. What is never asked on a host for this computer only is not handed to one.
func (r *hostReading) readSTUN() {
	out, why := ReadSTUN(r.form.STUN)
	if why != "" {
		r.wrong(FieldSTUN, "%s", why)
	}
	if !r.c.Config.Address.IsLoopback() {
		r.c.Config.STUN = out
	}
}

// sortAddresses puts the one that the system sends by first and loopback last; IPv4 comes before IPv6.
func sortAddresses(list []HostAddress) []HostAddress {
	rank := func(a HostAddress) int {
		switch {
		case a.Addr.IsLoopback():
			return 2
		case a.Default:
			return 0
		}
		return 1
	}
	out := slices.Clone(list)
	slices.SortStableFunc(out, func(a, b HostAddress) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Addr.BitLen(), b.Addr.BitLen()), a.Addr.Compare(b.Addr))
	})
	return out
}
