package netcheck

import (
	"time"

	"echopath/netcheck/stats"
)

// Event is one step of a session. Run stamps Seq and At; whoever makes an event fills in Path (empty for the session as a
// whole) and Body.
type Event struct {
	Seq  uint64        // from 1, without holes
	At   time.Duration // since the session's start
	Path Path
	Body Body
}

// Body is what happened. The types that implement it are listed in bodyTypes; each has a name of its own in stored events.
type Body interface{ eventType() string }

// SessionStarted is the first event of every session.
type SessionStarted struct {
	ID         string    `json:"id"`
	Started    time.Time `json:"started"` // wall clock
	AppVersion string    `json:"app_version"`
	OS         string    `json:"os"`
	Plan       Plan      `json:"plan"`
	Granted    Plan      `json:"granted"`
	Other      *OtherEnd `json:"other,omitempty"` // nil: both ends are in this process
}

// OtherEnd is the second computer of a session, as it says itself; none of it is proved but that it knows the invite.
type OtherEnd struct {
	Name       string `json:"name"`
	AppVersion string `json:"app_version"`
	OS         string `json:"os"`
	Way        string `json:"way"`                // how signalling travels: websocket, sse or paste
	Address    string `json:"address,omitempty"`  // under which its signalling was reached, host:port
	Host       bool   `json:"host"`               // it is the host, and this end its guest
	Observed   string `json:"observed,omitempty"` // under which it sees this end's signalling, host:port
	// PeerPorts are the UDP ports at which it receives the packets of straight ways, as "low-high", both included; "" if that is not known.
	// What is no such range of ports from 1 to 65535 is left out of a report.
	PeerPorts string `json:"peer_ports,omitempty"`
}

// PathStarted tells that the engine has turned to a path.
type PathStarted struct {
	Family    Family   `json:"family"`
	Interface string   `json:"interface,omitempty"`
	Servers   []string `json:"servers,omitempty"` // URLs, in the order in which they are tried
}

// StepName names a step of connecting.
type StepName string

// The steps of connecting.
const (
	StepResolve   StepName = "resolve"    // a server's name was looked up
	StepDial      StepName = "dial"       // a TCP connection to a server or proxy
	StepProxy     StepName = "proxy"      // HTTP CONNECT through a proxy
	StepTLS       StepName = "tls"        // a TLS handshake with a server
	StepGather    StepName = "gather"     // the wanted candidate was gathered
	StepCheck     StepName = "check"      // a pair of candidates was selected
	StepOpen      StepName = "open"       // DTLS and the carriers are up
	StepProve     StepName = "prove"      // both ends' pairs were compared with the path
	StepDiagnose  StepName = "diagnose"   // a server was asked step by step why it did not serve
	StepNextTried StepName = "next_tried" // the next server of the path is tried
)

// StepDone is a step on the way to a link.
type StepDone struct {
	Name   StepName      `json:"name"`
	End    string        `json:"end,omitempty"` // local or far
	Server string        `json:"server,omitempty"`
	OK     bool          `json:"ok"`
	Took   time.Duration `json:"took_ns"`
	Detail string        `json:"detail,omitempty"` // plain words: an address, a code, an error
	TLS    *TLSEvidence  `json:"tls,omitempty"`
}

// PathConnected tells that a link is up and proved.
type PathConnected struct {
	Connect    time.Duration `json:"connect_ns"` // from the start of connecting until the carriers were open at both ends
	Local      CandidatePair `json:"local"`
	Far        CandidatePair `json:"far"`
	NATBetween Tri           `json:"nat_between,omitempty"`
	Interface  string        `json:"interface,omitempty"`
	VPN        Tri           `json:"vpn,omitempty"`
	Direction  Direction     `json:"direction"`
	Note       string        `json:"note,omitempty"` // what this proof does not show, in words
}

