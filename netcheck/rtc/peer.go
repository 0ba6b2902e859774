package rtc

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"

	"github.com/pion/ice/v4"
	"github.com/pion/transport/v5"
	"github.com/pion/webrtc/v4"

	"echopath/internal/ifaces"
	"echopath/netcheck"
)

// The ends of a link, as steps name them.
var ends = [2]string{"local", "far"}

// peer is one end of a link: a PeerConnection with its sockets, carriers and channels.
type peer struct {
	end    string
	role   role
	path   netcheck.Path
	family netcheck.Family
	server string // URL of the server that gives its candidate, "" on the direct path
	pc     *webrtc.PeerConnection
	net    *network
	mux    *ice.UDPMuxDefault
	dial   *turnDialer // nil on paths without a stream

	gathered    latch[webrtc.ICECandidate] // first wanted candidate
	gatherEnded flag
	connected   flag         // a pair is selected
	secured     flag         // the DTLS handshake is done
	opened      flag         // all carriers and channels are
	dead        latch[error] // why the peer is of no more use; io.EOF if it was closed

	mu      sync.Mutex            // guards what follows, mostly until opened
	past    netcheck.PairCounters // of pairs that were given up
	missing parts                 // carriers and channels that are not open
	gates   []*gate

	link, control *messageConn
	data          *dataCarrier
	srtp          *srtpCarrier
	talk          *talk
	media         *media // nil if the leg did not ask for video
	log           logs

	public  netip.Addr             // that a 1:1 NAT shows this end at; zero if none is known
	foreign bool                   // what servers say of its address may be what the other end wants
	ledger  *ledger                // of the addresses that others are told of; nil if nobody asks
	dialog  *dialog                // nil before negotiating
	checks  atomic.Pointer[bounds] // whose checks may come in; nil before negotiating
	linked  atomic.Bool            // a pair is selected now
	moved   chan struct{}          // linked has changed; has room for one
	times   iceTimes               // if they are not the usual ones

	asking  sync.RWMutex // guards closing, and is held for reading while pion is asked
	closing bool

	starting sync.Mutex // guards halted, and is held while a goroutine is started
	halted   bool
	running  sync.WaitGroup // the peer's own goroutines
}

// endpoint is what a peer is made from, beside the leg.
type endpoint struct {
	name    string
	role    role
	net     transport.Net
	at      place
	control ifaces.Control
	servers []webrtc.ICEServer
	target  target // whose TURN server's stream has to be dialled
	public  netip.Addr
	ports   [2]uint16
	ledger  *ledger
	foreign bool // some of servers are named by the other end
}

// newPeer makes the local (0) or far (1) end of a leg, which has not begun to negotiate.
func (c *connecting) newPeer(i int, t target, at place) (*peer, error) {
	e := endpoint{name: ends[i], role: inProcess(c.leg.Path, i == 0), net: c.nets[i], at: at, control: c.control(i, t, at),
		servers: iceServers(t, c.leg, c.now()), target: t}
	if c.remote() {
		e.role = nearRole(c.leg.Path)
	}
	return c.newEnd(e)
}

// newEnd makes one end of a leg.
func (c *connecting) newEnd(e endpoint) (*peer, error) {
	p := &peer{end: e.name, role: e.role, path: c.leg.Path, family: c.leg.Family, net: newNetwork(e.net, e.at.addr), log: logs{c.Logger},
		ledger: e.ledger, foreign: e.foreign, public: e.public, moved: make(chan struct{}, 1), times: c.ice}
	p.net.control = e.control
	if e.role.remote {
		p.net.hears = p.hears
	}
	if e.ledger != nil {
		p.net.closed = e.ledger.shut
	}
	if e.target.srv.URL.Scheme != "" {
		p.server = e.target.srv.URL.String()
	}
	if c.leg.Path.Stream() && p.relays() {
		p.dial = c.newTurnDialer(p.end, e.target, e.at.addr, p.net)
	}
	if err := p.start(c, e); err != nil {
		_ = p.close()
		return nil, localError("This computer could not set up a WebRTC peer.", err)
	}
	return p, nil
}

// relays tells whether this end uses a TURN server.
func (p *peer) relays() bool { return p.role.gives.has(webrtc.ICECandidateTypeRelay) }

func (p *peer) start(c *connecting, e endpoint) error {
	mux, err := p.loopback6(e.at)
	if err != nil {
		return err
	}
	if v := c.leg.Video; v != nil {
		if p.media, err = newMedia(p, *v, c.leg); err != nil {
			return err
		}
	}
	settings, err := c.settings(p, e, mux)
	if err != nil {
		return err
	}
	api, err := newAPI(settings, p.media)
	if err != nil {
		return err
	}
	p.pc, err = api.NewPeerConnection(webrtc.Configuration{
		ICEServers: e.servers, ICETransportPolicy: e.role.policy, BundlePolicy: webrtc.BundlePolicyMaxBundle,
	})
	if err != nil {
		return err
	}
	p.pc.OnICEConnectionStateChange(p.onICE)
	p.pc.OnConnectionStateChange(p.onConnection)
	return p.openChannels()
}

// loopback6 gives host candidates on ::1 their socket: pion takes ::1 for an IPv4-compatible address and gathers nothing there,
// but it does use a socket that it is given.
func (p *peer) loopback6(at place) (ice.UDPMux, error) {
	if !p.role.hosts() || !at.addr.Is6() || !at.addr.IsLoopback() {
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
		p.setLinked(true)
		p.connected.fire()
	case webrtc.ICEConnectionStateDisconnected:
		p.setLinked(false)
	case webrtc.ICEConnectionStateFailed:
		p.fail(errFailed)
	}
}

func (p *peer) onConnection(s webrtc.PeerConnectionState) {
	switch s {
	case webrtc.PeerConnectionStateConnected:
		p.secured.fire()
	case webrtc.PeerConnectionStateFailed:
		p.fail(errFailed)
	}
}

func (p *peer) setLinked(yes bool) {
	p.linked.Store(yes)
	select {
	case p.moved <- struct{}{}:
	default:
	}
}

// checked tells whether a pair is selected now.
func (p *peer) checked() bool { return p.linked.Load() }

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
		var told *netcheck.Failure
		if errors.As(err, &told) {
			return told
		}
		return &netcheck.Failure{Code: netcheck.ReasonLinkLost, Text: "The connection was lost: no packets came any more.",
			Advice: "Repeat the test; if it happens again, a firewall or the network on the way ends connections.", Err: err}
	}
	return io.EOF
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
	if t := selected.Local.Typ; t != webrtc.ICECandidateTypeHost && p.role.gives.has(t) {
		out.Local.Server = p.server
	}
	if p.dial != nil {
		p.dial.witness(&out.Local)
	}
	return out, nil
}

// relayProtocol comes from the local candidate's statistics: the pair itself does not carry it.
func (p *peer) relayProtocol() string {
	p.asking.RLock() // pion must not be asked while it closes
	defer p.asking.RUnlock()
	if p.closing {
		return ""
	}
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
	p.mu.Lock()
	c := p.past
	p.mu.Unlock()
	if s, ok := p.pc.SCTP().Transport().ICETransport().GetSelectedCandidatePairStats(); ok {
		c.PacketsSent += uint64(s.PacketsSent)
		c.PacketsReceived += uint64(s.PacketsReceived)
		c.BytesSent += s.BytesSent
		c.BytesReceived += s.BytesReceived
	}
	c.Drops, c.DropsKnown = p.net.drops()
	return c
}
