package rtc

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"echopath/internal/vlab"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// countingOffers sees the offers that pass.
type countingOffers struct {
	Signals
	offers atomic.Int32
	second chan struct{} // closed with the second one
}

func (c *countingOffers) Send(ctx context.Context, s signaling.Signal) error {
	if s.Description != nil && s.Description.Type == "offer" && c.offers.Add(1) == 2 {
		close(c.second)
	}
	return c.Signals.Send(ctx, s)
}

// answeredAtOnce holds the end that offers an ICE restart inside of Send until it has taken the answer: an answer can be that quick. Only
// the dialog's own goroutine receives, so that who receives again has taken what came before.
type answeredAtOnce struct {
	Signals
	offers  atomic.Int32
	answers int           // that were received
	taken   chan struct{} // closed when the second one was
	once    sync.Once
}

func (a *answeredAtOnce) Send(ctx context.Context, s signaling.Signal) error {
	err := a.Signals.Send(ctx, s)
	if err != nil || s.Description == nil || s.Description.Type != "offer" || a.offers.Add(1) != 2 {
		return err
	}
	select {
	case <-a.taken:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (a *answeredAtOnce) Receive(ctx context.Context) (signaling.Signal, error) {
	if a.answers == 2 {
		a.once.Do(func() { close(a.taken) })
	}
	s, err := a.Signals.Receive(ctx)
	if err == nil && s.Description != nil && s.Description.Type == "answer" {
		a.answers++
	}
	return s, err
}

// quickICE are a tenth of the real times.
var quickICE = iceTimes{disconnected: 300 * time.Millisecond, failed: 5 * time.Second, keepalive: 100 * time.Millisecond}

// A link outlives an outage in which all of its sockets become of no use: it comes back on others, with the same DTLS association. In a
// bubble of time of its own nothing is late, however slow the computer is.
func TestICERestart(t *testing.T) {
	for _, path := range labPaths {
		t.Run(string(path), func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				checkRestart(t, path, func(near Signals) Signals { return near })
			})
		})
	}
}

// The offer of an ICE restart is not sent by the goroutine that takes the answer. The link outlives an answer that is there before the
// offer's Send has returned.
func TestICERestartAnsweredAtOnce(t *testing.T) {
	for _, path := range labPaths {
		t.Run(string(path), func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				checkRestart(t, path, func(near Signals) Signals { return &answeredAtOnce{Signals: near, taken: make(chan struct{})} })
			})
		})
	}
}

// checkRestart has an outage end with a restart. The near end's signals go through what way makes of them.
func checkRestart(t *testing.T, path netcheck.Path, way func(near Signals) Signals) {
	t.Helper()
	lab, err := vlab.New(vlab.Config{Seed: 1, Local: vlab.PortRestricted})
	must(t, err)
	t.Cleanup(func() { must(t, lab.Stop()) })
	h := newHost(t, &Acceptor{Net: lab.Far(), NamedServers: true, ice: quickICE})
	h.respond = echo
	watched := &countingOffers{second: make(chan struct{})}
	h.way = func() (Signals, Signals) {
		near, far := newMemory()
		watched.Signals = way(near)
		return watched, far
	}
	near, _ := connectRemote(t, h, &Connector{Net: lab.Local(), ice: quickICE}, labLeg(lab, path), nil)
	t.Cleanup(func() { block(lab, true) }) // what closes one end must not meet the other one's closing, see closed
	for _, c := range netcheck.AllCarriers() {
		checkEcho(t, near, c, 200)
	}
	before, counted, seen := mustPair(t, near), near.Counters(), near.peer.pc.SCTP().Transport().GetRemoteCertificate()
	sockets := openSockets(near.peer.net)
	block(lab, true)
	<-watched.second
	block(lab, false)
	checkControl(t, near)
	for _, c := range netcheck.AllCarriers() {
		checkEcho(t, near, c, 200)
	}
	after := mustPair(t, near)
	if after.Local.Type != before.Local.Type {
		t.Errorf("before %+v, after %+v", before, after)
	}
	if len(sockets) == 0 || slices.ContainsFunc(openSockets(near.peer.net), func(c io.Closer) bool { return slices.Contains(sockets, c) }) {
		t.Errorf("not all of the sockets are others: before %+v, after %+v", before, after)
	}
	if c := near.Counters(); c.PacketsSent <= counted.PacketsSent || c.PacketsReceived <= counted.PacketsReceived {
		t.Errorf("counters went from %+v to %+v", counted, c)
	}
	if string(seen) != string(near.peer.pc.SCTP().Transport().GetRemoteCertificate()) {
		t.Error("there was another handshake")
	}
}

// openSockets are those of an end. That one is another is not to be told by its port: a port of the lab's is drawn at random, and can be
// the same again.
func openSockets(n *network) []io.Closer {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Collect(maps.Keys(n.open))
}

func mustPair(t *testing.T, l *link) netcheck.CandidatePair {
	t.Helper()
	local, _, err := l.Pairs(bounded(t, 10*time.Second))
	must(t, err)
	return local
}

func block(lab *vlab.Lab, yes bool) {
	for _, d := range []vlab.Direction{vlab.Up, vlab.Down} {
		lab.Shape(d, vlab.Phase{Shape: vlab.Shape{Block: yes}})
	}
}

// A link that finds no way back is lost, at both ends, and says so.
func TestRemoteLinkLost(t *testing.T) {
	noLeaks(t)
	lab, err := vlab.New(vlab.Config{Seed: 1})
	must(t, err)
	t.Cleanup(func() { must(t, lab.Stop()) })
	short := iceTimes{disconnected: 200 * time.Millisecond, failed: 600 * time.Millisecond, keepalive: 100 * time.Millisecond}
	h := newHost(t, &Acceptor{Net: lab.Far(), ice: short})
	near, far := connectRemote(t, h, &Connector{Net: lab.Local(), ice: short}, labLeg(lab, netcheck.PathDirect), nil)
	block(lab, true)
	for _, l := range []*link{near, far} {
		_, err := l.Control().Receive(bounded(t, 20*time.Second))
		wantLost(t, "control", err)
	}
}

// A restart that ends in a pair of another kind ends the link with the reason.
func TestRestartIsProvedAgain(t *testing.T) {
	f := (&recovery{peer: linkedPeer(), prove: func(context.Context) *netcheck.Failure { return unproved("this end", "it is of type relay") }}).
		proveAgain(t.Context())
	if f == nil || f.Code != netcheck.ReasonLinkLost || !errors.As(f.Err, new(*netcheck.Failure)) {
		t.Errorf("%+v", f)
	}
	if f := (&recovery{peer: linkedPeer(), prove: func(context.Context) *netcheck.Failure { return nil }}).proveAgain(t.Context()); f != nil {
		t.Errorf("%+v", f)
	}
}

func linkedPeer() *peer {
	p := &peer{}
	p.linked.Store(true)
	return p
}
