package web

import (
	"net/http"
	"net/netip"
)

// seat is the place of one wire among all, from before it is made until it has ended. Handler.mu guards it.
type seat struct {
	wire *Wire // nil while it is being made
	lost bool  // to another
}

var (
	whyStops   = &refusal{http.StatusServiceUnavailable, "The host stops."}
	whyFull    = &refusal{http.StatusServiceUnavailable, "The host has as many connections as it allows: try again later."}
	whyKept    = &refusal{http.StatusServiceUnavailable, "The host has few connections left, and keeps them for other addresses: try again later."}
	whyTooMany = &refusal{http.StatusTooManyRequests, "There are as many connections from this address as the host allows: try again later."}
)

// enter gives a wire a place; leave takes it back. Where there is none, a stranger loses his.
func (h *Handler) enter(r *http.Request) (*seat, *refusal) {
	key := addressKey(addrPort(r.RemoteAddr).Addr())
	s := &seat{}
	no := h.sit(s, func() bool { return h.seats.Take(s, key) })
	if no == nil || no == whyStops || h.config.Known == nil {
		return s, h.reason(no, key)
	}
	known := map[netip.Prefix]bool{}
	for _, a := range h.config.Known() {
		known[addressKey(a.Unmap())] = true
	}
	var victim *Wire
	no = h.sit(s, func() bool {
		lost, ok := h.seats.TakeOver(s, key, func(p netip.Prefix) bool { return known[p] })
		if ok {
			lost.lost, victim = true, lost.wire
		}
		return ok
	})
	if victim != nil {
		victim.stop(errBroken)
	}
	return s, h.reason(no, key)
}

// sit counts a wire in if it takes a place.
func (h *Handler) sit(s *seat, take func() bool) *refusal {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.closed:
		return whyStops
	case !take():
		return whyFull
	}
	h.all.Add(1)
	return nil
}

// reason says more closely why there is no place for an address.
func (h *Handler) reason(no *refusal, key netip.Prefix) *refusal {
	if no != whyFull {
		return no
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	switch free := h.config.MaxWires - h.seats.Len(); {
	case free <= 0:
		return whyFull
	case h.seats.Of(key) >= h.config.MaxPerAddress && free > h.config.MaxWires/8:
		return whyTooMany
	}
	return whyKept
}

func (h *Handler) leave(s *seat) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seats.Leave(s)
	h.all.Done()
}

// serve has a wire served, and closes it.
func (h *Handler) serve(w *Wire, at *seat) {
	defer func() { _ = w.Close() }()
	h.mu.Lock()
	if at.lost {
		w.stop(errBroken)
	}
	if h.closed || at.lost {
		h.mu.Unlock()
		return
	}
	h.wires[w], at.wire = true, w
	h.mu.Unlock()
	defer func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.wires, w)
	}()
	_ = h.config.Serve(h.life, w) // it tells whoever wants to know by ways of its own
}
