package desktop

import (
	"net/netip"
	"strings"
	"testing"

	"echopath/app/host"
	"echopath/app/hosting"
	"echopath/app/model"
	"echopath/app/present/presenttest"
	"echopath/app/session"
	"echopath/app/view"
	"echopath/netcheck"
)

// busyHost is a host on this computer with a guest in it, and an invite by which that guest came.
func busyHost(t *testing.T, guests, most int) netcheck.Secret {
	t.Helper()
	h, err := host.Start(t.Context(), hosting.Config{Address: netip.MustParseAddr("127.0.0.1"), UDPPort: hosting.AnyPort, TCPPort: hosting.AnyPort, TLSPort: hosting.AnyPort,
		AltUDPPort: hosting.NoPort, PeerPortMin: hosting.AnyPort, PeerPortMax: hosting.AnyPort, Budget: 1000, Name: "LONDON", MaxGuests: most, Observe: func(hosting.Event) {}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	i, err := h.Invite(guests, 0)
	if err != nil {
		t.Fatal(err)
	}
	text, err := i.Text()
	if err != nil {
		t.Fatal(err)
	}
	first, err := session.Join(t.Context(), netcheck.Secret(text), session.JoinOptions{Name: "first"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = first.Close() })
	return netcheck.Secret(text)
}

// Who comes to a room that is full, or to a host that is, is told so, and what to do; nothing is measured, and the invite can be changed.
func TestAFullRoomInTheWindow(t *testing.T) {
	for name, tt := range map[string]struct {
		guests, most int
		want         string
	}{"the room is full": {1, 0, "is taken"}, "the host is full": {2, 1, "guests"}} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, presenttest.TwoComputers)
			f := s.model.Form()
			f.Target, f.Invite = netcheck.TargetInvite, busyHost(t, tt.guests, tt.most)
			s.model.SetForm(f)
			s.view.FormChanged()
			s.connect()
			s.until("the refusal", func() bool { return s.join.Phase() == model.JoinGone })
			line, _ := s.model.Join()
			if b := s.model.View(0).Banner; b.Mark.Word != "NOT CONNECTED" || !strings.Contains(b.Text, tt.want) || b.More == "" || line.Hint != b.Text+" "+b.More {
				t.Errorf("the window says %+v, and in the line %q", b, line.Hint)
			}
			if line.Locked || line.Action != "Connect" || !line.CanAct {
				t.Errorf("no other attempt can be made: %+v", line)
			}
			s.start(view.TrialTest)
			s.until("the end of a start", s.phase(model.PhaseFailed))
			if b := s.model.View(0).Banner; !strings.Contains(b.Text, tt.want) || !strings.Contains(b.More, "Nothing was measured.") {
				t.Errorf("a start says %+v", b)
			}
		})
	}
}
