package turnserver

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/pion/stun/v3"
)

// distant is an address that no test may reach.
var distant = netip.MustParseAddrPort("10.0.0.1:161")

func TestURLs(t *testing.T) {
	for _, address := range []string{"127.0.0.1", "::1", "::ffff:127.0.0.1"} {
		s := start(t, Config{Address: netip.MustParseAddr(address)})
		want := []string{
			"stun:" + s.UDPAddr().String(), "turn:" + s.UDPAddr().String() + "?transport=udp",
			"turn:" + s.TCPAddr().String() + "?transport=tcp", "turns:" + s.TLSAddr().String() + "?transport=tcp",
		}
		if got := s.URLs(); !slices.Equal(got, want) {
			t.Errorf("URLs %q, want %q", got, want)
		}
		if host := s.UDPAddr().Addr(); host != netip.MustParseAddr(address).Unmap() {
			t.Errorf("the server of %s is on %s", address, host)
		}
	}
	off := start(t, Config{UDPPort: PortOff, TLSPort: PortOff})
	if got := off.URLs(); len(got) != 1 || off.UDPAddr().IsValid() || off.TLSAddr().IsValid() || off.CertificatePEM() != nil {
		t.Errorf("TCP alone: URLs %q", got)
	}
}

func TestConfigErrors(t *testing.T) {
	tests := []struct {
		name string
		cfg  Config
		want string
	}{
		{"unspecified", Config{Address: netip.IPv4Unspecified()}, "every network"},
		{"unspecified IPv6", Config{Address: netip.IPv6Unspecified()}, "every network"},
		{"mapped unspecified", Config{Address: netip.MustParseAddr("::ffff:0.0.0.0")}, "every network"},
		{"multicast", Config{Address: netip.MustParseAddr("224.0.0.1")}, "multicast"},
		{"zone", Config{Address: netip.MustParseAddr("fe80::1%lo")}, "zone"},
		{"nothing on", Config{UDPPort: PortOff, TCPPort: PortOff, TLSPort: PortOff}, "switched off"},
		{"port", Config{TCPPort: 65536}, "65536"},
		{"lifetime", Config{CredentialTTL: 25 * time.Hour}, "25h"},
		{"relay ports", Config{RelayPortMin: 80, RelayPortMax: 90}, "relay ports"},
		{"relay ports reversed", Config{RelayPortMin: 3000, RelayPortMax: 2000}, "relay ports"},
		{"limit", Config{MaxConns: -1}, "negative"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Start(t.Context(), tt.cfg)
			if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want ErrConfig with %q", err, tt.want)
			}
		})
	}
}

func TestPortInUse(t *testing.T) {
	s := start(t, Config{})
	for name, cfg := range map[string]Config{
		"udp": {UDPPort: int(s.UDPAddr().Port()), TCPPort: PortOff, TLSPort: PortOff},
		"tcp": {UDPPort: PortOff, TCPPort: int(s.TCPAddr().Port()), TLSPort: PortOff},
		"tls": {TLSPort: int(s.TLSAddr().Port())},
	} {
		_, err := Start(t.Context(), cfg)
		if !errors.Is(err, ErrPortInUse) || !errors.Is(err, syscall.EADDRINUSE) {
			t.Errorf("%s: error %v, want ErrPortInUse and EADDRINUSE", name, err)
		}
		if name == "udp" && !strings.HasPrefix(err.Error(), "port "+s.UDPAddr().String()[len("127.0.0.1:"):]+"/udp on 127.0.0.1 is in use: ") {
			t.Errorf("error text %q", err)
		}
	}
}

func TestCertificate(t *testing.T) {
	s := start(t, Config{})
	block, rest := pem.Decode(s.CertificatePEM())
	if block == nil || len(rest) != 0 {
		t.Fatalf("CertificatePEM is not one block: %q", s.CertificatePEM())
	}
	leaf, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"127.0.0.1", "localhost"} {
		if err := leaf.VerifyHostname(name); err != nil {
			t.Error(err)
		}
	}
	if sha256.Sum256(leaf.RawSubjectPublicKeyInfo) != s.SPKISHA256() {
		t.Error("SPKISHA256 is not the hash of the certificate's key")
	}
	again := start(t, Config{Certificate: &s.identity.config.Certificates[0]})
	if again.SPKISHA256() != s.SPKISHA256() {
		t.Error("a given certificate is not used")
	}
}

