package stamp_test

import (
	"fmt"
	"time"

	"echopath/netcheck/stamp"
)

// One packet there and back: the sender's round trip, without the time the reflector held it.
func Example() {
	sender := stamp.NewClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	buf := make([]byte, 200)
	test := stamp.Datagram{
		Kind: stamp.KindTest, Carrier: stamp.CarrierSRTP, Session: 0x5eed, Seq: 3,
		Sent:        sender.NTP(30 * time.Millisecond),
		SenderError: stamp.ErrorEstimate(time.Microsecond, false),
	}
	if err := test.Put(buf); err != nil {
		fmt.Println(err)
	}

	// The reflector, whose clock is hours off and whose session began earlier.
	reflector := stamp.NewClock(time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC))
	var window stamp.Bitmap
	log := stamp.NewLog(1000)
	window.Mark(1)
	d, err := stamp.Parse(buf)
	first := window.Mark(d.Seq)
	reply := stamp.Reply{
		Received: reflector.NTP(700 * time.Millisecond),
		Sent:     reflector.NTP(702 * time.Millisecond),
		Window:   window.Window(d.Seq),
		Distinct: 2,
	}
	fmt.Println("parsed:", err, "reflected:", stamp.Reflect(buf, reply))
	log.Append(stamp.Entry{
		Seq: d.Seq, RecvUS: reflector.Micros(reply.Received), Duplicate: !first,
		Replied: true, SendUS: reflector.Micros(reply.Sent),
	})

	// Back at the sender, 20 ms after it sent.
	d, err = stamp.Parse(buf)
	rtt := 50*time.Millisecond - sender.Since(d.Sent) - stamp.Between(d.Reply.Received, d.Reply.Sent)
	fmt.Printf("answer to %d: %v, rtt %v, window %b, log %d\n", d.Seq, err, rtt, d.Reply.Window, log.At(0).RecvUS)
	// Output:
	// parsed: <nil> reflected: <nil>
	// answer to 3: <nil>, rtt 18ms, window 101, log 700000
}
