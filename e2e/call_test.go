//go:build linux

package e2e

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"testing"
)

// calling makes a plan of a guest a two-way call of so long.
func (s settings) calling(duration string) settings {
	s = s.withVideo(duration)
	s.video()["call"] = true
	s["form"].(map[string]any)["target"] = "invite"
	return s
}

// callReport is as much of report.json as the test of a call compares.
type callReport struct {
	Run struct {
		Ended string `json:"ended"`
	} `json:"run"`
	Paths []struct {
		Path string `json:"path"`
		Call *struct {
			Up, Down struct {
				Sent  *int `json:"frames_sent"`
				Shown *int `json:"frames_shown"`
			}
		} `json:"call"`
	} `json:"paths"`
}

// callOf reads the report of the one run that was kept.
func (h home) callOf(t *testing.T) callReport {
	t.Helper()
	runs := names(t, h.results())
	if len(runs) != 1 {
		t.Fatalf("folders of results: %v, want one", runs)
	}
	var r callReport
	if err := json.Unmarshal(readFile(t, filepath.Join(h.results(), runs[0], "report.json")), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// startCall brings the guest in, and begins its run.
func (p *pair) startCall() {
	p.host.t.Helper()
	p.startHosting()
	p.guest.front()
	p.guest.toVideo()
	p.bringInvite()
	p.guest.key("ctrl+r")
	p.accept()
}

// TestTwoWayCall: both windows show both pictures while the call goes on, and have the same result at the end. Who leaves can come back
// by the same invite.
func TestTwoWayCall(t *testing.T) {
	p := openPair(t, 1040, 720, quickLoad("direct").hosting(t, "host-pc"), quickLoad("direct").calling("6s"))
	p.startCall()
	for _, one := range []*program{p.guest, p.host} {
		one.await("pictures in both windows", func(s stat) bool { return s.Pictures >= 5 })
	}
	shown := p.guest.awaitPhase("done")
	mirrored := p.host.await("its end at the host", func(s stat) bool { return s.Host.Run == "done" })
	if shown.Banner == "" || mirrored.Host.Verdict != shown.Banner {
		t.Errorf("the guest says %q, the host %q", shown.Banner, mirrored.Host.Verdict)
	}
	for who, r := range map[string]callReport{"guest": p.guest.home.callOf(t), "host": p.host.home.callOf(t)} {
		if r.Run.Ended != "complete" || len(r.Paths) != 1 || r.Paths[0].Call == nil {
			t.Fatalf("%s: %+v", who, r)
		}
		c := r.Paths[0].Call
		for way, n := range map[string][]*int{"up": {c.Up.Sent, c.Up.Shown}, "down": {c.Down.Sent, c.Down.Shown}} {
			if slices.Contains(n, nil) || *n[0] < 10 || *n[1] < 5 {
				t.Errorf("%s, %s: sent and shown %v", who, way, n)
			}
		}
	}
	p.comeBack()
	p.stopHosting()
}

// TestAGuestWithANewWindow: an invite for one use lets the same guest in again after its program was closed and started anew.
func TestAGuestWithANewWindow(t *testing.T) {
	guest := quickLoad("direct")
	guest["form"].(map[string]any)["target"] = "invite"
	p := openPair(t, 1040, 720, quickLoad("direct").hosting(t, "host-pc"), guest)
	p.startHosting()
	p.bringInvite()
	p.guest.key("ctrl+k")
	p.accept()
	p.guest.front()
	p.guest.quit()
	p.host.await("that the host sees it go", func(s stat) bool { return len(s.Host.Guests) == 0 })
	p.guest = open(t, p.host.screen, p.guest.home)
	p.guest.moveTo(1040)
	p.guest.await("the guest's new window", func(s stat) bool { return s.Screen != "" })
	p.bringInvite()
	p.guest.key("ctrl+k")
	p.accept()
	p.stopHosting()
}

// comeBack has the guest leave and come again: the invite was for one guest, and this is the same one.
func (p *pair) comeBack() {
	p.host.t.Helper()
	p.guest.front()
	p.guest.key("ctrl+k")
	p.guest.await("that the guest has left", func(s stat) bool { return s.Join.Phase == "none" })
	left := p.host.await("that the host sees it", func(s stat) bool { return len(s.Host.Guests) == 1 && s.Host.Guests[0].State == "left" })
	if left.Host.Banner == "" {
		p.host.t.Error("the host says nothing")
	}
	p.guest.key("ctrl+k")
	p.host.await("that the guest asks again", func(s stat) bool { return s.Host.Waiting != "" })
	p.host.front()
	p.host.key("ctrl+shift+y")
	p.guest.await("that the guest is in again", func(s stat) bool { return s.Join.Phase == "in" })
}
