package desktop

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"echopath/app/model"
	"echopath/app/runner"
	"echopath/app/session"
	"echopath/netcheck"
	"echopath/netcheck/signaling/invite"
)

// inviteOf is the text of an invite to a room, good for so long.
func inviteOf(t *testing.T, room byte, ttl time.Duration) netcheck.Secret {
	t.Helper()
	text, err := invite.Invite{Version: 1, Room: [8]byte{room}, Secret: [16]byte{2}, Pin: [32]byte{3}, Expiry: time.Now().Add(ttl), Addresses: []string{"192.0.2.7:443"}}.Text()
	if err != nil {
		t.Fatal(err)
	}
	return netcheck.Secret(text)
}

// A window that is opened anew is the same guest by the same invite, and not while another program is.
func TestTheSameGuestComesAgain(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CACHE_HOME", filepath.Join(t.TempDir(), "cache"))
	var window identities
	in := inviteOf(t, 1, time.Hour)
	who := window.take(in)
	other := window.take(inviteOf(t, 2, time.Hour))
	if who.ID == [32]byte{} || other.ID == who.ID {
		t.Error("nobody, or the same one to two hosts")
	}
	other.Release()
	var beside identities
	if two := beside.take(in); two.ID == who.ID {
		t.Error("two programs at a time are one guest")
	}
	who.Release()
	var again identities
	if same := again.take(in); same.ID != who.ID {
		t.Error("the window that was opened anew is another guest")
	} else {
		same.Release()
	}
}

// What can not be kept lasts as long as the window.
func TestTheSameGuestWithoutADisk(t *testing.T) {
	file := filepath.Join(t.TempDir(), "no-folder")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", file)
	t.Setenv("XDG_CACHE_HOME", file)
	for name, ttl := range map[string]time.Duration{"no folder": time.Hour, "over by this clock": -time.Hour} {
		var window, other identities
		in := inviteOf(t, 1, ttl)
		first := window.take(in).ID
		if first == [32]byte{} || window.take(in).ID != first || other.take(in).ID == first {
			t.Errorf("%s: not the same guest again, or the same one in two windows", name)
		}
		window.forget()
		if window.take(in).ID == first {
			t.Errorf("%s: what was forgotten is known", name)
		}
	}
	var window identities
	if a, b := window.take("not an invite").ID, window.take("").ID; a == [32]byte{} || b == [32]byte{} || a == b {
		t.Error("without an invite this computer is nobody, or the same one")
	}
}

// The identity is this window's as long as there is a session, and no longer.
func TestASessionHoldsItsIdentity(t *testing.T) {
	s := guestStage(t, nil)
	var used [][32]byte
	remote := &fakeRemote{done: make(chan struct{})}
	s.desk.opt.Join = func(_ context.Context, _ netcheck.Secret, o session.JoinOptions) (runner.Remote, error) {
		used = append(used, o.Identity)
		if len(used) == 1 {
			return nil, context.DeadlineExceeded
		}
		return remote, nil
	}
	beside := func() [32]byte {
		var other identities
		who := other.take(s.model.Form().Invite)
		defer who.Release()
		return who.ID
	}
	s.connect()
	s.until("an attempt that fails", func() bool { return s.join.Phase() == model.JoinGone })
	if beside() != used[0] {
		t.Error("after an attempt that failed the identity can not be used")
	}
	s.connect()
	s.until("a session", func() bool { return s.join.Phase() == model.JoinIn })
	if used[1] != used[0] || beside() == used[0] {
		t.Error("another guest at the second attempt, or another program is the same one meanwhile")
	}
	s.disconnect()
	s.until("the end", func() bool { return s.join.Phase() == model.JoinNone && !s.link.Busy() })
	if beside() != used[0] {
		t.Error("after its session the identity can not be used")
	}
}

func TestTheListOfServersIsACopy(t *testing.T) {
	var o outsideServers
	o.set([]netcheck.ICEServer{{Public: true}})
	o.get()[0].Public = false
	if !o.get()[0].Public {
		t.Error("the list is shared")
	}
}

func TestSessionOf(t *testing.T) {
	own := &session.Remote{}
	if sessionOf(&guestSession{Remote: own}) != own || sessionOf(own) != own || sessionOf(&fakeRemote{}) != nil || sessionOf(nil) != nil {
		t.Error("the session is not found, or one that is none")
	}
}
