package rtc

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/webrtc/v4"

	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// stranger is a guest that writes its own messages.
type stranger struct {
	tb    testing.TB
	pc    *webrtc.PeerConnection
	near  Signals
	done  chan accepted
	seals bool // it confirms whose certificates it saw
}

// newStranger orders a leg of an acceptor. What it opens must be there before meet.
func newStranger(tb testing.TB, a *Acceptor, order signaling.Leg) *stranger {
	tb.Helper()
	var s webrtc.SettingEngine
	s.SetIncludeLoopbackCandidate(true)
	s.SetIPFilter(func(ip net.IP) bool { return ip.Equal(net.IPv4(127, 0, 0, 1)) })
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	s.LoggerFactory = logs{}
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.DetachDataChannels()
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(s)).NewPeerConnection(webrtc.Configuration{})
	must(tb, err)
	near, far := newMemory()
	g := &stranger{tb: tb, pc: pc, near: near, done: make(chan accepted, 1), seals: true}
	if !a.Address.IsValid() {
		a.Address = netip.MustParseAddr("127.0.0.1")
	}
	go func() {
		l, err := a.Accept(tb.Context(), order, far)
		g.done <- accepted{l, err}
	}()
	tb.Cleanup(func() { _ = pc.GracefulClose() }) // it fails if the other end has just ended the connection, which is what these tests are about
	return g
}

// strangersLeg is a leg of the direct path.
func strangersLeg(timeout time.Duration) signaling.Leg {
	return signaling.Leg{ID: 1, Path: netcheck.PathDirect, Family: netcheck.Family4, Rate: 100, Size: 200, Timeout: timeout}
}

// offer gives the stranger's description, which is not applied yet.
func (g *stranger) offer() webrtc.SessionDescription {
	g.tb.Helper()
	d, err := g.pc.CreateOffer(nil)
	must(g.tb, err)
	return d
}

func (g *stranger) send(d webrtc.SessionDescription) {
	g.tb.Helper()
	must(g.tb, g.near.Send(g.tb.Context(), signaling.Signal{Description: &signaling.Description{Type: "offer", SDP: d.SDP}}))
}

// negotiated opens a channel that both ends know beforehand.
func (g *stranger) negotiated(id uint16) {
	g.tb.Helper()
	yes := true
	dc, err := g.pc.CreateDataChannel("x", &webrtc.DataChannelInit{ID: &id, Negotiated: &yes, Ordered: &yes})
	must(g.tb, err)
	dc.OnOpen(func() {
		if raw, err := dc.Detach(); err == nil && id == streamLink {
			g.answerAsks(raw)
		} else if err == nil && id > streamMedia {
			_, _ = raw.Write([]byte("to nobody"))
		}
	})
}

// answerAsks tells the pair that the host wants to see.
func (g *stranger) answerAsks(raw io.ReadWriter) {
	b := make([]byte, maxTalk)
	for {
		n, err := raw.Read(b)
		if err != nil {
			return
		}
		var in note
		if json.Unmarshal(b[:n], &in) != nil || in.Ask == 0 {
			continue
		}
		pair, err := g.pc.SCTP().Transport().ICETransport().GetSelectedCandidatePair()
		if err != nil || pair == nil {
			return
		}
		out := netcheck.CandidatePair{Local: candidate(pair.Local), Remote: candidate(pair.Remote)}
		out.Local.Type = "host"
		answer, _ := json.Marshal(note{V: talkVersion, Answer: in.Ask, Pair: &out})
		_, _ = raw.Write(answer)
	}
}

func (g *stranger) datagrams(label string, reliable bool) {
	g.tb.Helper()
	init := &webrtc.DataChannelInit{Ordered: &reliable}
	if never := uint16(0); !reliable {
		init.MaxRetransmits = &never
	}
	_, err := g.pc.CreateDataChannel(label, init)
	must(g.tb, err)
}

// audio sends the track that the srtp carrier is.
func (g *stranger) audio() {
	g.tb.Helper()
	t, err := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: rtpClock, Channels: 2}, "a", "a")
	must(g.tb, err)
	_, err = g.pc.AddTrack(t)
	must(g.tb, err)
}

// meet negotiates until Accept has ended, and gives what it gave.
func (g *stranger) meet() accepted {
	g.tb.Helper()
	g.pc.OnICECandidate(func(c *webrtc.ICECandidate) {
		if c != nil {
			_ = g.near.Send(g.tb.Context(), signaling.Signal{Candidate: c.ToJSON().Candidate})
		}
	})
	d := g.offer()
	g.send(d)
	must(g.tb, g.pc.SetLocalDescription(d))
	heard := make(chan struct{})
	go func() {
		defer close(heard)
		g.hear()
	}()
	got := <-g.done
	_ = g.near.Close()
	<-heard
	return got
}

func (g *stranger) hear() {
	for {
		s, err := g.near.Receive(g.tb.Context())
		if err != nil {
			return
		}
		switch {
		case s.Description != nil:
			err = g.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: s.Description.SDP})
		case s.Candidate != "":
			err = g.pc.AddICECandidate(webrtc.ICECandidateInit{Candidate: s.Candidate})
		case s.Confirm != nil && g.seals:
			dtls := g.pc.SCTP().Transport()
			p, _ := dtls.GetLocalParameters()
			sum := sha256.Sum256(dtls.GetRemoteCertificate())
			err = g.near.Send(g.tb.Context(), signaling.Signal{Confirm: &signaling.Confirm{
				Own: strings.ToLower(strings.ReplaceAll(p.Fingerprints[0].Value, ":", "")), Other: hex.EncodeToString(sum[:])}})
		}
		if err != nil && g.tb.Context().Err() == nil {
			g.tb.Logf("the stranger: %v", err)
		}
	}
}

