package presenttest

import (
	"time"

	"echopath/netcheck"
)

// network plays network probes.
func (s *Stage) network(results []netcheck.NetResult) {
	begin := s.Now
	var planned []netcheck.NetPlanned
	for _, r := range results {
		planned = append(planned, netcheck.NetPlanned{ID: r.ID, Kind: r.Kind, Server: r.Server, Transport: r.Transport, Port: r.Port})
	}
	s.Emit("", netcheck.NetworkStarted{Probes: planned})
	for _, r := range results {
		s.Now = max(s.Now, begin+r.Took)
		s.Emit("", netcheck.NetProbed{Result: r})
	}
	s.Emit("", netcheck.NetworkEnded{Took: s.Now - begin})
}

const (
	turnUDP   = "turn:turn.example.com:3478?transport=udp"
	turnTCP   = "turn:turn.example.com:3478?transport=tcp"
	turnTLS   = "turns:turn.example.com:443?transport=tcp"
	otherPort = "turn:turn.example.com:443?transport=udp"
)

// HomeNAT is a network at home: UDP passes, relays work, and the NAT is of the usual kind.
var HomeNAT = []netcheck.NetResult{
	{ID: "interfaces", Kind: netcheck.ProbeInterfaces, State: netcheck.NetOK, Took: 300 * time.Microsecond, Text: "Packets to the Internet leave by eth0 (192.168.1.20).",
		Facts: netcheck.NetFacts{Interfaces: []netcheck.InterfaceFacts{{Name: "eth0", Addresses: []string{"192.168.1.20"}, MTU: 1500, Default4: true}}}},
	{ID: "dns:turn.example.com", Kind: netcheck.ProbeDNS, State: netcheck.NetOK, Took: 12 * time.Millisecond, Server: "turn.example.com",
		Text: "turn.example.com has the address 203.0.113.7.", Facts: netcheck.NetFacts{Addresses: []string{"203.0.113.7"}}},
	{ID: "udp:turn.example.com:3478", Kind: netcheck.ProbeUDP, State: netcheck.NetOK, Took: 21 * time.Millisecond, Server: turnUDP, Transport: "udp", Port: 3478,
		Remote: "203.0.113.7:3478", Text: "The server turn.example.com:3478 answers over UDP in 9.1 ms and sees this computer as 198.51.100.4:50312.",
		Facts: netcheck.NetFacts{Mapped: "198.51.100.4:50312", RTT: 9 * time.Millisecond}},
	{ID: "udp:turn.example.com:443", Kind: netcheck.ProbeUDP, State: netcheck.NetNotTested, Code: netcheck.ReasonNoAnswer, Took: 3 * time.Second, Server: otherPort, Transport: "udp", Port: 443,
		Remote: "203.0.113.7:443", Text: "The server was not said to listen here, so this tells nothing about the network. No answer came."},
	{ID: "nat:4", Kind: netcheck.ProbeNAT, State: netcheck.NetOK, Took: 1240 * time.Millisecond,
		Text: "A NAT shows this computer to the servers as 198.51.100.4:50313. The NAT keeps one outside address and port for all destinations " +
			"(endpoint-independent mapping) and lets in answers only from where you sent to (address and port dependent filtering); known as port-restricted cone NAT.",
		Facts: netcheck.NetFacts{NAT: &netcheck.NATBehavior{Family: netcheck.Family4, Method: netcheck.NATByTwoAddresses, NAT: netcheck.Yes,
			Servers: []string{"203.0.113.7:3478"}, Mapping: netcheck.BehaviorEndpointIndependent, Filtering: netcheck.BehaviorAddressAndPortDependent,
			Local: "192.168.1.20:50313", Mapped: "198.51.100.4:50313", PortsTried: 5, PortsPreserved: 5}}},
	{ID: "turn:udp:turn.example.com:3478", Kind: netcheck.ProbeTURN, State: netcheck.NetOK, Took: 96 * time.Millisecond, Server: turnUDP, Transport: "udp", Port: 3478,
		Remote: "203.0.113.7:3478", Text: "The server turn.example.com:3478 relays over UDP: a packet went through and came back.", Steps: turnSteps(9)},
	{ID: "turn:tls:turn.example.com:443", Kind: netcheck.ProbeTURN, State: netcheck.NetOK, Took: 141 * time.Millisecond, Server: turnTLS, Transport: "tls", Port: 443,
		Remote: "203.0.113.7:443", Text: "The server turn.example.com:443 relays over TLS: a packet went through and came back.", Steps: turnSteps(10)},
	{ID: "proxy:turn.example.com:443", Kind: netcheck.ProbeProxy, State: netcheck.NetOK, Took: 20 * time.Microsecond, Server: "turn.example.com:443",
		Text: "No proxy is set: connections leave directly."},
	{ID: "proxy:turn.example.com:3478", Kind: netcheck.ProbeProxy, State: netcheck.NetOK, Took: 20 * time.Microsecond, Server: "turn.example.com:3478",
		Text: "No proxy is set: connections leave directly."},
	{ID: "ipv6", Kind: netcheck.ProbeIPv6, State: netcheck.NetNotTested, Code: netcheck.ReasonNoFamily, Took: 2 * time.Millisecond,
		Text: "This computer has no global IPv6 address: calls use IPv4 here."},
}

