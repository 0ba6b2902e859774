package netcheck

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"echopath/netcheck/stats"
)

// blockedPair is a path whose ends found no pair.
func blockedPair(p Path) PathReport { return endedPath(p, ReasonNoPair) }

// brokeHalfway is a path whose link was lost after it had carried packets.
func brokeHalfway(p Path) PathReport {
	return with(goodPath(p, 20*ms), func(p *PathReport) {
		p.State, p.Code, p.Partial, p.Reason = StateFailed, ReasonLinkLost, true, "The connection broke."
	})
}

// leftHalfway makes of a path one whose packets were measured as a whole when the host left.
func leftHalfway(p *PathReport) {
	p.State, p.Code, p.Reason, p.Advice = StateInterrupted, ReasonHostGone, "The host has stopped hosting.", "Ask for a new invite."
}

// slower gives a path another round-trip time and loss.
func slower(p Path, rtt int, lost int) PathReport {
	return srtpPath(p, fates(500, time.Duration(rtt)*ms, losing(lost, stats.StatusLostUp)))
}

func TestFindingsOfTwoComputers(t *testing.T) {
	good := func(p Path) PathReport { return goodPath(p, 20*ms) }
	silentServer := func(p Path) PathReport { return endedPath(p, ReasonNoAnswer) }
	gone := func(p Path) PathReport { return endedPath(p, ReasonHostGone) }
	farSlow := with(good(PathDirect), func(p *PathReport) {
		c := p.Carriers[1].Result
		c.Self.DwellP95, c.Self.FarQueuedMax, c.Self.FarClockResolution = 40*ms, 1<<20, 15*ms
	})
	tests := []struct {
		name     string
		r        Report
		want     []string
		grade    Grade
		sentence string
	}{
		{"all is well", remoteReport(good(PathDirect), good(PathRelayUDP)), nil, GradeGood, "Both paths work."},
		{"only direct fails", remoteReport(blockedPair(PathDirect), good(PathSTUN), good(PathRelayUDP)), []string{"direct_nat:direct"}, GradeGood,
			"STUN and Relay UDP work. Direct does not work."},
		{"only a relay over UDP", remoteReport(blockedPair(PathDirect), blockedPair(PathSTUN), good(PathRelayUDP), good(PathRelayTLS)),
			[]string{"direct_nat:direct", "path_blocked:stun", "relay_only"}, GradeGood, "Relay UDP and Relay TLS work. Direct and STUN do not work."},
		{"UDP blocked", remoteReport(blockedPair(PathDirect), silentServer(PathSTUN), silentServer(PathRelayUDP), good(PathRelayTCP), good(PathRelayTLS)),
			[]string{"path_blocked:direct", "path_blocked:stun", "path_blocked:relay-udp", "udp_blocked"}, GradeFair, "UDP is blocked."},
		{"nothing works", remoteReport(blockedPair(PathDirect), silentServer(PathRelayUDP), silentServer(PathRelayTLS)),
			[]string{"path_blocked:direct", "path_blocked:relay-udp", "path_blocked:relay-tls", "udp_blocked", "no_path"}, GradeFailed, "None of the 3 paths works."},
		{"no way for direct alone says nothing of UDP", remoteReport(blockedPair(PathDirect)), []string{"path_blocked:direct", "no_path"}, GradeFailed, "Direct does not work."},
		{"the host left half-way", remoteReport(good(PathDirect), good(PathSTUN), gone(PathRelayUDP), gone(PathRelayTCP)),
			[]string{"session_over:relay-udp", "session_over:relay-tcp"}, GradeInconclusive,
			"Lab-PC did not take part in the whole test. Direct and STUN work. Relay UDP and Relay TCP could not be judged. No packet was lost"},
		{"the host left, and what was measured before is bad", remoteReport(slower(PathDirect, 20, 100), gone(PathSTUN), gone(PathRelayUDP)),
			[]string{"loss_out:direct", "session_over:stun", "session_over:relay-udp"}, GradePoor, "did not take part in the whole test. Direct connects, but calls over it will be bad."},
		{"the host vanished in the middle of a path", remoteReport(good(PathDirect), brokeHalfway(PathSTUN), gone(PathRelayUDP)),
			[]string{"path_failed:stun", "session_over:relay-udp"}, GradeInconclusive, "Direct works. STUN connected and then broke off. Relay UDP could not be judged."},
		{"it vanished in the middle of the first path", remoteReport(brokeHalfway(PathDirect), gone(PathRelayUDP)),
			[]string{"path_failed:direct", "session_over:relay-udp"}, GradeInconclusive, "Direct connected and then broke off. Relay UDP could not be judged."},
		{"blocked before the host left", remoteReport(silentServer(PathSTUN), gone(PathRelayUDP)), []string{"path_blocked:stun", "udp_blocked", "session_over:relay-udp"},
			GradeInconclusive, "STUN does not work. Relay UDP could not be judged. UDP is blocked."},
		{"what a path had measured when the host left", remoteReport(with(good(PathDirect), leftHalfway)), []string{"session_over:direct"}, GradeInconclusive,
			"Direct could not be judged. No packet was lost"},
		{"what a path had measured was bad", remoteReport(with(slower(PathDirect, 20, 100), leftHalfway)), []string{"loss_out:direct", "session_over:direct"}, GradePoor, "Direct connects, but"},
		{"the host left before anything", remoteReport(gone(PathDirect), gone(PathRelayUDP)), []string{"session_over:direct", "session_over:relay-udp"},
			GradeInconclusive, "Neither path could be judged."},
		{"an impostor", remoteReport(endedPath(PathDirect, ReasonImpostor)), []string{"impostor:direct", "no_path"}, GradeFailed, "Direct does not work."},
		{"the other computer was slow", remoteReport(farSlow), []string{"far_busy:direct", "far_queue:direct", "far_clock:direct"}, GradeGood, "Direct works."},
		{"a relay costs delay and loss", remoteReport(good(PathDirect), slower(PathRelayUDP, 38, 20)), []string{"loss_out:relay-udp"}, GradeFair,
			"Relay UDP adds 18 ms of delay and 4 % of loss compared with Direct."},
		{"no relay to be had", remoteReport(good(PathDirect), endedPath(PathRelayUDP, ReasonNoServer), endedPath(PathRelayTLS, ReasonNoServer)), []string{"no_relay"},
			GradeGood, "Direct works."},
		{"no relay, and nothing else works", remoteReport(blockedPair(PathDirect), endedPath(PathRelayUDP, ReasonNoServer)),
			[]string{"path_blocked:direct", "no_path", "no_relay"}, GradeFailed, "Direct does not work."},
		{"TLS alone", remoteReport(silentServer(PathRelayUDP), good(PathRelayTLS)), []string{"path_blocked:relay-udp", "udp_blocked"}, GradeFair, "UDP is blocked."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := Judge(tt.r)
			got := ids(v)
			if want := bySeverity(v, tt.want); !slices.Equal(got, want) {
				t.Errorf("findings %q, want %q", got, want)
			}
			if v.Grade != tt.grade || !strings.Contains(v.Sentence, tt.sentence) {
				t.Errorf("%s: %s, want %s: %s", v.Grade, v.Sentence, tt.grade, tt.sentence)
			}
			checkWords(t, tt.r, v)
		})
	}
}

