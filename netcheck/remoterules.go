package netcheck

import (
	"fmt"
	"slices"
	"strings"
)

// sessionOver tells of a path that was not connected because the session of the two computers was over or had not begun: it says
// nothing about the network between them.
func sessionOver(c ReasonCode) bool {
	return c == ReasonInvite || c == ReasonHostRefused || c == ReasonHostGone || c == ReasonOtherVersion
}

// anyWorks tells whether some path of a report carried what it was to carry.
func anyWorks(r Report, which func(Path) bool) bool {
	return slices.ContainsFunc(r.Paths, func(p PathReport) bool { return p.State == StateOK && which(p.Path) && !silent(p) })
}

// remoteState puts a path that did not connect between two computers into its place: a straight way that fails is usual between
// two places, and calls that have another take it.
func remoteState(r Report, p PathReport, f Finding) Finding {
	relayUDP := func(p Path) bool { return p == PathRelayUDP }
	others := func(other Path) bool { return other != p.Path }
	overUDP := func(other Path) bool { return other != p.Path && !other.Stream() }
	switch {
	case p.Code == ReasonImpostor:
		f.ID, f.Title = "impostor", p.Path.Title()+": the other end is not the one that the invite is of"
	case sessionOver(p.Code):
		f.ID, f.Severity, f.Title = "session_over", SeverityWarning, p.Path.Title()+": the session with "+r.far()+" was over"
	case p.State != StateBlocked || !anyWorks(r, others):
	case p.Path == PathDirect && p.Code == ReasonNoPair && anyWorks(r, overUDP):
		f.ID, f.Severity, f.Title = "direct_nat", SeverityInfo, "Direct finds no way to "+r.far()
		f.Detail = "A NAT or a firewall stands between the two computers, as is usual between two places. Calls go by STUN or a relay then."
		f.Advice = "Nothing needs to be done. A direct way needs addresses by which the two reach each other, as in one network or a VPN."
	case p.Path == PathSTUN && p.Code == ReasonNoPair && anyWorks(r, relayUDP):
		f.Severity = SeverityInfo
	default:
		f.Severity = SeverityWarning
	}
	return f
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
	return "ask the firewall team to allow UDP from this computer to the ports for test packets of " + where +
		", which its host screen lists, and the answers"
}

// farAddresses lists the addresses under which the other computer was met, as seen from here: as candidates of links that came up,
// and else that of its signalling.
func farAddresses(r Report) []string {
	var out []string
	for _, p := range r.Paths {
		if c := p.Local.Remote; p.Connected && c.Type != "relay" && c.Address.IsValid() {
			out = append(out, c.Address.Addr().Unmap().String())
		}
	}
	if at := signallingHost(r); len(out) == 0 && at != "" {
		out = append(out, at)
	}
	return unique(out)
}

// signallingHost is the name or address under which this end reached its host; "" if it did not, or did not say.
func signallingHost(r Report) string {
	if r.Other == nil || !r.Other.Host {
		return ""
	}
	if inner, bracketed := strings.CutPrefix(r.Other.Address, "["); bracketed {
		host, _, _ := strings.Cut(inner, "]")
		return host
	}
	host, _, _ := strings.Cut(r.Other.Address, ":")
	return host
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

// remoteNoPath says what is known when nothing works between two computers that could talk to each other about it.
func remoteNoPath(r Report, f Finding) Finding {
	if slices.ContainsFunc(r.Paths, func(p PathReport) bool { return p.Code == ReasonImpostor }) {
		return f // who can be talked to is not who it should be
	}
	if r.Other != nil && r.Other.Way != "paste" {
		f.Detail += fmt.Sprintf(" The two computers could talk to each other to arrange the test, so %s runs and can be reached over TCP.", r.far())
	}
	ask := "to " + orElse(list(udpServers(r)), "its UDP port 3478")
	f.Advice = fmt.Sprintf("Ask the firewall team to allow UDP from this computer %s, or at least TCP to the TURN server of %s. The findings about each path say what stood in the way.", ask, r.far())
	return f
}
