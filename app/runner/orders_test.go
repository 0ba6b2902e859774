package runner

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"echopath/app/hosting"
	"echopath/app/record"
	"echopath/netcheck/signaling/invite"
)

// asked notes what came of orders, in the order in which it was told.
type asked []string

func (a *asked) note(what string) func(error) {
	return func(err error) { *a = append(*a, fmt.Sprintf("%s: %v", what, err)) }
}

func (a *asked) want(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(*a, want) {
		t.Errorf("told %q, want %q", *a, want)
	}
}

func started(t *testing.T) (*hostScreen, *Hosting) {
	t.Helper()
	s := newHostScreen(t)
	h := s.hosting()
	if err := h.Start(hosting.Config{}, record.Keep{}); err != nil {
		t.Fatal(err)
	}
	return s, h
}

func TestOrdersAreDoneAsTheyWereGiven(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, h := started(t)
		var got asked
		var want, calls []string
		for i := range 50 {
			id := fmt.Sprint(i)
			h.Do(func(host hosting.Host) error { return host.Accept(id) }, got.note(id))
			want, calls = append(want, id+": <nil>"), append(calls, "accept "+id)
		}
		synctest.Wait()
		h.Stop()
		s.stop()
		got.want(t, want...)
		if !slices.Equal(s.host.calls, calls) {
			t.Errorf("%q", s.host.calls)
		}
		_ = h.Close()
	})
}

// While outside servers are asked for an invite, everything else of the host goes on.
func TestAnInviteByPasteHoldsUpNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, h := started(t)
		s.host.pasting = 8 * time.Second
		var got asked
		h.InviteByPaste(time.Hour, func(i invite.Invite, err error) { got.note(fmt.Sprintf("invite of %d bytes", len(i.Offer)))(err) })
		h.Do(func(host hosting.Host) error { return host.Accept("a") }, got.note("accept"))
		time.Sleep(time.Second)
		synctest.Wait()
		got.want(t, "accept: <nil>")
		before := s.posted()
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if n := s.posted() - before; n < 45 {
			t.Errorf("%d deliveries in 5 s", n)
		}
		time.Sleep(3 * time.Second)
		h.Answer("text of the guest", got.note("answer"))
		synctest.Wait()
		got.want(t, "accept: <nil>", "invite of 1 bytes: <nil>", "answer: "+hosting.ErrConfig.Error())
		if want := []string{"accept a", "answer text of the guest", "paste 1h0m0s"}; !slices.Equal(slices.Sorted(slices.Values(s.host.calls)), want) {
			t.Errorf("%q", s.host.calls)
		}
		h.Stop()
		s.stop()
		_ = h.Close()
	})
}

func TestAnInviteByPasteEndsWithItsHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, h := started(t)
		s.host.pasting = time.Hour
		var got error
		h.InviteByPaste(0, func(_ invite.Invite, err error) { got = err })
		time.Sleep(time.Second)
		began := time.Now()
		h.Stop()
		s.stop()
		if !errors.Is(got, ErrNotHosting) || len(s.ended) != 1 || s.ended[0] != nil || s.host.closed != 1 || time.Since(began) != 0 {
			t.Errorf("%v, ended %v, closed %d times after %v", got, s.ended, s.host.closed, time.Since(began))
		}
		_ = h.Close()
	})
}

func TestAnInviteByPasteWithoutAHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newHostScreen(t)
		h := s.hosting()
		var got asked
		h.InviteByPaste(0, func(_ invite.Invite, err error) { got.note("invite")(err) })
		synctest.Wait()
		h.Answer("text", got.note("answer"))
		s.stop()
		got.want(t, "invite: "+ErrNotHosting.Error(), "answer: "+ErrNotHosting.Error())
		_ = h.Close()
	})
}
