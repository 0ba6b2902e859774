package signaling

// Used is how many different guests have come in by a room's secret: one that comes again counts once. 0 if the room is not open.
func (l *Lobby) Used(id [8]byte) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.rooms[id]
	if r == nil {
		return 0
	}
	return len(r.identities)
}
