package model

import (
	"testing"
	"time"

	"echopath/netcheck"
)

// hour is the stream of an hour on two carriers, each window seen twice: while its packets are sent and when all are decided.
func hour() []netcheck.Event {
	s := &script{plan: smallPlan(netcheck.TargetSelf, netcheck.PathRelayUDP)}
	s.plan.Loss.Duration = time.Hour
	s.add("", netcheck.SessionStarted{Plan: s.plan, Granted: s.plan})
	s.connect(netcheck.PathRelayUDP, "")
	s.add(netcheck.PathRelayUDP, netcheck.ProbeStarted{Probe: "loss", Duration: time.Hour, Packets: 180_000})
	for i := range 36_000 {
		s.now += netcheck.SampleWidth
		for _, c := range netcheck.AllCarriers() {
			w := netcheck.Sample{Carrier: c, Index: i, At: time.Duration(i) * netcheck.SampleWidth, Sent: 5, Answered: 3, RTTMin: time.Millisecond, RTTMean: 2 * time.Millisecond,
				RTTMax: 3 * time.Millisecond, BytesOut: 800, BytesBack: 480}
			if i > 0 {
				old := w
				old.Index, old.At, old.Answered, old.BytesBack = i-1, w.At-netcheck.SampleWidth, 5, 800
				if i%10 == 0 {
					old.Answered, old.BytesBack, old.LostUp = 4, 640, 1
				}
				s.add(netcheck.PathRelayUDP, netcheck.SampleTaken{Sample: old})
			}
			s.add(netcheck.PathRelayUDP, netcheck.SampleTaken{Sample: w})
		}
	}
	return s.events
}

// BenchmarkHour applies an hour of samples, and looks ten times for each second of it.
func BenchmarkHour(b *testing.B) {
	events := hour()
	b.ReportAllocs()
	for b.Loop() {
		m := NewTest(Units{})
		m.Begin()
		for i, e := range events {
			m.Apply(e)
			if i%4 == 0 {
				_ = m.View(e.At)
			}
		}
		if n := m.Curves()[0].RTT.Len(); n != 36_000 {
			b.Fatal(n)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(events)), "ns/event")
}

func BenchmarkApply(b *testing.B) {
	events := hour()
	m := NewTest(Units{})
	m.Begin()
	for i := 0; b.Loop(); i++ {
		m.Apply(events[i%len(events)])
	}
}

func BenchmarkView(b *testing.B) {
	m := NewTest(Units{})
	m.Begin()
	for _, e := range hour()[:1000] {
		m.Apply(e)
	}
	b.ReportAllocs()
	for b.Loop() {
		_ = m.View(20 * time.Second)
	}
}

func BenchmarkSetForm(b *testing.B) {
	m, f := NewTest(Units{}), turnForm()
	for b.Loop() {
		m.SetForm(f)
	}
}

// The last sample of an hour must cost what the first did.
func TestTheCostOfASampleDoesNotGrow(t *testing.T) {
	if testing.Short() {
		t.Skip("applies an hour of samples")
	}
	events := hour()
	y := newTally(SeriesKey{}, 20*time.Millisecond)
	var samples []netcheck.Sample
	for _, e := range events {
		if b, ok := e.Body.(netcheck.SampleTaken); ok && b.Sample.Carrier == netcheck.CarrierSRTP {
			samples = append(samples, b.Sample)
		}
	}
	for _, s := range samples {
		y.put(s)
	}
	last := samples[len(samples)-1]
	if n := testing.AllocsPerRun(1000, func() { y.put(last) }); n > 0 {
		t.Errorf("%v allocations for a view of the last window", n)
	}
}
