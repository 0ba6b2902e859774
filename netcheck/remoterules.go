package netcheck

import (
	"fmt"
	"slices"
	"strings"
)

// sessionOver tells of a path that was not connected because the session of the two computers was over or had not begun: it says
// nothing about the network between them.
func sessionOver(c ReasonCode) bool {
	return c == ReasonInvite || c == ReasonHostRefused || c == ReasonHostGone || c == ReasonOtherVersion || c == ReasonOwnLink
}

// ended tells the same of a path, also of one that carried something until the other computer ended the run by hand: to refuse an order
// is another matter.
func (p PathReport) ended() bool {
	return sessionOver(p.Code) || p.Code == ReasonFarRefused && carried(p)
}

// cutShort tells of a run in which paths were not measured, or not to their end, for such a reason.
func cutShort(r Report) bool {
	return slices.ContainsFunc(r.Paths, func(p PathReport) bool { return p.ended() })
}

// offline tells of a run that was cut short because this computer's own connection went down.
func offline(r Report) bool {
	return slices.ContainsFunc(r.Paths, func(p PathReport) bool { return p.Code == ReasonOwnLink })
}

// anyWorks tells whether some path of a report carried what it was to carry.
func anyWorks(r Report, which func(Path) bool) bool {
	works := func(p PathReport) bool {
		return p.State == StateOK || p.State == StateInterrupted && slices.Contains(gradeOrder, gradeFigures(p))
	}
	return slices.ContainsFunc(r.Paths, func(p PathReport) bool { return works(p) && which(p.Path) && !silent(p) })
}

// remoteState puts a path that did not connect between two computers into its place: a straight way that fails is usual between
// two places, and calls that have another take it.
func remoteState(r Report, p PathReport, f Finding) Finding {
	f = openedFor(r, p, f)
	relayUDP := func(p Path) bool { return p == PathRelayUDP }
	others := func(other Path) bool { return other != p.Path }
	overUDP := func(other Path) bool { return other != p.Path && !other.Stream() }
	switch {
	case p.Code == ReasonImpostor:
		f.ID, f.Title = "impostor", p.Path.Title()+": the other end is not the one that the invite is of"
	case p.Code == ReasonFarRefused && cutShort(r): // whoever ended the run there refuses the paths that follow
		f.ID, f.Severity, f.Title = "session_over", SeverityWarning, p.Path.Title()+": "+r.far()+" ended the test"
	case p.Code == ReasonOwnLink:
		f.ID, f.Severity, f.Title = "session_over", SeverityWarning, p.Path.Title()+": this computer's own connection was down"
	case p.ended():
		f.ID, f.Severity, f.Title = "session_over", SeverityWarning, p.Path.Title()+": the session with "+r.far()+" was over"
	case p.State != StateBlocked || !anyWorks(r, others):
	case p.Path == PathDirect && p.Code == ReasonNoPair && anyWorks(r, overUDP):
		f.ID, f.Severity, f.Title = "direct_nat", SeverityInfo, "Direct finds no way to "+r.far()
		f.Detail = "A NAT or a firewall stands between the two computers, as is usual between two places. Calls go by STUN or a relay then."
		f.Advice = "Nothing needs to be done. A direct way needs addresses by which the two reach each other, as in one network or a VPN."
		if ports := r.peerPorts(); ports != "" {
			f.Advice = strings.TrimSuffix(f.Advice, ".") + ", with UDP to " + ports + " of " + r.far() + " allowed between them."
		}
	case p.Path == PathSTUN && p.Code == ReasonNoPair && anyWorks(r, relayUDP):
		f.Severity = SeverityInfo
	default:
		f.Severity = SeverityWarning
	}
	return f
}

// openedFor adds the ports and the address that have to be opened for a straight way to the advice of one that found no way, where the
// host has named them. What is known of that way, as how a NAT maps it, stays the first thing to look at.
func openedFor(r Report, p PathReport, f Finding) Finding {
	if p.Path.Relay() || p.State != StateBlocked || p.Code != ReasonNoPair || r.peerPorts() == "" {
		return f
	}
	f.Advice = strings.TrimSpace(fmt.Sprintf("%s %s. At the place of %s they must be let in, and passed on to it by a NAT if there is one. Without that, calls take a relay.",
		p.Advice, capital(openPeerPorts(r)), r.far()))
	f.Evidence = append(f.Evidence, Evidence{"peer_ports", portRange(r.Other.PeerPorts)})
	return f
}

// publicAdvice is what else may be behind a connection that came up where it was not expected: a host that names an address which leads
// elsewhere.
func publicAdvice(r Report) string {
	switch {
	case r.Other == nil:
		return ""
	case !r.Other.Host:
		return " Or this computer, the host, names a wrong public address: see that the one it was started with (option public-address) leads to it, and is of the NAT that its packets leave by."
	}
	return " Or " + r.far() + " may be announcing a wrong public address: ask who runs it to see that the one it was started with (option public-address) leads to it, and is of the NAT that its packets leave by."
}

