package natprobe

import (
	"fmt"

	"github.com/pion/stun/v3"

	"echopath/netcheck"
)

// refused says what an error code means (RFC 8489, section 14.8, and RFC 8656, section 19).
func (s *session) refused(no *refusal) error {
	if s.rejectsCredentials(no) {
		return s.credentialFailure(no)
	}
	f := &netcheck.Failure{Code: netcheck.ReasonServerError, Err: no}
	server := s.place()
	switch no.code {
	case stun.CodeTryAlternate:
		f.Text = fmt.Sprintf("%s refers to another server%s.", server, alternate(no.answer))
		f.Advice = "Use that server's address."
	case stun.CodeForbidden:
		f.Text = fmt.Sprintf("%s forbids the %s request to this user or from this network (403).", server, no.method)
		f.Advice = "Ask the server's administrators what they allow."
	case stun.CodeAllocMismatch:
		f.Text = fmt.Sprintf("%s holds a stale session for this port (437).", server)
		f.Advice = "Try again: every attempt uses a new port."
	case stun.CodeStaleNonce:
		f.Text = fmt.Sprintf("%s finds its own fresh nonce stale (438).", server)
		f.Advice = "Ask the server's administrators: its clock jumps, or requests reach several servers in turn without sharing their state."
	case stun.CodeAddrFamilyNotSupported:
		f.Code, f.Text = netcheck.ReasonNoFamily, fmt.Sprintf("%s has no IPv%s relay (440).", server, s.leg.Family)
		f.Advice = "Test with the other IP version."
	case stun.CodeUnsupportedTransProto:
		f.Text = fmt.Sprintf("%s does not relay UDP (442).", server)
		f.Advice = "Ask the server's administrators to allow UDP relaying."
	case stun.CodeAllocQuotaReached:
		f.Code, f.Text = netcheck.ReasonQuota, fmt.Sprintf("%s has too many sessions of this user (486).", server)
		f.Advice = "End other calls and tests of this user, wait ten minutes for forgotten ones, or ask for a higher quota; a test needs two."
	case stun.CodeInsufficientCapacity:
		f.Code, f.Text = netcheck.ReasonNoCapacity, fmt.Sprintf("%s has no relay port left (508).", server)
		f.Advice = "Ask the server's administrators to check its range of relay ports and its load."
	default:
		f.Text = fmt.Sprintf("%s answers the %s request with error %d.", server, no.method, int(no.code))
		if no.reason != "" {
			f.Text = fmt.Sprintf("%s answers the %s request with error %d, %q.", server, no.method, int(no.code), no.reason)
		}
		f.Advice = "Ask the server's administrators what it means; the server's log will tell more."
	}
	return f
}

// rejectsCredentials tells whether a code says that user or password are wrong. Before the challenge none does. After it,
// coturn says 401 as the RFC asks and pion 4.1 and 5.1.1 say 400; 441 tells of credentials that are not the allocation's.
func (s *session) rejectsCredentials(no *refusal) bool {
	if s.key == nil {
		return false
	}
	switch no.code {
	case stun.CodeUnauthorized, stun.CodeBadRequest, stun.CodeWrongCredentials:
		return true
	}
	return false
}

func (s *session) credentialFailure(no *refusal) error {
	expiry, limited := netcheck.Expiry(s.user)
	left := expiry.Sub(s.now())
	if limited && left <= 0 {
		return &netcheck.Failure{
			Code: netcheck.ReasonExpired, Text: fmt.Sprintf("%s does not accept the credential: it has expired %s ago.", s.place(), span(-left)),
			Advice: "Get a new user and password from where these came from; if they are new, this computer's clock is wrong.", Err: no,
		}
	}
	f := &netcheck.Failure{
		Code: netcheck.ReasonAuth, Text: fmt.Sprintf("%s does not accept user or password.", s.place()),
		Advice: "Check user and password with the server's administrators.", Err: no,
	}
	if limited {
		f.Advice = fmt.Sprintf("The credential holds for another %s by this computer's clock: check that clock, the server's, and the secret that the credential was made from.", span(left))
	}
	return f
}

// alternate names the server that a 300 answer refers to.
func alternate(answer *stun.Message) string {
	var a stun.AlternateServer
	if a.GetFrom(answer) != nil {
		return ""
	}
	return fmt.Sprintf(", %s:%d", a.IP, a.Port)
}
