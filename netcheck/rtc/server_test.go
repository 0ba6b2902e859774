package rtc

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/pion/logging"
	"github.com/pion/turn/v4"

	"echopath/netcheck"
)

const (
	testUser     = "user"
	testPassword = "secret"
)

// testServer is a STUN and TURN server of these tests' own on a loopback address.
type testServer struct {
	udp, tcp, tls int // ports
	host          string
	pin           netcheck.SPKIHash
}

func newTestServer(tb testing.TB, host string) *testServer {
	return newTestServerWith(tb, host, turn.DefaultPermissionHandler)
}

func newTestServerWith(tb testing.TB, host string, allow turn.PermissionHandler) *testServer {
	tb.Helper()
	return newTestServerOf(tb, host, func(c *turn.ServerConfig) {
		for i := range c.PacketConnConfigs {
			c.PacketConnConfigs[i].PermissionHandler = allow
		}
		for i := range c.ListenerConfigs {
			c.ListenerConfigs[i].PermissionHandler = allow
		}
	})
}

func newTestServerOf(tb testing.TB, host string, change func(*turn.ServerConfig)) *testServer {
	tb.Helper()
	s := &testServer{host: host}
	gen := &turn.RelayAddressGeneratorStatic{RelayAddress: net.ParseIP(host), Address: host}
	udp, err := net.ListenPacket("udp", net.JoinHostPort(host, "0"))
	must(tb, err)
	s.udp = udp.LocalAddr().(*net.UDPAddr).Port
	tcp, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	must(tb, err)
	s.tcp = tcp.Addr().(*net.TCPAddr).Port
	secure, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	must(tb, err)
	s.tls = secure.Addr().(*net.TCPAddr).Port
	cert, pin := testCertificate(tb)
	s.pin = pin
	secure = tls.NewListener(secure, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12})
	config := turn.ServerConfig{
		Realm: "echopath.test", LoggerFactory: noServerLog{},
		AuthHandler: func(user, realm string, _ net.Addr) ([]byte, bool) {
			return turn.GenerateAuthKey(testUser, realm, testPassword), user == testUser
		},
		PacketConnConfigs: []turn.PacketConnConfig{{PacketConn: udp, RelayAddressGenerator: gen}},
		ListenerConfigs: []turn.ListenerConfig{
			{Listener: tcp, RelayAddressGenerator: gen},
			{Listener: secure, RelayAddressGenerator: gen},
		},
	}
	change(&config)
	srv, err := turn.NewServer(config)
	must(tb, err)
	tb.Cleanup(func() { _ = srv.Close() })
	return s
}

func testCertificate(tb testing.TB) (tls.Certificate, netcheck.SPKIHash) {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(tb, err)
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "echopath test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	must(tb, err)
	leaf, err := x509.ParseCertificate(der)
	must(tb, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, sha256.Sum256(leaf.RawSubjectPublicKeyInfo)
}

// server gives the URL of the path, with user, password and pin.
func (s *testServer) server(p netcheck.Path) netcheck.ICEServer {
	u := netcheck.ServerURL{Scheme: netcheck.SchemeTURN, Host: s.host, Port: s.udp, Transport: "udp"}
	switch p {
	case netcheck.PathSTUN:
		u.Scheme = netcheck.SchemeSTUN
	case netcheck.PathRelayTCP:
		u.Port, u.Transport = s.tcp, "tcp"
	case netcheck.PathRelayTLS:
		u.Scheme, u.Port, u.Transport = netcheck.SchemeTURNS, s.tls, "tcp"
	}
	srv := netcheck.ICEServer{URL: u, Username: testUser, Password: testPassword}
	if p == netcheck.PathRelayTLS {
		srv.Trust.Pins = []netcheck.SPKIHash{s.pin}
	}
	return srv
}

// leg is the path to this server, for a load of 100/s x 200 B.
func (s *testServer) leg(p netcheck.Path) netcheck.Leg {
	l := netcheck.Leg{Target: netcheck.TargetSelf, Path: p, Family: netcheck.Family4, Far: netcheck.FarInProcess,
		Load: netcheck.Load{PacketsPerSecond: 100, PacketSize: 200}, Timeout: 5 * time.Second}
	if net.ParseIP(s.host).To4() == nil {
		l.Family = netcheck.Family6
	}
	if p != netcheck.PathDirect {
		l.Servers = []netcheck.ICEServer{s.server(p)}
	}
	return l
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

type noServerLog struct{}

func (noServerLog) NewLogger(string) logging.LeveledLogger { return quiet{} }
