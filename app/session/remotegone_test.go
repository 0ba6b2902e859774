package session_test

import (
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"echopath/app/hosting"
	"echopath/app/session"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// door is a TCP port before another one. Once it is shut, what went through it is cut and nothing comes in any more.
type door struct {
	listener net.Listener
	mu       sync.Mutex
	shutting bool
	conns    []net.Conn
	all      sync.WaitGroup
}

func newDoor(t *testing.T, to string) *door {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := &door{listener: l}
	d.all.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp4", to)
			if err != nil || !d.keep(in, out) {
				_ = in.Close()
				continue
			}
			for _, pair := range [][2]net.Conn{{in, out}, {out, in}} {
				d.all.Go(func() {
					_, _ = io.Copy(pair[0], pair[1])
					_ = pair[0].Close()
				})
			}
		}
	})
	t.Cleanup(func() { d.shut(); d.all.Wait() })
	return d
}

func (d *door) keep(conns ...net.Conn) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.shutting {
		for _, c := range conns {
			_ = c.Close()
		}
		return false
	}
	d.conns = append(d.conns, conns...)
	return true
}

func (d *door) shut() {
	_ = d.listener.Close()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.shutting = true
	for _, c := range d.conns {
		_ = c.Close()
	}
}

// The host vanishes without a word during a run: the paths that are left say that it is gone, long before the session is given up, and
// not what follows from it.
func TestHostVanishesDuringARun(t *testing.T) {
	h, _ := startHost(t, nil)
	i, err := h.Invite(1, 0)
	if err != nil {
		t.Fatal(err)
	}
	d := newDoor(t, i.Addresses[0])
	i.Addresses = []string{d.listener.Addr().String()}
	plan := remotePlan(textOf(t, i))
	plan.ConnectTimeout = 5 * time.Second // of the path that works, and what is waited for each of the others
	plan.Paths = []netcheck.Path{netcheck.PathDirect, netcheck.PathRelayUDP}
	var once sync.Once
	r, err := run(t.Context(), t, plan, func(e netcheck.Event) {
		if _, ok := e.Body.(netcheck.SampleTaken); ok {
			once.Do(d.shut)
		}
	})
	if netcheck.AsFailure(err, "").Code != netcheck.ReasonHostGone || r.Ended != netcheck.EndedError {
		t.Fatalf("%v, ended %s", err, r.Ended)
	}
	wantRemote(t, r.Paths[0]) // a link does not need the signalling
	for _, p := range r.Paths[1:] {
		if p.Code != netcheck.ReasonHostGone || p.Reason == "" {
			t.Errorf("%s ended %s: %s, %q", p.Path, p.State, p.Code, p.Reason)
		}
	}
	if r.Other == nil || r.Other.Address != i.Addresses[0] || !strings.HasPrefix(r.Other.Observed, "127.0.0.1:") {
		t.Errorf("the other end is %+v", r.Other)
	}
}

// The host's own word is in the error, with its code, beside the engine's.
func TestTheHostsWordIsKept(t *testing.T) {
	h, w := startHost(t, func(c *hosting.Config) { c.Approve = true })
	text := inviteText(t, h, 1)
	refused := make(chan error, 1)
	go func() {
		_, err := session.Join(t.Context(), text, session.JoinOptions{})
		refused <- err
	}()
	if err := h.Refuse(w.Wait(t, hosting.EventGuestWaiting, 1).Guest, "Not today."); err != nil {
		t.Fatal(err)
	}
	wantGone(t, <-refused, netcheck.ReasonHostRefused, signaling.CodeDeclined)
	revoked, err := h.Invite(1, 0)
	if err != nil {
		t.Fatal(err)
	}
	h.Revoke(revoked.Room)
	_, err = session.Join(t.Context(), textOf(t, revoked), session.JoinOptions{})
	wantGone(t, err, netcheck.ReasonInvite, signaling.CodeUnknownRoom)
	open, left := startHost(t, nil)
	text = inviteText(t, open, 1)
	first := join(t, text, session.JoinOptions{})
	if other := first.Other(); other.Address == "" || other.Observed != first.Observed().String() || other.Way != string(signaling.WayWebSocket) {
		t.Errorf("the other end is %+v", other)
	}
	_, err = session.Join(t.Context(), text, session.JoinOptions{})
	wantGone(t, err, netcheck.ReasonHostRefused, signaling.CodeRoomFull)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	left.Wait(t, hosting.EventGuestLeft, 1)
	_, err = session.Join(t.Context(), text, session.JoinOptions{})
	wantGone(t, err, netcheck.ReasonInvite, signaling.CodeUsed)
	last := join(t, inviteText(t, open, 1), session.JoinOptions{})
	if err := open.Close(); err != nil {
		t.Fatal(err)
	}
	<-last.Done()
	wantGone(t, last.Err(), netcheck.ReasonHostGone, signaling.CodeHostStopped)
}

func wantGone(t *testing.T, err error, reason netcheck.ReasonCode, code signaling.Code) {
	t.Helper()
	var f *netcheck.Failure
	var gone *signaling.Gone
	if !errors.As(err, &f) || !errors.As(err, &gone) || f.Code != reason || gone.Code != code {
		t.Fatalf("%v, want a failure of %s by the host's word %s", err, reason, code)
	}
	if strings.Count(err.Error(), gone.Text) != 1 {
		t.Errorf("%q", err)
	}
}
