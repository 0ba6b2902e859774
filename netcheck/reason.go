package netcheck

import (
	"errors"
	"fmt"
)

// ReasonCode names why a path ended as it did. Codes are stable: files and other programs read them.
type ReasonCode string

// The reason codes.
const (
	ReasonNone ReasonCode = ""

	// Not applicable: the path can not exist here.
	ReasonNoServer    ReasonCode = "no_server"    // no server of that kind in the plan
	ReasonSameMachine ReasonCode = "same_machine" // both ends are on this computer, so the path would never leave it
	ReasonNoHairpin   ReasonCode = "no_hairpin"   // STUN answers, but the NAT does not loop packets back
	ReasonNoFamily    ReasonCode = "no_family"    // no address of the asked family

	// Blocked: silence or refusal by the network.
	ReasonNameNotFound ReasonCode = "name_not_found"
	ReasonNameTimeout  ReasonCode = "name_timeout"
	ReasonNoAnswer     ReasonCode = "no_answer"
	ReasonRefused      ReasonCode = "refused"
	ReasonUnreachable  ReasonCode = "unreachable"
	ReasonProxyRefused ReasonCode = "proxy_refused"
	ReasonProxyAuth    ReasonCode = "proxy_auth"
	ReasonNoPair       ReasonCode = "no_pair" // candidates at both ends, but no pair of them passed packets

	// Failed: something answered, and said no or something wrong.
	ReasonAuth         ReasonCode = "auth_rejected"
	ReasonExpired      ReasonCode = "credential_expired"
	ReasonTLSUntrusted ReasonCode = "tls_untrusted"
	ReasonTLSName      ReasonCode = "tls_name"
	ReasonTLSDate      ReasonCode = "tls_out_of_date" // a certificate has expired, or is not valid yet, by this computer's clock
	ReasonTLSPin       ReasonCode = "tls_pin"
	ReasonTLSFailed    ReasonCode = "tls_failed"
	ReasonPeerRefused  ReasonCode = "peer_refused" // the relay may not send to the other end (403)
	ReasonQuota        ReasonCode = "quota"        // 486
	ReasonNoCapacity   ReasonCode = "no_capacity"  // 508
	ReasonServerError  ReasonCode = "server_error" // any other STUN error code
	ReasonNotSTUN      ReasonCode = "not_stun"     // something answered that is no STUN server
	ReasonDTLS         ReasonCode = "dtls_failed"
	ReasonNoProof      ReasonCode = "no_proof" // connected, but not provably by the asked path
	ReasonLinkLost     ReasonCode = "link_lost"
	ReasonFarRefused   ReasonCode = "far_refused"   // the far end did not accept the test order
	ReasonInvite       ReasonCode = "invite"        // it can not be used: mistyped, expired, used up
	ReasonHostRefused  ReasonCode = "host_refused"  // the host did not let this end in, or removed it
	ReasonHostGone     ReasonCode = "host_gone"     // the session with the host ended
	ReasonOtherVersion ReasonCode = "other_version" // the two programs have no version of the protocol in common
	ReasonImpostor     ReasonCode = "impostor"      // the other end is not the one that the invite is of: something on the way took its place
	ReasonOwnLink      ReasonCode = "own_link_down" // the session with the host ended because this computer's own connection is down
	ReasonLocal        ReasonCode = "local_error"   // this computer could not open a socket or use the interface

	// Measured, but in doubt.
	ReasonNoData        ReasonCode = "no_data"
	ReasonBusy          ReasonCode = "computer_busy"
	ReasonSenderLimit   ReasonCode = "sender_limited"
	ReasonReflectorBusy ReasonCode = "reflector_limited"
	ReasonSocketDrops   ReasonCode = "socket_drops"
	ReasonLogMissing    ReasonCode = "log_missing"
	ReasonCancelled     ReasonCode = "cancelled"
	ReasonEnough        ReasonCode = "enough" // not run: as many paths as were wanted had been measured
)

// State is the state of a path that ended for this reason.
func (c ReasonCode) State() State {
	switch c {
	case ReasonNone:
		return StateOK
	case ReasonNoServer, ReasonSameMachine, ReasonNoHairpin, ReasonNoFamily:
		return StateNotApplicable
	case ReasonNameNotFound, ReasonNameTimeout, ReasonNoAnswer, ReasonRefused, ReasonUnreachable, ReasonProxyRefused,
		ReasonProxyAuth, ReasonNoPair:
		return StateBlocked
	case ReasonNoData, ReasonBusy, ReasonLogMissing:
		return StateInconclusive
	case ReasonSenderLimit, ReasonReflectorBusy, ReasonSocketDrops:
		return StateSaturated
	case ReasonCancelled:
		return StateInterrupted
	case ReasonEnough:
		return StateNotRun
	}
	return StateFailed
}

// Failure is an error that a user can act on: what happened, where, and what to do. Text and Advice are whole sentences in
// plain words; Err is the technical cause and may be nil.
type Failure struct {
	Code   ReasonCode
	Server string // URL of the server it is about, "" if none
	Text   string
	Advice string
	Err    error
}

// Error gives the sentence and the cause.
func (f *Failure) Error() string {
	if f.Err == nil {
		return f.Text
	}
	return fmt.Sprintf("%s (%v)", f.Text, f.Err)
}

// Unwrap gives the cause.
func (f *Failure) Unwrap() error { return f.Err }

// AsFailure finds the Failure in err, or wraps err as one of code.
func AsFailure(err error, code ReasonCode) *Failure {
	var f *Failure
	if errors.As(err, &f) {
		return f
	}
	return &Failure{Code: code, Text: err.Error(), Err: nil}
}

// MoreTelling is the failure that says more, of several attempts at one thing: an answer says more than a refusal, and that more than
// silence. Either may be nil.
func MoreTelling(a, b *Failure) *Failure {
	if a == nil || b != nil && b.Code.telling() > a.Code.telling() {
		return b
	}
	return a
}

func (c ReasonCode) telling() int {
	switch c {
	case ReasonCancelled, ReasonNone:
		return 0
	case ReasonNoServer, ReasonNoFamily, ReasonNameTimeout, ReasonNameNotFound, ReasonInvite:
		return 1
	case ReasonLocal, ReasonUnreachable:
		return 2
	case ReasonNoAnswer:
		return 3
	case ReasonNoPair, ReasonRefused, ReasonProxyAuth, ReasonProxyRefused, ReasonLinkLost:
		return 4
	case ReasonTLSFailed, ReasonOtherVersion:
		return 5
	case ReasonTLSPin: // also at an address that another computer has where this one is: a refusal of the other end's own says more
		return 6
	}
	return 7
}
