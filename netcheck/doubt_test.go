package netcheck

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"echopath/netcheck/stats"
)

// disturbed is a path with its measurer's own check: assessed as the program does.
func disturbed(p Path, pair PairCheck, results ...CarrierResult) PathReport {
	pr := measuredPath(p, results...)
	pr.Pair = &pair
	ended := assess(quick(), LossSummary{Carriers: results, Pair: pair}, nil)
	pr.State, pr.Code, pr.Reason, pr.Advice = ended.State, ended.Code, ended.Reason, ended.Advice
	return pr
}

// counted says that the kernels threw nothing away.
var counted = PairCheck{Known: true, DropsKnown: true}

// aside is a result with what its measurer found out about itself.
func aside(c Carrier, rows stats.Packets, change func(*SelfCheck)) CarrierResult {
	r := resultOf(c, rows)
	r.Span = 5 * time.Second
	if change != nil {
		change(&r.Self)
	}
	return r
}

// lossy is a share of n packets that is lost on the way out, spread over the run.
func lossyRows(n int, share float64) stats.Packets {
	lost := 0
	return fates(n, 20*ms, func(i int, p *stats.Packet) {
		if float64(lost) < share*float64(i) {
			p.Status = stats.StatusLostUp
			lost++
		}
	})
}

func gaveUp(n int) func(*SelfCheck)  { return func(s *SelfCheck) { s.MissedSends = n } }
func waited(n int) func(*SelfCheck)  { return func(s *SelfCheck) { s.SkippedSender = n } }
func refused(n int) func(*SelfCheck) { return func(s *SelfCheck) { s.SendFailed = n } }
func leftLate(by time.Duration) func(*SelfCheck) {
	return func(s *SelfCheck) { s.SendErrorP95, s.SendErrorMax = by, 2*by }
}

