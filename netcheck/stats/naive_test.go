package stats

import (
	"math"
	"math/rand/v2"
	"sort"
	"testing"
)

// near allows for the rounding of sums taken in another order.
func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(1, math.Abs(a), math.Abs(b)) }

// randomRecord makes rows as a session would: fates at random in runs, delays at random, orders of arrival that follow from
// the times, with holes. Without unknown the reflector's log was fetched.
func randomRecord(rng *rand.Rand, n int, unknown bool) Packets {
	const clockAhead = 123_456_789
	rows := make(Packets, n)
	fate := StatusOK
	for i := range rows {
		if rng.IntN(4) == 0 {
			fate = []Status{StatusOK, StatusOK, StatusOK, StatusLostUp, StatusLostDown, StatusSkipped, StatusUnknown, StatusLost}[rng.IntN(8)]
		}
		p := without(uint32(i), fate, SkipperNone)
		switch {
		case fate == StatusLost && !unknown:
			p.Status = StatusLostUp
		case fate == StatusSkipped:
			p.SkippedBy = Skipper(rng.IntN(3))
		}
		p.DupUp, p.DupDown = uint8(rng.IntN(20)/19), uint8(rng.IntN(20)/19)
		if p.reachedReflector() {
			p.UpRecvUS = p.SentUS + clockAhead + 5_000 + rng.Int64N(15_000)
			p.ReflSendUS = p.UpRecvUS + rng.Int64N(90)
		}
		if p.Status == StatusOK {
			p.DownRecvUS = p.ReflSendUS - clockAhead + 5_000 + rng.Int64N(15_000)
		}
		rows[i] = p
	}
	number(rng, rows, func(p *Packet) (int64, *uint32) { return p.UpRecvUS, &p.UpOrder })
	number(rng, rows, func(p *Packet) (int64, *uint32) { return p.DownRecvUS, &p.DownOrder })
	return rows
}

// number deals out places by time of arrival, with holes.
func number(rng *rand.Rand, rows Packets, field func(*Packet) (int64, *uint32)) {
	var arrived []*Packet
	for i := range rows {
		if at, _ := field(&rows[i]); at != NotMeasured {
			arrived = append(arrived, &rows[i])
		}
	}
	sort.SliceStable(arrived, func(a, b int) bool {
		x, _ := field(arrived[a])
		y, _ := field(arrived[b])
		return x < y
	})
	place := uint32(0)
	for _, p := range arrived {
		place += 1 + uint32(rng.IntN(10)/9)
		_, order := field(p)
		*order = place
	}
}

func TestSummarizeAgainstNaive(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	for round := range 200 {
		rows := randomRecord(rng, rng.IntN(600), round%2 == 1)
		got := Summarize(rows, Options{LateAfterUS: 25_000})
		naiveCounts(t, rows, got)
		naiveRTT(t, rows, got)
		naiveDirection(t, rows, got.Up, upArrival)
		naiveDirection(t, rows, got.Down, downArrival)
		if t.Failed() {
			t.Fatalf("round %d, %d rows", round, len(rows))
		}
	}
}

func count(rows Packets, match func(Packet) bool) (n int) {
	for _, p := range rows {
		if match(p) {
			n++
		}
	}
	return n
}

func naiveCounts(t *testing.T, rows Packets, got Summary) {
	t.Helper()
	is := func(s Status) int { return count(rows, func(p Packet) bool { return p.Status == s }) }
	bySender := count(rows, func(p Packet) bool { return p.Status == StatusSkipped && p.SkippedBy != SkipperReflector })
	byReflector := is(StatusSkipped) - bySender
	sent := len(rows) - is(StatusUnknown) - bySender
	checks := []struct {
		what      string
		got, want int
	}{
		{"undecided", got.Undecided, is(StatusUnknown)},
		{"skipped by sender", got.SkippedBySender, bySender},
		{"skipped by reflector", got.SkippedByReflector, byReflector},
		{"up sent", got.Up.Sent, sent},
		{"up received", got.Up.Received, is(StatusOK) + is(StatusLostDown) + byReflector},
		{"up lost", got.Up.Lost, is(StatusLostUp)},
		{"down sent", got.Down.Sent, is(StatusOK) + is(StatusLostDown)},
		{"down received", got.Down.Received, is(StatusOK)},
		{"down lost", got.Down.Lost, is(StatusLostDown)},
		{"total sent", got.Total.Sent, sent - byReflector},
		{"total lost", got.Total.Lost, is(StatusLost) + is(StatusLostUp) + is(StatusLostDown)},
	}
	for _, c := range checks {
		if c.got != c.want {
			t.Errorf("%s: got %d, want %d", c.what, c.got, c.want)
		}
	}
	if known := is(StatusLost) == 0; got.Up.Known != known || got.Down.Known != known {
		t.Errorf("known: got %v and %v, want %v", got.Up.Known, got.Down.Known, known)
	} else if known {
		naiveRuns(t, rows, got)
	}
}

