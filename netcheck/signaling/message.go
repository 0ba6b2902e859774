package signaling

import (
	"net/netip"
	"time"

	"echopath/netcheck"
)

// Versions of the protocol between two ends that this program speaks. Fields are added within a version and unknown ones are
// ignored; the two ends use the highest version that both speak.
const (
	VersionMin = 1
	VersionMax = 1
)

// Bounds of messages, in bytes. They hold whoever sends: what comes from another end is input.
const (
	MaxFrame       = 64 << 10 // one frame on a wire, its envelope included
	MaxDescription = 24 << 10 // an SDP description
	MaxCandidate   = 512
	MaxMirror      = 32 << 10 // one part of a run's events, compressed
	MaxText        = 500
)

// Hello is what an end says about itself. It is shown to people and never decides anything but the version and features.
type Hello struct {
	Name       string   `json:"name"`        // of the computer, or one that the user gave; at most 64 bytes
	AppVersion string   `json:"app_version"` // at most 64 bytes
	OS         string   `json:"os"`          // at most 64 bytes
	Versions   [2]int   `json:"versions"`    // lowest and highest protocol version that it speaks
	Features   []string `json:"features,omitempty"`
}

// The features that an end may have beyond the loss probe.
const (
	FeatureVideo = "video" // it returns video
	FeatureCall  = "call"  // it can send pictures of its own: a two-way call
	FeatureView  = "view"  // it shows the run of the other end
)

// Message is one message between the two ends of a session. Exactly one body is set.
type Message struct {
	Welcome  *Welcome  `json:"welcome,omitempty"`
	Standing *Standing `json:"standing,omitempty"`
	Servers  *Servers  `json:"servers,omitempty"`
	Run      *Run      `json:"run,omitempty"`
	RunEnded *RunEnded `json:"run_ended,omitempty"`
	Leg      *Leg      `json:"leg,omitempty"`
	Signal   *Signal   `json:"signal,omitempty"`
	Mirror   *Mirror   `json:"mirror,omitempty"`
	Leave    *Leave    `json:"leave,omitempty"`
}

// Welcome tells a guest that it is in, and what the host offers and allows.
type Welcome struct {
	Servers  []Server       `json:"servers"`
	Limits   Limits         `json:"limits"`
	Observed netip.AddrPort `json:"observed"` // where the guest's signalling comes from, as the host sees it; zero if unknown
	HostNAT  bool           `json:"host_nat"` // the host knows that a NAT is before it
	View     bool           `json:"view"`     // somebody may look: the host wants the events of runs
	// HostMapping is how that NAT maps the ports of the host; "" if that is not known.
	HostMapping HostMapping `json:"host_mapping,omitempty"`
	// PeerPortMin and PeerPortMax are the UDP ports of the host's address at which its end of a leg receives, both included, as a firewall
	// before the host has to let them in; 0: not known, or any.
	PeerPortMin int `json:"peer_port_min,omitempty"`
	PeerPortMax int `json:"peer_port_max,omitempty"`
}

// HostMapping is how a NAT maps the ports of one address (RFC 4787, section 4.1). Others than those here may come of a newer end.
type HostMapping string

// The mappings that a host tells apart.
const (
	MappingIndependent HostMapping = "endpoint_independent" // the same whatever is sent to: those who come from elsewhere can be let in
	MappingDependent   HostMapping = "address_dependent"    // another for each address, and perhaps for each port of it
)

// Limits are what one run may ask of the host.
type Limits struct {
	PacketsPerSecond float64       `json:"packets_per_second"` // of all carriers together, one direction
	Kbps             float64       `json:"kbps"`
	Packets          int           `json:"packets"` // a carrier and path
	Duration         time.Duration `json:"duration_ns"`
}

// Server is a STUN or TURN server that the host offers, with credentials of this guest alone.
type Server struct {
	URL      string   `json:"url"` // RFC 7064, RFC 7065
	Username string   `json:"username,omitempty"`
	Password string   `json:"password,omitempty"`
	Pins     []string `json:"pins,omitempty"` // SHA-256 of the key of its certificate, hexadecimal
}

