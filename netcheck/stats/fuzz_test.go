package stats

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
)

const fuzzRow = 1 + 1 + 2 + 4*8 + 2*4

// decodeRows reads rows of fuzzRow bytes each: status, skipper, copies, times, orders.
func decodeRows(data []byte) Packets {
	var rows Packets
	for len(data) >= fuzzRow {
		b := data[:fuzzRow]
		data = data[fuzzRow:]
		word := func(i int) int64 { return int64(binary.LittleEndian.Uint64(b[4+8*i:])) }
		rows = append(rows, Packet{
			Seq: uint32(len(rows)), Status: Status(b[0]), SkippedBy: Skipper(b[1]), DupUp: b[2], DupDown: b[3],
			SentUS: word(0), UpRecvUS: word(1), ReflSendUS: word(2), DownRecvUS: word(3),
			UpOrder: binary.LittleEndian.Uint32(b[36:]), DownOrder: binary.LittleEndian.Uint32(b[40:]),
		})
	}
	return rows
}

func encodeRows(rows Packets) (data []byte) {
	for _, p := range rows {
		data = append(data, byte(p.Status), byte(p.SkippedBy), p.DupUp, p.DupDown)
		for _, us := range []int64{p.SentUS, p.UpRecvUS, p.ReflSendUS, p.DownRecvUS} {
			data = binary.LittleEndian.AppendUint64(data, uint64(us))
		}
		data = binary.LittleEndian.AppendUint32(data, p.UpOrder)
		data = binary.LittleEndian.AppendUint32(data, p.DownOrder)
	}
	return data
}

func FuzzSummarize(f *testing.F) {
	f.Add([]byte{}, int64(0))
	f.Add(encodeRows(everyFate()), int64(4_000))
	f.Add(encodeRows(randomRecord(rand.New(rand.NewPCG(17, 18)), 40, true)), int64(-1))
	f.Add(encodeRows(arriving(math.MaxUint32, 1, 1)), int64(1))
	f.Add(encodeRows(Packets{ok(0, math.MaxInt64, math.MinInt64+1, math.MaxInt64, -5, 1, 2), ok(1, -9, math.MaxInt64, 0, math.MaxInt64, 2, 1)}), int64(1))
	f.Fuzz(func(t *testing.T, data []byte, lateAfter int64) {
		rows := decodeRows(data)
		s := Summarize(rows, Options{LateAfterUS: lateAfter})
		finite(t, reflect.ValueOf(s))
		if s.SkippedBySender+s.Undecided+s.Up.Sent != len(rows) || s.Total.Sent+s.SkippedByReflector != s.Up.Sent {
			t.Errorf("packets went missing: %+v of %d", s, len(rows))
		}
		checkLoss(t, "total", s.Total, true)
		checkLoss(t, "up", s.Up.Loss, s.Up.Known)
		checkLoss(t, "down", s.Down.Loss, s.Down.Known)
		checkDirection(t, s.Up)
		checkDirection(t, s.Down)
		if r := s.RTT; r.N > s.Total.Received || s.Late > r.N || r.OK != (r.N > 0) ||
			r.MinUS > r.P50US || r.P50US > r.P95US || r.P95US > r.P99US || r.P99US > r.MaxUS {
			t.Errorf("round-trip times: %+v, late %d", r, s.Late)
		}
	})
}

// finite looks at every figure of the summary, also those to be added one day.
func finite(t *testing.T, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			finite(t, v.Field(i))
		}
	case reflect.Float64:
		if math.IsNaN(v.Float()) || math.IsInf(v.Float(), 0) {
			t.Errorf("a figure is %v", v.Float())
		}
	case reflect.Int:
		if v.Int() < 0 {
			t.Errorf("a count is %d", v.Int())
		}
	}
}

func checkLoss(t *testing.T, name string, l Loss, known bool) {
	if known && l.Sent != l.Received+l.Lost {
		t.Errorf("%s: counts do not add up: %+v", name, l)
	}
	if l.RatioOK != (known && l.Sent > 0) {
		t.Errorf("%s: known %v, %+v", name, known, l)
	}
	if l.CI95Low < 0 || l.CI95Low > l.LossRatio || l.LossRatio > l.CI95High || l.CI95High > 1 {
		t.Errorf("%s: the interval does not hold the ratio: %+v", name, l)
	}
	if l.RatioOK && l.CI95Low == l.CI95High {
		t.Errorf("%s: the interval is certain: %+v", name, l)
	}
}

func checkDirection(t *testing.T, d Direction) {
	classes := 0
	for _, n := range d.Bursts.Histogram {
		classes += n
	}
	b := d.Bursts
	if classes != b.Count || b.Max > b.Lost || b.Count > b.Lost || (d.Known && b.Lost != d.Lost) {
		t.Errorf("bursts: %+v of %d lost", b, d.Lost)
	}
	if d.Ordered > d.Received || d.Reordered > max(0, d.Ordered-1) || d.IPDV.Count > max(0, d.Received-1) || d.JitterOK != (d.IPDV.Count > 0) {
		t.Errorf("orders: %+v", d)
	}
	if most := float64(d.IPDV.MaxAbsUS) * (1 + 1e-6); d.JitterUS < 0 || d.JitterP95US < 0 || d.JitterMeanUS < 0 || d.JitterP95US > most || d.JitterMeanUS > most {
		t.Errorf("jitter: %+v", d)
	}
	if d.IPDV.MeanAbsUS > float64(d.IPDV.MaxAbsUS)*(1+1e-9) {
		t.Errorf("delays: %+v", d)
	}
}

func FuzzWilson(f *testing.F) {
	f.Add(0, 0)
	f.Add(0, 100)
	f.Add(1_000_000, 1_000_000)
	f.Add(math.MaxInt-1, math.MaxInt)
	f.Fuzz(func(t *testing.T, lost, sent int) {
		low, high, valid := Wilson(lost, sent)
		if valid != (sent > 0 && 0 <= lost && lost <= sent) {
			t.Fatalf("Wilson(%d, %d): %v", lost, sent, valid)
		}
		if ratio := float64(lost) / float64(sent); valid && !(0 <= low && low <= ratio && ratio <= high && high <= 1) {
			t.Fatalf("Wilson(%d, %d) = %v, %v", lost, sent, low, high)
		}
	})
}