func TestWhatADisturbanceLeaves(t *testing.T) {
	dc := func(change func(*SelfCheck)) CarrierResult {
		return aside(CarrierDataChannel, fates(478, 20*ms, nil), change)
	}
	srtp := func(share float64, change func(*SelfCheck)) CarrierResult {
		return aside(CarrierSRTP, lossyRows(500, share), change)
	}
	drops := func(n uint64) PairCheck { return PairCheck{Known: true, DropsKnown: true, Drops: n} }
	slow := func(change func(*SelfCheck)) CarrierResult {
		return aside(CarrierSRTP, fates(500, 400*ms, nil), change)
	}
	verySlow := func(share float64, change func(*SelfCheck)) CarrierResult {
		r := srtp(share, change)
		r.Stats.RTT.P95US = 600_000
		return r
	}
	logless := func(n int) CarrierResult {
		return aside(CarrierSRTP, fates(500, 20*ms, losing(n, stats.StatusLost)), func(s *SelfCheck) { s.LogComplete = false })
	}
	for _, tt := range []struct {
		name  string
		path  PathReport
		state State
		grade Grade
		finds string // ids, with a blank before each
	}{
		{"a data channel that waited beside 11 % of loss", disturbed(PathRelayUDP, counted, dc(waited(22)), srtp(0.11, nil)), StateOK, GradePoor, " loss_out datachannel_unsent"},
		{"one whose slots were given up", disturbed(PathRelayUDP, counted, dc(gaveUp(22)), srtp(0.11, nil)), StateOK, GradePoor, " loss_out datachannel_unsent"},
		{"SRTP gave up slots too", disturbed(PathRelayUDP, counted, dc(gaveUp(22)), srtp(0.11, gaveUp(27))), StateSaturated, GradePoor, " loss_out saturated"},
		{"and lost nothing", disturbed(PathRelayTLS, counted, dc(gaveUp(22)), srtp(0, gaveUp(27))), StateOK, GradeGood, " busy_harmless"},
		{"it gave up a fifth", disturbed(PathRelayTLS, counted, dc(nil), srtp(0, gaveUp(125))), StateSaturated, GradeInconclusive, " saturated"},
		{"a fifth, and what was sent was lost", disturbed(PathRelayUDP, counted, dc(nil), srtp(0.11, gaveUp(125))), StateSaturated, GradePoor, " loss_out saturated"},
		{"packets left late", disturbed(PathRelayUDP, counted, dc(nil), srtp(0, leftLate(25*ms))), StateOK, GradeGood, " busy_harmless"},
		{"late, and 2 % lost", disturbed(PathRelayUDP, counted, dc(nil), srtp(0.02, leftLate(25*ms))), StateInconclusive, GradeFair, " inconclusive loss_out"},
		{"late, and 11 % lost", disturbed(PathRelayUDP, counted, dc(nil), srtp(0.11, leftLate(25*ms))), StateInconclusive, GradePoor, " loss_out inconclusive"},
		{"late, and slow", disturbed(PathRelayUDP, counted, dc(nil), slow(leftLate(25*ms))), StateInconclusive, GradeInconclusive, " inconclusive"},
		{"late, and delays that may be its own", disturbed(PathRelayUDP, counted, dc(nil), verySlow(0, leftLate(25*ms))), StateInconclusive, GradeInconclusive, " inconclusive"},
		{"late, such delays, and 11 % lost", disturbed(PathRelayUDP, counted, dc(nil), verySlow(0.11, leftLate(25*ms))), StateInconclusive, GradePoor, " loss_out inconclusive"},
		{"late, where nobody counts what is thrown away", disturbed(PathRelayUDP, PairCheck{}, dc(nil), srtp(0.11, leftLate(25*ms))), StateInconclusive, GradePoor, " loss_out inconclusive"},
		{"it stood still for a second there", disturbed(PathRelayUDP, PairCheck{}, dc(nil), srtp(0.11, leftLate(time.Second))), StateInconclusive, GradeInconclusive, " inconclusive"},
		{"so over TCP, which throws nothing away", disturbed(PathRelayTCP, PairCheck{}, dc(nil), srtp(0.11, leftLate(time.Second))), StateInconclusive, GradePoor, " loss_out inconclusive"},
		{"some thrown away", disturbed(PathRelayUDP, drops(10), dc(nil), srtp(0.11, nil)), StateSaturated, GradePoor, " loss_out saturated"},
		{"all thrown away", disturbed(PathRelayUDP, drops(60), dc(nil), srtp(0.11, nil)), StateSaturated, GradeInconclusive, " saturated"},
		{"the system refused to send", disturbed(PathRelayUDP, counted, dc(nil), srtp(0, refused(27))), StateSaturated, GradeInconclusive, " saturated"},
		{"and what it sent was lost", disturbed(PathRelayUDP, counted, dc(nil), srtp(0.11, refused(27))), StateSaturated, GradePoor, " loss_out saturated"},
		{"SRTP had to wait", disturbed(PathRelayTLS, counted, dc(nil), srtp(0.11, waited(27))), StateSaturated, GradeInconclusive, " saturated"},
		{"the line was full", disturbed(PathRelayUDP, counted, fullLine().Carriers...), StateSaturated, GradeInconclusive, " saturated"},
		{"no log, and 1 of 500 lost", disturbed(PathRelayUDP, counted, logless(1)), StateOK, GradeGood, " busy_harmless"},
		{"no log, and 8 of 500 lost, one way or both", disturbed(PathRelayUDP, counted, logless(8)), StateInconclusive, GradeFair, " inconclusive"},
		{"no log, and 50 of 500 lost", disturbed(PathRelayUDP, counted, logless(50)), StateInconclusive, GradePoor, " loss_total inconclusive"},
	} {
		r := turnReport(tt.path)
		v := Judge(r)
		checkWords(t, r, v)
		got := ""
		for _, f := range v.Findings {
			got += " " + f.ID
		}
		if tt.path.State != tt.state || v.Paths[tt.path.Path] != tt.grade || v.Grade != tt.grade || got != tt.finds {
			t.Errorf("%s: %s, %s, %q; want %s, %s, %q\n%s", tt.name, tt.path.State, v.Grade, got, tt.state, tt.grade, tt.finds, v.Sentence)
		}
	}
}

// gradeRank orders grades from best to worst. Where it can not be known whether a path is good or poor, it counts as between fair and poor.
func gradeRank(g Grade) int {
	return slices.Index([]Grade{GradeGood, GradeFair, GradeInconclusive, GradePoor, GradeFailed}, g)
}

// anyDisturbance makes a path whose measurer had trouble by chance, with any loss.
func anyDisturbance(rng *rand.Rand, p Path) func(lost float64) PathReport {
	none := func(most int) int { return max(0, rng.IntN(3*most)-2*most) } // mostly none
	self := SelfCheck{LogComplete: rng.IntN(4) > 0, MissedSends: none(150), SkippedSender: none(40), SendFailed: none(30), SkippedReflector: none(30)}
	self.SendErrorP95 = time.Duration(none(60)) * time.Millisecond
	self.SendErrorMax = self.SendErrorP95 * time.Duration(1+rng.IntN(30))
	pair := PairCheck{DropsKnown: rng.IntN(2) == 0, Drops: uint64(none(100)), FarDrops: uint64(none(100))}
	waits, wait, alone := none(100), time.Duration(none(300))*time.Millisecond, rng.IntN(5) == 0
	status := []stats.Status{stats.StatusLostUp, stats.StatusLostDown}[rng.IntN(2)]
	if !self.LogComplete {
		status = stats.StatusLost
	}
	return func(share float64) PathReport {
		rows := fates(500, 20*ms, func(i int, p *stats.Packet) {
			p.DownRecvUS += wait.Microseconds() * int64(min(i, 50)) / 50
			if int(share*float64(i+1)) > int(share*float64(i)) {
				p.Status = status
			}
		})
		results := []CarrierResult{aside(CarrierSRTP, rows, func(s *SelfCheck) { *s = self })}
		if !alone {
			results = append(results, aside(CarrierDataChannel, rows[:500-waits], waited(waits)))
		}
		return disturbed(p, pair, results...)
	}
}