// The words that somebody acts on.
func TestWordsOfTwoComputers(t *testing.T) {
	good := func(p Path) PathReport { return goodPath(p, 20*ms) }
	lossy := func(p Path, n int, s stats.Status) PathReport { return srtpPath(p, fates(500, 20*ms, every(n, s))) }
	both := srtpPath(PathDirect, fates(500, 20*ms, func(i int, p *stats.Packet) {
		switch i % 20 {
		case 0:
			p.Status = stats.StatusLostUp
		case 7:
			p.Status = stats.StatusLostDown
		}
	}))
	unnamed := remoteReport(lossy(PathDirect, 10, stats.StatusLostUp))
	unnamed.Other = nil
	noDown := srtpPath(PathDirect, fates(500, 20*ms, losing(500, stats.StatusLostDown)))
	uploadJitters := srtpPath(PathDirect, fates(500, 20*ms, func(i int, p *stats.Packet) {
		if i%2 == 0 {
			p.UpRecvUS, p.ReflSendUS, p.DownRecvUS = p.UpRecvUS+60_000, p.ReflSendUS+60_000, p.DownRecvUS+60_000
		}
	}))
	udp := remoteReport(blockedPair(PathDirect), endedPath(PathSTUN, ReasonNoAnswer), endedPath(PathRelayUDP, ReasonNoAnswer), good(PathRelayTLS))
	noWay := remoteReport(blockedPair(PathDirect), blockedPair(PathSTUN), good(PathRelayUDP))
	mapped := remoteReport(blockedPair(PathDirect), with(blockedPair(PathSTUN), func(p *PathReport) { p.Advice = "Behind such a NAT a relay is the way." }), good(PathRelayUDP))
	named := func(r Report, ports string) Report {
		other := *r.Other
		other.PeerPorts, r.Other = ports, &other
		return r
	}
	tests := []struct {
		r    Report
		id   string
		want []string
	}{
		{remoteReport(lossy(PathDirect, 10, stats.StatusLostUp)), "loss_out", []string{"10 % of the packets are lost in upload",
			"lost on the way from this computer to Lab-PC", "Only the upload loses so much: that is this computer's line outwards, the line of Lab-PC inwards, or a network between.",
			"These figures can not tell which.", "test this computer and Lab-PC each with a third one"}},
		{remoteReport(lossy(PathDirect, 10, stats.StatusLostDown)), "loss_back", []string{"are lost in download", "from Lab-PC to this computer",
			"the line of Lab-PC outwards, this computer's line inwards"}},
		{remoteReport(both), "loss_out", []string{"The download is not clearly better"}},
		{remoteReport(lossy(PathRelayTLS, 10, stats.StatusLostUp)), "loss_out", []string{"these were lost between the relay and Lab-PC"}},
		{remoteReport(with(lossy(PathRelayTCP, 10, stats.StatusLostUp), func(p *PathReport) { p.Server = "turn:203.0.113.9:3478?transport=tcp" })), "loss_out",
			[]string{"which is on Lab-PC itself: these were lost within that computer"}},
		{remoteReport(good(PathDirect), lossy(PathRelayUDP, 10, stats.StatusLostUp)), "loss_out", []string{"Direct does not lose this, so it is the relay or the way to it."}},
		{unnamed, "loss_out", []string{"from this computer to the other computer"}},
		{remoteReport(noDown), "no_data", []string{"Lab-PC received 500 of them; its answers did not reach this computer."}},
		{remoteReport(uploadJitters), "jitter", []string{"It is the upload that varies"}},
		{remoteReport(srtpPath(PathDirect, fates(500, 400*ms, nil))), "rtt", []string{"try without a VPN, at both ends"}},
		{udp, "udp_blocked", []string{"allow UDP from this computer to 203.0.113.9 port 3478", "the ports for test packets of Lab-PC (203.0.113.9)", "Relay TLS works, so calls connect"}},
		{named(udp, "49152-49407"), "udp_blocked", []string{"allow UDP from this computer to ports 49152-49407 of Lab-PC (203.0.113.9), and the answers"}},
		{named(noWay, "49152-49407"), "path_blocked", []string{"Ask the firewall team to allow UDP from this computer to ports 49152-49407 of Lab-PC (203.0.113.9), and the answers. " +
			"At the place of Lab-PC they must be let in, and passed on to it by a NAT if there is one. Without that, calls take a relay."}},
		{named(mapped, "49152-49407"), "path_blocked", []string{"Behind such a NAT a relay is the way. Ask the firewall team to allow UDP from this computer to ports 49152-49407"}},
		{named(noWay, "50000-50000"), "path_blocked", []string{"from this computer to port 50000 of Lab-PC"}},
		{named(noWay, "50001-50000"), "path_blocked", []string{"Ask for it."}},
		{named(noWay, ""), "path_blocked", []string{"Ask for it."}},
		{named(noWay, "49152-49407"), "relay_only", []string{"For a straight way, ask the firewall team to allow UDP from this computer to ports 49152-49407 of Lab-PC (203.0.113.9), and the answers."}},
		{named(noWay, "49152-49407"), "direct_nat", []string{"as in one network or a VPN, with UDP to ports 49152-49407 of Lab-PC allowed between them."}},
		{named(noWay, ""), "relay_only", []string{"the ports for test packets of Lab-PC (203.0.113.9), which its host screen lists"}},
		{remoteReport(blockedPair(PathDirect), endedPath(PathRelayTLS, ReasonNoAnswer)), "no_path", []string{"so Lab-PC runs and can be reached over TCP"}},
	}
	for _, tt := range tests {
		f := finding(t, tt.r, tt.id)
		for _, want := range tt.want {
			if text := f.Title + "\n" + f.Detail + "\n" + f.Advice; !strings.Contains(text, want) {
				t.Errorf("%s lacks %q:\n%s", tt.id, want, text)
			}
		}
		checkWords(t, tt.r, Judge(tt.r))
	}
}

