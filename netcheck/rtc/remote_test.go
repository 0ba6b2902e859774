package rtc

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// order is the leg as the session would order it from the other computer.
func order(leg netcheck.Leg) signaling.Leg {
	o := signaling.Leg{ID: 1, Path: leg.Path, Family: leg.Family, Rate: leg.Load.PacketsPerSecond, Size: leg.Load.PacketSize, Video: leg.Video, Timeout: leg.Timeout}
	for _, s := range leg.Servers {
		if s.URL.Serves(netcheck.PathSTUN) {
			o.Servers = append(o.Servers, s.URL.String())
		}
	}
	return o
}

// accepted is what one call of Accept gave.
type accepted struct {
	link netcheck.Link
	err  error
}

// host stands for the other computer: it accepts what is ordered.
type host struct {
	acceptor *Acceptor
	way      func() (near, far Signals)                 // newMemory if nil
	alter    func(signaling.Leg) signaling.Leg          // of an order, or nil
	respond  func(context.Context, netcheck.Link) error // serves the far end, or nil
	links    chan accepted
	working  sync.WaitGroup
	ctx      context.Context // ends with the test
}

func newHost(tb testing.TB, a *Acceptor) *host {
	tb.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	h := &host{acceptor: a, links: make(chan accepted, 8), ctx: ctx}
	tb.Cleanup(func() {
		cancel()
		h.working.Wait()
	})
	return h
}

func (h *host) order(_ context.Context, leg netcheck.Leg) (Signals, error) {
	way := h.way
	if way == nil {
		way = newMemory
	}
	near, far := way()
	o := order(leg)
	if h.alter != nil {
		o = h.alter(o)
	}
	h.working.Go(func() {
		l, err := h.acceptor.Accept(h.ctx, o, far)
		h.links <- accepted{l, err}
		if err != nil || h.respond == nil {
			return
		}
		_ = h.respond(h.ctx, l)
		_ = l.Close()
	})
	return near, nil
}

// loopbackHost is on 127.0.0.1, and asks the server of a stun or relay leg for its address.
func loopbackHost(tb testing.TB) *host {
	return newHost(tb, &Acceptor{Address: netip.MustParseAddr("127.0.0.1"), NamedServers: true})
}

// remote makes a leg one to another computer, from 127.0.0.1.
func remote(leg netcheck.Leg) netcheck.Leg {
	leg.Target, leg.Far, leg.Interface = netcheck.TargetInvite, netcheck.FarRemote, "127.0.0.1"
	if leg.Family == netcheck.Family6 {
		leg.Interface = "::1"
	}
	return leg
}

// connectRemote makes a link that the test closes at both ends.
func connectRemote(tb testing.TB, h *host, c *Connector, leg netcheck.Leg, trace func(netcheck.Event)) (near, far *link) {
	tb.Helper()
	c.Remote = h.order
	near = connect(tb, c, leg, trace).(*link)
	got := <-h.links
	must(tb, got.err)
	far = got.link.(*link)
	if h.respond == nil {
		tb.Cleanup(func() { must(tb, far.Close()) })
	}
	return near, far
}

func TestRemotePaths(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	for _, p := range netcheck.AllPaths() {
		t.Run(string(p), func(t *testing.T) {
			h := loopbackHost(t)
			h.respond = echo
			var rec recorder
			near, far := connectRemote(t, h, &Connector{}, remote(s.leg(p)), rec.trace)
			checkRemoteProof(t, p, near, far)
			c, ok := rec.connected()
			if !ok || c.Direction != netcheck.DirectionUpDown || c.NATBetween != netcheck.No || c.Connect <= 0 || p.Stream() && c.Note == "" {
				t.Errorf("connected: %+v", c)
			}
			t.Logf("connected in %v", c.Connect)
			for _, carrier := range netcheck.AllCarriers() {
				checkEcho(t, near, carrier, netcheck.MaxSize)
			}
			checkControl(t, near)
			gathered := rec.steps(netcheck.StepGather)
			if len(gathered) != 2 || gathered[0].End != ends[0] || gathered[1].End != ends[1] {
				t.Errorf("gathered %+v", gathered)
			}
		})
	}
}

// checkRemoteProof compares what both ends say with the path.
func checkRemoteProof(t *testing.T, p netcheck.Path, near, far *link) {
	t.Helper()
	local, remote, err := near.Pairs(t.Context())
	must(t, err)
	own, other, err := far.Pairs(t.Context())
	must(t, err)
	if own.Local.Address != remote.Local.Address || other.Local.Address != local.Local.Address {
		t.Errorf("the ends disagree: near sees %+v and %+v, far sees %+v and %+v", local, remote, own, other)
	}
	if local.Local.Type != wanted(p).String() || (local.Local.TLS != nil) != (p == netcheck.PathRelayTLS) {
		t.Errorf("this end's candidate %+v", local.Local)
	}
	allowed := map[netcheck.Path][]string{netcheck.PathDirect: {"host"}, netcheck.PathSTUN: {"srflx"}}[p]
	if allowed == nil {
		allowed = []string{"host", "srflx"}
	}
	if !slices.Contains(allowed, own.Local.Type) || own.Local.RelayProtocol != "" {
		t.Errorf("the other end's candidate %+v", own.Local)
	}
}

func TestRemotePathsIPv6(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "::1")
	for _, p := range []netcheck.Path{netcheck.PathDirect, netcheck.PathSTUN} {
		t.Run(string(p), func(t *testing.T) {
			h := newHost(t, &Acceptor{Address: netip.IPv6Loopback(), NamedServers: true})
			near, far := connectRemote(t, h, &Connector{}, remote(s.leg(p)), nil)
			checkRemoteProof(t, p, near, far)
		})
	}
}

// Over a session's own signalling, with video.
func TestRemoteOverMux(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	guest, hosted := signaling.Pipe(signaling.Hello{Name: "guest", Versions: [2]int{1, 1}}, signaling.Hello{Name: "host", Versions: [2]int{1, 1}})
	orders, legs := signaling.NewMux(guest), signaling.NewMux(hosted)
	defer func() { must(t, errors.Join(orders.Close(), legs.Close())) }()
	a := &Acceptor{Address: netip.MustParseAddr("127.0.0.1")}
	c := &Connector{Remote: func(ctx context.Context, leg netcheck.Leg) (Signals, error) { return orders.OpenLeg(ctx, order(leg)) }}
	for _, p := range []netcheck.Path{netcheck.PathDirect, netcheck.PathRelayUDP} {
		got := make(chan accepted, 1)
		go func() {
			leg, conn, err := legs.NextLeg(t.Context())
			if err != nil {
				got <- accepted{err: err}
				return
			}
			l, err := a.Accept(t.Context(), leg, conn)
			got <- accepted{l, err}
		}()
		near := connect(t, c, remote(withVideo(s.leg(p))), nil)
		far := <-got
		must(t, far.err)
		if near.Media() == nil || far.link.Media() == nil {
			t.Error("no video")
		}
		must(t, near.Close())
		if _, err := far.link.Control().Receive(bounded(t, 5*time.Second)); err == nil {
			t.Error("a message came")
		}
		must(t, far.link.Close())
	}
}
