package turnserver

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/stun/v3"
	"github.com/pion/webrtc/v4"
)

// The ICE agent that the server is for: pion/webrtc, with the client of pion/turn v5 inside, relay to relay.
func TestWebRTCRelay(t *testing.T) {
	for _, address := range []string{"127.0.0.1", "::1"} {
		for _, transport := range []string{"udp", "tcp"} {
			t.Run(address+" "+transport, func(t *testing.T) {
				requireAddress(t, address)
				s := start(t, Config{Address: netip.MustParseAddr(address)})
				session := newSession(t, s)
				url := "turn:" + s.UDPAddr().String() + "?transport=udp"
				if transport == "tcp" {
					url = "turn:" + s.TCPAddr().String() + "?transport=tcp"
				}
				relayMessage(t, newPeer(t, session, url), newPeer(t, session, url))
				if list := s.Allocations(); len(list) < 2 || s.Totals().Denied != 0 {
					t.Errorf("allocations %+v, totals %+v", list, s.Totals())
				}
				for _, a := range s.Allocations() {
					if a.Relay.Addr() != netip.MustParseAddr(address) {
						t.Errorf("a relay on %s, want it on %s", a.Relay, address)
					}
				}
			})
		}
	}
}

func requireAddress(t *testing.T, address string) {
	t.Helper()
	conn, err := net.ListenPacket("udp", net.JoinHostPort(address, "0"))
	if err != nil {
		t.Skipf("this machine has no address %s: %v", address, err)
	}
	_ = conn.Close()
}

func newPeer(t *testing.T, session *Session, url string) *webrtc.PeerConnection {
	t.Helper()
	user, pass := session.Credentials()
	var settings webrtc.SettingEngine
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetRelayAcceptanceMinWait(0)
	settings.SetNetworkTypes([]webrtc.NetworkType{
		webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6, webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6,
	})
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(settings)).NewPeerConnection(webrtc.Configuration{
		ICEServers:         []webrtc.ICEServer{{URLs: []string{url}, Username: user, Credential: pass}},
		ICETransportPolicy: webrtc.ICETransportPolicyRelay,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pc.GracefulClose(); err != nil {
			t.Errorf("close the peer: %v", err)
		}
	})
	return pc
}

// relayMessage connects two peers and sends a message through.
func relayMessage(t *testing.T, a, b *webrtc.PeerConnection) {
	t.Helper()
	got := make(chan string, 1)
	b.OnDataChannel(func(channel *webrtc.DataChannel) {
		channel.OnMessage(func(m webrtc.DataChannelMessage) { got <- string(m.Data) })
	})
	channel, err := a.CreateDataChannel("test", nil)
	if err != nil {
		t.Fatal(err)
	}
	channel.OnOpen(func() { _ = channel.SendText("through the relays") })
	offer, err := a.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.SetRemoteDescription(gathered(t, a, offer)); err != nil {
		t.Fatal(err)
	}
	answer, err := b.CreateAnswer(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.SetRemoteDescription(gathered(t, b, answer)); err != nil {
		t.Fatal(err)
	}
	select {
	case text := <-got:
		if text != "through the relays" {
			t.Errorf("received %q", text)
		}
	case <-time.After(patience):
		t.Fatalf("nothing came through; offer:\n%s", a.LocalDescription().SDP)
	}
}

func gathered(t *testing.T, pc *webrtc.PeerConnection, description webrtc.SessionDescription) webrtc.SessionDescription {
	t.Helper()
	done := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(description); err != nil {
		t.Fatal(err)
	}
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatal("gathering does not end")
	}
	return *pc.LocalDescription()
}

// The same with questions of RFC 5780 answered on the same ports, and a client that asks padded ones in between.
func TestWebRTCRelayBesideDiscovery(t *testing.T) {
	requireTwoAddresses(t)
	s := start(t, twoAddresses)
	session := newSession(t, s)
	stop, done := make(chan struct{}), make(chan struct{})
	asking := newAsker(t, "127.0.0.3")
	go func() {
		defer close(done)
		p := stun.MustBuild(stun.TransactionID, stun.BindingRequest, padding(1200)).Raw
		for answer := make([]byte, 2000); ; {
			select {
			case <-stop:
				return
			default:
			}
			_, _ = asking.conn.WriteToUDPAddrPort(p, s.UDPAddr())
			_ = asking.conn.SetReadDeadline(time.Now().Add(10 * time.Millisecond)) // beyond the limit there is no answer
			_, _, _ = asking.conn.ReadFromUDPAddrPort(answer)
		}
	}()
	defer func() {
		close(stop)
		<-done
	}()
	url := "turn:" + s.UDPAddr().String() + "?transport=udp"
	relayMessage(t, newPeer(t, session, url), newPeer(t, session, url))
	waitFor(t, func() bool { return s.Totals().NATAnswered > 0 })
	if totals := s.Totals(); totals.AllocationsMade < 2 || totals.Denied != 0 {
		t.Errorf("%+v", totals)
	}
}
