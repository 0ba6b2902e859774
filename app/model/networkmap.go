package model

import (
	"fmt"
	"net"
	"slices"
	"strings"

	"echopath/app/present"
	"echopath/netcheck"
)

// The stops of the map, from this computer outwards.
const (
	StopComputer = iota
	StopNAT
	StopFirewall
	StopServer
	StopFar
	NumStops
)

// NetMap shows how far what this computer sends comes.
type NetMap struct {
	Stops [NumStops]NetStop
	Lanes []NetLane // the same ones at all times, so that nothing moves
}

// NetStop is something that packets come to, or go through.
type NetStop struct {
	Title string
	Text  string // what is known of it, in a few words
	Hint  string // the same as a sentence
	Area  netcheck.Area
}

// NetLane is a way to send.
type NetLane struct {
	Title string
	Mark  present.Mark
	Reach int    // the last stop that it was seen to come to; StopComputer if nothing is known of the others
	Ended bool   // it was seen to end there: refused, or never answered
	Text  string // ports: "3478; not 443"
	Hint  string // the sentences of its probes
	Area  netcheck.Area
}

// netWay is what a lane is about.
type netWay struct {
	title     string
	kind      netcheck.ProbeKind
	transport string
}

var netWays = []netWay{
	{"UDP", netcheck.ProbeUDP, ""},
	{"Relay UDP", netcheck.ProbeTURN, "udp"},
	{"Relay TCP", netcheck.ProbeTURN, "tcp"},
	{"Relay TLS", netcheck.ProbeTURN, "tls"},
	{"Relay DTLS", netcheck.ProbeTURN, "dtls"},
}

func (n *Network) netMap() NetMap {
	probes := n.probes()
	var m NetMap
	for _, w := range netWays {
		m.Lanes = append(m.Lanes, n.lane(w, probes))
	}
	m.Stops = [NumStops]NetStop{
		StopComputer: computerStop(probes),
		StopNAT:      natStop(probes),
		StopFirewall: n.firewallStop(m.Lanes),
		StopServer:   n.serverStop(probes),
		StopFar:      farStop(m.Lanes),
	}
	return m
}

// lane says how far one way comes.
func (n *Network) lane(w netWay, probes []netcheck.NetResult) NetLane {
	var of []netcheck.NetResult
	for _, p := range probes {
		if p.Kind == w.kind && (w.transport == "" || p.Transport == w.transport) {
			of = append(of, p)
		}
	}
	ended := endedOf(of)
	l := NetLane{Title: w.title, Hint: laneHint(ended), Area: w.kind.Area()}
	switch {
	case len(ended) < len(of) && n.phase.Busy():
		l.Mark = waiting
	case len(of) == 0 && n.report.Network == nil && n.phase.Busy():
		l.Mark = waiting
	case len(of) == 0:
		l.Mark, l.Hint = notAsked, "No answer is known of this way."
	case len(ended) == 0:
		l.Mark, l.Hint = present.NetStateMark(netcheck.NetNotTested), "The test ended before an answer came."
	default:
		l.Mark = present.AreaMark(ended)
	}
	l.Reach, l.Ended = StopComputer, false
	for _, r := range ended {
		if reach, ends := reachOf(r); reach > l.Reach || reach == l.Reach && !ends {
			l.Reach, l.Ended = reach, ends
		}
	}
	l.Text = orElse(portsText(ended), n.silentText(w))
	return l
}

// silentText says why nothing is known of a way, where that is because no server is given that has it.
func (n *Network) silentText(w netWay) string {
	given := slices.ContainsFunc(n.plan.Target.Servers, func(s netcheck.ICEServer) bool { return relaysOver(s.URL) == w.transport })
	if n.report.Network == nil || n.phase.Busy() || w.kind != netcheck.ProbeTURN || n.plan.Target.Kind != netcheck.TargetTURN || given {
		return ""
	}
	return "no such server is given"
}

// relaysOver is how a TURN server is reached: "udp", "tcp", "tls" or "dtls"; "" for a STUN server.
func relaysOver(u netcheck.ServerURL) string {
	switch {
	case u.Scheme == netcheck.SchemeSTUN:
		return ""
	case u.Scheme == netcheck.SchemeTURNS && u.Transport == "udp":
		return "dtls"
	case u.Scheme == netcheck.SchemeTURNS:
		return "tls"
	}
	return u.Transport
}

// reachOf is the last stop that a probe was seen to come to, and whether it ended there.
func reachOf(r netcheck.NetResult) (stop int, ends bool) {
	echo := slices.ContainsFunc(r.Steps, func(s netcheck.NetStep) bool { return s.Name == netcheck.NetStepEcho && s.OK })
	answered := slices.ContainsFunc(r.Steps, func(s netcheck.NetStep) bool {
		ofServer := s.Name == netcheck.NetStepBinding || s.Name == netcheck.NetStepChallenge || s.Name == netcheck.NetStepAllocate
		return ofServer && (s.OK || s.Code != 0)
	})
	switch r.State {
	case netcheck.NetOK, netcheck.NetDegraded:
		if echo {
			return StopFar, false
		}
		return StopServer, false
	case netcheck.NetBlocked:
		return StopFirewall, true
	case netcheck.NetFailed:
		if answered || r.Kind == netcheck.ProbeUDP {
			return StopServer, true
		}
		return StopFirewall, true
	case netcheck.NetNotTested, netcheck.NetRunning:
	}
	return StopComputer, false
}

