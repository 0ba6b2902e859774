package rtc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/datachannel"
	"github.com/pion/ice/v4"
	"github.com/pion/transport/v5"
	"github.com/pion/transport/v5/stdnet"
	"github.com/pion/webrtc/v4"

	"echopath/netcheck"
	"echopath/netcheck/dial"
)

// Paster makes signalling wires that two texts set up, where no TCP connection to the host is possible: people carry an invitation one way
// and an answer the other. The zero value uses the system's network and asks no server.
type Paster struct {
	Net     transport.Net
	Address netip.Addr           // that sockets are bound to; zero leaves it to the system
	Servers []netcheck.ICEServer // STUN servers, and TURN servers over UDP; others are left out
	Logger  *slog.Logger
}

// Pasted is one end of such a wire, from the time that its text is made. It implements signaling.Wire; Send and Receive wait until
// there is a connection.
type Pasted struct {
	pc    *webrtc.PeerConnection
	net   *network
	opens latch[datachannel.ReadWriteCloserDeadliner]
	dc    *webrtc.DataChannel
	low   chan struct{}
	inbox chan []byte   // closed when nothing can come any more
	over  chan struct{} // closed by Close
	ended flag          // the connection has failed or was closed

	mu       sync.Mutex  // guards patience
	patience *time.Timer // runs while nothing comes

	reading sync.WaitGroup
	once    sync.Once
	err     error
}

// gatherPasted is how long the candidates of a text may take: none can follow it.
const gatherPasted = 3 * time.Second

// pastedRequests keep the checks of the end that answered going for ten minutes, at five a second: so long its text may be under way.
const pastedRequests = 3000

// Invite makes the end that invites, and its text of at most 400 bytes for the other end. Accept takes the answer to it. The wire must
// be closed, whether or not an answer comes.
func (p Paster) Invite(ctx context.Context) (*Pasted, []byte, error) {
	w, err := p.open(ctx)
	if err != nil {
		return nil, nil, err
	}
	ordered := true
	dc, err := w.pc.CreateDataChannel("echopath-signaling", &webrtc.DataChannelInit{Ordered: &ordered})
	if err != nil {
		return nil, nil, w.abandon(err)
	}
	w.take(dc)
	offer, err := w.pc.CreateOffer(nil)
	if err != nil {
		return nil, nil, w.abandon(err)
	}
	return w.gathered(ctx, offer)
}

// Answer makes the end that was invited with a text, and its answer of at most 400 bytes.
func (p Paster) Answer(ctx context.Context, invitation []byte) (*Pasted, []byte, error) {
	d, err := unpackPasted(invitation)
	if err != nil || d.answer {
		return nil, nil, notPasted("invitation", err)
	}
	w, err := p.open(ctx)
	if err != nil {
		return nil, nil, err
	}
	w.pc.OnDataChannel(w.take)
	if err := w.apply(d); err != nil {
		return nil, nil, w.abandon(err)
	}
	answer, err := w.pc.CreateAnswer(nil)
	if err != nil {
		return nil, nil, w.abandon(err)
	}
	return w.gathered(ctx, answer)
}

// Accept takes the answer to an invitation. The connection comes up afterwards, if it can.
func (w *Pasted) Accept(answer []byte) error {
	d, err := unpackPasted(answer)
	if err != nil || !d.answer {
		return notPasted("answer", err)
	}
	return w.apply(d)
}

func notPasted(what string, err error) *netcheck.Failure {
	return &netcheck.Failure{Code: netcheck.ReasonInvite, Err: err,
		Text:   fmt.Sprintf("The text is not the %s of another Echopath, or it is not whole.", what),
		Advice: "Copy all of it, from the first to the last character, and paste it once more."}
}

