package export

// Schema names the form of the JSON report. Within it fields are added, never renamed or removed.
const Schema = "echopath.report/1"

// The structs below are the JSON report, field by field. A pointer that is nil was not measured, or does not exist, and is
// written as null; only fields with omitempty may be missing. Durations and sizes say their unit in the name, but for rate
// (packets a second, a carrier) and size (bytes a datagram).

type document struct {
	Schema  string        `json:"schema"`
	Run     runDoc        `json:"run"`
	Plan    planDoc       `json:"plan"`    // what was asked
	Granted planDoc       `json:"granted"` // what was run
	Target  targetDoc     `json:"target"`
	Paths   []pathDoc     `json:"paths"`
	Network *networkDoc   `json:"network,omitempty"` // missing: no network probes ran
	NAT     *natDoc       `json:"nat"`               // null: not tested
	Probes  []netProbeDoc `json:"probes"`
	Verdict verdictDoc    `json:"verdict"`
}

type runDoc struct {
	ID         string  `json:"id"`
	Title      *string `json:"title"`
	Started    *string `json:"started"` // RFC 3339, UTC, milliseconds
	DurationS  float64 `json:"duration_s"`
	Ended      *string `json:"ended"` // complete, cancelled or error; null: still running
	AppVersion *string `json:"app_version"`
	OS         *string `json:"os"`
	Error      *string `json:"error,omitempty"`
}

// planDoc has no field that could hold a user name, a password or a secret.
type planDoc struct {
	Target          targetDoc     `json:"target"`
	Paths           []string      `json:"paths"`
	Family          *string       `json:"family"`
	Interface       *string       `json:"interface"`
	Preset          *string       `json:"preset"`
	Carriers        []string      `json:"carriers"`
	Rate            *float64      `json:"rate"`
	Size            int           `json:"size"`
	DurationS       float64       `json:"duration_s"`
	WarmupS         float64       `json:"warmup_s"`
	LateAfterMS     *float64      `json:"late_after_ms"`
	ConnectTimeoutS float64       `json:"connect_timeout_s"`
	Video           *videoPlanDoc `json:"video"` // null: no video
}

type targetDoc struct {
	Kind          *string   `json:"kind"`                     // self, turn or invite
	Servers       []string  `json:"servers"`                  // URLs
	PublicServers []string  `json:"public_servers,omitempty"` // those of them that belong to neither end
	Other         *otherDoc `json:"other,omitempty"`          // the second computer of the session; missing: there was none
}

// otherDoc is the second computer as it says itself. None of it is proved, but that it knows the invite.
type otherDoc struct {
	Name       *string `json:"name"`
	AppVersion *string `json:"app_version"`
	OS         *string `json:"os"`
	Way        *string `json:"way"`        // how signalling travelled: websocket, sse or paste
	Address    *string `json:"address"`    // under which its signalling was reached
	Host       bool    `json:"host"`       // it was the host, and this end its guest
	Observed   *string `json:"observed"`   // under which it sees this end's signalling
	PeerPorts  *string `json:"peer_ports"` // UDP, of its end of straight ways: "49152-49407"
}

type pathDoc struct {
	Path             string          `json:"path"`
	State            string          `json:"state"`
	ReasonCode       *string         `json:"reason_code"`
	Reason           *string         `json:"reason"`
	Advice           *string         `json:"advice,omitempty"`
	Cause            *string         `json:"cause,omitempty"` // the technical error
	ConnectMS        *float64        `json:"connect_ms"`
	Family           *string         `json:"family"`
	Interface        *string         `json:"interface"`
	VPN              *bool           `json:"vpn"`
	Direction        *string         `json:"direction"` // loop: up is "out" and down is "back", over one line; up_down: upload and download
	NATBetween       *bool           `json:"nat_between"`
	Note             *string         `json:"note"`
	Server           *string         `json:"server"`
	Steps            []stepDoc       `json:"steps,omitempty"`
	SelectedPair     *pairDoc        `json:"selected_pair"`
	PeerSelectedPair *pairDoc        `json:"peer_selected_pair"`
	NetworkLoss      *networkLossDoc `json:"network_loss"`
	Carriers         []carrierDoc    `json:"carriers"`       // empty: not measured
	Video            *videoDoc       `json:"video"`          // null: the video probe did not run
	Call             *callDoc        `json:"call,omitempty"` // missing: there was no call
	PairCheck        *pairCheckDoc   `json:"pair_check"`
	Grade            *string         `json:"grade"`
}

type stepDoc struct {
	Name   string   `json:"name"`
	End    *string  `json:"end"`
	Server *string  `json:"server"`
	OK     bool     `json:"ok"`
	TookMS *float64 `json:"took_ms"`
	Detail *string  `json:"detail"`
	TLS    *tlsDoc  `json:"tls,omitempty"`
}

type pairDoc struct {
	Local  candidateDoc `json:"local"`
	Remote candidateDoc `json:"remote"`
}

type candidateDoc struct {
	Type          *string `json:"type"` // host, srflx, prflx or relay
	Address       *string `json:"address"`
	Protocol      *string `json:"protocol"`
	RelayProtocol *string `json:"relay_protocol"`
	Server        *string `json:"server,omitempty"`
	TLS           *tlsDoc `json:"tls"`
	ViaProxy      *string `json:"via_proxy"`
}

type tlsDoc struct {
	Version    string  `json:"version"`
	ServerName *string `json:"server_name"`
	SPKISHA256 string  `json:"spki_sha256"`
	VerifiedBy string  `json:"verified_by"`
	Issuer     *string `json:"issuer"`
	ALPN       *string `json:"alpn"`
}

type verdictDoc struct {
	Grade    *string      `json:"grade"`
	Sentence *string      `json:"sentence"`
	Findings []findingDoc `json:"findings"`
}

type findingDoc struct {
	ID       string        `json:"id"`
	Severity string        `json:"severity"`
	Path     *string       `json:"path"` // null: about the session as a whole
	Title    string        `json:"title"`
	Detail   string        `json:"detail"`
	Advice   string        `json:"advice"`
	Evidence []evidenceDoc `json:"evidence"`
}

type evidenceDoc struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}
