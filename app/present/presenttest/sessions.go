package presenttest

import (
	"time"

	"echopath/netcheck"
)

// Ended is the end of a path without trouble.
var Ended = netcheck.PathEnded{State: netcheck.StateOK}

// OK is a path without trouble; its delay grows with the path, so that rows can be told apart.
func (s *Stage) OK(p netcheck.Path) {
	rtt := map[netcheck.Path]int64{netcheck.PathDirect: 400, netcheck.PathSTUN: 420, netcheck.PathRelayUDP: 610,
		netcheck.PathRelayTCP: 700, netcheck.PathRelayTLS: 730}[p]
	notes := map[netcheck.Path]string{netcheck.PathRelayTCP: StreamNote, netcheck.PathRelayTLS: StreamNote}
	s.Start(p)
	s.Connect(p, 14*time.Millisecond, notes[p])
	s.Measure(p, Ended, s.Carrier(netcheck.CarrierSRTP, Series{RTT: rtt}), s.Carrier(netcheck.CarrierDataChannel, Series{RTT: rtt + 150}))
}

// StreamNote is the remark on paths over TCP.
const StreamNote = "The way to the relay is a TCP stream: loss on it appears as delay."

// AllGood is a session in which every path works.
var AllGood = Play(func(s *Stage, p netcheck.Path) { s.OK(p) })

// Mixed has something of everything that can be measured.
var Mixed = Play(func(s *Stage, p netcheck.Path) {
	n := s.Plan.Loss.Packets()
	switch p {
	case netcheck.PathDirect:
		s.OK(p)
	case netcheck.PathSTUN:
		s.Start(p)
		s.Emit(p, netcheck.PathEnded{State: netcheck.StateNotApplicable, Code: netcheck.ReasonNoHairpin,
			Reason: "The STUN server answers, but the router does not send packets to itself, so two ends behind it can not meet this way.",
			Advice: "This says nothing about calls with other places."})
	case netcheck.PathRelayUDP:
		s.Start(p)
		s.Connect(p, 23*time.Millisecond, "")
		s.Measure(p, Ended, s.Carrier(netcheck.CarrierSRTP, Series{RTT: 18_400, Wobble: 2_300, LostUp: Every(41, n), LostDown: map[int]bool{100: true, 101: true, 102: true}}),
			s.Carrier(netcheck.CarrierDataChannel, Series{RTT: 18_900, Wobble: 2_400, LostUp: Every(25, n)}))
	case netcheck.PathRelayTCP:
		s.Start(p)
		s.Connect(p, 61*time.Millisecond, StreamNote)
		s.Measure(p, Ended, s.Carrier(netcheck.CarrierSRTP, Series{RTT: 31_000, Late: 40}), s.Carrier(netcheck.CarrierDataChannel, Series{RTT: 33_000, Late: 38}))
	case netcheck.PathRelayTLS:
		s.Start(p)
		s.Connect(p, 80*time.Millisecond, StreamNote)
		s.Measure(p, netcheck.PathEnded{State: netcheck.StateSaturated, Code: netcheck.ReasonSenderLimit,
			Reason: "The path does not carry the asked rate: 12 % of the packets on the SRTP carrier could not be sent because too much was queued.",
			Advice: "The line is slower than the test's bitrate. Ask for a lower rate or size to see what it can carry."},
			s.Carrier(netcheck.CarrierSRTP, Series{RTT: 140_000}), s.Carrier(netcheck.CarrierDataChannel, Series{RTT: 150_000}))
	}
})

// NothingBack connects, and not one packet is answered.
var NothingBack = Play(func(s *Stage, p netcheck.Path) {
	s.Start(p)
	s.Connect(p, 12*time.Millisecond, "")
	s.Measure(p, Ended, s.Carrier(netcheck.CarrierSRTP, Series{AllLost: true, NoLog: true}),
		s.Carrier(netcheck.CarrierDataChannel, Series{AllLost: true, NoLog: true}))
})

// RelayBlocked is the target turn behind a firewall that lets only TLS out.
var RelayBlocked = Play(func(s *Stage, p netcheck.Path) {
	fail := func(end netcheck.PathEnded) { s.Start(p); s.Now += 5 * time.Second; s.Emit(p, end) }
	switch p {
	case netcheck.PathDirect:
		s.Emit(p, netcheck.PathEnded{State: netcheck.StateNotApplicable, Code: netcheck.ReasonSameMachine,
			Reason: "Both ends are on this computer, so a direct path would never leave it.",
			Advice: "To test a direct path through the network, connect two computers; to test this computer alone, use the target self."})
	case netcheck.PathSTUN, netcheck.PathRelayUDP:
		fail(netcheck.PathEnded{State: netcheck.StateBlocked, Code: netcheck.ReasonNoAnswer, Server: "turn:turn.example.com:3478?transport=udp",
			Reason: "turn.example.com did not answer on UDP port 3478 within 5 s.",
			Advice: "Ask the firewall team to allow UDP to turn.example.com port 3478, and the answers to it.", Cause: "i/o timeout"})
	case netcheck.PathRelayTCP:
		fail(netcheck.PathEnded{State: netcheck.StateFailed, Code: netcheck.ReasonAuth, Server: "turn:turn.example.com:3478?transport=tcp",
			Reason: "The server does not accept the user name or the password (error 401).",
			Advice: "Check --turn-user and the password."})
	default:
		s.OK(p)
	}
})
