package netcheck

import (
	"context"
	"time"
)

// NetworkPlan is what the network probes are asked for. The zero value asks for none.
type NetworkPlan struct {
	On   bool `json:"on,omitempty"`
	Only bool `json:"only,omitempty"` // no path is measured afterwards; On is set too
	// Servers are asked besides those of the target, STUN and TURN. Public ones are marked as such.
	Servers []ICEServer `json:"servers,omitempty"`
	// Portal is a URL of plain HTTP whose answer is known, by which a captive portal gives itself away; "" leaves that probe out.
	Portal string `json:"portal,omitempty"`
	// PortalBody is what the answer to Portal begins with; "" means an empty answer with status 204.
	PortalBody string `json:"portal_body,omitempty"`
	// Long names the probes that take minutes or load the line, and run when asked for alone: ProbeLifetime, ProbeIdle, ProbeRate.
	Long []ProbeKind `json:"long,omitempty"`
	// Limit ends the probes that are not long, whatever answers or not: 15 s if 0, at most 60 s.
	Limit time.Duration `json:"limit_ns,omitempty"`
}

// DefaultNetworkLimit is the hard cap of the fast report. It usually takes less than 8 s.
const DefaultNetworkLimit = 15 * time.Second

// Area groups probes as people think of a network. Each is a card on screen.
type Area string

// The areas, from this computer outwards.
const (
	AreaComputer Area = "computer" // interfaces, default route, VPN, clock
	AreaNames    Area = "names"    // DNS
	AreaUDP      Area = "udp"      // does UDP pass, on which ports
	AreaNAT      Area = "nat"      // what the NAT does with addresses
	AreaTURN     Area = "turn"     // relays by UDP, TCP, TLS and DTLS
	AreaWeb      Area = "web"      // proxy, TLS interception, captive portal
	AreaIPv6     Area = "ipv6"     // IPv6 and NAT64
	AreaPath     Area = "path"     // MTU, DSCP, rate limits, idle time-outs
)

// AllAreas lists the areas in the order in which they are shown.
func AllAreas() []Area {
	return []Area{AreaComputer, AreaNames, AreaUDP, AreaNAT, AreaTURN, AreaWeb, AreaIPv6, AreaPath}
}

// ProbeKind names what a network probe looks at.
type ProbeKind string

// The kinds of network probes.
const (
	ProbeInterfaces ProbeKind = "interfaces" // addresses, default route, VPN
	ProbeClock      ProbeKind = "clock"      // this computer's clock against a server's Date (RFC 9110, section 6.6.1)
	ProbeDNS        ProbeKind = "dns"        // names of servers
	ProbeUDP        ProbeKind = "udp"        // a Binding answer over UDP (RFC 8489)
	ProbeNAT        ProbeKind = "nat"        // mapping and filtering (RFC 5780), ports, hairpin
	ProbeLifetime   ProbeKind = "lifetime"   // of a NAT binding (RFC 5780, section 4.6); long
	ProbeTURN       ProbeKind = "turn"       // allocation, permission and echo (RFC 8656)
	ProbeProxy      ProbeKind = "proxy"      // HTTP CONNECT
	ProbeTLS        ProbeKind = "tls"        // does somebody read along
	ProbePortal     ProbeKind = "portal"     // captive portal
	ProbeIPv6       ProbeKind = "ipv6"
	ProbeNAT64      ProbeKind = "nat64" // RFC 7050
	ProbeMTU        ProbeKind = "mtu"   // of the path, for UDP
	ProbeDSCP       ProbeKind = "dscp"  // does the mark of a packet arrive
	ProbeRate       ProbeKind = "rate"  // limit of one flow; long
	ProbeIdle       ProbeKind = "idle"  // time-out of a quiet flow; long
)

// Area is where results of the kind are shown.
func (k ProbeKind) Area() Area {
	switch k {
	case ProbeInterfaces, ProbeClock:
		return AreaComputer
	case ProbeDNS:
		return AreaNames
	case ProbeUDP:
		return AreaUDP
	case ProbeNAT, ProbeLifetime:
		return AreaNAT
	case ProbeTURN:
		return AreaTURN
	case ProbeProxy, ProbeTLS, ProbePortal:
		return AreaWeb
	case ProbeIPv6, ProbeNAT64:
		return AreaIPv6
	}
	return AreaPath
}

// Long tells of a kind that takes minutes or loads the line.
func (k ProbeKind) Long() bool { return k == ProbeLifetime || k == ProbeRate || k == ProbeIdle }

// NetState says how a network probe ended.
type NetState string

