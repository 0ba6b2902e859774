package netcheck

import (
	"fmt"
	"slices"
	"strings"
)

// sessionRules look at all paths together.
var sessionRules = []func(Report, Verdict) []Finding{findUDPBlocked, findNoPath, findNoFamily, findRelayOnly, findNoRelay, findSelf, findStayed,
	findHarmless}

func findUDPBlocked(r Report, v Verdict) []Finding {
	blocked := blockedUDP(r)
	if len(blocked) == 0 {
		return nil
	}
	var titles, works, servers []string
	f := Finding{ID: "udp_blocked", Severity: SeverityCritical, Title: "UDP does not get through"}
	for _, p := range blocked {
		titles = append(titles, p.Path.Title())
		f.Evidence = append(f.Evidence, Evidence{string(p.Path), string(p.Code)})
		if p.Server != "" {
			servers = append(servers, hostPort(p.Server))
		}
	}
	for _, p := range r.Paths {
		if p.Path.Stream() && slices.Contains(gradeOrder, v.Paths[p.Path]) {
			works = append(works, p.Path.Title())
		}
	}
	f.Detail = list(titles) + verb(titles, " lets", " let") + " no packet through."
	f.Advice = "Ask the firewall team to allow UDP to " + orElse(list(unique(servers)), "the STUN/TURN server") + ", and the answers from there."
	switch r.Granted.Target.Kind {
	case TargetSelf:
		f.Advice = localAdvice
	case TargetInvite:
		f.Advice = remoteUDPAdvice(r)
	case TargetTURN, TargetUnknown:
	}
	if len(works) > 0 {
		f.Severity = SeverityWarning
		f.Detail += " " + list(works) + verb(works, " works", " work") + ", so calls connect, but every lost packet will hold up those behind it."
	}
	return []Finding{f}
}

// hostPort is what a firewall team needs of a server's URL.
func hostPort(server string) string {
	u, err := ParseServerURL(server)
	if err != nil {
		return server
	}
	return fmt.Sprintf("%s port %d", u.Host, u.Port)
}

