package netcheck

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// This file is what the firewall team is asked for: what to allow, what to keep, and that no port is the matter where none is.

// allow lists what did not get through and was not seen to do so in a call.
func (t *firewallText) allow() {
	shut := pick(t.view.legs, func(l netLeg) bool { return closed(l) && !t.view.carriedBy(l) })
	udp, stream := needsOf(pick(shut, overUDP)), streamNeeds(pick(shut, func(l netLeg) bool { return l.stream && !l.public }))
	keep := t.view.keep()
	kept := has(t.view.legs, func(l netLeg) bool { return l.stream && l.asked && t.view.kept(l) })
	switch {
	case len(udp) > 0:
		t.list("Please allow, from this computer outwards, and the answers:", udp)
		if !kept { // by that calls have a way already, and a second is no better
			t.list("If that is not possible, at least one of these, the best first:", stream)
		}
	case len(stream) > 0:
		t.list("Please allow, as a way for calls where UDP does not pass, the best first:", stream)
	case len(shut) > 0:
		t.line("\n%s", CleanText(askFor(shut), maxFinding))
	default:
		t.noPort()
		return
	}
	t.list("Please keep open what works already:", keep)
	t.alsoHelps(pick(shut, func(l netLeg) bool { return overUDP(l) && relays(l) && !l.public }))
}

func (t *firewallText) list(title string, needs []netNeed) {
	if len(needs) == 0 {
		return
	}
	t.line("\n%s", title)
	for _, n := range needs {
		t.line("- %s", CleanText(n.String(), maxFinding))
	}
}

// streamNeeds lists what legs over TCP need one by one, best first: TLS passes more firewalls than plain TURN, and port 443 more than others.
func streamNeeds(legs []netLeg) []netNeed {
	var out []netNeed
	rank := func(l netLeg) int {
		n := 0
		if l.Transport != "tls" {
			n++
		}
		if l.port != 443 {
			n += 2
		}
		return n
	}
	legs = slices.Clone(legs)
	slices.SortStableFunc(legs, func(a, b netLeg) int { return rank(a) - rank(b) })
	for _, l := range legs {
		n := needOf(l)
		n.how = streamHow(l) + throughWords(l.NetResult)
		if !slices.ContainsFunc(out, func(o netNeed) bool { return o.String() == n.String() }) {
			out = append(out, n)
		}
	}
	return out
}

// toBeTold marks a way that works and that nobody has set up.
const toBeTold = " (TURN; it works, and the application has to be given this address)"

func streamHow(l netLeg) string {
	switch {
	case l.Transport == "tls":
		return " (TURN over TLS)"
	case l.port == 443:
		return " (TURN)"
	}
	return ""
}

// kept tells of a leg that works past any proxy, by itself or in a call.
func (v *netView) kept(l netLeg) bool {
	return !l.public && !l.proxied && (works(l) || v.carriedBy(l))
}

// keep lists what works, UDP first, then by streamNeeds, and last what goes through a proxy. What nobody has set up counts where it relays
// and nothing else works.
func (v *netView) keep() []netNeed {
	kept := pick(v.legs, v.kept)
	out := needsOf(pick(kept, func(l netLeg) bool { return overUDP(l) && l.asked }))
	out = append(out, streamNeeds(pick(kept, func(l netLeg) bool { return l.stream && l.asked }))...)
	out = append(out, streamNeeds(pick(v.legs, func(l netLeg) bool { return worksProxied(l) && l.asked }))...)
	if len(out) > 0 {
		return out
	}
	out = streamNeeds(pick(kept, func(l netLeg) bool { return l.stream }))
	for i := range out {
		out[i].how = toBeTold
	}
	return out
}

// alsoHelps asks for the ports of relays where a server was asked for one over UDP.
func (t *firewallText) alsoHelps(legs []netLeg) {
	var said []string
	for _, l := range legs {
		said = append(said, t.view.relayAsk(l))
	}
	for _, text := range unique(said) {
		t.line("\nAlso helps: %s", CleanText(text, maxFinding))
	}
}

// relayAsk is the request for a server's relay ports, which a client can do without.
func (v *netView) relayAsk(l netLeg) string {
	at, ports := netHost{name: l.host, address: l.address}.spot(), "ports "+relayRange+", the relay range by custom"
	host := v.report.signalledBy(l)
	for _, r := range v.results {
		relayed, err := netip.ParseAddrPort(r.Facts.Relayed)
		if name, _ := r.place(); err != nil || name != l.host {
			continue
		}
		at = relayed.Addr().Unmap().String()
		if relayed.Port() < 49152 {
			ports = fmt.Sprintf("the relay range, which is not the usual %s: port %d was seen, and the server's administrators know the rest", relayRange, relayed.Port())
		}
	}
	if host != "" {
		ports = host + ", the relay range"
	}
	return fmt.Sprintf("UDP to %s, %s: then the other person's relay can be sent to directly; calls work without it.", at, ports)
}

// signalledBy names the relay ports that the host of an invite gave, where a leg asked that host.
func (r Report) signalledBy(l netLeg) string {
	if at := signallingHost(r); at == "" || at != l.host && at != l.address {
		return ""
	}
	return r.peerPorts()
}