// A worse loss never gives a better grade, whatever this computer did meanwhile: neither to the path nor to the whole.
func TestGradesFollowLossUnderAnyDisturbance(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 11))
	for range 60 {
		make := anyDisturbance(rng, AllPaths()[rng.IntN(5)])
		others := []PathReport{goodPath(PathDirect, 20*ms), goodPath(PathRelayUDP, 20*ms), goodPath(PathRelayTLS, 20*ms)}
		lastPath, lastWhole := 0, 0
		for _, share := range []float64{0, 0.002, 0.008, 0.015, 0.025, 0.04, 0.055, 0.08, 0.11, 0.2, 0.4, 0.7, 1} {
			p := make(share)
			paths := append(slices.DeleteFunc(slices.Clone(others), func(o PathReport) bool { return o.Path == p.Path }), p)
			r := turnReport(paths...)
			v := Judge(r)
			path, whole := gradeRank(v.Paths[p.Path]), gradeRank(v.Grade)
			if heldBack(p.results()) && path == gradeRank(GradeInconclusive) { // long delays alone are poor; that they are the test's own is not known until packets are lost
				path, whole = max(path, lastPath), max(whole, lastWhole)
			}
			if path < lastPath || whole < lastWhole {
				t.Fatalf("%v lost: %s and %s after worse ones; %s %s\n%+v", share, v.Paths[p.Path], v.Grade, p.State, p.Code, p.Carriers[0].Result.Self)
			}
			lastPath, lastWhole = path, whole
		}
	}
}

// Under a headline that says good every path that was measured is good; what was lost on others is said in the headline.
func TestNothingHidesBehindAGoodHeadline(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 3))
	seen := map[Grade]int{}
	for range 400 {
		var paths []PathReport
		for _, p := range AllPaths() {
			switch rng.IntN(8) {
			case 0:
				paths = append(paths, endedPath(p, ReasonNoAnswer))
			case 1:
				paths = append(paths, endedPath(p, ReasonNoServer))
			case 2, 3:
				paths = append(paths, anyDisturbance(rng, p)([]float64{0, 0.005, 0.02, 0.11, 0.5}[rng.IntN(5)]))
			default:
				paths = append(paths, goodPath(p, 20*ms))
			}
		}
		r := turnReport(paths...)
		v := Judge(r)
		seen[v.Grade]++
		if checkWords(t, r, v); t.Failed() {
			t.Fatal()
		}
		for _, p := range r.Paths {
			nothingHidden(t, v, p)
		}
	}
	for _, g := range []Grade{GradeGood, GradeFair, GradePoor, GradeInconclusive} {
		if seen[g] == 0 {
			t.Errorf("no report was %s: %v", g, seen)
		}
	}
}

func nothingHidden(t *testing.T, v Verdict, p PathReport) {
	t.Helper()
	grade := v.Paths[p.Path]
	if !strings.Contains(v.Sentence, p.Path.Title()) && grade != GradeUnknown && !strings.Contains(v.Sentence, " paths work") && !strings.Contains(v.Sentence, "Both paths") &&
		!strings.Contains(v.Sentence, " paths works") && !strings.Contains(v.Sentence, " paths could be judged") && !strings.Contains(v.Sentence, "either path") {
		t.Errorf("%s is not in the headline: %s", p.Path, v.Sentence)
	}
	c, measured := judged(p)
	if !measured {
		return
	}
	if v.Grade == GradeGood && grade != GradeGood {
		t.Errorf("good, with %s being %s: %s", p.Path, grade, v.Sentence)
	}
	if l := c.Stats.Total; v.Grade == GradeGood && l.LossRatio > metricByID("loss_total").good {
		t.Errorf("good, with %v lost on %s", l.LossRatio, p.Path)
	}
	if l := c.Stats.Total; v.Grade != GradeFailed && l.LossRatio > 0.1 && l.Received > 0 && !strings.Contains(v.Sentence, " lost ") && !strings.Contains(v.Sentence, "the loss was highest") && !strings.Contains(v.Sentence, "highest loss") {
		t.Errorf("%s of loss on %s are not said: %s", fmt.Sprint(l.LossRatio), p.Path, v.Sentence)
	}
}
