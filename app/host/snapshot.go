package host

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"echopath/app/hosting"
	"echopath/netcheck"
)

// Snapshot tells how things stand. It is cheap; counters of packets are at most a second old.
func (h *Host) Snapshot() hosting.Snapshot {
	totals := h.turn.Totals()
	drops, _ := h.turn.SocketDrops()
	signalling, _ := h.addresses() // checked at the start
	h.mu.Lock()
	defer h.mu.Unlock()
	s := hosting.Snapshot{
		Since: h.since, Address: h.cfg.Address, Public: h.cfg.Public, AltAddress: h.cfg.AltAddress, AltPublic: h.cfg.AltPublic, URLs: h.turn.URLs(), Signalling: signalling, Ports: h.ports(),
		Budget: h.queue.budget, Used: h.queue.used, Active: h.queue.active, Queued: len(h.queue.waiting), Allocations: totals.Allocations,
		BytesIn: totals.FromPeers.Bytes, BytesOut: totals.ToPeers.Bytes, Notes: append(slices.Clone(h.notes), h.natNotes()...),
	}
	for _, i := range h.invites {
		state := *i
		state.Paste, state.Used = h.waits(i.Room), min(h.lobby.Used(i.Room), i.Guests)
		s.Invites = append(s.Invites, state)
	}
	echoed := h.echoed
	for _, g := range h.guests {
		sum := g.traffic()
		echoed.add(sum)
		s.Guests = append(s.Guests, g.snapshot(sum))
	}
	slices.SortFunc(s.Guests, func(a, b hosting.Guest) int { return h.guests[a.ID].arrival - h.guests[b.ID].arrival })
	s.BytesIn, s.BytesOut, s.Drops = s.BytesIn+echoed.bytesIn, s.BytesOut+echoed.bytesOut, drops+echoed.drops
	return s
}

// traffic is what the echo peer has carried for a guest. Host.mu is held.
func (g *guest) traffic() traffic {
	sum := g.echoed
	for _, l := range g.legs {
		sum.add(l.sum)
	}
	return sum
}

func (g *guest) snapshot(sum traffic) hosting.Guest {
	peer, relays := g.conn.Peer(), g.turn.Counters()
	s := hosting.Guest{
		ID: g.id, Name: g.name(), Address: g.address, AppVersion: netcheck.CleanText(peer.AppVersion, 64), OS: netcheck.CleanText(peer.OS, 64),
		Way: string(g.conn.Way()), State: hosting.GuestIn, Since: g.since, Runs: g.runs, Allocations: relays.Allocations,
		PacketsIn: sum.packetsIn + relays.FromPeers.Packets, PacketsOut: sum.packetsOut + relays.ToPeers.Packets,
		BytesIn: sum.bytesIn + relays.FromPeers.Bytes, BytesOut: sum.bytesOut + relays.ToPeers.Bytes,
	}
	if len(g.legs) > 0 {
		s.Path = g.legs[len(g.legs)-1].path
	}
	if q := g.run; q != nil {
		s.Run, s.Title = q.ID, q.Title
		if s.State = hosting.GuestQueued; q.ticket.admitted {
			s.State = hosting.GuestActive
		} else {
			s.Position = q.told // as of the last change, each of which is told at once
		}
	}
	if g.waiting {
		s.State = hosting.GuestWaiting
	}
	if g.away {
		s.State = hosting.GuestAway
	}
	return s
}

// ports are what a firewall before this computer must let in.
func (h *Host) ports() []hosting.Port {
	one := func(protocol string, port uint16, why string) hosting.Port {
		return hosting.Port{Protocol: protocol, From: int(port), To: int(port), Why: why}
	}
	ports := []hosting.Port{
		one("tcp", h.turn.TLSAddr().Port(), "guests come in here, and TURN over TLS"),
		one("udp", h.turn.UDPAddr().Port(), "STUN and TURN over UDP"),
		one("tcp", h.turn.TCPAddr().Port(), "TURN over TCP"),
	}
	if alt := h.turn.AltUDPAddr(); alt.IsValid() {
		ports = append(ports, one("udp", alt.Port(), "STUN on a second port, by which guests learn more about the NAT before them"))
	}
	ports = append(ports, h.altPorts()...)
	low, high := peerPorts(h.cfg)
	if low == 0 {
		low, high = 1024, 65535
	}
	return append(ports, hosting.Port{Protocol: "udp", From: low, To: high, Why: "test packets, direct and through STUN"})
}

// handler serves the signalling, /healthz, and nothing else.
func (h *Host) handler() http.Handler {
	m := http.NewServeMux()
	m.Handle("/echopath/", h.wires)
	m.HandleFunc("/healthz", h.health)
	return m
}

// health is what a watchdog may know.
type health struct {
	Status  string `json:"status"`
	Version string `json:"version"`
	Since   string `json:"since"` // RFC 3339
	Guests  int    `json:"guests"`
	Active  int    `json:"active"`
	Queued  int    `json:"queued"`
}

func (h *Host) health(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET", http.StatusMethodNotAllowed)
		return
	}
	h.mu.Lock()
	s := health{Status: "ok", Version: strings.ToValidUTF8(h.cfg.Version, ""), Since: h.since.UTC().Format("2006-01-02T15:04:05Z"), Guests: len(h.guests),
		Active: h.queue.active, Queued: len(h.queue.waiting)}
	h.mu.Unlock()
	b, err := json.Marshal(s)
	if err != nil {
		http.Error(w, "not now", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = fmt.Fprintf(w, "%s\n", b) // to a client that may have gone
}
