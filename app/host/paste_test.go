package host

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"echopath/app/hosting"
	"echopath/app/session"
	"echopath/netcheck"
	"echopath/netcheck/rtc"
	"echopath/netcheck/signaling"
	"echopath/netcheck/signaling/invite"
)

func pasteInvite(t testing.TB, h *Host) (invite.Invite, netcheck.Secret) {
	t.Helper()
	i, err := h.InviteByPaste(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	return i, textOf(t, i)
}

// answerTo makes a guest's end and the text that its user carries to the host.
func answerTo(t testing.TB, i invite.Invite) (*rtc.Pasted, string) {
	t.Helper()
	wire, description, err := rtc.Paster{Address: loopback4}.Answer(t.Context(), i.Offer)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = wire.Close() })
	text, err := invite.Answer{Room: i.Room, Description: description}.Text()
	if err != nil {
		t.Fatal(err)
	}
	return wire, text
}

// joinBy joins over a wire that was pasted. The error is of the one who joins.
func joinBy(t testing.TB, i invite.Invite, wire *rtc.Pasted) (signaling.Conn, error) {
	t.Helper()
	c, err := signaling.Join(t.Context(), signaling.JoinConfig{Self: signaling.Hello{Name: "by paste", Versions: [2]int{1, 1}}, Room: i.Room, Secret: i.Secret,
		ResumeFor: time.Second, Dial: func(context.Context) (signaling.Wire, error) { return wire, nil }})
	if err == nil {
		t.Cleanup(func() { _ = c.Close() })
	}
	return c, err
}

// refusedAnswer gives a text to the host, which must not take it, for that reason.
func refusedAnswer(t testing.TB, h *Host, text, want string) {
	t.Helper()
	if err := h.Answer(text); !errors.Is(err, hosting.ErrAnswer) || !strings.Contains(err.Error(), want) {
		t.Errorf("the host says %v, want ErrAnswer with %q", err, want)
	}
}

// deafTo makes the addresses of an invite such that no TCP connection comes about.
func deafTo(t *testing.T, i invite.Invite) netcheck.Secret {
	t.Helper()
	closed := newCable(t, "127.0.0.1:1")
	i.Addresses = []string{closed.Addr().String()}
	_ = closed.Close()
	return textOf(t, i)
}

// A guest whom no TCP connection leads to the host joins by two texts, runs a test, and leaves nothing behind.
func TestGuestByPaste(t *testing.T) {
	h, l := startTest(t, usual, nil)
	i, _ := pasteInvite(t, h)
	if s := h.Snapshot(); len(s.Invites) != 1 || !s.Invites[0].Paste || s.Invites[0].Guests != 1 {
		t.Errorf("invites %+v", s.Invites)
	}
	plan := planFor(deafTo(t, i), netcheck.PathDirect)
	plan.Interface = loopback4.String()
	answers := 0
	r, err := session.Run(t.Context(), plan, session.Options{Join: session.JoinOptions{Paste: func(text string) {
		answers++
		if err := h.Answer(text); err != nil {
			t.Error(err)
		}
		refusedAnswer(t, h, text, "taken already")
	}}}, nil)
	if err != nil || answers != 1 || len(r.Paths) != 1 || !r.Paths[0].State.Measured() || r.Other.Way != string(signaling.WayPaste) {
		t.Fatalf("%d answers, %+v, %v", answers, r, err)
	}
	if e := l.Wait(t, hosting.EventGuestJoined, 1); !e.Address.Addr().IsLoopback() || e.Address.Port() == 0 {
		t.Errorf("it came from %v", e.Address)
	}
	l.Wait(t, hosting.EventRunEnded, 1)
	l.Wait(t, hosting.EventGuestLeft, 1)
	if s := h.Snapshot(); len(s.Guests) != 0 || s.Active != 0 || s.Invites[0].Used != 1 || s.Invites[0].Paste {
		t.Errorf("after it has left: %+v", s)
	}
}

