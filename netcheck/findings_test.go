package netcheck

import (
	"slices"
	"strings"
	"testing"
	"time"

	"echopath/netcheck/stats"
)

const ms = time.Millisecond

// reordered swaps every tenth packet with the one behind it.
func reordered(i int, p *stats.Packet) {
	switch i % 10 {
	case 3:
		p.UpOrder++
		p.DownOrder++
		p.UpRecvUS += 10_100
		p.ReflSendUS += 10_100
		p.DownRecvUS += 10_100
	case 4:
		p.UpOrder--
		p.DownOrder--
	}
}

func with(p PathReport, change func(*PathReport)) PathReport { change(&p); return p }

func TestFindings(t *testing.T) {
	clean := fates(500, 20*ms, nil)
	stalls := fates(500, 20*ms, func(i int, p *stats.Packet) {
		if i == 7 {
			p.DownRecvUS += 900_000
		}
	})
	halfLate := fates(500, 20*ms, func(i int, p *stats.Packet) {
		if i%50 == 0 {
			p.DownRecvUS += 180_000
		}
	})
	dcLoses := func(srtp stats.Packets) PathReport {
		return measuredPath(PathDirect, resultOf(CarrierDataChannel, fates(500, 20*ms, every(20, stats.StatusLostUp))), resultOf(CarrierSRTP, srtp))
	}
	bundled := func(share float64, known bool, rate float64) Report {
		p := goodPath(PathDirect, 20*ms)
		p.Carriers[0].Result.Self.Bundled, p.Carriers[0].Result.Self.BundledKnown = share, known
		r := turnReport(p)
		r.Granted.Loss.Rate = rate
		return r
	}
	tests := []struct {
		name string
		r    Report
		want []string
	}{
		{"all is well", turnReport(goodPath(PathDirect, 20*ms), goodPath(PathRelayTCP, 20*ms)), nil},
		{"all is well in here", selfReport(goodPath(PathDirect, 20*ms)), []string{"self_only"}},
		{"nothing works in here", selfReport(endedPath(PathDirect, ReasonLocal)), []string{"path_failed:direct", "no_path"}},
		{"lost on the way out", turnReport(srtpPath(PathDirect, fates(500, 20*ms, every(50, stats.StatusLostUp)))), []string{"loss_out:direct"}},
		{"lost on the way back", turnReport(srtpPath(PathDirect, fates(500, 20*ms, every(50, stats.StatusLostDown)))), []string{"loss_back:direct"}},
		{"lost somewhere", turnReport(srtpPath(PathDirect, fates(500, 20*ms, every(20, stats.StatusLost)))), []string{"loss_total:direct"}},
		{"one in a hundred is good", turnReport(srtpPath(PathDirect, fates(500, 20*ms, every(100, stats.StatusLostUp)))), nil},
		{"too few to say", turnReport(srtpPath(PathDirect, fates(19, 20*ms, losing(5, stats.StatusLostUp)))), nil},
		{"nothing came back", turnReport(srtpPath(PathSTUN, fates(500, 20*ms, losing(500, stats.StatusLostUp)))), []string{"no_data:stun", "no_path"}},
		{"nothing came back, log missing", turnReport(srtpPath(PathSTUN, fates(500, 20*ms, losing(500, stats.StatusLost)))), []string{"no_data:stun", "no_path"}},
		{"late", turnReport(srtpPath(PathDirect, halfLate)), []string{"late:direct"}},
		{"far away", turnReport(srtpPath(PathDirect, fates(500, 400*ms, nil))), []string{"late:direct", "rtt:direct"}},
		{"jitter", turnReport(srtpPath(PathDirect, fates(500, 20*ms, jittery(40*ms)))), []string{"jitter:direct"}},
		{"reordering is no loss", turnReport(dcLoses(fates(500, 20*ms, reordered))), []string{"reordering_as_loss:direct"}},
		{"only the data channel loses", turnReport(dcLoses(clean)), []string{"datachannel_only_loss:direct"}},
		{"both lose alike", turnReport(dcLoses(fates(500, 20*ms, every(20, stats.StatusLostUp)))), []string{"loss_out:direct"}},
		{"reordering without loss", turnReport(measuredPath(PathDirect, resultOf(CarrierDataChannel, clean), resultOf(CarrierSRTP, fates(500, 20*ms, reordered)))), nil},
		{"bundled", bundled(0.5, true, 2000), []string{"datachannel_bundled:direct"}},
		{"hardly bundled", bundled(0.01, true, 2000), nil},
		{"bundling not measured", bundled(0.5, false, 2000), nil},
		{"bundled at a rate that forbids it", bundled(0.5, true, 100), nil},
		{"a stream stalls", turnReport(srtpPath(PathRelayTLS, stalls)), []string{"stream_stalls:relay-tls"}},
		{"no stream stalls", turnReport(srtpPath(PathRelayUDP, stalls)), nil},
		{"blocked", turnReport(endedPath(PathDirect, ReasonNoPair), goodPath(PathRelayUDP, 20*ms)), []string{"path_blocked:direct"}},
		{"wrong password", turnReport(goodPath(PathDirect, 20*ms), endedPath(PathRelayUDP, ReasonAuth)), []string{"path_failed:relay-udp"}},
		{"does not apply", turnReport(goodPath(PathDirect, 20*ms), endedPath(PathSTUN, ReasonNoHairpin), PathReport{Path: PathRelayUDP, State: StateNotRun}), nil},
		{"UDP is refused", turnReport(endedPath(PathSTUN, ReasonRefused), endedPath(PathRelayUDP, ReasonRefused), goodPath(PathRelayTCP, 20*ms)),
			[]string{"path_blocked:stun", "path_blocked:relay-udp"}},
		{"the name is not found", turnReport(endedPath(PathSTUN, ReasonNameTimeout), endedPath(PathRelayUDP, ReasonNameNotFound), goodPath(PathRelayTCP, 20*ms)),
			[]string{"path_blocked:stun", "path_blocked:relay-udp"}},
		{"jitter that has ended", turnReport(srtpPath(PathDirect, fates(500, 20*ms, func(i int, p *stats.Packet) {
			if i < 400 {
				jittery(40*ms)(i, p)
			}
		}))), []string{"jitter:direct"}},
		{"UDP is blocked", turnReport(endedPath(PathSTUN, ReasonNoAnswer), endedPath(PathRelayUDP, ReasonNoAnswer), goodPath(PathRelayTCP, 20*ms)),
			[]string{"path_blocked:stun", "path_blocked:relay-udp", "udp_blocked"}},
		{"all is blocked", turnReport(endedPath(PathRelayUDP, ReasonNoAnswer), endedPath(PathRelayTCP, ReasonRefused)),
			[]string{"path_blocked:relay-udp", "path_blocked:relay-tcp", "udp_blocked", "no_path"}},
		{"saturated, and its loss is not the network's", turnReport(with(srtpPath(PathDirect, fates(500, 400*ms, every(5, stats.StatusLostUp))), func(p *PathReport) {
			p.State, p.Code, p.Reason, p.Advice = StateSaturated, ReasonSenderLimit, "Too much.", "Ask for less."
		})), []string{"saturated:direct"}},
		{"too busy to measure", turnReport(with(srtpPath(PathDirect, fates(500, 400*ms, nil)), func(p *PathReport) {
			p.State, p.Code, p.Reason, p.Advice = StateInconclusive, ReasonBusy, "Busy.", "Close programs."
		})), []string{"inconclusive:direct"}},
		{"lost somewhere, in doubt because the log is missing", turnReport(with(srtpPath(PathDirect, fates(500, 20*ms, every(10, stats.StatusLost))), func(p *PathReport) {
			p.State, p.Code, p.Reason, p.Advice = StateInconclusive, ReasonLogMissing, "No log.", "Again."
		})), []string{"loss_total:direct", "inconclusive:direct"}},
		{"broke half-way", turnReport(with(srtpPath(PathDirect, fates(500, 20*ms, losing(250, stats.StatusLost))), func(p *PathReport) {
			p.State, p.Code, p.Reason, p.Advice = StateFailed, ReasonLinkLost, "Lost.", "Again."
		})), []string{"path_failed:direct", "no_path"}},
		{"stopped", turnReport(with(goodPath(PathDirect, 20*ms), func(p *PathReport) { p.State, p.Code = StateInterrupted, ReasonCancelled })),
			[]string{"interrupted:direct"}},
		{"a failure without words", turnReport(PathReport{Path: PathDirect, State: StateFailed, Code: ReasonLocal}), []string{"path_failed:direct", "no_path"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := Judge(tt.r)
			if got := ids(v); !slices.Equal(got, bySeverity(v, tt.want)) {
				t.Errorf("findings %q, want %q", got, tt.want)
			}
			checkWords(t, tt.r, v)
		})
	}
}

