package cli

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// stage plays a session: it stamps, folds and hands on events as netcheck.Run does.
type stage struct {
	ctx     context.Context
	plan    netcheck.Plan // granted
	now     time.Duration
	seq     uint64
	report  netcheck.Report
	observe netcheck.Observer
}

type runFunc = func(context.Context, netcheck.Plan, netcheck.Observer) (netcheck.Report, error)

// play makes a Run out of what happens on each path.
func play(paths func(s *stage, p netcheck.Path)) runFunc {
	return func(ctx context.Context, plan netcheck.Plan, observe netcheck.Observer) (netcheck.Report, error) {
		granted, err := plan.Grant()
		if err != nil {
			return netcheck.Report{}, err
		}
		s := &stage{ctx: ctx, plan: granted, observe: observe}
		s.emit("", netcheck.SessionStarted{ID: "TESTTESTTESTTEST", Started: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC),
			AppVersion: "1.2.3", OS: "linux/amd64", Plan: plan, Granted: granted})
		for _, p := range granted.Paths {
			paths(s, p)
		}
		end := netcheck.SessionEnded{Ended: netcheck.EndedComplete, Duration: s.now}
		if ctx.Err() != nil {
			end.Ended, err = netcheck.EndedCancelled, ctx.Err()
		}
		s.emit("", end)
		return s.report, err
	}
}

func (s *stage) emit(p netcheck.Path, b netcheck.Body) {
	s.seq++
	e := netcheck.Event{Seq: s.seq, At: s.now, Path: p, Body: b}
	s.report = netcheck.Fold(s.report, e)
	s.observe(e)
}

func (s *stage) start(p netcheck.Path) {
	s.emit(p, netcheck.PathStarted{Family: netcheck.Family4})
}

func (s *stage) connect(p netcheck.Path, took time.Duration, note string) {
	s.now += took
	a, b := netip.MustParseAddrPort("192.0.2.1:40000"), netip.MustParseAddrPort("192.0.2.1:40001")
	pair := netcheck.CandidatePair{Local: netcheck.Candidate{Type: "host", Address: a, Protocol: "udp"},
		Remote: netcheck.Candidate{Type: "host", Address: b, Protocol: "udp"}}
	s.emit(p, netcheck.PathConnected{Connect: took, Local: pair, Far: pair, Direction: netcheck.DirectionLoop, Note: note})
}

// measure ends a path with a loss probe's result.
func (s *stage) measure(p netcheck.Path, end netcheck.PathEnded, carriers ...netcheck.CarrierResult) {
	l := s.plan.Loss
	s.emit(p, netcheck.ProbeStarted{Probe: "loss", Duration: l.Warmup + l.Duration, Packets: l.Packets()})
	s.now += l.Warmup + l.Duration
	s.emit(p, netcheck.ProbeEnded{Probe: "loss", Loss: &netcheck.LossSummary{Carriers: carriers}, Partial: end.State == netcheck.StateInterrupted})
	s.emit(p, end)
}

var ended = netcheck.PathEnded{State: netcheck.StateOK}

// ok is a path without trouble; its delay grows with the path, so that rows can be told apart.
func (s *stage) ok(p netcheck.Path) {
	rtt := map[netcheck.Path]int64{netcheck.PathDirect: 400, netcheck.PathSTUN: 420, netcheck.PathRelayUDP: 610,
		netcheck.PathRelayTCP: 700, netcheck.PathRelayTLS: 730}[p]
	notes := map[netcheck.Path]string{netcheck.PathRelayTCP: streamNote, netcheck.PathRelayTLS: streamNote}
	s.start(p)
	s.connect(p, 14*time.Millisecond, notes[p])
	s.measure(p, ended, s.carrier(netcheck.CarrierSRTP, series{rtt: rtt}), s.carrier(netcheck.CarrierDataChannel, series{rtt: rtt + 150}))
}

const streamNote = "The way to the relay is a TCP stream: loss on it appears as delay."

// series describes what happened to the packets of a carrier.
type series struct {
	count            int          // 0: as many as planned
	rtt              int64        // microseconds
	wobble           int64        // added to every other packet
	lostUp, lostDown map[int]bool // by sequence number
	allLost          bool
	noLog            bool // the far end's log is missing: losses have no direction
	late             int  // the last ones of the series
}

// every gives the sequence numbers of one loss in step packets.
func every(step, count int) map[int]bool {
	lost := map[int]bool{}
	for i := step - 1; i < count; i += step {
		lost[i] = true
	}
	return lost
}

func (s *stage) carrier(c netcheck.Carrier, what series) netcheck.CarrierResult {
	l := s.plan.Loss
	n := what.count
	if n == 0 {
		n = l.Packets()
	}
	span := time.Duration(n) * l.Interval()
	rows := what.packets(n, s.now.Microseconds(), l.Interval().Microseconds())
	s.observeRows(c, rows)
	return netcheck.CarrierResult{Carrier: c, Span: span, Begin: s.now, Self: netcheck.SelfCheck{LogComplete: !what.noLog},
		Stats: stats.Summarize(rows, stats.Options{LateAfterUS: l.LateAfter.Microseconds()})}
}

