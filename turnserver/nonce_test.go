package turnserver

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/stun/v3"
)

// bystander is a socket on another address, which only answers what it is told to.
func bystander(t *testing.T) (*net.UDPConn, netip.AddrPort) {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 2)})
	if err != nil {
		t.Skipf("SKIPPED: this system has no address 127.0.0.2: %v", err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn, addrPortOf(conn.LocalAddr())
}

// signedWith makes a request as its sender's client would, with a nonce of the test's choice.
func (c *rawClient) signedWith(nonce stun.Nonce, kind stun.MessageType, attrs ...stun.Setter) *stun.Message {
	setters := append([]stun.Setter{stun.TransactionID, kind}, attrs...)
	key := stun.NewLongTermIntegrity(c.user, c.realm.String(), c.pass)
	return stun.MustBuild(append(setters, stun.NewUsername(c.user), c.realm, nonce, key, stun.Fingerprint)...)
}

// Who holds credentials and forges a source makes nobody a participant, whatever nonce it puts in: its own, the one before, or none.
func TestForgedSourceIsNoParticipant(t *testing.T) {
	s := start(t, Config{})
	session := newSession(t, s)
	c := sessionRaw(t, s, session)
	c.mustAllocate()
	victim, at := bystander(t)
	for name, attrs := range map[string][]stun.Setter{"an allocation": {overUDP}, "none": {lifetime(600)}} {
		forged := c.signedWith(c.nonce, allocate, attrs...)
		if _, err := victim.WriteToUDPAddrPort(forged.Raw, s.UDPAddr()); err != nil { // as a forged packet
			t.Fatal(err)
		}
		answer := readSTUN(t, victim)
		var code stun.ErrorCodeAttribute
		if err := code.GetFrom(answer); err != nil || code.Code != stun.CodeStaleNonce {
			t.Errorf("%s: answered with %v, %v; want 438", name, code, err)
		}
	}
	if session.Observed(at.Addr()) || allowed(s, session, at) || s.Totals().AllocationsMade != 1 {
		t.Error("a forged source counts as a participant")
	}
	if code, _ := c.do(permission, peerAddress(at)); code != int(stun.CodeForbidden) {
		t.Errorf("permission for it: code %d, want 403", code)
	}
	denied := session.Counters().Denied
	for i := range 10 {
		c.sendTo(at, fmt.Sprint(i))
	}
	if code, _ := c.do(permission, peerAddress(at)); code != int(stun.CodeForbidden) { // the server has dealt with what came before
		t.Errorf("permission for it: code %d, want 403", code)
	}
	if got := session.Counters(); got.ToPeers.Packets != 0 || got.Denied == denied {
		t.Errorf("%d packets were relayed to it, %d denied", got.ToPeers.Packets, got.Denied-denied)
	}
}

// An address that answers its own challenge counts, and a nonce serves the one that it was sent to: not another port, not another address.
func TestNonceIsOfItsAddress(t *testing.T) {
	s := start(t, Config{})
	session := newSession(t, s)
	a, b := sessionRaw(t, s, session), sessionRaw(t, s, session)
	a.mustAllocate()
	b.mustAllocate()
	if bytes.Equal(a.nonce, b.nonce) {
		t.Error("two ports have one nonce")
	}
	a.nonce, b.nonce = b.nonce, a.nonce
	if code, answer := a.do(refresh); code != int(stun.CodeStaleNonce) || a.nonce.GetFrom(answer) != nil {
		t.Errorf("with another's nonce: code %d, want 438", code)
	}
	if code, _ := a.do(refresh); code != 0 {
		t.Errorf("with the one that came with the refusal: code %d", code)
	}
	if code, _ := b.do(refresh); code != int(stun.CodeStaleNonce) {
		t.Errorf("with another's nonce: code %d, want 438", code)
	}
	other, at := bystander(t)
	if session.Observed(at.Addr()) {
		t.Error("observed before it sent anything")
	}
	fresh := &rawClient{t: t, conn: connected{other, s.UDPAddr()}, user: a.user, pass: a.pass}
	fresh.mustAllocate()
	if !session.Observed(at.Addr()) || !allowed(s, session, at) {
		t.Error("who answered its own challenge is not observed")
	}
}

// connected is a socket with one other end.
type connected struct {
	*net.UDPConn
	to netip.AddrPort
}

func (c connected) Write(p []byte) (int, error) { return c.WriteToUDPAddrPort(p, c.to) }

func readSTUN(t *testing.T, conn *net.UDPConn) *stun.Message {
	t.Helper()
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	p := make([]byte, 2000)
	n, _, err := conn.ReadFromUDPAddrPort(p)
	if err != nil {
		t.Fatal(err)
	}
	m := &stun.Message{Raw: p[:n]}
	if err := m.Decode(); err != nil {
		t.Fatal(err)
	}
	return m
}

// challenge is an answer of the library's with one of its nonces.
func challenge(nonce string) []byte {
	return stun.MustBuild(stun.TransactionID, stun.NewType(stun.MethodAllocate, stun.ClassErrorResponse), stun.CodeUnauthorized, stun.NewNonce(nonce), stun.NewRealm("r")).Raw
}

func nonceIn(p []byte) string {
	value, _ := attribute(p, attrNonce)
	return string(value)
}

func TestNonces(t *testing.T) {
	const first, second, third = "0123456789abcdefghijklmn", "1123456789abcdefghijklmn", "2123456789abcdefghijklmn"
	here, there := netip.MustParseAddrPort("192.0.2.1:4000"), netip.MustParseAddrPort("192.0.2.1:4001")
	keyOf := func(user string) []byte { return []byte("key of " + user) }
	n := new(nonces)
	offered := func(library string, to netip.AddrPort, anew bool) string {
		p := challenge(library)
		n.offer(p, to, anew)
		return nonceIn(p)
	}
	request := func(nonce, user, key string) []byte {
		return stun.MustBuild(stun.TransactionID, allocate, overUDP, stun.NewUsername(user), stun.NewRealm("r"), stun.NewNonce(nonce), stun.MessageIntegrity(key), stun.Fingerprint).Raw
	}
	want := func(what string, p []byte, from netip.AddrPort, right bool, library string) {
		t.Helper()
		before := nonceIn(p)
		if library == "" {
			library = before
		}
		if got := n.accept(p, from, keyOf); got != right || nonceIn(p) != library {
			t.Errorf("%s: %v with nonce %q, want %v with %q", what, got, nonceIn(p), right, library)
		}
		if got := signed(p, keyOf("u")); got != right {
			t.Errorf("%s: signed rightly afterwards: %v", what, got)
		}
	}
	if n.accept(request("", "u", "key of u"), here, keyOf) {
		t.Error("a request without a nonce, before there was one")
	}
	mine, other := offered(first, here, false), offered(first, there, false)
	if mine == other || mine == first || len(mine) != len(first) {
		t.Fatalf("nonces %q and %q for %q", mine, other, first)
	}
	want("its own", request(mine, "u", "key of u"), here, true, first)
	want("the other's", request(other, "x", "key of x"), here, false, "")
	want("the library's", request(first, "x", "key of x"), here, false, "")
	want("a wrong key", request(mine, "u", "key of x"), here, false, first)
	if offered(second, here, false) != mine {
		t.Error("a young nonce was not handed out again")
	}

	// The library takes it no more: the next one is used, and the one before goes on for others.
	next := offered(second, here, true)
	want("its own", request(next, "u", "key of u"), here, true, second)
	want("the one before", request(other, "u", "key of u"), there, true, first)
	n.since = ticks(-nonceAge) - int64(time.Second)
	if offered(third, here, false) == next {
		t.Error("an old nonce was handed out")
	}
	want("two before", request(mine, "x", "key of x"), here, false, "")
	if long := offered(third+"x", here, false); len(long) != len(third)+1 {
		t.Errorf("a nonce of %d characters for one of %d", len(long), len(third)+1)
	}
	want("of another length", request(next, "x", "key of x"), here, false, "")
}

// Whatever comes, only the nonce and the signature of a request are changed, and nothing but the source's own nonce does it.
func FuzzNonces(f *testing.F) {
	const library = "0123456789abcdefghijklmn"
	from := netip.MustParseAddrPort("192.0.2.1:4000")
	n := new(nonces)
	p := challenge(library)
	n.offer(p, from, false)
	mine := nonceIn(p)
	f.Add(stun.MustBuild(stun.TransactionID, allocate, overUDP, stun.NewUsername("u"), stun.NewNonce(mine), stun.MessageIntegrity("k"), stun.Fingerprint).Raw)
	f.Add(stun.MustBuild(stun.TransactionID, allocate, stun.NewNonce(mine)).Raw)
	f.Add(stun.MustBuild(stun.TransactionID, allocate, stun.MessageIntegrity("k"), stun.NewNonce(mine)).Raw)
	f.Fuzz(func(t *testing.T, p []byte) {
		if class, _ := classify(p); class != classRequest {
			return
		}
		before := bytes.Clone(p)
		right := n.accept(p, from, func(string) []byte { return []byte("k") })
		if len(p) != len(before) || !bytes.Equal(p[:stunHeaderSize], before[:stunHeaderSize]) {
			t.Fatal("the header was changed")
		}
		if changed := !bytes.Equal(p, before); changed && (nonceIn(before) == library || nonceIn(p) != library) || right && !changed {
			t.Errorf("changed %v, signed rightly %v, nonce %q", changed, right, nonceIn(p))
		}
	})
}
