package echo_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/control"
	"echopath/netcheck/echo"
	"echopath/netcheck/netchecktest"
	"echopath/netcheck/stamp"
)

func TestOrdersAboveTheLimits(t *testing.T) {
	for name, tt := range map[string]struct {
		limits echo.Limits
		want   string // "": granted
	}{
		"none":             {echo.Limits{}, ""},
		"as much":          {echo.Limits{PacketsPerSecond: 200, Kbps: 160, Packets: 10}, ""},
		"packets a second": {echo.Limits{PacketsPerSecond: 199, Kbps: 160, Packets: 10}, "200 packets a second"},
		"kbit/s":           {echo.Limits{PacketsPerSecond: 200, Kbps: 159, Packets: 10}, "160 kbit/s"},
		"packets":          {echo.Limits{PacketsPerSecond: 200, Kbps: 160, Packets: 9}, "10 packets"},
		"no rate":          {echo.Limits{Kbps: 160, Packets: 10}, "at most 0"},
		"no bits":          {echo.Limits{PacketsPerSecond: 200, Packets: 10}, "at most 0"},
		"no packets":       {echo.Limits{PacketsPerSecond: 200, Kbps: 160}, "at most 0"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := serveBy(t, echo.Responder{Limits: tt.limits})
				defer p.close()
				p.send(control.Message{ID: 1, Order: order(10)})
				m, _ := p.next()
				switch {
				case tt.want == "" && m.Grant == nil:
					t.Errorf("not granted: %+v", m.Refusal)
				case tt.want != "" && (m.Refusal == nil || m.Refusal.Code != "limit" || !strings.Contains(m.Refusal.Text, tt.want)):
					t.Errorf("answered %+v, want a refusal with %q", m, tt.want)
				}
				if tt.want != "" { // nothing is reflected
					p.put(datagram(0, nil))
					if got := p.replies(); len(got) != 0 {
						t.Errorf("%d answers", len(got))
					}
				}
			})
		})
	}
}

// A video and packets beside it share the bitrate, and what has ended is given back.
func TestVideoSharesTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, o := serveMedia(t, echo.Responder{Limits: echo.Limits{PacketsPerSecond: 200, Kbps: 1000, Packets: 10}})
		defer p.close()
		p.granted(1, order(10)) // 160 kbit/s
		o.tell(control.Message{ID: 2, Video: &control.Video{MaxKbps: 900}})
		if m := o.hear(); m.Refusal == nil || !strings.Contains(m.Refusal.Text, "1060 kbit/s") {
			t.Errorf("answered %+v", m)
		}
		p.finished(1)
		o.tell(control.Message{ID: 3, Video: &control.Video{MaxKbps: 900}})
		if m := o.hear(); m.Grant == nil {
			t.Errorf("answered %+v", m)
		}
		o.finish(3)
	})
}

// A call is handed over with the control channel, and what comes in its place is dealt with here.
func TestCallsAreHandedOver(t *testing.T) {
	call := control.Message{ID: 1, Call: &control.Call{MaxKbps: 500, StartKbps: 100, Width: 320, Height: 180, FPS: 15, Duration: time.Second}}
	synctest.Test(t, func(t *testing.T) {
		near, far := netchecktest.NewMedia(nil, nil)
		l, f := netchecktest.NewLink(nil, nil, netchecktest.WithMedia(near, far))
		taken := make(chan control.Message, 8)
		answer := func(ctx context.Context, m netcheck.MediaConn, order control.Message) (*control.Message, error) {
			taken <- order
			b, err := m.Control().Receive(ctx)
			if err != nil {
				return nil, err
			}
			next, err := control.Decode(b)
			return &next, err
		}
		served := make(chan error, 1)
		go func() { served <- echo.Responder{Call: answer, Limits: echo.Limits{Kbps: 1000}}.Serve(t.Context(), f) }()
		o := &origin{t, near, far, func() error { return errors.Join(l.Close(), <-served) }}
		o.tell(call)
		second := call
		second.ID = 2
		o.tell(second) // in place of the first
		o.order(3)     // in place of the second: a video to return
		o.finish(3)
		large := call
		large.ID, large.Call = 4, &control.Call{MaxKbps: 1001, StartKbps: 100, Width: 320, Height: 180, FPS: 15, Duration: time.Second}
		o.tell(large)
		if m := o.hear(); m.ID != 4 || m.Refusal == nil || m.Refusal.Code != "limit" {
			t.Errorf("answered %+v", m)
		}
		o.tell(call) // and the link closes in the middle of it
		synctest.Wait()
		if err := o.end(); err != nil {
			t.Error(err)
		}
		for _, want := range []uint32{1, 2, 1} {
			if m := <-taken; m.ID != want {
				t.Errorf("call %d was handed over, want %d", m.ID, want)
			}
		}
	})
}

// Whoever sends faster than was granted gets back what was granted and some more; the rest is logged as skipped.
func TestReflectsWithinTheGrantedRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := serve(t)
		defer p.close()
		p.granted(1, order(10_000)) // 100 a second
		const sent = 2000
		for seq := range uint32(sent) { // 1000 a second for two seconds
			p.put(datagram(seq, nil))
			time.Sleep(time.Millisecond)
		}
		c, log := p.finished(1)
		// Two seconds at one and a half times the rate at once, and two more as they pass.
		if want := 600; c.Replies < want-3 || c.Replies > want+3 || c.Replies+c.Skipped != sent || len(log[stamp.CarrierSRTP]) != sent {
			t.Errorf("%d answers and %d skipped, want %d answers", c.Replies, c.Skipped, want)
		}
	})
}
