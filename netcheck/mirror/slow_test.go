package mirror

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"unicode"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
	"echopath/netcheck/stats"
)

// A sender whose messages are not taken never waits, keeps little, and says what is missing.
func TestSenderDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		got := map[string]int{}
		last := ""
		r := NewReceiver("run", func(e netcheck.Event) {
			last = reflect.TypeOf(e.Body).Name()
			got[last]++
		})
		s := NewSender("run", func(_ context.Context, m signaling.Message) error {
			<-release
			return r.Take(*m.Mirror)
		})
		s.mu.Lock()
		s.queue.maxRows, s.queue.maxSamples = 1<<18, 1<<18
		s.mu.Unlock()
		s.Observe(netcheck.Event{Seq: 1, Body: netcheck.Noted{}})
		for range 10_000 {
			s.Observe(netcheck.Event{Body: netcheck.SampleTaken{}})
		}
		s.Observe(netcheck.Event{Body: netcheck.ProbeStarted{Probe: netcheck.ProbeLoss}})
		block := make([]stats.Packet, 512)
		for i := range block {
			block[i].Status = stats.StatusOK
		}
		for range 100 {
			s.Observe(netcheck.Event{Body: netcheck.PacketsDecided{Packets: block}})
		}
		s.Observe(netcheck.Event{Body: netcheck.SessionEnded{}})
		close(release)
		if err := s.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got["SampleTaken"] >= 10_000 || got["SampleTaken"] < 500 || got["PacketsDecided"] >= 100 || got["PacketsDecided"] < 5 ||
			got["Noted"] != 3 || last != "SessionEnded" || !r.Ended() {
			t.Errorf("%v arrived, the last is %s", got, last)
		}
	})
}

// A run that is longer than a stream may be loses its samples, and keeps its end.
func TestStreamIsBounded(t *testing.T) {
	var p packer
	p.init()
	p.total = maxStream - reserve - 100
	for range 3 {
		p.line(netcheck.Event{Body: netcheck.SampleTaken{}})
	}
	p.line(netcheck.Event{Body: netcheck.SessionEnded{}})
	var kinds []string
	r := NewReceiver("run", func(e netcheck.Event) { kinds = append(kinds, reflect.TypeOf(e.Body).Name()) })
	if err := r.Take(signaling.Mirror{Run: "run", Data: p.compress(p.pending.Bytes(), true), Last: true}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"Noted", "SessionEnded"}; !reflect.DeepEqual(kinds, want) {
		t.Errorf("%v, want %v", kinds, want)
	}
}

// Texts of the other end can not drive this end's terminal, wherever in an event they are.
func TestTextsAreMadeVisible(t *testing.T) {
	zone := netip.MustParseAddrPort("[fe80::1%\x1b[31m]:5")
	plan := netcheck.Plan{Title: "a\x1b[2Jb\u202ec", Paths: []netcheck.Path{"direct\a"}}
	for _, body := range []netcheck.Body{
		netcheck.Noted{Text: "red\x1b[31m\u009b, two\nlines"},
		netcheck.SessionStarted{OS: "x\x00", Plan: plan, Granted: plan, Other: &netcheck.OtherEnd{Name: "me\x1b"}},
		netcheck.PathStarted{Servers: []string{"stun:\x1bhost"}},
		netcheck.PathConnected{Local: netcheck.CandidatePair{Local: netcheck.Candidate{Address: zone, TLS: &netcheck.TLSEvidence{Issuer: "CA\r"}}}},
		netcheck.ProbeEnded{Text: "\x7f"},
	} {
		got := visible(netcheck.Event{Path: "x\x1b", Body: body})
		text := fmt.Sprintf("%+v %v", got, got.Path)
		if started, ok := got.Body.(netcheck.SessionStarted); ok {
			text += started.Other.Name
		}
		if connected, ok := got.Body.(netcheck.PathConnected); ok {
			text += connected.Local.Local.TLS.Issuer
		}
		if strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }) {
			t.Errorf("%q", text)
		}
	}
	honest := netcheck.PathEnded{Reason: "Größe: 5 µs, “quoted”\nnext line", Cause: "read udp [fe80::1%eth0]:5: i/o timeout"}
	if got := visible(netcheck.Event{Body: honest}); got.Body != honest {
		t.Errorf("%+v", got.Body)
	}
}

func TestReceiverCountsTheWholeStream(t *testing.T) {
	r := NewReceiver("run", func(netcheck.Event) {})
	r.total = maxStream - 10
	var p packer
	p.init()
	if err := r.Take(signaling.Mirror{Run: "run", Data: p.compress(make([]byte, 11), false)}); !errors.Is(err, ErrStream) || !strings.Contains(err.Error(), "64 MiB") {
		t.Errorf("error %v, want one about 64 MiB", err)
	}
}
