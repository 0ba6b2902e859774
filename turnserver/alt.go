package turnserver

import (
	"net"
	"net/netip"
	"sync"
)

// maxBinding is the largest request that the second port reads, in bytes, if it answers nothing but plain ones: STUN messages over UDP stay
// below the smallest MTU of IPv6 (RFC 8489, section 6.1), and a Binding request that has no credentials has next to nothing in it.
const maxBinding = 1280

// altEndpoint is a UDP socket beside that of the first port: the second port, or one on the second address. What is seen there opens no way
// through a relay: behind a NAT whose mapping depends on the destination, it is not where the client's packets come from elsewhere.
type altEndpoint struct {
	*net.UDPConn
	srv       *Server
	spot      *spot // nil: as in udpEndpoint
	closeOnce sync.Once
	closeErr  error
}

// serve answers until the socket is closed, or only fails.
func (a *altEndpoint) serve() {
	defer func() { _ = a.close() }()
	limit := maxBinding
	if a.spot != nil {
		limit = maxQuestion
	}
	buf := make([]byte, limit+1)
	for failures := 0; ; {
		n, oob, from, err := a.read(buf)
		if err != nil {
			if fatal(err, &failures) {
				return
			}
			continue
		}
		failures = 0
		if n > limit {
			a.srv.stats.tooLong.Add(1)
			continue
		}
		from = plain(from)
		if a.spot.takes(from, buf[:n], oob) {
			continue
		}
		if answer := a.answer(from, buf[:n]); answer != nil {
			_ = a.write(answer, from) // a lost answer: the client asks again
		}
	}
}

func (a *altEndpoint) read(p []byte) (n int, oob []byte, from netip.AddrPort, err error) {
	if a.spot != nil {
		return a.spot.read(p)
	}
	n, from, err = a.ReadFromUDPAddrPort(p)
	return n, nil, from, err
}

func (a *altEndpoint) write(p []byte, to netip.AddrPort) error {
	if a.spot != nil {
		return a.spot.write(p, to)
	}
	_, err := a.WriteToUDPAddrPort(p, to)
	return err
}

// answer makes the answer to a packet; nil if it gets none. Like the first port it passes over attributes, so that the two can be compared.
func (a *altEndpoint) answer(from netip.AddrPort, p []byte) []byte {
	class, method := classify(p)
	switch {
	case class != classRequest || method != methodBinding:
		a.srv.stats.malformed.Add(1)
		return nil
	case !a.srv.limiter.allow(from.Addr(), a.srv.cfg.Now()):
		a.srv.stats.rateLimited.Add(1)
		return nil
	}
	return plainAnswer(p, from)
}

// close closes the socket, once.
func (a *altEndpoint) close() error {
	a.closeOnce.Do(func() {
		a.srv.stats.keepDrops(a.UDPConn)
		a.closeErr = a.UDPConn.Close()
	})
	return a.closeErr
}