// bySeverity puts the wanted findings into the order that the verdict has to have: gravest first, else as they come.
func bySeverity(v Verdict, want []string) []string {
	rank := map[string]int{}
	for i, id := range ids(v) {
		rank[id] = v.Findings[i].Severity.rank()
	}
	out := slices.Clone(want)
	slices.SortStableFunc(out, func(a, b string) int { return rank[a] - rank[b] })
	return out
}

// finding gives the finding of a report, which must be there.
func finding(t *testing.T, r Report, id string) Finding {
	t.Helper()
	for _, f := range Judge(r).Findings {
		if f.ID == id {
			return f
		}
	}
	t.Fatalf("no finding %q in %q", id, ids(Judge(r)))
	return Finding{}
}

func TestPacketsThatStayedHere(t *testing.T) {
	stun := with(goodPath(PathSTUN, ms), func(p *PathReport) { p.NATBetween = No })
	if f := finding(t, turnReport(stun), "stayed_here"); !strings.Contains(f.Detail, "say nothing about your network") {
		t.Errorf("%+v", f)
	}
	if v := Judge(turnReport(stun, goodPath(PathRelayUDP, 20*ms))); slices.ContainsFunc(v.Findings, func(f Finding) bool { return f.ID == "stayed_here" }) {
		t.Error("beside a path that crossed the network it is no finding")
	}
}

