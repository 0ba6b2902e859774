package turnserver

import (
	"net/netip"
	"testing"
	"time"

	"github.com/pion/stun/v3"
)

func channel(number byte) stun.Setter {
	return stun.RawAttribute{Type: stun.AttrChannelNumber, Value: []byte{0x40, number, 0, 0}}
}

// A client must be able to tell why it gets no permission, and to trust the answer: error responses of these two carry
// MESSAGE-INTEGRITY (RFC 8489 section 9.2.4).
func TestRefusedPermissionSaysWhy(t *testing.T) {
	for _, transport := range []Transport{TransportUDP, TransportTCP} {
		s := start(t, Config{})
		user, pass := newSession(t, s).Credentials()
		c := newRaw(t, s, transport, user, pass)
		own := c.mustAllocate()
		mapped := netip.AddrPortFrom(netip.MustParseAddr("::ffff:127.0.0.1"), own.Port())
		tests := []struct {
			name   string
			kind   stun.MessageType
			attrs  []stun.Setter
			want   int
			signed bool
		}{
			{"permission denied", permission, []stun.Setter{peerAddress(distant)}, 403, true},
			{"one of two denied", permission, []stun.Setter{peerAddress(own), peerAddress(distant)}, 403, true},
			{"channel denied", channelBind, []stun.Setter{channel(1), peerAddress(distant)}, 403, true},
			{"permission for nobody", permission, nil, 400, true},
			{"IPv4 in IPv6", permission, []stun.Setter{peerAddress(mapped)}, 443, false},
			{"channel to IPv4 in IPv6", channelBind, []stun.Setter{channel(2), peerAddress(mapped)}, 443, false},
			{"channel without a peer", channelBind, []stun.Setter{channel(3)}, 400, false},
			{"permission granted", permission, []stun.Setter{peerAddress(own)}, 0, true},
			{"channel granted", channelBind, []stun.Setter{channel(4), peerAddress(own)}, 0, true},
		}
		for _, tt := range tests {
			t.Run(transport.String()+" "+tt.name, func(t *testing.T) {
				code, answer := c.do(tt.kind, tt.attrs...)
				if code != tt.want || answer.Type.Method != tt.kind.Method {
					t.Errorf("%s, code %d; want %d", answer.Type, code, tt.want)
				}
				if tt.want != 0 && answer.Type.Class != stun.ClassErrorResponse {
					t.Errorf("%s, want an error response", answer.Type)
				}
				if tt.signed {
					if err := stun.MessageIntegrity(s.key(user)).Check(answer); err != nil {
						t.Errorf("MESSAGE-INTEGRITY: %v", err)
					}
				}
			})
		}
	}
}

// What comes before the guard keeps the library's answers: a wrong password is not turned into "forbidden".
func TestWrongPasswordForPermission(t *testing.T) {
	s := start(t, Config{})
	c := sessionRaw(t, s, newSession(t, s))
	c.mustAllocate()
	right := c.pass
	if code, _ := c.do(permission, peerAddress(distant)); code != 403 {
		t.Fatalf("code %d, want 403", code)
	}
	c.pass = "wrong"
	if code, _ := c.do(permission, peerAddress(distant)); code != 400 {
		t.Errorf("wrong password: code %d, want 400", code)
	}
	c.pass, c.nonce = right, nil
	if answer := c.exchange(permission, peerAddress(distant)); !answer.Contains(stun.AttrNonce) {
		t.Errorf("%s without a signature is not challenged", answer.Type)
	}
}

// The library answers an Allocate request that comes again from memory, with the whole lifetime, and leaves its timer as
// it was. If the server believed the answer, it would let permissions through at the moment of the end: see expiryMargin.
func TestRepeatedAllocateDoesNotMoveTheEnd(t *testing.T) {
	s := start(t, Config{})
	c := sessionRaw(t, s, newSession(t, s))
	if answer := c.exchange(allocate, overUDP); c.nonce.GetFrom(answer) != nil || c.realm.GetFrom(answer) != nil {
		t.Fatalf("%s is no challenge", answer.Type)
	}
	key := stun.NewLongTermIntegrity(c.user, c.realm.String(), c.pass)
	request := stun.MustBuild(stun.TransactionID, allocate, overUDP, stun.NewUsername(c.user), c.realm, c.nonce, key)
	ends := func() int64 {
		t.Helper()
		c.send(request.Raw)
		if answer := c.receive(); answer.Type.Class != stun.ClassSuccessResponse {
			t.Fatalf("Allocate: %s", answer.Type)
		}
		s.mu.RLock()
		defer s.mu.RUnlock()
		for _, r := range s.clients {
			return r.expires.Load()
		}
		t.Fatal("no allocation")
		return 0
	}
	first := ends()
	if again := ends(); again != first {
		t.Errorf("the end moved by %s", time.Duration(again-first))
	}
	if code, _ := c.do(refresh, lifetime(1200)); code != 0 {
		t.Fatalf("Refresh: code %d", code)
	}
	if refreshed := ends(); refreshed-first < int64(9*time.Minute) {
		t.Errorf("Refresh moved the end by %s, want 10 minutes", time.Duration(refreshed-first))
	}
}

// An allocation has a lifetime of its own, which can be longer than the idle timeout of its connection.
func TestIdleConnectionWithAllocationStays(t *testing.T) {
	s := start(t, Config{IdleTimeout: 50 * time.Millisecond})
	session := newSession(t, s)
	user, pass := session.Credentials()
	for _, transport := range []Transport{TransportTCP, TransportTLS} {
		c := newRaw(t, s, transport, user, pass)
		c.mustAllocate()
		idle := newRaw(t, s, transport, user, pass)
		idle.exchange(stun.BindingRequest)
		wantClosed(t, idle.conn) // it began to be idle later than c
		if code, _ := c.do(refresh, lifetime(600)); code != 0 {
			t.Errorf("%s: Refresh on an idle connection: code %d", transport, code)
		}
		c.do(refresh, lifetime(0))
		wantClosed(t, c.conn)
	}
}
