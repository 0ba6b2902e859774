package model

import (
	"strings"
	"testing"
	"time"

	"echopath/netcheck"
)

func TestTheLogOnlyGrows(t *testing.T) {
	m := NewTest(Units{})
	var before []LogLine
	for _, e := range recorded(t) {
		m.Apply(e)
		now := m.Log()
		if len(now) < len(before) {
			t.Fatal("lines were taken away")
		}
		for i := range before {
			if now[i] != before[i] {
				t.Fatalf("line %d changed", i)
			}
		}
		for _, l := range now[len(before):] {
			if l.Text == "" || l.Time == "" || !strings.HasSuffix(l.Text, ".") || strings.Contains(l.Text, "..") || strings.Contains(l.Text, "%!") {
				t.Errorf("%+v", l)
			}
		}
		before = now
	}
	if len(before) < 8 {
		t.Errorf("%d lines", len(before))
	}
}

func TestDelayStepsAreToldCalmly(t *testing.T) {
	s := turnScript(t, netcheck.PathRelayUDP)
	l := steady(20 * time.Millisecond)
	l.rtt = func(i int) time.Duration {
		if i > 75 {
			return 200 * time.Millisecond
		}
		return 20 * time.Millisecond
	}
	s.measure(netcheck.PathRelayUDP, l)
	m := NewTest(Units{})
	replay(m, s.events, nil)
	var steps []string
	for _, line := range m.Log() {
		if strings.Contains(line.Text, "round-trip") {
			steps = append(steps, line.Text)
		}
	}
	if len(steps) != 1 || steps[0] != "The round-trip time rose from about 20 to 200 ms." {
		t.Errorf("%q", steps)
	}
}

// A line that flaps must not fill the log.
func TestFlappingDoesNotFillTheLog(t *testing.T) {
	w := &watch{}
	told := 0
	var last time.Duration
	for i := range 36_000 {
		rtt := 20 * time.Millisecond
		if i%40 >= 35 {
			rtt = 400 * time.Millisecond
		}
		at := time.Duration(i) * netcheck.SampleWidth
		if w.step(at, netcheck.Sample{Index: i, Answered: 5, RTTMean: rtt}) != "" {
			if told > 0 && at-last < time.Second {
				t.Fatalf("two lines within %v", at-last)
			}
			told, last = told+1, at
		}
	}
	if told < 10 || told > 150 {
		t.Errorf("%d lines in an hour", told)
	}
}

func TestMoments(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0:00.0", -time.Second: "0:00.0", 12_450 * time.Millisecond: "0:12.4", 59_999 * time.Millisecond: "0:59.9",
		61 * time.Second: "1:01.0", 3_600_100 * time.Millisecond: "1:00:00.1"} {
		if got := moment(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
