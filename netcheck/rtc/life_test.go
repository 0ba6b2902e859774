package rtc

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"echopath/netcheck"
)

// Cancelling at any step ends Connect at once and leaves nothing behind.
func TestCancelAtEveryStep(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	for _, p := range netcheck.AllPaths() {
		t.Run(string(p), func(t *testing.T) {
			for at := 0; ; at++ {
				if !cancelAt(t, s.leg(p), at) {
					return
				}
			}
		})
	}
}

// cancelAt cancels on the event with the index and tells whether there was one before the link.
func cancelAt(t *testing.T, leg netcheck.Leg, at int) bool {
	t.Helper()
	ctx, cancel := context.WithCancel(bounded(t, 20*time.Second))
	defer cancel()
	var seen int
	var when time.Time
	l, err := (&Connector{Respond: echo}).Connect(ctx, leg, func(netcheck.Event) {
		if seen++; seen > at && when.IsZero() {
			when = time.Now()
			cancel()
		}
	})
	if err == nil { // the cancellation came after all was done, or never
		must(t, l.Close())
		return !when.IsZero()
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("event %d: %v", at, err)
	}
	if took := time.Since(when); took > time.Second {
		t.Errorf("event %d: returned %v after the cancellation", at, took)
	}
	return true
}

// While a server keeps silent there are no events to cancel at.
func TestCancelWhileSilent(t *testing.T) {
	noLeaks(t)
	s := &testServer{host: "127.0.0.1"}
	for path, port := range map[netcheck.Path]int{
		netcheck.PathSTUN: deadUDP(t), netcheck.PathRelayUDP: deadUDP(t), netcheck.PathRelayTCP: deadTCP(t), netcheck.PathRelayTLS: deadTCP(t),
	} {
		t.Run(string(path), func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			begin := time.Now()
			_, err := (&Connector{}).Connect(ctx, legTo(s, path, port), func(netcheck.Event) {})
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
			if took := time.Since(begin); took > time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestNoEventAfterReturn(t *testing.T) {
	noLeaks(t)
	s := &testServer{host: "127.0.0.1"}
	var returned, late atomic.Bool
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := (&Connector{}).Connect(ctx, legTo(s, netcheck.PathRelayTLS, deadTCP(t)), func(netcheck.Event) {
		late.Store(late.Load() || returned.Load())
	})
	returned.Store(true)
	if err == nil || late.Load() {
		t.Errorf("err %v, late event %v", err, late.Load())
	}
}

// Close ends every wait at both ends, is idempotent, and waits for the service.
func TestClose(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	var served atomic.Bool
	ends := make(chan error, 8)
	c := &Connector{Respond: func(ctx context.Context, far netcheck.Link) error {
		err := echo(ctx, far)
		served.Store(true)
		return err
	}}
	l, err := c.Connect(bounded(t, 10*time.Second), s.leg(netcheck.PathRelayTCP), func(netcheck.Event) {})
	must(t, err)
	for _, carrier := range netcheck.AllCarriers() {
		go func() {
			_, err := l.Datagrams(carrier).Receive(make([]byte, 100))
			ends <- err
		}()
	}
	go func() {
		_, err := l.Control().Receive(context.Background())
		ends <- err
	}()
	must(t, l.Close())
	if !served.Load() {
		t.Error("Close did not wait for the service")
	}
	for range 3 {
		if err := <-ends; !errors.Is(err, io.EOF) {
			t.Errorf("a wait ended with %v", err)
		}
	}
	must(t, l.Close())
	if err := l.Datagrams(netcheck.CarrierSRTP).Send(make([]byte, 64)); err == nil {
		t.Error("sent after Close")
	}
	if err := l.Control().Send(t.Context(), []byte("x")); !errors.Is(err, io.EOF) {
		t.Errorf("message after Close: %v", err)
	}
	if _, _, err := l.Pairs(t.Context()); err == nil {
		t.Error("pairs after Close")
	}
	l.Counters()
}

func TestReceiveDeadline(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	l := connect(t, &Connector{Respond: echo}, s.leg(netcheck.PathDirect), nil)
	for _, c := range netcheck.AllCarriers() {
		d, b := l.Datagrams(c), make([]byte, 100)
		must(t, d.SetReceiveDeadline(time.Now().Add(20*time.Millisecond)))
		for range 2 {
			if _, err := d.Receive(b); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%s: %v", c, err)
			}
		}
		must(t, d.SetReceiveDeadline(time.Time{}))
		must(t, d.Send(b))
		if _, err := d.Receive(b); err != nil {
			t.Errorf("%s: %v after the deadline was lifted", c, err)
		}
		must(t, d.SetReceiveDeadline(time.Now().Add(time.Hour))) // must not outlive the link
	}
}

// A link whose packets stop coming is told lost; the times are a tenth of the real ones.
func TestLinkLost(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	short := iceTimes{300 * time.Millisecond, 300 * time.Millisecond, 100 * time.Millisecond}
	for _, p := range []netcheck.Path{netcheck.PathDirect, netcheck.PathRelayTCP} {
		t.Run(string(p), func(t *testing.T) {
			c := &Connector{ice: short}
			l, err := c.Connect(bounded(t, 10*time.Second), s.leg(p), func(netcheck.Event) {})
			must(t, err)
			defer l.Close()
			must(t, l.(*link).far.peer.net.closeAll())
			for _, carrier := range netcheck.AllCarriers() {
				_, err := l.Datagrams(carrier).Receive(make([]byte, 100))
				wantLost(t, string(carrier), err)
			}
			_, err = l.Control().Receive(t.Context())
			wantLost(t, "control", err)
			_, _, err = l.Pairs(t.Context())
			if err == nil {
				t.Error("a lost link has pairs")
			}
		})
	}
}

func wantLost(t *testing.T, what string, err error) {
	t.Helper()
	var f *netcheck.Failure
	if !errors.As(err, &f) || f.Code != netcheck.ReasonLinkLost {
		t.Errorf("%s: %v", what, err)
	}
}

// When the far end alone closes, this end learns it at once.
func TestFarEndCloses(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	l := connect(t, &Connector{}, s.leg(netcheck.PathRelayUDP), nil)
	must(t, l.(*link).far.peer.close())
	begin := time.Now()
	for _, c := range netcheck.AllCarriers() {
		if _, err := l.Datagrams(c).Receive(make([]byte, 100)); !errors.Is(err, io.EOF) {
			t.Errorf("%s: %v", c, err)
		}
	}
	if took := time.Since(begin); took > time.Second {
		t.Errorf("took %v", took)
	}
}

// Backpressure: Send waits while nobody reads, and for no longer than its context.
func TestControlBackpressure(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	l := connect(t, &Connector{}, s.leg(netcheck.PathDirect), nil)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	msg := make([]byte, netcheck.MaxMessage)
	for sent := 0; ; sent++ {
		if err := l.Control().Send(ctx, msg); err != nil {
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("after %d messages: %v", sent, err)
			}
			return
		}
		if sent > 1000 {
			t.Fatal("32 MB were queued without waiting")
		}
	}
}

// A datagram that is larger than the reader's buffer is cut, and does not stand in the way of the next.
func TestOversizeDatagram(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	l := connect(t, &Connector{Respond: echo}, s.leg(netcheck.PathDirect), nil)
	for _, c := range netcheck.AllCarriers() {
		d := l.Datagrams(c)
		must(t, d.SetReceiveDeadline(time.Now().Add(5*time.Second)))
		must(t, d.Send(make([]byte, 900)))
		must(t, d.Send(make([]byte, 70)))
		for _, want := range []int{100, 70} {
			if n, err := d.Receive(make([]byte, 100)); n != want || err != nil {
				t.Errorf("%s: %d bytes, %v; want %d", c, n, err, want)
			}
		}
	}
}

// A service that fails, or closes its end, ends the link for the other end too.
func TestServiceEndsLink(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	for name, respond := range map[string]func(context.Context, netcheck.Link) error{
		"error": func(context.Context, netcheck.Link) error { return errors.New("no more") },
		"close": func(_ context.Context, far netcheck.Link) error { return far.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			l := connect(t, &Connector{Respond: respond}, s.leg(netcheck.PathDirect), nil)
			if _, err := l.Control().Receive(bounded(t, 5*time.Second)); !errors.Is(err, io.EOF) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// A far end that reads no video must not stand in the way of anything else, and neither must its closing.
func TestVideoThatNobodyReads(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	l := connect(t, &Connector{Respond: echo}, withVideo(s.leg(netcheck.PathDirect)), nil)
	p := netcheck.MediaPacket{Payload: make([]byte, maxPayload)}
	for range 3000 { // three times what waits to be read
		must(t, l.Media().Send(&p))
		p.Sequence++
	}
	for _, c := range netcheck.AllCarriers() {
		checkEcho(t, l, c, 200)
	}
	checkControl(t, l)
	if c := l.(*link).far.Media().Counters(); c.PacketsReceived != 0 {
		t.Errorf("%+v was read", c)
	}
}

// A leg that asks for no video gets a connection without any trace of it.
func TestLegWithoutVideo(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	for want, leg := range map[bool]netcheck.Leg{false: s.leg(netcheck.PathDirect), true: withVideo(s.leg(netcheck.PathDirect))} {
		l := connect(t, &Connector{}, leg, nil).(*link)
		for _, end := range []*link{l, l.far} {
			for _, d := range []*webrtc.SessionDescription{end.peer.pc.LocalDescription(), end.peer.pc.RemoteDescription()} {
				for _, trace := range []string{"m=video", "VP8", "transport-wide-cc", "rtcp-fb"} {
					if got := strings.Contains(d.SDP, trace); got != want {
						t.Errorf("video %v: %q in the %s's %s: %v", want, trace, end.peer.end, d.Type, got)
					}
				}
				if strings.Contains(d.SDP, "rtx") {
					t.Error("there is a stream for retransmissions")
				}
			}
			if got := end.Media() != nil; got != want {
				t.Errorf("video %v: media %v", want, got)
			}
		}
	}
}
