package turnserver

import (
	"strings"
	"testing"
	"time"

	"github.com/pion/stun/v3"
)

func TestParseUser(t *testing.T) {
	id := strings.Repeat("ab", sessionIDSize)
	tests := []struct {
		user string
		want int64
	}{
		{"1790000000:" + id, 1790000000},
		{"", 0},
		{":" + id, 0},
		{"1790000000", 0},
		{"1790000000:", 0},
		{"+1790000000:" + id, 0},
		{"01790000000:" + id, 0},
		{"-5:" + id, 0},
		{"0:" + id, 0},
		{"9999999999999:" + id, 0},
		{"1790000000:" + id + "0", 0},
		{"1790000000 :" + id, 0},
	}
	for _, tt := range tests {
		expiry, got, ok := parseUser(tt.user)
		if ok != (tt.want != 0) || ok && (expiry.Unix() != tt.want || got != id) {
			t.Errorf("parseUser(%q) = %v, %q, %v", tt.user, expiry, got, ok)
		}
	}
}

func FuzzParseUser(f *testing.F) {
	f.Add("1790000000:" + strings.Repeat("ab", sessionIDSize))
	f.Add("+1:x")
	f.Fuzz(func(t *testing.T, user string) {
		expiry, id, ok := parseUser(user)
		if ok && formatUser(expiry, id) != user {
			t.Errorf("%q was accepted but is written %q", user, formatUser(expiry, id))
		}
	})
}

func TestCredentials(t *testing.T) {
	s := start(t, Config{})
	session := newSession(t, s)
	goodUser, goodPass := session.Credentials()
	stranger := formatUser(time.Now().Add(time.Minute), randomSessionID())
	far := formatUser(time.Now().Add(maxCredentialTTL+time.Hour), session.ID())
	old := formatUser(time.Now().Add(-time.Minute), session.ID())
	closed := newSession(t, s)
	closedUser, closedPass := closed.Credentials()
	_ = closed.Close()
	tests := []struct {
		name, user, pass string
		want             int
	}{
		{"good", goodUser, goodPass, 0},
		{"wrong password", goodUser, "wrong", 400},
		{"empty password", goodUser, "", 400},
		{"unknown session", stranger, password(s.secret[:], stranger), 400},
		{"expired", old, password(s.secret[:], old), 400},
		{"expires too late", far, password(s.secret[:], far), 400},
		{"closed session", closedUser, closedPass, 400},
		{"no REST user name", "alice", password(s.secret[:], "alice"), 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, _ := newRaw(t, s, TransportUDP, tt.user, tt.pass).do(allocate, overUDP); got != tt.want {
				t.Errorf("Allocate: code %d, want %d", got, tt.want)
			}
		})
	}
	if got := s.Totals().AuthFailures; got != uint64(len(tests)-1) {
		t.Errorf("%d failures counted, want %d", got, len(tests)-1)
	}
}

func TestAllocationOutlivesCredentials(t *testing.T) {
	var clock fakeClock
	s := start(t, Config{Now: clock.now})
	session := newSession(t, s)
	living := sessionRaw(t, s, session)
	living.mustAllocate()
	late := newRaw(t, s, TransportUDP, living.user, living.pass)

	clock.advance(time.Hour)
	if code, _ := living.do(refresh, lifetime(600)); code != 0 {
		t.Errorf("a living allocation is refreshed with expired credentials: code %d", code)
	}
	if code, _ := late.do(allocate, overUDP); code != 400 {
		t.Errorf("expired credentials from a new address: code %d, want 400", code)
	}
	if code, _ := sessionRaw(t, s, session).do(allocate, overUDP); code != 0 {
		t.Errorf("fresh credentials of the same session: code %d", code)
	}
	if code, _ := living.do(refresh, lifetime(0)); code != 0 {
		t.Errorf("ending the allocation: code %d", code)
	}
	if code, _ := living.do(allocate, overUDP); code != 400 {
		t.Errorf("a new allocation at the same address: code %d, want 400", code)
	}
}

// RFC 8656 section 5 asks that all requests for an allocation come from the user who made it.
func TestForeignUserAtLivingAllocation(t *testing.T) {
	s := start(t, Config{})
	c := sessionRaw(t, s, newSession(t, s))
	c.mustAllocate()
	c.user, c.pass = newSession(t, s).Credentials()
	if code, _ := c.do(refresh, lifetime(0)); code != 400 {
		t.Errorf("Refresh by another session's user: code %d, want 400", code)
	}
	if len(s.Allocations()) != 1 {
		t.Error("another session's user ended the allocation")
	}
}

// The library's timer must not end an allocation while it makes a permission; see endpoint.end.
func TestNoPermissionAtTheEnd(t *testing.T) {
	s := start(t, Config{})
	c := sessionRaw(t, s, newSession(t, s))
	relayed := c.mustAllocate()
	ask := func() stun.MessageClass { return c.exchange(permission, peerAddress(relayed)).Type.Class }
	if got := ask(); got != stun.ClassSuccessResponse {
		t.Errorf("permission of a fresh allocation: %s", got)
	}
	if code, _ := c.do(refresh, lifetime(uint32(expiryMargin.Seconds()))); code != 0 {
		t.Errorf("Refresh: code %d", code)
	}
	if got := ask(); got != stun.ClassErrorResponse {
		t.Errorf("permission of an allocation that is about to end: %s", got)
	}
	c.do(refresh, lifetime(600))
	if got := ask(); got != stun.ClassSuccessResponse {
		t.Errorf("permission after another refresh: %s", got)
	}
}

func TestSecretsStayInside(t *testing.T) {
	var logged strings.Builder
	s := start(t, Config{Logger: textLogger(&logged), Observe: func(e Event) { logged.WriteString(e.Reason + e.Session) }})
	session := newSession(t, s)
	c := sessionRaw(t, s, session)
	c.mustAllocate()
	newRaw(t, s, TransportUDP, c.user, "guess").do(allocate, overUDP)
	_ = s.Close()
	for _, secret := range []string{c.pass, string(s.secret[:])} {
		if strings.Contains(logged.String(), secret) {
			t.Errorf("a secret was shown: %s", logged.String())
		}
	}
}
