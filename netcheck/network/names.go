package network

import (
	"context"
	"net/netip"
	"sync"

	"echopath/netcheck"
)

// names looks every name up once, for all probes that need it.
type names struct {
	resolve func(ctx context.Context, host string, f netcheck.Family) ([]netip.Addr, error)

	mu    sync.Mutex
	known map[name]*lookup
}

type name struct {
	host   string
	family netcheck.Family
}

// lookup is a name's addresses once done is closed.
type lookup struct {
	done  chan struct{}
	addrs []netip.Addr
	err   error
}

// of gives the addresses of a host. The first who asks looks them up, with its own context; who comes later waits, and looks again
// itself if that one was stopped.
func (n *names) of(ctx context.Context, host string, f netcheck.Family) ([]netip.Addr, error) {
	for {
		l, mine := n.claim(name{host, f})
		if mine {
			l.addrs, l.err = n.resolve(ctx, host, f)
			n.settle(name{host, f}, l, ctx.Err() != nil)
			return l.addrs, l.err
		}
		select {
		case <-l.done:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		if l.err == nil || !n.forgotten(name{host, f}, l) {
			return l.addrs, l.err
		}
	}
}

func (n *names) claim(k name) (l *lookup, mine bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if l := n.known[k]; l != nil {
		return l, false
	}
	if n.known == nil {
		n.known = map[name]*lookup{}
	}
	l = &lookup{done: make(chan struct{})}
	n.known[k] = l
	return l, true
}

// settle tells those who wait. A lookup that was stopped says nothing about the name, and is forgotten.
func (n *names) settle(k name, l *lookup, stopped bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if stopped && l.err != nil {
		delete(n.known, k)
	}
	close(l.done)
}

func (n *names) forgotten(k name, l *lookup) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.known[k] != l
}
