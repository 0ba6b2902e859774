package rtc

import (
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"

	"echopath/netcheck"
)

// ICE times. A link whose packets stop coming is told lost after disconnected + failed, seen on the next tick of
// keepalive: 6 to 7 s, so that an outage of 5 s is measured and not cut off.
type iceTimes struct{ disconnected, failed, keepalive time.Duration }

var defaultICETimes = iceTimes{disconnected: 3 * time.Second, failed: 3 * time.Second, keepalive: time.Second}

// remoteICETimes leave a link to another computer the time to find a new way after its network has changed.
var remoteICETimes = iceTimes{disconnected: 3 * time.Second, failed: 15 * time.Second, keepalive: time.Second}

const (
	// iceMaxRequests keeps a pair in the checks for 5 s; pion's default of 7 gives up after 1.4 s.
	iceMaxRequests = 25
)

// How soon handshakes are sent again. SCTP's timer must stay above the round trip: it would take what is under way for lost.
const (
	dtlsRetransmission = 150 * time.Millisecond
	sctpRTO            = time.Second
)

// Windows of SCTP in bytes.
const (
	minWindow = 64 << 10
	maxWindow = 64 << 20
	assumeRTT = time.Second
	minBuffer = 1 << 20
)

// window is the smallest congestion window under which a data channel neither shapes the asked load into bursts nor queues
// it, for a round trip of up to a second: with less, 1000/s x 1152 B at 100 ms lost 0.7 to 1.7 % of its own making.
func window(l netcheck.Load) uint32 {
	need := 2 * l.PacketsPerSecond * float64(l.PacketSize) * assumeRTT.Seconds()
	return uint32(min(max(need, minWindow), maxWindow))
}

// settings forces the path at one end.
func (c *connecting) settings(p *peer, e endpoint, mux ice.UDPMux) (webrtc.SettingEngine, error) {
	var s webrtc.SettingEngine
	s.LoggerFactory = logs{c.Logger}
	s.SetNet(p.net)
	c.candidates(&s, p, e.at.addr, mux)
	if err := e.publish(&s); err != nil {
		return s, err
	}
	if p.dial != nil {
		s.SetICEProxyDialer(p.dial)
	}
	// The defaults wait 0.5 s for something better than srflx and 2 s for something better than relay; there is nothing else.
	s.SetHostAcceptanceMinWait(0)
	s.SetSrflxAcceptanceMinWait(0)
	s.SetPrflxAcceptanceMinWait(0)
	s.SetRelayAcceptanceMinWait(0)
	times := c.ice
	if times == (iceTimes{}) {
		times = defaultICETimes
		if p.role.remote {
			times = remoteICETimes
		}
	}
	s.SetICETimeouts(times.disconnected, times.failed, times.keepalive)
	s.SetICEMaxBindingRequests(iceMaxRequests)
	s.SetSTUNGatherTimeout(c.leg.Timeout)
	// RFC 6347's cookie guards servers against strangers; here ICE has checked the other end with a password before.
	s.SetDTLSInsecureSkipHelloVerify(true)
	// A lost flight of the handshake is sent again after a second by default, and then after two: with 8 % loss a third of the
	// connections did not come up in 3 s. The networks that lose packets are the ones that have to be measured.
	s.SetDTLSRetransmissionInterval(dtlsRetransmission)
	s.SetSCTPRTOMax(sctpRTO)             // else what is lost again and again is sent after 1, 2 and 4 s
	s.EnableSctpSnap(true)               // SCTP's INIT travels in the descriptions: two round trips less
	s.EnableSCTPZeroChecksum(true)       // DTLS has authenticated every byte
	s.DisableCloseByDTLS(true)           // it closes the peer from a goroutine that nobody waits for
	s.DetachDataChannels()               // reading allocates nothing
	s.SetFireOnTrackBeforeFirstRTP(true) // else the track is known, and can be read, after its first packet only
	// A copy is a fact about the network that the probe counts, and a packet that comes very late is no loss. Neither end acts
	// on what a datagram holds: the responder answers a number once.
	s.DisableSRTPReplayProtection(true)
	s.SetSCTPMinCwnd(window(c.leg.Load))
	s.SetSCTPMaxReceiveBufferSize(max(minBuffer, 2*window(c.leg.Load)))
	return s, nil
}

