//go:build linux

package e2e

import (
	"strings"
	"testing"

	"echopath/netcheck/signaling/invite"
)

// withoutTCP gives an invite whose host answers at none of its addresses: only copy and paste is left.
func withoutTCP(t *testing.T, text string) string {
	t.Helper()
	i, err := invite.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if i.Offer == nil {
		t.Fatal("the invite does not work by copy and paste")
	}
	i.Addresses = []string{"127.0.0.1:1"} // nothing listens there
	out, err := i.Text()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// copied waits until the clipboard holds something that begins so.
func (p *program) copied(begin string) string {
	p.t.Helper()
	x, text := dialX(p.t, p.screen), ""
	eventually(p.t, "a text in the clipboard that begins with "+begin, func() bool {
		text = x.clipboard()
		return strings.HasPrefix(text, begin)
	})
	return text
}

// pasteInvite opens the sheet at the host and copies the invite.
func (p *pair) pasteInvite() string {
	p.host.t.Helper()
	p.host.front()
	p.host.key("ctrl+shift+v")
	p.host.awaitDialogs(1)
	p.host.await("an invite by copy and paste", func(s stat) bool { return s.Host.Paste })
	p.host.tabTo("Button Copy invite", "Tab")
	p.host.key("Return")
	return p.host.copied("EP1")
}

// bringAnswer carries the answer from the guest's sheet to that of the host.
func (p *pair) bringAnswer() {
	p.host.t.Helper()
	p.guest.awaitDialogs(1)
	p.guest.tabTo("Button Copy answer", "Tab")
	p.guest.key("Return")
	p.guest.copied("EPA")
	p.host.front()
	p.host.tabTo("Button Paste", "Tab")
	p.host.key("Return")
	p.host.tabTo("Button Connect", "Tab")
	p.host.key("Return")
}

// TestJoinByPaste: two people carry an invite and an answer between two windows that no TCP connection leads between.
func TestJoinByPaste(t *testing.T) {
	guest := quickLoad("direct")
	form := guest["form"].(map[string]any)
	form["target"], form["outside_stun"], form["interface"] = "invite", "", "127.0.0.1" // as the host
	p := openPair(t, 1040, 720, quickLoad("direct").hosting(t, "host-pc"), guest)
	p.startHosting()
	text := withoutTCP(t, p.pasteInvite())
	p.guest.front()
	p.guest.tabTo("Entry", "Tab")
	p.guest.screen.run(t, "xdotool", "type", "--delay", "8", "--", text)
	p.guest.await("that the invite can be used", func(s stat) bool { return s.CanStart })
	p.guest.key("ctrl+k")
	p.bringAnswer()
	p.host.await("a guest that waits", func(s stat) bool { return s.Host.Waiting != "" })
	p.host.awaitDialogs(0)
	p.guest.awaitDialogs(0)
	p.accept()
	p.guest.front()
	p.guest.key("ctrl+r")
	p.guest.awaitPhase("done")
	mirrored := p.host.await("the end of the run at the host", func(s stat) bool { return s.Host.Run == "done" })
	if shown := p.guest.last(); mirrored.Host.Verdict != shown.Banner {
		t.Errorf("the guest says %q, the host %q", shown.Banner, mirrored.Host.Verdict)
	}
	p.stopHosting()
}
