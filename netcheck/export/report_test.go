package export

import (
	"net/netip"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

const (
	testLateAfter = 150 * time.Millisecond
	testPassword  = "hunter2-password"
	testRESTKey   = "rest-shared-key"
	testInvite    = "echopath:secret-of-the-room"
)

// ok is an answered packet: delays up and down, then its places in the orders of arrival. The far end's clock is 5 s ahead.
func okPacket(seq uint32, up, down int64, upOrder, downOrder uint32) stats.Packet {
	const ahead, dwell = 5_000_000, 40
	sent := 1_000_000 + int64(seq)*10_000
	return stats.Packet{
		Seq: seq, SentUS: sent, UpRecvUS: sent + up + ahead, ReflSendUS: sent + up + ahead + dwell, DownRecvUS: sent + up + dwell + down,
		UpOrder: upOrder, DownOrder: downOrder, Status: stats.StatusOK,
	}
}

// lostPacket is one that was not answered.
func lostPacket(seq uint32, status stats.Status) stats.Packet {
	p := okPacket(seq, 0, 0, 0, 0)
	p.UpRecvUS, p.ReflSendUS, p.DownRecvUS, p.Status = stats.NotMeasured, stats.NotMeasured, stats.NotMeasured, status
	return p
}

// skippedPacket was given up by its sender.
func skippedPacket(seq uint32) stats.Packet {
	p := lostPacket(seq, stats.StatusSkipped)
	p.SentUS, p.SkippedBy = stats.NotMeasured, stats.SkipperSender
	return p
}

// everything has each fate of a packet once: reordering, copies, late, lost both ways, skipped at both ends.
func everything() stats.Packets {
	rows := stats.Packets{
		okPacket(0, 10_123, 11_001, 1, 1), okPacket(1, 30_500, 10_900, 3, 2), okPacket(2, 10_250, 11_050, 2, 3),
		lostPacket(3, stats.StatusLostUp), lostPacket(4, stats.StatusLostUp), okPacket(5, 100_000, 90_000, 4, 5),
		lostPacket(6, stats.StatusLostDown), okPacket(7, 9_999, 10_001, 6, 4), skippedPacket(8), lostPacket(9, stats.StatusSkipped),
	}
	rows[2].DupUp, rows[7].DupDown = 1, 2
	rows[6].UpRecvUS, rows[6].ReflSendUS, rows[6].UpOrder = 6_071_000, 6_071_040, 5
	rows[9].UpRecvUS, rows[9].UpOrder, rows[9].SkippedBy = 6_101_000, 7, stats.SkipperReflector
	return rows
}

// nothingBack has no answer, and no log of the far end that would say where they stayed.
func nothingBack() stats.Packets {
	return stats.Packets{lostPacket(0, stats.StatusLost), lostPacket(1, stats.StatusLost), lostPacket(2, stats.StatusLost)}
}

func clean() stats.Packets {
	return stats.Packets{okPacket(0, 20, 21, 1, 1), okPacket(1, 22, 20, 2, 2), okPacket(2, 20, 20, 3, 3)}
}

func overloaded() stats.Packets {
	return stats.Packets{okPacket(0, 300, 400, 1, 1), skippedPacket(1), skippedPacket(2), okPacket(3, 500, 600, 2, 2)}
}

type measured struct {
	path    netcheck.Path
	carrier netcheck.Carrier
	rows    stats.Packets
}

// testRecords are the packets behind testReport.
func testRecords() []measured {
	return []measured{
		{netcheck.PathDirect, netcheck.CarrierSRTP, everything()}, {netcheck.PathDirect, netcheck.CarrierDataChannel, clean()},
		{netcheck.PathRelayUDP, netcheck.CarrierSRTP, overloaded()},
		{netcheck.PathRelayTLS, netcheck.CarrierSRTP, nothingBack()},
	}
}

func result(c netcheck.Carrier, rows stats.Packets) *netcheck.CarrierResult {
	return &netcheck.CarrierResult{
		Carrier: c, Begin: time.Second, Span: time.Duration(len(rows)) * 10 * time.Millisecond,
		Stats: stats.Summarize(rows, stats.Options{LateAfterUS: testLateAfter.Microseconds()}),
		Self: netcheck.SelfCheck{
			ClockResolution: 41, FarClockResolution: 100, SendErrorMean: 61_500, SendErrorP95: 110_250, SendErrorMax: 2 * time.Millisecond,
			QueuedMax: 1200, FarQueuedMax: 600, DwellP95: 40 * time.Microsecond, LogComplete: true,
		},
	}
}

func testPlan() netcheck.Plan {
	server := func(url string) netcheck.ICEServer {
		u, err := netcheck.ParseServerURL(url)
		if err != nil {
			panic(err)
		}
		return netcheck.ICEServer{URL: u, Username: "alice", Password: testPassword, RESTSecret: testRESTKey}
	}
	return netcheck.Plan{
		Title: `=1+1, "Büro <Köln>"`,
		Target: netcheck.Target{Kind: netcheck.TargetTURN, Servers: []netcheck.ICEServer{
			server("turn:turn.example.com"), server("turns:turn.example.com:443"), server("stun:[2001:db8::1]:3478"),
		}},
		Paths: netcheck.AllPaths(), Family: netcheck.FamilyAuto, ConnectTimeout: 5 * time.Second,
		Loss: netcheck.LossPlan{
			Preset: "quick", Carriers: netcheck.AllCarriers(), Rate: 100, Size: 200, Duration: 5 * time.Second,
			Warmup: 500 * time.Millisecond, LateAfter: testLateAfter,
		},
		Video: testVideoPlan(),
	}
}

// testReport has every state that a path ends in but failed, of a session that was stopped.
func testReport() netcheck.Report {
	plan := testPlan()
	r := netcheck.Fold(netcheck.Report{}, netcheck.Event{Body: netcheck.SessionStarted{
		ID: "ABCDEFGHIJKLMNOP", Started: time.Date(2026, 3, 4, 7, 8, 9, 123_000_000, time.FixedZone("CET", 3600)),
		AppVersion: "0.1.0", OS: "linux/amd64", Plan: plan, Granted: plan,
	}})
	r.Paths = []netcheck.PathReport{okPath(), stunPath(), relayUDPPath(), blockedPath(), silentPath()}
	for _, s := range []netcheck.Sample{
		{Carrier: netcheck.CarrierSRTP, At: time.Second, Sent: 9, Answered: 5, LostUp: 2, LostDown: 1, Late: 1, Skipped: 2,
			RTTMin: 20 * time.Millisecond, RTTMean: 54_764_800, RTTMax: 190 * time.Millisecond, BytesOut: 1800, BytesBack: 1000, Queued: 64},
		{Carrier: netcheck.CarrierSRTP, Index: 1, At: 1100 * time.Millisecond, Sent: 1, LostUnknown: 1, BytesOut: 200},
		{Carrier: netcheck.CarrierDataChannel, At: time.Second, Sent: 3, Answered: 3, RTTMin: 40_000, RTTMean: 41_000, RTTMax: 42_000, BytesOut: 600, BytesBack: 600},
	} {
		r = netcheck.Fold(r, netcheck.Event{Path: netcheck.PathDirect, Body: netcheck.SampleTaken{Sample: s}})
	}
	for _, s := range testVideoSamples() {
		r = netcheck.Fold(r, netcheck.Event{Path: netcheck.PathDirect, Body: netcheck.VideoSampleTaken{Sample: s}})
	}
	return netcheck.Fold(r, netcheck.Event{Body: netcheck.SessionEnded{Ended: netcheck.EndedCancelled, Duration: 12_345_678_901,
		Error: "session stopped: interrupt"}})
}

func okPath() netcheck.PathReport {
	local := netcheck.Candidate{Type: "host", Address: netip.MustParseAddrPort("192.0.2.7:50000"), Protocol: "udp"}
	far := netcheck.Candidate{Type: "prflx", Address: netip.MustParseAddrPort("[2001:db8::7]:50001"), Protocol: "udp"}
	return netcheck.PathReport{
		Path: netcheck.PathDirect, State: netcheck.StateOK, Connected: true, Connect: 21_345_678, Family: netcheck.Family4,
		Interface: "eth0", VPN: netcheck.No, Direction: netcheck.DirectionLoop, NATBetween: netcheck.No, Note: "Both ends are on this computer.",
		Local: netcheck.CandidatePair{Local: local, Remote: far}, Far: netcheck.CandidatePair{Local: far, Remote: local},
		Steps: []netcheck.StepDone{{Name: netcheck.StepGather, End: "local", OK: true, Took: 1_500_000, Detail: "192.0.2.7:50000"}},
		Carriers: []netcheck.CarrierReport{
			{Carrier: netcheck.CarrierSRTP, Result: loaded(result(netcheck.CarrierSRTP, everything()))},
			{Carrier: netcheck.CarrierDataChannel, Result: bundled(result(netcheck.CarrierDataChannel, clean()))},
		},
		Pair:  &netcheck.PairCheck{Known: true, SentUp: 40, ReceivedUp: 38, SentDown: 38, RecvDown: 36, DropsKnown: true, Drops: 1},
		Video: &netcheck.VideoReport{Result: videoResult(everyPicture())},
	}
}

func loaded(c *netcheck.CarrierResult) *netcheck.CarrierResult {
	c.Load = &netcheck.LoadEffect{Idle: stats.RTT{OK: true, N: 2, MinUS: 20_000, MeanUS: 20_500, P50US: 20_000, P95US: 21_000, P99US: 21_000, MaxUS: 21_000},
		Loaded:     stats.RTT{OK: true, N: 2, MinUS: 21_000, MeanUS: 105_500, P50US: 45_300, P95US: 190_000, P99US: 190_000, MaxUS: 190_000},
		IncreaseMS: 25.3, Grade: "A"}
	return c
}

func bundled(c *netcheck.CarrierResult) *netcheck.CarrierResult {
	c.Self.Bundled, c.Self.BundledKnown = 0.125, true
	return c
}

func stunPath() netcheck.PathReport {
	return netcheck.PathReport{
		Path: netcheck.PathSTUN, State: netcheck.StateNotApplicable, Code: netcheck.ReasonNoServer, Direction: netcheck.DirectionLoop,
		Reason: "There is no STUN server in the plan.",
	}
}

func relayUDPPath() netcheck.PathReport {
	relay := netcheck.Candidate{Type: "relay", Address: netip.MustParseAddrPort("203.0.113.5:49200"), Protocol: "udp", RelayProtocol: "udp",
		Server: "turn:turn.example.com:3478?transport=udp"}
	res := result(netcheck.CarrierSRTP, overloaded())
	res.Self.MissedSends, res.Self.SkippedSender = 1, 1
	return netcheck.PathReport{
		Path: netcheck.PathRelayUDP, State: netcheck.StateSaturated, Code: netcheck.ReasonSenderLimit, Connected: true, Connect: 80 * time.Millisecond,
		Reason: "The path does not carry the asked rate.", Advice: "Ask for a lower rate.", Family: netcheck.Family4, VPN: netcheck.Yes,
		Server: relay.Server, Direction: netcheck.DirectionLoop, NATBetween: netcheck.Yes,
		Local: netcheck.CandidatePair{Local: relay, Remote: relay}, Far: netcheck.CandidatePair{Local: relay, Remote: relay},
		Carriers: []netcheck.CarrierReport{{Carrier: netcheck.CarrierSRTP, Result: res}},
		Pair:     &netcheck.PairCheck{},
	}
}

func blockedPath() netcheck.PathReport {
	return netcheck.PathReport{
		Path: netcheck.PathRelayTCP, State: netcheck.StateBlocked, Code: netcheck.ReasonRefused, Family: netcheck.Family4,
		Reason: "=cmd|' /C calc'!A0 said \"no\", and closed.\nTwice.", Advice: "Ask the firewall team to allow TCP to turn.example.com:3478.",
		Server: "turn:turn.example.com:3478?transport=tcp", Cause: "dial tcp 203.0.113.5:3478: connection refused", Direction: netcheck.DirectionLoop,
		Steps: []netcheck.StepDone{{Name: netcheck.StepDial, End: "far", Server: "turn:turn.example.com:3478?transport=tcp", Took: 30 * time.Millisecond, Detail: "refused"}},
	}
}

// silentPath connected over TLS through a proxy, got nothing back, and was stopped.
func silentPath() netcheck.PathReport {
	evidence := &netcheck.TLSEvidence{Version: "TLS 1.3", ServerName: "turn.example.com", SPKISHA256: "00ff", VerifiedBy: "system", Issuer: "CN=Example CA"}
	relay := netcheck.Candidate{Type: "relay", Address: netip.MustParseAddrPort("203.0.113.5:49201"), Protocol: "udp", RelayProtocol: "tls",
		Server: "turns:turn.example.com:443?transport=tcp", TLS: evidence, ViaProxy: "proxy.example.com:3128"}
	res := result(netcheck.CarrierSRTP, nothingBack())
	res.Self = netcheck.SelfCheck{ClockResolution: 41, SendErrorMean: 61_500, SendErrorP95: 110_250, SendErrorMax: 2 * time.Millisecond}
	return netcheck.PathReport{
		Path: netcheck.PathRelayTLS, State: netcheck.StateInterrupted, Code: netcheck.ReasonCancelled, Connected: true, Connect: 120 * time.Millisecond,
		Reason: "Stopped before the end; what was measured until then is kept.", Family: netcheck.Family4, Direction: netcheck.DirectionLoop,
		Server: relay.Server, Local: netcheck.CandidatePair{Local: relay, Remote: relay}, Far: netcheck.CandidatePair{Local: relay}, Partial: true,
		Steps:    []netcheck.StepDone{{Name: netcheck.StepTLS, End: "local", Server: relay.Server, OK: true, Took: 25 * time.Millisecond, TLS: evidence}},
		Carriers: []netcheck.CarrierReport{{Carrier: netcheck.CarrierSRTP, Result: res}, {Carrier: netcheck.CarrierDataChannel}},
		Video:    &netcheck.VideoReport{Code: netcheck.ReasonLocal, Text: "There is no camera."},
	}
}

// testVerdict is written by hand, so that the files do not change with the rules of judgement.
func testVerdict() netcheck.Verdict {
	return netcheck.Verdict{
		Grade: netcheck.GradeFair, Sentence: "Direct works. Relay TCP does not.",
		Paths: map[netcheck.Path]netcheck.Grade{
			netcheck.PathDirect: netcheck.GradeFair, netcheck.PathRelayUDP: netcheck.GradeInconclusive,
			netcheck.PathRelayTCP: netcheck.GradeFailed, netcheck.PathRelayTLS: netcheck.GradeInconclusive,
		},
		Findings: []netcheck.Finding{
			{ID: "path_blocked", Severity: netcheck.SeverityCritical, Path: netcheck.PathRelayTCP, Title: "Relay TCP is blocked",
				Detail: "The connection was refused.", Advice: "Ask the firewall team.", Evidence: []netcheck.Evidence{{Name: "state", Value: "blocked"}}},
			{ID: "session_note", Severity: netcheck.SeverityInfo, Title: "The session was stopped"},
		},
	}
}

// testPackets writes the packets behind testReport.
func testPackets(w *PacketWriter) {
	for _, m := range testRecords() {
		w.Observe(netcheck.Event{Path: m.path, Body: netcheck.PacketsDecided{Carrier: m.carrier, Packets: m.rows}})
		w.Observe(netcheck.Event{Path: m.path, Body: netcheck.PathEnded{State: netcheck.StateOK}})
	}
}
