// Package hostingtest has what tests of hosts share: settings for one that this computer alone reaches, and a log of what a host tells.
//
// It starts no host, so that package host can use it from inside.
package hostingtest

import (
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"echopath/app/hosting"
	"echopath/netcheck"
)

// Within bounds every wait for something that must come. No test that passes comes near it.
const Within = time.Minute

// Config is a host on 127.0.0.1 with free ports, and with a budget, in packets a second, that is not to be measured.
func Config(observe func(hosting.Event)) hosting.Config {
	return hosting.Config{Address: netip.MustParseAddr("127.0.0.1"), UDPPort: hosting.AnyPort, TCPPort: hosting.AnyPort, TLSPort: hosting.AnyPort,
		PeerPortMin: hosting.AnyPort, PeerPortMax: hosting.AnyPort, Budget: 1000, Name: "the host", Version: "1.2", Observe: observe}
}

// Log keeps what a host has told.
type Log struct {
	mu      sync.Mutex // guards what follows
	events  []hosting.Event
	changed chan struct{} // closed and replaced with each event
}

// NewLog makes a log without events.
func NewLog() *Log { return &Log{changed: make(chan struct{})} }

// Observe is for hosting.Config.
func (l *Log) Observe(e hosting.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = append(l.events, e)
	close(l.changed)
	l.changed = make(chan struct{})
}

// Events are those that were told until now.
func (l *Log) Events() []hosting.Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.events)
}

// Kinds are those of the events, without what guests show of their runs.
func (l *Log) Kinds() (out []hosting.EventKind) {
	for _, e := range l.Events() {
		if e.Kind != hosting.EventRun {
			out = append(out, e.Kind)
		}
	}
	return out
}

// Runs are the runs of guests as the host saw them, in the order in which they began.
func (l *Log) Runs() (out []netcheck.Report) {
	at := map[string]int{}
	for _, e := range l.Events() {
		if e.Kind != hosting.EventRun {
			continue
		}
		i, known := at[e.RunID]
		if !known {
			i = len(out)
			at[e.RunID], out = i, append(out, netcheck.Report{})
		}
		out[i] = netcheck.Fold(out[i], *e.Run)
	}
	return out
}

// Wait gives the n-th event of a kind, from 1, once there is one. It is for the goroutine of the test.
func (l *Log) Wait(t testing.TB, kind hosting.EventKind, n int) hosting.Event {
	t.Helper()
	limit := time.NewTimer(Within)
	defer limit.Stop()
	for {
		e, changed := l.find(kind, n)
		if changed == nil {
			return e
		}
		select {
		case <-changed:
		case <-limit.C:
			t.Fatalf("the host told %s fewer than %d times; it told %v", kind, n, l.Kinds())
		}
	}
}

// find gives the n-th event of a kind, or what is closed with the next event.
func (l *Log) find(kind hosting.EventKind, n int) (hosting.Event, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.events {
		if e.Kind != kind {
			continue
		}
		if n--; n == 0 {
			return e, nil
		}
	}
	return hosting.Event{}, l.changed
}