func unique(list []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func findNoPath(r Report, v Verdict) []Finding {
	if v.Grade != GradeFailed {
		return nil
	}
	f := Finding{ID: "no_path", Severity: SeverityCritical, Title: "No path works",
		Advice: "The findings about each path say what stood in the way; begin with the first."}
	which, stayed := "None of the paths that were tried", ""
	var broke []string
	for _, p := range r.Paths {
		switch {
		case staysHere(r, p) && p.State == StateOK:
			f.Title, which = "No path through the network works", "None of the paths that leave this computer"
			stayed = " " + p.Path.Title() + " worked, but its packets stayed on this computer."
		case brokeOff(p):
			broke = append(broke, p.Path.Title())
		}
		if v.Paths[p.Path] == GradeFailed {
			f.Evidence = append(f.Evidence, Evidence{string(p.Path), orElse(string(p.Code), string(ReasonNoData))})
		}
	}
	f.Detail = which + " carried packets there and back, so a call would not work." + stayed
	if onlyHere(r, v) {
		f.Title, f.Detail = "Nothing could be measured", "The trouble was with this computer on each path, so nothing is known of the network."
	} else if len(broke) > 0 {
		f.Detail = which + " held to the end: " + list(broke) + " carried packets and then broke off, and so would a call." + stayed
	}
	same, one := sameReason(r, v)
	switch {
	case one:
		f.Detail += " Each of them ended for the same reason."
		f.Advice = same.Advice
	case r.Granted.Target.Kind == TargetSelf && sameEverywhere(r, ReasonNoAnswer):
		f.Advice = localAdvice
	case r.remote():
		f = remoteNoPath(r, f)
	case sameEverywhere(r, ReasonRefused) && r.Granted.Target.Kind != TargetSelf:
		f.Detail += " Every attempt was refused, over UDP and TCP alike."
		f.Advice = "Check the server's address and ports, and that it runs: a refusal everywhere is what a computer without that server answers."
	case sameEverywhere(r, ReasonNoAnswer):
		f.Detail += " Nothing answered at all, by whatever protocol."
		f.Advice = "Check the server's address and that the server runs: when nothing answers, that is likelier than a firewall. " +
			"If it works from elsewhere, ask the firewall team to allow what the findings about each path name."
	}
	return []Finding{f}
}

// noFamily tells that no path could be made because something on the way has no address of the asked IP version.
func noFamily(r Report) bool {
	for _, p := range r.Paths {
		if p.State != StateNotApplicable && p.State != StateNotRun {
			return false
		}
	}
	return slices.ContainsFunc(r.Paths, func(p PathReport) bool { return p.Code == ReasonNoFamily })
}

// familyWord names the asked IP version.
func familyWord(r Report) string {
	if g := sessionFamily(r.Granted); g == Family6 {
		return "IPv6"
	}
	return "IPv4"
}

// findNoFamily says why nothing could be measured with the asked IP version.
func findNoFamily(r Report, _ Verdict) []Finding {
	if !noFamily(r) {
		return nil
	}
	f := Finding{ID: "no_family", Severity: SeverityWarning, Title: "No path of " + familyWord(r) + " could be made", Evidence: evidence("family", familyWord(r))}
	var said []string
	for _, p := range r.Paths {
		if p.Code == ReasonNoFamily {
			said = append(said, orElse(p.Reason, "There is no address of that IP version."))
			f.Evidence = append(f.Evidence, Evidence{string(p.Path), string(p.Code)})
		}
	}
	f.Detail = strings.Join(unique(said), " ") + " That says nothing about the network."
	f.Advice = "Use --ip auto, or choose the other IP version."
	return []Finding{f}
}

// onlyHere tells that every path that failed did so for a reason on this computer.
func onlyHere(r Report, v Verdict) bool {
	for _, p := range r.Paths {
		if v.Paths[p.Path] == GradeFailed && p.Code != ReasonLocal {
			return false
		}
	}
	return true
}

// sameEverywhere tells that paths over UDP and over a stream were tried, and that all of them ended for this reason.
func sameEverywhere(r Report, code ReasonCode) bool {
	packets, streams := false, false
	for _, p := range r.Paths {
		switch {
		case p.State == StateNotApplicable || p.State == StateNotRun:
		case p.Code != code:
			return false
		case p.Path.Stream():
			streams = true
		default:
			packets = true
		}
	}
	return packets && streams
}

// findSelf keeps a good result on this computer from being taken for a good network.
func findSelf(r Report, v Verdict) []Finding {
	if r.Granted.Target.Kind != TargetSelf || v.Grade == GradeFailed || v.Grade == GradeInconclusive {
		return nil
	}
	return []Finding{{ID: "self_only", Severity: SeverityInfo, Title: "This test stayed inside this computer",
		Detail:   "It shows that this computer can make and carry calls, and gives a baseline. It says nothing about your network.",
		Advice:   "To test the network, test through a TURN server: its address (turn:HOST:3478), a user name and a password are needed.",
		Evidence: evidence("target", string(TargetSelf))}}
}

// findStayed keeps a STUN path without a NAT from being taken for a test of the network.
func findStayed(r Report, _ Verdict) []Finding {
	for _, p := range r.Paths {
		if p.State.Measured() && !staysHere(r, p) {
			return nil
		}
	}
	for _, p := range r.Paths {
		if staysHere(r, p) && p.State.Measured() {
			return []Finding{{ID: "stayed_here", Severity: SeverityInfo, Path: p.Path, Title: "The packets of this test stayed on this computer",
				Detail:   "The STUN server answers, and no NAT lies between: both ends have the same address, so packets between them went nowhere else. Their figures say nothing about your network.",
				Advice:   "To test the network, test through a TURN server: its address (turn:HOST:3478), a user name and a password are needed.",
				Evidence: evidence("mapped_address", p.Local.Local.Address.String())}}
		}
	}
	return nil
}
