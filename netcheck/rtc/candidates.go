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
	maxMediaSections    = 3                   // audio, video and the data channels
)

// remoteCandidate is a candidate of the other end: where this end will send checks to.
type remoteCandidate struct {
	typ  webrtc.ICECandidateType
	addr netip.AddrPort
}

var errCandidate = errors.New("not a candidate that can be used")

// parseCandidate reads a candidate line as of RFC 8839, section 5.1, with or without "a=" before it. Names are refused, those of
// mDNS among them: looking one up would be an errand for the other end.
func parseCandidate(line string) (remoteCandidate, error) {
	var c remoteCandidate
	if len(line) > signaling.MaxCandidate || strings.ContainsAny(line, "\r\n\x00") {
		return c, fmt.Errorf("%w: %d bytes, or with a line break in it", errCandidate, len(line))
	}
	line = strings.TrimPrefix(strings.TrimPrefix(line, "a="), "candidate:")
	f := strings.Fields(line) // foundation component transport priority address port typ TYPE ...
	if len(f) < 8 || !strings.EqualFold(f[2], "udp") || f[6] != "typ" {
		return c, fmt.Errorf("%w: not one of UDP", errCandidate)
	}
	addr, err := netip.ParseAddr(f[4])
	if err != nil {
		return c, fmt.Errorf("%w: not a literal address", errCandidate)
	}
	port, err := strconv.ParseUint(f[5], 10, 16)
	if err != nil || port == 0 {
		return c, fmt.Errorf("%w: no port", errCandidate)
	}
	if c.typ, err = webrtc.NewICECandidateType(f[7]); err != nil {
		return c, fmt.Errorf("%w: type %.20q", errCandidate, f[7])
	}
	c.addr = netip.AddrPortFrom(addr.Unmap(), uint16(port))
	return c, nil
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

// splitSDP takes the candidates out of a description: they go the way of those that trickle.
func splitSDP(sdp string) (rest string, candidates []string) {
	var out strings.Builder
	for line := range strings.Lines(sdp) {
		if c, ok := strings.CutPrefix(line, "a=candidate:"); ok {
			if len(candidates) < maxRemoteCandidates {
				candidates = append(candidates, "candidate:"+strings.TrimRight(c, "\r\n"))
			}
			continue
		}
		out.WriteString(line)
	}
	return out.String(), candidates
}

// checkDescription refuses what can not be a description of this program's.
func checkDescription(d signaling.Description) error {
	switch {
	case len(d.SDP) > signaling.MaxDescription:
		return fmt.Errorf("a description of %d bytes", len(d.SDP))
	case d.Type != "offer" && d.Type != "answer":
		return fmt.Errorf("a description of type %.20q", d.Type)
	case strings.Count(d.SDP, "\nm=") > maxMediaSections:
		return fmt.Errorf("a description with %d media sections", strings.Count(d.SDP, "\nm="))
	}
	return nil
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
