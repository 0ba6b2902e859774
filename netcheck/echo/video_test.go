package echo_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/control"
	"echopath/netcheck/echo"
	"echopath/netcheck/netchecktest"
)

// origin is the end that orders a video, driven by hand.
type origin struct {
	t     *testing.T
	media *netchecktest.Media
	far   *netchecktest.Media
	end   func() error
}

// newOrigin connects to a responder. It must be called inside a synctest bubble, and end at its end.
func newOrigin(t *testing.T, back netchecktest.MediaImpair) *origin {
	t.Helper()
	near, far := netchecktest.NewMedia(nil, back)
	l, f := netchecktest.NewLink(nil, nil, netchecktest.WithMedia(near, far))
	served := make(chan error, 1)
	go func() { served <- echo.Responder{}.Serve(t.Context(), f) }()
	return &origin{t, near, far, func() error { return errors.Join(l.Close(), <-served) }}
}

func (o *origin) tell(m control.Message) {
	o.t.Helper()
	b, err := control.Encode(m)
	if err == nil {
		err = o.media.Control().Send(o.t.Context(), b)
	}
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *origin) hear() control.Message {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(o.t.Context(), 10*time.Second)
	defer cancel()
	b, err := o.media.Control().Receive(ctx)
	if err != nil {
		o.t.Fatal(err)
	}
	m, err := control.Decode(b)
	if err != nil {
		o.t.Fatal(err)
	}
	return m
}

func (o *origin) order(id uint32) {
	o.t.Helper()
	o.tell(control.Message{ID: id, Video: &control.Video{MaxKbps: 1000}})
	for m := o.hear(); m.Grant == nil || m.ID != id; m = o.hear() {
		if m.Refusal != nil {
			o.t.Fatalf("refused: %+v", m.Refusal)
		}
	}
}

// finish gives the last account of a video.
func (o *origin) finish(id uint32) control.Returned {
	o.t.Helper()
	o.tell(control.Message{ID: id, Finish: &control.Finish{}})
	for {
		if m := o.hear(); m.ID == id && m.Returned != nil && m.Returned.Last {
			return *m.Returned
		}
	}
}

func (o *origin) send(sequence uint16, payload string) {
	o.t.Helper()
	if err := o.media.Send(&netcheck.MediaPacket{Sequence: sequence, Timestamp: 7, Marker: sequence%3 == 0, Payload: []byte(payload)}); err != nil {
		o.t.Fatal(err)
	}
}

func (o *origin) back() netcheck.MediaPacket {
	o.t.Helper()
	var p netcheck.MediaPacket
	_ = o.media.SetReceiveDeadline(time.Now().Add(time.Second))
	if err := o.media.Receive(&p); err != nil {
		o.t.Fatal(err)
	}
	return p
}

func TestVideoComesBackAsItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, nil)
		o.order(1)
		for _, n := range []uint16{65534, 65535, 2, 1, 1, 9} { // a hole, a late one and a copy
			o.send(n, "picture")
			if p := o.back(); p.Sequence != n || p.Timestamp != 7 || p.Marker != (n%3 == 0) || string(p.Payload) != "picture" {
				t.Errorf("%d came back as %+v", n, p)
			}
		}
		a := o.finish(1)
		if a.PacketsReceived != 6 || a.PacketsSent != 6 || a.BytesSent != a.BytesReceived || a.BytesSent == 0 || a.SendFailed != 0 {
			t.Errorf("account %+v", a)
		}
		o.send(10, "after the end")
		_ = o.media.SetReceiveDeadline(time.Now().Add(time.Second))
		if err := o.media.Receive(new(netcheck.MediaPacket)); err == nil {
			t.Error("a video that has ended is still returned")
		}
		if err := o.end(); err != nil {
			t.Error(err)
		}
	})
}

func TestKeyFrameRequestsAndRatesArePassedOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, nil)
		o.far.Own = func() float64 { return 321 }
		o.order(1)
		if err := o.media.AskKeyFrame(); err != nil {
			t.Fatal(err)
		}
		<-o.media.KeyFrameAsked() // of the origin's encoder, by the far end
		m := o.hear()
		if m.Returned == nil || m.Returned.OwnKbps != 321 || m.Returned.Last {
			t.Errorf("account %+v", m.Returned)
		}
		if r := o.media.Rate(); r.Peer != 321 || r.Target != 321 {
			t.Errorf("the origin may send %+v, and the way back allows 321", r)
		}
		if err := o.end(); err != nil {
			t.Error(err)
		}
	})
}

func TestAccountsBeginWithTheOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, nil)
		for id := range uint32(3) { // the second and third replace the one before
			o.order(id)
			for range 5 {
				o.send(uint16(id), "x") //nolint:gosec // small
				o.back()
			}
		}
		if a := o.finish(2); a.PacketsReceived != 5 || a.PacketsSent != 5 {
			t.Errorf("account of the third video %+v", a)
		}
		if err := o.end(); err != nil {
			t.Error(err)
		}
	})
}

func TestVideoThatCanNotBeReturned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, nil)
		o.far.SetSendError(io.ErrShortWrite)
		o.order(1)
		o.send(1, "x")
		synctest.Wait()
		if a := o.finish(1); a.SendFailed != 1 || a.PacketsReceived != 1 || a.PacketsSent != 0 {
			t.Errorf("account %+v", a)
		}
		if err := o.end(); err != nil {
			t.Error(err)
		}
	})
}

func TestVideoOrdersThatAreRefused(t *testing.T) {
	for name, in := range map[string]string{
		"nothing runs":     `{"v":1,"id":9,"finish":{}}`,
		"no such bitrate":  `{"v":1,"id":9,"video":{"max_kbps":1e9}}`,
		"a negative one":   `{"v":1,"id":9,"video":{"max_kbps":-1}}`,
		"another probe's":  `{"v":1,"id":9,"order":{"probe":"loss","carriers":["srtp"],"rate":1,"size":100,"packets":1}}`,
		"a newer version":  `{"v":2,"id":9,"video":{"max_kbps":1}}`,
		"two at once":      `{"v":1,"id":9,"video":{"max_kbps":1},"finish":{}}`,
		"not even a shape": `{"v":1,"id":9}`,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOrigin(t, nil)
				if err := o.media.Control().Send(t.Context(), []byte(in)); err != nil {
					t.Fatal(err)
				}
				if m := o.hear(); m.ID != 9 || m.Refusal == nil || m.Refusal.Text == "" {
					t.Errorf("answered %+v", m)
				}
				o.order(1) // and it goes on serving
				if err := o.end(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// No more comes back than was said would be sent, whatever is.
func TestVideoIsReturnedWithinItsBitrate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin(t, nil)
		o.order(1) // at most 1000 kbit/s
		payload := strings.Repeat("x", 1000)
		for i := range 2000 { // 8000 kbit/s for two seconds
			o.send(uint16(i), payload) //nolint:gosec // small
			time.Sleep(time.Millisecond)
		}
		a := o.finish(1)
		if back := float64(a.PacketsSent) * 8; back > 1500*4*1.01 || back < 1500*4*0.95 || a.SendFailed+a.PacketsSent != 2000 {
			t.Errorf("%.0f kbit came back in two seconds, account %+v", back, a)
		}
		if err := o.end(); err != nil {
			t.Error(err)
		}
	})
}
