package rtc

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"echopath/internal/pace"
	"echopath/netcheck"
)

var testVideo = netcheck.VideoLoad{StartKbps: 3000, MaxKbps: 5000}

// echoMedia returns every packet, tells the origin what it may return, and keeps the key frames asked for at the origin.
func echoMedia(ctx context.Context, far netcheck.Link) error {
	m := far.Media()
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() {
		for {
			select {
			case <-m.KeyFrameAsked():
				_ = m.AskKeyFrame()
			case <-ctx.Done():
				return
			}
		}
	})
	wg.Go(func() {
		for {
			msg, err := m.Control().Receive(ctx)
			if err != nil || m.Control().Send(ctx, msg) != nil {
				return
			}
		}
	})
	var p netcheck.MediaPacket
	for {
		if err := m.Receive(&p); err != nil {
			break
		}
		if err := m.Send(&p); err != nil {
			break
		}
	}
	<-ctx.Done()
	return nil
}

// withVideo is the leg with video.
func withVideo(l netcheck.Leg) netcheck.Leg {
	load := testVideo
	l.Video = &load
	return l
}

// payload is what the packet with the number holds: of every length modulo 4, since relays pad.
func payload(number uint16) []byte {
	b := bytes.Repeat([]byte{byte(number)}, 400+int(number%7))
	binary.BigEndian.PutUint16(b, number)
	return b
}

// sendMedia sends n packets, rate a second.
func sendMedia(t *testing.T, m netcheck.MediaConn, n int, rate time.Duration) {
	t.Helper()
	sendMediaBy(t, m, n, rate, func(at time.Time) { must(t, pace.Clock{}.SleepUntil(t.Context(), at)) })
}

// sendMediaBy is sendMedia by another clock.
func sendMediaBy(t *testing.T, m netcheck.MediaConn, n int, rate time.Duration, until func(time.Time)) {
	t.Helper()
	next := time.Now()
	for i := range n {
		number := uint16(i)
		must(t, m.Send(&netcheck.MediaPacket{Sequence: number, Timestamp: uint32(number) * 300, Marker: number%10 == 9, Payload: payload(number)}))
		next = next.Add(time.Second / rate)
		until(next)
	}
}

// receiveMedia reads until it has seen n different packets, and checks each.
func receiveMedia(t *testing.T, m netcheck.MediaConn, n int) {
	t.Helper()
	must(t, m.SetReceiveDeadline(time.Now().Add(20*time.Second)))
	seen := map[uint16]bool{}
	var p netcheck.MediaPacket
	for len(seen) < n {
		if err := m.Receive(&p); err != nil {
			t.Errorf("%v after %d of %d packets", err, len(seen), n)
			return
		}
		if !bytes.Equal(p.Payload, payload(p.Sequence)) || p.Timestamp != uint32(p.Sequence)*300 || p.Marker != (p.Sequence%10 == 9) {
			t.Errorf("packet %d came back as %d bytes, timestamp %d, marker %v", p.Sequence, len(p.Payload), p.Timestamp, p.Marker)
		}
		seen[p.Sequence] = true
	}
	must(t, m.SetReceiveDeadline(time.Time{}))
}

// roundMedia sends n packets, 300 a second, and waits until all are back.
func roundMedia(t *testing.T, m netcheck.MediaConn, n int) {
	t.Helper()
	var wg sync.WaitGroup
	wg.Go(func() { receiveMedia(t, m, n) })
	sendMedia(t, m, n, 300)
	wg.Wait()
}

func TestMediaOverAllPaths(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	for _, p := range netcheck.AllPaths() {
		t.Run(string(p), func(t *testing.T) {
			var far netcheck.Link
			l := connect(t, &Connector{Respond: func(ctx context.Context, l netcheck.Link) error {
				far = l
				return echoMedia(ctx, l)
			}}, withVideo(s.leg(p)), nil)
			m := l.Media()
			const n = 300
			roundMedia(t, m, n)
			c, f := m.Counters(), far.Media().Counters()
			for end, c := range map[string]netcheck.MediaCounters{"local": c, "far": f} {
				if c.PacketsSent != n || c.PacketsReceived != n || c.Expected != n || c.Duplicate != 0 || c.Retransmitted != 0 ||
					c.BytesSent != c.BytesReceived || c.BytesSent != f.BytesSent || c.NACKSent != 0 {
					t.Errorf("%s end: %+v", end, c)
				}
			}
			checkMediaControl(t, m)
			checkFeedback(t, m)
		})
	}
}

func checkMediaControl(t *testing.T, m netcheck.MediaConn) {
	t.Helper()
	ctx := bounded(t, 5*time.Second)
	must(t, m.Control().Send(ctx, []byte("video")))
	back, err := m.Control().Receive(ctx)
	must(t, err)
	if string(back) != "video" {
		t.Errorf("%q came back", back)
	}
}

// checkFeedback asks for a key frame, which the far end asks for in turn.
func checkFeedback(t *testing.T, m netcheck.MediaConn) {
	t.Helper()
	must(t, m.AskKeyFrame())
	select {
	case <-m.KeyFrameAsked():
	case <-bounded(t, 10*time.Second).Done():
		t.Error("the request for a key frame was lost")
	}
	if c := m.Counters(); c.PLISent != 1 || c.PLIReceived != 1 {
		t.Errorf("counters %+v", c)
	}
}

