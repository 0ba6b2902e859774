package model

import (
	"fmt"
	"strings"

	"echopath/app/present"
	"echopath/netcheck"
)

// typeWords are the types of candidates (RFC 8445) in words.
var typeWords = map[string]string{
	"host": "host (own address)", "srflx": "srflx (as seen by a STUN server)", "prflx": "prflx (as seen by the other end)", "relay": "relay (of a TURN server)",
}

// proofSection shows both ends' selected pairs and what belongs to them.
func proofSection(p netcheck.PathReport) (Section, bool) {
	if !p.Connected {
		return Section{}, false
	}
	s := Section{Title: "How this path was proved", Intro: forWindow(p.Note), Columns: []string{"", "This end", "Far end"}}
	ends := []netcheck.CandidatePair{p.Local, p.Far}
	each := func(name string, term present.Term, value func(netcheck.CandidatePair) string) {
		s.addBoth(name, term, forWindow(value(ends[0])), forWindow(value(ends[1])))
	}
	pair := present.TermSelectedPair
	each("Local candidate", pair, func(c netcheck.CandidatePair) string { return candidateWords(c.Local) })
	each("Remote candidate", pair, func(c netcheck.CandidatePair) string { return candidateWords(c.Remote) })
	each("Relay reached over", pair, func(c netcheck.CandidatePair) string { return strings.ToUpper(c.Local.RelayProtocol) })
	each("Server", pair, func(c netcheck.CandidatePair) string { return c.Local.Server })
	each("HTTP proxy", "", func(c netcheck.CandidatePair) string { return c.Local.ViaProxy })
	tls := func(value func(netcheck.TLSEvidence) string) func(netcheck.CandidatePair) string {
		return func(c netcheck.CandidatePair) string {
			if c.Local.TLS == nil {
				return ""
			}
			return value(*c.Local.TLS)
		}
	}
	each("TLS version", "", tls(func(e netcheck.TLSEvidence) string { return e.Version }))
	each("TLS verified by", "", tls(func(e netcheck.TLSEvidence) string { return verifiedWords(e.VerifiedBy) }))
	each("TLS server name", "", tls(func(e netcheck.TLSEvidence) string { return e.ServerName }))
	each("TLS issuer", "", tls(func(e netcheck.TLSEvidence) string { return e.Issuer }))
	each("TLS key (SHA-256)", present.TermPin, tls(func(e netcheck.TLSEvidence) string { return e.SPKISHA256 }))
	s.addBoth("NAT between", present.TermNATBetween, triWords(p.NATBetween))
	s.addBoth("Interface", "", forWindow(p.Interface))
	s.addBoth("VPN", "", triWords(p.VPN))
	s.addBoth("IP version", "", string(p.Family))
	s.addBoth("Connect", present.TermConnect, present.Millis(p.Connect)+" ms")
	return s, true
}

// candidateWords is a candidate: "relay (of a TURN server) 192.0.2.1:50000, UDP".
func candidateWords(c netcheck.Candidate) string {
	if c.Type == "" && !c.Address.IsValid() {
		return ""
	}
	text := orElse(typeWords[c.Type], c.Type)
	if c.Address.IsValid() {
		text += " " + c.Address.String()
	}
	if c.Protocol != "" {
		text += ", " + strings.ToUpper(c.Protocol)
	}
	return text
}

// pairWords is a pair for the log: "host 127.0.0.1:4000 to host 127.0.0.1:4001 over UDP".
func pairWords(p netcheck.CandidatePair) string {
	text := fmt.Sprintf("%s %s to %s %s", p.Local.Type, p.Local.Address, p.Remote.Type, p.Remote.Address)
	if p.Local.RelayProtocol != "" {
		return text + ", relay reached over " + strings.ToUpper(p.Local.RelayProtocol)
	}
	return text + " over " + strings.ToUpper(p.Local.Protocol)
}

func verifiedWords(by string) string {
	switch by {
	case "system":
		return "this computer's certificate authorities"
	case "ca_file":
		return "the CA file"
	case "pin":
		return "the pin"
	}
	return by
}

func triWords(t netcheck.Tri) string {
	if t == netcheck.Unknown {
		return "not known"
	}
	return string(t)
}
