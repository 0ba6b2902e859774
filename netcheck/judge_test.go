package netcheck

import (
	"math"
	"slices"
	"testing"
	"time"

	"echopath/netcheck/stats"
)

// Every value has a grade, a worse value never has a better one, and the limits belong to the better side.
func TestMetricsHaveNoGaps(t *testing.T) {
	for _, m := range metrics {
		last := 0
		for i := range 20_001 {
			v := m.fair * 2 * float64(i) / 20_000
			rank := slices.Index(gradeOrder, m.grade(exactly(v, true)))
			if rank < last {
				t.Fatalf("%s: %v has the grade %q after a worse one", m.id, v, gradeOrder[rank])
			}
			last = rank
		}
		if last != 2 {
			t.Errorf("%s: nothing up to %v is poor", m.id, 2*m.fair)
		}
		for _, at := range []struct {
			v    float64
			want Grade
		}{{0, GradeGood}, {-1e-6, GradeGood}, {m.good, GradeGood}, {math.Nextafter(m.good, 9), GradeFair}, {m.fair, GradeFair},
			{math.Nextafter(m.fair, 9), GradePoor}, {math.Inf(1), GradePoor}} {
			if got := m.grade(exactly(at.v, true)); got != at.want {
				t.Errorf("%s: %v is %s, want %s", m.id, at.v, got, at.want)
			}
		}
	}
}

// jittery makes the packets wait by turns.
func jittery(by time.Duration) func(int, *stats.Packet) {
	return func(i int, p *stats.Packet) {
		if i%2 == 1 {
			p.UpRecvUS += by.Microseconds()
			p.ReflSendUS += by.Microseconds()
			p.DownRecvUS += by.Microseconds()
		}
	}
}

