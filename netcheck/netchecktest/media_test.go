package netchecktest_test

import (
	"errors"
	"io"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/netchecktest"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// linked gives both ends of a link's video streams. The link closes with the test.
func linked(t *testing.T, out, back netchecktest.MediaImpair) (local, far *netchecktest.Media, link netcheck.Link) {
	t.Helper()
	local, far = netchecktest.NewMedia(out, back)
	l, _ := netchecktest.NewLink(nil, nil, netchecktest.WithMedia(local, far))
	t.Cleanup(func() { must(t, l.Close()) })
	return local, far, l
}

func TestMediaLosesDelaysAndRepeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		local, far, l := linked(t, func(n int, _ *netcheck.MediaPacket) []time.Duration {
			return [][]time.Duration{{20 * time.Millisecond}, {}, {30 * time.Millisecond, 40 * time.Millisecond}}[n%3]
		}, nil)
		begin := time.Now()
		for i := range 3 {
			must(t, l.Media().Send(&netcheck.MediaPacket{Sequence: uint16(100 + i), Timestamp: 9, Marker: true, Payload: []byte("xyz")}))
		}
		var p netcheck.MediaPacket
		for i, want := range []struct {
			sequence uint16
			at       time.Duration
		}{{100, 20}, {102, 30}, {102, 40}} {
			must(t, far.Receive(&p))
			if took := time.Since(begin); p.Sequence != want.sequence || took != want.at*time.Millisecond || string(p.Payload) != "xyz" || p.Timestamp != 9 || !p.Marker {
				t.Errorf("%d: %+v after %v, want %+v", i, p, took, want)
			}
		}
		const size = netchecktest.MediaOverhead + 3
		if c := local.Counters(); c.PacketsSent != 3 || c.BytesSent != 3*size || c.PacketsReceived != 0 {
			t.Errorf("sender %+v", c)
		}
		if c := far.Counters(); c.PacketsReceived != 2 || c.Expected != 3 || c.Duplicate != 1 || c.BytesReceived != 3*size {
			t.Errorf("receiver %+v", c)
		}
	})
}

func TestMediaFeedback(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		local, far, _ := linked(t, nil, nil)
		local.Own = func() float64 { return 900 }
		local.Rated = func(r netcheck.MediaRate) netcheck.MediaRate { r.State = "decrease"; return r }
		local.Counted = func(c netcheck.MediaCounters) netcheck.MediaCounters { c.RTTCount = 5; return c }
		far.Delay = 10 * time.Millisecond
		if r := local.Rate(); r != (netcheck.MediaRate{Own: 900, Target: 900, State: "decrease", Usage: "normal"}) {
			t.Errorf("rate %+v", r)
		}
		if r := far.Rate(); r.Own != netchecktest.DefaultMediaKbps || r.State != "increase" {
			t.Errorf("rate that is not scripted: %+v", r)
		}
		begin := time.Now()
		for range 2 {
			must(t, far.AskKeyFrame())
		}
		must(t, far.ReturnRate(300))
		<-local.KeyFrameAsked()
		synctest.Wait()
		if took := time.Since(begin); took != far.Delay {
			t.Errorf("told after %v", took)
		}
		if r := local.Rate(); r.Peer != 300 || r.Target != 300 {
			t.Errorf("rate %+v", r)
		}
		if c := local.Counters(); c.PLIReceived != 2 || c.RTTCount != 5 {
			t.Errorf("counters %+v", c)
		}
		if far.Counters().PLISent != 2 || far.ReturnRate(0) == nil {
			t.Error("requests were not counted, or a rate of 0 was sent")
		}
	})
}

func TestMediaDeadlineAndEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		local, far, l := linked(t, nil, nil)
		var p netcheck.MediaPacket
		must(t, local.SetReceiveDeadline(time.Now().Add(time.Second)))
		for range 2 {
			if err := local.Receive(&p); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("got %v", err)
			}
		}
		must(t, local.SetReceiveDeadline(time.Time{}))
		far.SetSendError(io.ErrShortWrite)
		if err := far.Send(&p); !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("got %v", err)
		}
		must(t, local.Control().Send(t.Context(), []byte("m")))
		if m, err := far.Control().Receive(t.Context()); err != nil || string(m) != "m" {
			t.Errorf("got %q, %v", m, err)
		}
		ended := make(chan error)
		go func() { ended <- local.Receive(&p) }()
		synctest.Wait()
		must(t, l.Close())
		if err := <-ended; !errors.Is(err, io.EOF) {
			t.Errorf("Receive ended with %v", err)
		}
		_, err := far.Control().Receive(t.Context())
		for what, err := range map[string]error{"control": err, "send": far.Send(&p), "key frame": far.AskKeyFrame(), "rate": far.ReturnRate(1)} {
			if !errors.Is(err, io.EOF) {
				t.Errorf("%s after Close: %v", what, err)
			}
		}
	})
}

func TestLinkWithoutMedia(t *testing.T) {
	l, far := netchecktest.NewLink(nil, nil)
	if l.Media() != nil || far.Media() != nil {
		t.Error("there are video streams that nobody asked for")
	}
	must(t, l.Close())
}
