package rtc

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pion/datachannel"
	"github.com/pion/webrtc/v4"

	"echopath/internal/vlab"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

var _ signaling.Wire = (*Pasted)(nil)

// pasted makes both ends of a wire, with texts that nobody changed on the way.
func pasted(t *testing.T, inviting, answering Paster) (a, b *Pasted) {
	t.Helper()
	a, invitation, err := inviting.Invite(bounded(t, 10*time.Second))
	must(t, err)
	t.Cleanup(func() { must(t, a.Close()) })
	b, answer, err := answering.Answer(bounded(t, 10*time.Second), invitation)
	must(t, err)
	t.Cleanup(func() { must(t, b.Close()) })
	must(t, a.Accept(answer))
	t.Logf("texts of %d and %d bytes", len(invitation), len(answer))
	if len(invitation) > maxPasted || len(answer) > maxPasted {
		t.Error("the texts are too long")
	}
	return a, b
}

func checkWire(t *testing.T, a, b *Pasted) {
	t.Helper()
	ctx := bounded(t, 15*time.Second)
	for _, size := range []int{1, 1000, signaling.MaxFrame} {
		for _, w := range [][2]*Pasted{{a, b}, {b, a}} {
			out := bytes.Repeat([]byte{byte(size)}, size)
			must(t, w[0].Send(ctx, out))
			in, err := w[1].Receive(ctx)
			must(t, err)
			if !bytes.Equal(in, out) {
				t.Errorf("%d bytes came as %d others", len(out), len(in))
			}
		}
	}
}

func TestPastedWire(t *testing.T) {
	noLeaks(t)
	local := Paster{Address: netip.MustParseAddr("127.0.0.1")}
	a, b := pasted(t, local, local)
	checkWire(t, a, b)
	if a.Way() != signaling.WayPaste || !a.Remote().Addr().IsLoopback() {
		t.Errorf("way %s, remote %v", a.Way(), a.Remote())
	}
	if err := a.Send(t.Context(), make([]byte, signaling.MaxFrame+1)); err == nil {
		t.Error("a frame that is too large was sent")
	}
	must(t, a.Close())
	if _, err := b.Receive(bounded(t, 5*time.Second)); !errors.Is(err, io.EOF) {
		t.Errorf("after the other end's Close: %v", err)
	}
	if _, err := a.Receive(t.Context()); !errors.Is(err, io.EOF) {
		t.Errorf("after Close: %v", err)
	}
}

// Two ends behind two translators, with a STUN server outside.
func TestPastedWireThroughNATs(t *testing.T) {
	noLeaks(t)
	lab, err := vlab.New(vlab.Config{Seed: 1, Local: vlab.PortRestricted, Far: vlab.PortRestricted})
	must(t, err)
	t.Cleanup(func() { must(t, lab.Stop()) })
	at := lab.Server()
	srv := []netcheck.ICEServer{{URL: netcheck.ServerURL{Scheme: netcheck.SchemeSTUN, Host: at.Addr().String(), Port: int(at.Port()), Transport: "udp"}}}
	a, b := pasted(t, Paster{Net: lab.Local(), Servers: srv}, Paster{Net: lab.Far(), Servers: srv})
	checkWire(t, a, b)
}

// Whoever waits for a connection that never comes can stop, and so can Close.
func TestPastedWireWithoutAnswer(t *testing.T) {
	noLeaks(t)
	a, _, err := Paster{Address: netip.MustParseAddr("127.0.0.1")}.Invite(bounded(t, 5*time.Second))
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := a.Send(ctx, []byte("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := a.Accept([]byte("nonsense")); netcheck.AsFailure(err, "").Code != netcheck.ReasonInvite {
		t.Errorf("got %v", err)
	}
	must(t, a.Close())
	if err := a.Send(t.Context(), []byte("x")); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("after Close: %v", err)
	}
	if _, _, err := (Paster{}).Answer(t.Context(), nil); netcheck.AsFailure(err, "").Code != netcheck.ReasonInvite {
		t.Errorf("got %v", err)
	}
}