// Whatever channels a guest opens in which order, the host has a link of all its parts or none, and goes on. What it does not know, or knows
// already, ends the leg.
func TestStrangeChannels(t *testing.T) {
	for name, tt := range map[string]struct {
		open func(g *stranger)
		want string // in the text of the failure; "": a link
	}{
		"as it should be":        {func(g *stranger) { g.datagrams(labelData, false); g.audio() }, ""},
		"twice and no track":     {func(g *stranger) { g.datagrams(labelData, false); g.datagrams(labelData, false) }, "channel that no test has"},
		"twice and a track":      {func(g *stranger) { g.audio(); g.datagrams(labelData, false); g.datagrams(labelData, false) }, "channel that no test has"},
		"another one":            {func(g *stranger) { g.audio(); g.datagrams(labelData, false); g.datagrams("other", false) }, "channel that no test has"},
		"another one first":      {func(g *stranger) { g.audio(); g.datagrams("other", true); g.datagrams(labelData, false) }, "channel that no test has"},
		"a reliable one":         {func(g *stranger) { g.audio(); g.datagrams(labelData, true) }, "channel that no test has"},
		"without being opened":   {func(g *stranger) { g.audio(); g.negotiated(10) }, "channel that no test has"},
		"no track":               {func(g *stranger) { g.datagrams(labelData, false) }, "did not come up in time"},
		"no channel for packets": {func(g *stranger) { g.audio() }, "did not come up in time"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			timeout := 1500 * time.Millisecond
			if !strings.Contains(tt.want, "in time") {
				timeout = 10 * time.Second
			}
			g := newStranger(t, &Acceptor{}, strangersLeg(timeout))
			g.negotiated(streamLink)
			g.negotiated(streamControl)
			tt.open(g)
			checkStranger(t, g.meet(), tt.want)
		})
	}
}

func checkStranger(t *testing.T, got accepted, want string) {
	t.Helper()
	if got.err == nil {
		checkWhole(t, got.link.(*link).peer, want == "")
		must(t, got.link.Close())
		return
	}
	if want == "" || !strings.Contains(got.err.Error(), want) {
		t.Errorf("%v, want %q", got.err, want)
	}
}

// checkWhole looks whether a link has everything that is read. A strange channel may open after it: the link is lost then.
func checkWhole(t *testing.T, p *peer, honest bool) {
	t.Helper()
	if p.data.raw == nil || p.srtp.in == nil || p.srtp.gate == nil || p.link.raw == nil || p.control.raw == nil {
		t.Errorf("a link without all of its parts: %+v", p)
	}
	if !honest {
		<-p.dead.wait()
		if f := p.fault(); f == nil || f.Code != netcheck.ReasonFarRefused {
			t.Errorf("the link ended with %v", f)
		}
	}
}

// With video there are more parts, and no more ways to do without one: nothing is read before everything is there.
func TestStrangeChannelsOfVideo(t *testing.T) {
	order := strangersLeg(10 * time.Second)
	order.Video = &netcheck.VideoLoad{StartKbps: 300, MaxKbps: 1000}
	g := newStranger(t, &Acceptor{}, order)
	g.seals = false
	g.negotiated(streamLink)
	g.negotiated(streamControl)
	for range 7 {
		g.datagrams(labelData, false)
	}
	checkStranger(t, g.meet(), "channel that no test has")
}

// Channels by chance, all through one seed: a link or a failure comes of each.
func TestChannelsByChance(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 5))
	labels := []string{labelData, "", "echopath-0", "echopath-2", "Echopath-datagrams", labelData + "\x00", strings.Repeat("x", 1000)}
	for i := range 8 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			g := newStranger(t, &Acceptor{}, strangersLeg(10*time.Second))
			var said []string
			for _, step := range r.Perm(5) {
				switch step {
				case 0:
					g.negotiated(streamLink)
				case 1:
					g.negotiated(streamControl)
				case 2:
					g.audio()
				default:
					label, reliable := labels[r.IntN(len(labels))], r.IntN(3) == 0
					g.datagrams(label, reliable)
					said = append(said, fmt.Sprintf("%.20q %v", label, reliable))
				}
			}
			t.Logf("%s", said)
			checkStranger(t, g.meet(), "channel that no test has") // two are always one too many
		})
	}
}

// Whatever opens, and however often, an end is open when each part is, and not before.
func FuzzPartsCountOnce(f *testing.F) {
	f.Add([]byte{0, 1, 3, 3, 3, 3, 3, 3})
	f.Add([]byte{4, 4, 2, 2, 1, 0, 3, 3})
	f.Fuzz(func(t *testing.T, order []byte) {
		all := []part{partLink, partControl, partMedia, partData, partAudio, partVideo}
		p := &peer{missing: parts{}}
		for _, w := range all {
			p.missing[w] = struct{}{}
		}
		left := map[part]bool{}
		for _, b := range order {
			what := all[int(b)%(len(all)-1)] // the last one never opens
			left[what] = true
			p.ready(what, nil)
		}
		if p.opened.up() || len(p.missing) != len(all)-len(left) {
			t.Errorf("%v: open %v, missing %v", order, p.opened.up(), p.missing)
		}
	})
}
