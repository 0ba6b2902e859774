package model

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"echopath/app/present"
	"echopath/netcheck"
	"echopath/netcheck/stats"
)

func isBody[T netcheck.Body](e netcheck.Event) bool {
	_, ok := e.Body.(T)
	return ok
}

func turnScript(t *testing.T, paths ...netcheck.Path) *script {
	t.Helper()
	return newScript(t, smallPlan(netcheck.TargetTURN, paths...))
}

func TestBeginClearsAndWaits(t *testing.T) {
	m := NewTest(Units{})
	key := m.RunKey()
	m.Begin()
	v := m.View(0)
	if v.Phase != PhaseStarting || v.CanStart || v.CanSave || !v.Status.Busy || m.RunKey() == key || len(m.Curves()) != 0 || len(m.Log()) != 0 {
		t.Errorf("%+v", v)
	}
	for _, r := range v.Rows {
		if r.State.Word != "waiting" || r.Active {
			t.Errorf("%+v", r)
		}
	}
}

func TestConnecting(t *testing.T) {
	s := turnScript(t, netcheck.PathSTUN, netcheck.PathRelayUDP)
	s.measure(netcheck.PathSTUN, steady(20*time.Millisecond))
	s.connect(netcheck.PathRelayUDP, "")
	m := NewTest(Units{})
	now := replay(m, s.events, func(e netcheck.Event) bool { return e.Path == netcheck.PathRelayUDP && isBody[netcheck.StepDone](e) })
	v := m.View(now)
	r := rowOf(v, netcheck.PathRelayUDP)
	if r.State.String() != "◌ connecting" || !r.Active || texts(r)[ColConnect] != present.None {
		t.Errorf("%+v", r)
	}
	if got := rowOf(v, netcheck.PathSTUN).State.String(); got != "● good" {
		t.Errorf("the path before: %q", got)
	}
	if got := rowOf(v, netcheck.PathDirect).State.String(); got != "– not chosen" {
		t.Errorf("a path that was not asked for: %q", got)
	}
	if v.Status.Text != "Relay UDP (2 of 2): connecting" || v.Banner.Text != "Connecting Relay UDP (2 of 2)" || !strings.HasSuffix(v.Status.Left, " left") {
		t.Errorf("%+v %+v", v.Status, v.Banner)
	}
	sections := m.Details(netcheck.PathRelayUDP)
	if len(sections) != 1 || sections[0].Title != "Steps" || len(sections[0].Rows) != 1 {
		t.Errorf("%+v", sections)
	}
	if ahead := m.Details(netcheck.PathDirect); len(ahead) != 1 || ahead[0].Intro == "" {
		t.Errorf("%+v", ahead)
	}
}

func TestMeasuring(t *testing.T) {
	s := turnScript(t, netcheck.PathRelayUDP)
	s.measure(netcheck.PathRelayUDP, steady(20*time.Millisecond).losing(20, stats.StatusLostDown))
	m := NewTest(Units{})
	now := replay(m, s.events, func(e netcheck.Event) bool { return e.At > 2100*time.Millisecond && isBody[netcheck.SampleTaken](e) })
	v := m.View(now)
	r := rowOf(v, netcheck.PathRelayUDP)
	if r.State.String() != "◌ measuring" || !r.Active {
		t.Errorf("%+v", r)
	}
	got := texts(r)
	if got[ColConnect] != "12" || got[ColRTT50] != present.None || got[ColRTT95] != present.None || got[ColJitter] != present.None || got[ColLate] != "0 %" {
		t.Errorf("%q", got)
	}
	if !strings.HasPrefix(got[ColLossOut], "0 % (≤") || !strings.Contains(got[ColLossBack], " % (") || got[ColLossBack] == got[ColLossOut] {
		t.Errorf("loss %q %q", got[ColLossOut], got[ColLossBack])
	}
	if !strings.HasPrefix(got[ColKbps], "12") {
		t.Errorf("bitrate %q", got[ColKbps])
	}
	for i, c := range r.Cells {
		if soft := i != ColConnect && c.Text != present.None; c.Soft != soft || c.Hint == "" {
			t.Errorf("column %d: %+v", i, c)
		}
	}
	if !strings.HasPrefix(v.Status.Text, "Relay UDP (1 of 1): SRTP and data channel, RTT 20 ms, lost ") || v.Banner.Text != "Testing Relay UDP (1 of 1)" {
		t.Errorf("%q %q", v.Status.Text, v.Banner.Text)
	}
	live := m.Details(netcheck.PathRelayUDP)
	if live[0].Title != "How this path was proved" || live[1].Title != "Carriers side by side" || !live[1].Rows[0][1].Soft {
		t.Errorf("%+v", live)
	}
}

