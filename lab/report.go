package lab

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// Report is what the lab reads of the program's JSON report.
type Report struct {
	Schema string `json:"schema"`
	Run    struct {
		ID    string `json:"id"`
		Ended string `json:"ended"`
		Error string `json:"error"`
	} `json:"run"`
	Target struct {
		Kind string `json:"kind"`
	} `json:"target"`
	Paths   []PathResult `json:"paths"`
	Network *struct {
		Complete bool    `json:"complete"`
		TookMS   float64 `json:"took_ms"`
	} `json:"network"`
	NAT     *NATResult    `json:"nat"`
	Probes  []ProbeResult `json:"probes"`
	Verdict struct {
		Grade    string    `json:"grade"`
		Sentence string    `json:"sentence"`
		Findings []Finding `json:"findings"`
	} `json:"verdict"`
}

// Finding is one finding of the verdict.
type Finding struct {
	ID       string `json:"id"`
	Severity string `json:"severity"`
	Path     string `json:"path"`
	Title    string `json:"title"`
	Detail   string `json:"detail"`
	Advice   string `json:"advice"`
}

// NATResult is what a report says of the NAT.
type NATResult struct {
	Method         string `json:"method"`
	NAT            *bool  `json:"nat"`
	Mapping        string `json:"mapping"`
	Filtering      string `json:"filtering"`
	OldName        string `json:"old_name"`
	Mapped         string `json:"mapped"`
	PortsTried     int    `json:"ports_tried"`
	PortsPreserved int    `json:"ports_preserved"`
	Hairpin        *bool  `json:"hairpin"`
	SharedAddress  bool   `json:"shared_address"`
}

// ProbeResult is what one question to the network gave.
type ProbeResult struct {
	ID     string  `json:"id"`
	Kind   string  `json:"kind"`
	State  string  `json:"state"`
	Code   string  `json:"reason_code"`
	Text   string  `json:"text"`
	Cause  string  `json:"cause"`
	TookMS float64 `json:"took_ms"`
}

// Probe gives the first question of a kind, or nil.
func (r Report) Probe(kind string) *ProbeResult {
	for i, p := range r.Probes {
		if p.Kind == kind {
			return &r.Probes[i]
		}
	}
	return nil
}

// Finding gives a finding by its name, or nil.
func (r Report) Finding(id string) *Finding {
	for i, f := range r.Verdict.Findings {
		if f.ID == id {
			return &r.Verdict.Findings[i]
		}
	}
	return nil
}

// PathResult is one path of a report.
type PathResult struct {
	Path       string    `json:"path"`
	State      string    `json:"state"`
	ReasonCode string    `json:"reason_code"`
	Reason     string    `json:"reason"`
	Advice     string    `json:"advice"`
	Cause      string    `json:"cause"`
	ConnectMS  *float64  `json:"connect_ms"`
	Direction  string    `json:"direction"`
	NATBetween *bool     `json:"nat_between"`
	Note       string    `json:"note"`
	Server     string    `json:"server"`
	Pair       *Pairing  `json:"selected_pair"`
	FarPair    *Pairing  `json:"peer_selected_pair"`
	Carriers   []Carrier `json:"carriers"`
}

// Pairing is the pair of candidates that one end uses.
type Pairing struct{ Local, Remote Candidate }

// Candidate is one end of it.
type Candidate struct {
	Type          string `json:"type"`
	Address       string `json:"address"`
	RelayProtocol string `json:"relay_protocol"`
	TLS           *struct {
		Version    string `json:"version"`
		VerifiedBy string `json:"verified_by"`
	} `json:"tls"`
	ViaProxy string `json:"via_proxy"`
}

// IP is the candidate's address without its port; zero if there is none.
func (c Candidate) IP() netip.Addr {
	if ap, err := netip.ParseAddrPort(c.Address); err == nil {
		return ap.Addr()
	}
	a, _ := netip.ParseAddr(c.Address)
	return a
}

// Carrier is what one carrier measured.
type Carrier struct {
	Carrier string `json:"carrier"`
	Partial bool   `json:"partial"`
	Up      Way    `json:"up"`
	Down    Way    `json:"down"`
}

// Way is one direction.
type Way struct{ Sent, Received, Lost *int }

// Path gives one path, or nil.
func (r Report) Path(name string) *PathResult {
	for i, p := range r.Paths {
		if p.Path == name {
			return &r.Paths[i]
		}
	}
	return nil
}

// On gives one carrier, or nil.
func (p *PathResult) On(carrier string) *Carrier {
	for i, c := range p.Carriers {
		if c.Carrier == carrier {
			return &p.Carriers[i]
		}
	}
	return nil
}

// Outcome is "ok" if the path carried packets of media, whatever the computer's own troubles put in doubt; else the state and the
// reason's code. The lab runs many programs on one small computer, and asks what connects.
func (p *PathResult) Outcome() string {
	switch {
	case p.State == "ok" && !p.carried():
		return "ok without packets"
	case p.carried() && (p.State == "ok" || p.State == "saturated" || p.ReasonCode == "computer_busy"):
		return "ok"
	case p.ReasonCode != "":
		return p.State + " " + p.ReasonCode
	}
	return p.State
}

func (p *PathResult) carried() bool {
	c := p.On("srtp")
	return c != nil && c.Down.Received != nil && *c.Down.Received > 0
}

// ReadReport reads a report of the form that the program promises.
func ReadReport(text []byte) (Report, error) {
	var r Report
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("read the report: %w", err)
	}
	if r.Schema != "echopath.report/1" {
		return r, fmt.Errorf("read the report: its schema is %q", r.Schema)
	}
	return r, nil
}

// HostLine is what the lab reads of one line of the host's JSON.
type HostLine struct {
	Schema string    `json:"schema"`
	Event  string    `json:"event"`
	Time   time.Time `json:"time"`
	Guest  string    `json:"guest"`
	Path   string    `json:"path"`
	State  string    `json:"state"`
	Code   string    `json:"code"`
	Text   string    `json:"text"`
	Invite string    `json:"invite"`
}

var errSchema = errors.New("a line does not name the schema echopath.host/1")

// ReadHost reads the whole lines of a host's output; a line that is not whole yet stays out.
func ReadHost(text []byte) ([]HostLine, error) {
	var lines []HostLine
	for len(text) > 0 {
		line, rest, whole := bytes.Cut(text, []byte("\n"))
		if !whole {
			break
		}
		text = rest
		var h HostLine
		if err := json.Unmarshal(line, &h); err != nil {
			return lines, fmt.Errorf("line %d of the host: %w", len(lines)+1, err)
		}
		if h.Schema != "echopath.host/1" {
			return lines, fmt.Errorf("line %d of the host: %w", len(lines)+1, errSchema)
		}
		lines = append(lines, h)
	}
	return lines, nil
}
