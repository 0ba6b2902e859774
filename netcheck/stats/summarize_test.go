package stats

import (
	"math"
	"testing"
)

func ok(seq uint32, sent, up, reply, down int64, upOrder, downOrder uint32) Packet {
	return Packet{Seq: seq, SentUS: sent, UpRecvUS: up, ReflSendUS: reply, DownRecvUS: down, UpOrder: upOrder, DownOrder: downOrder, Status: StatusOK}
}

func without(seq uint32, s Status, by Skipper) Packet {
	return Packet{Seq: seq, SentUS: int64(seq) * 10_000, UpRecvUS: NotMeasured, ReflSendUS: NotMeasured, DownRecvUS: NotMeasured, Status: s, SkippedBy: by}
}

// Ten packets with every fate. Reflector's clock 1 s ahead; it holds every packet for 50 µs.
//
//	up:   arrive 0 2 1 5 7 8    down: replies leave 0 2 1 7 8, arrive 2 0 1 8
func everyFate() Packets {
	rows := Packets{
		ok(0, 0, 1_001_000, 1_001_050, 4_050, 1, 2),                                                       // rtt 4000
		ok(1, 10_000, 1_021_000, 1_021_050, 22_050, 3, 3),                                                 // rtt 12000, up delay 1011000, reordered up
		ok(2, 20_000, 1_020_400, 1_020_450, 21_050, 2, 1),                                                 // rtt 1000, up delay 1000400
		without(3, StatusLostUp, SkipperNone),                                                             //
		without(4, StatusSkipped, SkipperSender),                                                          // between two losses: they are one burst
		without(5, StatusLostUp, SkipperNone),                                                             //
		without(6, StatusSkipped, SkipperReflector),                                                       //
		without(7, StatusLostDown, SkipperNone),                                                           //
		ok(8, 80_000, 1_081_000, 1_081_050, 82_050, 6, 4),                                                 // rtt 2000
		{Seq: 9, SentUS: 90_000, UpRecvUS: NotMeasured, ReflSendUS: NotMeasured, DownRecvUS: NotMeasured}, // under way
	}
	rows[1].DupUp, rows[1].DupDown = 1, 2
	rows[7].DupUp = 3
	rows[6].UpOrder, rows[6].UpRecvUS = 4, 1_061_000
	rows[7].UpOrder, rows[7].UpRecvUS, rows[7].ReflSendUS = 5, 1_071_000, 1_071_050
	return rows
}

