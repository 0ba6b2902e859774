package netcheck

import (
	"net/netip"
	"slices"
)

// step is one path of a session: either a leg to run, or the reason why there is none.
type step struct {
	path   Path
	leg    Leg
	reason *Failure // set when the path is not applicable
}

// schedule turns a granted plan into the steps of a session. It is pure: no clock, no network.
func schedule(g Plan) []step {
	family := sessionFamily(g)
	steps := make([]step, 0, len(g.Paths))
	for _, p := range g.Paths {
		s := step{path: p, leg: Leg{
			Target: g.Target.Kind, Path: p, Family: family, Interface: g.Interface, Far: farEnd(g.Target.Kind),
			Load:    Load{PacketsPerSecond: g.Loss.Rate, PacketSize: g.Loss.Size},
			Timeout: g.ConnectTimeout,
		}}
		for _, srv := range g.Target.Servers {
			if srv.URL.Serves(p) {
				s.leg.Servers = append(s.leg.Servers, srv)
			}
		}
		s.leg.Servers = PublicLast(preferSTUN(p, s.leg.Servers))
		s.reason = notApplicable(g, s)
		steps = append(steps, s)
	}
	return steps
}

// farEnd tells where the other end of a target's legs is made.
func farEnd(k TargetKind) FarEnd {
	if k == TargetInvite {
		return FarRemote
	}
	return FarInProcess
}

// preferSTUN puts stun: servers before TURN servers that would only answer Binding requests by the way.
func preferSTUN(p Path, servers []ICEServer) []ICEServer {
	if p != PathSTUN {
		return servers
	}
	var first, rest []ICEServer
	for _, s := range servers {
		if s.URL.Scheme == SchemeSTUN {
			first = append(first, s)
		} else {
			rest = append(rest, s)
		}
	}
	return append(first, rest...)
}

// sessionFamily resolves auto to one family for all paths: IPv6 only if every server is a literal IPv6 address. Public servers
// have names and addresses of both, and decide nothing.
func sessionFamily(g Plan) Family {
	if g.Family != FamilyAuto {
		return g.Family
	}
	own := slices.DeleteFunc(slices.Clone(g.Target.Servers), func(s ICEServer) bool { return s.Public })
	named := func(s ICEServer) bool {
		a, err := netip.ParseAddr(s.URL.Host)
		return err != nil || !a.Unmap().Is6()
	}
	if len(own) > 0 && !slices.ContainsFunc(own, named) {
		return Family6
	}
	return Family4
}

func notApplicable(g Plan, s step) *Failure {
	switch {
	case s.path == PathDirect && g.Target.Kind == TargetTURN:
		return &Failure{Code: ReasonSameMachine,
			Text:   "Both ends are on this computer, so a direct path would never leave it.",
			Advice: "To test a direct path through the network, connect two computers; to test this computer alone, use the target self."}
	case s.path != PathDirect && len(s.leg.Servers) == 0 && g.Target.Kind == TargetInvite:
		return noRemoteServer(s.path)
	case s.path != PathDirect && len(s.leg.Servers) == 0:
		return &Failure{Code: ReasonNoServer,
			Text:   "No server was given that offers this path.",
			Advice: "Add the server address " + exampleURL(s.path) + " if your server offers it."}
	}
	for _, srv := range s.leg.Servers {
		a, err := netip.ParseAddr(srv.URL.Host)
		if err != nil || (s.leg.Family == Family6) == a.Unmap().Is6() {
			return nil
		}
	}
	if len(s.leg.Servers) > 0 {
		f := &Failure{Code: ReasonNoFamily, Text: "The server's address is not of IP version " + string(s.leg.Family) + ".",
			Advice: "Let the IP version be chosen automatically, or give the server by a name or address of that version."}
		if g.Family == FamilyAuto { // one family for all paths: those of the other want a run of their own
			f.Advice = "Test the servers of the other IP version in a run of their own, with IP version " + string(otherFamily(s.leg.Family)) + "."
		}
		return f
	}
	return nil
}

// noRemoteServer tells that neither the host nor the user has a server for a path between two computers.
func noRemoteServer(p Path) *Failure {
	if p == PathSTUN {
		return &Failure{Code: ReasonNoServer,
			Text:   "The host offers no STUN server, and none of your own was given.",
			Advice: "Give a STUN server that both computers can reach, such as " + exampleURL(p) + " (--stun in the terminal)."}
	}
	return &Failure{Code: ReasonNoServer,
		Text:   "The host offers no TURN server that can be reached in this way, and none of your own was given.",
		Advice: "Give your own TURN server, such as " + exampleURL(p) + " (--turn in the terminal)."}
}

func otherFamily(f Family) Family {
	if f == Family4 {
		return Family6
	}
	return Family4
}

func exampleURL(p Path) string {
	switch p {
	case PathSTUN:
		return "stun:HOST:3478"
	case PathRelayTCP:
		return "turn:HOST:3478?transport=tcp"
	case PathRelayTLS:
		return "turns:HOST:5349?transport=tcp"
	}
	return "turn:HOST:3478?transport=udp"
}