// The states of a network probe, worst last but for the two that say nothing of the network.
const (
	NetRunning   NetState = "" // not ended
	NetOK        NetState = "ok"
	NetDegraded  NetState = "degraded"   // works, and something is worse than it should be
	NetBlocked   NetState = "blocked"    // nothing came back, or the network refused
	NetFailed    NetState = "failed"     // something answered, and said no or something wrong
	NetNotTested NetState = "not_tested" // could not be decided with what is at hand; Text says why
)

// NetResult is what one network probe found. Its texts are whole sentences in plain words; nothing in it is a secret.
type NetResult struct {
	// ID is unique among the results of a session and the same in each run of the same plan, such as "turn:udp:turn.example.com:3478".
	ID    string     `json:"id"`
	Kind  ProbeKind  `json:"kind"`
	State NetState   `json:"state"`
	Code  ReasonCode `json:"reason_code,omitempty"` // of a state that is not ok
	Text  string     `json:"text"`
	// Advice says what to do, "" where there is nothing to be done.
	Advice    string        `json:"advice,omitempty"`
	Cause     string        `json:"cause,omitempty"`     // the technical error
	Server    string        `json:"server,omitempty"`    // URL or host:port that was asked, as the plan has it
	Transport string        `json:"transport,omitempty"` // udp, tcp, tls or dtls
	Port      int           `json:"port,omitempty"`      // of the server
	Family    Family        `json:"family,omitempty"`
	Local     string        `json:"local,omitempty"`  // address of this end, host:port
	Remote    string        `json:"remote,omitempty"` // address that was asked, host:port
	At        time.Duration `json:"at_ns"`            // begin, since the session's start
	Took      time.Duration `json:"took_ns"`
	Steps     []NetStep     `json:"steps,omitempty"` // a timeline, in order
	Facts     NetFacts      `json:"facts,omitzero"`
}

// NetStep is one step of a network probe, such as a TURN server's challenge.
type NetStep struct {
	Name   string        `json:"name"` // of StepNames, or of those of Step… in netcheck
	OK     bool          `json:"ok"`
	At     time.Duration `json:"at_ns"` // begin, since the probe's begin
	Took   time.Duration `json:"took_ns"`
	Code   int           `json:"code,omitempty"`   // the other end's own: STUN error (RFC 8489, 14.8) or HTTP status
	Sent   int           `json:"sent,omitempty"`   // how many times a question was sent over UDP, if more than once
	Detail string        `json:"detail,omitempty"` // plain words, an address, the server's words
}

// The steps of a TURN probe beside those of connecting (StepResolve, StepDial, StepProxy, StepTLS).
const (
	NetStepBinding    = "binding"    // RFC 8489
	NetStepDTLS       = "dtls"       // RFC 7350
	NetStepChallenge  = "challenge"  // the 401 with realm and nonce that is no failure (RFC 8489, 9.2.4)
	NetStepAllocate   = "allocate"   // RFC 8656, section 7
	NetStepPermission = "permission" // section 9
	NetStepChannel    = "channel"    // section 12
	NetStepEcho       = "echo"       // a packet through the relay and back
	NetStepRefresh    = "refresh"    // section 8
)

// NetFacts are the figures of one kind of probe. What does not belong to the kind is zero.
type NetFacts struct {
	Interfaces []InterfaceFacts `json:"interfaces,omitempty"`
	NAT        *NATBehavior     `json:"nat,omitempty"`
	TLS        *TLSEvidence     `json:"tls,omitempty"`
	Proxy      *ProxyFacts      `json:"proxy,omitempty"`
	// Mapped is where the server sees this end, host:port.
	Mapped string `json:"mapped,omitempty"`
	// Relayed is the address that a TURN server allocated, host:port.
	Relayed string `json:"relayed,omitempty"`
	// RTT is of the quickest answer; 0 if it was not measured.
	RTT time.Duration `json:"rtt_ns,omitempty"`
	// Addresses are those that a name has here.
	Addresses []string `json:"addresses,omitempty"`
	// NameServers are the addresses of this computer's name servers where it tells them; of ProbeDNS.
	NameServers []string `json:"name_servers,omitempty"`
	// Skew is how far this computer's clock is ahead of the server's, at a resolution of 1 s (plus half the round trip).
	Skew time.Duration `json:"skew_ns,omitempty"`
	// Expired is for how long a credential has been of no use by this computer's clock; negative: how long it will be.
	Expired time.Duration `json:"expired_ns,omitempty"`
	// MTU is the largest IP packet that got through whole, in bytes, and MTULost the smallest that did not; 0 if none was lost.
	MTU     int `json:"mtu,omitempty"`
	MTULost int `json:"mtu_lost,omitempty"`
	// DSCPSent and DSCPArrived are the code points (RFC 2474) of a packet when it left and when it arrived; -1 if that is not known.
	DSCPSent    int `json:"dscp_sent,omitempty"`
	DSCPArrived int `json:"dscp_arrived,omitempty"`
	// AtLeast and AtMost bound a time-out: it was seen to last so long, and not so long. 0: no such bound was found.
	AtLeast time.Duration `json:"at_least_ns,omitempty"`
	AtMost  time.Duration `json:"at_most_ns,omitempty"`
	// LimitKbps is the rate above which one flow lost packets, in kbit/s, and ManyKbps what several flows carried together; 0: none.
	LimitKbps float64 `json:"limit_kbps,omitempty"`
	ManyKbps  float64 `json:"many_kbps,omitempty"`
	// PerFlow tells, of a probe of the rate, whether several flows together carried what one could not.
	PerFlow Tri `json:"per_flow,omitempty"`
	// Questions counts what was asked over UDP; nil if nothing was.
	Questions *QuestionFacts `json:"questions,omitempty"`
	// Prefix is a NAT64 prefix (RFC 7050).
	Prefix string `json:"prefix,omitempty"`
}