// What throws packets away is named.
func TestWhoDropped(t *testing.T) {
	lab := &OtherEnd{Name: "lab-PC"}
	tests := []struct {
		other      *OtherEnd
		here, far  uint64
		want, hint string
	}{
		{nil, 10, 0, "This computer threw away 10 packets", "Close other programs, or"},
		{nil, 5, 5, "This computer threw away 10 packets", "Close other programs, or"},
		{lab, 10, 0, "This computer threw away 10 packets", "Close other programs here, or"},
		{lab, 0, 10, "lab-PC threw away 10 packets", "Close other programs on lab-PC, or"},
		{lab, 10, 10, "This computer and lab-PC threw away 20 packets", "at both ends"},
	}
	for _, tt := range tests {
		c := resultOf(CarrierSRTP, fates(500, 20*ms, losing(50, stats.StatusLostUp)))
		sum := LossSummary{Carriers: []CarrierResult{c}, Pair: PairCheck{Drops: tt.here, FarDrops: tt.far, DropsKnown: true}}
		if got := assess(LossPlan{Rate: 100}, sum, tt.other); !strings.HasPrefix(got.Reason, tt.want) || !strings.Contains(got.Advice, tt.hint) {
			t.Errorf("%d here, %d there: %q, %q", tt.here, tt.far, got.Reason, got.Advice)
		}
	}
	c := resultOf(CarrierSRTP, fates(500, 20*ms, nil))
	c.Self.SkippedReflector = 50
	if got := assess(LossPlan{Rate: 100}, LossSummary{Carriers: []CarrierResult{c}}, lab); !strings.HasPrefix(got.Reason, "The download does not carry the asked rate: lab-PC could not send") {
		t.Errorf("%q", got.Reason)
	}
}

