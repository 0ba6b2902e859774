package present

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"echopath/netcheck"
)

// AreaTitle is what an area of the network is called.
func AreaTitle(a netcheck.Area) string {
	switch a {
	case netcheck.AreaComputer:
		return "This computer"
	case netcheck.AreaNames:
		return "Names"
	case netcheck.AreaUDP:
		return "UDP"
	case netcheck.AreaNAT:
		return "NAT"
	case netcheck.AreaTURN:
		return "Relays (TURN)"
	case netcheck.AreaWeb:
		return "Web (proxy, TLS, captive portal)"
	case netcheck.AreaIPv6:
		return "IPv6"
	case netcheck.AreaPath:
		return "Path (packet size, marks, limits)"
	}
	return string(a)
}

// NetStateMark is the mark of a network probe's state.
func NetStateMark(s netcheck.NetState) Mark {
	switch s {
	case netcheck.NetOK:
		return Mark{"●", "ok", ToneGood}
	case netcheck.NetDegraded:
		return Mark{"▲", "degraded", ToneFair}
	case netcheck.NetBlocked, netcheck.NetFailed:
		return Mark{"■", string(s), TonePoor}
	case netcheck.NetRunning:
		return Mark{None, "not ended", ToneFaint}
	case netcheck.NetNotTested:
	}
	return Mark{"○", "not tested", ToneFaint}
}

// AreaMark sums up what the probes of an area found. What was not tested counts only where nothing else is known.
func AreaMark(results []netcheck.NetResult) Mark {
	count := map[netcheck.NetState]int{}
	for _, r := range results {
		count[r.State]++
	}
	good, bad := count[netcheck.NetOK]+count[netcheck.NetDegraded], count[netcheck.NetBlocked]+count[netcheck.NetFailed]
	switch {
	case good > 0 && bad > 0:
		return Mark{"▲", "in part", ToneFair}
	case count[netcheck.NetFailed] > 0:
		return NetStateMark(netcheck.NetFailed)
	case bad > 0:
		return NetStateMark(netcheck.NetBlocked)
	case count[netcheck.NetDegraded] > 0:
		return NetStateMark(netcheck.NetDegraded)
	case good > 0:
		return NetStateMark(netcheck.NetOK)
	}
	return NetStateMark(netcheck.NetNotTested)
}

// InArea lists the results of an area: those that decided something in their order, then those that did not.
func InArea(n *netcheck.NetworkReport, a netcheck.Area) []netcheck.NetResult {
	var out, open []netcheck.NetResult
	if n == nil {
		return nil
	}
	for _, r := range n.Results {
		switch {
		case r.Kind.Area() != a:
		case r.State == netcheck.NetNotTested:
			open = append(open, r)
		default:
			out = append(out, r)
		}
	}
	return append(out, open...)
}

// netTime is about how long the network probes of a granted plan take; 0 without any.
func netTime(granted netcheck.Plan) time.Duration {
	only := granted
	only.Network.Only, only.Paths, only.Video = true, nil, netcheck.VideoPlan{}
	return only.Estimate().Duration
}

// NetworkAnnouncement says what the network probes of a granted plan will ask, before they do; "" without any.
func NetworkAnnouncement(granted netcheck.Plan) string {
	n := granted.Network
	if !n.On {
		return ""
	}
	own, public := serverHosts(granted)
	text := "Looking at this computer alone"
	if all := slices.Concat(own, public); len(all) > 0 {
		text = fmt.Sprintf("Asking %s what passes on the way there, and what NATs and firewalls do with it: a few small packets for each question", andList(all))
	}
	text += "; about " + About(netTime(granted))
	if len(n.Long) > 0 {
		text += ", most of it for " + longWords(n.Long) + "."
	} else {
		text += ", at most " + About(n.Limit) + "."
	}
	switch {
	case len(public) > 0 && len(own) == 0:
		text += " They are public STUN servers of others, which see this computer's address."
	case len(public) > 0:
		text += fmt.Sprintf(" Of these, %s are public STUN servers of others, which see this computer's address.", andList(public))
	}
	if n.Portal != "" {
		text += " The page " + Printable(n.Portal) + " is fetched."
	}
	return text
}

// serverHosts are the hosts that network probes of a plan ask, each once; those of public servers apart.
func serverHosts(granted netcheck.Plan) (own, public []string) {
	for _, s := range netcheck.PublicLast(slices.Concat(granted.Target.Servers, granted.Network.Servers)) {
		to := &own
		if s.Public {
			to = &public
		}
		if !slices.Contains(own, s.URL.Host) && !slices.Contains(public, s.URL.Host) {
			*to = append(*to, s.URL.Host)
		}
	}
	return own, public
}

// longWords names long probes.
func longWords(kinds []netcheck.ProbeKind) string {
	words := map[netcheck.ProbeKind]string{netcheck.ProbeLifetime: "the lifetime of the NAT's binding", netcheck.ProbeIdle: "the time-out of a quiet relay",
		netcheck.ProbeRate: "the rate that one flow is held to, for which the line is loaded"}
	var out []string
	for _, k := range kinds {
		out = append(out, orWord(words[k], string(k)))
	}
	return andList(out)
}

// andList joins words with commas and an "and".
func andList(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// netProgress is the account of the network probes while they run.
type netProgress struct {
	running bool
	planned map[string]netcheck.NetPlanned // that have not ended
	total   int
	last    string // what ended last, in words
}

func (n *netProgress) apply(b netcheck.Body) {
	switch b := b.(type) {
	case netcheck.NetworkStarted:
		n.running, n.planned, n.total = true, map[string]netcheck.NetPlanned{}, len(b.Probes)
		for _, p := range b.Probes {
			n.planned[p.ID] = p
		}
	case netcheck.NetProbed:
		if p, ok := n.planned[b.Result.ID]; ok {
			delete(n.planned, p.ID)
			n.last = ProbeTitle(b.Result) + " " + NetStateMark(b.Result.State).Word
		}
	case netcheck.NetworkEnded:
		n.running = false
	}
}

func (n *netProgress) line(left string) string {
	if n.total == 0 {
		return left
	}
	text := fmt.Sprintf("Network: %d of %s, %s", n.total-len(n.planned), Counted(n.total, "probe"), left)
	if n.last != "" {
		text += ", " + n.last
	}
	return text
}

// ProbeTitle names a network probe in two or three words.
func ProbeTitle(r netcheck.NetResult) string {
	words := map[netcheck.ProbeKind]string{
		netcheck.ProbeInterfaces: "interfaces", netcheck.ProbeClock: "clock", netcheck.ProbeDNS: "DNS", netcheck.ProbeUDP: "UDP", netcheck.ProbeNAT: "NAT",
		netcheck.ProbeLifetime: "binding lifetime", netcheck.ProbeTURN: "TURN", netcheck.ProbeProxy: "proxy", netcheck.ProbeTLS: "TLS",
		netcheck.ProbePortal: "captive portal", netcheck.ProbeIPv6: "IPv6", netcheck.ProbeNAT64: "NAT64", netcheck.ProbeMTU: "packet size",
		netcheck.ProbeDSCP: "DSCP", netcheck.ProbeRate: "rate limit", netcheck.ProbeIdle: "idle time-out",
	}
	title := orWord(words[r.Kind], string(r.Kind))
	switch {
	case r.Kind == netcheck.ProbeTURN && r.Transport != "":
		return fmt.Sprintf("%s over %s", title, strings.ToUpper(r.Transport))
	case r.Kind == netcheck.ProbeUDP && r.Port != 0:
		return fmt.Sprintf("%s port %d", title, r.Port)
	}
	return title
}
