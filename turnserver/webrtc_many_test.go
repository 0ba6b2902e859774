package turnserver

import "testing"

// Several tests at once, all from one loopback address, are no flood: the limits must not touch them.
func TestWebRTCSessionsAtOnce(t *testing.T) {
	s := start(t, Config{})
	url := "turn:" + s.UDPAddr().String() + "?transport=udp"
	t.Run("sessions", func(t *testing.T) {
		for range 4 {
			session := newSession(t, s)
			t.Run("one", func(t *testing.T) {
				t.Parallel()
				relayMessage(t, newPeer(t, session, url), newPeer(t, session, url))
			})
		}
	})
	// Denied is not zero: the end that closes first leaves the other one sending to a relay that is gone.
	if totals := s.Totals(); totals.RateLimited != 0 || totals.AuthFailures != 0 || totals.AllocationsMade < 8 {
		t.Errorf("totals %+v, want two allocations for each session and nothing limited or refused", totals)
	}
}
