package echo_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck/control"
	"echopath/netcheck/echo"
)

// A run that may ask for nothing gets nothing, whichever order it sends.
func TestALedgerOfNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, o := serveMedia(t, echo.Responder{Ledger: echo.NewLedger(echo.Limits{})})
		defer p.close()
		p.send(control.Message{ID: 1, Order: order(1)})
		if m, _ := p.next(); m.Refusal == nil || m.Refusal.Code != "limit" {
			t.Errorf("packets: %+v", m)
		}
		o.tell(control.Message{ID: 2, Video: &control.Video{MaxKbps: 50}})
		if m := o.hear(); m.Refusal == nil || m.Refusal.Code != "limit" {
			t.Errorf("a video: %+v", m)
		}
	})
}

// Two links of a run have together what the run may ask for: the second order takes it from the first link, whose serving ends.
func TestLinksOfARunShareItsLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ledger := echo.NewLedger(echo.Limits{PacketsPerSecond: 300, Kbps: 10_000, Packets: 10})
		one, two := serveBy(t, echo.Responder{Ledger: ledger}), serveBy(t, echo.Responder{Ledger: ledger})
		defer one.cancel()
		defer two.close()
		one.granted(1, order(10)) // two carriers of 100 packets a second
		two.granted(1, order(10))
		if err := <-one.served; !errors.Is(err, echo.ErrGivenUp) {
			t.Errorf("the first link ended with %v", err)
		}
		two.put(datagram(0, nil))
		if got := two.replies(); len(got) != 1 {
			t.Errorf("%d answers on the second link", len(got))
		}
	})
}

// What has ended in order takes no room, and neither does a link that has closed.
func TestLinksOfARunOneAfterAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ledger := echo.NewLedger(echo.Limits{PacketsPerSecond: 200, Kbps: 160, Packets: 10})
		one, two := serveBy(t, echo.Responder{Ledger: ledger}), serveBy(t, echo.Responder{Ledger: ledger})
		one.granted(1, order(10))
		one.finished(1)
		two.granted(1, order(10))
		two.close()
		one.granted(2, order(10))
		one.close()
	})
}

// Orders that follow at once do not give a run more than its rate: a budget of an order begins anew, and that of the run does not.
func TestOrdersDoNotAddUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// Two carriers of 100 packets a second of 100 bytes, and 64 KiB at once at such low rates.
		p := serveBy(t, echo.Responder{Ledger: echo.NewLedger(echo.Limits{PacketsPerSecond: 200, Kbps: 160, Packets: 10_000})})
		defer p.close()
		back := 0
		for id := range uint32(20) {
			p.granted(id, order(10_000))
			for seq := range uint32(200) {
				p.put(datagram(seq, nil))
			}
			back += len(p.replies())
			time.Sleep(time.Millisecond)
		}
		if most := 64<<10/100 + 50; back > most || back < 600 {
			t.Errorf("%d of 4000 packets came back at once, at most %d are due", back, most)
		}
	})
}

// An order that is refused because its link can not carry it takes no room, neither of its own link nor from another one.
func TestARefusedOrderTakesNoRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ledger := echo.NewLedger(echo.Limits{PacketsPerSecond: 200, Kbps: 160, Packets: 10})
		one, two := serveBy(t, echo.Responder{Ledger: ledger}), serveBy(t, echo.Responder{Ledger: ledger})
		defer one.close()
		defer two.close()
		one.granted(1, order(10))
		strange := order(10)
		strange.Carriers = []string{"srtp", "pigeon"}
		two.send(control.Message{ID: 1, Order: strange})
		if m, _ := two.next(); m.Refusal == nil || m.Refusal.Code != "no_carrier" {
			t.Errorf("answered %+v", m)
		}
		one.put(datagram(0, nil))
		if got := one.replies(); len(got) != 1 {
			t.Errorf("%d answers on the link whose order is granted", len(got))
		}
		one.send(control.Message{ID: 2, Order: strange}) // in place of the one that was granted
		if m, _ := one.next(); m.Refusal == nil || m.Refusal.Code != "no_carrier" {
			t.Errorf("answered %+v", m)
		}
		two.granted(2, order(10))
	})
}
