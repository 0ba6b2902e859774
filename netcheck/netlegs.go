package netcheck

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// netAnswer is what came of a question to a server.
type netAnswer int

const (
	answerUnknown netAnswer = iota // not tested, or this computer's own trouble
	answerWorks
	answerNo      // something answered, and said no or something wrong
	answerRefused // ICMP, or a TCP reset
	answerSilent
	answerNoName
	answerProxy // a proxy stood in the way
)

// netLeg is a question to a server by one transport and port.
type netLeg struct {
	NetResult
	host    string // as the plan has it
	address string // literal, "" if it is not known
	port    int
	stream  bool // over TCP
	asked   bool // the user named this transport and port; of others only an answer says something
	public  bool // a server that belongs to nobody here
	proxied bool
	noWay   bool // packets of its IP version do not leave this computer, which explains silence and refusal
	answer  netAnswer
	router  bool // a refusal that says that there is no way, or that it is prohibited (ICMP): no server's own computer does
	reached bool // something came back without a proxy between
}

// netHost is a server with all that was asked of it.
type netHost struct {
	name, address string
	public        bool
	legs          []netLeg
}

// answerOf reads state and code.
func answerOf(r NetResult) netAnswer {
	switch r.State {
	case NetOK, NetDegraded:
		return answerWorks
	case NetBlocked, NetFailed:
	default:
		return answerUnknown
	}
	switch r.Code {
	case ReasonLocal, ReasonCancelled, ReasonNoServer:
		return answerUnknown
	case ReasonNameNotFound, ReasonNameTimeout:
		return answerNoName
	case ReasonProxyRefused, ReasonProxyAuth:
		return answerProxy
	case ReasonRefused, ReasonUnreachable:
		return answerRefused
	case ReasonNoAnswer:
		if r.State == NetFailed { // it had answered before
			return answerNo
		}
		return answerSilent
	}
	if r.State == NetBlocked {
		return answerSilent
	}
	return answerNo
}

func byProxy(r NetResult) bool {
	return r.Facts.Proxy != nil && r.Facts.Proxy.Address != "" || r.Code == ReasonProxyRefused || r.Code == ReasonProxyAuth ||
		slices.ContainsFunc(r.Steps, func(s NetStep) bool { return s.Name == string(StepProxy) })
}

func stepDone(r NetResult, name string) bool {
	return slices.ContainsFunc(r.Steps, func(s NetStep) bool { return s.Name == name && s.OK })
}

// failedCode is the other end's own code in the last step that failed; 0 if there was none.
func failedCode(r NetResult) int {
	for _, s := range slices.Backward(r.Steps) {
		if !s.OK {
			return s.Code
		}
	}
	return 0
}

// place reads host and port of the server that a result is about.
func (r NetResult) place() (host string, port int) {
	if at, err := url.Parse(r.Server); err == nil && at.Host != "" { // a page of the web
		port = r.Port
		if n, err := strconv.Atoi(at.Port()); err == nil && port == 0 {
			port = n
		}
		return at.Hostname(), port
	}
	server, _, _ := strings.Cut(r.Server, "?") // what a DTLS server is asked by is no URL that a user can give
	if u, err := ParseServerURL(server); err == nil {
		host, port = u.Host, u.Port
	} else if h, p, ok := cutPort(r.Server); ok {
		host, port = h, p
	} else {
		host = r.Server
	}
	if r.Port != 0 {
		port = r.Port
	}
	if at, p, ok := cutPort(r.Remote); host == "" && ok {
		host = at
		if port == 0 {
			port = p
		}
	}
	return host, port
}

// cutPort takes host:port apart; an IPv6 address stands in brackets.
func cutPort(hostport string) (host string, port int, ok bool) {
	i := strings.LastIndexByte(hostport, ':')
	if i < 0 {
		return "", 0, false
	}
	host = hostport[:i]
	inner, opened := strings.CutPrefix(host, "[")
	inner, closed := strings.CutSuffix(inner, "]")
	n, err := strconv.ParseUint(hostport[i+1:], 10, 16)
	if err != nil || opened != closed || !opened && strings.Contains(host, ":") {
		return "", 0, false
	}
	return inner, int(n), true
}

// pick lists the legs that meet a condition.
func pick(legs []netLeg, meets func(netLeg) bool) []netLeg {
	var out []netLeg
	for _, l := range legs {
		if meets(l) {
			out = append(out, l)
		}
	}
	return out
}

func has(legs []netLeg, meets func(netLeg) bool) bool { return slices.ContainsFunc(legs, meets) }

// The conditions of legs that rules are made of.
func works(l netLeg) bool   { return l.answer == answerWorks }
func overUDP(l netLeg) bool { return !l.stream }
func relays(l netLeg) bool  { return l.Kind == ProbeTURN }
func reached(l netLeg) bool { return l.reached }
func closed(l netLeg) bool {
	return l.asked && (l.answer == answerSilent || l.answer == answerRefused) && !l.reached && !l.noWay
}
func closedUDP(l netLeg) bool   { return overUDP(l) && closed(l) }
func reachedUDP(l netLeg) bool  { return overUDP(l) && l.reached }
func reachedTCP(l netLeg) bool  { return l.stream && l.reached }
func worksUDP(l netLeg) bool    { return overUDP(l) && works(l) }
func worksStream(l netLeg) bool { return l.stream && relays(l) && works(l) && !l.proxied }
func worksProxied(l netLeg) bool {
	return l.stream && relays(l) && works(l) && l.proxied
}

// resultsOf takes the results out of legs.
func resultsOf(legs []netLeg) []NetResult {
	var out []NetResult
	for _, l := range legs {
		out = append(out, l.NetResult)
	}
	return out
}

// spot names a host by its name and address, as a firewall team wants it.
func (h netHost) spot() string {
	if h.address == "" || h.address == h.name {
		return h.name
	}
	return h.name + " (" + h.address + ")"
}

// spot names the place that a leg asked.
func (l netLeg) spot() string {
	return netHost{name: l.host, address: l.address}.spot() + ", port " + strconv.Itoa(l.port)
}
