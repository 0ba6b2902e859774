package export

import (
	"time"

	"echopath/netcheck"
)

// networkDoc says how the network probes ran as a whole. Null: none were asked for.
type networkDoc struct {
	Complete bool     `json:"complete"` // all that were planned have ended
	Planned  int      `json:"planned"`
	TookMS   *float64 `json:"took_ms"`
}

// natDoc is netcheck.NATBehavior. A mapping or filtering that is null was not tested, and the note says why.
type natDoc struct {
	Family           *string      `json:"family"`
	Method           *string      `json:"method"`
	Servers          []string     `json:"servers"`
	NAT              *bool        `json:"nat"`
	Mapping          *string      `json:"mapping"`
	Filtering        *string      `json:"filtering"`
	MappingNote      *string      `json:"mapping_note"`
	FilteringNote    *string      `json:"filtering_note"`
	OldName          *string      `json:"old_name"` // of RFC 3489
	Local            *string      `json:"local"`
	Mapped           *string      `json:"mapped"`
	PortsTried       int          `json:"ports_tried"`
	PortsPreserved   int          `json:"ports_preserved"`
	ParityPreserved  *bool        `json:"parity_preserved"`
	PortStep         *int         `json:"port_step"`
	Hairpin          *bool        `json:"hairpin"`
	HairpinInternal  bool         `json:"hairpin_internal,omitempty"`
	SharedAddress    bool         `json:"shared_address"`
	PrivateMapped    bool         `json:"private_mapped"`
	SeveralAddresses bool         `json:"several_addresses"`
	Tests            []natTestDoc `json:"tests"`
}

type natTestDoc struct {
	Name   string   `json:"name"`
	Server *string  `json:"server"`
	Local  *string  `json:"local"`
	From   *string  `json:"from"` // null: no answer came
	Mapped *string  `json:"mapped"`
	Code   *int     `json:"code"`
	TookMS *float64 `json:"took_ms"`
}

type netProbeDoc struct {
	ID         string       `json:"id"`
	Kind       string       `json:"kind"`
	Area       string       `json:"area"`
	State      string       `json:"state"`
	ReasonCode *string      `json:"reason_code"`
	Text       *string      `json:"text"`
	Advice     *string      `json:"advice"`
	Cause      *string      `json:"cause,omitempty"`
	Server     *string      `json:"server"`
	Transport  *string      `json:"transport"`
	Port       *int         `json:"port"`
	Family     *string      `json:"family"`
	Local      *string      `json:"local"`
	Remote     *string      `json:"remote"`
	StartMS    *float64     `json:"start_ms"` // since the session's start
	TookMS     *float64     `json:"took_ms"`
	Steps      []netStepDoc `json:"steps"`
	Facts      *netFactsDoc `json:"facts"`
}

type netStepDoc struct {
	Name    string   `json:"name"`
	OK      bool     `json:"ok"`
	StartMS *float64 `json:"start_ms"` // since the probe's begin
	TookMS  *float64 `json:"took_ms"`
	Code    *int     `json:"code"`           // the other end's own: STUN error or HTTP status
	Sent    int      `json:"sent,omitempty"` // how many times a question was sent over UDP, if more than once
	Detail  *string  `json:"detail"`
}

// netFactsDoc has only the facts that the kind of probe found.
type netFactsDoc struct {
	Interfaces  []netcheck.InterfaceFacts `json:"interfaces,omitempty"`
	TLS         *tlsDoc                   `json:"tls,omitempty"`
	Proxy       *netcheck.ProxyFacts      `json:"proxy,omitempty"`
	Mapped      *string                   `json:"mapped,omitempty"`
	Relayed     *string                   `json:"relayed,omitempty"`
	RTTMS       *float64                  `json:"rtt_ms,omitempty"`
	Addresses   []string                  `json:"addresses,omitempty"`
	NameServers []string                  `json:"name_servers,omitempty"`
	ClockAheadS *float64                  `json:"clock_ahead_s,omitempty"`
	ExpiredS    *float64                  `json:"expired_s,omitempty"` // negative: how long it is still good
	MTU         *int                      `json:"mtu_bytes,omitempty"`
	MTULost     *int                      `json:"mtu_lost_bytes,omitempty"`
	DSCPSent    *int                      `json:"dscp_sent,omitempty"`
	DSCPArrived *int                      `json:"dscp_arrived,omitempty"`
	AtLeastS    *float64                  `json:"at_least_s,omitempty"`
	AtMostS     *float64                  `json:"at_most_s,omitempty"`
	LimitKbps   *float64                  `json:"limit_kbps,omitempty"`
	ManyKbps    *float64                  `json:"many_flows_kbps,omitempty"`
	Questions   *netcheck.QuestionFacts   `json:"questions,omitempty"`
	Prefix      *string                   `json:"nat64_prefix,omitempty"`
}

