package host

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"time"

	"echopath/netcheck"
	"echopath/netcheck/dial"
)

const (
	outsideEvery = time.Minute // names are looked up no more often
	outsideTime  = 3 * time.Second
	maxOutside   = 16 // addresses of one name
)

// outside knows the addresses of the servers that whoever hosts has named. Asking it never waits: names are looked up on a
// goroutine, now and then, and until a look-up has ended its last outcome holds.
type outside struct {
	names   []string
	resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	now     func() time.Time
	spawn   func(func()) // runs a look-up, which whoever stops the host waits for
	ctx     context.Context

	mu      sync.Mutex // guards what follows
	fixed   []netip.Addr
	found   map[string][]netip.Addr // by name
	asked   time.Time               // when names were last looked up
	looking bool
	looked  chan struct{} // closed when the look-up that goes on has ended
}

func newOutside(ctx context.Context, servers []netcheck.ICEServer, now func() time.Time, spawn func(func())) *outside {
	o := &outside{ctx: ctx, now: now, spawn: spawn, found: map[string][]netip.Addr{}, resolve: func(ctx context.Context, host string) ([]netip.Addr, error) {
		return dial.Resolve(ctx, host, netcheck.FamilyAuto)
	}}
	for _, s := range servers {
		if a, err := netip.ParseAddr(s.URL.Host); err == nil {
			o.fixed = append(o.fixed, plainAddr(a))
		} else if !slices.Contains(o.names, s.URL.Host) {
			o.names = append(o.names, s.URL.Host)
		}
	}
	return o
}

func plainAddr(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// has tells whether an address is one of the servers', as far as is known at this moment.
func (o *outside) has(a netip.Addr) bool {
	o.refresh()
	o.mu.Lock()
	defer o.mu.Unlock()
	if slices.Contains(o.fixed, a) {
		return true
	}
	for _, list := range o.found {
		if slices.Contains(list, a) {
			return true
		}
	}
	return false
}

// refresh begins to look the names up if that is due.
func (o *outside) refresh() {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.now()
	if len(o.names) == 0 || o.looking || !o.asked.IsZero() && now.Sub(o.asked) < outsideEvery || o.ctx.Err() != nil {
		return
	}
	o.asked, o.looking, o.looked = now, true, make(chan struct{})
	o.spawn(o.look)
}

func (o *outside) look() {
	ctx, cancel := context.WithTimeout(o.ctx, outsideTime)
	defer cancel()
	var all sync.WaitGroup
	for _, name := range o.names {
		all.Go(func() {
			addrs, err := o.resolve(ctx, name)
			if err != nil {
				return // what was known of it stays
			}
			for i, a := range addrs {
				addrs[i] = plainAddr(a)
			}
			o.mu.Lock()
			defer o.mu.Unlock()
			o.found[name] = addrs[:min(len(addrs), maxOutside)]
		})
	}
	all.Wait()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.looking = false
	close(o.looked)
}

// sockets gives where servers of one IP version answer over UDP, one each, as far as they are known when a look-up that is due or goes on
// has ended. It waits for that, or for the end of ctx.
func (o *outside) sockets(ctx context.Context, servers []netcheck.ICEServer, v4 bool) []netip.AddrPort {
	o.refresh()
	o.mu.Lock()
	looking, looked := o.looking, o.looked
	o.mu.Unlock()
	if looking {
		select {
		case <-looked:
		case <-ctx.Done():
		}
	}
	return o.at(servers, v4)
}

// known gives what sockets gives, as far as it is known at the moment: it never waits.
func (o *outside) known(servers []netcheck.ICEServer) func(netcheck.Family) []netip.AddrPort {
	return func(f netcheck.Family) []netip.AddrPort {
		o.refresh()
		return o.at(servers, f == netcheck.Family4)
	}
}

func (o *outside) at(servers []netcheck.ICEServer, v4 bool) []netip.AddrPort {
	o.mu.Lock()
	defer o.mu.Unlock()
	var out []netip.AddrPort
	for _, s := range servers {
		addrs := o.found[s.URL.Host]
		if a, err := netip.ParseAddr(s.URL.Host); err == nil {
			addrs = []netip.Addr{plainAddr(a)}
		}
		i := slices.IndexFunc(addrs, func(a netip.Addr) bool { return a.Is4() == v4 })
		if i < 0 || s.URL.Transport != "udp" {
			continue
		}
		if at := netip.AddrPortFrom(addrs[i], uint16(s.URL.Port)); !slices.Contains(out, at) { //nolint:gosec // ParseServerURL bounds it
			out = append(out, at)
		}
	}
	return out
}