func samplePasted() pastedDescription {
	d := pastedDescription{ufrag: "abcdefghijklmnop", pwd: strings.Repeat("x", 32), fingerprint: [32]byte{1, 2, 3}}
	for i, s := range []string{"192.0.2.1:5000", "[2001:db8::1]:6000", "203.0.113.7:40000"} {
		d.candidates = append(d.candidates, remoteCandidate{typ: pastedTypes[i], addr: netip.MustParseAddrPort(s)})
	}
	return d
}

func TestPastedText(t *testing.T) {
	d := samplePasted()
	b, err := d.pack()
	must(t, err)
	back, err := unpackPasted(b)
	must(t, err)
	if back.ufrag != d.ufrag || back.pwd != d.pwd || back.fingerprint != d.fingerprint || back.answer || !slices.Equal(back.candidates, d.candidates) {
		t.Errorf("%+v came back as %+v", d, back)
	}
	for n := range b {
		if _, err := unpackPasted(b[:n]); err == nil {
			t.Errorf("%d of %d bytes were taken for the whole", n, len(b))
		}
	}
	if _, err := unpackPasted(append(b, 0)); err == nil {
		t.Error("more than the whole was taken")
	}
	other := slices.Clone(b)
	other[0] = 2 << 4
	if _, err := unpackPasted(other); err == nil {
		t.Error("another version was taken")
	}
	for range 100 {
		d.candidates = append(d.candidates, d.candidates[1])
	}
	if b, err = d.pack(); err != nil || len(b) > maxPasted {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	own, err := describePasted(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: samplePasted().sdp().SDP + "a=" + samplePasted().candidates[0].line() + "\r\n"})
	if err != nil || own.ufrag != d.ufrag || own.fingerprint != d.fingerprint || len(own.candidates) != 1 {
		t.Errorf("%+v, %v", own, err)
	}
}

func FuzzUnpackPasted(f *testing.F) {
	b, err := samplePasted().pack()
	must(f, err)
	f.Add(b)
	f.Add([]byte{0x11})
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := unpackPasted(b)
		if err != nil {
			return
		}
		again, err := d.pack()
		if err != nil || len(again) > maxPasted {
			t.Fatalf("%d bytes, %v", len(again), err)
		}
		if lines := strings.Count(d.sdp().SDP, "\r\n"); lines != 15 {
			t.Errorf("a description of %d lines: %q", lines, d.sdp().SDP)
		}
	})
}

// unread is a channel that must not be read.
type unread struct {
	datachannel.ReadWriteCloserDeadliner
	t *testing.T
}

func (u unread) Read([]byte) (int, error) {
	u.t.Error("a wire that is closed was read")
	return 0, io.EOF
}

// A channel that opens while its wire closes is left alone: nobody would wait for who reads it.
func TestPastedOpensAfterClose(t *testing.T) {
	noLeaks(t)
	w, _, err := Paster{Address: netip.MustParseAddr("127.0.0.1")}.Invite(bounded(t, 5*time.Second))
	must(t, err)
	must(t, w.Close())
	w.begin(nil, unread{t: t})
	w.reading.Wait()
	if _, open := w.opens.get(); open {
		t.Error("a wire that is closed is open")
	}
}

// What came before the end is received before the end.
func TestPastedReceivesWhatCameBeforeTheEnd(t *testing.T) {
	w := newPasted(newNetwork(nil, netip.Addr{}))
	for i := range byte(3) {
		w.inbox <- []byte{i}
	}
	w.end(pastedLost())
	for i := range byte(3) {
		if b, err := w.Receive(t.Context()); err != nil || !bytes.Equal(b, []byte{i}) {
			t.Errorf("%d: %v, %v", i, b, err)
		}
	}
	if _, err := w.Receive(t.Context()); !errors.Is(err, io.EOF) || netcheck.AsFailure(err, "").Code != netcheck.ReasonLinkLost {
		t.Errorf("at the end: %v", err)
	}
}
