package echo_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"echopath/netcheck"
	"echopath/netcheck/control"
	"echopath/netcheck/stamp"
)

func TestReflects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := serve(t)
		defer p.close()
		p.granted(1, order(10))
		p.put(datagram(0, func(d *stamp.Datagram) { d.Flags = stamp.FlagWarmUp }))
		for _, seq := range []uint32{0, 1, 3} {
			p.put(datagram(seq, nil))
		}
		got := p.replies()
		if len(got) != 4 || got[0].Flags&stamp.FlagWarmUp == 0 {
			t.Fatalf("%+v", got)
		}
		for i, want := range []struct {
			seq, reply uint32
			window     uint64
		}{{0, 0, 0b1}, {1, 1, 0b11}, {3, 2, 0b1101}} {
			if r := got[i+1]; r.Seq != want.seq || r.Reply.Seq != want.reply || r.Reply.Window != want.window || r.Sent != 1<<32 || r.Reply.Received > r.Reply.Sent {
				t.Errorf("%+v, want %+v", r, want)
			}
		}
		c, log := p.finished(1)
		if c.Received != 3 || c.Distinct != 3 || c.Replies != 3 || c.Foreign != 0 || len(log[stamp.CarrierSRTP]) != 3 || len(log[stamp.CarrierDataChannel]) != 0 {
			t.Errorf("%+v, %+v", c, log)
		}
	})
}

// What is not a packet of this run is counted and gets no answer.
func TestForeignDatagrams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := serve(t)
		defer p.close()
		p.granted(1, order(10))
		reply := datagram(2, nil)
		if err := stamp.Reflect(reply, stamp.Reply{Window: 1}); err != nil {
			t.Fatal(err)
		}
		foreign := [][]byte{nil, {1}, []byte("GET / HTTP/1.1\r\n\r\n"), bytes.Repeat([]byte{0xff}, 1500), reply, datagram(1, nil)[:70],
			datagram(1, func(d *stamp.Datagram) { d.Session++ }), datagram(1, func(d *stamp.Datagram) { d.Carrier = stamp.CarrierDataChannel })}
		for _, b := range foreign {
			p.put(b)
		}
		if got := p.replies(); len(got) != 0 {
			t.Errorf("answered: %+v", got)
		}
		if c, log := p.finished(1); c.Foreign != len(foreign) || c.Received != 0 || len(log[stamp.CarrierSRTP]) != 0 {
			t.Errorf("%+v, %+v", c, log)
		}
	})
}

// A copy is in the log and is not answered again.
func TestCopies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := serve(t)
		defer p.close()
		p.granted(1, order(10))
		for _, seq := range []uint32{5, 5, 4, 5} {
			p.put(datagram(seq, nil))
		}
		if got := p.replies(); len(got) != 2 {
			t.Errorf("%d answers, want 2", len(got))
		}
		c, log := p.finished(1)
		var copies []bool
		for _, e := range log[stamp.CarrierSRTP] {
			copies = append(copies, e.Duplicate)
		}
		if c.Received != 4 || c.Distinct != 2 || c.Replies != 2 || len(copies) != 4 || copies[0] || !copies[1] || copies[2] || !copies[3] {
			t.Errorf("%+v, copies %v", c, copies)
		}
	})
}

func TestSkipsWhenItCanNotSend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := serve(t)
		defer p.close()
		p.granted(1, order(10))
		far := p.far.Carrier(netcheck.CarrierSRTP)
		far.SetQueued(control.QueueLimit(100, 100))
		p.put(datagram(0, nil))
		far.SetQueued(0)
		far.SetSendError(errors.New("no buffer space"))
		p.put(datagram(1, nil))
		far.SetSendError(nil)
		p.put(datagram(2, nil))
		got := p.replies()
		if len(got) != 1 || got[0].Seq != 2 || got[0].Reply.Skipped != 2 || got[0].Reply.Distinct != 3 {
			t.Errorf("%+v", got)
		}
		c, log := p.finished(1)
		e := log[stamp.CarrierSRTP]
		if c.Skipped != 2 || c.Replies != 1 || c.QueuedMax == 0 || len(e) != 3 || !e[0].Skipped || !e[1].Skipped || !e[2].Replied {
			t.Errorf("%+v, %+v", c, e)
		}
	})
}