func TestCleanText(t *testing.T) {
	tests := []struct {
		text string
		most int
		want string
	}{
		{"Lab-PC", 64, "Lab-PC"},
		{"  two \t words\n", 64, "two words"},
		{"red\x1b[31m\u202egnitirw\u2066\u200b\ufeff", 64, "red[31mgnitirw"},
		{"a\xff\xfe\u0085b\u2028c", 64, "a b c"},
		{"Büro <Köln>", 4, "Büro"},
		{"one two", 4, "one"},
		{strings.Repeat("ü", 100_000), 64, strings.Repeat("ü", 64)},
		{"x", 0, ""}, {"x", -1, ""}, {"", 5, ""},
	}
	for _, tt := range tests {
		if got := CleanText(tt.text, tt.most); got != tt.want {
			t.Errorf("%q up to %d: %q, want %q", tt.text, tt.most, got, tt.want)
		}
	}
}

// What the other end says about itself is cleaned before it is kept, and its paths are up and down from the start.
func TestFoldKeepsTheOtherEnd(t *testing.T) {
	granted := Plan{Target: Target{Kind: TargetInvite}, Paths: AllPaths()}
	other := &OtherEnd{Name: "Lab\x1b[2J" + strings.Repeat("x", 100), OS: "linux\n", Way: "websocket", Host: true}
	r := Fold(Report{}, Event{Body: SessionStarted{Granted: granted, Other: other}})
	if got := r.Other; got == other || len(got.Name) != maxName || !strings.HasPrefix(got.Name, "Lab[2Jxxx") || got.OS != "linux" || !got.Host || got.Way != "websocket" {
		t.Errorf("%+v", got)
	}
	for _, p := range r.Paths {
		if p.Direction != DirectionUpDown {
			t.Errorf("%s: %s", p.Path, p.Direction)
		}
	}
	if r := Fold(Report{}, Event{Body: SessionStarted{}}); r.Other != nil {
		t.Errorf("made up: %+v", r.Other)
	}
}

