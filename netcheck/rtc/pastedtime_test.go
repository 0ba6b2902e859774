package rtc

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"echopath/internal/vlab"
	"echopath/netcheck"
)

// slowly runs a test in a bubble of time of its own, in a lab whose routers forget a binding after 30 s.
func slowly(t *testing.T, nat vlab.NAT, run func(t *testing.T, l *slowLab)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		lab, err := vlab.New(vlab.Config{Seed: 1, Local: nat, Far: nat})
		must(t, err)
		t.Cleanup(func() { must(t, lab.Stop()) })
		run(t, &slowLab{Lab: lab, begin: time.Now()})
	})
}

type slowLab struct {
	*vlab.Lab
	begin time.Time
}

// paster is one for the end at a site, with the lab's server for STUN, or for TURN with the lab's user.
func (l *slowLab) paster(d vlab.Direction, scheme netcheck.Scheme) Paster {
	at := l.Server()
	s := netcheck.ICEServer{URL: netcheck.ServerURL{Scheme: scheme, Host: at.Addr().String(), Port: int(at.Port()), Transport: "udp"}}
	if scheme == netcheck.SchemeTURN {
		s.Username, s.Password = vlab.User, vlab.Password
	}
	if d == vlab.Up {
		return Paster{Net: l.Local(), Servers: []netcheck.ICEServer{s}}
	}
	return Paster{Net: l.Far(), Servers: []netcheck.ICEServer{s}}
}

// invite and answer make the two ends; the answer is not taken.
func (l *slowLab) invite(t *testing.T, scheme netcheck.Scheme) (*Pasted, []byte) {
	t.Helper()
	w, text, err := l.paster(vlab.Up, scheme).Invite(t.Context())
	must(t, err)
	closed(t, w)
	return w, text
}

// closed ends a wire after all that is under way in the bubble: pion's Stop holds a lock while it waits for a timer, and in a bubble time
// stands still for as long as another goroutine waits for that lock.
func closed(t *testing.T, w *Pasted) {
	t.Cleanup(func() {
		synctest.Wait()
		must(t, w.Close())
	})
}

func (l *slowLab) answer(t *testing.T, scheme netcheck.Scheme, invitation []byte) (*Pasted, []byte) {
	t.Helper()
	w, text, err := l.paster(vlab.Down, scheme).Answer(t.Context(), invitation)
	must(t, err)
	closed(t, w)
	return w, text
}

// count counts what a site handed over for a type of STUN message, in a time that ends now.
func (l *slowLab) count(d vlab.Direction, kind uint16, last time.Duration) (toServer, elsewhere int) {
	from := time.Since(l.begin) - last
	for _, p := range l.Log(d) {
		switch {
		case p.At <= from || p.Size < stunHeader || binary.BigEndian.Uint16(p.Head[:]) != kind:
		case p.To == l.Server():
			toServer++
		default:
			elsewhere++
		}
	}
	return toServer, elsewhere
}

const bindingRequest, bindingSuccess = 0x0001, 0x0101

// People carry each text for longer than any router's memory, and the two ends meet all the same.
func TestPastedSlowly(t *testing.T) {
	for name, tt := range map[string]struct {
		nat    vlab.NAT
		scheme netcheck.Scheme
	}{
		"server-reflexive": {vlab.PortRestricted, netcheck.SchemeSTUN},
		"relayed":          {vlab.Symmetric, netcheck.SchemeTURN},
	} {
		t.Run(name, func(t *testing.T) {
			slowly(t, tt.nat, func(t *testing.T, l *slowLab) {
				a, invitation := l.invite(t, tt.scheme)
				time.Sleep(3 * time.Minute)
				b, answer := l.answer(t, tt.scheme, invitation)
				time.Sleep(2 * time.Minute)
				must(t, a.Accept(answer))
				must(t, errors.Join(a.Connected(t.Context()), b.Connected(t.Context())))
				if err := a.Accept(answer); netcheck.AsFailure(err, "").Code != netcheck.ReasonInvite {
					t.Errorf("the answer once more: %v", err)
				}
				checkWire(t, a, b)
				if a.Why() != nil || b.Why() != nil {
					t.Errorf("a connection that is up: %v, %v", a.Why(), b.Why())
				}
			})
		})
	}
}

// An end that waits for its answer asks the server each 15 s and sends nothing else; not once it is connected.
func TestPastedKeepsAlive(t *testing.T) {
	slowly(t, vlab.PortRestricted, func(t *testing.T, l *slowLab) {
		a, invitation := l.invite(t, netcheck.SchemeSTUN)
		time.Sleep(5*time.Minute + time.Second)
		if asked, _ := l.count(vlab.Up, bindingRequest, 5*time.Minute); asked != 20 {
			t.Errorf("%d requests in 5 minutes, want 20", asked)
		}
		if all := len(l.Log(vlab.Up)); all != 21 {
			t.Errorf("%d packets in all, want 21: one for the candidate and 20", all)
		}
		b, answer := l.answer(t, netcheck.SchemeSTUN, invitation)
		must(t, a.Accept(answer))
		must(t, errors.Join(a.Connected(t.Context()), b.Connected(t.Context())))
		time.Sleep(2 * time.Minute)
		if asked, _ := l.count(vlab.Up, bindingRequest, time.Minute); asked != 0 {
			t.Errorf("connected, and the server is asked %d times a minute", asked)
		}
	})
}

// Whoever closes an end has no more packets of it.
func TestPastedSilentAfterClose(t *testing.T) {
	slowly(t, vlab.PortRestricted, func(t *testing.T, l *slowLab) {
		a, _ := l.invite(t, netcheck.SchemeSTUN)
		must(t, a.Close())
		sent := len(l.Log(vlab.Up))
		time.Sleep(time.Minute)
		if now := len(l.Log(vlab.Up)); now != sent || a.Why() != nil {
			t.Errorf("%d packets after Close, %v", now-sent, a.Why())
		}
	})
}

