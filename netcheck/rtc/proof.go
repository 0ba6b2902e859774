package rtc

import (
	"fmt"
	"net"
	"net/netip"
	"strings"

	"github.com/pion/webrtc/v4"

	"echopath/netcheck"
)

func candidate(c *webrtc.ICECandidate) netcheck.Candidate {
	addr, _ := netip.ParseAddr(c.Address)
	return netcheck.Candidate{
		Type:     c.Typ.String(),
		Address:  netip.AddrPortFrom(addr.Unmap(), c.Port),
		Protocol: strings.ToLower(c.Protocol.String()),
	}
}

// prove tells what is missing for the pairs to prove the path, or nil. Remote types are not asked for: a remote candidate is
// peer-reflexive whenever a NAT changed it on the way.
func prove(p netcheck.Path, local, far netcheck.CandidatePair) *netcheck.Failure {
	for _, end := range []struct {
		name string
		pair netcheck.CandidatePair
	}{{"this end", local}, {"the far end", far}} {
		if missing := lacks(p, end.pair.Local); missing != "" {
			return unproved(end.name, missing)
		}
	}
	return nil
}

func unproved(end, missing string) *netcheck.Failure {
	return &netcheck.Failure{Code: netcheck.ReasonNoProof,
		Text:   fmt.Sprintf("The connection came up, but %s did not provably use the path: %s.", end, missing),
		Advice: "Repeat the test; if it happens again, report it with the exported file."}
}

// doubt tells why the pairs do not prove the path, or nil.
func (a *attempt) doubt(local, far netcheck.CandidatePair) *netcheck.Failure {
	if a.remote() {
		near := a.near.view(local)
		if f := proveRemote(a.leg.Path, near, a.near.otherView(far)); f != nil {
			return f
		}
		return a.near.stayedInside(a.leg.Path, near, far)
	}
	if f := prove(a.leg.Path, local, far); f != nil {
		return f
	}
	return a.looped(local, far)
}

// lacks says in words what a local candidate misses for the path.
func lacks(p netcheck.Path, c netcheck.Candidate) string {
	if want := wanted(p).String(); c.Type != want {
		return fmt.Sprintf("its candidate is of type %s, not %s", c.Type, want)
	}
	want := map[netcheck.Path]string{netcheck.PathRelayUDP: "udp", netcheck.PathRelayTCP: "tcp", netcheck.PathRelayTLS: "tls"}[p]
	if c.RelayProtocol != want {
		return fmt.Sprintf("its relay protocol is %q, not %q", c.RelayProtocol, want)
	}
	switch hasTLS := c.TLS != nil; {
	case p == netcheck.PathRelayTLS && !hasTLS:
		return "no TLS handshake with the relay was seen"
	case p != netcheck.PathRelayTLS && hasTLS:
		return "its relay was reached over TLS"
	}
	return ""
}

// looped tells of a stun path whose packets do not leave this computer: a NAT that loops back without changing the source
// lets the ends find each other at their own addresses. Where a mapped address is a local one, there is no NAT to pass.
func (a *attempt) looped(local, far netcheck.CandidatePair) *netcheck.Failure {
	if a.leg.Path != netcheck.PathSTUN {
		return nil
	}
	for i, pair := range []netcheck.CandidatePair{local, far} {
		if mapped := pair.Local.Address; !isLocal(a.nets[i], mapped.Addr()) && isLocal(a.nets[i], pair.Remote.Address.Addr()) {
			return noHairpin(mapped)
		}
	}
	return nil
}

// outside keeps such a pair from forming: behind a NAT, an end on the same computer is not to be met at a local address.
func (p *peer) outside(ip net.IP) bool {
	remote, _ := netip.AddrFromSlice(ip)
	c, ok := p.gathered.get()
	if !ok || !isLocal(p.net, remote.Unmap()) {
		return true
	}
	mapped, err := netip.ParseAddr(c.Address)
	return err == nil && isLocal(p.net, mapped)
}

// natBetween judges whether an address translator lies on the path. It is seen where one end's address differs from the one
// under which the other end sees it, or from the one that a server saw.
func (a *attempt) natBetween(local, far netcheck.CandidatePair) netcheck.Tri {
	if a.remote() {
		return natOnRemote(a.leg.Path, a.near.view(local), a.near.otherView(far))
	}
	switch a.leg.Path {
	case netcheck.PathDirect:
		return netcheck.TriOf(local.Remote.Address != far.Local.Address || far.Remote.Address != local.Local.Address)
	case netcheck.PathSTUN:
		return netcheck.TriOf(!isLocal(a.nets[0], local.Local.Address.Addr()) || !isLocal(a.nets[1], far.Local.Address.Addr()))
	}
	near, known1 := a.translated(0, a.near, local)
	other, known2 := a.translated(1, a.far, far)
	if near || other {
		return netcheck.Yes
	}
	if !known1 || !known2 {
		return netcheck.Unknown
	}
	return netcheck.No
}

// translated tells whether the relay sees an end under an address that is not its own. Through a proxy that is not known: the
// address is the proxy's then.
func (a *attempt) translated(end int, p *peer, pair netcheck.CandidatePair) (yes, known bool) {
	mapped := p.net.watch.mappedAddress()
	if !mapped.IsValid() || pair.Local.ViaProxy != "" {
		return false, false
	}
	return !isLocal(a.nets[end], mapped.Addr()), true
}

// proofNote says what the proof does not show.
func (a *attempt) proofNote(nat netcheck.Tri, viaProxy string) string {
	var notes []string
	if a.leg.Path == netcheck.PathSTUN && nat == netcheck.No {
		notes = append(notes, "The STUN server sees an address of this computer itself: no NAT lies between, "+
			"and the path is left out of comparisons.")
	}
	if a.leg.Path.Relay() && a.leg.Target == netcheck.TargetTURN {
		notes = append(notes, "Both ends use the relay, so every packet counts two legs to it.")
	}
	if a.leg.Path.Relay() && a.remote() {
		notes = append(notes, "This end alone uses the relay: packets go from here to the relay, and from there to the other computer.")
	}
	if a.leg.Path.Stream() {
		notes = append(notes, "The way to the relay is a TCP stream: loss on it appears as delay.")
	}
	if viaProxy != "" {
		notes = append(notes, "It leads through the HTTP proxy "+viaProxy+".")
	}
	return strings.Join(notes, " ")
}
