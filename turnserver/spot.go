package turnserver

import (
	"net"
	"net/netip"
	"sync"
)

// maxQuestion is the largest request that a socket reads, in bytes, where questions of RFC 5780 are answered: what the library reads on
// the first port. It is more than fits into one packet, for a client that wants to see fragments pass.
const maxQuestion = 1599

// ethernetMTU is the largest IP packet, headers included, that most networks carry in one piece.
const ethernetMTU = 1500

// spot is a UDP socket that answers questions of RFC 5780.
type spot struct {
	d             *discovery
	conn          *net.UDPConn
	address, port int            // which one it is in discovery.spots
	told          netip.AddrPort // as clients know it

	tellsTOS   bool // the system tells with each datagram how it was marked
	sendsWhole bool // the system can be told to leave datagrams in one piece

	// mode is held for writing while the socket's datagrams are left in one piece, and for reading while others are sent.
	mode sync.RWMutex

	oob [64]byte // the reader's own
}

func newSpot(d *discovery, conn *net.UDPConn, address, port int) *spot {
	local := addrPortOf(conn.LocalAddr())
	return &spot{
		d: d, conn: conn, address: address, port: port, told: d.srv.public(local),
		tellsTOS: receiveTOS(conn, local.Addr()), sendsWhole: canSendWhole(conn, local.Addr()),
	}
}

// read reads a datagram and what the system tells of it, which is valid until the next one.
func (s *spot) read(p []byte) (n int, oob []byte, from netip.AddrPort, err error) {
	if !s.tellsTOS {
		n, from, err = s.conn.ReadFromUDPAddrPort(p)
		return n, nil, from, err
	}
	n, known, _, from, err := s.conn.ReadMsgUDPAddrPort(p, s.oob[:])
	return n, s.oob[:known], from, err
}

// takes answers a datagram that is for it to answer. A nil spot takes none.
func (s *spot) takes(from netip.AddrPort, p, oob []byte) bool {
	if s == nil {
		return false
	}
	out, taken := s.d.respond(s, from, p, oob)
	if out.p != nil {
		out.sender.send(out.p, out.to, out.padded)
	}
	return taken
}

// send sends an answer; one that is lost is asked for again. One that is padded, and so tells whether packets of its size pass, is not taken
// to pieces on its way: the client would learn nothing. One that is longer than a packet can be in most networks is, for clients that
// want to see whether pieces pass (RFC 5780, section 3.5).
func (s *spot) send(p []byte, to netip.AddrPort, padded bool) {
	if !padded || !s.sendsWhole || !s.fits(len(p)) {
		_ = s.write(p, to)
		return
	}
	s.mode.Lock()
	defer s.mode.Unlock()
	_ = sendWhole(s.conn, s.told.Addr(), func() error {
		_, err := s.conn.WriteToUDPAddrPort(p, to)
		return err
	})
}

// write sends as every other socket does.
func (s *spot) write(p []byte, to netip.AddrPort) error {
	s.mode.RLock()
	defer s.mode.RUnlock()
	_, err := s.conn.WriteToUDPAddrPort(p, to)
	return err
}

// fits tells whether a message of so many bytes is one packet in most networks.
func (s *spot) fits(size int) bool {
	headers := 20 + 8
	if !s.told.Addr().Is4() {
		headers = 40 + 8
	}
	return size+headers <= ethernetMTU
}