// findRelayOnly tells that nothing but a relay connects two computers between which UDP works.
func findRelayOnly(r Report, v Verdict) []Finding {
	relay, ok := r.Path(PathRelayUDP)
	if !r.remote() || !ok || !slices.Contains(gradeOrder, v.Paths[relay.Path]) {
		return nil
	}
	var not []string
	for _, p := range r.Paths {
		if p.Path.Relay() {
			continue
		}
		if p.State != StateBlocked || p.Code != ReasonNoPair {
			return nil // STUN was not tried, or it works
		}
		not = append(not, p.Path.Title())
	}
	if !slices.Contains(not, PathSTUN.Title()) {
		return nil
	}
	return []Finding{{ID: "relay_only", Severity: SeverityInfo, Title: "Only a relay connects this computer and " + r.far(),
		Detail: list(not) + verb(not, " found no way, and ", " found no way, and ") + relay.Path.Title() +
			" did: a NAT at one end gives each connection a port of its own, or a firewall lets no UDP through between the two.",
		Advice:   "Calls work, by the relay and with its detour. For a straight way, " + openPeerPorts(r) + ".",
		Evidence: evidence("relay", orElse(relay.Server, "unknown"), "relay_grade", string(v.Paths[relay.Path]))}}
}

// findNoRelay tells that no relay was tried between two computers because nobody offers one. Where nothing else connects them it
// is what is missing.
func findNoRelay(r Report, v Verdict) []Finding {
	var without []string
	why := PathReport{}
	for _, p := range r.Paths {
		switch {
		case !p.Path.Relay():
		case p.Code != ReasonNoServer:
			return nil
		default:
			without, why = append(without, p.Path.Title()), p
		}
	}
	if !r.remote() || len(without) == 0 {
		return nil
	}
	f := Finding{ID: "no_relay", Severity: SeverityInfo, Title: "No relay was tested", Detail: orElse(why.Reason, "No TURN server was given."),
		Advice: orElse(why.Advice, "Give a TURN server of your own."), Evidence: evidence("paths", list(without))}
	if v.Grade == GradeFailed {
		f.Severity = SeverityWarning
		f.Detail += " A relay is what connects two places between which nothing else gets through."
	}
	return []Finding{f}
}

// openPeerPorts asks for what straight ways to the other computer need.
func openPeerPorts(r Report) string {
	where := r.far()
	if at := farAddresses(r); len(at) > 0 {
		where += " (" + list(at) + ")"
	}
	if ports := r.peerPorts(); ports != "" {
		return "ask the firewall team to allow UDP from this computer to " + ports + " of " + where + ", and the answers"
	}
	return "ask the firewall team to allow UDP from this computer to the ports for test packets of " + where +
		", which its host screen lists, and the answers"
}

// udpServers lists the servers that paths over UDP need, as a firewall team wants them. Public ones belong to nobody here.
func udpServers(r Report) []string {
	var out []string
	for _, s := range r.Granted.Target.Servers {
		if !s.Public && s.URL.Transport == "udp" {
			out = append(out, hostPort(s.URL.String()))
		}
	}
	return unique(out)
}

// remoteUDPAdvice is what to ask for where two computers have only TCP between them.
func remoteUDPAdvice(r Report) string {
	servers := orElse(list(udpServers(r)), "the STUN/TURN server of "+r.far())
	return fmt.Sprintf("Ask the firewall team to allow UDP from this computer to %s, and the answers from there; that gives calls a relay over UDP. For a straight way as well, %s.",
		servers, openPeerPorts(r))
}

// relayedToNobody lists the relays over a stream that gave an address, and from which nothing reached the other computer: the server is
// reached then, and it is not the way to it that has to be opened.
func relayedToNobody(r Report) []string {
	var by []string
	for _, p := range r.Paths {
		if p.Path.Stream() && (p.Code == ReasonNoPair || p.Code == ReasonPeerRefused) {
			by = append(by, p.Path.Title())
		}
	}
	return by
}

// remoteNoPath says what is known when nothing works between two computers that could talk to each other about it.
func remoteNoPath(r Report, f Finding) Finding {
	if slices.ContainsFunc(r.Paths, func(p PathReport) bool { return p.Code == ReasonImpostor }) {
		return f // who can be talked to is not who it should be
	}
	if r.Other != nil && r.Other.Way != "paste" {
		f.Detail += fmt.Sprintf(" The two computers could talk to each other to arrange the test, so %s runs and can be reached over TCP.", r.far())
	}
	if by := relayedToNobody(r); len(by) > 0 {
		f.Detail += fmt.Sprintf(" The TURN server was reached and gave a relay address (%s), but no packet passed between it and %s.", list(by), r.far())
		f.Advice = fmt.Sprintf("Ask whoever runs %s to let UDP pass between the TURN server and %s, also where both are on one computer: a firewall program there may block it. The findings about each path say what stood in the way.",
			r.far(), orElse(r.peerPorts(), "its ports for test packets"))
		return f
	}
	ask := "to " + orElse(list(udpServers(r)), "its UDP port 3478")
	f.Advice = fmt.Sprintf("Ask the firewall team to allow UDP from this computer %s, or at least TCP to the TURN server of %s. The findings about each path say what stood in the way.", ask, r.far())
	return f
}