func TestCloseWithClients(t *testing.T) {
	s := start(t, Config{})
	session := newSession(t, s)
	for _, transport := range []Transport{TransportUDP, TransportTCP, TransportTLS} {
		_, relay := newClient(t, s, session, transport)
		if _, err := relay.WriteTo([]byte("an echo"), relay.LocalAddr()); err != nil {
			t.Fatal(err)
		}
		wantDatagram(t, relay, "an echo")
		waitFor(t, func() bool { return s.Totals().ToPeers.Packets == uint64(transport) })
	}
	silent := dial(t, s, TransportTCP)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if totals := s.Totals(); totals.Allocations != 0 || totals.Connections != 0 || totals.ToPeers.Packets != 3 {
		t.Errorf("after Close: %+v", totals)
	}
	wantClosed(t, silent)
	if _, err := s.NewSession(); !errors.Is(err, ErrClosed) {
		t.Errorf("NewSession after Close: %v, want ErrClosed", err)
	}
	if err := session.AllowPeer(distant); !errors.Is(err, ErrClosed) {
		t.Errorf("AllowPeer after Close: %v, want ErrClosed", err)
	}
}

func TestSessionClose(t *testing.T) {
	s := start(t, Config{})
	ending, staying := newSession(t, s), newSession(t, s)
	user, pass := ending.Credentials()
	clients := map[Transport]*rawClient{}
	for _, transport := range []Transport{TransportUDP, TransportTCP, TransportTLS} {
		clients[transport] = newRaw(t, s, transport, user, pass)
		clients[transport].mustAllocate()
		clients[transport].exchange(permission, peerAddress(addrPortOf(clients[transport].conn.LocalAddr())))
	}
	other := sessionRaw(t, s, staying)
	other.mustAllocate()

	_ = ending.Close()
	_ = ending.Close()
	if list := s.Allocations(); len(list) != 1 || list[0].Session != staying.ID() {
		t.Errorf("allocations after the end of the session: %+v", list)
	}
	for transport, c := range clients {
		if code, _ := c.do(refresh, lifetime(600)); code != 437 {
			t.Errorf("%s: Refresh after the end: code %d, want 437", transport, code)
		}
		if code, _ := c.do(allocate, overUDP); code != 400 && code != 437 {
			t.Errorf("%s: Allocate after the end: code %d, want 400", transport, code)
		}
	}
	if code, _ := other.do(refresh, lifetime(600)); code != 0 {
		t.Errorf("the other session: code %d", code)
	}
}

// Sessions end while their clients ask for permissions, which is where the library is delicate; see endpoint.end.
func TestSessionCloseWhileBusy(t *testing.T) {
	var clock fakeClock // each look is a moment later, so that the rate limit plays no part
	s := start(t, Config{CredentialTTL: maxCredentialTTL, Now: func() time.Time {
		clock.advance(time.Second / 10)
		return clock.now()
	}})
	request := func(c *rawClient, peer netip.AddrPort) []byte {
		key := stun.NewLongTermIntegrity(c.user, c.realm.String(), c.pass)
		return stun.MustBuild(stun.TransactionID, permission, peerAddress(peer), stun.NewUsername(c.user), c.realm, c.nonce, key).Raw
	}
	for range 30 {
		session := newSession(t, s)
		c := sessionRaw(t, s, session)
		relayed := c.mustAllocate()
		p := request(c, relayed)
		var wg sync.WaitGroup
		wg.Go(func() {
			for range 20 {
				if _, err := c.conn.Write(p); err != nil {
					t.Error(err)
				}
			}
		})
		_ = session.Close()
		wg.Wait()
	}
}

func TestRefusals(t *testing.T) {
	s := start(t, Config{})
	session := newSession(t, s)
	attr := func(kind stun.AttrType, first byte) stun.Setter {
		return stun.RawAttribute{Type: kind, Value: []byte{first, 0, 0, 0}}
	}
	tests := []struct {
		name  string
		kind  stun.MessageType
		attrs []stun.Setter
		want  int
	}{
		{"IPv6 relay", allocate, []stun.Setter{overUDP, attr(stun.AttrRequestedAddressFamily, familyIPv6)}, 440},
		{"IPv4 relay", allocate, []stun.Setter{overUDP, attr(stun.AttrRequestedAddressFamily, familyIPv4)}, 0},
		{"relay over TCP", allocate, []stun.Setter{attr(stun.AttrRequestedTransport, 6)}, 442},
		{"Refresh without allocation", refresh, nil, 437},
		{"CreatePermission without allocation", permission, []stun.Setter{peerAddress(distant)}, 437},
		{"ChannelBind without allocation", channelBind, nil, 437},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if code, _ := sessionRaw(t, s, session).do(tt.kind, tt.attrs...); code != tt.want {
				t.Errorf("code %d, want %d", code, tt.want)
			}
		})
	}
}

func TestSocketDrops(t *testing.T) {
	s := start(t, Config{})
	drops, ok := s.SocketDrops()
	if ok != (runtime.GOOS == "linux") || drops != 0 {
		t.Errorf("SocketDrops = %d, %v", drops, ok)
	}
}
