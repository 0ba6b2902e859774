package rtc

import (
	"github.com/pion/webrtc/v4"

	"echopath/netcheck"
)

// wanted is the one type of candidate that both ends of a path offer.
func wanted(p netcheck.Path) webrtc.ICECandidateType {
	switch p {
	case netcheck.PathDirect:
		return webrtc.ICECandidateTypeHost
	case netcheck.PathSTUN:
		return webrtc.ICECandidateTypeSrflx
	}
	return webrtc.ICECandidateTypeRelay
}

// policy is the transport policy of a path. pion knows none for host candidates alone; a direct path has no servers instead.
func policy(p netcheck.Path) webrtc.ICETransportPolicy {
	switch p {
	case netcheck.PathDirect:
		return webrtc.ICETransportPolicyAll
	case netcheck.PathSTUN:
		return webrtc.ICETransportPolicyNoHost
	}
	return webrtc.ICETransportPolicyRelay
}