func TestTheWholeRunWentWell(t *testing.T) {
	s := newScript(t, smallPlan(netcheck.TargetSelf, netcheck.PathDirect, netcheck.PathRelayTLS))
	s.measure(netcheck.PathDirect, steady(400*time.Microsecond))
	l := steady(800 * time.Microsecond)
	l.note = "Both ends are on this computer."
	s.measure(netcheck.PathRelayTLS, l)
	m := NewTest(Units{})
	now := replay(m, s.close(netcheck.EndedComplete), nil)
	m.End(Outcome{Folder: "/home/ann/echopath", Saved: []string{"report.json"}})
	v := m.View(now + time.Hour)
	if v.Phase != PhaseDone || !v.CanStart || !v.CanSave || v.Status.Progress != 1 || v.Status.Left != "" || v.Status.Busy {
		t.Errorf("%+v", v.Status)
	}
	if v.Banner.Mark.String() != "● GOOD" || !strings.Contains(v.Banner.Text, "Both paths work.") || v.Banner.More != "The results are kept in /home/ann/echopath." {
		t.Errorf("%+v", v.Banner)
	}
	if v.Status.Elapsed != clock(now) || v.Status.Text != "Test complete" {
		t.Errorf("%+v", v.Status)
	}
	want := [NumCols]string{"12", "0 % (≤ 2.5 %)", "0 % (≤ 2.5 %)", "0 %", "0.4", "0.4", "0", "128"}
	if got := texts(rowOf(v, netcheck.PathDirect)); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if m.FileStem() != "echopath_2026-11-21_12-34-56" {
		t.Error(m.FileStem())
	}
	var titles []string
	for _, f := range v.Findings {
		titles = append(titles, f.Title)
		if strings.Contains(f.Advice+f.Detail, "--") {
			t.Errorf("words of the terminal: %+v", f)
		}
	}
	if got := strings.Join(titles, "; "); got != "About the proof of Relay TLS; This test stayed inside this computer" {
		t.Errorf("findings %q", got)
	}
	checkDetails(t, m.Details(netcheck.PathRelayTLS))
}

func checkDetails(t *testing.T, sections []Section) {
	t.Helper()
	want := []string{"How this path was proved", "Carriers side by side", "Self check", "Steps"}
	if len(sections) != len(want) {
		t.Fatalf("%d sections", len(sections))
	}
	all := fmt.Sprintf("%+v", sections)
	for _, words := range []string{"TLS 1.3", "the pin", "ab12", "Test CA", "192.0.2.1:50000", "relay (of a TURN server)", "RTT p99", "0 of 150", "Send error", "Clock resolution", "Pair counters"} {
		if !strings.Contains(all, words) {
			t.Errorf("%q is missing", words)
		}
	}
	for i, s := range sections {
		if s.Title != want[i] {
			t.Errorf("section %d is %q", i, s.Title)
		}
		for _, row := range s.Rows {
			if len(s.Columns) > 0 && len(row) > len(s.Columns) {
				t.Errorf("%s: %d cells under %d heads: %+v", s.Title, len(row), len(s.Columns), row)
			}
		}
	}
}