func TestPeerPortsAreARange(t *testing.T) {
	for text, want := range map[string]string{"49152-49407": "49152-49407", "1-65535": "1-65535", "007-8": "7-8", "5-5": "5-5", "": "", "5": "", "0-5": "", "6-5": "",
		"1-65536": "", "a-b": "", "1-2-3": "", "1 - 2": "", "-1-2": "", "+1-2": "", "1-2\x1b": "", strings.Repeat("1", 100_000) + "-2": ""} {
		if got := (&OtherEnd{PeerPorts: text}).cleaned().PeerPorts; got != want {
			t.Errorf("%.40q: %q, want %q", text, got, want)
		}
	}
	if got := (Report{Other: &OtherEnd{PeerPorts: "1-2"}}).peerPorts(); got != "" {
		t.Errorf("a guest's own ports are named: %q", got)
	}
}

// A text that another computer had a hand in can not spoil a report.
func TestFoldCleansTexts(t *testing.T) {
	r := Fold(Report{}, Event{Body: SessionStarted{Granted: Plan{Title: "a\x1b[2Jb", Paths: []Path{PathDirect}}}})
	r = Fold(r, Event{Path: PathDirect, Body: PathConnected{Note: "note\u202e", Direction: DirectionUpDown}})
	r = Fold(r, Event{Path: PathDirect, Body: PathEnded{State: StateFailed, Reason: strings.Repeat("no ", 5000), Advice: "do\nthis", Cause: "x\x00y"}})
	p := r.Paths[0]
	if r.Title != "a[2Jb" || p.Note != "note" || len(p.Reason) > maxSaid || p.Advice != "do this" || p.Cause != "xy" {
		t.Errorf("%q %+v", r.Title, p)
	}
}

// A call under load that was stopped while only its packets had run is not judged by them, unless they are bad already.
func TestStoppedBeforeTheCall(t *testing.T) {
	stopped := func(p PathReport, mode VideoMode) Report {
		p.State, p.Code, p.Video = StateInterrupted, ReasonCancelled, &VideoReport{}
		r := turnReport(p)
		r.Granted.Video.Mode, r.Ended = mode, EndedCancelled
		return r
	}
	tests := []struct {
		r    Report
		want Grade
	}{
		{stopped(goodPath(PathRelayUDP, 20*ms), VideoUnderLoad), GradeInconclusive},
		{stopped(goodPath(PathRelayUDP, 20*ms), VideoAfterLoss), GradeGood},
		{stopped(srtpPath(PathRelayUDP, fates(500, 20*ms, every(5, stats.StatusLostUp))), VideoUnderLoad), GradePoor},
	}
	for i, tt := range tests {
		tt.r.Paths[0].Reason = "Stopped."
		v := Judge(tt.r)
		f := finding(t, tt.r, "interrupted")
		if said := strings.Contains(f.Detail, "to judge the call"); said != (tt.r.Granted.Video.Mode == VideoUnderLoad) {
			t.Errorf("%d: %s", i, f.Detail)
		}
		if v.Grade != tt.want || v.Paths[PathRelayUDP] != tt.want {
			t.Errorf("%d: %s, want %s (%s)", i, v.Grade, tt.want, v.Sentence)
		}
	}
}

func FuzzCleanText(f *testing.F) {
	f.Add("Lab-PC", 64)
	f.Add("a\xff\x1b[2J\u202e b", 3)
	f.Fuzz(func(t *testing.T, text string, most int) {
		got := CleanText(text, most%1000)
		if n := utf8.RuneCountInString(got); n > max(most%1000, 0) || !utf8.ValidString(got) || strings.TrimSpace(got) != got || CleanText(got, n) != got {
			t.Errorf("%q up to %d: %q", text, most, got)
		}
		if strings.ContainsFunc(got, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("%q: %q", text, got)
		}
	})
}

