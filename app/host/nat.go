package host

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/natprobe"
	"echopath/netcheck/signaling"
)

const (
	natEvery   = 10 * time.Minute // a network changes rarely, and the servers are other people's
	natTime    = 8 * time.Second  // for names and answers
	natServers = 4                // that are asked; two at different addresses decide
)

// natView is what the outside servers say of the way to this host.
type natView struct {
	asked       bool
	nat         netcheck.Tri
	independent netcheck.Tri // mapping
	mapped      netip.Addr   // where the first of them sees this host
}

// seeNAT begins to look for a NAT if that is due. Without outside servers nobody is asked anything. Host.mu is held.
func (h *Host) seeNAT(now time.Time) {
	if len(h.cfg.STUN) == 0 || h.closing || now.Before(h.natNext) {
		return
	}
	h.natNext = now.Add(natEvery)
	h.wg.Go(h.findNAT) // whoever calls is counted itself, or has not returned from Start
}

// findNAT asks the outside servers from a socket on the address that is hosted on. A look-up without any answer does not undo an earlier
// one: the servers may be down.
func (h *Host) findNAT() {
	ctx, cancel := context.WithTimeout(h.ctx, natTime)
	defer cancel()
	view, err := h.askOutside(ctx)
	if err != nil {
		h.cfg.Logger.Debug("looking for a NAT", "error", err)
	}
	if h.ctx.Err() != nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if view.nat == netcheck.Unknown && h.nat.nat != netcheck.Unknown {
		return
	}
	if view != h.nat {
		h.cfg.Logger.Info("the outside servers have been asked", "nat", string(view.nat), "seen_at", view.mapped, "endpoint_independent", string(view.independent))
	}
	h.nat = view
}

func (h *Host) askOutside(ctx context.Context) (natView, error) {
	view := natView{asked: true}
	servers := h.outside.sockets(ctx, h.cfg.STUN, h.cfg.Address.Is4())
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(h.cfg.Address, 0)))
	if err != nil {
		return view, err
	}
	defer func() { _ = conn.Close() }() // it holds nothing
	m, err := natprobe.FindMapping(ctx, conn, servers[:min(len(servers), natServers)])
	view.nat, view.mapped = m.NAT(), m.Mapped().Addr()
	if view.nat == netcheck.Yes {
		view.independent = m.Independent()
	}
	return view, err
}

// behindNAT tells what is known of a NAT before this host, for guests. Host.mu is held.
func (h *Host) behindNAT() (known bool, mapping signaling.HostMapping) {
	known = h.cfg.Public.IsValid() && h.cfg.Public != h.cfg.Address || h.nat.nat == netcheck.Yes
	switch h.nat.independent {
	case netcheck.Yes:
		mapping = signaling.MappingIndependent
	case netcheck.No:
		mapping = signaling.MappingDependent
	}
	return known, mapping
}

// natNotes are what the one who hosts should know of the NAT. Host.mu is held.
func (h *Host) natNotes() []string {
	v, public := h.nat, h.cfg.Public
	seen := v.mapped
	switch {
	case !v.asked:
		return nil
	case v.nat == netcheck.Unknown:
		return []string{"None of the outside servers has answered over UDP, so it is not known whether a NAT is before this host."}
	case v.nat == netcheck.No:
		return nil
	case public.IsValid() && public != h.cfg.Address && public != seen:
		return []string{fmt.Sprintf("The outside servers see this host at %s and not at %s, the public address that it was given: guests may not reach it there.", seen, public)}
	case public.IsValid() && public != h.cfg.Address:
		return nil
	}
	note := fmt.Sprintf("A NAT is before this host: the outside servers see it at %s. Guests on the other side come in if the NAT passes the ports on that a firewall must let in "+
		"and %s is announced, or by copy and paste.", seen, seen)
	switch v.independent {
	case netcheck.Yes:
		note += " It shows a port to everybody alike (endpoint-independent mapping), so that paths through STUN are likely to work."
	case netcheck.No:
		note += " It shows a port differently to each address (address-dependent mapping, a symmetric NAT in old words), so that paths through STUN work only with guests " +
			"whose own NAT does not; those through relays are not affected."
	}
	return []string{note}
}
