package netcheck

import (
	"context"
	"net/netip"
	"time"
)

// Leg is one path to one target, ready to be connected.
type Leg struct {
	Target    TargetKind
	Path      Path
	Family    Family      // 4 or 6, never auto
	Interface string      // name or address; "" leaves the choice to the system
	Servers   []ICEServer // those that serve this path, in the user's order; the first that works is used at both ends
	Far       FarEnd
	Load      Load
	Video     *VideoLoad    // nil: the link needs no media
	Timeout   time.Duration // for the whole of Connect
}

// FarEnd tells where the far end is.
type FarEnd string

// The far ends.
const (
	FarInProcess FarEnd = "in_process"
	FarRemote    FarEnd = "remote" // another Echopath, which makes its end of the leg when it is asked to
)

// Load is what the probes on a leg will offer, for sizing buffers and windows before the link exists.
type Load struct {
	PacketsPerSecond float64 // a carrier
	PacketSize       int     // bytes
}

// Connector makes links. Connect ends within leg.Timeout, reports its steps through trace, and returns a *Failure whenever a
// user could act on what went wrong. It has no goroutine or socket left when it returns an error.
type Connector interface {
	Connect(ctx context.Context, leg Leg, trace func(Event)) (Link, error)
}

// Link is an established, proved connection to the far end. Several probes may share one. Close is idempotent and waits for
// the link's goroutines, at both ends when both are in this process.
type Link interface {
	Control() MessageConn
	// Datagrams gives the carrier's datagrams, or nil if the link does not have that carrier.
	Datagrams(Carrier) DatagramConn
	// Media gives the video streams, or nil if the leg did not ask for them.
	Media() MediaConn
	// Pairs gives the selected pair as each end reports its own.
	Pairs(ctx context.Context) (local, far CandidatePair, err error)
	Counters() PairCounters
	Close() error
}

// MessageConn carries whole messages, reliably and in order.
type MessageConn interface {
	// Send returns when the message is queued; it may wait while too much is queued already. At most MaxMessage bytes.
	Send(ctx context.Context, msg []byte) error
	// Receive waits for the next message. io.EOF tells that the far end closed.
	Receive(ctx context.Context) ([]byte, error)
}

// MaxMessage is the largest control message in bytes.
const MaxMessage = 32 << 10

// DatagramConn carries datagrams that may be lost, repeated or reordered. One goroutine may send while another receives.
type DatagramConn interface {
	// Send hands over one datagram and never waits for the network.
	Send(b []byte) error
	// Receive waits for the next datagram and copies it into b. os.ErrDeadlineExceeded tells that the deadline passed.
	Receive(b []byte) (int, error)
	// SetReceiveDeadline ends a waiting Receive at t, and every later one, until it is set anew; zero means never.
	SetReceiveDeadline(t time.Time) error
	// Queued is the number of bytes handed over and not yet on the wire, as far as the carrier knows.
	Queued() int
}

// CandidatePair is the pair of transport addresses that an end has selected (RFC 8445).
type CandidatePair struct {
	Local  Candidate `json:"local"`
	Remote Candidate `json:"remote"`
}

// Candidate is one end of a pair.
type Candidate struct {
	Type          string         `json:"type"` // host, srflx, prflx, relay
	Address       netip.AddrPort `json:"address"`
	Protocol      string         `json:"protocol"`                 // udp or tcp, between the candidates themselves
	RelayProtocol string         `json:"relay_protocol,omitempty"` // udp, tcp or tls, between a client and its TURN server
	Server        string         `json:"server,omitempty"`         // URL of the STUN or TURN server that gave a local candidate
	TLS           *TLSEvidence   `json:"tls,omitempty"`
	ViaProxy      string         `json:"via_proxy,omitempty"` // host:port of the HTTP proxy on the way to the server
}

// TLSEvidence is what a TLS handshake on the way to a server showed.
type TLSEvidence struct {
	Version    string `json:"version"`
	ServerName string `json:"server_name,omitempty"`
	SPKISHA256 string `json:"spki_sha256"` // hex, of the server's public key
	VerifiedBy string `json:"verified_by"` // system, ca_file or pin
	Issuer     string `json:"issuer,omitempty"`
	ALPN       string `json:"alpn,omitempty"`
}

// PairCounters count packets on the selected pair since it was selected: DTLS, SCTP and SRTP, but not the checks of STUN.
// Drops counts datagrams that this end's kernel threw away because a socket's buffer was full; DropsKnown tells whether the
// system says so at all.
type PairCounters struct {
	PacketsSent     uint64 `json:"packets_sent"`
	PacketsReceived uint64 `json:"packets_received"`
	BytesSent       uint64 `json:"bytes_sent"`
	BytesReceived   uint64 `json:"bytes_received"`
	Drops           uint64 `json:"socket_drops"`
	DropsKnown      bool   `json:"socket_drops_known"`
}

// Summary is what a probe found: a *LossSummary, a *VideoSummary or a *CallSummary.
type Summary interface{ summary() }

// The names of the probes.
const (
	ProbeLoss  = "loss"
	ProbeVideo = "video"
	ProbeCall  = "call"
)

// Probe is one measuring procedure on a link. An error means that it could not measure at all; whatever it measured before
// ctx ended is in the summary.
type Probe interface {
	// Name is ProbeLoss, ProbeVideo or ProbeCall.
	Name() string
	Run(ctx context.Context, l Link, emit func(Event)) (Summary, error)
}