func TestMediaDeadlineAndClose(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	l := connect(t, &Connector{Respond: echoMedia}, withVideo(s.leg(netcheck.PathDirect)), nil)
	m := l.Media()
	var p netcheck.MediaPacket
	must(t, m.SetReceiveDeadline(time.Now().Add(20*time.Millisecond)))
	for range 2 {
		if err := m.Receive(&p); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	}
	must(t, m.SetReceiveDeadline(time.Time{}))
	roundMedia(t, m, 10)
	if err := m.Send(&netcheck.MediaPacket{Payload: make([]byte, maxPayload+1)}); err == nil {
		t.Error("sent more than fits")
	}
	ended := make(chan error, 1)
	go func() { ended <- m.Receive(&netcheck.MediaPacket{}) }()
	must(t, l.Close())
	if err := <-ended; !errors.Is(err, io.EOF) {
		t.Errorf("Receive ended with %v", err)
	}
	for what, err := range map[string]error{"Receive": m.Receive(&p), "AskKeyFrame": m.AskKeyFrame(), "ReturnRate": m.ReturnRate(500),
		"Send": m.Send(&p)} {
		if err == nil {
			t.Errorf("%s after Close", what)
		}
	}
	if c := m.Counters(); c.PacketsSent != 10 || c.PacketsReceived != 10 {
		t.Errorf("counters after Close: %+v", c)
	}
	m.Rate()
}

// A packet of padding alone has a number that would be missed, and nothing else.
func TestMediaStripsPadding(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	l := connect(t, &Connector{}, withVideo(s.leg(netcheck.PathDirect)), nil).(*link)
	out := &l.peer.media.out
	for i, body := range []string{"", "picture"} {
		out.mu.Lock()
		h := out.header
		h.SequenceNumber, h.Padding, h.PaddingSize = uint16(i), true, 20
		_, err := out.to.WriteRTP(&h, []byte(body))
		out.mu.Unlock()
		must(t, err)
	}
	p := netcheck.MediaPacket{Payload: make([]byte, 0, 2000)}
	must(t, l.far.Media().SetReceiveDeadline(time.Now().Add(20*time.Second)))
	for i, body := range []string{"", "picture"} {
		must(t, l.far.Media().Receive(&p))
		if int(p.Sequence) != i || string(p.Payload) != body || cap(p.Payload) != 2000 {
			t.Errorf("packet %d holds %q in %d bytes, want %d and %q", p.Sequence, p.Payload, cap(p.Payload), i, body)
		}
	}
}

func TestMediaLinkLost(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	c := &Connector{ice: iceTimes{time.Second, time.Second, 200 * time.Millisecond}} // a busy computer needs some of it to connect
	l := connect(t, c, withVideo(s.leg(netcheck.PathDirect)), nil)
	must(t, l.(*link).far.peer.net.closeAll())
	m := l.Media()
	wantLost(t, "receive", m.Receive(&netcheck.MediaPacket{}))
	_, err := m.Control().Receive(t.Context())
	wantLost(t, "control", err)
	wantLost(t, "key frame", m.AskKeyFrame())
	wantLost(t, "rate", m.ReturnRate(500))
}

// When the far end alone closes, this end learns it.
func TestMediaFarEndCloses(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	l := connect(t, &Connector{}, withVideo(s.leg(netcheck.PathRelayUDP)), nil)
	must(t, l.(*link).far.peer.close())
	if err := l.Media().Receive(&netcheck.MediaPacket{}); !errors.Is(err, io.EOF) {
		t.Errorf("Receive ended with %v", err)
	}
}

// Cancelling while a link with video comes up leaves nothing behind.
func TestMediaCancelAtEveryStep(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	for _, p := range []netcheck.Path{netcheck.PathDirect, netcheck.PathRelayUDP} {
		t.Run(string(p), func(t *testing.T) {
			for at := 0; cancelAt(t, withVideo(s.leg(p)), at); at++ {
			}
		})
	}
}

// A server that gives nothing leaves no controller behind either.
func TestMediaNoConnection(t *testing.T) {
	noLeaks(t)
	leg := withVideo(legTo(&testServer{host: "127.0.0.1"}, netcheck.PathRelayUDP, deadUDP(t)))
	leg.Timeout = 500 * time.Millisecond
	if _, err := (&Connector{}).Connect(t.Context(), leg, func(netcheck.Event) {}); err == nil {
		t.Fatal("connected")
	}
}

func TestControllerTellsThatItHolds(t *testing.T) {
	var c gccController
	at := time.Now()
	a, b := [3]any{1.0, 2.0, 3.0}, [3]any{1.5, 2.0, 3.0}
	for i, step := range []struct {
		figures [3]any
		after   time.Duration
		want    bool
	}{{a, 0, false}, {a, holdTime, false}, {a, holdTime + 1, true}, {b, holdTime + 2, false}, {b, 2*holdTime + 3, true}} {
		if got := c.holds(step.figures, at.Add(step.after)); got != step.want {
			t.Errorf("step %d: holds %v", i, got)
		}
	}
}

func TestMediaIPv6(t *testing.T) {
	noLeaks(t)
	if conn, err := net.ListenPacket("udp6", "[::1]:0"); err != nil {
		t.Skipf("this machine has no ::1: %v", err)
	} else {
		must(t, conn.Close())
	}
	l := connect(t, &Connector{Respond: echoMedia}, withVideo(newTestServer(t, "::1").leg(netcheck.PathDirect)), nil)
	const n = 30
	roundMedia(t, l.Media(), n)
	want := uint64(0)
	for i := range n {
		want += uint64(len(payload(uint16(i))) + rtpHeader + 8 + 16 + 48) // the transport-wide number, SRTP, UDP and IPv6
	}
	if c := l.Media().Counters(); c.BytesSent != want || c.BytesReceived != want {
		t.Errorf("%d bytes sent and %d received, want %d", c.BytesSent, c.BytesReceived, want)
	}
}