// ProbeStarted tells that a probe has begun to measure.
type ProbeStarted struct {
	Probe    string        `json:"probe"`
	Duration time.Duration `json:"duration_ns"` // expected, warm-up included
	Packets  int           `json:"packets"`     // measured ones, a carrier
}

// SampleTaken is the newest view of one window of 100 ms: a later one with the same carrier and index replaces it.
type SampleTaken struct {
	Sample Sample `json:"sample"`
}

// Sample is one window of SampleWidth, keyed by the time at which its packets were sent. Counts that are still open when the
// sample is taken (sent, neither answered nor lost) may change in a later view of it.
type Sample struct {
	Carrier     Carrier       `json:"carrier"`
	Index       int           `json:"index"` // the window begins Index*SampleWidth after the measured part began
	At          time.Duration `json:"at_ns"` // begin of the window since the session's start
	Sent        int           `json:"sent"`
	Answered    int           `json:"answered"`
	LostUp      int           `json:"lost_up"`
	LostDown    int           `json:"lost_down"`
	LostUnknown int           `json:"lost_unknown"`
	Late        int           `json:"late"`
	Skipped     int           `json:"skipped"`
	RTTMin      time.Duration `json:"rtt_min_ns"` // of the answered ones; meaningless if there are none
	RTTMean     time.Duration `json:"rtt_mean_ns"`
	RTTMax      time.Duration `json:"rtt_max_ns"`
	BytesOut    int           `json:"bytes_out"` // datagram bytes sent
	BytesBack   int           `json:"bytes_back"`
	Queued      int           `json:"queued"` // most bytes waiting in the sender
}

// SampleWidth is the width of a sample's window.
const SampleWidth = 100 * time.Millisecond

// PacketsDecided carries a block of packets whose fate is final, in order of sequence, at most MaxBlock of them.
type PacketsDecided struct {
	Carrier Carrier        `json:"carrier"`
	Packets []stats.Packet `json:"packets"`
}

// MaxBlock is the largest number of packets in one event.
const MaxBlock = 4096

// ProbeEnded carries what a probe found. Failure is set when it could not measure, or not to the end.
type ProbeEnded struct {
	Probe   string        `json:"probe"`
	Loss    *LossSummary  `json:"loss,omitempty"`
	Video   *VideoSummary `json:"video,omitempty"`
	Call    *CallSummary  `json:"call,omitempty"`
	Code    ReasonCode    `json:"code,omitempty"`
	Text    string        `json:"text,omitempty"`
	Partial bool          `json:"partial,omitempty"` // stopped before its end
}

// PathEnded closes a path.
type PathEnded struct {
	State  State      `json:"state"`
	Code   ReasonCode `json:"reason_code,omitempty"`
	Reason string     `json:"reason,omitempty"`
	Advice string     `json:"advice,omitempty"`
	Server string     `json:"server,omitempty"`
	Cause  string     `json:"cause,omitempty"` // the technical error
}

// Noted is a remark in plain words for the log.
type Noted struct {
	Text string `json:"text"`
}

// SessionEnded is the last event of every session.
type SessionEnded struct {
	Ended    Ended         `json:"ended"`
	Duration time.Duration `json:"duration_ns"`
	Error    string        `json:"error,omitempty"`
}

func (SessionStarted) eventType() string { return "session_started" }
func (PathStarted) eventType() string    { return "path_started" }
func (StepDone) eventType() string       { return "step_done" }
func (PathConnected) eventType() string  { return "path_connected" }
func (ProbeStarted) eventType() string   { return "probe_started" }
func (SampleTaken) eventType() string    { return "sample_taken" }
func (PacketsDecided) eventType() string { return "packets_decided" }
func (ProbeEnded) eventType() string     { return "probe_ended" }
func (PathEnded) eventType() string      { return "path_ended" }
func (Noted) eventType() string          { return "noted" }
func (SessionEnded) eventType() string   { return "session_ended" }

// Observer receives the events of a session, one after another, and must be quick: the session waits for it.
type Observer func(Event)
