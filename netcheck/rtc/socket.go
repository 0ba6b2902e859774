package rtc

import (
	"net"
	"net/netip"
	"sync"

	"github.com/pion/transport/v5"
)

// socket is a UDP socket that its network knows of.
type socket struct {
	transport.UDPConn
	sys   *net.UDPConn // the same, if it is the system's
	owner *network
	once  sync.Once
	err   error
}

// Close may be called by pion and by the network at once.
func (s *socket) Close() error {
	s.once.Do(func() {
		s.owner.forget(s)
		port := addrOf(s.LocalAddr()).Port()
		s.err = s.UDPConn.Close()
		if s.owner.closed != nil {
			s.owner.closed(port)
		}
	})
	return s.err
}

// ReadFrom gives what the network hears.
func (s *socket) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := s.UDPConn.ReadFrom(b)
		if err != nil || s.owner.hears == nil || s.owner.hears(b[:n], addrOf(from)) {
			return n, from, err
		}
	}
}

func (s *socket) drops() (uint64, bool) {
	if s.sys == nil {
		return 0, false
	}
	return kernelDrops(s.sys)
}

// sysSocket has the methods with which pion/ice sends and receives without allocating an address a packet. pion tells them by
// the concrete type *net.UDPConn or by these names. (They also spare it reading the ECN bits of every packet.)
type sysSocket struct{ *socket }

func (s sysSocket) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	for {
		n, from, err := s.sys.ReadFromUDPAddrPort(b)
		if err != nil || s.owner.hears == nil || s.owner.hears(b[:n], from) {
			return n, from, err
		}
	}
}

func (s sysSocket) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	return s.sys.WriteToUDPAddrPort(b, to)
}

// turnSocket is the UDP socket to a TURN server. Nearly everything comes from one address, which is made a net.Addr once.
type turnSocket struct {
	*socket
	watch *turnWatch
	from  netip.AddrPort // only the reader uses these two
	addr  *net.UDPAddr
}

// WriteTo lets the watch see what is asked.
func (s *turnSocket) WriteTo(b []byte, to net.Addr) (int, error) {
	s.watch.sent(b)
	return s.socket.WriteTo(b, to)
}

func (s *turnSocket) ReadFrom(b []byte) (int, net.Addr, error) {
	if s.sys == nil {
		n, from, err := s.UDPConn.ReadFrom(b)
		s.watch.see(b[:n])
		return n, from, err
	}
	n, from, err := s.sys.ReadFromUDPAddrPort(b)
	if err != nil {
		return n, nil, err
	}
	if from != s.from || s.addr == nil {
		s.from, s.addr = from, net.UDPAddrFromAddrPort(netip.AddrPortFrom(from.Addr().Unmap(), from.Port()))
	}
	s.watch.see(b[:n])
	return n, s.addr, nil
}
