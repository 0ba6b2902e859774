package presenttest

import (
	"time"

	"echopath/netcheck"
)

// TwoComputers is a session with an invite, between two places: a NAT lets nothing straight through but by STUN, the upload loses
// packets, and the relay over TLS is a detour.
var TwoComputers = Play(func(s *Stage, p netcheck.Path) {
	n := s.Plan.Loss.Packets()
	switch p {
	case netcheck.PathDirect:
		s.Start(p)
		s.Now += 5 * time.Second
		s.Emit(p, netcheck.PathEnded{State: netcheck.StateBlocked, Code: netcheck.ReasonNoPair,
			Reason: "Both ends have addresses, but no packet got through between any two of them.",
			Advice: "A NAT or firewall stands between the two computers."})
	case netcheck.PathSTUN:
		s.Start(p)
		s.Connect(p, 31*time.Millisecond, "")
		s.Measure(p, Ended, s.Carrier(netcheck.CarrierSRTP, Series{RTT: 18_400, Wobble: 2_300, LostUp: Every(25, n)}),
			s.Carrier(netcheck.CarrierDataChannel, Series{RTT: 18_900, Wobble: 2_400, LostUp: Every(25, n)}))
	case netcheck.PathRelayUDP:
		s.Start(p)
		s.Connect(p, 40*time.Millisecond, "")
		s.Measure(p, Ended, s.Carrier(netcheck.CarrierSRTP, Series{RTT: 24_100, Wobble: 1_800}), s.Carrier(netcheck.CarrierDataChannel, Series{RTT: 24_600, Wobble: 1_900}))
	default:
		s.Start(p)
		s.Connect(p, 80*time.Millisecond, StreamNote)
		s.Measure(p, Ended, s.Carrier(netcheck.CarrierSRTP, Series{RTT: 36_400}), s.Carrier(netcheck.CarrierDataChannel, Series{RTT: 37_000}))
	}
})

// HostGone is one in which the host stops hosting after the first path.
var HostGone = Play(func(s *Stage, p netcheck.Path) {
	if p == netcheck.PathDirect {
		s.OK(p)
		return
	}
	s.Start(p)
	s.Emit(p, netcheck.PathEnded{State: netcheck.StateFailed, Code: netcheck.ReasonHostGone, Reason: "The host has stopped hosting.",
		Advice: "Ask the person at the host to begin again, and for a new invite."})
})
