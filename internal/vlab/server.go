package vlab

import (
	"errors"
	"net"
	"strconv"

	"github.com/pion/transport/v5/vnet"
	"github.com/pion/turn/v4"
)

// The server's credential.
const (
	User     = "lab"
	Password = "lab-password"
)

const (
	serverPort = 3478
	realm      = "vlab.test"
)

// server is a STUN and TURN server over UDP on the virtual network. It relays to every peer.
type server struct{ turn *turn.Server }

func newServer(host *vnet.Net) (*server, error) {
	listener, err := host.ListenPacket("udp4", net.JoinHostPort(serverIP, strconv.Itoa(serverPort)))
	if err != nil {
		return nil, err
	}
	s, err := turn.NewServer(turn.ServerConfig{
		Realm: realm, LoggerFactory: quiet(),
		AuthHandler: func(user, realm string, _ net.Addr) ([]byte, bool) {
			return turn.GenerateAuthKey(User, realm, Password), user == User
		},
		PacketConnConfigs: []turn.PacketConnConfig{{PacketConn: listener, RelayAddressGenerator: relays{host}}},
	})
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return &server{s}, nil
}

func (s *server) close() error { return s.turn.Close() }

// relays opens relay sockets on the virtual network. turn/v4 brings one of its own, but for another version of it.
type relays struct{ host *vnet.Net }

// Validate has nothing to check.
func (relays) Validate() error { return nil }

// AllocatePacketConn opens a relay socket.
func (r relays) AllocatePacketConn(network string, port int) (net.PacketConn, net.Addr, error) {
	c, err := r.host.ListenPacket(network, net.JoinHostPort(serverIP, strconv.Itoa(port)))
	if err != nil {
		return nil, nil, err
	}
	return c, c.LocalAddr(), nil
}

var errNoTCP = errors.New("the virtual network has no TCP")

// AllocateConn is for TCP relays.
func (relays) AllocateConn(string, int) (net.Conn, net.Addr, error) { return nil, nil, errNoTCP }
