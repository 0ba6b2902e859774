package loss

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/stamp"
	"echopath/netcheck/stats"
)

const testSession = 0xfeed

// testCarrier is an srtp carrier without a link.
func testCarrier(rate float64, rec *record) *carrierRun {
	return &carrierRun{carrier: netcheck.CarrierSRTP, wire: stamp.CarrierSRTP, session: testSession,
		plan:  netcheck.LossPlan{Rate: rate, Size: 200, LateAfter: 150 * time.Millisecond},
		clock: stamp.NewClock(time.Unix(1_700_000_000, 0)), farClock: stamp.NewClock(time.Unix(1_700_000_000, 0)).NTP(0),
		record: rec, dirty: map[int]bool{}, queued: map[int]int{}}
}

// firstOf is the inverse of window, whatever the rate: no window begins early, late or twice.
func TestWindowsAndTheirFirstPackets(t *testing.T) {
	for _, rate := range []float64{1, 7, 64, 100, 300, 999.5, 20_000} {
		c := testCarrier(rate, nil)
		c.offset = time.Duration(float64(time.Second) / rate / 2)
		last := 0
		for seq := range int(rate * 30) {
			w := c.window(seq)
			if w < last {
				t.Fatalf("rate %v: packet %d is in window %d, the one before in %d", rate, seq, w, last)
			}
			if at := c.slot(seq) - c.offset; at < time.Duration(w)*netcheck.SampleWidth || at >= time.Duration(w+1)*netcheck.SampleWidth {
				t.Fatalf("rate %v: packet %d at %v is in window %d", rate, seq, at, w)
			}
			last = w
		}
		day := int(24 * time.Hour / netcheck.SampleWidth)
		for _, from := range []int{0, day / 2, day - 300} {
			for w := from; w < from+300; w++ {
				first := c.firstOf(w)
				if c.window(first) < w || first > 0 && c.window(first-1) >= w {
					t.Fatalf("rate %v: the first packet of window %d is not %d", rate, w, first)
				}
			}
		}
	}
}

// A slot is computed from the number alone: after a day the grid is off by nothing.
func TestTheGridDoesNotDrift(t *testing.T) {
	for _, rate := range []float64{1, 7, 64, 300, 999.5} {
		c := testCarrier(rate, nil)
		seq := int(rate * 86_400)
		want := time.Duration(float64(seq) / rate * float64(time.Second))
		if d := c.slot(seq) - want; d < -time.Microsecond || d > time.Microsecond {
			t.Errorf("rate %v: packet %d is %v off", rate, seq, d)
		}
	}
}

// exchange sends a packet and takes its answer as the probe does, without a link.
type exchange struct {
	c   *carrierRun
	s   sender
	now time.Time
	buf []byte
}

func newExchange(c *carrierRun) *exchange {
	c.conn = discard{}
	return &exchange{c: c, s: sender{run: &run{}, buf: make([]byte, c.plan.Size)}, now: time.Unix(1_700_000_000, 0), buf: make([]byte, c.plan.Size)}
}

// discard takes every datagram.
type discard struct{ netcheck.DatagramConn }

func (discard) Send([]byte) error { return nil }
func (discard) Queued() int       { return 0 }

func (x *exchange) send(seq int) error {
	x.c.begin(seq, x.c.clock.Micros(x.c.clock.At(x.now)), 0)
	return x.s.transmit(x.c, seq, x.now, 0)
}

func (x *exchange) answer(window uint64) error {
	copy(x.buf, x.s.buf)
	at := x.c.clock.At(x.now.Add(5 * time.Millisecond))
	if err := stamp.Reflect(x.buf, stamp.Reply{Received: at, Sent: at, Window: window}); err != nil {
		return err
	}
	x.c.take(x.buf, x.now.Add(10*time.Millisecond))
	return nil
}

// A run whose packets went to disk gives the same rows and figures as one in memory.
func TestSpooledRunEqualsOneInMemory(t *testing.T) {
	const n = 2*chunkRows + 7
	run := func(rec *record) ([]stats.Packet, stats.Summary) {
		c := testCarrier(1000, rec)
		x, r := newExchange(c), rand.New(rand.NewPCG(5, 6))
		for seq := range n {
			x.now = x.now.Add(time.Millisecond)
			if err := x.send(seq); err != nil {
				t.Fatal(err)
			}
			for range r.IntN(3) { // none: lost; two: a copy
				if err := x.answer(1); err != nil {
					t.Fatal(err)
				}
			}
			if seq%500 == 0 {
				c.samples(x.now, 0)
			}
		}
		var rows []stats.Packet
		c.settle(math.MaxInt64, func(block []stats.Packet) { rows = append(rows, block...) })
		return rows, stats.Summarize(c.record, stats.Options{LateAfterUS: 150_000})
	}
	spool := &memorySpool{}
	rows, sum := run(newRecord(n, chunkRows, spool))
	wantRows, want := run(newRecord(n, n+chunkRows, nil))
	if !reflect.DeepEqual(rows, wantRows) || sum != want || spool.writes == 0 || sum.Total.Lost == 0 || sum.Down.Duplicate == 0 {
		t.Errorf("%d rows, %d writes, %+v\nwant %+v", len(rows), spool.writes, sum, want)
	}
}