func TestAPoorAndABlockedPath(t *testing.T) {
	s := turnScript(t, netcheck.PathRelayUDP, netcheck.PathRelayTCP)
	s.fail(netcheck.PathRelayUDP, netcheck.ReasonNoAnswer)
	s.measure(netcheck.PathRelayTCP, steady(30*time.Millisecond).losing(10, stats.StatusLostUp))
	m := NewTest(Units{})
	now := replay(m, s.close(netcheck.EndedComplete), nil)
	m.End(Outcome{SaveErr: errors.New("the disk is full")})
	v := m.View(now)
	if v.Banner.Mark.String() != "■ POOR" || !strings.HasPrefix(v.Banner.More, "The results could not be kept: the disk is full. Export them now") {
		t.Errorf("%+v", v.Banner)
	}
	if !strings.Contains(v.Banner.Text, "Relay UDP does not work.") || !strings.Contains(v.Banner.More, "Relay UDP is blocked.") {
		t.Errorf("%+v", v.Banner)
	}
	r := rowOf(v, netcheck.PathRelayUDP)
	if r.State.String() != "■ blocked" || r.Why != "The server did not answer." || !strings.Contains(r.Cells[ColRTT50].Hint, "did not answer") {
		t.Errorf("%+v", r)
	}
	if got := rowOf(v, netcheck.PathRelayTCP); got.State.String() != "■ poor" || !strings.HasPrefix(got.Cells[ColLossOut].Text, "10 % (") || got.Cells[ColLossOut].Soft {
		t.Errorf("%+v", got)
	}
	if len(v.Findings) < 2 || v.Findings[0].Mark.Word != "critical" || len(v.Findings[0].Evidence) == 0 {
		t.Errorf("%+v", v.Findings)
	}
	why := m.Details(netcheck.PathRelayUDP)
	if why[0].Title != "Why it is blocked" || !strings.Contains(fmt.Sprint(why), "i/o timeout") || !strings.Contains(fmt.Sprint(why), "Ask the firewall team.") {
		t.Errorf("%+v", why)
	}
	var log []string
	for _, l := range m.Log() {
		log = append(log, l.Text)
	}
	for _, words := range []string{"First packet lost, on the way out.", "Blocked. The server did not answer.", "Address found, turn:192.0.2.1:3478?transport=udp: failed (this end, 2000 ms): no answer.",
		"Poor. 15 lost of 150 packets. RTT 30 ms (median).", "The test ended after"} {
		if !strings.Contains(strings.Join(log, "\n"), words) {
			t.Errorf("the log lacks %q:\n%s", words, strings.Join(log, "\n"))
		}
	}
}

func TestStoppedHalfWay(t *testing.T) {
	s := turnScript(t, netcheck.PathSTUN, netcheck.PathRelayUDP, netcheck.PathRelayTLS)
	s.measure(netcheck.PathSTUN, steady(20*time.Millisecond))
	half := steady(20 * time.Millisecond)
	half.stop = 15
	s.measure(netcheck.PathRelayUDP, half)
	s.notRun(netcheck.PathRelayTLS)
	events := s.close(netcheck.EndedCancelled)
	m := NewTest(Units{})
	now := replay(m, events[:len(events)-4], nil)
	m.Stopping()
	if v := m.View(now); v.Phase != PhaseStopping || v.CanStart || !v.Status.Busy || v.Status.Left != "" || v.Status.Text != "Stopping" {
		t.Errorf("%+v", v.Status)
	}
	for _, e := range events[len(events)-4:] {
		m.Apply(e)
	}
	m.End(Outcome{Err: fmt.Errorf("session stopped: %w", context.Canceled)})
	v := m.View(now)
	if v.Phase != PhaseDone || !v.CanSave || v.Status.Progress >= 1 || v.Status.Text != "Test stopped before its end" {
		t.Errorf("%+v", v.Status)
	}
	if !strings.Contains(v.Banner.More, "Stopped after") || !strings.Contains(v.Banner.Text, "stopped after 1 of 3 paths") {
		t.Errorf("%+v", v.Banner)
	}
	for p, want := range map[netcheck.Path]string{netcheck.PathRelayUDP: "○ interrupted", netcheck.PathRelayTLS: "– not run"} {
		if got := rowOf(v, p).State.String(); got != want {
			t.Errorf("%s: %q", p, got)
		}
	}
	if got := texts(rowOf(v, netcheck.PathRelayUDP)); !strings.HasPrefix(got[ColLossOut], "0 % (") {
		t.Errorf("what was measured is not shown: %q", got)
	}
}

func TestCouldNotStart(t *testing.T) {
	for want, err := range map[string]error{
		"The test could not start: listen udp: permission denied.": errors.New("listen udp: permission denied"),
		"This computer has no interface eth9.":                     &netcheck.PlanError{Err: errors.New("this computer has no interface eth9")},
		"The test was stopped before anything was measured.":       context.Canceled,
		"The test could not start.":                                nil,
	} {
		m := NewTest(Units{})
		m.Begin()
		m.End(Outcome{Err: err})
		v := m.View(time.Second)
		if v.Phase != PhaseFailed || v.Banner.Text != want || v.Banner.More == "" || v.CanSave || !v.CanStart || v.Status.Busy {
			t.Errorf("%+v", v.Banner)
		}
		if _, _, ok := m.Report(); ok {
			t.Error("there is a report")
		}
	}
}

