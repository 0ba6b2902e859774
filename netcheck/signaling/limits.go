package signaling

import (
	"net/netip"
	"sync"
	"time"
)

// addressOf is what limits count by: an IPv4 address, or the /64 of an IPv6 one, which is as much as one computer has.
func addressOf(a netip.AddrPort) string {
	ip := a.Addr().Unmap().WithZone("")
	if !ip.IsValid() {
		return ""
	}
	if ip.Is6() {
		p, _ := ip.Prefix(64) // it has 128 bits
		return p.String()
	}
	return ip.String()
}

// maxAddresses bounds how many addresses are remembered. Beyond it those that are new share one account.
const maxAddresses = 8192

// addresses counts what comes from one address. The guests and handshakes of an unknown address are not limited.
type addresses struct {
	perMinute, most int

	mu    sync.Mutex
	all   map[string]*account
	swept time.Time // most recently: a flood of new addresses must not make it the work
}

// account is of one address.
type account struct {
	brake   brake
	guests  int
	pending int
}

func newAddresses(perMinute, most int) *addresses {
	return &addresses{perMinute: perMinute, most: most, all: map[string]*account{}}
}

// of gives an account, made if there is none. It is locked.
func (a *addresses) of(address string, now time.Time) *account {
	if c := a.all[address]; c != nil {
		return c
	}
	if len(a.all) >= maxAddresses && now.Sub(a.swept) >= time.Second {
		a.sweep(now)
	}
	if len(a.all) >= maxAddresses {
		address = "others"
		if c := a.all[address]; c != nil {
			return c
		}
	}
	c := &account{brake: brake{most: a.perMinute, every: time.Minute / time.Duration(a.perMinute)}}
	a.all[address] = c
	return c
}

// sweep forgets accounts that say nothing any more. It is locked.
func (a *addresses) sweep(now time.Time) {
	a.swept = now
	for k, c := range a.all {
		if c.guests == 0 && c.pending == 0 && c.brake.idle(now) {
			delete(a.all, k)
		}
	}
}

// attempt counts an attempt to join. It is false when there are too many.
func (a *addresses) attempt(address string, now time.Time) bool {
	if address == "" {
		return true
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.of(address, now).brake.pass(now)
}

func (a *addresses) begin(address string) bool {
	if address == "" {
		return true
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	c := a.of(address, time.Now())
	if c.pending >= a.most {
		return false
	}
	c.pending++
	return true
}

func (a *addresses) begun(address string) {
	a.change(address, func(c *account) { c.pending = max(c.pending-1, 0) })
}
func (a *addresses) enter(address string) { a.change(address, func(c *account) { c.guests++ }) }
func (a *addresses) leave(address string) {
	a.change(address, func(c *account) { c.guests = max(c.guests-1, 0) })
}

func (a *addresses) change(address string, f func(*account)) {
	if address == "" {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	f(a.of(address, time.Now()))
}

func (a *addresses) count(address string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c := a.all[address]; c != nil {
		return c.guests
	}
	return 0
}

// brake lets so many through at once, and then one each time.
type brake struct {
	most  int
	every time.Duration

	mu    sync.Mutex
	empty time.Time // when all of them will have been given back
}

// pass takes one. It is false if there is none.
func (b *brake) pass(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	from := b.empty
	if from.Before(now) {
		from = now
	}
	if from.Add(b.every).Sub(now) > time.Duration(b.most)*b.every {
		return false
	}
	b.empty = from.Add(b.every)
	return true
}

func (b *brake) idle(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !b.empty.After(now)
}
