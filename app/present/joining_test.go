package present

import (
	"fmt"
	"strings"
	"testing"

	"echopath/app/present/presenttest"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

func TestStanding(t *testing.T) {
	tests := []struct {
		state        signaling.StandingState
		position, of int
		want         string
	}{
		{signaling.StandingWaiting, 0, 0, "The host is asked to let you in ..."},
		{signaling.StandingIn, 0, 0, "The host has let you in."},
		{signaling.StandingQueued, 3, 5, "Your test is 3rd of 5 in the queue."},
		{signaling.StandingQueued, 2, 0, "Your test is 2nd in the queue."},
		{signaling.StandingQueued, 0, 0, "The host is busy: your test waits in the queue."},
		{signaling.StandingQueued, -4, -9, "The host is busy: your test waits in the queue."},
		{signaling.StandingAdmitted, 0, 0, "The host is ready for your test."},
		{signaling.StandingRefused, 0, 0, "The host does not take this test."},
		{"of a newer version", 1, 1, ""},
	}
	for _, tt := range tests {
		if got := Standing(string(tt.state), tt.position, tt.of); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.state, got, tt.want)
		}
	}
	for n, want := range map[int]string{1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 11: "11th", 12: "12th", 13: "13th", 21: "21st", 101: "101st", 111: "111th", 112: "112th"} {
		if got := Ordinal(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}

func TestOtherEnd(t *testing.T) {
	tests := []struct {
		other *netcheck.OtherEnd
		want  string
	}{
		{nil, ""},
		{&netcheck.OtherEnd{}, "With another computer."},
		{&netcheck.OtherEnd{Name: "Lab-PC", OS: "linux/amd64", AppVersion: "0.5", Way: "websocket", Observed: "203.0.113.9:4000"},
			"With Lab-PC (linux/amd64, Echopath 0.5) by WebSocket; it sees this computer as 203.0.113.9."},
		{&netcheck.OtherEnd{Name: "Lab-PC", Way: "sse", Observed: "[2001:db8::9]:4000"}, "With Lab-PC by HTTP (server-sent events); it sees this computer as 2001:db8::9."},
		{&netcheck.OtherEnd{Name: "a\x1b[2J\u202eb", Way: "memory", Observed: "2001:db8::9"}, "With a[2Jb; it sees this computer as 2001:db8::9."},
		{&netcheck.OtherEnd{Name: strings.Repeat("x", 900), Way: "paste"}, "With " + strings.Repeat("x", MaxName) + " by copy and paste."},
	}
	for _, tt := range tests {
		if got := OtherEnd(tt.other); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
	if got := MirrorNote("Ann"); !strings.HasPrefix(got, "This is a test of Ann: there “this computer” is Ann") {
		t.Errorf("%q", got)
	}
}

// A test of two computers as it is shown and copied.
func TestReportOfTwoComputers(t *testing.T) {
	plan := invitePlan(t, "turn:198.51.100.9", "turns:198.51.100.9:443")
	sessions := map[string]presenttest.RunFunc{"invite": presenttest.TwoComputers, "invite-host-gone": presenttest.HostGone}
	for name, run := range sessions {
		r, v := played(t, run, plan)
		for _, width := range []int{40, 80, 120} {
			text := textOf(Style{Width: width, Unicode: true}, r, v)
			for _, bad := range []string{"Loss out", "Loss back", "way out", "way back", "kbit/s back"} {
				if strings.Contains(text, bad) {
					t.Errorf("%s at %d columns says %q", name, width, bad)
				}
			}
			presenttest.Golden(t, fmt.Sprintf("%s-%d.txt", name, width), text)
		}
	}
}

// The video of two computers has the directions of a network too.
func TestVideoOfTwoComputers(t *testing.T) {
	plan := presenttest.VideoPlan(netcheck.VideoUnderLoad, netcheck.PathDirect)
	plan.Target.Kind = netcheck.TargetInvite
	r, v := played(t, presenttest.VideoGood, plan)
	text := Text(r, v)
	for _, want := range []string{"kbit/s down", "Loss up", "Loss down", "packets lost, up and down", "With Lab-PC (", "target Lab-PC"} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "out and back") || strings.Contains(text, "back  ") {
		t.Errorf("speaks of a way back:\n%s", text)
	}
}

// What a call does to everything else is told, or why not, also where nothing could be judged.
func TestLoadThatIsNotKnown(t *testing.T) {
	r, _ := playedVideo(t, "video-load")
	for i := range r.Paths {
		r.Paths[i].State, r.Paths[i].Code = netcheck.StateInconclusive, netcheck.ReasonBusy
	}
	if text := Text(r, netcheck.Judge(r)); !strings.Contains(text, "Latency under load\nDirect: A call adds") {
		t.Errorf("in doubt:\n%s", text)
	}
	for i := range r.Paths {
		for j, c := range r.Paths[i].Carriers {
			result := *c.Result
			result.Load = nil
			r.Paths[i].Carriers[j].Result = &result
		}
	}
	if text := Text(r, netcheck.Judge(r)); !strings.Contains(text, "Direct: Not measured: too few packets") {
		t.Errorf("not known:\n%s", text)
	}
}