// open makes an end without a description.
func (p Paster) open(ctx context.Context) (*Pasted, error) {
	n := p.Net
	if n == nil {
		system, err := stdnet.NewNet()
		if err != nil {
			return nil, localError("The network interfaces of this computer can not be listed.", err)
		}
		n = system
	}
	w := &Pasted{net: newNetwork(n, p.Address), low: make(chan struct{}, 1), inbox: make(chan []byte, inboxSize), over: make(chan struct{})}
	var s webrtc.SettingEngine
	s.LoggerFactory = logs{p.Logger}
	s.SetNet(w.net)
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.DisableActiveTCP(true)
	s.SetIncludeLoopbackCandidate(p.Address.IsLoopback())
	s.SetSTUNGatherTimeout(gatherPasted)
	s.SetICETimeouts(remoteICETimes.disconnected, 0, remoteICETimes.keepalive) // people take their time to carry the answer
	s.SetICEMaxBindingRequests(pastedRequests)
	s.SetAnsweringDTLSRole(webrtc.DTLSRoleClient)
	s.DisableCloseByDTLS(true)
	s.DetachDataChannels()
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6})
	if p.Address.IsValid() {
		s.SetIPFilter(onlyAddress(p.Address))
	}
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(&webrtc.MediaEngine{}), webrtc.WithSettingEngine(s)).
		NewPeerConnection(webrtc.Configuration{ICEServers: p.servers(ctx)})
	if err != nil {
		return nil, errors.Join(localError("This computer could not set up a WebRTC peer.", err), w.net.closeAll())
	}
	w.pc = pc
	pc.OnConnectionStateChange(w.onConnection)
	return w, nil
}

// onConnection ends the wire when nothing came for so long that nothing will: as a whole like a link to another computer.
func (w *Pasted) onConnection(s webrtc.PeerConnectionState) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.patience != nil {
		w.patience.Stop()
		w.patience = nil
	}
	switch s {
	case webrtc.PeerConnectionStateDisconnected:
		w.patience = time.AfterFunc(remoteICETimes.failed, w.ended.fire)
	case webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateClosed:
		w.ended.fire()
	}
}

// servers are those that can be asked over UDP, by literal addresses.
func (p Paster) servers(ctx context.Context) []webrtc.ICEServer {
	ctx, cancel := context.WithTimeout(ctx, namesTime)
	defer cancel()
	var out []webrtc.ICEServer
	for _, s := range p.Servers {
		if s.URL.Transport != "udp" || len(out) >= maxSTUN {
			continue
		}
		addrs, err := dial.Resolve(ctx, s.URL.Host, netcheck.Family4)
		if err != nil || len(addrs) == 0 {
			continue
		}
		u := s.URL
		u.Host = addrs[0].Unmap().String()
		server := webrtc.ICEServer{URLs: []string{u.String()}}
		if u.Scheme == netcheck.SchemeTURN {
			name, password := s.Credential(time.Now())
			server.Username, server.Credential = name, password.Reveal()
		}
		out = append(out, server)
	}
	return out
}

// gathered applies this end's description and waits for its candidates.
func (w *Pasted) gathered(ctx context.Context, own webrtc.SessionDescription) (*Pasted, []byte, error) {
	complete := webrtc.GatheringCompletePromise(w.pc)
	if err := w.pc.SetLocalDescription(own); err != nil {
		return nil, nil, w.abandon(err)
	}
	limit := time.NewTimer(gatherPasted)
	defer limit.Stop()
	select {
	case <-complete:
	case <-limit.C: // with what there is
	case <-ctx.Done():
		return nil, nil, errors.Join(ctx.Err(), w.Close())
	}
	d, err := describePasted(*w.pc.LocalDescription())
	if err != nil {
		return nil, nil, w.abandon(err)
	}
	if len(d.candidates) == 0 {
		return nil, nil, w.abandon(errors.New("no address was found"))
	}
	text, err := d.pack()
	if err != nil {
		return nil, nil, w.abandon(err)
	}
	return w, text, nil
}

func (w *Pasted) abandon(err error) error {
	_ = w.net.closeAll()
	_ = w.Close()
	return localError("This computer could not set up a connection for the signalling.", err)
}

// apply sets the other end's description and those of its candidates that may be sent to.
func (w *Pasted) apply(d pastedDescription) error {
	if err := w.pc.SetRemoteDescription(d.sdp()); err != nil {
		return notPasted("text", err)
	}
	own := w.net.source()
	for _, c := range d.candidates {
		family := netcheck.Family4
		if c.addr.Addr().Is6() {
			family = netcheck.Family6
		}
		if c.addr.Port() != 0 && usable(c.addr.Addr(), own, family) {
			_ = w.pc.AddICECandidate(webrtc.ICECandidateInit{Candidate: c.line()}) // another one may do
		}
	}
	return nil
}