// A peer that sends far more than it ordered does not make the log grow without end.
func TestTheLogIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := serve(t)
		defer p.close()
		p.granted(1, order(1))
		const sent = 3000
		for seq := range uint32(sent) {
			p.put(datagram(seq, nil))
		}
		c, log := p.finished(1)
		if n := len(log[stamp.CarrierSRTP]); c.Received != sent || c.LogLost == 0 || n+c.LogLost != sent {
			t.Errorf("%d entries, %+v", n, c)
		}
	})
}

func TestRefusals(t *testing.T) {
	bad := order(10)
	bad.Rate = 1e9
	none := order(10)
	none.Carriers = []string{"pigeon"}
	message := func(m control.Message) []byte {
		m.V = control.Version
		b, err := json.Marshal(m)
		if err != nil {
			panic(err)
		}
		return b
	}
	tests := []struct {
		name, code string
		in         []byte
		id         uint32
	}{
		{"an order out of bounds", "malformed", message(control.Message{ID: 5, Order: bad}), 5},
		{"a carrier that is not there", "no_carrier", message(control.Message{ID: 5, Order: none}), 5},
		{"a finish without an order", "unexpected", message(control.Message{ID: 5, Finish: &control.Finish{}}), 5},
		{"a grant from the wrong end", "unexpected", message(control.Message{ID: 5, Grant: &control.Grant{}}), 5},
		{"a newer version", "malformed", []byte(`{"v":9,"id":5,"finish":{}}`), 5},
		{"nonsense", "malformed", []byte("{nonsense"), 0},
		{"a block", "malformed", []byte{1, 2, 3}, 0},
		{"a message that is too large", "malformed", []byte("{" + strings.Repeat(" ", control.MaxMessage) + "}"), 0},
	}
	synctest.Test(t, func(t *testing.T) {
		p := serve(t)
		defer p.close()
		for _, tt := range tests {
			if err := p.link.Control().Send(t.Context(), tt.in); err != nil {
				t.Fatal(err)
			}
			if m, _ := p.next(); m.Refusal == nil || m.Refusal.Code != tt.code || m.Refusal.Text == "" || m.ID != tt.id {
				t.Errorf("%s: %+v", tt.name, m)
			}
		}
		p.granted(6, order(10)) // and it goes on serving
		p.send(control.Message{ID: 5, Finish: &control.Finish{}})
		if m, _ := p.next(); m.Refusal == nil || m.Refusal.Code != "unexpected" {
			t.Errorf("a finish of another order: %+v", m)
		}
	})
}

func TestOrdersOneAfterAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := serve(t)
		defer p.close()
		for id := range uint32(2) {
			p.granted(id+1, order(10))
			p.put(datagram(0, nil))
			if c, _ := p.finished(id + 1); c.Received != 1 || c.Replies != 1 {
				t.Errorf("order %d: %+v", id+1, c)
			}
		}
		p.send(control.Message{ID: 2, Finish: &control.Finish{}})
		if m, _ := p.next(); m.Refusal == nil {
			t.Errorf("a second finish: %+v", m)
		}
	})
}

func TestASecondOrderReplacesTheFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := serve(t)
		defer p.close()
		p.granted(1, order(10))
		p.put(datagram(0, nil))
		p.granted(2, order(10))
		p.put(datagram(0, nil))
		if got := p.replies(); len(got) != 2 {
			t.Errorf("%d answers, want one for each order", len(got))
		}
		p.send(control.Message{ID: 1, Finish: &control.Finish{}})
		if m, _ := p.next(); m.ID != 1 || m.Refusal == nil {
			t.Errorf("the first order is over: %+v", m)
		}
		if c, _ := p.finished(2); c.Received != 1 {
			t.Errorf("%+v", c)
		}
	})
}

func TestServeEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := serve(t)
		p.granted(1, order(10))
		p.cancel()
		if err := <-p.served; err != nil {
			t.Error(err)
		}
		// The link belongs to someone else and is still open.
		if err := p.link.Datagrams(netcheck.CarrierSRTP).Send(datagram(0, nil)); err != nil {
			t.Error(err)
		}
		p.served <- nil
		p.close()
	})
}

func TestServeEndsWithTheLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := serve(t)
		p.granted(1, order(10))
		p.close()
	})
}
