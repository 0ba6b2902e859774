package runner

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"echopath/netcheck"
)

// TestInboxRandom compares the inbox with the plain way to do it: look back for an older sample and take it out.
func TestInboxRandom(t *testing.T) {
	for seed := range uint64(8) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		var b inbox
		var want []netcheck.Event
		for seq := range uint64(3000) {
			e := randomEvent(rnd, seq+1)
			b.put(e, time.Unix(0, 0))
			want = plainPut(want, e)
			if rnd.IntN(700) == 0 {
				if got := b.take(time.Unix(0, 0)).events; !reflect.DeepEqual(got, want) {
					t.Fatalf("seed %d: %d events, want %d", seed, len(got), len(want))
				}
				want = nil
			}
		}
		if got := b.take(time.Unix(0, 0)).events; !reflect.DeepEqual(got, want) {
			t.Fatalf("seed %d: %d events, want %d", seed, len(got), len(want))
		}
	}
}

func randomEvent(rnd *rand.Rand, seq uint64) netcheck.Event {
	e := netcheck.Event{Seq: seq, Path: netcheck.AllPaths()[rnd.IntN(2)]}
	switch rnd.IntN(13) {
	case 10:
		e.Body = netcheck.FramesDecided{}
	case 11:
		e.Body = netcheck.VideoSampleTaken{Sample: netcheck.VideoSample{Index: rnd.IntN(5)}}
	case 12:
		e.Body = netcheck.CallSampleTaken{Sample: netcheck.CallSample{Index: rnd.IntN(5)}}
	case 0:
		e.Body = netcheck.PacketsDecided{}
	case 1:
		e.Body = netcheck.Noted{Text: "x"}
	default:
		e.Body = netcheck.SampleTaken{Sample: netcheck.Sample{Carrier: netcheck.AllCarriers()[rnd.IntN(2)], Index: rnd.IntN(20)}}
	}
	return e
}

func plainPut(list []netcheck.Event, e netcheck.Event) []netcheck.Event {
	switch b := e.Body.(type) {
	case netcheck.PacketsDecided, netcheck.FramesDecided:
		return list
	case netcheck.VideoSampleTaken:
		list = slices.DeleteFunc(list, func(old netcheck.Event) bool {
			o, ok := old.Body.(netcheck.VideoSampleTaken)
			return ok && old.Path == e.Path && o.Sample.Index == b.Sample.Index
		})
	case netcheck.CallSampleTaken:
		list = slices.DeleteFunc(list, func(old netcheck.Event) bool {
			o, ok := old.Body.(netcheck.CallSampleTaken)
			return ok && old.Path == e.Path && o.Sample.Index == b.Sample.Index
		})
	case netcheck.SampleTaken:
		list = slices.DeleteFunc(list, func(old netcheck.Event) bool {
			o, ok := old.Body.(netcheck.SampleTaken)
			return ok && old.Path == e.Path && o.Sample.Carrier == b.Sample.Carrier && o.Sample.Index == b.Sample.Index
		})
	}
	return append(list, e)
}

// A window that never looks does not make the inbox grow with the number of events.
func TestInboxIsBounded(t *testing.T) {
	var b inbox
	for i := range 50_000 {
		b.put(netcheck.Event{Path: netcheck.PathDirect, Body: netcheck.SampleTaken{Sample: netcheck.Sample{Index: i % 50}}}, time.Unix(0, 0))
		b.put(netcheck.Event{Path: netcheck.PathDirect, Body: netcheck.PacketsDecided{}}, time.Unix(0, 0))
	}
	if len(b.events) > 1000 || cap(b.events) > 2000 || len(b.places) != 50 {
		t.Errorf("%d events wait, room for %d, %d places", len(b.events), cap(b.events), len(b.places))
	}
}

// What was handed over stays as it is while new events come.
func TestInboxHandsOver(t *testing.T) {
	var b inbox
	sample := func(seq uint64) netcheck.Event {
		return netcheck.Event{Seq: seq, Body: netcheck.SampleTaken{}}
	}
	b.put(sample(1), time.Unix(0, 0))
	first := b.take(time.Unix(0, 0)).events
	b.put(sample(2), time.Unix(0, 0))
	if len(first) != 1 || first[0].Seq != 1 {
		t.Errorf("%+v", first)
	}
	if second := b.take(time.Unix(0, 0)).events; len(second) != 1 || second[0].Seq != 2 {
		t.Errorf("%+v", second)
	}
}