// noPort says that no port is the matter where each server that was given was reached, and what is the matter then.
func (t *firewallText) noPort() {
	if !t.view.allReached() {
		return
	}
	var faults []string
	for _, f := range t.verdict.Findings {
		if f.Severity != SeverityInfo {
			faults = append(faults, strings.TrimSuffix(f.Title, "."))
		}
	}
	if len(faults) == 0 {
		t.line("\nNo port has to be opened: each server that was given was asked, and reached.")
		return
	}
	t.line("\nNo port has to be opened: each server that was given was asked, and reached. What is the matter instead: %s.",
		CleanText(strings.Join(unique(faults), "; "), maxFinding))
}

// allReached tells that each server that was given was asked as it was given and reached without a proxy, and that no call failed to connect.
func (v *netView) allReached() bool {
	given := slices.DeleteFunc(slices.Clone(v.servers), func(s ICEServer) bool { return s.Public })
	for _, s := range given {
		if !has(v.legs, func(l netLeg) bool {
			return l.reached && l.host == s.URL.Host && l.port == s.URL.Port && l.Transport == transportOf(s.URL)
		}) {
			return false
		}
	}
	unreached := func(l netLeg) bool { return l.asked && !l.public && !l.reached }
	return has(v.legs, reached) && !has(v.legs, unreached) && len(v.untested()) == 0 && v.pathsConnected()
}

// transportOf is how a leg names what a URL asks for.
func transportOf(u ServerURL) string {
	if u.Scheme == SchemeTURNS && u.Transport == "tcp" {
		return "tls"
	}
	return u.Transport
}

func (v *netView) pathsConnected() bool {
	return !slices.ContainsFunc(v.report.Paths, func(p PathReport) bool {
		return !p.Connected && p.State != StateNotApplicable
	})
}

// untested lists what was given and not asked to an end, with the reason where it is not that the test was over.
func (v *netView) untested() []string {
	if v.report.Network == nil {
		return nil
	}
	var out []string
	for _, p := range v.report.Network.Planned {
		r, ended := v.report.Network.Result(p.ID)
		if !ended {
			r = NetResult{ID: p.ID, Kind: p.Kind, Server: p.Server, Transport: p.Transport, Port: p.Port}
		}
		if v.open(r) {
			out = append(out, protocolWords(r)+" to "+placeWords(r))
		}
	}
	return unique(out)
}

// open tells of a question to a given server that has no answer, and whose silence says nothing.
func (v *netView) open(r NetResult) bool {
	return (r.State == NetRunning || r.State == NetNotTested) && (r.Kind == ProbeUDP || r.Kind == ProbeTURN) && v.leg(r).asked
}

// allowNames asks for the name servers where they do not answer.
func (t *firewallText) allowNames() {
	silent := t.view.when(ProbeDNS, func(r NetResult) bool { return wentWrong(r) && r.Code == ReasonNameTimeout })
	if _, _, offline := t.view.offline(); len(silent) == 0 || offline {
		return
	}
	t.line("\nPlease allow, for names (DNS), and the answers:\n- UDP and TCP to %s, port 53", CleanText(t.view.nameServers(), maxFinding))
}

// nameServers names the name servers of this computer, by their addresses where they are known.
func (v *netView) nameServers() string {
	var at []string
	for _, r := range v.of(ProbeDNS) {
		at = append(at, r.Facts.NameServers...)
	}
	at = slices.DeleteFunc(unique(at), func(s string) bool { // a service of this computer: nobody on the way knows it
		a, err := netip.ParseAddr(s)
		return err != nil || a.IsLoopback()
	})
	if len(at) > 0 {
		return verb(at, "the name server ", "the name servers ") + list(at)
	}
	return "this computer's name servers"
}

// allowProxy lists what a proxy kept from getting through, where calls need it.
func (t *firewallText) allowProxy() {
	if has(t.view.legs, worksUDP) || len(t.view.worked) > 0 {
		return
	}
	for _, met := range t.view.troubledProxies() {
		if met.trouble == proxyForbids || met.trouble == proxyWantsUser {
			t.line("\nOr, on %s, please allow CONNECT without a log-in to:", CleanText(strings.TrimSpace("the proxy "+met.name), maxNetAddress))
			for _, spot := range resultPlaces(met.results) {
				t.line("- %s", CleanText(spot, maxFinding))
			}
		}
	}
}

// carriedBy tells that a path worked by the very server and transport that a leg asked.
func (v *netView) carriedBy(l netLeg) bool {
	return slices.ContainsFunc(v.worked, func(p PathReport) bool {
		return byServerOf(netCase{host: l.host}, p) && p.Path.Stream() == l.stream && (!l.stream || (p.Path == PathRelayTLS) == (l.Transport == "tls"))
	})
}

// throughWords says by which proxy a question went, where the answer does not.
func throughWords(r NetResult) string {
	if !byProxy(r) || r.Kind == ProbeProxy || answerOf(r) == answerProxy {
		return ""
	}
	return ", through " + proxyName(r)
}