// portsText names the ports that pass, and those that do not.
func portsText(ended []netcheck.NetResult) string {
	var good, bad []string
	add := func(to *[]string, port int) {
		if text := fmt.Sprint(port); port != 0 && !slices.Contains(*to, text) {
			*to = append(*to, text)
		}
	}
	for _, r := range ended {
		switch r.State {
		case netcheck.NetOK, netcheck.NetDegraded:
			add(&good, r.Port)
		case netcheck.NetBlocked, netcheck.NetFailed:
			add(&bad, r.Port)
		case netcheck.NetNotTested, netcheck.NetRunning:
		}
	}
	bad = slices.DeleteFunc(bad, func(p string) bool { return slices.Contains(good, p) }) // of several servers one answers there
	text := strings.Join(good, ", ")
	switch {
	case len(bad) > 0 && text != "":
		text += "; not "
	case len(bad) > 0:
		text = "not "
	}
	return text + strings.Join(bad, ", ")
}

func laneHint(ended []netcheck.NetResult) string {
	var lines []string
	for _, r := range ended {
		if text := probeText(r); r.State != netcheck.NetNotTested && !slices.Contains(lines, text) {
			lines = append(lines, text)
		}
	}
	if len(lines) == 0 && len(ended) > 0 {
		return probeText(ended[0])
	}
	return strings.Join(lines, "\n")
}

// computerStop names the interface by which packets leave.
func computerStop(probes []netcheck.NetResult) NetStop {
	s := NetStop{Title: "This computer", Area: netcheck.AreaComputer, Hint: areaHints[netcheck.AreaComputer]}
	for _, r := range probes {
		if r.Kind != netcheck.ProbeInterfaces || r.State == netcheck.NetRunning {
			continue
		}
		s.Hint = probeText(r)
		for _, i := range r.Facts.Interfaces {
			if (i.Default4 || i.Default6) && s.Text == "" && len(i.Addresses) > 0 {
				s.Text = forWindow(i.Addresses[0])
				if i.VPN == netcheck.Yes {
					s.Text += ", VPN"
				}
			}
		}
	}
	return s
}

// natStop says whether there is a NAT, and what it makes of this computer's address.
func natStop(probes []netcheck.NetResult) NetStop {
	s := NetStop{Title: "NAT", Area: netcheck.AreaNAT, Hint: areaHints[netcheck.AreaNAT]}
	for _, r := range probes {
		if r.Kind != netcheck.ProbeNAT || r.State == netcheck.NetRunning || s.Text != "" {
			continue
		}
		s.Hint, s.Text = probeText(r), "not known"
		b := r.Facts.NAT
		if b == nil {
			continue
		}
		switch outside, _, err := net.SplitHostPort(b.Mapped); {
		case b.NAT == netcheck.No:
			s.Text = "none"
		case b.NAT == netcheck.Yes && err == nil:
			s.Text = forWindow(outside)
		case b.NAT == netcheck.Yes:
			s.Text = "there is one"
		}
	}
	return s
}

// firewallStop counts the ways that pass it.
func (n *Network) firewallStop(lanes []NetLane) NetStop {
	s := NetStop{Title: "Firewall", Area: netcheck.AreaUDP, Hint: "What lets packets pass or drops them on the way: of this computer, of this network, or of the provider. It is not seen itself, only by what comes through."}
	pass, known := 0, 0
	for _, l := range lanes {
		if l.Reach > StopFirewall {
			pass++
		}
		if l.Reach > StopComputer {
			known++
		}
	}
	switch {
	case known == 0 || n.phase.Busy():
	case pass == 0: // whether packets are dropped here or at a server that is down can not be seen
		s.Text = "nothing comes back"
	default:
		s.Text = fmt.Sprintf("%d of %s pass", pass, present.Counted(known, "way"))
	}
	return s
}

// serverStop counts the servers that answered.
func (n *Network) serverStop(probes []netcheck.NetResult) NetStop {
	s := NetStop{Title: "Servers", Area: netcheck.AreaTURN, Hint: "The STUN and TURN servers that are asked."}
	answers := map[string]bool{}
	var hosts []string
	for _, r := range probes {
		u, err := netcheck.ParseServerURL(r.Server)
		if err != nil || r.Kind != netcheck.ProbeUDP && r.Kind != netcheck.ProbeTURN {
			continue
		}
		if _, known := answers[u.Host]; !known {
			hosts, answers[u.Host] = append(hosts, u.Host), false
		}
		reach, _ := reachOf(r)
		answers[u.Host] = answers[u.Host] || reach >= StopServer
	}
	count := 0
	for _, yes := range answers {
		if yes {
			count++
		}
	}
	if len(hosts) > 0 {
		s.Hint += " " + forWindow(list(hosts)) + "."
		s.Text = fmt.Sprintf("%d of %d answered", count, len(hosts))
	}
	if len(hosts) == 1 && count == 1 {
		s.Text = forWindow(hosts[0])
	}
	return s
}

// farStop says whether a packet came to the far end of a relay and back.
func farStop(lanes []NetLane) NetStop {
	s := NetStop{Title: "Far end", Area: netcheck.AreaTURN, Hint: "Where a call would end. A relay is asked to carry a packet to a socket beyond it, and back."}
	var by []string
	for _, l := range lanes {
		if l.Reach == StopFar {
			by = append(by, strings.TrimPrefix(l.Title, "Relay "))
		}
	}
	if len(by) > 0 {
		s.Text = "relay over " + strings.Join(by, ", ")
	}
	return s
}
