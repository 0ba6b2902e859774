package signaling_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"echopath/netcheck/signaling"
	"echopath/netcheck/signaling/signalingtest"
)

// TestMuxOverSession: legs of both ends over wires that break.
func TestMuxOverSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, nil)
		h.onWire = func(n int, guest, host *signalingtest.Wire) {
			frames := 0
			guest.OnSend(func(_ context.Context, f []byte) ([][]byte, error) {
				if frames++; frames > 9 && n < 20 {
					return nil, errors.New("cut")
				}
				return [][]byte{f}, nil
			})
		}
		c, g := h.join(nil)
		guest, host := signaling.NewMux(c), signaling.NewMux(g)
		ctx := t.Context()
		for round := range 3 {
			for _, ends := range [][2]*signaling.Mux{{guest, host}, {host, guest}} {
				near, err := ends[0].OpenLeg(ctx, testLeg())
				if err != nil {
					t.Fatal(err)
				}
				order, far, err := ends[1].NextLeg(ctx)
				if err != nil || order.ID != near.ID() {
					t.Fatalf("round %d: leg %d, %v", round, order.ID, err)
				}
				if odd := order.ID%2 == 1; odd != (ends[0] == guest) {
					t.Errorf("leg %d", order.ID)
				}
				for n := range 20 {
					text := fmt.Sprint(n)
					if err := errors.Join(near.Send(ctx, candidate(text)), far.Send(ctx, candidate(text))); err != nil {
						t.Fatal(err)
					}
					a, errA := near.Receive(ctx)
					b, errB := far.Receive(ctx)
					if errA != nil || errB != nil || a.Candidate != text || b.Candidate != text {
						t.Fatalf("%q %v, %q %v", a.Candidate, errA, b.Candidate, errB)
					}
				}
				_ = near.Close()
				_, err = far.Receive(ctx)
				wantCode(t, err, signaling.CodeLeft)
				_ = far.Close()
			}
		}
		if h.count() < 5 {
			t.Errorf("only %d wires were used", h.count())
		}
		_ = host.Close()
		<-guest.Done()
		wantCode(t, guest.Err(), signaling.CodeLeft)
		_ = guest.Close()
	})
}

// TestHostCloses: Close of a guest's Conn at the host tells the guest that the host left.
func TestHostCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t, nil)
		guest, host := h.join(nil)
		_ = host.Close()
		_, err := guest.Receive(t.Context())
		wantCode(t, err, signaling.CodeLeft)
		<-host.Done()
		_, err = host.Receive(t.Context())
		wantCode(t, err, signaling.CodeLeft)
	})
}
