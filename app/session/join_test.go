package session_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"echopath/app/host"
	"echopath/app/hosting"
	"echopath/app/hosting/hostingtest"
	"echopath/app/session"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
	"echopath/netcheck/signaling/invite"
)

// invited is an invite of a host, changed.
func invited(t *testing.T, h *host.Host, change func(*invite.Invite)) string {
	t.Helper()
	i, err := h.Invite(1, 0)
	if err != nil {
		t.Fatal(err)
	}
	change(&i)
	return textOf(t, i).Reveal()
}

// mistyped has another letter near its end.
func mistyped(text string) string {
	at, letter := len(text)-9, "q"
	if text[at:at+1] == letter {
		letter = "z"
	}
	return text[:at] + letter + text[at+1:]
}

func TestInvitesThatDoNotWork(t *testing.T) {
	h, w := startHost(t, nil)
	other, _ := startHost(t, nil)
	good := invited(t, h, func(*invite.Invite) {})
	gone := invited(t, other, func(*invite.Invite) {})
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		text string
		want netcheck.ReasonCode
		told signaling.Code // to whoever hosts; "": nothing
	}{
		"not an invite": {"please join", netcheck.ReasonInvite, ""},
		"cut":           {good[:len(good)-10], netcheck.ReasonInvite, ""},
		"mistyped":      {mistyped(good), netcheck.ReasonInvite, ""},
		"revoked":       {invited(t, h, func(i *invite.Invite) { h.Revoke(i.Room) }), netcheck.ReasonInvite, signaling.CodeUnknownRoom},
		"wrong key":     {invited(t, h, func(i *invite.Invite) { i.Pin[0]++ }), netcheck.ReasonImpostor, ""},
		"wrong secret":  {invited(t, h, func(i *invite.Invite) { i.Secret[0]++ }), netcheck.ReasonImpostor, signaling.CodeWrongSecret},
		"host gone":     {gone, netcheck.ReasonRefused, ""},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(refusals(w))
			r, err := session.Join(t.Context(), netcheck.Secret(tt.text), session.JoinOptions{})
			if err == nil {
				_ = r.Close()
			}
			wantFailure(t, err, tt.want)
			if err != nil && strings.Contains(err.Error(), tt.text) && len(tt.text) > 20 {
				t.Error("the invite is in the error")
			}
			if tt.told == "" {
				return
			}
			if e := w.Wait(t, hosting.EventRefused, before+1); e.Code != string(tt.told) || e.Text == "" || !e.Address.IsValid() {
				t.Errorf("the host told %+v", e)
			}
		})
	}
}

func refusals(w *hostingtest.Log) []hosting.EventKind {
	return slices.DeleteFunc(w.Kinds(), func(k hosting.EventKind) bool { return k != hosting.EventRefused })
}

// An invite for one is that of the guest who came in by it, and of nobody else.
func TestInviteForOne(t *testing.T) {
	h, w := startHost(t, nil)
	good := inviteText(t, h, 1)
	first := join(t, good, session.JoinOptions{})
	t.Run("used", func(t *testing.T) {
		_, err := session.Join(t.Context(), good, session.JoinOptions{})
		var f *netcheck.Failure
		if !errors.As(err, &f) || f.Code != netcheck.ReasonInvite && f.Code != netcheck.ReasonHostRefused {
			t.Errorf("a second guest: %v", err)
		}
	})
	t.Run("the same again", func(t *testing.T) {
		if err := first.Close(); err != nil {
			t.Error(err)
		}
		w.Wait(t, hosting.EventGuestLeft, 1)
		again := join(t, good, session.JoinOptions{Identity: first.Identity()})
		if !again.Observed().IsValid() || again.Other().Name != "the host" {
			t.Errorf("came back as %v to %+v", again.Observed(), again.Other())
		}
	})
}

func TestExpiredInvite(t *testing.T) {
	var mu sync.Mutex
	ahead := time.Duration(0)
	h, _ := startHost(t, func(c *hosting.Config) {
		c.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return time.Now().Add(ahead) }
	})
	text := inviteText(t, h, 1)
	mu.Lock()
	ahead = 20 * time.Minute
	mu.Unlock()
	_, err := session.Join(t.Context(), text, session.JoinOptions{})
	wantFailure(t, err, netcheck.ReasonInvite)
}

func TestHostDecidesWhoComesIn(t *testing.T) {
	for name, tt := range map[string]struct {
		decide func(h *host.Host, id string) error
		want   netcheck.ReasonCode // "": in
	}{
		"accepted": {func(h *host.Host, id string) error { return h.Accept(id) }, ""},
		"refused":  {func(h *host.Host, id string) error { return h.Refuse(id, "Not today.") }, netcheck.ReasonHostRefused},
		"removed":  {func(h *host.Host, id string) error { return h.Remove(id, "") }, netcheck.ReasonHostRefused},
	} {
		t.Run(name, func(t *testing.T) {
			h, w := startHost(t, func(c *hosting.Config) { c.Approve = true })
			text := inviteText(t, h, 1)
			waiting := make(chan struct{}, 1)
			type joined struct {
				r   *session.Remote
				err error
			}
			done := make(chan joined, 1)
			go func() {
				r, err := session.Join(t.Context(), text, session.JoinOptions{Name: "a guest", Standing: func(s signaling.Standing) {
					if s.State == signaling.StandingWaiting {
						waiting <- struct{}{}
					}
				}})
				done <- joined{r, err}
			}()
			e := w.Wait(t, hosting.EventGuestWaiting, 1)
			<-waiting
			if s := h.Snapshot(); e.Name != "a guest" || len(s.Guests) != 1 || s.Guests[0].State != hosting.GuestWaiting {
				t.Errorf("event %+v, guests %+v", e, s.Guests)
			}
			if err := tt.decide(h, e.Guest); err != nil {
				t.Fatal(err)
			}
			j := <-done
			if tt.want != "" {
				wantFailure(t, j.err, tt.want)
				return
			}
			if j.err != nil {
				t.Fatal(j.err)
			}
			if err := h.Remove(e.Guest, "That is all."); err != nil {
				t.Error(err)
			}
			<-j.r.Done()
			wantFailure(t, j.r.Err(), netcheck.ReasonHostRefused)
			_ = j.r.Close()
		})
	}
}

// A host that does not decide in time is named as the reason.
func TestJoinWaitsForTheHostNoLongerThanItsContext(t *testing.T) {
	h, w := startHost(t, func(c *hosting.Config) { c.Approve = true })
	text := inviteText(t, h, 1)
	ctx, end := context.WithCancelCause(t.Context())
	defer end(nil)
	_, err := session.Join(ctx, text, session.JoinOptions{Standing: func(s signaling.Standing) {
		if s.State == signaling.StandingWaiting {
			end(context.DeadlineExceeded)
		}
	}})
	wantFailure(t, err, netcheck.ReasonHostRefused)
	w.Wait(t, hosting.EventGuestLeft, 1)
}