// Where the other computer is: as its packets came, or as it was reached for signalling.
func TestFarAddresses(t *testing.T) {
	met := func(remote string) PathReport {
		p := goodPath(PathSTUN, 20*ms)
		p.Local.Remote = Candidate{Type: "prflx", Address: netip.MustParseAddrPort(remote)}
		p.Far.Local = Candidate{Type: "host", Address: netip.MustParseAddrPort("192.168.1.5:1")}
		return p
	}
	at := func(address string, paths ...PathReport) Report {
		r := remoteReport(paths...)
		r.Other.Address = address
		return r
	}
	tests := []struct {
		r    Report
		want []string
	}{
		{at("198.51.100.1:443", met("203.0.113.9:5000"), met("[::ffff:203.0.113.9]:6000")), []string{"203.0.113.9"}},
		{at("198.51.100.1:443", blockedPair(PathDirect)), []string{"198.51.100.1"}},
		{at("[2001:db8::1]:443"), []string{"2001:db8::1"}},
		{at("host.example:443"), []string{"host.example"}},
		{at(""), nil},
		{Report{}, nil},
	}
	for _, tt := range tests {
		if got := farAddresses(tt.r); !slices.Equal(got, tt.want) {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

// A name is written as its owner writes it, also where a sentence begins with it; what is no name begins one as words do.
func TestNamesKeepTheirLetters(t *testing.T) {
	gone := remoteReport(goodPath(PathDirect, 20*ms), endedPath(PathSTUN, ReasonHostGone))
	for name, want := range map[string]string{"vm": "vm did not take part", "": "The other computer did not take part", "éa": "éa did not take part"} {
		gone.Other.Name = name
		if v := Judge(gone); !strings.HasPrefix(v.Sentence, want) {
			t.Errorf("%q: %q", name, v.Sentence)
		}
	}
	for called, want := range map[string]string{"vm": "vm", "the other end": "The other end", (*OtherEnd)(nil).called(): "The other computer"} {
		if got := beginning(called); got != want {
			t.Errorf("%q", got)
		}
	}
}

// This computer's own cable: nobody is sent to the host.
func TestOwnLinkDown(t *testing.T) {
	off := func(p Path) PathReport {
		return with(endedPath(p, ReasonOwnLink), func(p *PathReport) {
			p.Reason, p.Advice = "The network interface eth0 of this computer is down.", "Connect this computer again."
		})
	}
	r := remoteReport(goodPath(PathDirect, 20*ms), off(PathSTUN), off(PathRelayUDP))
	v := Judge(r)
	checkWords(t, r, v)
	if v.Grade != GradeInconclusive || !strings.HasPrefix(v.Sentence, "This computer's own network connection went down during the test. Direct works.") ||
		strings.Contains(v.Sentence, "take part") {
		t.Errorf("%s: %q", v.Grade, v.Sentence)
	}
	if got := strings.Join(ids(v), " "); got != "session_over:stun session_over:relay-udp" {
		t.Errorf("%s", got)
	}
	if f := v.Findings[0]; f.Title != "STUN: this computer's own connection was down" || !strings.Contains(f.Detail, "eth0") {
		t.Errorf("%+v", f)
	}
}

// A relay that was reached over TCP is not asked for again: what is missing lies behind it.
func TestNoPathBehindARelay(t *testing.T) {
	r := remoteReport(blockedPair(PathDirect), endedPath(PathRelayUDP, ReasonNoAnswer), endedPath(PathRelayTCP, ReasonNoAnswer), blockedPair(PathRelayTLS))
	v := Judge(r)
	checkWords(t, r, v)
	f := finding(t, r, "no_path")
	if strings.Contains(f.Advice, "at least TCP") || !strings.Contains(f.Advice, "let UDP pass between the TURN server and") || !strings.Contains(f.Detail, "gave a relay address (Relay TLS)") {
		t.Errorf("%s\n%s", f.Detail, f.Advice)
	}
	r = remoteReport(blockedPair(PathDirect), endedPath(PathRelayTLS, ReasonNoAnswer))
	if f := finding(t, r, "no_path"); !strings.Contains(f.Advice, "at least TCP to the TURN server") {
		t.Errorf("%s", f.Advice)
	}
}
