package rtc

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/webrtc/v4"

	"echopath/netcheck"
)

// The ends of a link, as steps name them.
var ends = [2]string{"local", "far"}

// peer is one end of a link: a PeerConnection with its sockets, carriers and channels.
type peer struct {
	end    string
	want   webrtc.ICECandidateType
	server string // URL of the server that gives its candidate, "" on the direct path
	pc     *webrtc.PeerConnection
	net    *network
	mux    *ice.UDPMuxDefault
	dial   *turnDialer // nil on paths without a stream

	gathered    latch[webrtc.ICECandidate] // first wanted candidate
	gatherEnded flag
	connected   flag         // a pair is selected
	opened      flag         // all carriers and channels are
	dead        latch[error] // why the peer is of no more use; io.EOF if it was closed

	mu      sync.Mutex // guards what follows until opened
	waiting int        // carriers and channels that are not open
	gates   []*gate

	link, control *messageConn
	data          *dataCarrier
	srtp          *srtpCarrier
	talk          *talk
	media         *media // nil if the leg did not ask for video
	log           logs

	running sync.WaitGroup // the peer's own goroutines
}

// newPeer makes the local (0) or far (1) end, which has not begun to negotiate.
func (c *connecting) newPeer(i int, t target, at place) (*peer, error) {
	p := &peer{end: ends[i], want: wanted(c.leg.Path), net: newNetwork(c.nets[i], at.addr), log: logs{c.Logger}}
	p.net.control = c.control(i, t, at)
	if c.leg.Path != netcheck.PathDirect {
		p.server = t.srv.URL.String()
	}
	if c.leg.Path.Stream() {
		p.dial = c.newTurnDialer(p.end, t, at.addr, p.net)
	}
	if err := p.start(c, t, at); err != nil {
		_ = p.close()
		return nil, localError("This computer could not set up a WebRTC peer.", err)
	}
	return p, nil
}

func (p *peer) start(c *connecting, t target, at place) error {
	mux, err := p.loopback6(c, at)
	if err != nil {
		return err
	}
	if v := c.leg.Video; v != nil {
		if p.media, err = newMedia(p, *v, c.leg); err != nil {
			return err
		}
	}
	api, err := newAPI(c.settings(p, at.addr, mux), p.media)
	if err != nil {
		return err
	}
	p.pc, err = api.NewPeerConnection(webrtc.Configuration{
		ICEServers: iceServers(t, c.leg, c.now()), ICETransportPolicy: policy(c.leg.Path),
		BundlePolicy: webrtc.BundlePolicyMaxBundle,
	})
	if err != nil {
		return err
	}
	p.pc.OnICEConnectionStateChange(p.onICE)
	p.pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateFailed {
			p.fail(errFailed)
		}
	})
	return p.openChannels()
}

// loopback6 gives the direct path over ::1 its socket: pion takes ::1 for an IPv4-compatible address and gathers nothing
// there, but it does use a socket that it is given.
func (p *peer) loopback6(c *connecting, at place) (ice.UDPMux, error) {
	if c.leg.Path != netcheck.PathDirect || !at.addr.Is6() || !at.addr.IsLoopback() {
		return nil, nil
	}
	conn, err := p.net.ListenUDP("udp6", &net.UDPAddr{IP: at.addr.AsSlice()})
	if err != nil {
		return nil, err
	}
	p.mux = ice.NewUDPMuxDefault(ice.UDPMuxParams{Logger: quiet{}, UDPConn: conn})
	return p.mux, nil
}

var errFailed = errors.New("the connection failed")

func (p *peer) onICE(s webrtc.ICEConnectionState) {
	switch s {
	case webrtc.ICEConnectionStateConnected:
		p.connected.fire()
	case webrtc.ICEConnectionStateFailed:
		p.fail(errFailed)
	}
}

// fail ends every waiting Receive, now and later. The first reason counts.
func (p *peer) fail(err error) {
	p.mu.Lock()
	gates := p.gates
	first := p.dead.set(err)
	p.mu.Unlock()
	if first {
		for _, g := range gates {
			g.shut()
		}
	}
}

// lost is what a carrier returns once the peer is dead.
func (p *peer) lost() error {
	if err, ok := p.dead.get(); ok && !errors.Is(err, io.EOF) {
		return &netcheck.Failure{Code: netcheck.ReasonLinkLost, Text: "The connection was lost: no packets came any more.",
			Advice: "Repeat the test; if it happens again, a firewall or the network on the way ends connections.", Err: err}
	}
	return io.EOF
}

