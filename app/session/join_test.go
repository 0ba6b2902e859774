package session_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"echopath/app/host"
	"echopath/app/hosting"
	"echopath/app/session"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

func TestInvitesThatDoNotWork(t *testing.T) {
	h, w := startHost(t, nil)
	good := inviteText(t, h, 1)
	other, _ := startHost(t, nil)
	revoked, err := h.Invite(1, 0)
	if err != nil {
		t.Fatal(err)
	}
	h.Revoke(revoked.Room)
	wrong := revoked
	wrong.Pin[0]++
	secret, err := h.Invite(1, 0)
	if err != nil {
		t.Fatal(err)
	}
	secret.Secret[0]++
	gone, err := other.Invite(1, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	text := func(i interface{ Text() (string, error) }) string {
		s, err := i.Text()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	letter := "q"
	if g := good.Reveal(); g[len(g)-9:len(g)-8] == letter {
		letter = "z"
	}
	for name, tt := range map[string]struct {
		text string
		want netcheck.ReasonCode
	}{
		"not an invite": {"please join", netcheck.ReasonInvite},
		"cut":           {good.Reveal()[:len(good.Reveal())-10], netcheck.ReasonInvite},
		"mistyped":      {good.Reveal()[:len(good.Reveal())-9] + letter + good.Reveal()[len(good.Reveal())-8:], netcheck.ReasonInvite},
		"revoked":       {text(revoked), netcheck.ReasonInvite},
		"wrong key":     {text(wrong), netcheck.ReasonImpostor},
		"host gone":     {text(gone), netcheck.ReasonRefused},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := session.Join(t.Context(), netcheck.Secret(tt.text), session.JoinOptions{})
			if err == nil {
				_ = r.Close()
			}
			wantFailure(t, err, tt.want)
			if err != nil && strings.Contains(err.Error(), tt.text) && len(tt.text) > 20 {
				t.Error("the invite is in the error")
			}
		})
	}
	t.Run("wrong secret", func(t *testing.T) {
		_, err := session.Join(t.Context(), netcheck.Secret(text(secret)), session.JoinOptions{})
		wantFailure(t, err, netcheck.ReasonImpostor)
		if e := w.wait(t, hosting.EventRefused); e.Code == "" || e.Text == "" || !e.Address.IsValid() {
			t.Errorf("the host told %+v", e)
		}
	})
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
		w.wait(t, hosting.EventGuestLeft)
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
			e := w.wait(t, hosting.EventGuestWaiting)
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
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err := session.Join(ctx, text, session.JoinOptions{})
	wantFailure(t, err, netcheck.ReasonHostRefused)
	w.wait(t, hosting.EventGuestLeft)
}
