package echo_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck/control"
	"echopath/netcheck/echo"
	"echopath/netcheck/netchecktest"
)

// ofRun serves one more link of a run. It must be called inside a bubble.
func ofRun(t *testing.T, ledger *echo.Ledger) *peer {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	p := &peer{t: t, served: make(chan error, 1), cancel: cancel}
	p.link, p.far = netchecktest.NewLink(nil, nil)
	now := ticking()
	go func() { p.served <- echo.Responder{Now: now, Ledger: ledger}.Serve(ctx, p.far) }()
	return p
}

// A run that may ask for nothing gets nothing, whichever order it sends.
func TestALedgerOfNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := netchecktest.NewMedia(nil, nil)
		l, f := netchecktest.NewLink(nil, nil, netchecktest.WithMedia(near, far))
		p := &peer{t: t, link: l, far: f, served: make(chan error, 1), cancel: func() {}}
		now := ticking()
		go func() {
			p.served <- echo.Responder{Now: now, Ledger: echo.NewLedger(echo.Limits{})}.Serve(t.Context(), f)
		}()
		defer p.close()
		p.send(control.Message{ID: 1, Order: order(1)})
		if m, _ := p.next(); m.Refusal == nil || m.Refusal.Code != "limit" {
			t.Errorf("packets: %+v", m)
		}
		o := &origin{t: t, media: near, far: far}
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
		one, two := ofRun(t, ledger), ofRun(t, ledger)
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
		one, two := ofRun(t, ledger), ofRun(t, ledger)
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
		p := ofRun(t, echo.NewLedger(echo.Limits{PacketsPerSecond: 200, Kbps: 160, Packets: 10_000}))
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
