package lab

import (
	"slices"
	"strings"
	"testing"
	"time"

	"echopath/lab/emulator"
	data "echopath/lab/scenario"
	"echopath/lab/wire"
)

// probe is a media packet that came to the link at n ms, and left after delay; Never if it was lost.
func probe(n int, delay time.Duration, copies int) wire.Record {
	at := time.Duration(n) * time.Millisecond
	r := wire.Record{Arrived: at, Due: wire.Never, Departed: wire.Never, Length: 253, Protocol: wire.UDP, Copies: copies}
	r.HeadSize = copy(r.Head[:], []byte{0x80, 111, byte(n >> 8), byte(n), 0, 0, 0, 0, 0, 0, 0, 9})
	if delay != wire.Never {
		r.Due, r.Departed = at+delay, at+delay
	}
	return r
}

func row(seq int, status, by string, rtt time.Duration) Row {
	return Row{Path: "direct", Carrier: "srtp", Seq: seq, Status: status, SkippedBy: by, RTT: rtt}
}

func TestMatch(t *testing.T) {
	const ms = time.Millisecond
	// One of the warm-up, which is doubled. Then: answered after being overtaken; never sent; lost; not answered; its answer lost; answered.
	up := []wire.Record{probe(0, ms, 1), probe(1, 5*ms, 0), probe(2, wire.Never, 0), probe(3, ms, 0), probe(4, 0, 1), probe(5, 2*ms, 0)}
	rows := []Row{
		row(0, "ok", "", 9*ms), row(1, "skipped", "sender", 0), row(2, "lost_up", "", 0), row(3, "skipped", "reflector", 0), row(4, "lost_down", "", 0),
		row(5, "ok", "", 4*ms),
	}
	// Packet 4 arrives at 4 ms, 1 at 6 ms, 5 at 7 ms.
	down := []wire.Record{probe(10, 0, 0), probe(11, 0, 0), probe(12, wire.Never, 0), probe(13, ms, 0), probe(14, ms, 1)}
	tr, err := Match(rows, 1, up, down, "srtp")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := tr.Statuses(), []string{"ok", "lost_up", "skipped", "lost_down", "ok"}; !slices.Equal(got, want) {
		t.Errorf("statuses %v, want %v", got, want)
	}
	gotUp, gotDown := tr.Counts()
	if gotUp != (WayCounts{Sent: 5, Lost: 1, Duplicate: 1, Reordered: 1}) || gotDown != (WayCounts{Sent: 3, Lost: 1, Duplicate: 1}) {
		t.Errorf("%+v up, %+v down", gotUp, gotDown)
	}
	over, link := tr.Overheads()
	if !slices.Equal(over, []time.Duration{ms, 3 * ms}) || !slices.Equal(link, []time.Duration{3 * ms, 6 * ms}) {
		t.Errorf("overheads %v over %v", over, link)
	}
	// Up, in order of arrival, 3 took 1 ms, 4 took none, 1 took 5 and 5 took 2; both answers took as long.
	if a, b := tr.Variations(); a != (1+5+3)*ms/3 || b != 0 {
		t.Errorf("variations %v and %v", a, b)
	}
	for name, broken := range map[string]func() error{
		"too few up":   func() error { _, err := Match(rows, 1, up[1:], down, "srtp"); return err },
		"too few down": func() error { _, err := Match(rows, 1, up, down[1:], "srtp"); return err },
		"a hole": func() error {
			_, err := Match(rows, 1, append(slices.Clone(up[:5]), probe(6, 0, 0)), down, "srtp")
			return err
		},
	} {
		if broken() == nil {
			t.Errorf("%s is matched", name)
		}
	}
}

func TestProbesOfTheDataChannel(t *testing.T) {
	record := func(length int, head ...byte) wire.Record {
		r := wire.Record{Length: length, Protocol: wire.UDP, HeadSize: wire.HeadSize}
		copy(r.Head[:], head)
		return r
	}
	const one, two = 28 + 37 + 12 + 224, 28 + 37 + 12 + 448
	list := []wire.Record{record(one, 23), record(one, 22), record(two, 23), record(one+1, 23), record(77, 23), probe(1, 0, 0),
		record(one+4+3, 0x40, 0, (one-28)>>8, (one-28)&255, 23)}
	var got []int
	for _, r := range Probes(list, "datachannel", 203) {
		got = append(got, r.Length)
	}
	if !slices.Equal(got, []int{one, two, two, one + 7}) {
		t.Errorf("%v", got)
	}
	if got := Probes(list, "srtp", 203); len(got) != 1 || got[0] != list[5] {
		t.Errorf("%v", got)
	}
}

func TestReadRows(t *testing.T) {
	const head = "path,carrier,seq,rtt_us,status,dup_up,dup_down,skipped_by,more\n"
	rows, err := ReadRows(strings.NewReader(head + "direct,srtp,7,1500,ok,1,,,x\ndirect,srtp,8,,skipped,,,sender,x\n"))
	want := []Row{{Path: "direct", Carrier: "srtp", Seq: 7, RTT: 1500 * time.Microsecond, Status: "ok", DupUp: 1},
		{Path: "direct", Carrier: "srtp", Seq: 8, Status: "skipped", SkippedBy: "sender"}}
	if err != nil || !slices.Equal(rows, want) {
		t.Errorf("%+v, %v", rows, err)
	}
	for _, bad := range []string{"", "path,carrier\n", head + "a,b\n", head + "direct,srtp,x,1,ok,,,,\n"} {
		if _, err := ReadRows(strings.NewReader(bad)); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
}

// The networks of scenarios can be built, but for the link.
func TestLinkedNetworks(t *testing.T) {
	for _, top := range []data.Topology{{Kind: data.Link}, {Kind: data.NATs, A: data.Cone}, {Kind: data.NATs, A: data.NoNAT, B: data.Symmetric}, {Kind: data.Relay}} {
		l := NewLinked(top)
		for _, end := range []emulator.End{{Namespace: l.A.Node, Interface: l.A.Interface}, {Namespace: l.B.Node, Interface: l.B.Interface}} {
			for _, cable := range l.Topology.Links {
				if cable.A.Node == end.Namespace && cable.A.Interface == end.Interface || cable.B.Node == end.Namespace && cable.B.Interface == end.Interface {
					t.Errorf("%+v: %v has a cable already", top, end)
				}
			}
		}
		if err := l.Topology.Check(); err != nil {
			t.Errorf("%+v: %v", top, err)
		}
	}
}
