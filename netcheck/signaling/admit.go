package signaling

import (
	"context"
	"time"
)

// secret gives a room's secret.
func (l *Lobby) secret(id [8]byte) ([16]byte, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.rooms[id]
	if r == nil {
		return [16]byte{}, false
	}
	return r.Secret, true
}

// find gives a session that goes on, or one that is over.
func (l *Lobby) find(session string) (*Guest, *ended) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if g := l.guests[session]; g != nil {
		return g, nil
	}
	now := time.Now()
	for _, e := range l.ended {
		if e.id == session && now.Before(e.until) {
			return nil, &e
		}
	}
	return nil, nil
}

// admit gives a guest that has proved itself a place, or says why not. A guest that is in already is replaced by itself. undo takes
// back what the guest used up of the invite.
func (l *Lobby) admit(g *Guest) (undo func(), gone *Gone, more refusalBody) {
	l.mu.Lock()
	if r := l.rooms[g.room]; r != nil {
		if leave, out := r.barred[g.identity]; out {
			l.mu.Unlock()
			more.Text = leave.Text
			return nil, barred(Code(leave.Code)), more
		}
	}
	r, before, code := l.decide(g)
	if code != "" {
		more.Now = l.config.Now().Unix()
		if r != nil {
			more.Expiry = r.Expiry.Unix()
		}
		l.mu.Unlock()
		return nil, roleHost.gone(code, nil), more
	}
	fresh := !r.identities[g.identity]
	r.identities[g.identity] = true
	r.present++
	g.place = r
	l.guests[g.s.id] = g
	l.arrivals.enter(g.address)
	l.mu.Unlock()
	if before != nil {
		before.s.finish(roleHost.gone(CodeReplaced, nil), false)
		before.s.settle()
	}
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if _, out := r.barred[g.identity]; fresh && !out && !l.present(r, g.identity) { // unless it came in anew meanwhile
			delete(r.identities, g.identity)
		}
	}, nil, more
}

// present tells whether a guest is in. The lobby is locked.
func (l *Lobby) present(r *room, identity string) bool {
	for _, o := range l.guests {
		if o.place == r && o.identity == identity {
			return true
		}
	}
	return false
}

// decide looks for what speaks against a guest, and for the session that it replaces. The lobby is locked.
func (l *Lobby) decide(g *Guest) (r *room, before *Guest, code Code) {
	r = l.rooms[g.room]
	switch {
	case l.closing:
		return r, nil, CodeHostStopped
	case r == nil: // shut a moment ago
		return r, nil, CodeUnknownRoom
	}
	total, here := len(l.guests), l.arrivals.count(g.address)
	for _, o := range l.guests {
		if o.place == r && o.identity == g.identity {
			before = o
			total--
			if o.address == g.address {
				here--
			}
		}
	}
	switch known := r.identities[g.identity]; {
	case !known && !l.config.Now().Before(r.Expiry):
		return r, nil, CodeExpired
	case !known && len(r.identities) >= r.Guests && r.present >= r.Guests:
		return r, nil, CodeRoomFull
	case !known && len(r.identities) >= r.Guests:
		return r, nil, CodeUsed
	case total >= l.config.MaxGuests:
		return r, nil, CodeHostFull
	case g.address != "" && here >= l.config.MaxPerAddress:
		return r, nil, CodeTooMany
	}
	return r, before, ""
}

// bar keeps a guest out of its room from now on, if it is dismissed for good. It gives the session by which the guest came in anew
// meanwhile, if there is one.
func (l *Lobby) bar(g *Guest, leave Leave) (newer *Guest) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.rooms[g.room]
	if r == nil || !r.bar(g.identity, leave) {
		return nil
	}
	for _, o := range l.guests {
		if o != g && o.place == r && o.identity == g.identity {
			return o
		}
	}
	return nil
}

// bar keeps an identity out if the reason is of that kind. The first one stands. The lobby is locked.
func (r *room) bar(identity string, leave Leave) bool {
	switch Code(leave.Code) {
	case CodeRemoved, CodeDeclined, CodeFlood:
	default:
		return false
	}
	if _, out := r.barred[identity]; !out {
		r.barred[identity] = leave
	}
	return true
}

// begin counts a handshake of one that knows a room's secret; begun ends it. Otherwise it says what there is too much of.
func (l *Lobby) begin(address string) Code {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.pending >= maxPending:
		return CodeBusy
	case !l.arrivals.begin(address):
		return CodeTooMany
	}
	l.pending++
	return ""
}

func (l *Lobby) begun(address string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pending--
	l.arrivals.begun(address)
}

// claim is a handshake that is to resume a session. There is one for each: they need no places, and nobody can take those of others.
type claim struct{ giveUp context.CancelFunc }

// claim begins such a handshake, and ends one that is under way: its guest has given that up. release ends it.
func (l *Lobby) claim(g *Guest, giveUp context.CancelFunc) (release func()) {
	c := &claim{giveUp}
	l.mu.Lock()
	before := g.coming
	g.coming = c
	l.mu.Unlock()
	if before != nil {
		before.giveUp()
	}
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if g.coming == c {
			g.coming = nil
		}
	}
}