// observeRows hands packets to the observers alone: the report holds none.
func (s *stage) observeRows(c netcheck.Carrier, rows stats.Packets) {
	for len(rows) > 0 {
		n := min(len(rows), netcheck.MaxBlock)
		s.emit(s.running(), netcheck.PacketsDecided{Carrier: c, Packets: rows[:n]})
		rows = rows[n:]
	}
}

// running is the path that started last.
func (s *stage) running() netcheck.Path {
	for _, p := range s.report.Paths {
		if p.State == netcheck.StateInterrupted && p.Code == "" {
			return p.Path
		}
	}
	return ""
}

func (w series) packets(n int, begin, interval int64) stats.Packets {
	rows := make(stats.Packets, n)
	var up, down uint32
	for i := range rows {
		sent := begin + int64(i)*interval
		rtt := w.rtt + int64(i%2)*w.wobble
		if i >= n-w.late {
			rtt += 200_000
		}
		p := stats.Packet{Seq: uint32(i), SentUS: sent, UpRecvUS: sent + rtt/2, ReflSendUS: sent + rtt/2, DownRecvUS: sent + rtt,
			Status: stats.StatusOK}
		switch {
		case w.noLog && (w.allLost || w.lostUp[i] || w.lostDown[i]):
			p.Status, p.UpRecvUS, p.ReflSendUS, p.DownRecvUS = stats.StatusLost, stats.NotMeasured, stats.NotMeasured, stats.NotMeasured
		case w.allLost || w.lostUp[i]:
			p.Status, p.UpRecvUS, p.ReflSendUS, p.DownRecvUS = stats.StatusLostUp, stats.NotMeasured, stats.NotMeasured, stats.NotMeasured
		case w.lostDown[i]:
			up++
			p.Status, p.DownRecvUS, p.UpOrder = stats.StatusLostDown, stats.NotMeasured, up
		default:
			up++
			down++
			p.UpOrder, p.DownOrder = up, down
		}
		rows[i] = p
	}
	return rows
}

// allGood is a session in which every path works.
var allGood = play(func(s *stage, p netcheck.Path) { s.ok(p) })

// mixed has something of everything that can be measured.
var mixed = play(func(s *stage, p netcheck.Path) {
	n := s.plan.Loss.Packets()
	switch p {
	case netcheck.PathDirect:
		s.ok(p)
	case netcheck.PathSTUN:
		s.start(p)
		s.emit(p, netcheck.PathEnded{State: netcheck.StateNotApplicable, Code: netcheck.ReasonNoHairpin,
			Reason: "The STUN server answers, but the router does not send packets to itself, so two ends behind it can not meet this way.",
			Advice: "This says nothing about calls with other places."})
	case netcheck.PathRelayUDP:
		s.start(p)
		s.connect(p, 23*time.Millisecond, "")
		s.measure(p, ended, s.carrier(netcheck.CarrierSRTP, series{rtt: 18_400, wobble: 2_300, lostUp: every(41, n), lostDown: map[int]bool{100: true, 101: true, 102: true}}),
			s.carrier(netcheck.CarrierDataChannel, series{rtt: 18_900, wobble: 2_400, lostUp: every(25, n)}))
	case netcheck.PathRelayTCP:
		s.start(p)
		s.connect(p, 61*time.Millisecond, streamNote)
		s.measure(p, ended, s.carrier(netcheck.CarrierSRTP, series{rtt: 31_000, late: 40}), s.carrier(netcheck.CarrierDataChannel, series{rtt: 33_000, late: 38}))
	case netcheck.PathRelayTLS:
		s.start(p)
		s.connect(p, 80*time.Millisecond, streamNote)
		s.measure(p, netcheck.PathEnded{State: netcheck.StateSaturated, Code: netcheck.ReasonSenderLimit,
			Reason: "The path does not carry the asked rate: 12 % of the packets on the SRTP carrier could not be sent because too much was queued.",
			Advice: "The line is slower than the test's bitrate. Ask for a lower rate or size to see what it can carry."},
			s.carrier(netcheck.CarrierSRTP, series{rtt: 140_000}), s.carrier(netcheck.CarrierDataChannel, series{rtt: 150_000}))
	}
})

// nothingBack connects, and not one packet is answered.
var nothingBack = play(func(s *stage, p netcheck.Path) {
	s.start(p)
	s.connect(p, 12*time.Millisecond, "")
	s.measure(p, ended, s.carrier(netcheck.CarrierSRTP, series{allLost: true, noLog: true}),
		s.carrier(netcheck.CarrierDataChannel, series{allLost: true, noLog: true}))
})

// relayBlocked is the target turn behind a firewall that lets only TLS out.
var relayBlocked = play(func(s *stage, p netcheck.Path) {
	fail := func(end netcheck.PathEnded) { s.start(p); s.now += 5 * time.Second; s.emit(p, end) }
	switch p {
	case netcheck.PathDirect:
		s.emit(p, netcheck.PathEnded{State: netcheck.StateNotApplicable, Code: netcheck.ReasonSameMachine,
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
		s.ok(p)
	}
})

var errBroken = errors.New("the disk for long records is full")
