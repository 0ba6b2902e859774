package natprobe

import (
	"context"
	"net"
	"net/netip"
	"time"

	"github.com/pion/stun/v3"

	"echopath/netcheck"
)

// Mapping is what Binding requests from one socket show of the NAT before this computer.
type Mapping struct {
	Local netip.AddrPort // of the socket
	Seen  []Seen         // by the servers that answered, in the order in which they were asked
}

// Seen is where a server sees a socket.
type Seen struct{ Server, Mapped netip.AddrPort }

// NAT tells whether a NAT stands between this computer and the servers: the socket is seen at another address than its own. It is
// Unknown if no server has answered, or the socket is bound to no address of its own.
func (m Mapping) NAT() netcheck.Tri {
	if len(m.Seen) == 0 || !m.Local.Addr().IsValid() || m.Local.Addr().IsUnspecified() {
		return netcheck.Unknown
	}
	for _, s := range m.Seen {
		if s.Mapped != m.Local {
			return netcheck.Yes
		}
	}
	return netcheck.No
}

// Independent tells whether the mapping is endpoint-independent (RFC 4787, section 4.1), by the test of RFC 5780, section 4.3, with two
// servers in place of one with two addresses. Yes takes two servers at different IP addresses that see the same; No any two that see
// different ones. Otherwise it is Unknown.
func (m Mapping) Independent() netcheck.Tri {
	result := netcheck.Unknown
	for i, a := range m.Seen {
		for _, b := range m.Seen[:i] {
			switch {
			case a.Mapped != b.Mapped:
				return netcheck.No
			case a.Server.Addr() != b.Server.Addr():
				result = netcheck.Yes
			}
		}
	}
	return result
}

// Mapped is where the first server that answered sees the socket; zero if none has.
func (m Mapping) Mapped() netip.AddrPort {
	if len(m.Seen) == 0 {
		return netip.AddrPort{}
	}
	return m.Seen[0].Mapped
}

// FindMapping asks servers at the same time from one socket where they see it, and returns when all have answered, after 1.75 s of
// retransmissions, or when ctx ends. It takes answers from the very address that was asked alone, changes conn's read deadline, and
// needs conn for itself meanwhile. The error is ctx's or that of the socket; silence is none.
func FindMapping(ctx context.Context, conn net.PacketConn, servers []netip.AddrPort) (Mapping, error) {
	m := Mapping{Local: addrPort(conn.LocalAddr())}
	asked, err := questions(servers)
	if err != nil {
		return m, err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	for _, wait := range retransmits {
		if err = asked.round(ctx, conn, wait); err != nil || asked.left() == 0 {
			break
		}
	}
	for _, q := range asked {
		if q.mapped.IsValid() {
			m.Seen = append(m.Seen, Seen{Server: q.server, Mapped: q.mapped})
		}
	}
	return m, err
}

// question is what one server is asked.
type question struct {
	server  netip.AddrPort
	request *stun.Message
	mapped  netip.AddrPort // zero as long as there is no answer
}

type questionList []*question

func questions(servers []netip.AddrPort) (questionList, error) {
	var out questionList
	for _, s := range servers {
		request, err := stun.Build(stun.TransactionID, stun.BindingRequest, stun.Fingerprint)
		if err != nil {
			return nil, err
		}
		out = append(out, &question{server: netip.AddrPortFrom(s.Addr().Unmap(), s.Port()), request: request})
	}
	return out, nil
}

func (l questionList) left() int {
	n := 0
	for _, q := range l {
		if !q.mapped.IsValid() {
			n++
		}
	}
	return n
}

// round asks those that have not answered, and reads for a while. A server that can not be sent to is as good as silent.
func (l questionList) round(ctx context.Context, conn net.PacketConn, wait time.Duration) error {
	due, err := listenFor(ctx, conn, wait)
	if err != nil {
		return err
	}
	for _, q := range l {
		if !q.mapped.IsValid() {
			_, _ = conn.WriteTo(q.request.Raw, net.UDPAddrFromAddrPort(q.server))
		}
	}
	buf := make([]byte, maxMessage)
	for late := maxLate; l.left() > 0; {
		n, from, err := conn.ReadFrom(buf)
		if err == nil {
			l.take(addrPort(from), buf[:n])
			continue
		}
		err = endOfRound(ctx, err)
		if err != nil || late == 0 || !overslept(due) {
			return err
		}
		late-- // nobody listened: the packets get their time again
		if due, err = listenFor(ctx, conn, wait); err != nil {
			return err
		}
	}
	return nil
}

// listenFor sets how long to read. ctx is looked at afterwards, so that its own deadline is not overwritten unseen.
func listenFor(ctx context.Context, conn net.PacketConn, wait time.Duration) (due time.Time, err error) {
	due = time.Now().Add(wait)
	if err := conn.SetReadDeadline(due); err != nil {
		return due, err
	}
	return due, ctx.Err()
}

// endOfRound tells the end of the time from trouble.
func endOfRound(ctx context.Context, err error) error {
	if cause := ctx.Err(); cause != nil {
		return cause
	}
	if e, ok := err.(net.Error); ok && e.Timeout() { //nolint:errorlint // what package net gives
		return nil
	}
	return err
}

// take reads an answer to one of the questions. Anything else is passed over.
func (l questionList) take(from netip.AddrPort, raw []byte) {
	for _, q := range l {
		if q.server != from || q.mapped.IsValid() {
			continue
		}
		answer, err := parseAnswer(raw, q.request)
		if err != nil || answer.Type.Class != stun.ClassSuccessResponse {
			continue
		}
		if mapped, err := xorAddress(answer, stun.AttrXORMappedAddress); err == nil && mapped.Port() != 0 {
			q.mapped = mapped
		}
	}
}

// addrPort reads an address of package net; zero if it is of another kind than UDP has.
func addrPort(a net.Addr) netip.AddrPort {
	u, ok := a.(*net.UDPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	p := u.AddrPort()
	return netip.AddrPortFrom(p.Addr().Unmap().WithZone(""), p.Port())
}
