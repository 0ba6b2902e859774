package session_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"echopath/app/host"
	"echopath/app/hosting"
	"echopath/app/session"
	"echopath/netcheck"
	"echopath/netcheck/rtc"
	"echopath/netcheck/signaling"
	"echopath/netcheck/signaling/invite"
)

// closedPort is an address at which nothing listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// pasteInvite makes an invite by copy and paste, changed.
func pasteInvite(t *testing.T, h *host.Host, change func(*invite.Invite)) netcheck.Secret {
	t.Helper()
	i, err := h.InviteByPaste(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	change(&i)
	return textOf(t, i)
}

// unreached lets nobody come by TCP.
func unreached(t *testing.T) func(*invite.Invite) {
	return func(i *invite.Invite) { i.Addresses = []string{closedPort(t)} }
}

// carried brings answers to a host, and counts them.
type carried struct {
	t    *testing.T
	host *host.Host
	n    int
}

func (c *carried) paste(answer string) {
	c.n++
	if err := c.host.Answer(answer); err != nil {
		c.t.Errorf("the host does not take the answer: %v", err)
	}
}

// Where no TCP connection is possible, a guest joins by copy and paste, measures, and leaves.
func TestJoinByPaste(t *testing.T) {
	h, w := startHost(t, nil)
	by := &carried{t: t, host: h}
	var steps []netcheck.StepDone
	r := join(t, pasteInvite(t, h, unreached(t)), session.JoinOptions{Name: "the guest", Interface: "127.0.0.1", Paste: by.paste,
		Trace: func(s netcheck.StepDone) { steps = append(steps, s) }})
	if other := r.Other(); other.Way != string(signaling.WayPaste) || other.Name != "the host" || !strings.HasPrefix(other.Address, "127.0.0.1:") || by.n != 1 {
		t.Errorf("other end %+v, %d answers", other, by.n)
	}
	if last := steps[len(steps)-1]; last.Name != "paste" || !last.OK {
		t.Errorf("last step %+v", last)
	}
	plan := remotePlan("")
	plan.Paths = []netcheck.Path{netcheck.PathDirect}
	report, err := session.Run(t.Context(), plan, session.Options{Remote: r}, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantRemote(t, report.Paths[0])
	if report.Other == nil || report.Other.Way != string(signaling.WayPaste) {
		t.Errorf("the report's other end: %+v", report.Other)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if e := w.Wait(t, hosting.EventGuestLeft, 1); e.Code != string(signaling.CodeLeft) {
		t.Errorf("the guest left: %+v", e)
	}
}

// Whoever has chosen no interface meets a host on the loopback interface as well, by copy and paste as over TCP.
func TestJoinByPasteWithoutAnInterface(t *testing.T) {
	h, _ := startHost(t, nil)
	r := join(t, pasteInvite(t, h, func(*invite.Invite) {}), session.JoinOptions{Only: signaling.WayPaste, Paste: (&carried{t: t, host: h}).paste})
	if other := r.Other(); other.Way != string(signaling.WayPaste) || !strings.HasPrefix(other.Address, "127.0.0.1:") {
		t.Errorf("other end %+v", other)
	}
	plan := remotePlan("")
	plan.Paths = []netcheck.Path{netcheck.PathDirect}
	report, err := session.Run(t.Context(), plan, session.Options{Remote: r}, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantRemote(t, report.Paths[0])
}

// Copy and paste is for those whom TCP does not bring to the host, or who ask for it.
func TestPasteIsTheLastWay(t *testing.T) {
	h, _ := startHost(t, nil)
	by := &carried{t: t, host: h}
	for only, want := range map[signaling.Way]int{"": 0, signaling.WaySSE: 0, signaling.WayPaste: 1} {
		by.n = 0
		r := join(t, pasteInvite(t, h, func(*invite.Invite) {}), session.JoinOptions{Interface: "127.0.0.1", Only: only, Paste: by.paste})
		if by.n != want || (r.Other().Way == string(signaling.WayPaste)) != (want == 1) {
			t.Errorf("only %q: %d answers, way %s", only, by.n, r.Other().Way)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

// What the host or another in its place has said is final, and where copy and paste can not be had the failure says so.
func TestNoPaste(t *testing.T) {
	h, _ := startHost(t, nil)
	none := func(string) { t.Error("an answer was handed out") }
	plain, err := h.Invite(1, 0)
	if err != nil {
		t.Fatal(err)
	}
	plain.Addresses = []string{closedPort(t)}
	text := textOf(t, plain)
	tests := map[string]struct {
		text   netcheck.Secret
		o      session.JoinOptions
		code   netcheck.ReasonCode
		advice string
	}{
		"another key":        {pasteInvite(t, h, func(i *invite.Invite) { i.Pin[0]++ }), session.JoinOptions{Paste: none}, netcheck.ReasonImpostor, ""},
		"another secret":     {pasteInvite(t, h, func(i *invite.Invite) { i.Secret[0]++ }), session.JoinOptions{Paste: none}, netcheck.ReasonImpostor, ""},
		"no such room":       {pasteInvite(t, h, func(i *invite.Invite) { i.Room[0]++ }), session.JoinOptions{Paste: none}, netcheck.ReasonInvite, ""},
		"nobody to show":     {pasteInvite(t, h, unreached(t)), session.JoinOptions{}, netcheck.ReasonRefused, "also works by copy and paste"},
		"no offer":           {text, session.JoinOptions{Paste: none}, netcheck.ReasonRefused, ""},
		"no offer, forced":   {text, session.JoinOptions{Paste: none, Only: signaling.WayPaste}, netcheck.ReasonInvite, "--paste"},
		"forced, nobody":     {pasteInvite(t, h, unreached(t)), session.JoinOptions{Only: signaling.WayPaste}, netcheck.ReasonLocal, ""},
		"an offer of others": {pasteInvite(t, h, func(i *invite.Invite) { unreached(t)(i); i.Offer = []byte("x") }), session.JoinOptions{Paste: none}, netcheck.ReasonInvite, ""},
	}
	for name, tt := range tests {
		_, err := session.Join(t.Context(), tt.text, tt.o)
		var f *netcheck.Failure
		if !errors.As(err, &f) || f.Code != tt.code || !strings.Contains(f.Advice, tt.advice) {
			t.Errorf("%s: %v (%+v), want %s", name, err, f, tt.code)
		}
	}
}

// overdue is a context whose time is over as soon as a test says so.
type overdue struct {
	context.Context
	over chan struct{}
}

func (o overdue) Done() <-chan struct{} { return o.over }

func (o overdue) Err() error {
	select {
	case <-o.over:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// Whoever waits for the host to take the answer can stop, or is told when there is no more time.
func TestPasteIsNeverTaken(t *testing.T) {
	h, _ := startHost(t, nil)
	text := pasteInvite(t, h, unreached(t))
	stopped, stop := context.WithCancel(t.Context())
	defer stop()
	late := overdue{t.Context(), make(chan struct{})}
	for want, tt := range map[netcheck.ReasonCode]struct {
		ctx context.Context
		end func()
	}{netcheck.ReasonCancelled: {stopped, stop}, netcheck.ReasonNoPair: {late, func() { close(late.over) }}} {
		_, err := session.Join(tt.ctx, text, session.JoinOptions{Paste: func(string) { tt.end() }})
		wantFailure(t, err, want)
	}
}

// lobbyByPaste is a host without anything but its lobby, which is reached by copy and paste.
type lobbyByPaste struct {
	lobby *signaling.Lobby
	wire  *rtc.Pasted
	text  netcheck.Secret
}

func newLobbyByPaste(t *testing.T) *lobbyByPaste {
	t.Helper()
	l := &lobbyByPaste{lobby: signaling.NewLobby(signaling.LobbyConfig{Self: signaling.Hello{Name: "lobby"}, Arrive: func(g *signaling.Guest) {
		if err := g.Send(t.Context(), signaling.Message{Welcome: &signaling.Welcome{}}); err != nil {
			t.Errorf("welcome: %v", err)
		}
	}})}
	wire, offer, err := rtc.Paster{Address: netip.MustParseAddr("127.0.0.1")}.Invite(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l.wire = wire
	t.Cleanup(func() { _ = wire.Close(); _ = l.lobby.Close() })
	i := invite.Invite{Room: [8]byte{1}, Secret: [16]byte{2}, Expiry: time.Now().Add(time.Minute), Addresses: []string{closedPort(t)}, Offer: offer}
	if err := l.lobby.Open(signaling.Room{ID: i.Room, Secret: i.Secret, Expiry: i.Expiry, Guests: 1}); err != nil {
		t.Fatal(err)
	}
	l.text = textOf(t, i)
	return l
}

// A wire by copy and paste can not be made anew: when it breaks and TCP leads nowhere, the session is over at once, in words of its own.
func TestPastedWireBreaks(t *testing.T) {
	l := newLobbyByPaste(t)
	served := make(chan error, 1)
	r := join(t, l.text, session.JoinOptions{Interface: "127.0.0.1", Paste: func(text string) {
		a, err := invite.ParseAnswer(text)
		if err == nil {
			err = l.wire.Accept(a.Description)
		}
		if err != nil {
			t.Errorf("answer: %v", err)
		}
		go func() {
			err := l.wire.Connected(t.Context())
			if err == nil {
				err = l.lobby.Serve(t.Context(), l.wire)
			}
			served <- err
		}()
	}})
	if err := l.wire.Close(); err != nil {
		t.Fatal(err)
	}
	<-served
	<-r.Done()
	wantGone(t, r.Err(), netcheck.ReasonHostGone, signaling.CodeLost)
	if !strings.Contains(r.Err().Error(), "copy and paste") {
		t.Errorf("%v", r.Err())
	}
}
