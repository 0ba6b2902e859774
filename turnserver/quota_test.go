package turnserver

import "testing"

// A session may be given fewer allocations than the server allows, and more again; those that it has stay.
func TestQuotaOfOneSession(t *testing.T) {
	s := start(t, Config{MaxAllocationsPerSession: 3})
	session, other := newSession(t, s), newSession(t, s)
	want := func(session *Session, want int) {
		t.Helper()
		if got, _ := sessionRaw(t, s, session).do(allocate, overUDP); got != want {
			t.Errorf("Allocate: code %d, want %d", got, want)
		}
	}
	want(session, 0)
	want(session, 0)
	session.SetMaxAllocations(1)
	want(session, 486)
	if got := session.Counters().Allocations; got != 2 {
		t.Errorf("%d allocations are left of 2", got)
	}
	session.SetMaxAllocations(9) // more than the server allows
	want(session, 0)
	want(session, 486)
	session.SetMaxAllocations(1)
	session.SetMaxAllocations(0)
	want(session, 486)
	want(other, 0) // none of this is about others
}