// Where a guest by paste sends from counts as seen, and so do the limits of an address.
func TestGuestByPasteIsCounted(t *testing.T) {
	h, l := startTest(t, usual, func(c *hosting.Config) { c.MaxPerAddress = 1 })
	one, _ := pasteInvite(t, h)
	wire, text := answerTo(t, one)
	if err := h.Answer(text); err != nil {
		t.Fatal(err)
	}
	c, err := joinBy(t, one, wire)
	if err != nil {
		t.Fatal(err)
	}
	m, err := c.Receive(t.Context())
	if err != nil || m.Welcome == nil || !m.Welcome.Observed.Addr().IsLoopback() {
		t.Fatalf("%+v, %v", m.Welcome, err)
	}
	h.mu.Lock()
	g := h.guests[l.Wait(t, hosting.EventGuestJoined, 1).Guest]
	h.mu.Unlock()
	if !g.allowed(loopback4) || g.allowed(netip.MustParseAddr("127.0.0.9")) || !g.turn.Observed(loopback4) {
		t.Error("the guard does not know the address that its packets come from, or another as well")
	}
	if s := h.Snapshot(); len(s.Guests) != 1 || s.Guests[0].Way != string(signaling.WayPaste) || s.Guests[0].Address != m.Welcome.Observed {
		t.Errorf("%+v", s.Guests)
	}
	two, _ := pasteInvite(t, h)
	wire, text = answerTo(t, two)
	if err := h.Answer(text); err != nil {
		t.Fatal(err)
	}
	var gone *signaling.Gone
	if _, err := joinBy(t, two, wire); !errors.As(err, &gone) || gone.Code != signaling.CodeTooMany {
		t.Errorf("a second guest of the address: %v", err)
	}
	if e := l.Wait(t, hosting.EventRefused, 1); e.Code != string(signaling.CodeTooMany) || !e.Address.Addr().IsLoopback() {
		t.Errorf("%+v", e)
	}
}

