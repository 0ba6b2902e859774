package present

import (
	"strings"
	"testing"

	"echopath/netcheck"
)

func TestRunnable(t *testing.T) {
	if got := Runnable(selfPlan(t, nil)); len(got) != 5 {
		t.Errorf("self: %v", got)
	}
	if got := Runnable(invitePlan(t)); len(got) != 5 {
		t.Errorf("invite that has not been joined: %v", got)
	}
	if got := pathList(Runnable(invitePlan(t, "turn:a.example"))); got != "Direct, STUN, Relay UDP" {
		t.Errorf("invite: %v", got)
	}
	if got := pathList(Runnable(turnPlan(t, "turn:a.example", "turns:a.example"))); got != "STUN, Relay UDP, Relay TLS" {
		t.Errorf("turn: %v", got)
	}
}

func TestAnnouncement(t *testing.T) {
	self := Announcement(selfPlan(t, nil))
	if want := "Sending over Direct, STUN, Relay UDP, Relay TCP, Relay TLS: 5 paths × 2 carriers × 500 packets of 200 bytes, " +
		"320 kbit/s each way; about 30 s. All of it stays inside this computer."; self != want {
		t.Errorf("self: %s", self)
	}
	turn := Announcement(turnPlan(t, "turns:a.example"))
	if want := "Sending over Relay TLS: 1 path × 2 carriers × 500 packets of 200 bytes, 320 kbit/s each way; about 7 s. " +
		"Both ends are on this computer, so its line carries every packet out and back: 640 kbit/s in each direction."; turn != want {
		t.Errorf("turn: %s", turn)
	}
	invite := Announcement(invitePlan(t, "turns:a.example"))
	if want := "Sending over Direct, Relay TLS: 2 paths × 2 carriers × 500 packets of 200 bytes, 320 kbit/s each way; about 13 s. " +
		"The other computer returns every packet: up to 320 kbit/s in upload and as much in download."; invite != want {
		t.Errorf("invite: %s", invite)
	}
	direct := turnPlan(t, "turn:a.example")
	direct.Paths = []netcheck.Path{netcheck.PathDirect}
	if none := Announcement(direct); !strings.Contains(none, "Nothing will be sent") {
		t.Errorf("nothing to run: %s", none)
	}
}

func TestAnnouncementWithVideo(t *testing.T) {
	tests := map[netcheck.VideoMode]string{
		netcheck.VideoAlone: "5 paths × a video of 640x360@30 for 10 s, at most 2500 kbit/s each way; about 55 s.",
		netcheck.VideoAfterLoss: "5 paths × 2 carriers × 500 packets of 200 bytes, then on the first 2 paths that work a video of 640x360@30 for 10 s, " +
			"at most 2500 kbit/s each way; about 50 s.",
		netcheck.VideoUnderLoad: "5 paths × 2 carriers × 1 500 packets of 200 bytes and beside them a video of 640x360@30 for 10 s, at most 2820 kbit/s each way; about 80 s.",
	}
	for mode, want := range tests {
		plan := selfPlan(t, func(p *netcheck.Plan) {
			p.Video = netcheck.DefaultVideoPlan(mode)
			if mode == netcheck.VideoAfterLoss {
				p.Video.Paths = 2
			}
		})
		if got := Announcement(plan); !strings.Contains(got, want) {
			t.Errorf("%s: %s", mode, got)
		}
	}
}