func network(n *netcheck.NetworkReport) *networkDoc {
	if n == nil {
		return nil
	}
	return &networkDoc{Complete: n.Ended && len(n.Results) == len(n.Planned), Planned: len(n.Planned), TookMS: millisOf(n.Ended, n.Took)}
}

// natOf is the behaviour towards the Internet of IPv4, or of IPv6 where that was not tested.
func natOf(n *netcheck.NetworkReport) *natDoc {
	b := n.NAT(netcheck.Family4)
	if b == nil {
		b = n.NAT(netcheck.Family6)
	}
	if b == nil {
		return nil
	}
	d := &natDoc{
		Family: text(b.Family), Method: text(b.Method), Servers: words(b.Servers), NAT: truth(b.NAT), Mapping: text(b.Mapping), Filtering: text(b.Filtering),
		MappingNote: text(b.MappingNote), FilteringNote: text(b.FilteringNote), OldName: text(b.Gloss()), Local: text(b.Local), Mapped: text(b.Mapped),
		PortsTried: b.PortsTried, PortsPreserved: b.PortsPreserved, ParityPreserved: truth(b.ParityPreserved), PortStep: count(b.PortStep != 0, b.PortStep),
		Hairpin: truth(b.Hairpin), HairpinInternal: b.HairpinInternal, SharedAddress: b.SharedAddress, PrivateMapped: b.PrivateMapped,
		SeveralAddresses: b.SeveralAddresses, Tests: []natTestDoc{},
	}
	for _, t := range b.Tests {
		d.Tests = append(d.Tests, natTestDoc{Name: t.Name, Server: text(t.Server), Local: text(t.Local), From: text(t.From), Mapped: text(t.Mapped),
			Code: count(t.Code != 0, t.Code), TookMS: millisOf(true, t.Took)})
	}
	return d
}

func netProbes(n *netcheck.NetworkReport) []netProbeDoc {
	out := []netProbeDoc{}
	if n == nil {
		return out
	}
	for _, r := range n.Results {
		out = append(out, netProbe(r))
	}
	return out
}

func netProbe(r netcheck.NetResult) netProbeDoc {
	d := netProbeDoc{
		ID: r.ID, Kind: string(r.Kind), Area: string(r.Kind.Area()), State: string(r.State), ReasonCode: text(r.Code), Text: text(r.Text), Advice: text(r.Advice),
		Cause: text(r.Cause), Server: text(r.Server), Transport: text(r.Transport), Port: count(r.Port != 0, r.Port), Family: text(r.Family),
		Local: text(r.Local), Remote: text(r.Remote), StartMS: millisOf(true, r.At), TookMS: millisOf(true, r.Took), Steps: []netStepDoc{}, Facts: netFacts(r),
	}
	for _, s := range r.Steps {
		d.Steps = append(d.Steps, netStepDoc{Name: s.Name, OK: s.OK, StartMS: millisOf(true, s.At), TookMS: millisOf(true, s.Took),
			Code: count(s.Code != 0, s.Code), Sent: s.Sent, Detail: text(s.Detail)})
	}
	return d
}

func netFacts(r netcheck.NetResult) *netFactsDoc {
	f := r.Facts
	marked := r.Kind == netcheck.ProbeDSCP && r.State != netcheck.NetNotTested
	return &netFactsDoc{
		Interfaces: f.Interfaces, TLS: tlsEvidence(f.TLS), Proxy: f.Proxy, Mapped: text(f.Mapped), Relayed: text(f.Relayed), RTTMS: millisOf(f.RTT > 0, f.RTT),
		Addresses: f.Addresses, NameServers: f.NameServers, ClockAheadS: secondsIf(r.Kind == netcheck.ProbeClock && r.State != netcheck.NetNotTested, f.Skew), ExpiredS: secondsIf(f.Expired != 0, f.Expired),
		MTU: count(f.MTU > 0, f.MTU), MTULost: count(f.MTULost > 0, f.MTULost),
		DSCPSent: count(marked, f.DSCPSent), DSCPArrived: count(marked && f.DSCPArrived >= 0, f.DSCPArrived),
		AtLeastS: secondsIf(f.AtLeast > 0, f.AtLeast), AtMostS: secondsIf(f.AtMost > 0, f.AtMost),
		LimitKbps: figure(f.LimitKbps > 0, f.LimitKbps), ManyKbps: figure(f.ManyKbps > 0, f.ManyKbps), Questions: f.Questions, Prefix: text(f.Prefix),
	}
}

func secondsIf(measured bool, d time.Duration) *float64 { return figure(measured, secondsOf(d)) }
