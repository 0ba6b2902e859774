package model

import (
	"math"
	"testing"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

func near(a, b float64) bool { return math.Abs(a-b) < 1e-6 }

func TestCurves(t *testing.T) {
	s := turnScript(t, netcheck.PathRelayUDP)
	s.measure(netcheck.PathRelayUDP, steady(20*time.Millisecond).losing(20, stats.StatusLostDown))
	m := NewTest(Units{})
	replay(m, s.events, nil)
	if len(m.Curves()) != 2 {
		t.Fatalf("%d curves", len(m.Curves()))
	}
	c := m.Curves()[1]
	if c.Key != (SeriesKey{netcheck.PathRelayUDP, netcheck.CarrierSRTP}) {
		t.Errorf("%v", c.Key)
	}
	const windows = 30
	for name, n := range map[string]int{"RTT": c.RTT.Len(), "loss": c.Loss.Len(), "sent": c.Sent.Len(), "received": c.Received.Len()} {
		if n != windows {
			t.Errorf("%s: %d points", name, n)
		}
	}
	if p := c.RTT.At(0); !near(p.X, 0.012+0.5+0.05) || !near(p.Y, 20) || p.Low > p.Y || p.High < p.Y {
		t.Errorf("RTT %+v", p)
	}
	lost := 0
	for i := range c.Lost.Len() {
		lost += c.Lost.At(i).Down
	}
	if lost != 7 {
		t.Errorf("%d marks", lost)
	}
	if last := c.Sent.At(windows - 1); !near(last.Y, 64) {
		t.Errorf("sent %+v", last)
	}
	if last := c.Received.At(windows - 1); last.Y >= 64 || last.Y < 58 {
		t.Errorf("received %+v", last)
	}
	// Of the 50 packets of any whole second two or three were lost: the packets 10, 30, 50 ...
	for i := 9; i < windows; i++ {
		if p := c.Loss.At(i); p.Y < 4-1e-6 || p.Y > 6+1e-6 {
			t.Errorf("loss %d: %+v", i, p)
		}
	}
}

// The series after a stream of views must be those of the last view of each window.
func TestCurvesDoNotDependOnTheOrderOfViews(t *testing.T) {
	s := turnScript(t, netcheck.PathRelayUDP)
	s.measure(netcheck.PathRelayUDP, steady(250*time.Millisecond).losing(7, stats.StatusLostUp))
	last := map[int]netcheck.Sample{}
	m := NewTest(Units{})
	for _, e := range s.events {
		m.Apply(e)
		if b, ok := e.Body.(netcheck.SampleTaken); ok && b.Sample.Carrier == netcheck.CarrierSRTP {
			last[b.Sample.Index] = b.Sample
		}
	}
	y := newTally(SeriesKey{}, s.plan.Loss.Interval())
	for i := range len(last) {
		y.put(last[i])
	}
	y.finish()
	got, want := m.Curves()[1], y.curves
	if got.RTT.Len() != want.RTT.Len() || got.Loss.Len() != want.Loss.Len() || got.Sent.Len() != want.Sent.Len() || got.Received.Len() != want.Received.Len() || got.Lost.Len() != want.Lost.Len() {
		t.Fatal("lengths differ")
	}
	for i := range got.RTT.Len() {
		if got.RTT.At(i) != want.RTT.At(i) || got.Loss.At(i) != want.Loss.At(i) || got.Sent.At(i) != want.Sent.At(i) || got.Received.At(i) != want.Received.At(i) {
			t.Errorf("window %d: %v %v, %v %v, %v %v, %v %v", i, got.RTT.At(i), want.RTT.At(i), got.Loss.At(i), want.Loss.At(i),
				got.Sent.At(i), want.Sent.At(i), got.Received.At(i), want.Received.At(i))
		}
	}
}

// While answers are on the way the bitrate that came back must not fall at the edge.
func TestAnswersOnTheWayDoNotBendTheBitrate(t *testing.T) {
	s := turnScript(t, netcheck.PathRelayUDP)
	s.measure(netcheck.PathRelayUDP, steady(250*time.Millisecond))
	m := NewTest(Units{})
	for _, e := range s.events {
		m.Apply(e)
		for _, c := range m.Curves() {
			for i := max(c.Received.Len()-2, 0); i < c.Received.Len(); i++ {
				if p := c.Received.At(i); p.Y < 63.9 || p.Y > 64.1 {
					t.Fatalf("at %v: %+v", e.At, p)
				}
			}
			if n := c.Sent.Len(); n > 0 && !near(c.Sent.At(n-1).Y, 64) {
				t.Fatalf("at %v: %+v", e.At, c.Sent.At(n-1))
			}
		}
	}
}

func TestWindowsWithoutAnswersAreGaps(t *testing.T) {
	y := newTally(SeriesKey{}, 20*time.Millisecond)
	y.put(netcheck.Sample{Index: 0, Sent: 5, Answered: 5, RTTMean: time.Millisecond, RTTMin: time.Millisecond, RTTMax: time.Millisecond})
	y.put(netcheck.Sample{Index: 1, At: 100 * time.Millisecond, Sent: 5})
	if !y.curves.RTT.At(1).IsGap() || y.curves.Loss.At(1).IsGap() || y.curves.Loss.At(1).Y != 0 {
		t.Errorf("%+v %+v", y.curves.RTT.At(1), y.curves.Loss.At(1))
	}
	y.put(netcheck.Sample{Index: 1, At: 100 * time.Millisecond, Sent: 5, LostUnknown: 5})
	if y.curves.Loss.At(1).Y != 50 || y.curves.Lost.At(0).Unknown != 5 {
		t.Errorf("%+v", y.curves.Loss.At(1))
	}
	y.put(netcheck.Sample{Index: 1, At: 100 * time.Millisecond, Sent: 5, LostUp: 1, Answered: 4, RTTMean: 2 * time.Millisecond})
	if y.curves.Loss.At(1).Y != 10 || y.curves.RTT.At(1).Y != 2 || y.curves.Lost.At(0).Unknown != 0 || y.curves.Lost.At(0).Up != 1 {
		t.Errorf("%+v", y.curves.Loss.At(1))
	}
}

// At one packet a second most windows are never reported.
func TestSparseWindows(t *testing.T) {
	y := newTally(SeriesKey{}, time.Second)
	for i := range 60 {
		s := netcheck.Sample{Index: 10 * i, At: time.Duration(i) * time.Second, Sent: 1, BytesOut: 1000}
		y.put(s)
		s.Answered, s.BytesBack, s.RTTMean = 1, 1000, time.Millisecond
		y.put(s)
	}
	y.finish()
	if n := y.curves.RTT.Len(); n != 60 {
		t.Errorf("%d points", n)
	}
	if n := y.curves.Received.Len(); n != 59 { // the first window is no whole second
		t.Fatalf("%d points", n)
	}
	if p := y.curves.Received.At(58); !near(p.Y, 8) {
		t.Errorf("%+v", p)
	}
	if kbps, ok := y.kbps(); !ok || kbps < 8 || kbps > 8.2 {
		t.Errorf("%v", kbps)
	}
}

func TestSamplesThatCanNotBe(t *testing.T) {
	y := newTally(SeriesKey{}, 20*time.Millisecond)
	for _, i := range []int{-1, maxWindows, math.MaxInt, math.MinInt} {
		y.put(netcheck.Sample{Index: i, Sent: 1})
	}
	if len(y.windows) != 0 {
		t.Errorf("%d windows", len(y.windows))
	}
	m := NewTest(Units{})
	s := turnScript(t, netcheck.PathRelayUDP)
	s.add(netcheck.PathDirect, netcheck.SampleTaken{Sample: netcheck.Sample{Carrier: netcheck.CarrierSRTP}})
	s.add(netcheck.PathRelayUDP, netcheck.SampleTaken{Sample: netcheck.Sample{Carrier: "pigeon"}})
	replay(m, s.events, nil)
	m.Apply(netcheck.Event{Body: netcheck.SessionEnded{}})
	_ = m.View(-time.Second)
	NewTest(Units{}).Apply(s.events[1])
}
