package export

import (
	"bytes"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

// randomRows makes a record with every fate; logless leaves out what comes from the far end's log.
func randomRows(rnd *rand.Rand, n int, logless bool) stats.Packets {
	rows := make(stats.Packets, n)
	var upOrder, downOrder uint32
	for i := range rows {
		seq := uint32(i)
		switch k := rnd.IntN(20); {
		case k < 14:
			upOrder++
			downOrder++
			rows[i] = okPacket(seq, rnd.Int64N(90_000), rnd.Int64N(90_000), upOrder, downOrder)
			if rnd.IntN(10) == 0 {
				rows[i].DupUp, rows[i].DupDown = uint8(rnd.UintN(256)), uint8(rnd.UintN(3))
			}
		case k < 16:
			rows[i] = lostPacket(seq, stats.StatusLostUp)
		case k < 18:
			rows[i] = lostPacket(seq, stats.StatusLostDown)
			upOrder++
			rows[i].UpOrder, rows[i].UpRecvUS = upOrder, rows[i].SentUS+7
		case k < 19:
			rows[i] = skippedPacket(seq)
		default:
			rows[i] = lostPacket(seq, stats.StatusSkipped)
			rows[i].SkippedBy = stats.SkipperReflector
		}
		if logless {
			loseLog(&rows[i])
		}
	}
	shuffleNeighbours(rnd, rows)
	return rows
}

func loseLog(p *stats.Packet) {
	p.UpOrder, p.DupUp = 0, 0
	if p.Status == stats.StatusLostUp || p.Status == stats.StatusLostDown {
		*p = lostPacket(p.Seq, stats.StatusLost)
	}
}

// shuffleNeighbours swaps places in the orders of arrival, as reordering does.
func shuffleNeighbours(rnd *rand.Rand, rows stats.Packets) {
	for i := 1; i < len(rows); i++ {
		if rnd.IntN(8) == 0 && rows[i].UpOrder > 0 && rows[i-1].UpOrder > 0 {
			rows[i].UpOrder, rows[i-1].UpOrder = rows[i-1].UpOrder, rows[i].UpOrder
		}
	}
}

func packetsFile(t testing.TB, records []measured) []byte {
	t.Helper()
	var b bytes.Buffer
	w := NewPacketWriter(&b, testLateAfter)
	for _, m := range records {
		for block := range blocks(m.rows) {
			w.Observe(netcheck.Event{Path: m.path, Body: netcheck.PacketsDecided{Carrier: m.carrier, Packets: block}})
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func blocks(rows stats.Packets) func(func(stats.Packets) bool) {
	return func(yield func(stats.Packets) bool) {
		for len(rows) > 0 {
			n := min(len(rows), netcheck.MaxBlock)
			if !yield(rows[:n]) {
				return
			}
			rows = rows[n:]
		}
	}
}

// TestRecompute proves that every figure of the summary follows from packets.csv: the summary of the rows that were read back
// is the same, byte for byte, and so is the JSON report.
func TestRecompute(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for round := range 20 {
		var records []measured
		for _, p := range netcheck.AllPaths() {
			for _, c := range netcheck.AllCarriers() {
				records = append(records, measured{p, c, randomRows(rnd, rnd.IntN(2000), (round+len(records))%3 == 0)})
			}
		}
		records[3].rows = randomRows(rnd, 2*netcheck.MaxBlock+7, false)
		read, err := ReadPackets(bytes.NewReader(packetsFile(t, records)))
		if err != nil {
			t.Fatal(err)
		}
		recorded := reportOf(records)
		for i, m := range records {
			records[i].rows = read[m.path][m.carrier]
		}
		again := reportOf(records)
		for _, name := range formats()[:2] {
			a, b := writtenFor(t, name, recorded, testVerdict()), writtenFor(t, name, again, testVerdict())
			if !bytes.Equal(a, b) {
				t.Fatalf("round %d: %s recorded:\n%s\nrecomputed:\n%s", round, name, a, b)
			}
		}
	}
}

func reportOf(records []measured) netcheck.Report {
	r := testReport()
	r.Paths = nil
	for i, m := range records {
		if i%2 == 0 {
			r.Paths = append(r.Paths, netcheck.PathReport{Path: m.path, State: netcheck.StateOK})
		}
		p := &r.Paths[len(r.Paths)-1]
		p.Carriers = append(p.Carriers, netcheck.CarrierReport{Carrier: m.carrier, Result: result(m.carrier, m.rows)})
	}
	return r
}

// TestRowsSurvive compares every packet, times and counts at their limits included.
func TestRowsSurvive(t *testing.T) {
	rows := append(everything(), stats.Packet{Seq: 10, SentUS: math.MinInt64 + 1, UpRecvUS: math.MaxInt64, ReflSendUS: math.MaxInt64,
		DownRecvUS: math.MinInt64 + 1, UpOrder: math.MaxUint32, DownOrder: math.MaxUint32, DupUp: 255, DupDown: 255, Status: stats.StatusOK})
	rows = append(rows, lostPacket(11, stats.StatusUnknown), lostPacket(12, stats.StatusSkipped))
	read, err := ReadPackets(bytes.NewReader(packetsFile(t, []measured{{netcheck.PathSTUN, netcheck.CarrierSRTP, rows}})))
	if err != nil {
		t.Fatal(err)
	}
	if got := read[netcheck.PathSTUN][netcheck.CarrierSRTP]; !reflect.DeepEqual(got, rows) {
		t.Errorf("read\n%+v, want\n%+v", got, rows)
	}
}

func TestLateFollowsTheSession(t *testing.T) {
	var b bytes.Buffer
	w := NewPacketWriter(&b, time.Hour)
	granted := netcheck.Plan{Loss: netcheck.LossPlan{LateAfter: 41 * time.Microsecond}}
	w.Observe(netcheck.Event{Body: netcheck.SessionStarted{Granted: granted}})
	w.Observe(netcheck.Event{Path: netcheck.PathDirect, Body: netcheck.PacketsDecided{Carrier: netcheck.CarrierSRTP, Packets: clean()}})
	w.Observe(netcheck.Event{Body: netcheck.SessionEnded{}})
	if w.Rows() != 3 || w.Err() != nil {
		t.Errorf("%d rows, %v", w.Rows(), w.Err())
	}
	late := ""
	for _, row := range readTable(t, b.Bytes())[1:] {
		late += row[9]
	}
	if late != "010" { // 41, 42 and 40 µs: the limit itself is not late
		t.Errorf("late: %s", late)
	}
}

func TestCloseTwice(t *testing.T) {
	w := NewPacketWriter(io.Discard, 0)
	for range 2 {
		if err := w.Close(); err != nil {
			t.Errorf("closing twice: %v", err)
		}
	}
	testPackets(w)
	if w.Err() == nil {
		t.Error("a closed table took packets without a word")
	}
}

const headerLine = "path,carrier,seq,sent_us,up_recv_us,refl_send_us,down_recv_us,rtt_us,status,late,up_order,down_order,dup_up,dup_down,skipped_by\n"

func TestPacketsHeaderIsPinned(t *testing.T) {
	if got := strings.Join(packetsHeader, ",") + "\n"; got != headerLine {
		t.Errorf("the columns are %s", got)
	}
}

func TestReadPacketsRefuses(t *testing.T) {
	good := "direct,srtp,0,1,2,3,9,7,ok,0,1,1,0,0,\n"
	wantRefused(t, ReadPackets, PacketsName, headerLine, good, map[string]string{
		"nowhere,srtp,1,1,2,3,9,7,ok,0,1,1,0,0,":                   `line 3, column path: "nowhere"`,
		"direct,pigeon,1,1,2,3,9,7,ok,0,1,1,0,0,":                  `line 3, column carrier: "pigeon"`,
		"direct,srtp,2,1,2,3,9,7,ok,0,1,1,0,0,":                    "line 3, column seq: packet 2 follows on 1 packets",
		"direct,srtp,0,1,2,3,9,7,ok,0,1,1,0,0,":                    "line 3, column seq: packet 0 follows on 1 packets",
		"stun,srtp,1,1,2,3,9,7,ok,0,1,1,0,0,":                      "line 3, column seq: packet 1 follows on 0 packets",
		"direct,srtp,-1,1,2,3,9,7,ok,0,1,1,0,0,":                   "column seq: \"-1\" is not a whole number",
		"direct,srtp,4294967296,1,2,3,9,7,ok,0,1,1,0,0,":           "column seq",
		"direct,srtp,1,1.5,2,3,9,7,ok,0,1,1,0,0,":                  "column sent_us: \"1.5\" is not a number of microseconds",
		"direct,srtp,1,1,2,3,-9223372036854775808,7,ok,0,1,1,0,0,": "column down_recv_us",
		"direct,srtp,1,1,2,3,9,8,ok,0,1,1,0,0,":                    `column rtt_us: "8" does not follow`,
		"direct,srtp,1,1,,,9,7,ok,,1,1,0,0,":                       "column rtt_us",
		"direct,srtp,1,1,2,3,9,7,fine,0,1,1,0,0,":                  "column status",
		"direct,srtp,1,1,2,3,9,7,unknown,0,1,1,0,0,":               "column status",
		"direct,srtp,1,1,2,3,9,7,ok,,1,1,0,0,":                     "column late",
		"direct,srtp,1,1,2,3,9,7,ok,yes,1,1,0,0,":                  "column late",
		"direct,srtp,1,1,,,,,lost_up,0,,,,,":                       "column late",
		"direct,srtp,1,1,2,3,9,7,ok,0,0,1,0,0,":                    "column up_order",
		"direct,srtp,1,1,2,3,9,7,ok,0,1,1,256,0,":                  "column dup_up",
		"direct,srtp,1,1,2,3,9,7,ok,0,1,1,0,0,sender":              "column skipped_by: only a skipped packet",
		"direct,srtp,1,1,,,,,skipped,,,,,,nobody":                  "column skipped_by",
		"direct,srtp,1,1":                                          "line 3: wrong number of fields",
		`direct,"srtp`:                                             "line 3",
	})
}

// wantRefused holds a reader to its errors: it takes a table with a good row, and refuses each row after that with what is wanted, and
// what is no such table at all.
func wantRefused[T any](t *testing.T, read func(io.Reader) (T, error), file, header, good string, rows map[string]string) {
	t.Helper()
	if _, err := read(strings.NewReader(header + good)); err != nil {
		t.Fatal(err)
	}
	tables := map[string]string{"": file + " is empty", "a,b\n": file + " line 1: the columns must be", "\uFEFF" + header: "line 1", `"`: file + ": "}
	for row, want := range rows {
		tables[header+good+row+"\n"] = want
	}
	for table, want := range tables {
		if _, err := read(strings.NewReader(table)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives %v, want %s", strings.TrimPrefix(table, header+good), err, want)
		}
	}
}

// FuzzReadPackets: what the reader takes, the writer gives back, and no figure of it is absurd enough to spoil a file.
func FuzzReadPackets(f *testing.F) {
	f.Add(packetsFile(f, testRecords()))
	f.Add(packetsFile(f, nil))
	f.Add([]byte(headerLine + "direct,srtp,0,1,2,3,9,7,ok,0,1,1,0,0,\n"))
	f.Add([]byte(headerLine + "direct,srtp,0,-9223372036854775807,9223372036854775807,,,,lost_down,,1,,0,,\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		read, err := ReadPackets(bytes.NewReader(data))
		if err != nil {
			return
		}
		var records []measured
		for p, carriers := range read {
			for c, rows := range carriers {
				records = append(records, measured{p, c, rows})
				_ = writtenFor(t, SummaryName, reportOf([]measured{{p, c, rows}}), netcheck.Verdict{})
			}
		}
		again, err := ReadPackets(bytes.NewReader(packetsFile(t, records)))
		if err != nil || !reflect.DeepEqual(again, read) {
			t.Fatalf("written and read again: %v\n%+v\n%+v", err, again, read)
		}
	})
}

func BenchmarkPacketWriter(b *testing.B) {
	rows := randomRows(rand.New(rand.NewPCG(3, 4)), netcheck.MaxBlock, false)
	e := netcheck.Event{Path: netcheck.PathRelayUDP, Body: netcheck.PacketsDecided{Carrier: netcheck.CarrierDataChannel, Packets: rows}}
	w := NewPacketWriter(io.Discard, testLateAfter)
	b.ReportAllocs()
	for b.Loop() {
		w.Observe(e)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/netcheck.MaxBlock, "ns/packet")
}

func BenchmarkReadPackets(b *testing.B) {
	data := packetsFile(b, []measured{{netcheck.PathDirect, netcheck.CarrierSRTP, randomRows(rand.New(rand.NewPCG(3, 4)), 10_000, false)}})
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadPackets(bytes.NewReader(data)); err != nil {
			b.Fatal(err)
		}
	}
}

func TestPacketWriterAllocatesPerBlock(t *testing.T) {
	w := NewPacketWriter(io.Discard, testLateAfter)
	e := netcheck.Event{Path: netcheck.PathDirect, Body: netcheck.PacketsDecided{Carrier: netcheck.CarrierSRTP,
		Packets: randomRows(rand.New(rand.NewPCG(5, 6)), netcheck.MaxBlock, false)}}
	if n := testing.AllocsPerRun(20, func() { w.Observe(e) }); n > 4 {
		t.Errorf("%v allocations for a block of %d packets", n, netcheck.MaxBlock)
	}
}

func newRand() *rand.Rand { return rand.New(rand.NewPCG(7, 8)) }
