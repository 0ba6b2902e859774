package view

import (
	"errors"
	"math"
	"net/netip"
	"testing"
	"time"

	"echopath/app/model"
	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// stream is the events of a session that nobody has measured.
type stream struct {
	plan   netcheck.Plan
	events []netcheck.Event
	now    time.Duration
}

// traffic is how a path treats packets: the time that the packet of a number takes, and whether it arrives.
type traffic struct {
	connect time.Duration
	rtt     func(i int) time.Duration
	fate    func(i int) stats.Status
}

// calm is a line on which all goes well.
func calm(rtt time.Duration) traffic {
	return traffic{connect: 14 * time.Millisecond, rtt: func(i int) time.Duration {
		return rtt + time.Duration(float64(rtt)*0.06*(math.Sin(float64(i)/9)+math.Sin(float64(i)*1.7)/2))
	}, fate: func(int) stats.Status { return stats.StatusOK }}
}

// losing is the line with every so many packets lost on the way out, and half as many on the way back.
func (l traffic) losing(every int) traffic {
	l.fate = func(i int) stats.Status {
		switch {
		case i%every == every/2:
			return stats.StatusLostUp
		case i%(2*every) == every/3:
			return stats.StatusLostDown
		}
		return stats.StatusOK
	}
	return l
}

// spiky is the line with a burst of delay now and then.
func (l traffic) spiky(extra time.Duration) traffic {
	calm := l.rtt
	l.rtt = func(i int) time.Duration {
		if i%97 > 88 {
			return calm(i) + extra
		}
		return calm(i)
	}
	return l
}

func newStream(t *testing.T, plan netcheck.Plan) *stream {
	t.Helper()
	granted, err := plan.Grant()
	if err != nil {
		t.Fatal(err)
	}
	s := &stream{plan: granted}
	s.add("", netcheck.SessionStarted{ID: "TEST", Started: time.Date(2026, 11, 21, 12, 34, 56, 0, time.UTC), AppVersion: "1", OS: "linux/amd64", Plan: plan, Granted: granted})
	return s
}

func (s *stream) add(p netcheck.Path, b netcheck.Body) {
	s.events = append(s.events, netcheck.Event{Seq: uint64(len(s.events) + 1), At: s.now, Path: p, Body: b})
}

var relayProtocols = map[netcheck.Path]string{netcheck.PathRelayUDP: "udp", netcheck.PathRelayTCP: "tcp", netcheck.PathRelayTLS: "tls"}

// candidate is an end of a path with its proof.
func candidate(p netcheck.Path) netcheck.Candidate {
	c := netcheck.Candidate{Type: "host", Address: netip.MustParseAddrPort("192.0.2.7:40000"), Protocol: "udp"}
	switch {
	case p == netcheck.PathSTUN:
		c.Type = "srflx"
	case relayProtocols[p] != "":
		c.Type, c.Address, c.RelayProtocol = "relay", netip.MustParseAddrPort("198.51.100.4:50000"), relayProtocols[p]
		c.Server = "turn:turn.example.com:3478?transport=" + c.RelayProtocol
	}
	if p == netcheck.PathRelayTLS {
		c.Server = "turns:turn.example.com:5349?transport=tcp"
		c.TLS = &netcheck.TLSEvidence{Version: "TLS 1.3", SPKISHA256: "ab12", VerifiedBy: "the system's authorities", Issuer: "Example CA"}
	}
	return c
}

func (s *stream) start(p netcheck.Path, took time.Duration) {
	s.add(p, netcheck.PathStarted{Family: netcheck.Family4})
	for _, name := range []netcheck.StepName{netcheck.StepGather, netcheck.StepCheck, netcheck.StepOpen} {
		s.now += took / 3
		s.add(p, netcheck.StepDone{Name: name, End: "local", OK: true, Took: took / 3, Detail: "192.0.2.7"})
	}
}

// measure is a path from its start to its end.
func (s *stream) measure(p netcheck.Path, l traffic) {
	s.start(p, l.connect)
	end := candidate(p)
	pair := netcheck.CandidatePair{Local: end, Remote: end}
	s.add(p, netcheck.PathConnected{Connect: l.connect, Local: pair, Far: pair, NATBetween: netcheck.No, Direction: s.direction()})
	load := s.plan.Loss
	s.add(p, netcheck.ProbeStarted{Probe: "loss", Duration: load.Warmup + load.Duration, Packets: load.Packets()})
	s.now += load.Warmup
	begin := s.now
	rows := map[netcheck.Carrier]stats.Packets{}
	for i, c := range load.Carriers {
		rows[c] = l.rows(load, begin, i*31)
	}
	for i := range int(load.Duration / netcheck.SampleWidth) {
		s.now += netcheck.SampleWidth
		for _, c := range load.Carriers {
			s.add(p, netcheck.SampleTaken{Sample: s.window(c, i, rows[c])})
		}
	}
	s.now += 200 * time.Millisecond
	s.end(p, rows, begin)
}

// rows are the packets of a carrier; shift keeps the carriers from being the same.
func (l traffic) rows(load netcheck.LossPlan, begin time.Duration, shift int) stats.Packets {
	rows := make(stats.Packets, load.Packets())
	up, down := uint32(0), uint32(0)
	for i := range rows {
		sent, took := (begin + time.Duration(i)*load.Interval()).Microseconds(), l.rtt(i+shift).Microseconds()
		p := stats.Packet{Seq: uint32(i), SentUS: sent, UpRecvUS: stats.NotMeasured, ReflSendUS: stats.NotMeasured, DownRecvUS: stats.NotMeasured, Status: l.fate(i + shift)}
		if p.Status != stats.StatusLostUp && p.Status != stats.StatusLost {
			up++
			p.UpRecvUS, p.ReflSendUS, p.UpOrder = sent+took/2, sent+took/2, up
		}
		if p.Status == stats.StatusOK {
			down++
			p.DownRecvUS, p.DownOrder = sent+took, down
		}
		rows[i] = p
	}
	return rows
}

// window counts one window of the live view.
func (s *stream) window(c netcheck.Carrier, i int, rows stats.Packets) netcheck.Sample {
	w := netcheck.Sample{Carrier: c, Index: i, At: s.now - netcheck.SampleWidth}
	for _, row := range rows {
		sent := time.Duration(row.SentUS) * time.Microsecond
		if sent < w.At || sent >= s.now {
			continue
		}
		w.Sent++
		w.BytesOut += s.plan.Loss.Size
		us, ok := row.RTT()
		rtt := time.Duration(us) * time.Microsecond
		switch {
		case ok:
			w.Answered++
			w.BytesBack += s.plan.Loss.Size
			w.RTTMean += rtt
			w.RTTMax = max(w.RTTMax, rtt)
			if w.RTTMin == 0 || rtt < w.RTTMin {
				w.RTTMin = rtt
			}
			if rtt > s.plan.Loss.LateAfter {
				w.Late++
			}
		case row.Status == stats.StatusLostUp:
			w.LostUp++
		case row.Status == stats.StatusLostDown:
			w.LostDown++
		default:
			w.LostUnknown++
		}
	}
	if w.Answered > 0 {
		w.RTTMean /= time.Duration(w.Answered)
	}
	return w
}

func (s *stream) end(p netcheck.Path, rows map[netcheck.Carrier]stats.Packets, begin time.Duration) {
	load := s.plan.Loss
	sum := netcheck.LossSummary{Pair: netcheck.PairCheck{Known: true, DropsKnown: true, SentUp: 10, ReceivedUp: 10, SentDown: 10, RecvDown: 10}}
	for _, c := range load.Carriers {
		s.add(p, netcheck.PacketsDecided{Carrier: c, Packets: rows[c][:min(len(rows[c]), netcheck.MaxBlock)]})
		sum.Carriers = append(sum.Carriers, netcheck.CarrierResult{Carrier: c, Begin: begin, Span: time.Duration(len(rows[c])) * load.Interval(),
			Stats: stats.Summarize(rows[c], stats.Options{LateAfterUS: load.LateAfter.Microseconds()}),
			Self:  netcheck.SelfCheck{LogComplete: true, ClockResolution: 40, SendErrorMean: 20 * time.Microsecond, BundledKnown: c == netcheck.CarrierDataChannel}})
	}
	s.add(p, netcheck.ProbeEnded{Probe: "loss", Loss: &sum})
	s.add(p, netcheck.PathEnded{State: netcheck.StateOK})
}

// fail is a path that did not connect.
func (s *stream) fail(p netcheck.Path, end netcheck.PathEnded) {
	s.add(p, netcheck.PathStarted{Family: netcheck.Family4})
	s.now += 5 * time.Second
	end.State = end.Code.State()
	s.add(p, end)
}

// silent is what a path ends with whose server does not answer.
func silent(p netcheck.Path) netcheck.PathEnded {
	proto, port := "UDP", "3478"
	switch p {
	case netcheck.PathRelayTCP:
		proto = "TCP"
	case netcheck.PathRelayTLS:
		proto, port = "TCP", "5349"
	}
	return netcheck.PathEnded{Code: netcheck.ReasonNoAnswer, Server: candidate(p).Server,
		Reason: "turn.example.com did not answer on " + proto + " port " + port + " within 5 s.",
		Advice: "Ask the firewall team to allow " + proto + " to turn.example.com port " + port + ", and the answers to it.", Cause: "i/o timeout"}
}

func (s *stream) close() []netcheck.Event {
	s.now += 20 * time.Millisecond
	s.add("", netcheck.SessionEnded{Ended: netcheck.EndedComplete, Duration: s.now})
	return s.events
}

// plan is a test of all paths.
func plan(t *testing.T, kind netcheck.TargetKind) netcheck.Plan {
	t.Helper()
	preset := netcheck.Presets()[0].Loss
	p := netcheck.Plan{Target: netcheck.Target{Kind: kind}, Paths: netcheck.AllPaths(), Loss: preset}
	if kind == netcheck.TargetTURN {
		for _, text := range []string{"stun:turn.example.com", "turn:turn.example.com", "turn:turn.example.com?transport=tcp", "turns:turn.example.com"} {
			u, err := netcheck.ParseServerURL(text)
			if err != nil {
				t.Fatal(err)
			}
			s := netcheck.ICEServer{URL: u}
			if u.Scheme != netcheck.SchemeSTUN {
				s.Username, s.Password = "ann", "secret"
			}
			p.Target.Servers = append(p.Target.Servers, s)
		}
	}
	return p
}

// rtts of the paths in a session that goes well, so that their curves can be told apart.
var rtts = map[netcheck.Path]time.Duration{netcheck.PathDirect: 410 * time.Microsecond, netcheck.PathSTUN: 520 * time.Microsecond,
	netcheck.PathRelayUDP: 690 * time.Microsecond, netcheck.PathRelayTCP: 840 * time.Microsecond, netcheck.PathRelayTLS: 980 * time.Microsecond}

// allGood is a test of this computer on which every path works.
func allGood(t *testing.T) []netcheck.Event {
	s := newStream(t, plan(t, netcheck.TargetSelf))
	for _, p := range s.plan.Paths {
		s.measure(p, calm(rtts[p]))
	}
	return s.close()
}

// poorLine is a test through servers with trouble of every kind.
func poorLine(t *testing.T) []netcheck.Event {
	s := newStream(t, plan(t, netcheck.TargetTURN))
	for _, p := range s.plan.Paths {
		switch p {
		case netcheck.PathDirect:
			s.add(p, netcheck.PathEnded{State: netcheck.StateNotApplicable, Code: netcheck.ReasonSameMachine,
				Reason: "Both ends are on this computer, so a direct path would never leave it."})
		case netcheck.PathSTUN:
			s.measure(p, calm(24*time.Millisecond).spiky(180*time.Millisecond))
		case netcheck.PathRelayUDP:
			s.measure(p, calm(38*time.Millisecond).losing(14).spiky(90*time.Millisecond))
		case netcheck.PathRelayTCP:
			s.fail(p, silent(p))
		default:
			s.measure(p, calm(52*time.Millisecond).spiky(260*time.Millisecond))
		}
	}
	return s.close()
}

// nothingAnswers is a test through servers that can not be reached.
func nothingAnswers(t *testing.T) []netcheck.Event {
	s := newStream(t, plan(t, netcheck.TargetTURN))
	for _, p := range s.plan.Paths {
		if p == netcheck.PathDirect {
			s.add(p, netcheck.PathEnded{State: netcheck.StateNotApplicable, Code: netcheck.ReasonSameMachine,
				Reason: "Both ends are on this computer, so a direct path would never leave it."})
			continue
		}
		s.fail(p, silent(p))
	}
	return s.close()
}

var errPorts = errors.New("listen udp: too many open files")

// kept is how a run ends that was kept.
var kept = model.Outcome{Folder: "/home/ann/Documents/Echopath/2026-11-21_12-34-56"}

// direction is that of all paths of the plan.
func (s *stream) direction() netcheck.Direction {
	if s.plan.Target.Kind == netcheck.TargetInvite {
		return netcheck.DirectionUpDown
	}
	return netcheck.DirectionLoop
}
