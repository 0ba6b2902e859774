package rtc

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/webrtc/v4"

	"echopath/netcheck"
	"echopath/netcheck/dial"
	"echopath/netcheck/signaling"
)

// maxSTUN is the number of servers that are asked for a reflexive address.
const maxSTUN = 4

// How long names of STUN servers are waited for: the stun path has no use without one, the relay paths have.
const (
	namesTime      = time.Second
	relayNamesTime = 200 * time.Millisecond
)

// stunServers are those that this end asks for its address, by literal addresses of the leg's IP version. Foreign tells that the asking
// end has named some of them.
func (a *Acceptor) stunServers(ctx context.Context, order signaling.Leg) (out []webrtc.ICEServer, foreign bool) {
	known, names := a.ownSTUN(order.Family)
	own := len(names)
	if a.NamedServers {
		for _, text := range order.Servers[:min(len(order.Servers), maxSTUN)] {
			if u, err := netcheck.ParseServerURL(text); err == nil {
				names = append(names, u)
			}
		}
	}
	wait := namesTime
	if order.Path.Relay() {
		wait = relayNamesTime
	}
	seen := map[netip.AddrPort]bool{}
	add := func(at netip.AddrPort, theirs bool) {
		if seen[at] || len(out) >= maxSTUN || !usable(at.Addr(), a.Address, order.Family) {
			return
		}
		seen[at], foreign = true, foreign || theirs
		out = append(out, webrtc.ICEServer{URLs: []string{stunURL(at)}})
	}
	for _, at := range known {
		add(at, false)
	}
	if len(out) > 0 {
		wait = min(wait, spareNamesTime)
	}
	for i, addr := range lookUp(ctx, names, order.Family, wait) {
		if addr.IsValid() && names[i].Serves(netcheck.PathSTUN) {
			add(netip.AddrPortFrom(addr, uint16(names[i].Port)), i >= own) //nolint:gosec // ParseServerURL bounds it
		}
	}
	return out, foreign
}

// ownSTUN are the addresses of this end's own servers, or else their URLs.
func (a *Acceptor) ownSTUN(f netcheck.Family) (known []netip.AddrPort, urls []netcheck.ServerURL) {
	if a.STUNAddresses != nil {
		return a.STUNAddresses(f), nil
	}
	for _, s := range a.Servers {
		if s.URL.Serves(netcheck.PathSTUN) {
			urls = append(urls, s.URL)
		}
	}
	return nil, urls
}

func stunURL(at netip.AddrPort) string {
	return (netcheck.ServerURL{Scheme: netcheck.SchemeSTUN, Host: at.Addr().String(), Port: int(at.Port()), Transport: "udp"}).String()
}

// spareNamesTime is how long further names are waited for once there is an address to ask.
const spareNamesTime = 50 * time.Millisecond

// lookUp gives an address of each server, the zero one where none is known in time. All names are looked up at once, and no longer than
// limit, or than a moment once there is an address: gathering begins without the others.
func lookUp(ctx context.Context, servers []netcheck.ServerURL, f netcheck.Family, limit time.Duration) []netip.Addr {
	return lookUpBy(ctx, dial.Resolve, servers, f, limit)
}

func lookUpBy(ctx context.Context, resolve resolver, servers []netcheck.ServerURL, f netcheck.Family, limit time.Duration) []netip.Addr {
	l := &lookUps{out: make([]netip.Addr, len(servers)), answers: make(chan found, len(servers))}
	ctx, cancel := context.WithTimeout(ctx, limit)
	for i, u := range servers {
		if a, err := netip.ParseAddr(u.Host); err == nil {
			if a = a.Unmap(); isFamily(a, f) {
				l.out[i], l.known = a, true
			}
			continue
		}
		l.left++
		l.looking.Go(func() {
			addrs, err := resolve(ctx, u.Host, f)
			if err != nil || len(addrs) == 0 {
				addrs = []netip.Addr{{}}
			}
			l.answers <- found{i, addrs[0].Unmap()} // has room for each
		})
	}
	l.gather(ctx)
	cancel()
	l.looking.Wait()
	return l.out
}

type resolver func(ctx context.Context, host string, f netcheck.Family) ([]netip.Addr, error)

// found is the answer to one look-up.
type found struct {
	i    int
	addr netip.Addr
}

// lookUps are those of one call of lookUp.
type lookUps struct {
	out     []netip.Addr
	known   bool // there is one in out
	answers chan found
	left    int // look-ups without an answer
	looking sync.WaitGroup
}

func (l *lookUps) gather(ctx context.Context) {
	var enough <-chan time.Time
	for l.left > 0 {
		if l.known && enough == nil {
			enough = time.After(spareNamesTime)
		}
		select {
		case a := <-l.answers:
			l.left--
			l.out[a.i], l.known = a.addr, l.known || a.addr.IsValid()
		case <-enough:
			return
		case <-ctx.Done():
			return
		}
	}
}
