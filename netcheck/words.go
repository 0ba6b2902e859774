package netcheck

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Path is the way that packets are forced to take.
type Path string

// The paths, with the names used in code, terminal, CSV and JSON.
const (
	PathUnknown  Path = ""
	PathDirect   Path = "direct"    // host candidates at both ends
	PathSTUN     Path = "stun"      // server-reflexive candidates only
	PathRelayUDP Path = "relay-udp" // TURN, client leg over UDP
	PathRelayTCP Path = "relay-tcp" // TURN, client leg over TCP
	PathRelayTLS Path = "relay-tls" // TURN, client leg over TLS over TCP
)

// AllPaths lists every path in the order in which a session runs them: the order in which a call would prefer them.
func AllPaths() []Path {
	return []Path{PathDirect, PathSTUN, PathRelayUDP, PathRelayTCP, PathRelayTLS}
}

// Relay tells whether the path goes through a TURN server.
func (p Path) Relay() bool {
	return p == PathRelayUDP || p == PathRelayTCP || p == PathRelayTLS
}

// Stream tells whether the path has a leg over TCP, where loss shows as delay.
func (p Path) Stream() bool { return p == PathRelayTCP || p == PathRelayTLS }

// Title is the path's name as shown to people.
func (p Path) Title() string {
	switch p {
	case PathDirect:
		return "Direct"
	case PathSTUN:
		return "STUN"
	case PathRelayUDP:
		return "Relay UDP"
	case PathRelayTCP:
		return "Relay TCP"
	case PathRelayTLS:
		return "Relay TLS"
	}
	return "Unknown path"
}

// ParsePaths reads a comma-separated list of path names; "all" stands for every path. The result is in running order and
// without repetitions. The error names the word that is wrong and the ones that would be right.
func ParsePaths(list string) ([]Path, error) {
	asked := map[Path]bool{}
	for word := range strings.SplitSeq(list, ",") {
		word = strings.ToLower(strings.TrimSpace(word))
		switch {
		case word == "all":
			return AllPaths(), nil
		case !knownPath(Path(word)):
			return nil, fmt.Errorf("%q is not a path: use direct, stun, relay-udp, relay-tcp, relay-tls or all", word)
		}
		asked[Path(word)] = true
	}
	var out []Path
	for _, p := range AllPaths() {
		if asked[p] {
			out = append(out, p)
		}
	}
	return out, nil
}

func knownPath(p Path) bool {
	for _, k := range AllPaths() {
		if p == k {
			return true
		}
	}
	return false
}

// Carrier is what carries probe datagrams on a link.
type Carrier string

// The carriers. The data channel turns reordering into loss, because its sender abandons every chunk at once and the
// receiver then discards what is still under way; SRTP sees the network as it is. Both are measured, side by side.
const (
	CarrierUnknown     Carrier = ""
	CarrierDataChannel Carrier = "datachannel" // unordered, no retransmission (RFC 8831, 8832)
	CarrierSRTP        Carrier = "srtp"        // RTP payloads without feedback or repair (RFC 3550, 3711)
)

// AllCarriers lists both carriers in the order in which they are shown.
func AllCarriers() []Carrier { return []Carrier{CarrierDataChannel, CarrierSRTP} }

// Title is the carrier's name as shown to people.
func (c Carrier) Title() string {
	switch c {
	case CarrierDataChannel:
		return "data channel"
	case CarrierSRTP:
		return "SRTP"
	}
	return "unknown carrier"
}

// Family is the version of IP.
type Family string

// The address families. Auto is resolved to one family for all paths before the first path starts, where that is possible.
const (
	FamilyAuto Family = "auto"
	Family4    Family = "4"
	Family6    Family = "6"
)

// ParseFamily reads auto, 4 or 6.
func ParseFamily(s string) (Family, error) {
	switch f := Family(strings.ToLower(strings.TrimSpace(s))); f {
	case FamilyAuto, Family4, Family6:
		return f, nil
	}
	return "", fmt.Errorf("%q is not an address family: use auto, 4 or 6", s)
}

// TargetKind tells who the other end is.
type TargetKind string

// The targets.
const (
	TargetUnknown TargetKind = ""
	TargetSelf    TargetKind = "self"   // this computer, loopback only
	TargetTURN    TargetKind = "turn"   // the user's own servers; the far end is in this process
	TargetInvite  TargetKind = "invite" // another Echopath, found by an invite
)

// Direction tells what the two directions of a result mean.
type Direction string

// Both ends in one process send every packet over the same line both ways ("out" and "back"); with a second machine the two
// directions are those of the network.
const (
	DirectionLoop   Direction = "loop"
	DirectionUpDown Direction = "up_down"
)

// State is how a path ended.
type State string

// The states of a path.
const (
	StateUnknown       State = ""
	StateOK            State = "ok"
	StateFailed        State = "failed"         // something answered, and wrongly
	StateBlocked       State = "blocked"        // nothing answered, or the network refused
	StateNotApplicable State = "not_applicable" // can not exist here; says nothing of the network
	StateInconclusive  State = "inconclusive"   // measured, but the measurement is in doubt
	StateSaturated     State = "saturated"      // this computer or the link could not carry the asked rate
	StateInterrupted   State = "interrupted"    // stopped by the user half-way
	StateNotRun        State = "not_run"        // never started
)

// Measured tells whether a path in this state carries figures.
func (s State) Measured() bool {
	return s == StateOK || s == StateInconclusive || s == StateSaturated || s == StateInterrupted
}

// Grade is a judgement.
type Grade string

// The grades, from best to worst; Inconclusive is outside that order.
const (
	GradeUnknown      Grade = ""
	GradeGood         Grade = "good"
	GradeFair         Grade = "fair"
	GradePoor         Grade = "poor"
	GradeFailed       Grade = "failed"
	GradeInconclusive Grade = "inconclusive"
)

// Ended is how a session ended.
type Ended string

// The ends of a session.
const (
	EndedUnknown   Ended = ""
	EndedComplete  Ended = "complete"
	EndedCancelled Ended = "cancelled" // stopped by the user
	EndedError     Ended = "error"     // the session with the other computer was over before all paths were measured
)

// Tri is a fact that may not have been measured. The zero value is Unknown: "not measured" is never "no".
type Tri string

// The three values.
const (
	Unknown Tri = ""
	Yes     Tri = "yes"
	No      Tri = "no"
)

// TriOf turns a measured fact into a Tri.
func TriOf(b bool) Tri {
	if b {
		return Yes
	}
	return No
}

// Secret is a password or key. It prints and marshals as a placeholder, so it can not slip into a log, a report or a message;
// Reveal gives the text to the one place that needs it.
type Secret string

const hidden = "[hidden]"

// String hides the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// Format hides the secret from every verb. Without it fmt falls back to the bare text for a verb that does not fit, such as %d.
func (s Secret) Format(f fmt.State, verb rune) {
	text := s.String()
	if verb == 'q' || verb == 'v' && f.Flag('#') {
		text = strconv.Quote(text)
	}
	_, _ = io.WriteString(f, text) // fmt keeps what it is given
}

// MarshalText hides the secret from JSON and from every other encoder.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Reveal returns the text.
func (s Secret) Reveal() string { return string(s) }

// UnmarshalText takes a secret, but not the placeholder: what was hidden when it was written is not known when it is read.
func (s *Secret) UnmarshalText(b []byte) error {
	*s = Secret(b)
	if *s == hidden {
		*s = ""
	}
	return nil
}
