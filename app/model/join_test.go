package model

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
	"echopath/netcheck/signaling/invite"
)

func anInvite(t *testing.T) netcheck.Secret {
	t.Helper()
	i := invite.Invite{Version: 1, Room: [8]byte{1}, Secret: [16]byte{2, 3, 4}, Pin: [32]byte{5, 6, 7}, Expiry: hostNow, Addresses: []string{"192.0.2.7:443"}}
	text, err := i.Text()
	if err != nil {
		t.Fatal(err)
	}
	return netcheck.Secret(text)
}

func remoteForm(text netcheck.Secret) Form {
	f := DefaultForm()
	f.Target, f.Invite = netcheck.TargetInvite, text
	return f
}

func TestAnInviteIsChecked(t *testing.T) {
	good := anInvite(t)
	tests := []struct {
		text netcheck.Secret
		want string // part of the problem; "" for none
	}{
		{good, ""},
		{" " + good + "\n", ""},
		{"", "Paste the invite"},
		{"hello", "This is not an invite."},
		{good[:len(good)-9], "not complete."},
	}
	for _, tt := range tests {
		c := remoteForm(tt.text).Check()
		if tt.want == "" && (c.Problem != "" || c.Plan.Target.Invite != good || c.Plan.Target.Kind != netcheck.TargetInvite || c.Cost == "") {
			t.Errorf("%q: %+v", tt.text.Reveal(), c)
		}
		if tt.want != "" && (!strings.Contains(c.Problem, tt.want) || c.Problems[FieldInvite] != c.Problem) {
			t.Errorf("%q: %q", tt.text.Reveal(), c.Problem)
		}
		if c.Missing != (tt.text == "") {
			t.Errorf("%q: missing is %v", tt.text.Reveal(), c.Missing)
		}
		if len(tt.text) > 20 && strings.Contains(fmt.Sprintf("%+v", c), tt.text.Reveal()[10:]) {
			t.Error("the invite comes through to what may be shown or logged")
		}
	}
	if kept := remoteForm(good).WithoutSecrets(); kept.Invite != "" || kept.Target != netcheck.TargetInvite {
		t.Errorf("%+v", kept)
	}
}

func TestTheStandingIsTold(t *testing.T) {
	text := anInvite(t)
	j := NewJoin()
	other := netcheck.OtherEnd{Name: "LONDON", Way: "websocket"}
	standing := func(s signaling.StandingState, at, of int) func() {
		return func() { j.Standing(signaling.Standing{State: s, Position: at, Of: of, Text: "the run is too long"}) }
	}
	steps := []struct {
		name         string
		do           func()
		line, action string
		can, locked  bool
	}{
		{"at first", func() {}, "Not connected. Press Connect, or Start: it connects first.", "Connect", true, false},
		{"reaching", j.Begin, "Reaching the host …", "Cancel", true, true},
		{"waiting", standing(signaling.StandingWaiting, 0, 0), "The host is asked to let you in …", "Cancel", true, true},
		{"in", func() { j.Joined(other) }, "Connected to LONDON by WebSocket.", "Disconnect", true, true},
		{"queued", standing(signaling.StandingQueued, 2, 3), "Your test is 2nd of 3 in the queue.", "Disconnect", true, true},
		{"admitted", standing(signaling.StandingAdmitted, 0, 0), "Connected to LONDON by WebSocket.", "Disconnect", true, true},
		{"refused", standing(signaling.StandingRefused, 0, 0), "The host does not take this test. The run is too long.", "Disconnect", true, true},
		{"gone", func() {
			j.Gone(&netcheck.Failure{Code: netcheck.ReasonHostGone, Text: "The host has stopped hosting.", Advice: "Ask for a new invite."})
		}, "Not connected. The reason is given below.", "Connect", true, false},
		{"again", j.Begin, "Reaching the host …", "Cancel", true, true},
		{"given up", func() { j.Gone(context.Canceled) }, "Not connected. Press Connect, or Start: it connects first.", "Connect", true, false},
	}
	for _, s := range steps {
		s.do()
		v := j.View(text, false)
		if v.Line != s.line || v.Action != s.action || v.CanAct != s.can || v.Locked != s.locked || v.Why == "" || v.Mark.Shape == "" {
			t.Errorf("%s: %+v", s.name, v)
		}
		if v.Shown == "" || strings.Contains(v.Shown, text.Reveal()[12:]) {
			t.Errorf("%s: shown instead of the invite: %q", s.name, v.Shown)
		}
	}
	j.Begin()
	j.Joined(other)
	if v := j.View(text, true); v.CanAct || v.Shown[len(v.Shown)-6:] != "LONDON" {
		t.Errorf("while a test runs: %+v", v)
	}
	j.Leaving()
	j.Gone(fmt.Errorf("it closed"))
	if j.Phase() != JoinNone {
		t.Errorf("leaving ends in %v", j.Phase())
	}
}

