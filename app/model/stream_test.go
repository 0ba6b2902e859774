package model

import (
	"bufio"
	"encoding/json"
	"net/netip"
	"os"
	"testing"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// script makes the event stream of a session without any session.
type script struct {
	plan   netcheck.Plan
	events []netcheck.Event
	now    time.Duration
}

// recorded reads a stream that the engine made.
func recorded(t *testing.T) []netcheck.Event {
	t.Helper()
	f, err := os.Open("../../netcheck/testdata/session.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []netcheck.Event
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<22)
	for lines.Scan() {
		var e netcheck.Event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
	if err := lines.Err(); err != nil || len(out) == 0 {
		t.Fatalf("%d events, %v", len(out), err)
	}
	return out
}

func newScript(t *testing.T, plan netcheck.Plan) *script {
	t.Helper()
	granted, err := plan.Grant()
	if err != nil {
		t.Fatal(err)
	}
	s := &script{plan: granted}
	s.add("", netcheck.SessionStarted{ID: "TEST", Started: time.Date(2026, 11, 21, 12, 34, 56, 0, time.UTC), AppVersion: "1", OS: "test", Plan: plan, Granted: granted})
	return s
}

func (s *script) add(p netcheck.Path, b netcheck.Body) {
	s.events = append(s.events, netcheck.Event{Seq: uint64(len(s.events) + 1), At: s.now, Path: p, Body: b})
}

// line is how a path treats packets.
type line struct {
	rtt  func(i int) time.Duration
	fate func(i int) stats.Status
	note string
	stop int // windows after which the person stops the test; 0: never
}

func steady(rtt time.Duration) line {
	return line{rtt: func(int) time.Duration { return rtt }, fate: func(int) stats.Status { return stats.StatusOK }}
}

func (l line) losing(every int, s stats.Status) line {
	l.fate = func(i int) stats.Status {
		if i%every == every/2 {
			return s
		}
		return stats.StatusOK
	}
	return l
}

// connect is a path until it begins to measure.
func (s *script) connect(p netcheck.Path, note string) {
	s.add(p, netcheck.PathStarted{Family: netcheck.Family4, Servers: []string{"turn:192.0.2.1:3478?transport=udp"}})
	for _, name := range []netcheck.StepName{netcheck.StepGather, netcheck.StepCheck, netcheck.StepOpen} {
		s.now += 4 * time.Millisecond
		s.add(p, netcheck.StepDone{Name: name, End: "local", OK: true, Took: 4 * time.Millisecond, Detail: "192.0.2.7"})
	}
	end := netcheck.Candidate{Type: "relay", Address: netip.MustParseAddrPort("192.0.2.1:50000"), Protocol: "udp", RelayProtocol: "udp", Server: "turn:192.0.2.1:3478?transport=udp"}
	if p == netcheck.PathRelayTLS {
		end.RelayProtocol = "tls"
		end.TLS = &netcheck.TLSEvidence{Version: "TLS 1.3", SPKISHA256: "ab12", VerifiedBy: "pin", Issuer: "Test CA"}
	}
	pair := netcheck.CandidatePair{Local: end, Remote: end}
	s.add(p, netcheck.PathConnected{Connect: 12 * time.Millisecond, Local: pair, Far: pair, NATBetween: netcheck.No, Direction: netcheck.DirectionLoop, Note: note})
}

// measure is a path from its start to its end.
func (s *script) measure(p netcheck.Path, l line) {
	s.connect(p, l.note)
	load := s.plan.Loss
	s.add(p, netcheck.ProbeStarted{Probe: "loss", Duration: load.Warmup + load.Duration, Packets: load.Packets()})
	s.now += load.Warmup
	begin := s.now
	rows := l.rows(load, begin)
	last := map[netcheck.Carrier][]netcheck.Sample{}
	ticks := int(load.Duration/netcheck.SampleWidth) + 4
	if l.stop > 0 {
		ticks = l.stop
		rows = rows[:l.stop*int(load.Rate)/10]
	}
	for range ticks {
		s.now += netcheck.SampleWidth
		for _, c := range load.Carriers {
			last[c] = s.samples(p, c, rows, begin, last[c])
		}
	}
	s.end(p, rows, begin, l.stop > 0)
}

func (l line) rows(load netcheck.LossPlan, begin time.Duration) stats.Packets {
	rows := make(stats.Packets, load.Packets())
	up, down := uint32(0), uint32(0)
	for i := range rows {
		sent := (begin + time.Duration(i)*load.Interval()).Microseconds()
		p := stats.Packet{Seq: uint32(i), SentUS: sent, UpRecvUS: stats.NotMeasured, ReflSendUS: stats.NotMeasured, DownRecvUS: stats.NotMeasured, Status: l.fate(i)}
		half := l.rtt(i).Microseconds() / 2
		if p.Status != stats.StatusLostUp && p.Status != stats.StatusLost {
			up++
			p.UpRecvUS, p.ReflSendUS, p.UpOrder = sent+half, sent+half, up
		}
		if p.Status == stats.StatusOK {
			down++
			p.DownRecvUS, p.DownOrder = sent+2*half, down
		}
		rows[i] = p
	}
	return rows
}

// giveUp is when the live view takes an unanswered packet as lost.
const giveUp = 300 * time.Millisecond

// samples emits the windows whose view has changed, as the loss probe does.
func (s *script) samples(p netcheck.Path, c netcheck.Carrier, rows stats.Packets, begin time.Duration, last []netcheck.Sample) []netcheck.Sample {
	var now []netcheck.Sample
	for _, row := range rows {
		sent := time.Duration(row.SentUS) * time.Microsecond
		i := int((sent - begin + time.Microsecond) / netcheck.SampleWidth)
		if sent > s.now {
			break
		}
		for len(now) <= i {
			now = append(now, netcheck.Sample{Carrier: c, Index: len(now), At: begin + time.Duration(len(now))*netcheck.SampleWidth})
		}
		s.count(&now[i], row, sent)
	}
	for i, w := range now {
		if w.Answered > 0 {
			now[i].RTTMean /= time.Duration(w.Answered)
		}
		if i >= len(last) || last[i] != now[i] {
			s.add(p, netcheck.SampleTaken{Sample: now[i]})
		}
	}
	return now
}

func (s *script) count(w *netcheck.Sample, row stats.Packet, sent time.Duration) {
	w.Sent++
	w.BytesOut += s.plan.Loss.Size
	us, ok := row.RTT()
	rtt := time.Duration(us) * time.Microsecond
	switch {
	case ok && sent+rtt <= s.now:
		w.Answered++
		w.BytesBack += s.plan.Loss.Size
		w.RTTMean += rtt
		if w.RTTMin == 0 || rtt < w.RTTMin {
			w.RTTMin = rtt
		}
		w.RTTMax = max(w.RTTMax, rtt)
		if rtt > s.plan.Loss.LateAfter {
			w.Late++
		}
	case ok || sent+giveUp > s.now:
	case row.Status == stats.StatusLostUp:
		w.LostUp++
	case row.Status == stats.StatusLostDown:
		w.LostDown++
	default:
		w.LostUnknown++
	}
}

func (s *script) end(p netcheck.Path, rows stats.Packets, begin time.Duration, stopped bool) {
	load := s.plan.Loss
	sum := netcheck.LossSummary{Pair: netcheck.PairCheck{Known: true, DropsKnown: true, SentUp: 10, ReceivedUp: 10, SentDown: 10, RecvDown: 10}}
	for _, c := range load.Carriers {
		s.add(p, netcheck.PacketsDecided{Carrier: c, Packets: rows[:min(len(rows), netcheck.MaxBlock)]})
		sum.Carriers = append(sum.Carriers, netcheck.CarrierResult{Carrier: c, Partial: stopped,
			Stats: stats.Summarize(rows, stats.Options{LateAfterUS: load.LateAfter.Microseconds()}),
			Self:  netcheck.SelfCheck{LogComplete: true, ClockResolution: 40, SendErrorMean: 20 * time.Microsecond, BundledKnown: c == netcheck.CarrierDataChannel},
			Begin: begin, Span: time.Duration(len(rows)) * load.Interval()})
	}
	ended := netcheck.ProbeEnded{Probe: "loss", Loss: &sum}
	closed := netcheck.PathEnded{State: netcheck.StateOK}
	if stopped {
		ended.Partial, ended.Code, ended.Text = true, netcheck.ReasonCancelled, "Stopped."
		closed = netcheck.PathEnded{State: netcheck.StateInterrupted, Code: netcheck.ReasonCancelled, Reason: "Stopped before the end; what was measured until then is kept."}
	}
	s.add(p, ended)
	s.add(p, closed)
}

// fail is a path that did not connect.
func (s *script) fail(p netcheck.Path, code netcheck.ReasonCode) {
	s.add(p, netcheck.PathStarted{Family: netcheck.Family4})
	s.now += 2 * time.Second
	s.add(p, netcheck.StepDone{Name: netcheck.StepGather, End: "local", Server: "turn:192.0.2.1:3478?transport=udp", Took: 2 * time.Second, Detail: "no answer"})
	s.add(p, netcheck.PathEnded{State: code.State(), Code: code, Reason: "The server did not answer.", Advice: "Ask the firewall team.", Server: "turn:192.0.2.1:3478?transport=udp", Cause: "i/o timeout"})
}

func (s *script) notRun(p netcheck.Path) {
	s.add(p, netcheck.PathEnded{State: netcheck.StateNotRun, Code: netcheck.ReasonCancelled, Reason: "The session was stopped before this path."})
}

func (s *script) close(how netcheck.Ended) []netcheck.Event {
	s.now += 20 * time.Millisecond
	s.add("", netcheck.SessionEnded{Ended: how, Duration: s.now})
	return s.events
}

// smallPlan is one that is quick to make packets for.
func smallPlan(kind netcheck.TargetKind, paths ...netcheck.Path) netcheck.Plan {
	p := netcheck.Plan{Target: netcheck.Target{Kind: kind}, Paths: paths, Loss: netcheck.LossPlan{Preset: Custom, Carriers: netcheck.AllCarriers(),
		Rate: 50, Size: 160, Duration: 3 * time.Second, Warmup: 500 * time.Millisecond, LateAfter: 150 * time.Millisecond}}
	if kind == netcheck.TargetTURN {
		for _, text := range []string{"stun:192.0.2.1", "turn:192.0.2.1", "turn:192.0.2.1?transport=tcp", "turns:192.0.2.1"} {
			u, err := netcheck.ParseServerURL(text)
			if err != nil {
				panic(err)
			}
			p.Target.Servers = append(p.Target.Servers, netcheck.ICEServer{URL: u, Username: "user", Password: secretPassword})
		}
	}
	return p
}

const secretPassword = "hunter2-s3cret"

// replay applies events until stop says so.
func replay(t *Test, events []netcheck.Event, until func(netcheck.Event) bool) time.Duration {
	t.Begin()
	var at time.Duration
	for _, e := range events {
		t.Apply(e)
		at = e.At
		if until != nil && until(e) {
			break
		}
	}
	return at
}

func rowOf(v View, p netcheck.Path) Row {
	for _, r := range v.Rows {
		if r.Path == p {
			return r
		}
	}
	return Row{}
}

func texts(r Row) (out [NumCols]string) {
	for i, c := range r.Cells {
		out[i] = c.Text
	}
	return out
}
