package natprobe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"echopath/internal/ifaces"
	"echopath/netcheck"
)

// refusesPeer tells of a server that does not relay to the other end.
func refusesPeer(err error) bool {
	f := (*netcheck.Failure)(nil)
	return errors.As(err, &f) && f.Code == netcheck.ReasonPeerRefused
}

// farEnd is a far end that is not on the server that is asked.
type farEnd struct {
	mirror
	way   string // in the words of the timeline
	close func(ctx context.Context)
}

// elsewhere finds a far end for a server that does not relay to itself: a relay of another server, or else a socket of this computer, which
// the relay reaches as it would any other end of a call. It is nil if neither can be had, or packets do not reach it.
func (v *visit) elsewhere(ctx context.Context, near *session) *farEnd {
	if far := v.otherRelay(ctx, near); far != nil {
		return far
	}
	return v.ownSocket(ctx, near)
}

// maxOthers is how many other servers are asked for a relay: a probe has little time.
const maxOthers = 2

func (v *visit) otherRelay(ctx context.Context, near *session) *farEnd {
	if v.ask.Others == nil {
		return nil
	}
	for i, ask := range v.ask.Others(ctx) {
		if i == maxOthers || ctx.Err() != nil {
			break
		}
		other := v.prober.visit(v.kind, ask)
		other.enter = nil // its own probes wait for no other, and would for each other
		far, err := other.allocated(ctx, &timeline{begin: v.log.begin})
		if err != nil {
			continue
		}
		far.log = nil
		if near.permit(ctx, far.relayed) == nil && far.permit(ctx, near.relayed) == nil && v.reaches(ctx, near, relayEnd{far}) {
			v.detour = fmt.Sprintf(" It does not relay to its own address, so the packet went by a relay of %s.", lowerFirst(other.place()))
			return &farEnd{mirror: relayEnd{far}, way: "by a relay of " + lowerFirst(other.place()), close: far.leave}
		}
		far.leave(ctx)
	}
	return nil
}

// reaches tries a far end: only one that packets reach says more than the refusal.
func (v *visit) reaches(ctx context.Context, near *session, far mirror) bool {
	_, err := echo(ctx, near, far)
	return err == nil
}

// ownSocket is a socket of this computer, by the address under which the server sees it. A packet to the relay opens the way back for what
// the relay sends (the NAT must give the socket one outside port for all, and the firewall let UDP to the relay's port pass).
func (v *visit) ownSocket(ctx context.Context, near *session) *farEnd {
	if !v.addr.IsValid() || v.addr.Addr().Is4() != near.relayed.Addr().Is4() {
		return nil
	}
	conn, err := v.listen()
	if err != nil {
		return nil
	}
	m, err := FindMapping(ctx, conn, []netip.AddrPort{v.addr})
	end := &socketEnd{conn: conn, mapped: m.Mapped(), relayed: near.relayed}
	if err == nil && end.mapped.IsValid() && near.permit(ctx, end.mapped) == nil && end.open() == nil && v.reaches(ctx, near, end) {
		v.detour = fmt.Sprintf(" It does not relay to its own address, so the packet went to a socket of this computer, by its outside address %s.", end.mapped)
		return &farEnd{mirror: end, way: "to this computer's outside address " + end.mapped.String(), close: func(context.Context) { _ = conn.Close() }}
	}
	_ = conn.Close() // it holds nothing
	return nil
}

func (v *visit) listen() (net.PacketConn, error) {
	local, err := v.local()
	if err != nil {
		return nil, err
	}
	if v.prober.ListenUDP != nil {
		return v.prober.ListenUDP(local, v.family)
	}
	network := "udp" + string(v.family)
	config, at := net.ListenConfig{}, ":0"
	if local.IsValid() {
		config.Control, at = ifaces.Listening(local), netip.AddrPortFrom(local, 0).String()
	}
	return config.ListenPacket(context.Background(), network, at)
}

// socketEnd is a socket of this computer as the far end.
type socketEnd struct {
	conn            net.PacketConn
	mapped, relayed netip.AddrPort
}

// open sends a packet to the relay, which is no packet of an echo.
func (s *socketEnd) open() error { return s.reply(s.relayed, []byte{0}) }

func (s *socketEnd) at() netip.AddrPort { return s.mapped }

func (s *socketEnd) hear() ([]byte, error) {
	buf := make([]byte, maxMessage)
	for range maxStray {
		n, from, err := s.conn.ReadFrom(buf)
		if err != nil {
			return nil, err
		}
		if addrPort(from) == s.relayed {
			return buf[:n], nil
		}
	}
	return nil, errNotSTUN
}

func (s *socketEnd) reply(relayed netip.AddrPort, data []byte) error {
	_, err := s.conn.WriteTo(data, net.UDPAddrFromAddrPort(relayed))
	return err
}

func (s *socketEnd) until(deadline time.Time) { _ = s.conn.SetDeadline(deadline) }
