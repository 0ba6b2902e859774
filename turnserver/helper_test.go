package turnserver

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/stun/v3"
	"github.com/pion/turn/v4"
	"go.uber.org/goleak"
)

// patience bounds every wait for something that must come. Nothing waits for it to pass.
const patience = 20 * time.Second

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t testing.TB, cfg Config) *Server {
	t.Helper()
	s, err := Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the server: %v", err)
		}
	})
	return s
}

func newSession(t testing.TB, s *Server) *Session {
	t.Helper()
	session, err := s.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	return session
}

// fakeClock is the real time plus what the test adds.
type fakeClock struct{ ahead atomic.Int64 }

func (c *fakeClock) now() time.Time          { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *fakeClock) advance(d time.Duration) { c.ahead.Add(int64(d)) }

// dial connects to the server over a transport; streams are closed with the test.
func dial(t testing.TB, s *Server, transport Transport) net.Conn {
	t.Helper()
	var conn net.Conn
	var err error
	switch transport {
	case TransportUDP:
		conn, err = net.Dial("udp", s.UDPAddr().String())
	case TransportTCP:
		conn, err = net.Dial("tcp", s.TCPAddr().String())
	case TransportTLS:
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(s.CertificatePEM())
		conn, err = tls.Dial("tcp", s.TLSAddr().String(), &tls.Config{RootCAs: roots})
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// newClient allocates with the library's own client.
func newClient(t testing.TB, s *Server, session *Session, transport Transport) (*turn.Client, net.PacketConn) {
	t.Helper()
	var conn net.PacketConn
	server := s.UDPAddr()
	if transport == TransportUDP {
		var err error
		if conn, err = net.ListenPacket("udp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
	} else {
		stream := dial(t, s, transport)
		server = addrPortOf(stream.RemoteAddr())
		conn = turn.NewSTUNConn(stream)
	}
	user, pass := session.Credentials()
	client, err := turn.NewClient(&turn.ClientConfig{
		TURNServerAddr: server.String(), Conn: conn, Username: user, Password: pass, LoggerFactory: logs{s.cfg.Logger},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	if err := client.Listen(); err != nil {
		t.Fatal(err)
	}
	relay, err := client.Allocate()
	if err != nil {
		t.Fatalf("allocate over %s: %v", transport, err)
	}
	t.Cleanup(func() { _ = relay.Close() })
	return client, relay
}

// rawClient speaks STUN message by message, so that a test can say what a well-behaved client never would.
type rawClient struct {
	t          testing.TB
	conn       net.Conn
	user, pass string
	realm      stun.Realm
	nonce      stun.Nonce
}

func newRaw(t testing.TB, s *Server, transport Transport, user, pass string) *rawClient {
	return &rawClient{t: t, conn: dial(t, s, transport), user: user, pass: pass}
}

func sessionRaw(t testing.TB, s *Server, session *Session) *rawClient {
	user, pass := session.Credentials()
	return newRaw(t, s, TransportUDP, user, pass)
}

var (
	allocate    = stun.NewType(stun.MethodAllocate, stun.ClassRequest)
	refresh     = stun.NewType(stun.MethodRefresh, stun.ClassRequest)
	permission  = stun.NewType(stun.MethodCreatePermission, stun.ClassRequest)
	channelBind = stun.NewType(stun.MethodChannelBind, stun.ClassRequest)
	sendData    = stun.NewType(stun.MethodSend, stun.ClassIndication)
	overUDP     = stun.RawAttribute{Type: stun.AttrRequestedTransport, Value: []byte{protocolUDP, 0, 0, 0}}
)

func lifetime(seconds uint32) stun.RawAttribute {
	return stun.RawAttribute{Type: stun.AttrLifetime, Value: binary.BigEndian.AppendUint32(nil, seconds)}
}

// do sends a request and returns the error code of the answer, 0 for success. It answers the server's challenge.
func (c *rawClient) do(kind stun.MessageType, attrs ...stun.Setter) (int, *stun.Message) {
	c.t.Helper()
	for {
		answer := c.exchange(kind, attrs...)
		var code stun.ErrorCodeAttribute
		if code.GetFrom(answer) != nil {
			return 0, answer
		}
		challenged := len(c.nonce) > 0
		if challenged || code.Code != stun.CodeUnauthorized || c.nonce.GetFrom(answer) != nil {
			return int(code.Code), answer
		}
		_ = c.realm.GetFrom(answer)
	}
}

func (c *rawClient) exchange(kind stun.MessageType, attrs ...stun.Setter) *stun.Message {
	c.t.Helper()
	setters := append([]stun.Setter{stun.TransactionID, kind}, attrs...)
	if len(c.nonce) > 0 {
		key := stun.NewLongTermIntegrity(c.user, c.realm.String(), c.pass)
		setters = append(setters, stun.NewUsername(c.user), c.realm, c.nonce, key)
	}
	request := stun.MustBuild(append(setters, stun.Fingerprint)...)
	c.send(request.Raw)
	for {
		answer := c.receive()
		if answer.TransactionID == request.TransactionID {
			return answer
		}
	}
}

func (c *rawClient) send(p []byte) {
	c.t.Helper()
	if _, err := c.conn.Write(p); err != nil {
		c.t.Fatal(err)
	}
}

func (c *rawClient) receive() *stun.Message {
	c.t.Helper()
	_ = c.conn.SetReadDeadline(time.Now().Add(patience))
	p := make([]byte, 2000)
	n, err := c.conn.Read(p)
	if _, stream := c.conn.(*net.UDPConn); !stream && err == nil {
		for n < stunHeaderSize || n < stunHeaderSize+int(binary.BigEndian.Uint16(p[2:])) {
			more, err := c.conn.Read(p[n:])
			if n += more; err != nil {
				c.t.Fatal(err)
			}
		}
	}
	if err != nil {
		c.t.Fatal(err)
	}
	message := &stun.Message{Raw: p[:n]}
	if err := message.Decode(); err != nil {
		c.t.Fatal(err)
	}
	return message
}

func (c *rawClient) mustAllocate() netip.AddrPort {
	c.t.Helper()
	code, answer := c.do(allocate, overUDP)
	if code != 0 {
		c.t.Fatalf("Allocate: error %d", code)
	}
	var addr stun.XORMappedAddress
	if err := addr.GetFromAs(answer, stun.AttrXORRelayedAddress); err != nil {
		c.t.Fatal(err)
	}
	return plain((&net.UDPAddr{IP: addr.IP, Port: addr.Port}).AddrPort())
}

// peerAddress makes XOR-PEER-ADDRESS of an address as it stands: IPv4 mapped into IPv6 goes out as IPv6.
type peerAddress netip.AddrPort

func (a peerAddress) AddTo(m *stun.Message) error {
	addr := netip.AddrPort(a)
	value := []byte{0, familyIPv4}
	if addr.Addr().Is6() {
		value[1] = familyIPv6
	}
	value = binary.BigEndian.AppendUint16(value, addr.Port()^uint16(magicCookie>>16))
	mask := append(binary.BigEndian.AppendUint32(nil, magicCookie), m.TransactionID[:]...)
	for i, b := range addr.Addr().AsSlice() {
		value = append(value, b^mask[i])
	}
	m.Add(stun.AttrXORPeerAddress, value)
	return nil
}

// sendTo sends text to a peer in a Send indication, whatever the permissions are.
func (c *rawClient) sendTo(peer netip.AddrPort, text string) {
	c.t.Helper()
	data := stun.RawAttribute{Type: stun.AttrData, Value: []byte(text)}
	c.send(stun.MustBuild(stun.TransactionID, sendData, peerAddress(peer), data).Raw)
}

// service is a UDP socket that has nothing to do with the server.
func service(t testing.TB) (*net.UDPConn, netip.AddrPort) {
	t.Helper()
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn, addrPortOf(conn.LocalAddr())
}

// wantDatagram reads the next datagram, which must be this one.
func wantDatagram(t testing.TB, conn net.PacketConn, want string) net.Addr {
	t.Helper()
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	p := make([]byte, 2000)
	n, from, err := conn.ReadFrom(p)
	if err != nil {
		t.Fatalf("waiting for %q: %v", want, err)
	}
	if got := string(p[:n]); got != want {
		t.Fatalf("received %q, want %q", got, want)
	}
	return from
}

// wantClosed waits until the server closes a connection.
func wantClosed(t testing.TB, conn net.Conn) {
	t.Helper()
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	n, err := io.Copy(io.Discard, conn)
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		t.Fatalf("the connection is still open after %s (%d bytes read)", patience, n)
	}
}
