package rtc

import (
	"strings"

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

// candidateAllowed tells whether a candidate line, with or without "a=" before it, is of the wanted type. A peer may send
// anything, so what comes in is filtered as well as what goes out.
func candidateAllowed(line string, typ webrtc.ICECandidateType) bool {
	fields := strings.Fields(line)
	for i, f := range fields {
		if f == "typ" {
			return i+1 < len(fields) && fields[i+1] == typ.String()
		}
	}
	return false
}

// filterSDP drops the candidates of other types from a description.
func filterSDP(sdp string, typ webrtc.ICECandidateType) string {
	var out strings.Builder
	for line := range strings.Lines(sdp) {
		if !strings.HasPrefix(line, "a=candidate:") || candidateAllowed(line, typ) {
			out.WriteString(line)
		}
	}
	return out.String()
}
