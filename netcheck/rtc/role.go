package rtc

import (
	"slices"

	"github.com/pion/webrtc/v4"

	"echopath/netcheck"
)

// kinds are types of candidates.
type kinds []webrtc.ICECandidateType

func (k kinds) has(t webrtc.ICECandidateType) bool { return slices.Contains(k, t) }

// role is what an end of a leg offers to the other one and takes from it.
type role struct {
	offers bool // it makes the offer, and is the controlling end (RFC 8445, section 6.1.1)
	remote bool // the other end is another computer
	gives  kinds
	takes  kinds
	policy webrtc.ICETransportPolicy
}

// both ends of a leg within this process offer the one type that the path wants.
func inProcess(p netcheck.Path, near bool) role {
	one := kinds{wanted(p)}
	return role{offers: near, gives: one, takes: one, policy: policy(p)}
}

// nearRole is this end's part of a leg to another computer: on a relay path this end alone relays.
func nearRole(p netcheck.Path) role {
	r := role{offers: true, remote: true, gives: kinds{wanted(p)}, policy: policy(p)}
	switch {
	case p == netcheck.PathDirect:
		r.takes = kinds{webrtc.ICECandidateTypeHost}
	default:
		r.takes = kinds{webrtc.ICECandidateTypeHost, webrtc.ICECandidateTypeSrflx}
	}
	return r
}

// farRole is the part of the end that was asked. Reflexive tells that it can learn its mapped address, from a STUN server.
// Types that are not to be used must not even be gathered: checks are sent from every candidate that there is, signalled or not.
func farRole(p netcheck.Path, reflexive bool) role {
	r := role{remote: true, takes: kinds{wanted(p)}, policy: webrtc.ICETransportPolicyAll}
	switch {
	case p == netcheck.PathDirect || !reflexive:
		r.gives = kinds{webrtc.ICECandidateTypeHost}
	case p == netcheck.PathSTUN:
		r.gives, r.policy = kinds{webrtc.ICECandidateTypeSrflx}, webrtc.ICETransportPolicyNoHost
	default:
		r.gives = kinds{webrtc.ICECandidateTypeHost, webrtc.ICECandidateTypeSrflx}
	}
	return r
}

// hosts tells whether the end gathers host candidates.
func (r role) hosts() bool { return r.gives.has(webrtc.ICECandidateTypeHost) }
