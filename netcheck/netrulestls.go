package netcheck

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// readNote is what somebody who reads along in TLS gets of a call (RFC 8827, section 6.5): its media have keys of their own.
const readNote = " Sound and picture of calls stay encrypted from end to end; who calls when and by which server can be read."

// netTLSRules are about who answers in TLS: the server, or somebody in its place.
var netTLSRules = []netRule{
	{id: "net_tls_intercepted", area: AreaWeb, severity: SeverityWarning, holds: casesPin(false),
		title:  "TLS to {host} is intercepted: its key is not the pinned one",
		detail: "{said}" + readNote,
		advice: "Ask for an exception from TLS inspection for {spot}. If nothing inspects TLS here, ask the server's administrators for its present pin: it may have a new key.",
		seen:   "the probes were shown another key than the pinned one by {host}", overruled: byTLSToServer},
	{id: "net_tls_new_key", area: AreaWeb, severity: SeverityWarning, holds: casesPin(true),
		title:  "{host} shows another key than the pinned one, most likely its own",
		detail: "{said}",
		advice: "Ask the server's administrators for its present pin, and give that.",
		seen:   "the probes were shown another key than the pinned one by {host}", overruled: byTLSToServer},
	{id: "net_tls_intercepted_likely", area: AreaWeb, severity: SeverityWarning, holds: casesInPlace,
		title:  "TLS to {host} is intercepted, by all signs",
		detail: "{said}" + readNote,
		advice: "Ask for an exception from TLS inspection for {spot}. In a network with a log-in page, log in first.",
		seen:   "the probes were shown a strange certificate by {host}", overruled: byTLSToServer},
	{id: "net_tls_read", area: AreaWeb, severity: SeverityWarning, holds: casesRead(true),
		title:  "TLS to {host} works, and is read on the way by all signs",
		detail: "{said}" + readNote,
		advice: "If that is not wanted, ask for an exception from TLS inspection for {spot}. If the authority is the server's own, give the server's pin to be certain."},
	{id: "net_tls_perhaps_read", area: AreaWeb, severity: SeverityInfo, holds: casesRead(false),
		title:  "TLS to {host} works, and is perhaps read on the way",
		detail: "{said}" + readNote,
		advice: "Give the server's pin to be certain. If the authority is not the server's own, ask for an exception from TLS inspection for {spot}."},
	{id: "net_tls_cut", area: AreaWeb, severity: SeverityWarning, holds: casesTLSCut,
		title:  "TLS to {host} is cut off",
		detail: "TCP to {spot}, is accepted, and TLS does not come about: the server does not speak TLS there, or an inspection on the way ends it.",
		advice: "Check that the server speaks TLS on that port. If it does, ask for TCP to {spot}, to be exempted from inspection.",
		seen:   "TLS to {host} was cut off", overruled: byTLSToServer},
	{id: "net_tls_silent", area: AreaWeb, severity: SeverityWarning, holds: casesTLSSilent,
		title:  "{host} accepts TCP and does not answer TLS",
		detail: "TCP to {spot}, comes about, and no answer to TLS does. The server does not speak TLS there, an inspection on the way holds TLS up, or large packets get lost on the way (MTU): from here these look alike.",
		advice: "Check that the server speaks TLS on that port. If it does, lower the MTU of this computer to 1280 for a try: if TLS then comes about, ask for ICMP type 3 code 4 (fragmentation needed) to be allowed or for the MSS to be clamped, and if not, for TCP to {spot}, to be exempted from inspection.",
		seen:   "{host} did not answer TLS", overruled: byTLSToServer},
	{id: "net_certificate_name", area: AreaTURN, severity: SeverityWarning, holds: casesCertificate(ReasonTLSName),
		title:  "{host} shows a certificate for another name",
		detail: "{said}",
		advice: "Use the name in the certificate as the server's address, or ask the server's administrators for a certificate for {host}.",
		seen:   "the probes were shown a certificate for another name by {host}", overruled: byTLSToServer},
	{id: "net_certificate_authority", area: AreaTURN, severity: SeverityWarning, holds: casesCertificate(ReasonTLSUntrusted),
		title:  "{host} shows a certificate that this computer does not trust",
		detail: "{said}",
		advice: "Ask the server's administrators who issued the certificate{issuer}. If it is theirs, give its CA or its pin. If not, TLS is intercepted: ask for an exception for {spot}.",
		seen:   "the probes did not trust the certificate of {host}", overruled: byTLSToServer},
	{id: "net_certificate_expired", area: AreaTURN, severity: SeverityWarning, holds: casesCertificate(ReasonTLSDate),
		title:  "{host} shows a certificate that has expired or is not valid yet",
		detail: "{said}{clock}",
		advice: "Ask the server's administrators to renew the certificate, and check this computer's date and time.",
		seen:   "the certificate of {host} did not hold", overruled: byTLSToServer},
}