// naiveRuns spells each direction as a line of packets, leaving out what was not sent that way.
func naiveRuns(t *testing.T, rows Packets, got Summary) {
	t.Helper()
	var up, down string
	for _, p := range rows {
		switch {
		case p.Status == StatusOK:
			up, down = up+".", down+"."
		case p.Status == StatusLostDown:
			up, down = up+".", down+"x"
		case p.Status == StatusLostUp:
			up += "x"
		case p.skippedBy() == SkipperReflector:
			up += "."
		}
	}
	if got.Up.Bursts != naiveBursts(up) || got.Down.Bursts != naiveBursts(down) {
		t.Errorf("bursts: got %+v and %+v of %s and %s", got.Up.Bursts, got.Down.Bursts, up, down)
	}
}

func naiveRTT(t *testing.T, rows Packets, got Summary) {
	t.Helper()
	var all []int64
	var sum int64
	late := 0
	for _, p := range rows {
		if p.Status == StatusOK {
			us := p.DownRecvUS - p.SentUS - p.ReflSendUS + p.UpRecvUS
			all, sum = append(all, us), sum+us
			if us > 25_000 {
				late++
			}
		}
	}
	n := len(all)
	if got.Late != late || got.RTT.OK != (n > 0) {
		t.Errorf("late %d, want %d; rtt %+v of %d", got.Late, late, got.RTT, n)
	}
	if n == 0 {
		return
	}
	sort.Slice(all, func(a, b int) bool { return all[a] < all[b] })
	rank := func(percent int) int64 { return all[(percent*n+99)/100-1] }
	want := RTT{OK: true, N: n, MinUS: all[0], MeanUS: float64(sum) / float64(n), P50US: rank(50), P95US: rank(95), P99US: rank(99), MaxUS: all[n-1]}
	if got.RTT != want {
		t.Errorf("rtt: got %+v, want %+v", got.RTT, want)
	}
}

func naiveDirection(t *testing.T, rows Packets, got Direction, view func(Packet) arrival) {
	t.Helper()
	var came []arrival
	for _, p := range rows {
		if a := view(p); a.place > 0 {
			came = append(came, a)
		}
	}
	sort.Slice(came, func(a, b int) bool { return came[a].place < came[b].place })
	var jitter, sum float64
	var all []float64
	var reordered int
	var most, highest uint64
	for i, a := range came {
		if a.number < highest {
			reordered++
		}
		highest = max(highest, a.number)
		if i > 0 {
			d := math.Abs(float64((a.recvUS - came[i-1].recvUS) - (a.sentUS - came[i-1].sentUS)))
			jitter += (d - jitter) / 16
			all = append(all, jitter)
			sum, most = sum+d, max(most, uint64(d))
		}
	}
	if got.Ordered != len(came) || got.Reordered != reordered {
		t.Errorf("reordered %d of %d, want %d of %d", got.Reordered, got.Ordered, reordered, len(came))
	}
	if pairs := len(came) - 1; pairs < 1 {
		if got.JitterOK || got.IPDV.Count != 0 {
			t.Errorf("no pair, but %+v", got)
		}
	} else if !near(got.JitterUS, jitter) || !near(got.IPDV.MeanAbsUS, sum/float64(pairs)) || got.IPDV.MaxAbsUS != int64(most) || got.IPDV.Count != pairs {
		t.Errorf("jitter %v, want %v; ipdv %+v of %v and %d", got.JitterUS, jitter, got.IPDV, sum/float64(pairs), most)
	} else if sort.Float64s(all); !near(got.JitterMeanUS, mean(all)) || !near(got.JitterP95US, all[(95*pairs+99)/100-1]) {
		t.Errorf("jitter mean %v, p95 %v, want %v and %v", got.JitterMeanUS, got.JitterP95US, mean(all), all[(95*pairs+99)/100-1])
	}
}