// The end that answered checks its pairs five times a second for ten minutes, which keeps its router open for the other one, and then
// tells that nobody came.
func TestPastedChecksUntilItGivesUp(t *testing.T) {
	slowly(t, vlab.PortRestricted, func(t *testing.T, l *slowLab) {
		_, invitation := l.invite(t, netcheck.SchemeSTUN)
		b, _ := l.answer(t, netcheck.SchemeSTUN, invitation)
		began := time.Now()
		time.Sleep(time.Second) // no minute ends when something is sent
		for minute := range 9 {
			time.Sleep(time.Minute)
			asked, checks := l.count(vlab.Down, bindingRequest, time.Minute)
			if asked != 4 || checks < 290 {
				t.Errorf("minute %d: %d checks, %d requests to the server", minute, checks, asked)
			}
		}
		err := b.Connected(t.Context())
		f := b.Why()
		if f == nil || f.Code != netcheck.ReasonNoPair || !strings.Contains(f.Text, "in 10 minutes") || !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("gave up with %v, %v", err, f)
		}
		if waited := time.Since(began); waited < answerTime-time.Second || waited > answerTime+time.Second {
			t.Errorf("gave up after %v", waited)
		}
	})
}

// Checks that came while nobody could answer them are not answered later, all at once.
func TestPastedLeavesOldChecks(t *testing.T) {
	slowly(t, vlab.Open, func(t *testing.T, l *slowLab) {
		a, invitation := l.invite(t, netcheck.SchemeSTUN)
		b, answer := l.answer(t, netcheck.SchemeSTUN, invitation)
		time.Sleep(2 * time.Minute)
		must(t, a.Accept(answer))
		must(t, errors.Join(a.Connected(t.Context()), b.Connected(t.Context())))
		if _, answers := l.count(vlab.Up, bindingSuccess, time.Minute); answers == 0 || answers > 100 {
			t.Errorf("%d answers to checks", answers)
		}
	})
}

// failedPasted is why a wire is over, by each way to ask.
func failedPasted(t *testing.T, w *Pasted) *netcheck.Failure {
	t.Helper()
	_, received := w.Receive(t.Context())
	sent := w.Send(t.Context(), []byte("x"))
	why := w.Why()
	if why == nil {
		t.Fatalf("no reason; %v, %v", received, sent)
	}
	for _, err := range []error{received, sent, w.Connected(t.Context())} {
		if f := netcheck.AsFailure(err, ""); f.Code != why.Code || f.Text != why.Text || f.Advice == "" {
			t.Errorf("%v is not %v", err, why)
		}
	}
	if !errors.Is(received, io.EOF) || !errors.Is(sent, io.ErrClosedPipe) {
		t.Errorf("received %v, sent %v", received, sent)
	}
	return why
}

// Routers that let nothing through: the end that took the answer says so soon.
func TestPastedNeverMeets(t *testing.T) {
	slowly(t, vlab.Symmetric, func(t *testing.T, l *slowLab) {
		a, invitation := l.invite(t, netcheck.SchemeSTUN)
		b, answer := l.answer(t, netcheck.SchemeSTUN, invitation)
		begin := time.Now()
		must(t, a.Accept(answer))
		f := failedPasted(t, a)
		if f.Code != netcheck.ReasonNoPair || !strings.Contains(f.Text, "answer was taken") || !strings.Contains(f.Advice, "TURN") {
			t.Errorf("%s: %s %s", f.Code, f.Text, f.Advice)
		}
		if took := time.Since(begin); took < meetTime || took > meetTime+time.Second {
			t.Errorf("after %v", took)
		}
		if err := a.Accept(answer); netcheck.AsFailure(err, "").Code != netcheck.ReasonNoPair {
			t.Errorf("an answer afterwards: %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := b.Connected(ctx); !errors.Is(err, context.DeadlineExceeded) || b.Why() != nil {
			t.Errorf("the other end still waits, and not %v, %v", err, b.Why())
		}
	})
}

// An answer whose certificate was changed on its way.
func TestPastedOtherCertificate(t *testing.T) {
	slowly(t, vlab.Open, func(t *testing.T, l *slowLab) {
		a, invitation := l.invite(t, netcheck.SchemeSTUN)
		_, answer := l.answer(t, netcheck.SchemeSTUN, invitation)
		d, err := unpackPasted(answer)
		must(t, err)
		d.fingerprint[0]++
		answer, err = d.pack()
		must(t, err)
		must(t, a.Accept(answer))
		if f := failedPasted(t, a); f.Code != netcheck.ReasonDTLS || !strings.Contains(f.Text, "reached each other") {
			t.Errorf("%s: %s", f.Code, f.Text)
		}
	})
}

// A cable that is pulled.
func TestPastedLost(t *testing.T) {
	slowly(t, vlab.PortRestricted, func(t *testing.T, l *slowLab) {
		a, invitation := l.invite(t, netcheck.SchemeSTUN)
		b, answer := l.answer(t, netcheck.SchemeSTUN, invitation)
		must(t, a.Accept(answer))
		must(t, errors.Join(a.Connected(t.Context()), b.Connected(t.Context())))
		l.Shape(vlab.Up, vlab.Phase{Shape: vlab.Shape{Block: true}})
		l.Shape(vlab.Down, vlab.Phase{Shape: vlab.Shape{Block: true}})
		for _, w := range []*Pasted{a, b} {
			if f := failedPasted(t, w); f.Code != netcheck.ReasonLinkLost {
				t.Errorf("%s: %s", f.Code, f.Text)
			}
		}
	})
}
