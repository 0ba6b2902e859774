package rtc

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/webrtc/v4"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// cut ends the way after some signals of one end; from then on that end hears and says nothing, or the way is closed.
type cut struct {
	Signals
	left   *atomic.Int32 // signals that this end may still send
	closed bool          // the way is closed then
}

func (c *cut) Send(ctx context.Context, s signaling.Signal) error {
	if c.left.Add(-1) >= 0 {
		return c.Signals.Send(ctx, s)
	}
	if c.closed {
		_ = c.Signals.Close()
		return io.ErrClosedPipe
	}
	return nil
}

// Wherever the other end falls silent or goes, this one says so in time, and nothing is left behind.
func TestOtherEndVanishes(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	for _, closed := range []bool{false, true} {
		for after := int32(0); ; after++ {
			leg := remote(s.leg(netcheck.PathDirect))
			leg.Timeout = time.Second
			h := loopbackHost(t)
			var left atomic.Int32
			left.Store(after)
			h.way = func() (Signals, Signals) {
				near, far := newMemory()
				return near, &cut{far, &left, closed}
			}
			l, err := (&Connector{Remote: h.order}).Connect(bounded(t, 10*time.Second), leg, func(netcheck.Event) {})
			far := <-h.links
			if err == nil {
				must(t, l.Close())
				must(t, far.err)
				must(t, far.link.Close())
				if after < 4 { // answer, candidate, end of candidates, confirmation
					t.Errorf("connected after %d signals", after)
				}
				break
			}
			f := netcheck.AsFailure(err, "")
			t.Logf("closed %v after %d: %s: %s", closed, after, f.Code, f.Text)
			if f.Code != netcheck.ReasonHostGone && f.Code != netcheck.ReasonNoPair && f.Code != netcheck.ReasonNoProof { // by how far it came
				t.Errorf("%v", err)
			}
			if far.err == nil {
				_ = far.link.Close()
			}
		}
	}
}

// The same from the other end: who ordered the leg goes.
func TestAskingEndVanishes(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	for after := int32(0); ; after++ {
		leg := remote(s.leg(netcheck.PathDirect))
		leg.Timeout = time.Second
		h := loopbackHost(t)
		var left atomic.Int32
		left.Store(after)
		h.way = func() (Signals, Signals) {
			near, far := newMemory()
			return &cut{near, &left, true}, far
		}
		l, err := (&Connector{Remote: h.order}).Connect(bounded(t, 10*time.Second), leg, func(netcheck.Event) {})
		far := <-h.links
		if far.err == nil {
			must(t, err)
			must(t, l.Close())
			must(t, far.link.Close())
			return
		}
		if f := netcheck.AsFailure(far.err, ""); f.Code != netcheck.ReasonHostGone {
			t.Errorf("after %d: %v", after, far.err)
		}
		if err == nil {
			_ = l.Close()
		}
	}
}

// Cancelling at any step ends both ends at once.
func TestRemoteCancelAtEveryStep(t *testing.T) {
	noLeaks(t)
	s := newTestServer(t, "127.0.0.1")
	for _, p := range []netcheck.Path{netcheck.PathDirect, netcheck.PathRelayUDP} {
		for at, more := 0, true; more; at++ {
			h := loopbackHost(t)
			h.respond = echo
			ctx, cancel := context.WithCancel(bounded(t, 20*time.Second))
			seen := 0
			l, err := (&Connector{Remote: h.order}).Connect(ctx, remote(s.leg(p)), func(netcheck.Event) {
				if seen++; seen > at {
					cancel()
				}
			})
			if err == nil {
				more = seen > at
				must(t, l.Close())
			} else if !errors.Is(err, context.Canceled) {
				t.Errorf("%s, event %d: %v", p, at, err)
			}
			cancel()
		}
	}
}

func TestNoSession(t *testing.T) {
	leg := remote((&testServer{host: "127.0.0.1"}).leg(netcheck.PathDirect))
	failure(t, &Connector{}, leg, nil, netcheck.ReasonLocal)
	gone := &signaling.Gone{Code: signaling.CodeLost, Text: "The host has gone.", Advice: "Ask."}
	f := failure(t, &Connector{Remote: func(context.Context, netcheck.Leg) (Signals, error) { return nil, gone }}, leg, nil, netcheck.ReasonHostGone)
	if f.Text != gone.Text || f.Advice != gone.Advice {
		t.Errorf("%+v", f)
	}
}