func TestSummarizeEveryFate(t *testing.T) {
	got := Summarize(everyFate(), Options{LateAfterUS: 4_000})
	want := Summary{
		Late: 1, SkippedBySender: 1, SkippedByReflector: 1, Undecided: 1,
		Total:   rated(Loss{Sent: 7, Received: 4, Lost: 3}),
		RTT:     RTT{OK: true, N: 4, MinUS: 1_000, MeanUS: 4_750, P50US: 2_000, P95US: 12_000, P99US: 12_000, MaxUS: 12_000},
		Silence: got.Silence, // TestSilence has it
		Up: Direction{
			Known: true, Loss: rated(Loss{Sent: 8, Received: 6, Lost: 2}), Duplicate: 4,
			Bursts:  BurstResult{Count: 1, Lost: 2, Max: 2, Mean: 2, Histogram: [6]int{1: 1}},
			Ordered: 6, Reordered: 1, JitterOK: true,
			// Delays in order of arrival: 0: 1001000, 2: 1000400, 1: 1011000, 6, 7, 8: 1001000 each.
			JitterUS: smoothed(600, 10_600, 10_000, 0, 0), JitterMeanUS: mean(running(600, 10_600, 10_000, 0, 0)),
			JitterP95US: smoothed(600, 10_600, 10_000), // the largest of five
			IPDV:        IPDVResult{Count: 5, MeanAbsUS: 4_240, MaxAbsUS: 10_600},
		},
		Down: Direction{
			Known: true, Loss: rated(Loss{Sent: 5, Received: 4, Lost: 1}), Duplicate: 2,
			Bursts: BurstResult{Count: 1, Lost: 1, Max: 1, Mean: 1, Histogram: [6]int{1}},
			// Replies left in the order 0, 2, 1: arriving as 2, 0, 1 makes 0 the only one that was overtaken here.
			Ordered: 4, Reordered: 1, JitterOK: true,
			// Delays plus a million: 2: 600, 0: 3000, 1: 1000, 8: 1000.
			JitterUS: smoothed(2_400, 2_000, 0), JitterMeanUS: mean(running(2_400, 2_000, 0)),
			JitterP95US: smoothed(2_400, 2_000),
			IPDV:        IPDVResult{Count: 3, MeanAbsUS: 4_400.0 / 3, MaxAbsUS: 2_400},
		},
	}
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func rated(l Loss) Loss {
	l.LossRatio = float64(l.Lost) / float64(l.Sent)
	l.CI95Low, l.CI95High, l.RatioOK = Wilson(l.Lost, l.Sent)
	return l
}

func smoothed(changes ...float64) (j float64) {
	for _, d := range changes {
		j += (d - j) / 16
	}
	return j
}

// running is J after each change.
func running(changes ...float64) (list []float64) {
	for i := range changes {
		list = append(list, smoothed(changes[:i+1]...))
	}
	return list
}

func mean(list []float64) (sum float64) {
	for _, v := range list {
		sum += v
	}
	return sum / float64(len(list))
}

// Ten seconds of which eight shake: J has forgotten them at the end, its mean and p95 have not, and neither cares whether
// the quiet part comes last or first.
func TestJitterOfTheWholeSeries(t *testing.T) {
	series := func(shakes func(i int64) bool) Direction {
		var rows Packets
		for i := range int64(1_000) {
			up := int64(20_000)
			if shakes(i) && i%2 == 1 {
				up += 40_000
			}
			rows = append(rows, ok(uint32(i), i*50_000, i*50_000+up, i*50_000+up, i*50_000+up+20_000, uint32(i)+1, uint32(i)+1))
		}
		return Summarize(rows, Options{}).Up
	}
	quietEnd := series(func(i int64) bool { return i < 800 })
	quietBegin := series(func(i int64) bool { return i >= 200 })
	if quietEnd.JitterUS > 1_000 || quietBegin.JitterUS < 39_000 {
		t.Errorf("J at the end: %v and %v", quietEnd.JitterUS, quietBegin.JitterUS)
	}
	for name, d := range map[string]Direction{"quiet end": quietEnd, "quiet begin": quietBegin} {
		if !near(d.JitterP95US, 40_000) || d.JitterMeanUS < 31_000 || d.JitterMeanUS > 33_000 {
			t.Errorf("%s: p95 %v, mean %v", name, d.JitterP95US, d.JitterMeanUS)
		}
	}
}

func TestUnknownDirectionSpoilsTheDirectionsOnly(t *testing.T) {
	rows := everyFate()
	rows[3].Status = StatusLost
	s := Summarize(rows, Options{})
	for name, d := range map[string]Direction{"up": s.Up, "down": s.Down} {
		if d.Known || d.RatioOK || d.LossRatio != 0 || d.CI95High != 0 || d.Bursts != (BurstResult{}) {
			t.Errorf("%s: %+v", name, d)
		}
	}
	if want := rated(Loss{Sent: 7, Received: 4, Lost: 3}); s.Total != want {
		t.Errorf("total %+v, want %+v", s.Total, want)
	}
	if s.Up.Sent != 8 || s.Down.Received != 4 {
		t.Errorf("sent up %d, received down %d", s.Up.Sent, s.Down.Received)
	}
	if !s.Up.JitterOK || s.Up.Ordered != 6 {
		t.Errorf("what arrived in order is still known: %+v", s.Up)
	}
}

func TestNothingSentIsNotNoLoss(t *testing.T) {
	tests := map[string]Packets{
		"empty":                               nil,
		"all skipped":                         {without(0, StatusSkipped, SkipperSender), without(1, StatusSkipped, SkipperNone)},
		"all undecided":                       {without(0, StatusUnknown, SkipperNone), without(1, Status(99), SkipperNone)},
		"skipper of an answer that never was": {without(0, StatusUnknown, SkipperReflector)},
	}
	for name, rows := range tests {
		s := Summarize(rows, Options{LateAfterUS: 1})
		if s.Total.RatioOK || s.Up.RatioOK || s.Down.RatioOK || s.RTT.OK || s.Up.JitterOK || s.Down.JitterOK {
			t.Errorf("%s: something was measured: %+v", name, s)
		}
	}
	s := Summarize(Packets{without(0, StatusLostUp, SkipperNone)}, Options{})
	if !s.Up.RatioOK || s.Up.LossRatio != 1 || s.Down.RatioOK || !s.Down.Known {
		t.Errorf("no reply was ever sent: %+v", s)
	}
}

func TestRTT(t *testing.T) {
	p := ok(0, 100, 5_000, 5_700, 900, 1, 1)
	if us, valid := p.RTT(); us != 100 || !valid {
		t.Errorf("got %d, %v", us, valid)
	}
	p.DownRecvUS = 799
	if us, valid := p.RTT(); us != -1 || !valid {
		t.Errorf("coarse clock: got %d, %v; want -1", us, valid)
	}
	for name, spoil := range map[string]func(*Packet){
		"lost":      func(p *Packet) { p.Status = StatusLostDown },
		"sent":      func(p *Packet) { p.SentUS = NotMeasured },
		"up_recv":   func(p *Packet) { p.UpRecvUS = NotMeasured },
		"refl_send": func(p *Packet) { p.ReflSendUS = NotMeasured },
		"down_recv": func(p *Packet) { p.DownRecvUS = NotMeasured },
		"under way": func(p *Packet) { p.Status = StatusUnknown },
	} {
		q := p
		spoil(&q)
		if _, valid := q.RTT(); valid {
			t.Errorf("%s: has a round-trip time", name)
		}
	}
	p.DownRecvUS, p.SentUS = math.MaxInt64, -5
	if us, _ := p.RTT(); us <= 0 {
		t.Errorf("absurd times wrapped to %d", us)
	}
}

func TestLateIsBeyondTheLimitAndCanBeOff(t *testing.T) {
	rows := everyFate() // 1000, 2000, 4000, 12000
	for limit, want := range map[int64]int{-1: 0, 0: 0, 1: 4, 999: 4, 1_000: 3, 11_999: 1, 12_000: 0} {
		if got := Summarize(rows, Options{LateAfterUS: limit}); got.Late != want || got.Total.Lost != 3 {
			t.Errorf("limit %d: late %d, want %d; lost %d", limit, got.Late, want, got.Total.Lost)
		}
	}
}