func TestEverythingRefused(t *testing.T) {
	r := turnReport(endedPath(PathRelayUDP, ReasonRefused), endedPath(PathRelayTLS, ReasonRefused))
	if f := finding(t, r, "no_path"); !strings.Contains(f.Advice, "that it runs") {
		t.Errorf("%+v", f)
	}
}

func TestFindingTexts(t *testing.T) {
	blocked := func(p Path) PathReport {
		return with(endedPath(p, ReasonNoAnswer), func(p *PathReport) { p.Server = "turn:t:3478?transport=udp"; p.Cause = "i/o timeout" })
	}
	udp := turnReport(blocked(PathSTUN), blocked(PathRelayUDP), goodPath(PathRelayTCP, 20*ms), goodPath(PathRelayTLS, 20*ms))
	in := func(s State, p PathReport) PathReport { p.State = s; return p }
	broke := with(srtpPath(PathRelayUDP, fates(500, 20*ms, losing(250, stats.StatusLost))), func(p *PathReport) {
		p.State, p.Code, p.Reason, p.Advice = StateFailed, ReasonLinkLost, "Lost.", "A firewall on the way ends connections."
	})
	here := with(goodPath(PathSTUN, 1*ms), func(p *PathReport) { p.NATBetween = No })
	mute := srtpPath(PathRelayUDP, fates(100, 20*ms, losing(100, stats.StatusLostUp)))
	tests := []struct {
		r        Report
		id       string
		severity Severity
		want     string // in title, detail or advice
	}{
		{udp, "udp_blocked", SeverityWarning, "Relay TCP and Relay TLS work, so calls connect"},
		{udp, "udp_blocked", SeverityWarning, "allow UDP to t port 3478, and the answers from there."},
		{turnReport(blocked(PathRelayUDP), blocked(PathRelayTLS)), "no_path", SeverityCritical, "Nothing answered at all"},
		{turnReport(endedPath(PathRelayUDP, ReasonNoAnswer), goodPath(PathRelayTCP, 20*ms)), "udp_blocked", SeverityWarning, "Relay TCP works, so calls connect"},
		{turnReport(endedPath(PathRelayUDP, ReasonNoAnswer)), "udp_blocked", SeverityCritical, "allow UDP to the STUN/TURN server"},
		{turnReport(srtpPath(PathDirect, fates(500, 20*ms, losing(10, stats.StatusLostUp)))), "loss_out", SeverityWarning,
			"10 of 500 packets were lost on the way out (95 % interval: 1 % to 3.7 %). Speech and video suffer now and then. At most 10 packets in a row were lost."},
		{turnReport(srtpPath(PathDirect, fates(500, 20*ms, every(10, stats.StatusLostDown)))), "loss_back", SeverityCritical, "Direct: 10 % of the packets are lost on the way back"},
		{turnReport(srtpPath(PathDirect, fates(500, 20*ms, every(10, stats.StatusLost)))), "loss_total", SeverityCritical, "lost on the round trip"},
		{turnReport(srtpPath(PathDirect, fates(500, 400*ms, nil))), "rtt", SeverityWarning, "Half of the packets need 400 ms or less"},
		{turnReport(blocked(PathSTUN), blocked(PathRelayUDP)), "udp_blocked", SeverityCritical, "STUN and Relay UDP let no packet through."},
		{turnReport(blocked(PathRelayUDP), in(StateInterrupted, PathReport{Path: PathRelayTCP}), in(StateInconclusive, goodPath(PathRelayTLS, 20*ms))),
			"udp_blocked", SeverityCritical, "Relay UDP lets no packet through.\n"},
		{turnReport(endedPath(PathSTUN, ReasonNameNotFound), blocked(PathRelayUDP)), "udp_blocked", SeverityCritical, "Relay UDP lets no packet through."},
		{selfReport(blocked(PathRelayUDP)), "udp_blocked", SeverityCritical, localAdvice},
		{selfReport(blocked(PathRelayUDP)), "path_blocked", SeverityCritical, localAdvice},
		{selfReport(blocked(PathRelayUDP), blocked(PathRelayTCP)), "no_path", SeverityCritical, localAdvice},
		{selfReport(broke), "path_failed", SeverityCritical, localAdvice},
		{selfReport(mute), "no_data", SeverityCritical, localAdvice},
		{selfReport(endedPath(PathDirect, ReasonLocal)), "path_failed", SeverityCritical, "Ask for it."},
		{selfReport(endedPath(PathDirect, ReasonLocal)), "no_path", SeverityCritical, "nothing is known of the network"},
		{turnReport(broke), "path_failed", SeverityCritical, "Relay UDP connected and then broke off"},
		{turnReport(broke, blocked(PathRelayTCP)), "no_path", SeverityCritical,
			"None of the paths that were tried held to the end: Relay UDP carried packets and then broke off, and so would a call."},
		{turnReport(broke, here), "no_path", SeverityCritical, "None of the paths that leave this computer held to the end: Relay UDP carried packets and then broke off, " +
			"and so would a call. STUN worked, but its packets stayed on this computer."},
		{turnReport(mute), "no_path", SeverityCritical, "None of the paths that were tried carried packets there and back"},
		{turnReport(srtpPath(PathDirect, fates(25, 20*ms, losing(1, stats.StatusLostUp)))), "loss_out", SeverityWarning,
			"25 packets are too few to tell: run the test for longer before you act on this."},
		{turnReport(srtpPath(PathDirect, fates(100, 20*ms, losing(2, stats.StatusLostUp)))), "loss_out", SeverityWarning, "Test again by cable"},
		{turnReport(srtpPath(PathDirect, fates(500, 20*ms, losing(499, stats.StatusLost)))), "loss_total", SeverityCritical, "99.8 % of the packets are lost on the round trip"},
		{turnReport(srtpPath(PathDirect, fates(500, 20*ms, jittery(40*ms)))), "jitter", SeverityWarning, "The jitter (RFC 3550) is 40 ms or more at one packet in twenty."},
		{turnReport(with(goodPath(PathDirect, 20*ms), func(p *PathReport) { p.State, p.Code = StateSaturated, ReasonSenderLimit })), "saturated", SeverityWarning,
			"Direct: not every packet of the test could be sent"},
		{turnReport(with(goodPath(PathDirect, 20*ms), func(p *PathReport) { p.State, p.Code = StateSaturated, ReasonReflectorBusy })), "saturated", SeverityWarning,
			"Direct: the test sent more than could be carried"},
		{turnReport(srtpPath(PathDirect, fates(500, 200*ms, nil))), "late", SeverityCritical, "500 of 500 answers took more than 150 ms"},
	}
	for _, tt := range tests {
		f := finding(t, tt.r, tt.id)
		if f.Severity != tt.severity || !strings.Contains(f.Title+"\n"+f.Detail+"\n"+f.Advice, tt.want) {
			t.Errorf("%s: want %s, %q\ngot %s\n%s\n%s\n%s", tt.id, tt.severity, tt.want, f.Severity, f.Title, f.Detail, f.Advice)
		}
	}
	refused := finding(t, turnReport(blocked(PathRelayUDP), endedPath(PathRelayTCP, ReasonRefused)), "no_path")
	if strings.Contains(refused.Detail, "Nothing answered") {
		t.Errorf("a refusal is an answer: %s", refused.Detail)
	}
	f := finding(t, udp, "path_blocked")
	for _, e := range []Evidence{{"state", "blocked"}, {"reason", "no_answer"}, {"server", "turn:t:3478?transport=udp"}, {"cause", "i/o timeout"}} {
		if !slices.Contains(f.Evidence, e) {
			t.Errorf("evidence %v is missing in %v", e, f.Evidence)
		}
	}
}