// Answers that a peer makes up change nothing but the count of foreign datagrams.
func TestMadeUpAnswers(t *testing.T) {
	c := testCarrier(100, newRecord(10, 10, nil))
	x := newExchange(c)
	if err := x.send(0); err != nil {
		t.Fatal(err)
	}
	c.skip(1, 0, true)
	reply := func(change func(*stamp.Datagram)) []byte {
		d := stamp.Datagram{Kind: stamp.KindTest, Carrier: stamp.CarrierSRTP, Session: testSession, Sent: c.clock.At(x.now)}
		change(&d)
		b := make([]byte, 200)
		if err := d.Put(b); err != nil {
			t.Fatal(err)
		}
		if err := stamp.Reflect(b, stamp.Reply{Received: d.Sent, Sent: d.Sent, Window: 1}); err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name, b := range map[string][]byte{
		"noise":              {1, 2, 3},
		"nothing":            nil,
		"another session":    reply(func(d *stamp.Datagram) { d.Session++ }),
		"another carrier":    reply(func(d *stamp.Datagram) { d.Carrier = stamp.CarrierDataChannel }),
		"never sent":         reply(func(d *stamp.Datagram) { d.Seq = 2 }),
		"far beyond the end": reply(func(d *stamp.Datagram) { d.Seq = 1 << 31 }),
		"skipped":            reply(func(d *stamp.Datagram) { d.Seq = 1 }),
		"a test, no reply":   x.s.buf,
	} {
		before := c.foreign
		c.take(b, x.now)
		if c.foreign != before+1 || c.unanswered != 1 || c.record.At(0).Status != stats.StatusUnknown {
			t.Errorf("%s: %d foreign, %d unanswered, %+v", name, c.foreign-before, c.unanswered, c.record.At(0))
		}
	}
	entries := []stamp.Entry{{Seq: 9}, {Seq: 1 << 31, Duplicate: true}}
	c.takeBlock(stamp.BlockHeader{Carrier: stamp.CarrierSRTP, Session: testSession, Last: true}, entries)
	if c.up.order != 0 || !c.up.complete {
		t.Errorf("log entries of packets that were never sent: %+v", c.up)
	}
}

// A log with a hole in it, or of which the far end has thrown something away, decides nothing.
func TestABrokenLogIsNotComplete(t *testing.T) {
	c := testCarrier(100, newRecord(10, 10, nil))
	c.takeBlock(stamp.BlockHeader{First: 0}, make([]stamp.Entry, 2))
	c.takeBlock(stamp.BlockHeader{First: 3, Last: true}, make([]stamp.Entry, 1))
	if c.up.complete {
		t.Error("complete, with an entry missing")
	}
}

func TestSendingAndTakingAllocateNothing(t *testing.T) {
	c := testCarrier(1000, newRecord(chunkRows, chunkRows, nil))
	x, seq := newExchange(c), 0
	once := func() {
		if x.send(seq) != nil || x.answer(1) != nil {
			t.Fatal("can not send")
		}
		if seq = (seq + 1) % chunkRows; seq%100 == 0 {
			clear(c.dirty)
		}
	}
	if n := testing.AllocsPerRun(2*chunkRows, once); n != 0 {
		t.Errorf("%v allocations for one packet", n)
	}
}

func BenchmarkSendAndTake(b *testing.B) {
	const n = 1 << 17
	c := testCarrier(20_000, newRecord(n, n, nil))
	x, seq := newExchange(c), 0
	b.ReportAllocs()
	for b.Loop() {
		if x.send(seq) != nil || x.answer(1) != nil {
			b.Fatal("can not send")
		}
		if seq = (seq + 1) % n; seq%2000 == 0 {
			clear(c.dirty)
		}
	}
}

func BenchmarkSamples(b *testing.B) {
	c := testCarrier(2000, newRecord(chunkRows, chunkRows, nil))
	x := newExchange(c)
	for seq := range chunkRows {
		if x.send(seq) != nil || x.answer(1) != nil {
			b.Fatal("can not send")
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		c.dirty[0], c.dirty[1] = true, true
		_ = c.samples(x.now, 0)
	}
}