func TestGradePath(t *testing.T) {
	ms := time.Millisecond
	srtp := func(rows stats.Packets) PathReport { return srtpPath(PathDirect, rows) }
	in := func(s State, p PathReport) PathReport { p.State = s; return p }
	tests := []struct {
		name string
		path PathReport
		want Grade
	}{
		{"nothing wrong", srtp(fates(100, 20*ms, nil)), GradeGood},
		{"1 % lost on the way out", srtp(fates(100, 20*ms, losing(1, stats.StatusLostUp))), GradeGood},
		{"2 % lost on the way out", srtp(fates(100, 20*ms, losing(2, stats.StatusLostUp))), GradeFair},
		{"4 % lost on the way back", srtp(fates(100, 20*ms, losing(4, stats.StatusLostDown))), GradePoor},
		{"4 % lost, on either way", srtp(fates(100, 20*ms, losing(4, stats.StatusLost))), GradeFair},
		{"7 % lost, on either way", srtp(fates(100, 20*ms, losing(7, stats.StatusLost))), GradePoor},
		{"nothing came back", srtp(fates(100, 20*ms, losing(100, stats.StatusLostUp))), GradeFailed},
		{"nothing came back, direction unknown", srtp(fates(100, 20*ms, losing(100, stats.StatusLost))), GradeFailed},
		{"all late", srtp(fates(100, 200*ms, nil)), GradePoor},
		{"slow", srtp(fates(100, 600*ms, nil)), GradePoor},
		{"1 of 25 lost", srtp(fates(25, 20*ms, losing(1, stats.StatusLostUp))), GradeFair},
		{"1 of 25 lost, on either way", srtp(fates(25, 20*ms, losing(1, stats.StatusLost))), GradeFair},
		{"1 of 25 late", srtp(fates(25, 20*ms, func(i int, p *stats.Packet) {
			if i == 7 {
				p.DownRecvUS += 200_000
				p.UpOrder, p.DownOrder = 0, 0 // jitter is another matter
			}
		})), GradeFair},
		{"2 of 60 lost", srtp(fates(60, 20*ms, losing(2, stats.StatusLostUp))), GradeFair},
		{"5 of 100 lost", srtp(fates(100, 20*ms, losing(5, stats.StatusLostUp))), GradePoor},
		{"10 of 500 lost", srtp(fates(500, 20*ms, losing(10, stats.StatusLostUp))), GradeFair},
		{"50 of 500 lost", srtp(fates(500, 20*ms, losing(50, stats.StatusLostUp))), GradePoor},
		{"jitter", srtp(fates(100, 20*ms, jittery(40*ms))), GradeFair},
		{"jitter that has ended", srtp(fates(500, 20*ms, func(i int, p *stats.Packet) {
			if i < 400 {
				jittery(40*ms)(i, p)
			}
		})), GradeFair},
		{"much jitter", srtp(fates(100, 20*ms, jittery(80*ms))), GradePoor},
		{"19 packets", srtp(fates(19, 20*ms, nil)), GradeInconclusive},
		{"20 packets", srtp(fates(20, 20*ms, nil)), GradeGood},
		{"the reflector skipped them all", srtp(fates(100, 20*ms, losing(100, stats.StatusSkipped))), GradeInconclusive},
		{"no result", PathReport{Path: PathDirect, State: StateOK}, GradeInconclusive},
		{"srtp decides", measuredPath(PathDirect, resultOf(CarrierDataChannel, fates(100, 20*ms, losing(50, stats.StatusLostUp))),
			resultOf(CarrierSRTP, fates(100, 20*ms, nil))), GradeGood},
		{"the data channel decides alone", measuredPath(PathDirect, resultOf(CarrierDataChannel, fates(100, 20*ms, losing(50, stats.StatusLostUp)))), GradePoor},
		{"saturated", in(StateSaturated, srtp(fates(100, 20*ms, nil))), GradeInconclusive},
		{"in doubt", in(StateInconclusive, srtp(fates(100, 20*ms, nil))), GradeInconclusive},
		{"stopped, with figures", in(StateInterrupted, srtp(fates(100, 20*ms, nil))), GradeGood},
		{"stopped, without", PathReport{State: StateInterrupted}, GradeInconclusive},
		{"blocked", endedPath(PathDirect, ReasonNoAnswer), GradeFailed},
		{"failed", endedPath(PathDirect, ReasonAuth), GradeFailed},
		{"not applicable", endedPath(PathDirect, ReasonNoServer), GradeUnknown},
		{"not run", PathReport{State: StateNotRun}, GradeUnknown},
		{"no state at all", PathReport{}, GradeUnknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := gradePath(tt.path); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// Only chance is pardoned: from a hundred packets on, the figure alone decides.
func TestIntervalChangesNothingOnLongRuns(t *testing.T) {
	for _, id := range []string{"loss_out", "loss_back", "loss_total"} {
		m := metricByID(id)
		for n := 100; n <= 2000; n++ {
			lost := int(float64(n)*m.fair) + 1
			low, _, _ := stats.Wilson(lost, n)
			if ratio := float64(lost) / float64(n); m.grade(reading{ratio, low, true}) != GradePoor || m.uncertain(reading{ratio, low, true}, n) {
				t.Fatalf("%s: %d of %d is not poor for certain", id, lost, n)
			}
		}
	}
}

// More loss never gives a better grade, through the whole of a path's grading.
func TestPathGradeFollowsLoss(t *testing.T) {
	order := append(slices.Clone(gradeOrder), GradeFailed)
	for _, n := range []int{20, 25, 60, 100, 500} {
		for _, s := range []stats.Status{stats.StatusLostUp, stats.StatusLostDown, stats.StatusLost} {
			last := 0
			for lost := range n + 1 {
				g := gradePath(srtpPath(PathDirect, fates(n, 20*time.Millisecond, losing(lost, s))))
				rank := slices.Index(order, g)
				if rank < last {
					t.Fatalf("%v: %d of %d lost is %q", s, lost, n, g)
				}
				last = rank
			}
			if last != 3 {
				t.Errorf("%v: all of %d lost is %q", s, n, order[last])
			}
		}
	}
}

func TestOverall(t *testing.T) {
	ms := time.Millisecond
	fair := func(p Path) PathReport { return srtpPath(p, fates(100, 20*ms, losing(2, stats.StatusLostUp))) }
	poor := func(p Path) PathReport { return srtpPath(p, fates(100, 20*ms, losing(9, stats.StatusLostUp))) }
	good := func(p Path) PathReport { return goodPath(p, 20*ms) }
	blocked := func(p Path) PathReport { return endedPath(p, ReasonNoAnswer) }
	none := func(p Path) PathReport { return endedPath(p, ReasonNoServer) }
	doubt := func(p Path) PathReport { r := good(p); r.State = StateInconclusive; return r }
	failed := func(p Path) PathReport { return endedPath(p, ReasonAuth) }
	mute := func(p Path) PathReport { return srtpPath(p, fates(100, 20*ms, losing(100, stats.StatusLost))) }
	muteDoubt := func(p Path) PathReport {
		r := mute(p)
		r.State, r.Code = StateInconclusive, ReasonLogMissing
		return r
	}
	muteHere := func(p Path) PathReport { r := mute(p); r.NATBetween = No; return r }
	refused := func(p Path) PathReport { return endedPath(p, ReasonRefused) }
	unnamed := func(p Path) PathReport { return endedPath(p, ReasonNameNotFound) }
	here := func(p Path) PathReport { r := good(p); r.NATBetween = No; return r }
	type path = func(Path) PathReport
	tests := []struct {
		name  string
		paths [5]path
		want  Grade
	}{
		{"all good", [5]path{good, good, good, good, good}, GradeGood},
		{"the first path that a call would choose", [5]path{fair, good, good, good, good}, GradeFair},
		{"the direct one is blocked", [5]path{blocked, good, good, good, good}, GradeGood},
		{"a good path does not hide poor ones", [5]path{blocked, good, poor, poor, poor}, GradeFair},
		{"nor one that is fair", [5]path{good, good, good, good, fair}, GradeFair},
		{"only a relay over UDP", [5]path{blocked, blocked, good, good, good}, GradeGood},
		{"UDP is blocked", [5]path{blocked, blocked, blocked, good, good}, GradeFair},
		{"UDP is blocked and TCP is fair", [5]path{blocked, blocked, blocked, fair, good}, GradeFair},
		{"UDP is blocked and TCP is poor", [5]path{blocked, blocked, blocked, poor, good}, GradePoor},
		{"UDP is blocked where it was tried", [5]path{none, none, blocked, good, good}, GradeFair},
		{"UDP was not tried", [5]path{none, none, none, good, good}, GradeGood},
		{"a refusal is no silence", [5]path{none, none, refused, good, good}, GradeGood},
		{"and one makes the silence of others doubtful", [5]path{none, blocked, refused, good, good}, GradeGood},
		{"a name that is not found says nothing of UDP", [5]path{none, none, unnamed, good, good}, GradeGood},
		{"the other paths over UDP do", [5]path{none, unnamed, blocked, good, good}, GradeFair},
		{"a call would choose the silent path", [5]path{mute, good, good, good, good}, GradePoor},
		{"a silent relay before a good one", [5]path{none, none, mute, good, good}, GradePoor},
		{"a silent path whose log is missing", [5]path{none, none, muteDoubt, good, good}, GradePoor},
		{"a silent path that no call would choose", [5]path{none, good, mute, good, mute}, GradeFair},
		{"a silent path that stays here", [5]path{none, muteHere, good, good, good}, GradeFair},
		{"nothing but silence", [5]path{none, mute, mute, muteDoubt, mute}, GradeFailed},
		{"a wrong password is no block", [5]path{none, none, failed, good, good}, GradeGood},
		{"STUN without a NAT has not seen the network", [5]path{none, here, poor, good, good}, GradePoor},
		{"nor can it vouch for one that blocks", [5]path{none, here, blocked, blocked, blocked}, GradeFailed},
		{"unless there is nothing else", [5]path{none, here, none, none, none}, GradeGood},
		{"calls would choose one in doubt", [5]path{doubt, good, good, good, good}, GradeInconclusive},
		{"they would choose a good one before it", [5]path{good, good, doubt, good, good}, GradeFair},
		{"a relay over UDP in doubt, those over TCP good", [5]path{blocked, none, doubt, good, good}, GradeInconclusive},
		{"one in doubt before poor ones", [5]path{doubt, poor, poor, poor, poor}, GradePoor},
		{"one in doubt, the rest blocked", [5]path{doubt, blocked, blocked, blocked, blocked}, GradeInconclusive},
		{"nothing works", [5]path{blocked, failed, blocked, blocked, failed}, GradeFailed},
		{"nothing applies", [5]path{none, none, none, none, none}, GradeInconclusive},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var paths []PathReport
			for i, p := range AllPaths() {
				paths = append(paths, tt.paths[i](p))
			}
			slices.Reverse(paths) // the order of running does not matter
			r := turnReport(paths...)
			v := Judge(r)
			if v.Grade != tt.want {
				t.Errorf("%q, want %q", v.Grade, tt.want)
			}
			checkWords(t, r, v)
		})
	}
	if v := Judge(Report{}); v.Grade != GradeInconclusive || len(v.Findings) != 0 || v.Sentence != "Nothing was measured." {
		t.Errorf("an empty report: %+v", v)
	}
}

func TestJudgeIsPure(t *testing.T) {
	r := turnReport(goodPath(PathDirect, time.Millisecond), endedPath(PathSTUN, ReasonNoAnswer), endedPath(PathRelayUDP, ReasonNoAnswer))
	before, first := r.Paths[0], Judge(r)
	if again := Judge(r); again.Sentence != first.Sentence || !slices.Equal(ids(again), ids(first)) || len(r.Paths) != 3 || r.Paths[0].Path != before.Path {
		t.Errorf("first %+v, then %+v", first, again)
	}
}

func TestMetricByIDKnowsAll(t *testing.T) {
	for _, m := range metrics {
		if metricByID(m.id).id != m.id {
			t.Errorf("%s is not found", m.id)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a metric that does not exist was found")
		}
	}()
	metricByID("luck")
}