func turnSteps(ms time.Duration) []netcheck.NetStep {
	var steps []netcheck.NetStep
	for i, name := range []string{netcheck.NetStepChallenge, netcheck.NetStepAllocate, netcheck.NetStepPermission, netcheck.NetStepEcho, netcheck.NetStepRefresh} {
		steps = append(steps, netcheck.NetStep{Name: name, OK: true, At: time.Duration(i) * ms * time.Millisecond, Took: ms * time.Millisecond})
	}
	return steps
}

// OnlyTLS is a network that drops UDP and lets nothing out but TLS on port 443.
var OnlyTLS = []netcheck.NetResult{
	HomeNAT[0], HomeNAT[1],
	{ID: "udp:turn.example.com:3478", Kind: netcheck.ProbeUDP, State: netcheck.NetBlocked, Code: netcheck.ReasonNoAnswer, Took: 3500 * time.Millisecond, Server: turnUDP,
		Transport: "udp", Port: 3478, Remote: "203.0.113.7:3478", Text: "The server turn.example.com:3478 did not answer over UDP within 3.5 s: a firewall drops the packets, or the server is down.",
		Advice: "Ask for UDP to 203.0.113.7, port 3478, to be allowed.", Cause: "i/o timeout"},
	{ID: "nat:4", Kind: netcheck.ProbeNAT, State: netcheck.NetNotTested, Code: netcheck.ReasonNoAnswer, Took: 3500 * time.Millisecond, Text: "No server answered over UDP, so nothing is known of a NAT."},
	{ID: "turn:udp:turn.example.com:3478", Kind: netcheck.ProbeTURN, State: netcheck.NetBlocked, Code: netcheck.ReasonNoAnswer, Took: 3500 * time.Millisecond, Server: turnUDP,
		Transport: "udp", Port: 3478, Remote: "203.0.113.7:3478", Text: "The server turn.example.com:3478 did not answer over UDP within 3.5 s.",
		Advice: "Ask for UDP to 203.0.113.7, port 3478, to be allowed.", Cause: "i/o timeout"},
	{ID: "turn:tcp:turn.example.com:3478", Kind: netcheck.ProbeTURN, State: netcheck.NetBlocked, Code: netcheck.ReasonRefused, Took: 8 * time.Millisecond, Server: turnTCP,
		Transport: "tcp", Port: 3478, Remote: "203.0.113.7:3478", Text: "TCP to the server turn.example.com:3478 is refused: nothing listens there, or a firewall rejects it.",
		Advice: "Ask for TCP to 203.0.113.7, port 3478, to be allowed."},
	HomeNAT[6], HomeNAT[7], HomeNAT[9],
}
