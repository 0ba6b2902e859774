package host

import (
	"time"

	"echopath/app/hosting"
	"echopath/netcheck"
	"echopath/netcheck/signaling"
)

// Accept lets a waiting guest in.
func (h *Host) Accept(guest string) error {
	h.mu.Lock()
	g := h.guests[guest]
	if g != nil && g.waiting {
		h.welcome(g)
	}
	h.mu.Unlock()
	h.events.deliver()
	if g == nil {
		return hosting.ErrNoGuest
	}
	return nil
}

// Refuse turns a waiting guest away. It does not wait until the guest knows. Text may be empty.
func (h *Host) Refuse(guest, text string) error {
	return h.dismiss(guest, signaling.CodeDeclined, text)
}

// Remove ends a guest's session, and its runs. It does not wait until the guest knows. Text may be empty.
func (h *Host) Remove(guest, text string) error { return h.dismiss(guest, signaling.CodeRemoved, text) }

func (h *Host) dismiss(guest string, code signaling.Code, text string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	g := h.guests[guest]
	if g == nil || code == signaling.CodeDeclined && !g.waiting {
		return hosting.ErrNoGuest
	}
	g.dismiss(code, netcheck.CleanText(text, signaling.MaxText/4))
	return nil
}

// keep ends what has had its time, renews credentials and reads counters.
func (h *Host) keep() {
	tick := time.NewTicker(h.look)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-h.ctx.Done():
			return
		}
		h.mu.Lock()
		now := h.cfg.Now()
		h.overdue(now)
		h.expire(now)
		h.seeNAT(now)
		links := map[*leg]netcheck.Link{}
		for _, g := range h.guests {
			for _, l := range g.legs {
				if l.link != nil {
					links[l] = l.link
				}
			}
			if !g.waiting && g.stale(now) {
				g.out.put(signaling.Message{Servers: &signaling.Servers{Servers: h.servers(g)}})
			}
		}
		h.mu.Unlock()
		for l, link := range links {
			h.count(l, link)
		}
		h.events.deliver()
	}
}

// stale tells whether the guest's credentials are to be made anew. They end by the wall clock, which may have been set forward since they
// were made. Host.mu is held.
func (g *guest) stale(now time.Time) bool {
	return !now.Before(g.renew) || g.expires.Sub(now.Round(0)) <= credentialTTL-credentialsEvery
}
