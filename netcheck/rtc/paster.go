package rtc

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"slices"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/transport/v5"
	"github.com/pion/transport/v5/stdnet"
	"github.com/pion/webrtc/v4"

	"echopath/netcheck"
)

// Paster makes signalling wires that two texts set up, where no TCP connection to the host is possible: people carry an invitation one way
// and an answer the other. The zero value uses the system's network and asks no server.
type Paster struct {
	Net     transport.Net
	Address netip.Addr // that sockets are bound to; zero leaves it to the system
	// Public replaces this computer's own addresses of its IP version in the text: a 1:1 NAT shows it to the world. Zero if there is none.
	Public netip.Addr
	// PortMin and PortMax are the first and the last port of sockets that wait for the other end; 0: any. Those to a TURN server have others.
	PortMin, PortMax uint16
	Servers          []netcheck.ICEServer // STUN servers, and TURN servers over UDP; others are left out
	Logger           *slog.Logger
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
	w := newPasted(newNetwork(n, p.Address))
	s, err := p.settings(w)
	if err != nil {
		return nil, localError("This computer could not set up a WebRTC peer.", err)
	}
	servers := p.servers(ctx)
	w.asked = len(servers)
	w.pc, err = webrtc.NewAPI(webrtc.WithMediaEngine(&webrtc.MediaEngine{}), webrtc.WithSettingEngine(s)).
		NewPeerConnection(webrtc.Configuration{ICEServers: servers})
	if err != nil {
		return nil, errors.Join(localError("This computer could not set up a WebRTC peer.", err), w.net.closeAll())
	}
	w.pc.OnICEConnectionStateChange(w.onICE)
	w.pc.OnConnectionStateChange(w.onConnection)
	return w, nil
}

func (p Paster) settings(w *Pasted) (webrtc.SettingEngine, error) {
	var s webrtc.SettingEngine
	s.LoggerFactory = logs{p.Logger}
	s.SetNet(w.net)
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.DisableActiveTCP(true)
	s.SetIncludeLoopbackCandidate(p.Address.IsLoopback())
	s.SetSTUNGatherTimeout(gatherPasted)
	s.SetRemoteIPFilter(w.admits)
	s.SetICETimeouts(remoteICETimes.disconnected, 0, remoteICETimes.keepalive) // people take their time to carry the answer
	s.SetICEMaxBindingRequests(pastedRequests)
	s.DisableCloseByDTLS(true)
	s.DetachDataChannels()
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6})
	if p.Address.IsValid() {
		s.SetIPFilter(onlyAddress(p.Address))
	}
	shown := endpoint{public: p.Public.Unmap(), ports: portRange(p.PortMin, p.PortMax)}
	return s, errors.Join(s.SetAnsweringDTLSRole(webrtc.DTLSRoleClient), shown.publish(&s))
}

// servers are those that can be asked over UDP, by literal addresses.
func (p Paster) servers(ctx context.Context) []webrtc.ICEServer {
	asked := slices.DeleteFunc(slices.Clone(p.Servers), func(s netcheck.ICEServer) bool { return s.URL.Transport != "udp" })
	var urls []netcheck.ServerURL
	for _, s := range asked {
		urls = append(urls, s.URL)
	}
	var out []webrtc.ICEServer
	for i, addr := range lookUp(ctx, urls, netcheck.Family4, namesTime) {
		if !addr.IsValid() || len(out) >= maxSTUN {
			continue
		}
		s, u := asked[i], asked[i].URL
		u.Host = addr.String()
		server := webrtc.ICEServer{URLs: []string{u.String()}}
		if u.Scheme == netcheck.SchemeTURN {
			name, password := s.Credential(time.Now())
			server.Username, server.Credential = name, password.Reveal()
		}
		out = append(out, server)
	}
	return out
}