// Whoever comes by TCP all the same is not waited for any longer.
func TestGuestOfAPasteInviteComesByTCP(t *testing.T) {
	h, l := startTest(t, usual, nil)
	i, _ := pasteInvite(t, h)
	_, text := answerTo(t, i)
	p := h.pastes[i.Room]
	c := raw(t, i)
	l.Wait(t, hosting.EventGuestJoined, 1)
	<-p.ctx.Done()
	refusedAnswer(t, h, text, "has come in without")
	if s := h.Snapshot(); s.Invites[0].Paste || s.Invites[0].Used != 1 {
		t.Errorf("%+v", s.Invites)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// Each answer that is not taken has a sentence of its own, and what can still be right is waited for.
func TestAnswersThatAreRefused(t *testing.T) {
	var ahead atomic.Int64
	p := usual
	p.look = 5 * time.Millisecond
	h, l := startTest(t, p, func(c *hosting.Config) {
		c.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	})
	i, inviteText := pasteInvite(t, h)
	wire, text := answerTo(t, i)
	refusedAnswer(t, h, "hello", "answer")
	refusedAnswer(t, h, inviteText.Reveal(), "invite")
	refusedAnswer(t, h, text[:len(text)-5], "answer")
	for _, wrong := range []invite.Answer{{Room: i.Room, Description: []byte("nonsense")}, {Room: i.Room, Description: i.Offer}} {
		out, err := wrong.Text()
		if err != nil {
			t.Fatal(err)
		}
		refusedAnswer(t, h, out, "not the answer")
	}
	if !h.Snapshot().Invites[0].Paste {
		t.Fatal("after a wrong text no other is waited for")
	}
	plain, _ := newInvite(t, h, 1)
	other, err := invite.Answer{Room: plain.Room, Description: i.Offer}.Text()
	if err != nil {
		t.Fatal(err)
	}
	refusedAnswer(t, h, other, "not one for copy and paste")

	revoked, _ := pasteInvite(t, h)
	_, late := answerTo(t, revoked)
	h.Revoke(revoked.Room)
	refusedAnswer(t, h, late, "revoked")

	ended := h.pastes[i.Room].ctx.Done()
	ahead.Store(int64(defaultTTL))
	<-ended // keep sees it
	refusedAnswer(t, h, text, "time of this invite is over")
	if s := h.Snapshot(); s.Invites[0].Paste {
		t.Error("an invite whose time is over waits")
	}
	ahead.Add(int64(2 * time.Hour))
	h.mu.Lock()
	h.expire(h.cfg.Now())
	h.mu.Unlock()
	refusedAnswer(t, h, text, "no invite that waits")
	if h.mu.Lock(); len(h.pastes) != 0 {
		t.Error("sockets of invites that nobody can use are kept")
	}
	h.mu.Unlock()
	_ = wire.Close()
	for _, e := range l.Events() {
		if e.Kind == hosting.EventRefused {
			t.Errorf("a text that was refused at once was told of as well: %+v", e)
		}
	}
}

// Two ends that do not find each other: whoever hosts is told, and the invite takes no second answer.
func TestPastedEndsThatNeverMeet(t *testing.T) {
	p := usual
	p.meet = 50 * time.Millisecond
	h, l := startTest(t, p, nil)
	i, _ := pasteInvite(t, h)
	wire, text := answerTo(t, i)
	if err := wire.Close(); err != nil {
		t.Fatal(err)
	}
	if err := h.Answer(text); err != nil {
		t.Fatal(err)
	}
	if e := l.Wait(t, hosting.EventRefused, 1); e.Code != codeNotMet || !strings.Contains(e.Text, "nothing was heard of the guest within 50ms") {
		t.Errorf("%+v", e)
	}
	refusedAnswer(t, h, text, "did not reach each other")
}

// Why two ends do not meet is said in the words of who knows most.
func TestWhyPastedEndsNeverMeet(t *testing.T) {
	f := &netcheck.Failure{Code: netcheck.ReasonNoPair, Text: "No packet passed.", Advice: "Name a TURN server."}
	if code, text := apart(fmt.Errorf("wire: %w", f), time.Second); code != "no_pair" || text != "No packet passed. Name a TURN server." {
		t.Errorf("%s: %q", code, text)
	}
	if code, text := apart(context.DeadlineExceeded, time.Second); code != codeNotMet || !strings.Contains(text, "within 1s") {
		t.Errorf("%s: %q", code, text)
	}
}

// Only so many wait at once, and the end of hosting ends all of it, whatever it is about to do.
func TestCloseEndsWaitingForAnswers(t *testing.T) {
	h, _ := startTest(t, usual, nil)
	var last invite.Invite
	for range maxPastes {
		last, _ = pasteInvite(t, h)
	}
	if _, err := h.InviteByPaste(t.Context(), 0); !errors.Is(err, hosting.ErrConfig) || !strings.Contains(err.Error(), "revoke") {
		t.Errorf("one more: %v", err)
	}
	wire, text := answerTo(t, last)
	if err := wire.Close(); err != nil {
		t.Fatal(err)
	}
	if err := h.Answer(text); err != nil { // and then waits for its guest
		t.Fatal(err)
	}
	pasteInvite(t, h) // its place is free
	if err := h.Close(); err != nil {
		t.Error(err)
	}
	if _, err := h.InviteByPaste(t.Context(), 0); !errors.Is(err, hosting.ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
	for _, p := range h.pastes {
		if p.ctx.Err() == nil {
			t.Error("one waits on")
		}
		if err := p.wire.Send(t.Context(), []byte("x")); err == nil {
			t.Error("a socket is open")
		}
	}
}

// A guest that is in by paste stays when its invite is revoked, and is told when hosting stops.
func TestGuestByPasteOutlivesItsInvite(t *testing.T) {
	h, l := startTest(t, usual, nil)
	i, _ := pasteInvite(t, h)
	wire, text := answerTo(t, i)
	if err := h.Answer(text); err != nil {
		t.Fatal(err)
	}
	c, err := joinBy(t, i, wire)
	if err != nil {
		t.Fatal(err)
	}
	l.Wait(t, hosting.EventGuestJoined, 1)
	h.Revoke(i.Room)
	ask(t, c, signaling.Run{ID: "after", Duration: time.Minute})
	hear(t, c, "after", signaling.StandingAdmitted)
	if err := h.Close(); err != nil {
		t.Error(err)
	}
	var gone *signaling.Gone
	for err == nil {
		_, err = c.Receive(t.Context())
	}
	if !errors.As(err, &gone) || gone.Code != signaling.CodeHostStopped {
		t.Errorf("the guest is told %v", err)
	}
}

func TestInviteByPasteStopsWithItsContext(t *testing.T) {
	h, _ := startTest(t, usual, func(c *hosting.Config) { c.STUN = []netcheck.ICEServer{stunServer(t, "stun:127.0.0.1:9")} })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.InviteByPaste(ctx, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if _, err := h.InviteByPaste(t.Context(), time.Millisecond); !errors.Is(err, hosting.ErrConfig) {
		t.Errorf("%v", err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.pasting != 0 || len(h.invites) != 0 || len(h.pastes) != 0 {
		t.Errorf("%d are being made, invites %v", h.pasting, h.invites)
	}
}
