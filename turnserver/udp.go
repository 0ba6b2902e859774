package turnserver

import (
	"net"
	"net/netip"
	"sync"
)

// udpEndpoint is the UDP socket of the server as the library sees it.
type udpEndpoint struct {
	endpoint
	*net.UDPConn
	spot                  *spot // nil if questions of RFC 5780 are not answered
	readerOnce, closeOnce sync.Once
	closeErr              error
}

func newUDPEndpoint(s *Server, conn *net.UDPConn) *udpEndpoint {
	u := &udpEndpoint{UDPConn: conn}
	u.endpoint = endpoint{srv: s, transport: TransportUDP, write: u.writeTo, nonces: new(nonces)}
	return u
}

// ReadFrom gives the library the next packet that passes.
func (u *udpEndpoint) ReadFrom(p []byte) (int, net.Addr, error) {
	u.finish()
	for failures := 0; ; {
		n, oob, from, err := u.read(p)
		if err != nil {
			if fatal(err, &failures) {
				_ = u.Close()
				u.readerOnce.Do(u.srv.wg.Done)
				return 0, nil, err
			}
			continue
		}
		failures = 0
		if n == len(p) { // perhaps cut short; the library drops it too, but does not count
			u.srv.stats.tooLong.Add(1)
			continue
		}
		from = plain(from)
		if u.spot.takes(from, p[:n], oob) {
			continue
		}
		r, pass := u.screen(from, p[:n])
		if !pass {
			continue
		}
		u.begin()
		if r != nil {
			return n, r.clientAddr, nil
		}
		return n, net.UDPAddrFromAddrPort(from), nil
	}
}

// WriteTo sends what the library has for a client.
func (u *udpEndpoint) WriteTo(p []byte, addr net.Addr) (int, error) {
	to := addrPortOf(addr)
	return len(p), u.writeTo(u.outgoing(p, to), to)
}

// Close closes the socket, once: the library closes it too.
func (u *udpEndpoint) Close() error {
	u.closeOnce.Do(func() {
		u.srv.stats.keepDrops(u.UDPConn)
		u.closeErr = u.UDPConn.Close()
	})
	return u.closeErr
}

func (u *udpEndpoint) read(p []byte) (n int, oob []byte, from netip.AddrPort, err error) {
	if u.spot != nil {
		return u.spot.read(p)
	}
	n, from, err = u.ReadFromUDPAddrPort(p)
	return n, nil, from, err
}

func (u *udpEndpoint) writeTo(p []byte, to netip.AddrPort) error {
	if u.spot != nil {
		return u.spot.write(p, to)
	}
	_, err := u.WriteToUDPAddrPort(p, to)
	return err
}