// tlsCases makes a case for each server of the results.
func tlsCases(v *netView, results []NetResult) []netCase {
	var out []netCase
	for _, r := range results {
		host, port := r.place()
		if i := slices.IndexFunc(out, func(c netCase) bool { return c.host == host }); i >= 0 {
			out[i].results = append(out[i].results, r)
			continue
		}
		c := netCase{results: []NetResult{r}, host: host, words: netWords{"host": orElse(host, "a server"), "spot": orElse(host, "the server"),
			"issuer": "", "clock": "", "said": sentenceOf(r.Text, "no reason was given")}}
		if port != 0 {
			c.words["spot"] += ", port " + strconv.Itoa(port)
		}
		if t := r.Facts.TLS; t != nil {
			issuer := CleanText(t.Issuer, maxName)
			if issuer != "" {
				c.words["issuer"] = fmt.Sprintf(" (%q)", issuer)
			}
			c.facts = evidence("issuer", orElse(issuer, "unknown"), "alpn", orElse(CleanText(t.ALPN, maxName), "none"), "key", orElse(t.SPKISHA256, "unknown"))
		}
		if v.clockWrong() {
			c.words["clock"] = " This computer's clock is " + skewWords(v.skew) + ", which may be why."
		}
		out = append(out, c)
	}
	return out
}

// everyTLS lists the results about TLS and DTLS, those that look at TLS alone first.
func (v *netView) everyTLS(meets func(NetResult) bool) []NetResult {
	legs := pick(v.legs, func(l netLeg) bool { return (l.Transport == "tls" || l.Transport == "dtls") && meets(l.NetResult) })
	return slices.Concat(v.when(ProbeTLS, meets), resultsOf(legs))
}

func wentWrong(r NetResult) bool { return r.State == NetBlocked || r.State == NetFailed }

// casesPin tells of keys that are not the pinned ones: of a certificate that is public knowledge, or of another.
func casesPin(public bool) func(*netView) []netCase {
	return func(v *netView) []netCase {
		pin := func(r NetResult) bool { return r.Code == ReasonTLSPin && (wentWrong(r) || r.State == NetDegraded) }
		var ownKey []string
		for _, r := range v.when(ProbeTLS, pin) {
			if host, _ := r.place(); logged(r) {
				ownKey = append(ownKey, host)
			}
		}
		return tlsCases(v, v.everyTLS(func(r NetResult) bool {
			host, _ := r.place()
			return pin(r) && slices.Contains(ownKey, host) == public
		}))
	}
}

// logged tells of a certificate that stands in a public log (RFC 6962), as the step about it says: nobody inspects TLS with such a one.
func logged(r NetResult) bool {
	return slices.ContainsFunc(r.Steps, func(s NetStep) bool {
		return s.Name == "certificate" && strings.Contains(s.Detail, "in a public log: yes")
	})
}

func casesInPlace(v *netView) []netCase {
	return tlsCases(v, v.everyTLS(func(r NetResult) bool {
		host, _ := r.place()
		return wentWrong(r) && (r.Code == ReasonIntercepted || r.Kind == ProbeTURN && r.Code == ReasonTLSUntrusted && v.intercepted(host))
	}))
}

// intercepted tells that a probe of TLS alone found somebody before a host.
func (v *netView) intercepted(host string) bool {
	return slices.ContainsFunc(v.of(ProbeTLS), func(r NetResult) bool {
		at, _ := r.place()
		return at == host && r.Code == ReasonIntercepted && wentWrong(r)
	})
}

// casesRead tells of TLS that works and in which somebody reads along, by all signs or perhaps: a company's own server looks the same.
func casesRead(plain bool) func(*netView) []netCase {
	return func(v *netView) []netCase {
		return tlsCases(v, v.when(ProbeTLS, func(r NetResult) bool {
			return r.State == NetDegraded && r.Code != ReasonTLSPin && (r.Code == ReasonIntercepted) == plain
		}))
	}
}

func casesTLSCut(v *netView) []netCase {
	return tlsCases(v, v.everyTLS(func(r NetResult) bool {
		return wentWrong(r) && r.Code == ReasonTLSFailed
	}))
}

// casesTLSSilent tells of servers that accept TCP and from which nothing came to TLS, where no black hole explains it.
func casesTLSSilent(v *netView) []netCase {
	return tlsCases(v, v.everyTLS(func(r NetResult) bool {
		return (hangsInTLS(r) || wentWrong(r) && r.Kind == ProbeTLS && r.Code == ReasonNoAnswer) && !v.inHole(r)
	}))
}

// certificateCode is why a certificate was refused. Probes of TURN of earlier versions do not tell one that is out of date from a strange
// one; the probe that looks at TLS alone does, at the same place.
func (v *netView) certificateCode(r NetResult) ReasonCode {
	dated := func(o NetResult) bool { return o.Code == ReasonTLSDate && samePlace(o, r) }
	if r.Kind == ProbeTURN && r.Code == ReasonTLSUntrusted && len(v.when(ProbeTLS, dated)) > 0 {
		return ReasonTLSDate
	}
	return r.Code
}

// casesCertificate leaves what is intercepted to the rules about that.
func casesCertificate(code ReasonCode) func(*netView) []netCase {
	return func(v *netView) []netCase {
		return tlsCases(v, v.everyTLS(func(r NetResult) bool {
			host, _ := r.place()
			return wentWrong(r) && v.certificateCode(r) == code && (code == ReasonTLSDate || !v.intercepted(host))
		}))
	}
}