// QuestionFacts count the questions of a probe that went over UDP, and their packets.
type QuestionFacts struct {
	Asked      int `json:"asked"`                 // questions
	Sent       int `json:"sent"`                  // packets that carried them: each sending of a question counts
	Answered   int `json:"answered"`              // packets that an answer came to, late ones too
	Silent     int `json:"silent,omitempty"`      // questions to which nothing came, whoever is to blame
	SilentSent int `json:"silent_sent,omitempty"` // packets that carried those
}

// InterfaceFacts describe an interface that has addresses beyond its link.
type InterfaceFacts struct {
	Name      string   `json:"name"`
	Addresses []string `json:"addresses"`
	MTU       int      `json:"mtu,omitempty"` // bytes
	Default4  bool     `json:"default4,omitempty"`
	Default6  bool     `json:"default6,omitempty"` // packets to the Internet leave by it
	VPN       Tri      `json:"vpn,omitempty"`
}

// ProxyFacts describe an HTTP proxy.
type ProxyFacts struct {
	Address string   `json:"address"`           // host:port, without credentials
	From    string   `json:"from"`              // environment or system
	Status  int      `json:"status,omitempty"`  // of its answer to CONNECT
	Schemes []string `json:"schemes,omitempty"` // that it wants, of a 407 (RFC 9110, section 11.7.1)
	PACURL  string   `json:"pac_url,omitempty"` // a script that chooses proxies; it is not run
}

// NetworkProber runs the network probes of a plan.
type NetworkProber interface {
	// Probe emits NetworkStarted first, then a NetProbed for each probe that it named, as they end and never twice, from any goroutine.
	// It returns when all have ended: within the plan's limit, but for the long ones, and soon after ctx ended. What did not
	// end by then is emitted as not tested.
	Probe(ctx context.Context, asked NetworkAsked, emit func(Body))
}

// NetworkAsked is what network probes are wanted of.
type NetworkAsked struct {
	Plan      NetworkPlan
	Servers   []ICEServer // the target's and the plan's, each once
	Family    Family
	Interface string // name or address; "" leaves the choice to the system
	Start     time.Time
}

// NetworkStarted tells which network probes will run, so that each has its place before it ends.
type NetworkStarted struct {
	Probes []NetPlanned `json:"probes"`
}

// NetPlanned is a probe that has not ended.
type NetPlanned struct {
	ID        string    `json:"id"`
	Kind      ProbeKind `json:"kind"`
	Server    string    `json:"server,omitempty"`
	Transport string    `json:"transport,omitempty"`
	Port      int       `json:"port,omitempty"`
}

// NetProbed carries what one network probe found.
type NetProbed struct {
	Result NetResult `json:"result"`
}

// NetworkEnded tells that all network probes have ended.
type NetworkEnded struct {
	Took time.Duration `json:"took_ns"`
}

func (NetworkStarted) eventType() string { return "network_started" }
func (NetProbed) eventType() string      { return "net_probed" }
func (NetworkEnded) eventType() string   { return "network_ended" }

// NetworkReport is what the network probes found. It is nil in a report of a session that had none.
type NetworkReport struct {
	Planned []NetPlanned
	Results []NetResult // in the order of Planned; those that have not ended are left out
	Ended   bool
	Took    time.Duration
}
