package natprobe

import (
	"fmt"

	"github.com/pion/stun/v3"

	"echopath/netcheck"
)

const sharedState = "Ask the server's administrators: its clock jumps, it was restarted, or requests reach several servers in turn without sharing their state."

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
	case stun.CodeUnknownAttribute:
		f.Text = fmt.Sprintf("%s does not know an attribute of the %s request (420): it is an old or a reduced TURN server.", server, no.method)
		f.Advice = "Use another TURN server, or ask the server's administrators for a newer one."
	case stun.CodeAllocMismatch:
		f.Text, f.Advice = s.mismatch()
	case stun.CodeStaleNonce:
		f.Text = fmt.Sprintf("%s finds its own fresh nonce stale (438).", server)
		f.Advice = sharedState
	case stun.CodeAddrFamilyNotSupported:
		f.Code, f.Text = netcheck.ReasonNoFamily, fmt.Sprintf("%s has no IPv%s relay (440).", server, s.family)
		f.Advice = "Test with the other IP version."
	case stun.CodePeerAddrFamilyMismatch:
		f.Code, f.Text = netcheck.ReasonPeerRefused, fmt.Sprintf("%s does not relay between IPv4 and IPv6 (443).", server)
		f.Advice = "Test with the other IP version at both ends."
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
		f.Text = fmt.Sprintf("%s answers the %s request with %s.", server, no.method, no.words())
		f.Advice = "Ask the server's administrators what it means; the server's log will tell more."
	}
	return f
}

// words are the code and what the server says of it.
func (r *refusal) words() string {
	if r.reason == "" {
		return fmt.Sprintf("error %d", int(r.code))
	}
	return fmt.Sprintf("error %d, %q", int(r.code), r.reason)
}

// mismatch says what 437 means: before there is a relay, that the server takes the port for another session's (two were tried); afterwards,
// that it has forgotten its own.
func (s *session) mismatch() (text, advice string) {
	if s.relayed.IsValid() {
		return fmt.Sprintf("%s has lost the relay that it had granted (437).", s.place()), sharedState
	}
	return fmt.Sprintf("%s says of two ports of this computer that it holds a session for each already (437).", s.place()),
		"Ask the server's administrators: it may not tell clients behind one address apart, or its clients' ports."
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
	if s.relayed.IsValid() {
		return s.changedCredentials(no)
	}
	expiry, limited := netcheck.Expiry(s.user)
	left := expiry.Sub(s.now())
	if limited && left <= 0 {
		return &netcheck.Failure{
			Code: netcheck.ReasonExpired, Text: fmt.Sprintf("%s does not accept the credential (error %d): it has expired %s ago.", s.place(), int(no.code), span(-left)),
			Advice: "Get a new user and password from where these came from; if they are new, this computer's clock is wrong.", Err: no,
		}
	}
	f := &netcheck.Failure{
		Code: netcheck.ReasonAuth, Text: fmt.Sprintf("%s does not accept user or password (error %d).", s.place(), int(no.code)),
		Advice: "Check user and password with the server's administrators.", Err: no,
	}
	if limited {
		f.Advice = fmt.Sprintf("The credential holds for another %s by this computer's clock: check that clock, the server's, and the secret that the credential was made from.", span(left))
	}
	return f
}

// changedCredentials says what it means when a server granted a relay and then refuses the user who has it. pion says 401 to ChannelBind
// for a peer that it does not relay to.
func (s *session) changedCredentials(no *refusal) error {
	f := &netcheck.Failure{Code: netcheck.ReasonAuth, Err: no}
	if no.method == stun.MethodChannelBind && no.code == stun.CodeUnauthorized {
		f.Code, f.Text = netcheck.ReasonPeerRefused, fmt.Sprintf("%s grants a relay and refuses a channel to the other end (401): it may not relay to that address.", s.place())
		f.Advice = "Ask the server's administrators which addresses it relays to."
		return f
	}
	f.Text = fmt.Sprintf("%s grants a relay and then refuses the %s request of the same user (error %d): the credentials changed or expired meanwhile.", s.place(), no.method, int(no.code))
	f.Advice = "Ask the server's administrators how long credentials hold, and whether requests reach several servers in turn."
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