// A session that ends without its last events is shown as what it is.
func TestTheStreamBreaksOff(t *testing.T) {
	s := turnScript(t, netcheck.PathRelayUDP, netcheck.PathRelayTLS)
	s.measure(netcheck.PathRelayUDP, steady(20*time.Millisecond))
	for n := 1; n < len(s.events); n += 7 {
		m := NewTest(Units{})
		replay(m, s.events[:n], nil)
		m.End(Outcome{Err: errors.New("boom")})
		v := m.View(0)
		if v.Phase != PhaseDone || !strings.Contains(v.Banner.More, "Boom.") || len(v.Rows) != 5 {
			t.Fatalf("after %d events: %+v", n, v.Banner)
		}
		for _, r := range v.Rows {
			if r.Active {
				t.Errorf("after %d events %s is active", n, r.Title)
			}
		}
	}
}

func TestARecordedSession(t *testing.T) {
	events := recorded(t)
	m := NewTest(Units{})
	var shown []float64
	for _, e := range events {
		m.Apply(e) // without Begin, as when a stored session is shown
		shown = append(shown, m.View(e.At).Status.Progress)
	}
	m.End(Outcome{})
	for i := range shown[1:] {
		if shown[i+1] < shown[i] {
			t.Errorf("progress falls at event %d: %v to %v", i+1, shown[i], shown[i+1])
		}
	}
	v := m.View(0)
	if v.Phase != PhaseDone || v.Status.Progress != 1 {
		t.Errorf("%+v", v.Status)
	}
	report, verdict, ok := m.Report()
	if !ok || verdict.Sentence != v.Banner.Text {
		t.Errorf("%q", v.Banner.Text)
	}
	for _, p := range report.Paths {
		if got, want := rowOf(v, p.Path).State, present.StateMark(p, verdict.Paths[p.Path]); got != want {
			t.Errorf("%s: %v, want %v", p.Path, got, want)
		}
	}
}

// Live counts are the final ones once every packet is decided.
func TestLiveCountsEqualTheResult(t *testing.T) {
	s := turnScript(t, netcheck.PathRelayUDP)
	s.measure(netcheck.PathRelayUDP, steady(20*time.Millisecond).losing(9, stats.StatusLostDown))
	late := steady(20 * time.Millisecond)
	late.rtt = func(i int) time.Duration { return time.Duration(20+i%3*90) * time.Millisecond }
	other := turnScript(t, netcheck.PathRelayTCP)
	other.measure(netcheck.PathRelayTCP, late.losing(7, stats.StatusLostUp))
	unknown := turnScript(t, netcheck.PathRelayTLS)
	unknown.measure(netcheck.PathRelayTLS, steady(20*time.Millisecond).losing(11, stats.StatusLost))
	for _, events := range [][]netcheck.Event{recorded(t), s.events, other.events, unknown.events} {
		m := NewTest(Units{})
		compared := 0
		for _, e := range events {
			m.Apply(e)
			b, ok := e.Body.(netcheck.ProbeEnded)
			if !ok || b.Loss == nil {
				continue
			}
			for _, c := range b.Loss.Carriers {
				live, final := m.tallies[SeriesKey{e.Path, c.Carrier}].summary(), c.Stats
				compared++
				if live.Total != final.Total || live.Late != final.Late || live.Up.Known != final.Up.Known ||
					final.Up.Known && (live.Up.Loss != final.Up.Loss || live.Down.Loss != final.Down.Loss) {
					t.Errorf("%s %s:\nlive  %+v\nfinal %+v", e.Path, c.Carrier, live, final)
				}
				out1, back1 := present.LossCells(live)
				out2, back2 := present.LossCells(final)
				if out1 != out2 || back1 != back2 {
					t.Errorf("%s %s: %q %q, then %q %q", e.Path, c.Carrier, out1, back1, out2, back2)
				}
			}
		}
		if compared == 0 {
			t.Error("nothing was compared")
		}
	}
}

func TestTheSameEventsGiveTheSameScreen(t *testing.T) {
	events := recorded(t)
	one, two := NewTest(Units{}), NewTest(Units{})
	for _, e := range events {
		one.Apply(e)
		_ = one.View(e.At) // looking at it must not change it
		two.Apply(e)
	}
	one.End(Outcome{})
	two.End(Outcome{})
	if a, b := one.View(0), two.View(0); !reflect.DeepEqual(a, b) {
		t.Errorf("%+v\n%+v", a, b)
	}
	if !reflect.DeepEqual(one.Log(), two.Log()) {
		t.Error("the logs differ")
	}
	for _, p := range netcheck.AllPaths() {
		if !reflect.DeepEqual(one.Details(p), two.Details(p)) {
			t.Errorf("%s: the details differ", p)
		}
	}
}