// Servers replaces what Welcome said: credentials have become new.
type Servers struct {
	Servers []Server `json:"servers"`
}

// StandingState is how a guest stands with its host.
type StandingState string

// The standings. A guest waits until the host lets it in, and a run waits in the queue until the host has room for it.
const (
	StandingWaiting  StandingState = "waiting"  // the host has not yet let the guest in
	StandingIn       StandingState = "in"       // it is in, and no run of it is under way
	StandingQueued   StandingState = "queued"   // its run waits for others to end
	StandingAdmitted StandingState = "admitted" // its run may begin
	StandingRefused  StandingState = "refused"  // its run is not taken: Text says why
)

// Standing tells a guest how it stands.
type Standing struct {
	State    StandingState `json:"state"`
	Run      string        `json:"run,omitempty"`      // ID of the run that it is about
	Position int           `json:"position,omitempty"` // in the queue, from 1
	Of       int           `json:"of,omitempty"`       // length of the queue
	Code     string        `json:"code,omitempty"`
	Text     string        `json:"text,omitempty"`
}

// Run asks the host to take part in a run, and says what it will cost.
type Run struct {
	ID               string        `json:"id"`
	Title            string        `json:"title,omitempty"`
	PacketsPerSecond float64       `json:"packets_per_second"` // most at one time, one direction
	Kbps             float64       `json:"kbps"`               // the same
	Packets          int           `json:"packets"`            // a carrier and path
	Duration         time.Duration `json:"duration_ns"`        // of the whole
	// Probing is how much of it the network probes take, with which a run begins and which need no leg; 0: it has none.
	Probing time.Duration `json:"probing_ns,omitempty"`
}

// RunEnded tells that a run has ended, or that the guest no longer wants it.
type RunEnded struct {
	ID string `json:"id"`
}

// Leg asks the other end to make its end of a leg.
type Leg struct {
	ID      uint32              `json:"id"` // chosen by the end that asks, counting up
	Path    netcheck.Path       `json:"path"`
	Family  netcheck.Family     `json:"family"`
	Rate    float64             `json:"rate"` // packets a second, a carrier
	Size    int                 `json:"size"` // bytes
	Video   *netcheck.VideoLoad `json:"video,omitempty"`
	Call    bool                `json:"call,omitempty"`    // the other end sends pictures of its own
	Servers []string            `json:"servers,omitempty"` // STUN servers that the asking end uses, as URLs; the other end may use them as well
	Timeout time.Duration       `json:"timeout_ns"`
}

// Signal is about one leg: exactly one of its fields beside Leg is set.
type Signal struct {
	Leg         uint32       `json:"leg"`
	Description *Description `json:"description,omitempty"`
	Candidate   string       `json:"candidate,omitempty"` // RFC 8839, section 5.1, without "a="
	Gathered    bool         `json:"gathered,omitempty"`  // no more candidates follow
	Confirm     *Confirm     `json:"confirm,omitempty"`
	Failure     *Failure     `json:"failure,omitempty"` // this end has none to offer, or gave up
	End         bool         `json:"end,omitempty"`     // the leg is over
}

// Description is a session description.
type Description struct {
	Type string `json:"type"` // offer or answer
	SDP  string `json:"sdp"`
}

// Confirm tells whose certificates a DTLS connection has really used. A leg carries no probe before both ends have found their
// own view in the other's.
type Confirm struct {
	Own   string `json:"own"`   // SHA-256 of the certificate that this end showed, hexadecimal
	Other string `json:"other"` // of the one that it saw
}

// Failure is a netcheck.Failure on its way to the other end.
type Failure struct {
	Code   netcheck.ReasonCode `json:"code"`
	Text   string              `json:"text"`
	Advice string              `json:"advice,omitempty"`
}

// Mirror is a part of a run's events for the other end.
type Mirror struct {
	Run  string `json:"run"`
	Part uint32 `json:"part"` // from 0, without holes
	Data []byte `json:"data"`
	Last bool   `json:"last,omitempty"`
}

// Leave tells that this end goes, or that the other one has to.
type Leave struct {
	Code string `json:"code"` // a Code
	Text string `json:"text,omitempty"`
}
