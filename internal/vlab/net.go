package vlab

import (
	"net"
	"net/netip"
	"strings"

	"github.com/pion/transport/v5"
	"github.com/pion/transport/v5/vnet"
)

// Net is the network of a site's host. Every socket opened on it sends through the site's pipe.
type Net struct {
	*vnet.Net
	pipe    *pipe
	address netip.Addr // of the host
}

// ResolveUDPAddr finds an address of the asked family. The virtual network gives IPv4 addresses for IPv6 networks as well,
// where a real one fails; pion would then try a TURN server once too often.
func (n *Net) ResolveUDPAddr(network, address string) (*net.UDPAddr, error) {
	a, err := n.Net.ResolveUDPAddr(network, address)
	if err == nil && strings.HasSuffix(network, "6") != (a.IP.To4() == nil) {
		return nil, &net.AddrError{Err: "no address of the family of " + network, Addr: address}
	}
	return a, err
}

// ListenPacket opens a socket.
func (n *Net) ListenPacket(network, address string) (net.PacketConn, error) {
	a, err := n.ResolveUDPAddr(network, address)
	if err != nil {
		return nil, err
	}
	return n.ListenUDP(network, a)
}

// ListenUDP opens a socket.
func (n *Net) ListenUDP(network string, a *net.UDPAddr) (transport.UDPConn, error) {
	c, err := n.Net.ListenUDP(network, a)
	if err != nil {
		return nil, err
	}
	return &conn{UDPConn: c, pipe: n.pipe}, nil
}

// DialUDP opens a connected socket. Unlike the virtual network, and like a real one, it binds a socket that may have any
// address to the one that the route to the other end begins at.
func (n *Net) DialUDP(network string, local, remote *net.UDPAddr) (transport.UDPConn, error) {
	if local == nil {
		local = &net.UDPAddr{IP: n.address.AsSlice()}
		if remote != nil && remote.IP.IsLoopback() {
			local.IP = net.IPv4(127, 0, 0, 1)
		}
	}
	c, err := n.Net.DialUDP(network, local, remote)
	if err != nil {
		return nil, err
	}
	return &conn{UDPConn: c, pipe: n.pipe}, nil
}

// Dial opens a connected socket.
func (n *Net) Dial(network, address string) (net.Conn, error) {
	a, err := n.ResolveUDPAddr(network, address)
	if err != nil {
		return nil, err
	}
	return n.DialUDP(network, nil, a)
}

// CreateDialer and CreateListenConfig would open sockets past the pipe, so nothing may use them.

// CreateDialer is not offered.
func (n *Net) CreateDialer(*net.Dialer) transport.Dialer {
	panic("vlab: a dialer would pass the pipe by")
}

// CreateListenConfig is not offered.
func (n *Net) CreateListenConfig(*net.ListenConfig) transport.ListenConfig {
	panic("vlab: a ListenConfig would pass the pipe by")
}

// conn is a socket that sends through a pipe.
type conn struct {
	transport.UDPConn
	pipe *pipe
}

// RemoteAddr is nil on a socket that is not connected. The virtual network's own gives a nil pointer in an interface that is
// not nil, and pion's TURN client then takes nothing for an answer of its server.
func (c *conn) RemoteAddr() net.Addr {
	if a, ok := c.UDPConn.RemoteAddr().(*net.UDPAddr); ok && a != nil {
		return a
	}
	return nil
}

func (c *conn) Write(b []byte) (int, error) { return c.WriteTo(b, c.RemoteAddr()) }

func (c *conn) WriteToUDP(b []byte, to *net.UDPAddr) (int, error) { return c.WriteTo(b, to) }

// WriteTo never fails, as with a real UDP socket: what becomes of the packet shows in the log alone.
func (c *conn) WriteTo(b []byte, to net.Addr) (int, error) {
	a, ok := to.(*net.UDPAddr)
	if !ok || a == nil {
		return 0, &net.OpError{Op: "write", Net: "udp", Addr: to, Err: net.InvalidAddrError("not a UDP address")}
	}
	own, dst := append([]byte(nil), b...), *a
	ap := dst.AddrPort()
	c.pipe.take(own, netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port()), func() { _, _ = c.UDPConn.WriteTo(own, &dst) })
	return len(b), nil
}

var _ transport.Net = (*Net)(nil)