// What the other end says about its failure is shown as its word, and bounded.
func TestOtherEndsFailure(t *testing.T) {
	noLeaks(t)
	leg := remote((&testServer{host: "127.0.0.1"}).leg(netcheck.PathDirect))
	for _, tt := range []struct {
		told signaling.Failure
		code netcheck.ReasonCode
		text string
	}{
		{signaling.Failure{Code: netcheck.ReasonNoFamily, Text: "No\naddress.\x1b[31m"}, netcheck.ReasonNoFamily, `its end of the path. It says: "No address.[31m".`},
		{signaling.Failure{Code: netcheck.ReasonFarRefused, Text: "It refuses."}, netcheck.ReasonFarRefused, "its end of the path. It refuses."},
		{signaling.Failure{Code: "made_up", Text: strings.Repeat("x", 5000)}, netcheck.ReasonFarRefused, strings.Repeat("x", signaling.MaxText)},
		{signaling.Failure{}, netcheck.ReasonFarRefused, "does not say why"},
	} {
		c := &Connector{Remote: func(ctx context.Context, _ netcheck.Leg) (Signals, error) {
			near, far := newMemory()
			return near, far.Send(ctx, signaling.Signal{Failure: &tt.told})
		}}
		if f := failure(t, c, leg, nil, tt.code); !strings.HasSuffix(f.Text, tt.text) && !strings.Contains(f.Text, tt.text) || len(f.Text) > 600 {
			t.Errorf("%q", f.Text)
		}
	}
}

// A refused order is told to the end that asked, with the reason.
func TestOrderIsRefused(t *testing.T) {
	noLeaks(t)
	leg := remote((&testServer{host: "127.0.0.1"}).leg(netcheck.PathDirect))
	for name, alter := range map[string]func(signaling.Leg) signaling.Leg{
		"path":  func(l signaling.Leg) signaling.Leg { l.Path = "wormhole"; return l },
		"rate":  func(l signaling.Leg) signaling.Leg { l.Rate = 1e9; return l },
		"size":  func(l signaling.Leg) signaling.Leg { l.Size = 1 << 20; return l },
		"video": func(l signaling.Leg) signaling.Leg { l.Video = &netcheck.VideoLoad{MaxKbps: 1e9}; return l },
		"IP":    func(l signaling.Leg) signaling.Leg { l.Family = "5"; return l },
	} {
		h := loopbackHost(t)
		h.alter = alter
		f := failure(t, &Connector{Remote: h.order}, leg, nil, netcheck.ReasonFarRefused)
		if got := <-h.links; got.err == nil || !strings.Contains(f.Text, name) {
			t.Errorf("%s: %v; told %q", name, got.err, f.Text)
		}
	}
	h := newHost(t, &Acceptor{Address: netip.MustParseAddr("127.0.0.1")})
	h.alter = func(l signaling.Leg) signaling.Leg { l.Family = netcheck.Family6; return l }
	failure(t, &Connector{Remote: h.order}, leg, nil, netcheck.ReasonNoFamily)
}

// meddler stands between two ends, shows each of them its own certificate, and hands everything else on.
type meddler struct {
	toNear, toFar *webrtc.PeerConnection
	wait          sync.WaitGroup
}

// between gives the ends that the two computers hold.
func (m *meddler) between(t *testing.T) (near, far Signals) {
	near, inNear := newMemory()
	inFar, far := newMemory()
	for _, pc := range []**webrtc.PeerConnection{&m.toNear, &m.toFar} {
		var s webrtc.SettingEngine
		s.SetIncludeLoopbackCandidate(true)
		s.SetIPFilter(func(ip net.IP) bool { return ip.IsLoopback() })
		s.LoggerFactory = logs{}
		s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
		made, err := webrtc.NewAPI(webrtc.WithSettingEngine(s)).NewPeerConnection(webrtc.Configuration{})
		must(t, err)
		*pc = made
	}
	_, err := m.toFar.CreateDataChannel("x", nil)
	must(t, err)
	_, err = m.toFar.AddTransceiverFromKind(webrtc.RTPCodecTypeAudio)
	must(t, err)
	m.relayCandidates(t, m.toNear, inNear)
	m.relayCandidates(t, m.toFar, inFar)
	m.carry(t, inNear, inFar, m.toNear)
	m.carry(t, inFar, inNear, m.toFar)
	return near, far
}

func (m *meddler) relayCandidates(t *testing.T, pc *webrtc.PeerConnection, to Signals) {
	pc.OnICECandidate(func(c *webrtc.ICECandidate) {
		if c != nil {
			_ = to.Send(t.Context(), signaling.Signal{Candidate: c.ToJSON().Candidate})
		}
	})
}

