package export

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"echopath/netcheck"
)

// started is RFC 3339 with milliseconds.
const started = "2006-01-02T15:04:05.000Z07:00"

func newDocument(r netcheck.Report, v netcheck.Verdict) document {
	d := document{
		Schema: Schema, Run: run(r), Plan: plan(r.Plan), Granted: plan(r.Granted), Target: target(r.Granted.Target),
		Paths: []pathDoc{}, Network: network(r.Network), NAT: natOf(r.Network), Probes: netProbes(r.Network), Verdict: verdict(v),
	}
	d.Target.Other = other(r.Other)
	for _, p := range r.Paths {
		d.Paths = append(d.Paths, path(p, v.Paths[p.Path], r.Granted))
	}
	return d
}

func run(r netcheck.Report) runDoc {
	d := runDoc{
		ID: r.ID, Title: text(r.Title), DurationS: secondsOf(r.Duration), Ended: text(r.Ended),
		AppVersion: text(r.AppVersion), OS: text(r.OS), Error: text(r.Error),
	}
	if !r.Started.IsZero() {
		d.Started = text(r.Started.In(time.UTC).Format(started))
	}
	return d
}

func plan(p netcheck.Plan) planDoc {
	return planDoc{
		Target: target(p.Target), Paths: words(p.Paths), Family: text(p.Family), Interface: text(p.Interface),
		Preset: text(p.Loss.Preset), Carriers: words(p.Loss.Carriers), Rate: figure(true, p.Loss.Rate), Size: p.Loss.Size,
		DurationS: secondsOf(p.Loss.Duration), WarmupS: secondsOf(p.Loss.Warmup),
		LateAfterMS:     millisOf(p.Loss.LateAfter > 0, p.Loss.LateAfter),
		ConnectTimeoutS: secondsOf(p.ConnectTimeout), Video: videoPlan(p.Video),
	}
}

// target keeps the addresses of the servers and nothing that opens them.
func target(t netcheck.Target) targetDoc {
	d := targetDoc{Kind: text(t.Kind), Servers: []string{}}
	for _, s := range t.Servers {
		d.Servers = append(d.Servers, s.URL.String())
		if s.Public {
			d.PublicServers = append(d.PublicServers, s.URL.String())
		}
	}
	return d
}

// other cleans what the second computer says about itself once more: a report may have come from anywhere.
func other(o *netcheck.OtherEnd) *otherDoc {
	const most = 80 // characters
	if o == nil {
		return nil
	}
	word := func(s string) *string { return text(netcheck.CleanText(s, most)) }
	return &otherDoc{
		Name: word(o.Name), AppVersion: word(o.AppVersion), OS: word(o.OS), Way: word(o.Way), Address: word(o.Address), Host: o.Host,
		Observed: word(o.Observed), PeerPorts: word(o.PeerPorts),
	}
}

func words[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = string(w)
	}
	return out
}

func path(p netcheck.PathReport, grade netcheck.Grade, granted netcheck.Plan) pathDoc {
	d := pathDoc{
		Path: string(p.Path), State: string(p.State), ReasonCode: text(p.Code), Reason: text(p.Reason), Advice: text(p.Advice),
		Cause: text(p.Cause), ConnectMS: millisOf(p.Connected, p.Connect), Family: text(p.Family), Interface: text(p.Interface),
		VPN: truth(p.VPN), Direction: text(p.Direction), NATBetween: truth(p.NATBetween), Note: text(p.Note), Server: text(p.Server),
		Carriers: []carrierDoc{}, Video: videoOf(p.Video, granted.Video), Call: callOf(p.Call, granted.Video), PairCheck: pairCheck(p.Pair), Grade: text(grade), NetworkLoss: networkLoss(p),
	}
	for _, s := range p.Steps {
		d.Steps = append(d.Steps, stepDoc{
			Name: string(s.Name), End: text(s.End), Server: text(s.Server), OK: s.OK, TookMS: millisOf(true, s.Took),
			Detail: text(s.Detail), TLS: tlsEvidence(s.TLS),
		})
	}
	if p.Connected {
		d.SelectedPair, d.PeerSelectedPair = pair(p.Local), pair(p.Far)
	}
	for _, c := range inShownOrder(p.Carriers) {
		if c.Result != nil {
			d.Carriers = append(d.Carriers, carrier(*c.Result, granted.Loss.Size, lossPartial(p)))
		}
	}
	return d
}

// lossPartial tells that the loss probe of a path was stopped: a path is partial also when
// only its video was, and then its packets are whole unless their own result says otherwise.
func lossPartial(p netcheck.PathReport) bool {
	stopped := p.Video != nil && p.Video.Result != nil && p.Video.Code != netcheck.ReasonNone
	return p.Partial && !stopped
}

// inShownOrder puts the carriers into the order in which they are shown everywhere: a report has them in the order in which
// the first sample of each happened to be taken.
func inShownOrder(list []netcheck.CarrierReport) []netcheck.CarrierReport {
	order := netcheck.AllCarriers()
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b netcheck.CarrierReport) int {
		return cmp.Compare(slices.Index(order, a.Carrier), slices.Index(order, b.Carrier))
	})
	return list
}

func networkLoss(p netcheck.PathReport) *networkLossDoc {
	c, ok := p.NetworkLoss()
	if !ok {
		return nil
	}
	return &networkLossDoc{
		Carrier: string(c.Carrier), Up: upWay(c.Stats.Up).lossDoc, Down: downWay(c.Stats.Down).lossDoc, Total: loss(c.Stats.Total, true),
	}
}

func pair(p netcheck.CandidatePair) *pairDoc {
	return &pairDoc{Local: candidate(p.Local), Remote: candidate(p.Remote)}
}

func candidate(c netcheck.Candidate) candidateDoc {
	return candidateDoc{
		Type: text(c.Type), Address: address(c.Address), Protocol: text(c.Protocol), RelayProtocol: text(c.RelayProtocol),
		Server: text(c.Server), TLS: tlsEvidence(c.TLS), ViaProxy: text(c.ViaProxy),
	}
}

func address(a netip.AddrPort) *string {
	if !a.IsValid() {
		return nil
	}
	return text(a.String())
}

func tlsEvidence(e *netcheck.TLSEvidence) *tlsDoc {
	if e == nil {
		return nil
	}
	return &tlsDoc{
		Version: e.Version, ServerName: text(e.ServerName), SPKISHA256: e.SPKISHA256, VerifiedBy: e.VerifiedBy,
		Issuer: text(e.Issuer), ALPN: text(e.ALPN),
	}
}

func verdict(v netcheck.Verdict) verdictDoc {
	d := verdictDoc{Grade: text(v.Grade), Sentence: text(v.Sentence), Findings: []findingDoc{}}
	for _, f := range v.Findings {
		fd := findingDoc{
			ID: f.ID, Severity: string(f.Severity), Path: text(f.Path), Title: f.Title, Detail: f.Detail, Advice: f.Advice,
			Evidence: []evidenceDoc{},
		}
		for _, e := range f.Evidence {
			fd.Evidence = append(fd.Evidence, evidenceDoc(e))
		}
		d.Findings = append(d.Findings, fd)
	}
	return d
}
