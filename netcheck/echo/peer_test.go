package echo_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"echopath/netcheck"
	"echopath/netcheck/control"
	"echopath/netcheck/echo"
	"echopath/netcheck/netchecktest"
	"echopath/netcheck/stamp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// peer is the sender's side of a link whose far end is served.
type peer struct {
	t      *testing.T
	link   *netchecktest.Link
	far    *netchecktest.Link
	served chan error
	cancel context.CancelFunc
}

// ticking moves a nanosecond with each of its first readings, so that the clock's resolution is found at once.
func ticking() func() time.Time {
	n := 0
	return func() time.Time { n = min(n+1, 24); return time.Now().Add(time.Duration(n)) }
}

// serve starts a responder. It must be called inside a bubble.
func serve(t *testing.T) *peer {
	t.Helper()
	return serveBy(t, echo.Responder{})
}

// serveBy starts this responder on a link with these options.
func serveBy(t *testing.T, r echo.Responder, options ...netchecktest.Option) *peer {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	p := &peer{t: t, served: make(chan error, 1), cancel: cancel}
	p.link, p.far = netchecktest.NewLink(nil, nil, options...)
	r.Now = ticking()
	go func() { p.served <- r.Serve(ctx, p.far) }()
	return p
}

// serveMedia does so on a link with video streams.
func serveMedia(t *testing.T, r echo.Responder) (*peer, *origin) {
	t.Helper()
	near, far := netchecktest.NewMedia(nil, nil)
	return serveBy(t, r, netchecktest.WithMedia(near, far)), &origin{t: t, media: near, far: far}
}

// close ends the link and wants the responder to end without an error.
func (p *peer) close() {
	p.t.Helper()
	defer p.cancel()
	if err := p.link.Close(); err != nil {
		p.t.Error(err)
	}
	if err := <-p.served; err != nil {
		p.t.Errorf("the responder ended with %v", err)
	}
}

func (p *peer) send(m control.Message) {
	p.t.Helper()
	b, err := control.Encode(m)
	if err == nil {
		err = p.link.Control().Send(p.t.Context(), b)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// next gives the next message; blocks of the log before it are decoded into entries.
func (p *peer) next() (control.Message, map[stamp.Carrier][]stamp.Entry) {
	p.t.Helper()
	log := map[stamp.Carrier][]stamp.Entry{}
	for {
		b, err := p.link.Control().Receive(p.t.Context())
		if err != nil {
			p.t.Fatal(err)
		}
		if !control.IsBlock(b) {
			m, err := control.Decode(b)
			if err != nil {
				p.t.Fatal(err)
			}
			return m, log
		}
		h, entries, err := stamp.ParseBlock(b, nil)
		if err != nil || h.Session != session {
			p.t.Fatalf("%+v, %v", h, err)
		}
		log[h.Carrier] = append(log[h.Carrier], entries...)
	}
}

const session = 0xfeed

func order(packets int) *control.Order {
	return &control.Order{Probe: "loss", Session: session, Carriers: []string{"srtp", "datachannel"}, Rate: 100, Size: 100, Packets: packets}
}

// granted orders and wants a grant.
func (p *peer) granted(id uint32, o *control.Order) {
	p.t.Helper()
	p.send(control.Message{ID: id, Order: o})
	if m, _ := p.next(); m.ID != id || m.Grant == nil || m.Grant.ClockStart == 0 || m.Grant.ClockResolution != time.Nanosecond {
		p.t.Fatalf("no grant: %+v", m)
	}
}

// finished fetches the log and the srtp carrier's counters.
func (p *peer) finished(id uint32) (control.CarrierCounters, map[stamp.Carrier][]stamp.Entry) {
	p.t.Helper()
	p.send(control.Message{ID: id, Finish: &control.Finish{}})
	m, log := p.next()
	if m.ID != id || m.Counters == nil || len(m.Counters.Carriers) != 2 || m.Counters.Carriers[0].Carrier != "srtp" {
		p.t.Fatalf("no counters: %+v", m)
	}
	return m.Counters.Carriers[0], log
}

// datagram makes a test packet, changed as asked.
func datagram(seq uint32, change func(*stamp.Datagram)) []byte {
	d := stamp.Datagram{Kind: stamp.KindTest, Carrier: stamp.CarrierSRTP, Session: session, Seq: seq, Sent: 1 << 32}
	if change != nil {
		change(&d)
	}
	b := make([]byte, 100)
	if err := d.Put(b); err != nil {
		panic(err)
	}
	return b
}

// put sends a datagram over srtp and waits until nothing more moves.
func (p *peer) put(b []byte) {
	p.t.Helper()
	if err := p.link.Datagrams(netcheck.CarrierSRTP).Send(b); err != nil {
		p.t.Fatal(err)
	}
	synctest.Wait()
}

// replies reads what has come back over srtp.
func (p *peer) replies() []stamp.Datagram {
	p.t.Helper()
	conn := p.link.Datagrams(netcheck.CarrierSRTP)
	if err := conn.SetReceiveDeadline(time.Now().Add(time.Millisecond)); err != nil {
		p.t.Fatal(err)
	}
	var out []stamp.Datagram
	buf := make([]byte, 2048)
	for {
		n, err := conn.Receive(buf)
		if err != nil {
			return out
		}
		d, err := stamp.Parse(buf[:n])
		if err != nil || d.Kind != stamp.KindReply || n != 100 {
			p.t.Fatalf("%d bytes came back: %+v, %v", n, d, err)
		}
		out = append(out, d)
	}
}