// carry plays the other end towards one end, and passes on what is no description and no candidate.
func (m *meddler) carry(t *testing.T, from, to Signals, pc *webrtc.PeerConnection) {
	m.wait.Go(func() {
		for {
			s, err := from.Receive(t.Context())
			if err != nil {
				_ = to.Close()
				return
			}
			switch {
			case s.Description != nil:
				err = m.play(t, from, to, pc, *s.Description)
			case s.Candidate != "":
				err = pc.AddICECandidate(webrtc.ICECandidateInit{Candidate: s.Candidate})
			case s.Confirm != nil, s.Failure != nil:
				err = to.Send(t.Context(), s)
			}
			if err != nil {
				t.Logf("meddler: %v", err)
			}
		}
	})
}

func (m *meddler) play(t *testing.T, from, to Signals, pc *webrtc.PeerConnection, d signaling.Description) error {
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.NewSDPType(d.Type), SDP: d.SDP}); err != nil || d.Type == "answer" {
		return err
	}
	answer, err := pc.CreateAnswer(nil)
	if err != nil {
		return err
	}
	if err := from.Send(t.Context(), signaling.Signal{Description: &signaling.Description{Type: "answer", SDP: answer.SDP}}); err != nil {
		return err
	}
	offer, err := m.toFar.CreateOffer(nil)
	if err != nil {
		return err
	}
	if err := pc.SetLocalDescription(answer); err != nil {
		return err
	}
	if err := m.toFar.SetLocalDescription(offer); err != nil { // its candidates may go before it: an end keeps them
		return err
	}
	return to.Send(t.Context(), signaling.Signal{Description: &signaling.Description{Type: "offer", SDP: offer.SDP}})
}

// Somebody who could change both descriptions is found out before any probe: each end tells whose certificate it really saw.
func TestImpostor(t *testing.T) {
	noLeaks(t)
	leg := remote((&testServer{host: "127.0.0.1"}).leg(netcheck.PathDirect))
	h := loopbackHost(t)
	var m meddler
	h.way = func() (Signals, Signals) { return m.between(t) }
	f := failure(t, &Connector{Remote: h.order}, leg, nil, netcheck.ReasonImpostor)
	got := <-h.links
	if other := netcheck.AsFailure(got.err, ""); got.err == nil || other.Code != netcheck.ReasonImpostor {
		t.Errorf("the other end: %v", got.err)
	}
	if f.Advice == "" {
		t.Error("there is no advice")
	}
	m.wait.Wait()
	must(t, m.toNear.GracefulClose())
	must(t, m.toFar.GracefulClose())
}

func TestConfirmIsCompared(t *testing.T) {
	for i, theirs := range []signaling.Confirm{{}, {Own: "b", Other: "x"}, {Own: "x", Other: "a"}, {Own: "a", Other: "b"}} {
		if agree(signaling.Confirm{Own: "a", Other: "b"}, theirs) {
			t.Errorf("%d: %+v agrees", i, theirs)
		}
	}
	if !agree(signaling.Confirm{Own: "a", Other: "b"}, signaling.Confirm{Own: "b", Other: "a"}) {
		t.Error("two ends that saw each other do not agree")
	}
}

// slowToClose is a signalling connection that closes when it is let.
type slowToClose struct {
	Signals
	closing func()
}

func (s slowToClose) Close() error {
	s.closing()
	return s.Signals.Close()
}

// The caller's time may be over while what was opened is closed: why there is no link was known before, and stays.
func TestClosingDoesNotHideTheReason(t *testing.T) {
	noLeaks(t)
	leg := remote((&testServer{host: "127.0.0.1"}).leg(netcheck.PathDirect))
	for cause, want := range map[error]netcheck.ReasonCode{context.DeadlineExceeded: netcheck.ReasonNoFamily, context.Canceled: ""} {
		ctx := &endsWhenTold{Context: t.Context(), done: make(chan struct{}), cause: cause}
		c := &Connector{Remote: func(ctx2 context.Context, _ netcheck.Leg) (Signals, error) {
			near, far := newMemory()
			told := signaling.Failure{Code: netcheck.ReasonNoFamily, Text: "No address."}
			return slowToClose{near, ctx.end}, far.Send(ctx2, signaling.Signal{Failure: &told})
		}}
		_, err := c.Connect(ctx, leg, func(netcheck.Event) {})
		var f *netcheck.Failure
		if want == "" && !errors.Is(err, cause) || want != "" && (!errors.As(err, &f) || f.Code != want) {
			t.Errorf("%v: %v", cause, err)
		}
	}
}

// endsWhenTold is a context that ends at a moment of the test's choice, by a deadline too.
type endsWhenTold struct {
	context.Context
	once  sync.Once
	done  chan struct{}
	cause error
}

func (c *endsWhenTold) end() { c.once.Do(func() { close(c.done) }) }

func (c *endsWhenTold) Done() <-chan struct{} { return c.done }

func (c *endsWhenTold) Err() error {
	select {
	case <-c.done:
		return c.cause
	default:
		return nil
	}
}
