package rtc

import (
	"github.com/pion/webrtc/v4"

	"echopath/netcheck"
)

// view is what one end knows of a pair.
type view struct {
	pair netcheck.CandidatePair
	own  netcheck.Tri // whether the address that a server sees this end at is one of its own
}

// view is this end's own.
func (p *peer) view(pair netcheck.CandidatePair) view { return view{pair: pair, own: p.ownAddress()} }

// otherView is the other end's, as it told it last.
func (p *peer) otherView(pair netcheck.CandidatePair) view {
	return view{pair: pair, own: p.talk.farOwn()}
}

// ownAddress tells whether no address translator lies before this end, as far as a server or a setting says so.
func (p *peer) ownAddress() netcheck.Tri {
	if mapped := p.net.watch.mappedAddress(); mapped.IsValid() {
		if p.dial != nil && p.dial.proxied() {
			return netcheck.Unknown // the address is the proxy's
		}
		return netcheck.TriOf(isLocal(p.net, mapped.Addr()))
	}
	if p.public.IsValid() {
		return netcheck.TriOf(isLocal(p.net, p.public))
	}
	if pair, err := p.pair(); err == nil && pair.Local.Type == webrtc.ICECandidateTypeSrflx.String() {
		return netcheck.TriOf(isLocal(p.net, pair.Local.Address.Addr()))
	}
	return netcheck.Unknown // a host candidate: whether it is changed on the way shows when the two ends compare
}

// proveRemote tells what is missing for the pairs of two computers to prove the path, or nil. Near is the end that asked. The far
// end relays on no path. A host candidate of its own stands for a reflexive one where no translator changes it on the way.
func proveRemote(p netcheck.Path, near, far view) *netcheck.Failure {
	if missing := lacks(p, near.pair.Local); missing != "" {
		return unproved("the end that asked for the path", missing)
	}
	other := far.pair.Local
	unchanged := near.pair.Remote.Address == other.Address
	ok := false
	switch other.Type {
	case "host":
		ok = p != netcheck.PathSTUN || unchanged
	case "srflx":
		ok = p != netcheck.PathDirect
	}
	switch {
	case !ok:
		return unproved("the end that was asked", "its candidate is of type "+other.Type)
	case other.RelayProtocol != "" || other.TLS != nil:
		return unproved("the end that was asked", "it uses a relay")
	}
	return nil
}

// natOnRemote judges whether an address translator lies on the way between two computers.
func natOnRemote(p netcheck.Path, near, far view) netcheck.Tri {
	farMoved := far.own == netcheck.No || near.pair.Remote.Address != far.pair.Local.Address
	if p.Relay() { // the relay sees the far end at near's remote address; what it sees near at, it told in its answer
		switch {
		case near.own == netcheck.No || farMoved:
			return netcheck.Yes
		case near.own == netcheck.Unknown:
			return netcheck.Unknown
		}
		return netcheck.No
	}
	nearMoved := near.own == netcheck.No || far.pair.Remote.Address != near.pair.Local.Address
	return netcheck.TriOf(nearMoved || farMoved)
}

// stayedInside tells of a stun path that passed no address translator although there is one: the other end is on the same side of it,
// and sees this one at its own address. Seen is the other end's pair.
func (p *peer) stayedInside(path netcheck.Path, own view, seen netcheck.CandidatePair) *netcheck.Failure {
	if path != netcheck.PathSTUN || own.own != netcheck.No || !isLocal(p.net, seen.Remote.Address.Addr()) {
		return nil
	}
	return &netcheck.Failure{Code: netcheck.ReasonNoHairpin,
		Text: "Both computers are behind the same address translator and reach each other without it, so the path that STUN finds " +
			"can not be used between them.",
		Advice: "This says nothing bad about the network; the direct path measures the way that a call would take."}
}