// The banner tells of the host before a run, while it starts and when it could not.
func TestTheBannerTellsOfTheHost(t *testing.T) {
	j := NewJoin()
	m := NewTest(Units{})
	m.SetJoin(j)
	m.SetForm(remoteForm(anInvite(t)))
	told := func(when, word, text, more string) {
		t.Helper()
		if b := m.View(0).Banner; b.Mark.Word != word || !strings.Contains(b.Text, text) || !strings.Contains(b.More, more) {
			t.Errorf("%s: %+v", when, b)
		}
	}
	told("at first", "READY", "the other Echopath", "Not connected")
	m.Begin()
	j.Begin()
	told("reaching", "STARTING", "Reaching the host", "")
	j.Joined(netcheck.OtherEnd{Name: "LONDON"})
	j.Standing(signaling.Standing{State: signaling.StandingQueued, Position: 1, Of: 2})
	told("queued", "STARTING", "1st of 2", "by itself")
	failure := &netcheck.Failure{Code: netcheck.ReasonHostRefused, Text: "The host did not let you in.", Advice: "Ask the person there."}
	j.Gone(failure)
	m.End(Outcome{Err: failure})
	told("refused", "NOT STARTED", "The host did not let you in.", "Ask the person there. Nothing was measured.")
	m.SetForm(remoteForm(anInvite(t)))
}

func TestBothDirectionsOfANetworkAreNamed(t *testing.T) {
	m := NewTest(Units{})
	if h := m.Header(); h[ColLossOut].Title != "Loss out" || h[ColLossBack].Title != "Loss back" {
		t.Errorf("this computer: %+v", h)
	}
	m.SetForm(remoteForm(anInvite(t)))
	up := m.Header()
	if up[ColLossOut].Title != "Loss up" || up[ColLossBack].Title != "Loss down" || strings.Contains(up[ColLossOut].Hint, "way out") {
		t.Errorf("before the first run: %+v", up[ColLossOut])
	}
	m.Begin()
	for _, e := range remoteRun(t) {
		m.Apply(e)
		for _, r := range m.View(e.At).Rows {
			for _, c := range []Cell{r.Cells[ColLossOut], r.Cells[ColLossBack]} {
				if strings.Contains(c.Hint, "way out") || strings.Contains(c.Hint, "way back") {
					t.Fatalf("%s: %q", r.Title, c.Hint)
				}
			}
		}
	}
	m.End(Outcome{})
	for _, line := range m.Log() {
		if strings.Contains(line.Text, "way out") || strings.Contains(line.Text, "way back") {
			t.Errorf("%q", line.Text)
		}
	}
	for _, f := range m.View(time.Minute).Findings {
		if all := fmt.Sprint(f); strings.Contains(all, "way out") || strings.Contains(all, "way back") {
			t.Errorf("%q", all)
		}
	}
	for _, s := range m.Details(netcheck.PathSTUN) {
		if all := fmt.Sprint(s); strings.Contains(all, "way out") || strings.Contains(all, "way back") || strings.Contains(all, "Loss out") {
			t.Errorf("%q", all)
		}
	}
}