// ready counts what has opened, and wakes who waits for all of it. The gate is nil if it is known already.
func (p *peer) ready(g *gate) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if g != nil {
		p.addGate(g)
	}
	if _, dead := p.dead.get(); dead {
		return
	}
	if p.waiting--; p.waiting == 0 {
		p.talk = newTalk(p)
		p.run(p.link.read)
		p.run(p.control.read)
		p.run(p.talk.run)
		if p.media != nil {
			p.media.run()
		}
		p.opened.fire()
	}
}

// addGate lets fail wake the gate's reader; one that comes too late is shut at once. p.mu is held.
func (p *peer) addGate(g *gate) {
	p.gates = append(p.gates, g)
	if _, dead := p.dead.get(); dead {
		g.shut()
	}
}

// pair reports the selected pair as this end sees it.
func (p *peer) pair() (netcheck.CandidatePair, error) {
	selected, err := p.pc.SCTP().Transport().ICETransport().GetSelectedCandidatePair()
	if err != nil || selected == nil {
		return netcheck.CandidatePair{}, fmt.Errorf("no pair is selected: %w", errors.Join(err, p.lost()))
	}
	out := netcheck.CandidatePair{Local: candidate(selected.Local), Remote: candidate(selected.Remote)}
	if selected.Local.Typ == webrtc.ICECandidateTypeRelay {
		out.Local.RelayProtocol = p.relayProtocol()
	}
	if selected.Local.Typ == p.want {
		out.Local.Server = p.server
	}
	if p.dial != nil {
		p.dial.witness(&out.Local)
	}
	return out, nil
}

// relayProtocol comes from the local candidate's statistics: the pair itself does not carry it.
func (p *peer) relayProtocol() string {
	report := p.pc.GetStats()
	for _, s := range report {
		pair, ok := s.(webrtc.ICECandidatePairStats)
		if !ok || !pair.Nominated || pair.State != webrtc.StatsICECandidatePairStateSucceeded {
			continue
		}
		if local, ok := report[pair.LocalCandidateID].(webrtc.ICECandidateStats); ok {
			return local.RelayProtocol
		}
	}
	return ""
}

// counters is cheap: two atomic snapshots and one system call a socket.
func (p *peer) counters() netcheck.PairCounters {
	var c netcheck.PairCounters
	if s, ok := p.pc.SCTP().Transport().ICETransport().GetSelectedCandidatePairStats(); ok {
		c.PacketsSent, c.PacketsReceived = uint64(s.PacketsSent), uint64(s.PacketsReceived)
		c.BytesSent, c.BytesReceived = s.BytesSent, s.BytesReceived
	}
	c.Drops, c.DropsKnown = p.net.drops()
	return c
}

// close ends the peer and waits for its goroutines.
func (p *peer) close() error {
	p.fail(io.EOF)
	var err error
	if p.pc != nil {
		err = p.closePC()
	}
	if p.media != nil {
		p.media.close()
	}
	if p.dial != nil {
		p.dial.stop()
	}
	if p.mux != nil {
		err = errors.Join(err, p.mux.Close())
	}
	err = errors.Join(err, p.net.closeAll())
	p.running.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, g := range p.gates {
		g.release()
	}
	return err
}

// closePC waits for pion, whose goroutines end with their sockets if they do not end before.
func (p *peer) closePC() error {
	done := make(chan error, 1)
	go func() { done <- p.pc.GracefulClose() }()
	patience := time.NewTimer(closePatience)
	defer patience.Stop()
	select {
	case err := <-done:
		return err
	case <-patience.C:
	}
	_ = p.net.closeAll()
	patience.Reset(closePatience)
	select {
	case err := <-done:
		return err
	case <-patience.C:
		return errStuck
	}
}

// closePatience is how long closing may take in order, and again after the sockets were closed by force.
const closePatience = 2 * time.Second

var errStuck = errors.New("the WebRTC peer did not close")

// abandon is for a peer that never became part of a link: its sockets go first, so that nothing waits for an answer.
func (p *peer) abandon() {
	if p.dial != nil {
		p.dial.stop()
	}
	_ = p.net.closeAll()
	_ = p.close()
}

// run starts a goroutine that close waits for.
func (p *peer) run(f func()) { p.running.Go(f) }