func TestASecondRunStartsClean(t *testing.T) {
	s := turnScript(t, netcheck.PathRelayUDP)
	s.measure(netcheck.PathRelayUDP, steady(20*time.Millisecond))
	events := s.close(netcheck.EndedComplete)
	m := NewTest(Units{})
	replay(m, events, nil)
	m.End(Outcome{})
	first, key, curves := m.View(0), m.RunKey(), m.Curves()
	replay(m, events, nil)
	if m.RunKey() == key || len(m.Curves()) != 2 || m.Curves()[0] == curves[0] {
		t.Error("the run's key and series are the old ones")
	}
	m.End(Outcome{})
	if got := m.View(0); !reflect.DeepEqual(got, first) {
		t.Errorf("%+v", got)
	}
}

func TestUnitsOfTheTable(t *testing.T) {
	s := turnScript(t, netcheck.PathRelayUDP)
	s.measure(netcheck.PathRelayUDP, steady(20*time.Millisecond))
	m := NewTest(Units{Mbit: true})
	now := replay(m, s.events, nil)
	if got := rowOf(m.View(now), netcheck.PathRelayUDP).Cells[ColKbps].Text; got != "0.128" || m.Header()[ColKbps].Unit != "Mbit/s" {
		t.Errorf("%q %+v", got, m.Header()[ColKbps])
	}
	m.SetUnits(Units{})
	if got := rowOf(m.View(now), netcheck.PathRelayUDP).Cells[ColKbps].Text; got != "128" || m.Header()[ColKbps].Unit != "kbit/s" {
		t.Errorf("%q", got)
	}
}

func TestDirectionsAreNamedByWhatWasMeasured(t *testing.T) {
	m := NewTest(Units{})
	if h := m.Header(); h[ColLossOut].Title != "Loss out" || h[ColLossBack].Title != "Loss back" || !strings.Contains(h[ColLate].Hint, "150 ms") {
		t.Errorf("%+v", h)
	}
	s := turnScript(t, netcheck.PathRelayUDP)
	s.connect(netcheck.PathRelayUDP, "")
	last := &s.events[len(s.events)-1]
	connected := last.Body.(netcheck.PathConnected)
	connected.Direction = netcheck.DirectionUpDown
	last.Body = connected
	replay(m, s.events, nil)
	if h := m.Header(); h[ColLossOut].Title != "Loss up" || h[ColLossBack].Title != "Loss down" {
		t.Errorf("%+v", h)
	}
	for _, h := range m.Header() {
		if h.Title == "" || h.Unit == "" || h.Hint == "" {
			t.Errorf("%+v", h)
		}
	}
}

// What was typed into a secret field, or where no secret belongs, is nowhere on the screen.
func TestNoSecretIsShown(t *testing.T) {
	f := turnForm()
	f.Servers.RESTSecret = secretPassword
	broken := turnForm()
	broken.Servers.URLs = "turn:" + secretPassword + "@x\nturn:x?password=" + secretPassword + "\n" + secretPassword
	broken.Servers.Pins = secretPassword
	s := turnScript(t, netcheck.PathSTUN, netcheck.PathRelayUDP, netcheck.PathRelayTLS)
	s.fail(netcheck.PathSTUN, netcheck.ReasonNoAnswer)
	s.measure(netcheck.PathRelayUDP, steady(20*time.Millisecond).losing(10, stats.StatusLostUp))
	events := s.close(netcheck.EndedComplete)
	for _, form := range []Form{turnForm(), f, broken} {
		m := NewTest(Units{})
		m.SetForm(form)
		search(t, m, "idle")
		m.Begin()
		for i, e := range events {
			m.Apply(e)
			if i%20 == 0 {
				search(t, m, "running")
			}
		}
		m.End(Outcome{})
		search(t, m, "done")
	}
}

func search(t *testing.T, m *Test, when string) {
	t.Helper()
	shown := []any{m.View(time.Second), m.Log(), m.Header(), m.FileStem(), m.RunKey(), m.Checked().Problems, m.Checked().Problem, m.Checked().Hints, m.Checked().Cost, m.Checked().CostHint}
	for _, p := range netcheck.AllPaths() {
		shown = append(shown, m.Details(p))
	}
	text, err := json.Marshal(shown)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), secretPassword) || strings.Contains(fmt.Sprintf("%+v", shown), secretPassword) {
		t.Errorf("%s: a secret is shown", when)
	}
}
