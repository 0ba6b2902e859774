package turnserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
)

// socketBuffer is what every UDP socket of the server asks for. With the usual 208 KiB a server lost 15 to 23 % of a
// burst of 40,000 packets a second, and nothing with 4 MiB. The system may grant less (net.core.rmem_max on Linux).
const socketBuffer = 4 << 20

// open opens all sockets, or none.
func (s *Server) open(ctx context.Context) (err error) {
	defer func() {
		if err != nil {
			_ = s.closeSockets()
		}
	}()
	if err := s.openUDP(ctx); err != nil {
		return err
	}
	if s.cfg.TCPPort != PortOff {
		if err := s.openStream(ctx, TransportTCP, s.cfg.TCPPort); err != nil {
			return err
		}
	}
	if s.cfg.TLSPort != PortOff {
		return s.openStream(ctx, TransportTLS, s.cfg.TLSPort)
	}
	return nil
}

func (s *Server) openStream(ctx context.Context, transport Transport, port int) error {
	listener, err := new(net.ListenConfig).Listen(ctx, network("tcp", s.cfg.Address), hostPort(s.cfg.Address, port))
	if err != nil {
		return listenError(err, s.cfg.Address, port, "tcp")
	}
	s.listeners = append(s.listeners, &streamListener{Listener: listener, srv: s, transport: transport})
	return nil
}

// serve starts the library's readers and the accept loops.
func (s *Server) serve() error {
	if s.udp != nil {
		s.wg.Add(1)
		if err := serveTURN(s.udp, &s.udp.endpoint); err != nil {
			s.wg.Done()
			return err
		}
	}
	for _, a := range s.alts() {
		s.wg.Go(a.serve)
	}
	for _, l := range s.listeners {
		s.wg.Go(l.accept)
	}
	return nil
}

// pairAttempts is how many times other ports are chosen if one that was free on the first address is not on the second.
const pairAttempts = 16

// openUDP opens the UDP sockets. Both addresses have the same two ports: a client is told the other address and the other port, and asks
// all four.
func (s *Server) openUDP(ctx context.Context) error {
	for attempt := 1; ; attempt++ {
		err := s.openUDPOnce(ctx)
		var port *PortError
		chosen := s.cfg.UDPPort == 0 || s.cfg.AltUDPPort == PortAny
		if err == nil || !chosen || attempt == pairAttempts || !errors.As(err, &port) || !port.InUse || port.Address != s.cfg.AltAddress {
			return err
		}
		s.closeUDP()
	}
}

func (s *Server) openUDPOnce(ctx context.Context) error {
	if s.cfg.UDPPort != PortOff {
		conn, err := listenUDP(ctx, s.cfg.Address, s.cfg.UDPPort)
		if err != nil {
			return err
		}
		s.udp = newUDPEndpoint(s, conn)
	}
	if port := s.cfg.AltUDPPort; port != 0 && port != PortOff {
		conn, err := listenUDP(ctx, s.cfg.Address, max(port, 0)) // PortAny is below 0
		if err != nil {
			return err
		}
		s.alt = &altEndpoint{UDPConn: conn, srv: s}
	}
	if s.cfg.AltAddress.IsValid() {
		for _, first := range []netip.AddrPort{s.UDPAddr(), s.AltUDPAddr()} {
			conn, err := listenUDP(ctx, s.cfg.AltAddress, int(first.Port()))
			if err != nil {
				return err
			}
			s.far = append(s.far, &altEndpoint{UDPConn: conn, srv: s})
		}
	}
	if s.cfg.NATDiscovery {
		s.discovery = newDiscovery(s)
		s.discovery.open()
	}
	return nil
}

// closeUDP closes what openUDPOnce has opened, and forgets it.
func (s *Server) closeUDP() {
	if s.udp != nil {
		_ = s.udp.Close()
	}
	for _, a := range s.alts() {
		_ = a.close()
	}
	s.udp, s.alt, s.far = nil, nil, nil
}

// alts lists the UDP sockets beside that of the first port.
func (s *Server) alts() []*altEndpoint {
	if s.alt == nil {
		return nil
	}
	return append([]*altEndpoint{s.alt}, s.far...)
}

func listenUDP(ctx context.Context, address netip.Addr, port int) (*net.UDPConn, error) {
	conn, err := new(net.ListenConfig).ListenPacket(ctx, network("udp", address), hostPort(address, port))
	if err != nil {
		return nil, listenError(err, address, port, "udp")
	}
	udp := conn.(*net.UDPConn) // what ListenPacket returns for a UDP network
	growBuffers(udp)
	return udp, nil
}

// growBuffers asks for less where a system refuses to grant what it can not give, as macOS does; the default will do.
func growBuffers(conn *net.UDPConn) {
	for _, set := range []func(int) error{conn.SetReadBuffer, conn.SetWriteBuffer} {
		for size := socketBuffer; size >= 256<<10 && set(size) != nil; size /= 2 {
		}
	}
}

func listenError(err error, address netip.Addr, port int, protocol string) error {
	if inUse, cause := portInUse(err); inUse {
		if !errors.Is(err, cause) {
			err = errors.Join(err, cause)
		}
		return &PortError{Protocol: protocol, Address: address, Port: port, InUse: true, Err: err}
	}
	return &PortError{Protocol: protocol, Address: address, Port: port, Err: err}
}

// PortError tells which port could not be opened, and why, with the system's own words and error after it. It wraps ErrPortInUse
// if another program has the port.
type PortError struct {
	Protocol string // udp or tcp
	Address  netip.Addr
	Port     int // 0: any
	InUse    bool
	Err      error
}

// Error gives it in words.
func (e *PortError) Error() string {
	where := fmt.Sprintf("port %d/%s on %s", e.Port, e.Protocol, e.Address)
	switch {
	case e.InUse:
		return where + " is in use: " + e.Err.Error()
	case errors.Is(e.Err, os.ErrPermission):
		return where + " is not open to this user (ports below 1024 may need more rights): " + e.Err.Error()
	}
	return fmt.Sprintf("listen on port %d/%s of %s: %v", e.Port, e.Protocol, e.Address, e.Err)
}

// Unwrap gives the causes.
func (e *PortError) Unwrap() []error {
	if e.InUse {
		return []error{ErrPortInUse, e.Err}
	}
	return []error{e.Err}
}

// family is the server's, and that of its relays, as STUN writes it.
func (s *Server) family() byte {
	if s.cfg.Address.Is4() {
		return familyIPv4
	}
	return familyIPv6
}

// network adds the IP family, so that an IPv6 socket never takes IPv4 as well.
func network(protocol string, address netip.Addr) string {
	if address.Is4() {
		return protocol + "4"
	}
	return protocol + "6"
}

func hostPort(address netip.Addr, port int) string {
	return net.JoinHostPort(address.String(), strconv.Itoa(port))
}
