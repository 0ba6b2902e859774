package signaling_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck/signaling"
)

// A guest that the host has sent out does not come in again by the same invite, and both ends are told so. Others do.
func TestSentOutStaysOut(t *testing.T) {
	for code, text := range map[signaling.Code]string{signaling.CodeRemoved: "Enough for today.", signaling.CodeDeclined: ""} {
		t.Run(string(code), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHall(t, guests(3))
				guest, host := h.join(identity(1))
				if err := host.Dismiss(code, text); err != nil {
					t.Fatal(err)
				}
				_, err := guest.Receive(t.Context())
				wantCode(t, err, code)
				<-h.served
				for range 2 {
					atGuest, atHost := h.refusal(code, identity(1))
					mustSay(t, atGuest, text, "for a new invite")
					mustSay(t, atHost, "came again with the same invite, and was turned away", "Make a new invite")
				}
				h.room.Guests = 4 // new terms change nothing
				if err := h.lobby.Open(h.room); err != nil {
					t.Fatal(err)
				}
				h.refusal(code, identity(1))
				h.join(identity(2))
				h.join(nil)

				// A new invite lets it in.
				other := signaling.Room{ID: [8]byte{9}, Secret: [16]byte{9}, Expiry: time.Now().Add(time.Minute), Guests: 1}
				if err := h.lobby.Open(other); err != nil {
					t.Fatal(err)
				}
				h.join(func(c *signaling.JoinConfig) { c.Room, c.Secret, c.Identity = other.ID, other.Secret, [32]byte{1} })
			})
		})
	}
}

// Who uses up the only place of an invite and is sent out leaves no place for itself under another identity.
func TestSentOutUsesUpItsPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, nil)
		_, host := h.join(identity(1))
		_ = host.Dismiss(signaling.CodeRemoved, "")
		<-h.served
		h.refusal(signaling.CodeUsed, identity(2))
	})
}

// What ends a session otherwise bars nobody.
func TestOtherEndsBarNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, code := range []signaling.Code{signaling.CodeTooMany, signaling.CodeHostFull, signaling.CodeLeft} {
			h := newHall(t, nil)
			_, host := h.join(identity(1))
			_ = host.Dismiss(code, "")
			<-h.served
			h.join(identity(1))
		}
	})
}

// A guest that comes in anew while it is sent out is sent out all the same, by either of its sessions.
func TestSentOutWhileItComesAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, nil)
		_, host := h.join(identity(1))
		again, _ := h.join(identity(1))
		wantCode(t, <-h.served, signaling.CodeReplaced)
		_ = host.Dismiss(signaling.CodeRemoved, "Enough.")
		_, err := again.Receive(t.Context())
		mustSay(t, wantCode(t, err, signaling.CodeRemoved), "Enough.")
		<-h.served
		h.refusal(signaling.CodeRemoved, identity(1))
	})
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, nil)
		_, host := h.join(identity(1))
		h.set(func() { h.down = errors.New("no network") })
		h.wire().Break()
		<-h.served
		_ = host.Dismiss(signaling.CodeDeclined, "")
		h.set(func() { h.down = nil })
		h.refusal(signaling.CodeDeclined, func(c *signaling.JoinConfig) { c.Identity = [32]byte{1} })
	})
}

// Sixteen addresses that know no invite and say nothing keep neither a guest out nor one that comes back.
func TestSilentWiresKeepNobodyOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, guests(3))
		from := func(remote string) { h.set(func() { h.remote = remote }) }
		from("203.0.113.1:1")
		first, atHost := h.join(nil)
		began := time.Now()
		for n := range 16 {
			from(fmt.Sprintf("192.0.2.%d:1", n))
			for range 17 {
				if _, err := h.dial(context.Background()); err != nil {
					t.Fatal(err)
				}
			}
		}
		synctest.Wait()
		from("203.0.113.2:1")
		h.join(nil)
		from("192.0.2.3:2") // behind one of the sixteen
		h.wire().Break()
		h.join(identity(1))
		from("203.0.113.1:1")
		send(t, first, "x")
		expect(t, atHost, "x")
		if d := time.Since(began); d > 9*time.Second { // of the bubble's clock: within the time that the silent ones have
			t.Errorf("that took %v", d)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		silent := 0
		for range len(h.served) {
			if wantCode(t, <-h.served, signaling.CodeLost); true {
				silent++
			}
		}
		if silent < 16*17 {
			t.Errorf("%d silent wires were ended, want all", silent)
		}
	})
}
