package netcheck

import (
	"slices"
	"time"
)

// netView is a report's network results, prepared for the rules and the grade.
type netView struct {
	report  Report
	servers []ICEServer // that were asked
	results []NetResult
	legs    []netLeg     // questions to STUN and TURN servers that mean something, in order
	hosts   []netHost    // the servers of the legs, in order
	worked  []PathReport // that really carried packets through the network
	proxied []NetResult  // of places to which the settings name a proxy
	skew    time.Duration
	skewOf  []NetResult // where the skew is known from
}

// viewNetwork prepares a report. The grades tell which paths were measured.
func viewNetwork(r Report) *netView {
	v := &netView{report: r, servers: r.Granted.networkServers()}
	if r.Network != nil {
		v.results = r.Network.Results
	}
	for _, result := range v.results {
		if result.Kind == ProbeProxy && result.Facts.Proxy != nil && result.Facts.Proxy.Address != "" {
			v.proxied = append(v.proxied, result)
		}
	}
	for _, result := range v.results {
		if l := v.leg(result); (result.Kind == ProbeUDP || result.Kind == ProbeTURN) && (l.asked || l.answer == answerWorks) {
			v.legs = append(v.legs, l)
			v.addToHost(l)
		}
		// A log-in page that answers in place of the server has a clock of its own.
		if skew := result.Facts.Skew; result.Kind == ProbeClock && skew.Abs() > v.skew.Abs() && len(v.portals()) == 0 {
			v.skew, v.skewOf = skew, []NetResult{result}
		}
	}
	for _, p := range r.Paths {
		if p.Connected && carried(p) && !silent(p) && !staysHere(r, p) && r.Granted.Target.Kind != TargetSelf {
			v.worked = append(v.worked, p)
		}
	}
	return v
}

// hostOf is the index of a leg's host; -1 if it has none yet.
func (v *netView) hostOf(l netLeg) int {
	return slices.IndexFunc(v.hosts, func(h netHost) bool { return h.name == l.host })
}

func (v *netView) addToHost(l netLeg) {
	i := v.hostOf(l)
	if i < 0 {
		v.hosts, i = append(v.hosts, netHost{name: l.host, public: l.public}), len(v.hosts)
	}
	h := &v.hosts[i]
	h.address = orElse(h.address, l.address)
	h.legs = append(h.legs, l)
}

func (v *netView) leg(result NetResult) netLeg {
	l := netLeg{NetResult: result, stream: overStream(result), answer: answerOf(result)}
	l.host, l.port = result.place()
	l.proxied = byProxy(result) || l.stream && slices.ContainsFunc(v.proxied, func(p NetResult) bool {
		host, port := p.place()
		return host == l.host && port == l.port
	})
	if l.proxied && !stepDone(result, string(StepProxy)) && (l.answer == answerSilent || l.answer == answerRefused) {
		l.answer = answerProxy // it is the proxy that did not answer
	}
	if host, _, ok := cutPort(result.Remote); ok && !l.proxied {
		l.address = host
	}
	told := result
	if r, refused := v.refusedThere(result); refused && l.answer == answerSilent {
		told, l.answer = r, answerRefused
	}
	l.router = l.answer == answerRefused && told.Code == ReasonUnreachable
	l.asked, l.public = v.named(l)
	l.noWay = !l.proxied && v.lacks(result.Family)
	l.reached = !l.proxied && (l.answer == answerWorks || l.answer == answerNo || l.stream && stepDone(result, string(StepDial)))
	return l
}

// named tells whether the plan names a leg's transport and port. Where the plan does not know the server at all, it is taken as named.
func (v *netView) named(l netLeg) (asked, public bool) {
	known := false
	for _, s := range v.servers {
		if s.URL.Host != l.host {
			continue
		}
		known, public = true, s.Public
		transport := s.URL.Transport
		if s.URL.Scheme == SchemeTURNS {
			transport = "tls"
		}
		if s.URL.Port == l.port && transport == l.Transport {
			return true, s.Public
		}
	}
	return !known, public
}

// of lists the results of a kind.
func (v *netView) of(kind ProbeKind) []NetResult { return v.report.Network.Of(kind) }

// when lists the results of a kind that meet a condition.
func (v *netView) when(kind ProbeKind, meets func(NetResult) bool) []NetResult {
	return slices.DeleteFunc(v.of(kind), func(r NetResult) bool { return !meets(r) })
}

// udpClosed tells that UDP was tried and nothing came back by it.
func (v *netView) udpClosed() bool { return has(v.legs, closedUDP) && !has(v.legs, reachedUDP) }

// anyWay tells that calls have some way by what was given: by UDP, or by a relay over a stream.
func (v *netView) anyWay() bool { return slices.Contains(gradeOrder, gradeGiven(v)) }

// proxyWay tells that calls get through by a proxy. Where no relay was asked, that the proxy opens connections is all that is known.
func (v *netView) proxyWay() bool {
	asked := has(v.legs, func(l netLeg) bool { return relays(l) && l.asked })
	return v.worksGiven(worksProxied) || !asked && len(v.when(ProbeProxy, opensProxy)) > 0
}

// opensProxy tells of a proxy that is there and opens connections.
func opensProxy(r NetResult) bool {
	return (r.State == NetOK || r.State == NetDegraded) && r.Facts.Proxy != nil && r.Facts.Proxy.Address != ""
}

// web tells whether anything but the asked servers answered over TCP; Unknown if nothing says so or the contrary. A log-in page is
// not the web.
func (v *netView) web() Tri {
	silent := false
	for _, r := range v.results {
		switch r.Kind {
		case ProbePortal:
			// A portal's silence is no fault of the network's, and yet it tells.
			gone := answerOf(NetResult{State: NetBlocked, Code: r.Code})
			silent = silent || r.State == NetNotTested && (gone == answerRefused || gone == answerNoName || r.Code == ReasonNoAnswer)
			if answerOf(r) == answerWorks {
				return Yes
			}
		case ProbeClock, ProbeTLS:
			if a := answerOf(r); (a == answerWorks || a == answerNo) && len(v.portals()) == 0 {
				return Yes
			}
		case ProbeProxy:
			if opensProxy(r) {
				return Yes
			}
		}
	}
	if silent {
		return No
	}
	return Unknown
}

// defaults tells by which versions of IP packets leave this computer; known is false if that was not found out.
func (v *netView) defaults() (v4, v6, known bool) {
	for _, r := range v.of(ProbeInterfaces) {
		if r.State == NetNotTested {
			continue
		}
		known = true
		for _, i := range r.Facts.Interfaces {
			v4, v6 = v4 || i.Default4, v6 || i.Default6
		}
	}
	return v4, v6, known
}

// lacks tells that packets leave this computer by the other version of IP alone.
func (v *netView) lacks(f Family) bool {
	v4, v6, known := v.defaults()
	return known && (f == Family4 && !v4 && v6 || f == Family6 && !v6 && v4)
}