// publish limits the ports of an end's sockets, and shows its candidates under the address that a 1:1 NAT gives them.
func (e endpoint) publish(s *webrtc.SettingEngine) error {
	if e.ports != [2]uint16{} {
		if err := s.SetEphemeralUDPPortRange(e.ports[0], e.ports[1]); err != nil {
			return fmt.Errorf("ports %d-%d: %w", e.ports[0], e.ports[1], err)
		}
	}
	if !e.public.IsValid() {
		return nil
	}
	return s.SetICEAddressRewriteRules(webrtc.ICEAddressRewriteRule{External: []string{e.public.String()},
		AsCandidateType: webrtc.ICECandidateTypeHost, Mode: webrtc.ICEAddressRewriteReplace})
}

// candidates limits family, interface and addresses.
func (c *connecting) candidates(s *webrtc.SettingEngine, p *peer, at netip.Addr, mux ice.UDPMux) {
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.DisableActiveTCP(true)
	s.SetNetworkTypes([]webrtc.NetworkType{networkType(c.leg.Family)})
	if mux != nil {
		s.SetICEUDPMux(mux)
	}
	s.SetIncludeLoopbackCandidate(at.IsLoopback())
	switch {
	case p.role.remote:
		s.SetRemoteIPFilter(p.admits)
	case c.leg.Target == netcheck.TargetSelf:
		s.SetRemoteIPFilter(net.IP.IsLoopback)
	case c.leg.Path == netcheck.PathSTUN:
		s.SetRemoteIPFilter(p.outside)
	}
	// On the other paths the network binds the sockets: with a filter, pion opens one per address, and dials a TURN server
	// over TCP as often.
	if p.role.hosts() && at.IsValid() {
		s.SetIPFilter(p.net.isBound)
	}
}

// isBound tells the address that sockets are bound to, which an ICE restart may have replaced.
func (n *network) isBound(ip net.IP) bool { return onlyAddress(n.source())(ip) }

func onlyAddress(at netip.Addr) func(net.IP) bool {
	return func(ip net.IP) bool {
		a, _ := netip.AddrFromSlice(ip)
		return a.Unmap() == at.WithZone("")
	}
}

func networkType(f netcheck.Family) webrtc.NetworkType {
	if f == netcheck.Family6 {
		return webrtc.NetworkTypeUDP6
	}
	return webrtc.NetworkTypeUDP4
}

// opus is the codec that the srtp carrier's payloads go under; nothing decodes them.
var opus = webrtc.RTPCodecParameters{
	RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: rtpClock, Channels: 2},
	PayloadType:        111,
}

const rtpClock = 48000

// newAPI has interceptors for video alone, if there is any: RTCP reports, NACK and transport-wide sequence numbers have no place
// on a measured carrier.
func newAPI(s webrtc.SettingEngine, video *media) (*webrtc.API, error) {
	engine, chain := &webrtc.MediaEngine{}, &interceptor.Registry{}
	if err := engine.RegisterCodec(opus, webrtc.RTPCodecTypeAudio); err != nil {
		return nil, err
	}
	if video != nil {
		if err := video.register(engine); err != nil {
			return nil, err
		}
		chain.Add(video)
	}
	return webrtc.NewAPI(webrtc.WithMediaEngine(engine), webrtc.WithInterceptorRegistry(chain), webrtc.WithSettingEngine(s)), nil
}

// iceServers is what pion is told: literal addresses, since it would look up names without a deadline.
func iceServers(t target, leg netcheck.Leg, now time.Time) []webrtc.ICEServer {
	if leg.Path == netcheck.PathDirect {
		return nil
	}
	u := t.srv.URL
	addr := t.addr.Addr()
	if !addr.IsValid() {
		addr = loopback(leg.Family) // a stand-in: the dialer asks a proxy for the name
	}
	u.Host = addr.String()
	if leg.Path == netcheck.PathSTUN { // a TURN server answers Binding requests without a user
		u.Scheme = netcheck.SchemeSTUN
		return []webrtc.ICEServer{{URLs: []string{u.String()}}}
	}
	name, password := t.srv.Credential(now)
	return []webrtc.ICEServer{{URLs: []string{u.String()}, Username: name, Credential: password.Reveal()}}
}
