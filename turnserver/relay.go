package turnserver

import (
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// relay is the socket of a relayed transport address (RFC 8656 section 2) with the guard in front of it. The library sees
// it as a net.PacketConn: it writes to peers what the client sent, and reads from peers what the client gets.
type relay struct {
	*net.UDPConn
	srv  *Server
	addr netip.AddrPort // of the socket

	public netip.AddrPort // the relayed transport address that clients are told

	relayStats
	expires atomic.Int64 // when the library's timer ends the allocation, by ticks; 0 before the client was answered

	closeOnce, readerOnce sync.Once

	// attach sets what follows under Server.mu, before the library starts the relay's reader. Nil until then.
	endpoint   *endpoint
	session    *Session
	user       string // that made the allocation
	client     netip.AddrPort
	clientAddr net.Addr // the same, made once
	since      time.Time
}

type relayStats struct {
	toPeers, fromPeers traffic
	denied             atomic.Uint64
}

type traffic struct{ packets, bytes atomic.Uint64 }

func (t *traffic) add(n int) {
	t.packets.Add(1)
	t.bytes.Add(uint64(n))
}

// WriteTo sends to a peer. What the guard denies is dropped without an error, as the network would drop it.
func (r *relay) WriteTo(p []byte, addr net.Addr) (int, error) {
	to, allowed := r.srv.route(r.session, addrPortOf(addr))
	if !allowed {
		r.deny(to)
		return len(p), nil
	}
	n, err := r.WriteToUDPAddrPort(p, to)
	if err == nil {
		r.toPeers.add(n)
	}
	return n, err
}

// ReadFrom gives the library the next datagram from a peer that the guard lets pass.
func (r *relay) ReadFrom(p []byte) (int, net.Addr, error) {
	for failures := 0; ; {
		n, from, err := r.ReadFromUDPAddrPort(p)
		if err != nil {
			if fatal(err, &failures) {
				r.readerOnce.Do(r.srv.wg.Done)
				return 0, nil, err
			}
			continue
		}
		failures = 0
		if n == len(p) { // it may have been longer, and the library would pass on what is left of it
			r.srv.stats.tooLong.Add(1)
			continue
		}
		from = plain(from)
		peer := r.srv.peerFrom(r.session, from, p[:n])
		if peer == nil {
			r.deny(from)
			continue
		}
		r.fromPeers.add(n)
		return n, peer, nil
	}
}

// Close closes the socket and takes the relay off all lists. The library closes every relay that it is done with, so this
// is where an allocation is known to have ended. It must return nil: the library leaves other relays open at an error.
func (r *relay) Close() error {
	r.closeOnce.Do(func() {
		defer r.srv.wg.Done()
		r.srv.stats.keepDrops(r.UDPConn)
		if err := r.UDPConn.Close(); err != nil {
			r.srv.cfg.Logger.Warn("close relay socket", "relay", r.addr, "error", err)
		}
		r.srv.retire(r)
	})
	return nil
}

func (r *relay) deny(peer netip.AddrPort) {
	r.denied.Add(1)
	if r.session == nil {
		return
	}
	r.srv.notifier.notify(Event{
		Kind: EventPeerDenied, Session: r.session.id, Transport: r.endpoint.transport, Client: r.client, Relay: r.public,
		Peer: peer, Reason: whyDenied(peer.Addr()),
	})
}

// aboutToExpire tells whether the library's timer may end the allocation within moments; see endpoint.permit.
func (r *relay) aboutToExpire() bool {
	return ticks(expiryMargin) >= r.expires.Load()
}

var processStart = time.Now()

// ticks is the time in d from now, in nanoseconds since the process started. The library's timers run by this clock, which
// nobody can set back.
func ticks(d time.Duration) int64 { return int64(time.Since(processStart) + d) }
