package signaling

import (
	"sync"
	"time"
)

// Guest is the host's end of one guest's session.
type Guest struct {
	Conn
	s        *session
	lobby    *Lobby
	room     [8]byte
	place    *room // nil once it has left
	identity string
	address  string
	// The rest is the lobby's to lock.
	lapse   *time.Timer // ends the session while it has no wire
	coming  *claim      // the handshake that is to resume it, nil if there is none
	arrived bool        // Arrive was told
	away    bool        // as the lobby's user was told

	telling sync.Mutex // held while Away is told, so that it hears things in their order
}

// ID names the guest for as long as its session lasts: 16 letters and digits, no secret.
func (g *Guest) ID() string { return g.s.id }

// Room is the room that it came into.
func (g *Guest) Room() [8]byte { return g.room }

// Done is closed when the session is over.
func (g *Guest) Done() <-chan struct{} { return g.s.done }

// Away tells whether the guest has no wire at the moment. It may come back.
func (g *Guest) Away() bool {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	return g.s.link == nil
}

// Dismiss ends the session, and tells the guest why: with the text, or with the guest's own words for the code if that is empty. It
// returns when the guest was told, or could not be told within 2 s: then it is told when it comes back. With CodeRemoved and
// CodeDeclined the guest is not let into the room again, whichever session of it this is. It is idempotent.
func (g *Guest) Dismiss(code Code, text string) error {
	text = clean(text, MaxText)
	own := roleHost.gone(code, nil)
	if text != "" {
		own.Text = text
	}
	leave := Leave{Code: string(code), Text: text}
	if newer := g.lobby.bar(g, leave); newer != nil {
		newer.s.leave(leave, own)
	}
	g.s.leave(leave, own)
	return nil
}

// Close leaves the guest: it is told that the host left.
func (g *Guest) Close() error { return g.s.Close() }

func (g *Guest) over() *Gone { return g.s.over() }
func (g *Guest) side() role  { return roleHost }

// arrive tells of the guest, and then of what happened to its wire meanwhile.
func (g *Guest) arrive() {
	l := g.lobby
	if l.config.Arrive != nil && g.s.over() == nil { // otherwise it came in anew meanwhile, and that was told
		l.config.Arrive(g)
	}
	l.mu.Lock()
	g.arrived = true
	l.mu.Unlock()
	g.watch()
}

// watch is told of each wire that the session got or lost.
func (g *Guest) watch() {
	if g.s.over() != nil {
		return
	}
	g.telling.Lock()
	defer g.telling.Unlock()
	away, tell := g.wire()
	if tell && g.lobby.config.Away != nil {
		g.lobby.config.Away(g, away)
	}
}

// wire looks whether there is a wire now: without one the session ends after a time. tell is true if that is news.
func (g *Guest) wire() (away, tell bool) {
	l := g.lobby
	l.mu.Lock()
	defer l.mu.Unlock()
	if g.s.over() != nil {
		return false, false
	}
	away = g.Away()
	switch {
	case !away && g.lapse != nil:
		g.lapse.Stop()
		g.lapse = nil
	case away && g.lapse == nil:
		g.lapse = time.AfterFunc(l.config.ResumeFor, g.lapsed)
	}
	tell = g.arrived && away != g.away
	if tell {
		g.away = away
	}
	return away, tell
}

// lapsed ends a session that nobody came back to. A wire that came at the last moment keeps it.
func (g *Guest) lapsed() {
	g.s.takeover.Lock()
	defer g.s.takeover.Unlock()
	if g.Away() {
		g.s.finish(roleHost.lost(g.lobby.config.ResumeFor, nil), false)
	}
}

// ended is told by the session that it is over.
func (g *Guest) ended(why *Gone) {
	l := g.lobby
	l.mu.Lock()
	defer l.mu.Unlock()
	if g.lapse != nil {
		g.lapse.Stop()
		g.lapse = nil
	}
	if g.place == nil {
		return
	}
	g.place.bar(g.identity, Leave{Code: string(why.Code)})
	g.place.present--
	g.place = nil
	l.arrivals.leave(g.address)
	delete(l.guests, g.s.id)
	l.remember(g.s, why)
}

// remember keeps why a session ended for a guest that comes back to it. The lobby is locked.
func (l *Lobby) remember(s *session, why *Gone) {
	now := time.Now()
	for len(l.ended) > 0 && (len(l.ended) >= maxEnded || now.After(l.ended[0].until)) {
		l.ended = l.ended[1:]
	}
	leave := Leave{Code: string(why.Code)}
	if c := s.farewell(); c != nil {
		leave = *c
	}
	l.ended = append(l.ended, ended{id: s.id, resume: s.resume, leave: leave, until: now.Add(l.config.ResumeFor)})
}

// farewell is what this end wanted to tell the other one, nil if it did not end the session itself.
func (s *session) farewell() *Leave {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closing
}