// The words for the two directions of a test between two machines.
func TestDirectionsBetweenTwoMachines(t *testing.T) {
	p := srtpPath(PathDirect, fates(500, 20*ms, every(10, stats.StatusLostUp)))
	p.Direction = DirectionUpDown
	if f := finding(t, turnReport(p), "loss_out"); !strings.Contains(f.Title, "lost in upload") {
		t.Errorf("title %q", f.Title)
	}
}

// Where the only path that works never left this computer, the words say so.
func TestNoPathThroughTheNetwork(t *testing.T) {
	stun := goodPath(PathSTUN, 1*ms)
	stun.NATBetween = No
	r := turnReport(stun, endedPath(PathRelayUDP, ReasonNoAnswer))
	if f := finding(t, r, "no_path"); !strings.Contains(f.Detail, "STUN worked, but its packets stayed on this computer.") || len(f.Evidence) != 1 {
		t.Errorf("%+v", f)
	}
	checkWords(t, r, Judge(r))
}

func TestSentences(t *testing.T) {
	good := func(p Path) PathReport { return goodPath(p, 20*ms) }
	lossy := func(p Path, n int) PathReport { return srtpPath(p, fates(500, 20*ms, losing(n, stats.StatusLostUp))) }
	blocked := func(p Path) PathReport { return endedPath(p, ReasonNoAnswer) }
	none := endedPath(PathSTUN, ReasonNoServer)
	saturated := func(p PathReport) PathReport { p.State, p.Code = StateSaturated, ReasonSenderLimit; return p }
	broke := func(p PathReport) PathReport { p.State, p.Code = StateFailed, ReasonLinkLost; return p }
	stopped := func(r Report) Report { r.Ended = EndedCancelled; return r }
	tests := []struct {
		r    Report
		want string
	}{
		{turnReport(), "Nothing was measured."},
		{turnReport(none), "Nothing was measured."},
		{stopped(turnReport(PathReport{Path: PathDirect, State: StateNotRun})), "The test was stopped before its end. Nothing was measured."},
		{turnReport(good(PathDirect)), "Direct works. No packet was lost (0 of 500: below 0.77 %)."},
		{turnReport(good(PathDirect), none, good(PathRelayUDP)), "Both paths work. No packet was lost (0 of 500 on each path: below 0.77 %)."},
		{turnReport(good(PathDirect), srtpPath(PathRelayUDP, fates(231, 10*time.Millisecond, nil))),
			"Both paths work. No packet was lost (0 of 231 to 500 on each path: below 1.7 %)."},
		{turnReport(good(PathDirect), blocked(PathSTUN), blocked(PathRelayUDP)), "Direct works. STUN and Relay UDP do not work. No packet was lost (0 of 500: below 0.77 %)."},
		{turnReport(blocked(PathSTUN)), "STUN does not work."},
		{turnReport(blocked(PathSTUN), blocked(PathRelayTCP)), "Neither path works."},
		{turnReport(good(PathDirect), PathReport{Path: PathSTUN, State: StateInconclusive}), "Direct works. STUN could not be judged. No packet was lost (0 of 500: below 0.77 %)."},
		{turnReport(lossy(PathDirect, 50)), "Direct connects, but calls over it will be bad. 10 % of the packets were lost on the round trip."},
		{turnReport(lossy(PathDirect, 50), lossy(PathSTUN, 25), good(PathRelayUDP)),
			"Relay UDP works. Direct and STUN connect, but calls over them will be bad. The highest loss was on Direct: 10 % of the packets on the round trip."},
		{turnReport(lossy(PathDirect, 1), good(PathSTUN)), "Both paths work. The highest loss was on Direct: 0.2 % of the packets on the round trip."},
		{turnReport(goodPath(PathDirect, 20*ms), goodPath(PathRelayUDP, 30*ms), goodPath(PathRelayTLS, 40*ms)),
			"All 3 paths work. No packet was lost (0 of 500 on each path: below 0.77 %). Relay TLS adds 20 ms of delay compared with Direct."},
		{turnReport(goodPath(PathDirect, 1*ms), goodPath(PathRelayUDP, 1900*time.Microsecond)), "Both paths work. No packet was lost (0 of 500 on each path: below 0.77 %)."},
		{turnReport(goodPath(PathDirect, 40*ms), goodPath(PathRelayUDP, 20*ms)), "Both paths work. No packet was lost (0 of 500 on each path: below 0.77 %)."},
		{turnReport(with(lossy(PathDirect, 100), func(p *PathReport) { p.State, p.Code = StateSaturated, ReasonSenderLimit })),
			"Direct could not be judged. On Direct 20 % of the packets were lost on the round trip; whether by the network or by this test is not known."},
		{turnReport(saturated(lossy(PathDirect, 100)), good(PathRelayUDP)), "Relay UDP works. Direct could not be judged. A call would choose Direct, so it is not known how calls will be. " +
			"No packet was lost on Relay UDP (0 of 500: below 0.77 %). On Direct 20 % of the packets were lost on the round trip; whether by the network or by this test is not known."},
		{turnReport(good(PathDirect), good(PathRelayUDP), saturated(lossy(PathRelayTCP, 100))),
			"Direct and Relay UDP work. Relay TCP could not be judged. " +
				"No packet was lost on Direct and Relay UDP (0 of 500 on each path: below 0.77 %). On Relay TCP 20 % of the packets were lost on the round trip; whether by the network or by this test is not known."},
		{turnReport(lossy(PathDirect, 50), saturated(lossy(PathRelayTCP, 100))),
			"Direct connects, but calls over it will be bad. Relay TCP could not be judged. " +
				"10 % of the packets on Direct were lost on the round trip. On Relay TCP 20 % of the packets were lost on the round trip; whether by the network or by this test is not known."},
		{turnReport(lossy(PathDirect, 1), good(PathSTUN), saturated(lossy(PathRelayTCP, 100))),
			"Direct and STUN work. Relay TCP could not be judged. " +
				"Of Direct and STUN, the loss was highest on Direct: 0.2 % of the packets on the round trip. On Relay TCP 20 % of the packets were lost on the round trip; whether by the network or by this test is not known."},
		{turnReport(good(PathDirect), broke(lossy(PathRelayUDP, 250))),
			"Direct works. Relay UDP connected and then broke off. No packet was lost on Direct (0 of 500: below 0.77 %)."},
		{turnReport(lossy(PathSTUN, 500), good(PathRelayTCP)), "Relay TCP works. STUN does not work. A call would choose STUN, because it connects, and stay silent. " +
			"The highest loss was on STUN: 100 % of the packets on the round trip."},
		{turnReport(lossy(PathDirect, 500)), "Direct does not work."},
	}
	for _, tt := range tests {
		if got := Judge(tt.r).Sentence; got != tt.want {
			t.Errorf("got  %q\nwant %q", got, tt.want)
		}
	}
}
