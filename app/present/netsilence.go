package present

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"echopath/netcheck"
)

// silence is all that one server did not answer by one protocol. It is told once, however many probes met it.
type silence struct {
	protocol string // UDP or TCP
	host     string
	ports    []int
	took     time.Duration // of the longest wait
	told     bool
}

// silences gathers what got no answer: what was asked of a server that the user named, and what was tried besides at the same server.
func silences(r netcheck.Report) []*silence {
	var out []*silence
	for _, p := range r.Network.Results {
		if s, ok := silenceOf(p); ok && p.State == netcheck.NetBlocked && find(out, s) == nil {
			out = append(out, &s)
		}
	}
	for _, p := range r.Network.Results {
		s, ok := silenceOf(p)
		all := find(out, s)
		if !ok || all == nil {
			continue
		}
		all.took = max(all.took, s.took)
		if !slices.Contains(all.ports, s.ports[0]) {
			all.ports = append(all.ports, s.ports[0])
		}
	}
	return out
}

// silenceOf reads a question to a server that was sent and not answered. A connection of TCP that came about is an answer.
func silenceOf(p netcheck.NetResult) (silence, bool) {
	host, port, err := net.SplitHostPort(p.Remote)
	n, bad := strconv.Atoi(port)
	connected := slices.ContainsFunc(p.Steps, func(s netcheck.NetStep) bool { return s.OK && s.Name == string(netcheck.StepDial) })
	if err != nil || bad != nil || p.Code != netcheck.ReasonNoAnswer || p.Facts.Proxy != nil || connected {
		return silence{}, false
	}
	if p.Kind != netcheck.ProbeUDP && p.Kind != netcheck.ProbeTURN || p.State != netcheck.NetBlocked && p.State != netcheck.NetNotTested {
		return silence{}, false
	}
	protocol := "UDP"
	if p.Transport == "tcp" || p.Transport == "tls" {
		protocol = "TCP"
	}
	return silence{protocol: protocol, host: host, ports: []int{n}, took: p.Took}, true
}

func find(all []*silence, s silence) *silence {
	i := slices.IndexFunc(all, func(o *silence) bool { return o.protocol == s.protocol && o.host == s.host })
	if i < 0 {
		return nil
	}
	return all[i]
}

// words is the whole silence in a sentence.
func (s *silence) words() string {
	slices.Sort(s.ports)
	var ports []string
	for _, p := range s.ports {
		ports = append(ports, strconv.Itoa(p))
	}
	host := s.host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return fmt.Sprintf("%s to %s: %s: no answer. (%s)", s.protocol, host, strings.Join(ports, ", "), roughly(s.took))
}

// repeats tells of a result that only says once more that UDP to a server is not answered or is refused, as what asks a server for
// something else over UDP does.
func repeats(r netcheck.Report, p netcheck.NetResult) bool {
	area := p.Kind.Area()
	if p.State != netcheck.NetBlocked || area != netcheck.AreaNAT && area != netcheck.AreaPath {
		return false
	}
	return slices.ContainsFunc(r.Network.Results, func(o netcheck.NetResult) bool {
		asked := o.Kind == netcheck.ProbeUDP || o.Kind == netcheck.ProbeTURN
		return asked && o.State == netcheck.NetBlocked && (o.Text == p.Text || o.Code == p.Code && o.Remote == p.Remote)
	})
}

// areaMark is the mark of an area in a report. What only repeats that UDP is not answered decided nothing.
func areaMark(r netcheck.Report, results []netcheck.NetResult) Mark {
	return AreaMark(slices.DeleteFunc(slices.Clone(results), func(p netcheck.NetResult) bool { return repeats(r, p) }))
}
