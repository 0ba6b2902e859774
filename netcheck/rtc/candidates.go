package rtc

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/pion/webrtc/v4"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// Bounds of what one leg takes from the other end.
const (
	maxRemoteCandidates = 32
	maxEarlyCandidates  = maxRemoteCandidates // before the description that they belong to
)

// remoteCandidate is a candidate of the other end: where this end will send checks to.
type remoteCandidate struct {
	typ        webrtc.ICECandidateType
	addr       netip.AddrPort
	priority   uint32 // 0: the usual one of its type
	foundation string // "": one of its type
	ufrag      string // of the generation that it belongs to; "": not told
}

var errCandidate = errors.New("not a candidate that can be used")

// parseCandidate reads a candidate line as of RFC 8839, section 5.1, with or without "a=" before it. Names are refused, those of
// mDNS among them: looking one up would be an errand for the other end. What is handed on is made anew from what was read (line), so
// that nobody reads more in it than was checked.
func parseCandidate(line string) (remoteCandidate, error) {
	var c remoteCandidate
	if len(line) > signaling.MaxCandidate || hasControl(line) {
		return c, fmt.Errorf("%w: %d bytes, or with a line break in it", errCandidate, len(line))
	}
	line = strings.TrimPrefix(strings.TrimPrefix(line, "a="), "candidate:")
	f := strings.Fields(line) // foundation component transport priority address port typ TYPE ...
	if len(f) < 8 || !strings.EqualFold(f[2], "udp") || f[6] != "typ" {
		return c, fmt.Errorf("%w: not one of UDP", errCandidate)
	}
	priority, err := strconv.ParseUint(f[3], 10, 31)
	if err != nil || len(f[0]) > maxFoundation || !iceChars(f[0]) {
		return c, fmt.Errorf("%w: foundation or priority", errCandidate)
	}
	addr, err := netip.ParseAddr(f[4])
	if err != nil || addr.Zone() != "" {
		return c, fmt.Errorf("%w: not a literal address", errCandidate)
	}
	port, err := strconv.ParseUint(f[5], 10, 16)
	if err != nil || port == 0 {
		return c, fmt.Errorf("%w: no port", errCandidate)
	}
	if c.typ, err = webrtc.NewICECandidateType(f[7]); err != nil {
		return c, fmt.Errorf("%w: type %.20q", errCandidate, f[7])
	}
	c.addr, c.priority, c.foundation = netip.AddrPortFrom(addr.Unmap(), uint16(port)), uint32(priority), f[0]
	c.ufrag = generation(f[8:])
	return c, nil
}

const maxFoundation = 32 // characters, RFC 8839, section 5.1

// generation is the user name fragment in the extensions of a candidate (RFC 8838, section 11), if there is one that can be.
func generation(extensions []string) string {
	for i := 0; i+1 < len(extensions); i += 2 {
		if v := extensions[i+1]; extensions[i] == "ufrag" && len(v) <= maxUfrag && iceChars(v) {
			return v
		}
	}
	return ""
}

// iceChars tells whether a text has characters of ICE alone (RFC 8839, section 5.1).
func iceChars(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '+' && c != '/'
	})
}

// line is a candidate as an SDP attribute without "a=".
func (c remoteCandidate) line() string {
	priority, foundation, more := c.priority, c.foundation, ""
	if priority == 0 {
		priority = map[webrtc.ICECandidateType]uint32{webrtc.ICECandidateTypeHost: 126, webrtc.ICECandidateTypeSrflx: 100}[c.typ]<<24 | 0xffff<<8 | 0xff
	}
	if foundation == "" {
		foundation = c.typ.String()
	}
	if c.typ != webrtc.ICECandidateTypeHost {
		more = " raddr 0.0.0.0 rport 0"
	}
	if c.ufrag != "" {
		more += " ufrag " + c.ufrag
	}
	return fmt.Sprintf("candidate:%s 1 udp %d %s %d typ %s%s", foundation, priority, c.addr.Addr(), c.addr.Port(), c.typ, more)
}

// usable tells whether this end may send to an address at all. What no other host can have is refused, and this computer's own
// loopback interface unless our end is bound to it: the other end must not send us on errands to services here.
func usable(a, own netip.Addr, family netcheck.Family) bool {
	switch {
	case !a.IsValid(), !isFamily(a, family), a.IsUnspecified(), a.IsMulticast(), a.IsInterfaceLocalMulticast():
		return false
	case a.IsLoopback():
		return own.IsLoopback()
	case a.IsLinkLocalUnicast():
		return own.IsLinkLocalUnicast()
	case a.Is4():
		first := a.As4()[0]
		return first != 0 && first < 240 // RFC 6890: this network, reserved, limited broadcast
	}
	return true
}

// takeable checks a line of the other end against what this end takes.
func (p *peer) takeable(line string) (remoteCandidate, bool) {
	c, err := parseCandidate(line)
	if err != nil || !p.role.takes.has(c.typ) {
		return c, false
	}
	return c, !p.role.remote || usable(c.addr.Addr(), p.net.source(), p.family)
}

// addressList names candidates for people and firewalls: "203.0.113.7 port 40000", "203.0.113.7 ports 40000, 40007", or the range of
// the ports where they are many.
func addressList(all []netip.AddrPort) string {
	ports := map[netip.Addr][]uint16{}
	var order []netip.Addr
	for _, a := range all {
		if _, known := ports[a.Addr()]; !known {
			order = append(order, a.Addr())
		}
		ports[a.Addr()] = append(ports[a.Addr()], a.Port())
	}
	var words []string
	for _, a := range order {
		words = append(words, a.String()+" "+portList(ports[a]))
	}
	return strings.Join(words, ", ")
}

const listedPorts = 4

func portList(ports []uint16) string {
	slices.Sort(ports)
	ports = slices.Compact(ports)
	switch {
	case len(ports) == 1:
		return fmt.Sprintf("port %d", ports[0])
	case len(ports) > listedPorts:
		return fmt.Sprintf("ports %d-%d", ports[0], ports[len(ports)-1])
	}
	var words []string
	for _, p := range ports {
		words = append(words, strconv.Itoa(int(p)))
	}
	return "ports " + strings.Join(words, ", ")
}
