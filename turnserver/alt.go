package turnserver

import (
	"net"
	"net/netip"
	"sync"

	"github.com/pion/stun/v3"
)

// maxBinding is the largest request that the second port reads, in bytes: STUN messages over UDP stay below the smallest MTU of IPv6
// (RFC 8489, section 6.1), and a Binding request that has no credentials has next to nothing in it.
const maxBinding = 1280

// altEndpoint is the second UDP port. What is seen there opens no way through a relay: behind a NAT whose mapping depends on the
// port, it is not where the client's packets come from elsewhere.
type altEndpoint struct {
	*net.UDPConn
	srv       *Server
	closeOnce sync.Once
	closeErr  error
}

// serve answers until the socket is closed, or only fails.
func (a *altEndpoint) serve() {
	defer func() { _ = a.close() }()
	buf := make([]byte, maxBinding+1)
	for failures := 0; ; {
		n, from, err := a.ReadFromUDPAddrPort(buf)
		if err != nil {
			if fatal(err, &failures) {
				return
			}
			continue
		}
		failures = 0
		if n > maxBinding {
			a.srv.stats.tooLong.Add(1)
			continue
		}
		if answer := a.answer(plain(from), buf[:n]); answer != nil {
			_, _ = a.WriteToUDPAddrPort(answer, from) // a lost answer: the client asks again
		}
	}
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
	m, err := stun.Build(
		stun.NewTransactionIDSetter([stun.TransactionIDSize]byte(p[8:stunHeaderSize])),
		stun.BindingSuccess,
		&stun.XORMappedAddress{IP: from.Addr().AsSlice(), Port: int(from.Port())},
		stun.Fingerprint,
	)
	if err != nil {
		return nil
	}
	return m.Raw
}

// close closes the socket, once.
func (a *altEndpoint) close() error {
	a.closeOnce.Do(func() {
		a.srv.stats.keepDrops(a.UDPConn)
		a.closeErr = a.UDPConn.Close()
	})
	return a.closeErr
}
