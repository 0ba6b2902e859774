package signaling

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// channels gives the two ends of a wire whose handshake is done.
func channels(session string, salt byte) (guest, host *channel) {
	k := newWireKeys([]byte{1, 2, salt}, key{3}, []byte("transcript"))
	return newChannel(roleGuest, session, k, nil), newChannel(roleHost, session, k, nil)
}

func mustSeal(t testing.TB, c *channel, text string) []byte {
	t.Helper()
	f, err := c.seal([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func mustOpen(t testing.TB, c *channel, f []byte, want string) {
	t.Helper()
	if got, err := c.open(f); err != nil || string(got) != want {
		t.Fatalf("%q, %v; want %q", got, err, want)
	}
}

func TestChannelBindsToHistory(t *testing.T) {
	guest, host := channels("s", 0)
	mustOpen(t, host, mustSeal(t, guest, "one"), "one")
	mustOpen(t, guest, mustSeal(t, host, "two"), "two")
	f := mustSeal(t, guest, "three")

	for name, change := range map[string]func(c *channel){
		"session":           func(c *channel) { c.session = []byte("t") },
		"role":              func(c *channel) { c.role = roleGuest },
		"sender's history":  func(c *channel) { c.in.chain[0]++ },
		"own history":       func(c *channel) { c.sent[1][0]++ },
		"number":            func(c *channel) { c.in.seq++ },
		"own frames":        func(c *channel) { c.out.seq = 0 },
		"another handshake": func(c *channel) { _, o := channels("s", 1); c.in.aead = o.in.aead },
	} {
		other := &channel{
			session: host.session, role: host.role, out: host.out, in: host.in, sent: append([]chain{}, host.sent...), unseen: host.unseen,
		}
		change(other)
		if got, err := other.open(bytes.Clone(f)); err == nil {
			t.Errorf("with another %s it is still %q", name, got)
		}
	}
	mustOpen(t, host, f, "three")
}

func TestChannelNeedsToHearWhatWasSeen(t *testing.T) {
	guest, host := channels("s", 0)
	for n := range maxUnseen {
		mustOpen(t, host, mustSeal(t, guest, "x"), "x")
		if n%100 == 0 {
			mustOpen(t, guest, mustSeal(t, host, "seen"), "seen")
		}
	}
	for range maxUnseen {
		if _, err := guest.seal(nil); err != nil {
			return
		}
	}
	t.Errorf("%d hashes are kept", len(guest.sent))
}

func FuzzChannelOpen(f *testing.F) {
	guest, _ := channels("s", 0)
	f.Add(mustSeal(f, guest, "text"))
	f.Add([]byte{frameSealed})
	f.Add(make([]byte, sealedHeader))
	f.Fuzz(func(t *testing.T, frame []byte) {
		guest, host := channels("s", 0)
		good := mustSeal(t, guest, "text")
		if _, err := host.open(frame); err == nil && !bytes.Equal(frame, good) {
			t.Fatal("taken")
		}
		if !bytes.Equal(frame, good) {
			mustOpen(t, host, good, "text") // nothing was changed by what was refused
		}
	})
}

// frames is a wire that gives what it was filled with, and keeps what is sent.
type frames struct {
	in, out [][]byte
	answer  func(sent []byte) []byte
}

func (f *frames) Send(_ context.Context, b []byte) error {
	f.out = append(f.out, bytes.Clone(b))
	if f.answer != nil {
		if a := f.answer(b); a != nil {
			f.in = append(f.in, a)
		}
	}
	return nil
}

func (f *frames) Receive(context.Context) ([]byte, error) {
	if len(f.in) == 0 {
		return nil, io.EOF
	}
	b := f.in[0]
	f.in = f.in[1:]
	return b, nil
}

func (*frames) Close() error           { return nil }
func (*frames) Way() Way               { return WayMemory }
func (*frames) Remote() netip.AddrPort { return netip.AddrPort{} }

func testConfig() JoinConfig {
	return JoinConfig{Room: [8]byte{1}, Secret: [16]byte{2}}.cleaned()
}

// hostAnswer plays a host that knows some secret.
func hostAnswer(t testing.TB, known key, change func(*hostHello)) func([]byte) []byte {
	return func(first []byte) []byte {
		_, body, err := unpack(first)
		var g guestHello
		if err != nil || first[0] != frameGuestHello || json.Unmarshal(body, &g) != nil {
			return nil
		}
		e, err := newExchange()
		if err != nil {
			t.Fatal(err)
		}
		h := hostHello{Version: 1, Session: newID(), Key: e.private.PublicKey().Bytes(), Nonce: e.nonce}
		if change != nil {
			change(&h)
		}
		f, _, err := pack(frameHostHello, func(body []byte) []byte {
			a, err := agree(e, g.Key, known, first, body)
			if err != nil {
				t.Fatal(err)
			}
			return a.proof(roleHost)
		}, h)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
}

func code(err error) Code {
	if g, ok := err.(*Gone); ok { //nolint:errorlint // it is that type itself
		return g.Code
	}
	return Code(fmt.Sprint("not a Gone: ", err))
}

// TestImpostor: a host that does not know the secret is found out before it learns more than the first frame.
func TestImpostor(t *testing.T) {
	c := testConfig()
	right := inviteKey(c.Room, c.Secret)
	earlier := &frames{}
	earlier.answer = hostAnswer(t, right, nil)
	_, _, _ = greet(t.Context(), earlier, c, nil) // one that was overheard
	replayed := hostAnswer(t, right, nil)(earlier.out[0])
	for name, test := range map[string]struct {
		answer func([]byte) []byte
		want   Code
	}{
		"another secret":       {hostAnswer(t, inviteKey(c.Room, [16]byte{3}), nil), CodeWrongSecret},
		"another room":         {hostAnswer(t, inviteKey([8]byte{9}, c.Secret), nil), CodeWrongSecret},
		"an overheard answer":  {func([]byte) []byte { return replayed }, CodeWrongSecret},
		"our own frame":        {func(f []byte) []byte { return f }, CodeProtocol},
		"a version not spoken": {hostAnswer(t, right, func(h *hostHello) { h.Version = 9 }), CodeVersion},
		"a strange session":    {hostAnswer(t, right, func(h *hostHello) { h.Session = "\x1b" }), CodeProtocol},
		"a weak point":         {weakPoint, CodeProtocol},
		"no frame":             {func([]byte) []byte { return []byte{frameHostHello} }, CodeProtocol},
		"expired without proof": {func([]byte) []byte {
			f, _ := refusalFrame(nil, nil, refusalBody{Code: CodeExpired, Now: 1})
			return f
		}, CodeWrongSecret},
		"removed with another's proof": {func(first []byte) []byte {
			f, _ := refusalFrame(key{1}, first, refusalBody{Code: CodeRemoved, Text: "Pay here."})
			return f
		}, CodeWrongSecret},
		"full, with words of its own": {func([]byte) []byte {
			f, _ := refusalFrame(nil, nil, refusalBody{Code: CodeHostFull, Text: "Pay here."})
			return f
		}, CodeHostFull},
	} {
		w := &frames{answer: test.answer}
		s, _, err := greet(t.Context(), w, c, nil)
		if s != nil || code(err) != test.want {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
		if strings.Contains(err.Error(), "Pay") {
			t.Errorf("%s: words of somebody who proved nothing are shown: %v", name, err)
		}
		if len(w.out) != 1 {
			t.Errorf("%s: %d frames were sent", name, len(w.out))
		}
	}
}

// weakPoint answers with a public key that makes the common secret a constant.
func weakPoint([]byte) []byte {
	f, _, _ := pack(frameHostHello, func([]byte) []byte { return make([]byte, macSize) },
		hostHello{Version: 1, Session: newID(), Key: make([]byte, 32), Nonce: make([]byte, nonceLength)})
	return f
}

// TestKeysDiffer: whoever knows the invite and has seen every frame of another guest's handshake still has other keys.
func TestKeysDiffer(t *testing.T) {
	known := inviteKey([8]byte{1}, [16]byte{2})
	guest, host, spy := mustExchange(t), mustExchange(t), mustExchange(t)
	first, second := []byte("first"), []byte("second")
	a, _ := agree(guest, host.private.PublicKey().Bytes(), known, first, second)
	b, _ := agree(host, guest.private.PublicKey().Bytes(), known, first, second)
	if !b.proves(roleGuest, a.proof(roleGuest)) || !a.proves(roleHost, b.proof(roleHost)) {
		t.Fatal("the two ends do not agree")
	}
	if a.proves(roleHost, a.proof(roleGuest)) {
		t.Error("a proof can be sent back")
	}
	at, bt := a.complete(roleGuest, "s", nil, nil), b.complete(roleHost, "s", nil, nil)
	f := mustSeal(t, at, "text")
	for name, e := range map[string][2]any{"guest's key": {spy, guest}, "host's key": {spy, host}} {
		c, _ := agree(e[0].(exchange), e[1].(exchange).private.PublicKey().Bytes(), known, first, second)
		if b.proves(roleGuest, c.proof(roleGuest)) {
			t.Errorf("with the %s it can prove", name)
		}
		if _, err := c.complete(roleHost, "s", nil, nil).open(bytes.Clone(f)); err == nil {
			t.Errorf("with the %s it can read", name)
		}
	}
	for name, d := range map[string]agreed{
		"another secret":     must(agree(guest, host.private.PublicKey().Bytes(), key{9}, first, second)),
		"another transcript": must(agree(guest, host.private.PublicKey().Bytes(), known, first, []byte("other"))),
		"moved border":       must(agree(guest, host.private.PublicKey().Bytes(), known, []byte("firsts"), []byte("econd"))),
	} {
		if b.proves(roleGuest, d.proof(roleGuest)) {
			t.Errorf("with %s it proves", name)
		}
	}
	mustOpen(t, bt, f, "text")
}

// TestSecretsDoNotPrint: neither keys nor an invite's secret nor a password, whatever the verb.
func TestSecretsDoNotPrint(t *testing.T) {
	secret := [16]byte{}
	for n := range secret {
		secret[n] = 'S'
	}
	known := key(secret[:])
	s := newSession(roleHost, "session-id", 1, Hello{}, known)
	l := NewLobby(LobbyConfig{})
	if err := l.Open(Room{Secret: secret, Expiry: time.Now(), Guests: 1}); err != nil {
		t.Fatal(err)
	}
	server := Server{URL: "turn:x", Username: "SSSS", Password: "SSSS"}
	a := wireKeys{resume: known, proof: map[role]key{roleHost: known}}
	for _, v := range []any{
		known, a, &a, s, &Guest{Conn: s, s: s}, l, Room{Secret: secret}, JoinConfig{Secret: secret}, &JoinConfig{Secret: secret},
		server, Welcome{Servers: []Server{server}}, &Servers{Servers: []Server{server}}, &Mux{Conn: s},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			text := fmt.Sprintf(verb, v)
			for _, leak := range []string{"SSSS", "53535353", "83 83 83", "0x53, 0x53"} {
				if strings.Contains(text, leak) {
					t.Errorf("%s of %T: %s", verb, v, text)
				}
			}
		}
	}
	s.finish(ownLeave(), true)
	_ = l.Close()
}

func must(a agreed, err error) agreed {
	if err != nil {
		panic(err)
	}
	return a
}

func mustExchange(t *testing.T) exchange {
	t.Helper()
	e, err := newExchange()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// FuzzGuestHandshake: whatever comes from a host that does not know the secret, a guest does not come in.
func FuzzGuestHandshake(f *testing.F) {
	f.Add([]byte{frameHostHello}, []byte{frameAccept})
	f.Add(weakPoint(nil), []byte{})
	refusal, _ := refusalFrame(nil, nil, refusalBody{Code: CodeVersion, Versions: [2]int{2, 3}})
	f.Add(refusal, []byte{})
	f.Fuzz(func(t *testing.T, second, fourth []byte) {
		w := &frames{in: [][]byte{second, fourth}}
		if s, _, err := greet(t.Context(), w, testConfig(), nil); s != nil || err == nil {
			t.Fatal("came in")
		}
	})
}

// FuzzHostHandshake: whatever comes from a guest that does not know the secret, it does not come in, and is told little.
func FuzzHostHandshake(f *testing.F) {
	c := testConfig()
	g := &greeting{config: c, known: inviteKey(c.Room, [16]byte{9})}
	if err := g.hello(); err != nil {
		f.Fatal(err)
	}
	f.Add(g.first, []byte{frameFinish})
	f.Add([]byte{frameGuestHello}, []byte{})
	f.Fuzz(func(t *testing.T, first, third []byte) {
		l := NewLobby(LobbyConfig{Arrive: func(*Guest) { t.Error("came in") }})
		if err := l.Open(Room{ID: c.Room, Secret: c.Secret, Expiry: time.Now().Add(time.Hour), Guests: 1}); err != nil {
			t.Fatal(err)
		}
		w := &frames{in: [][]byte{first, third}}
		if code(l.Serve(t.Context(), w)) == "" {
			t.Fatal("no error")
		}
		for _, f := range w.out {
			if f[0] != frameRefusal || len(f) > 200 {
				t.Fatalf("told %q", f)
			}
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzHandle: an authentic end that says anything at all makes neither a panic nor a queue above its bounds.
func FuzzHandle(f *testing.F) {
	data := func(n uint64, text string) []byte {
		b := append(make([]byte, plainHeader), binary.BigEndian.AppendUint64(nil, n)...)
		b[0] = kindData
		return append(b, text...)
	}
	f.Add(data(1, `{"run_ended":{"id":"r"}}`), data(2, `{"teleport":{}}`))
	f.Add(data(1, `{"leave":{"code":"left"}}`), append([]byte{kindBye}, make([]byte, 16)...))
	f.Add(append([]byte{kindQuiet}, bytes.Repeat([]byte{0xff}, 16)...), []byte{})
	f.Fuzz(func(t *testing.T, a, b []byte) {
		s := newSession(roleHost, "id", 1, Hello{}, nil)
		if _, err := s.queue([]byte("{}")); err != nil {
			t.Fatal(err)
		}
		s.next(false, time.Now())
		for _, frame := range [][]byte{a, b, a} {
			if s.handle(frame) != nil {
				break
			}
		}
		if len(s.inbox) > 3 || s.queued < 0 || s.queuedBytes < 0 || s.flightBytes < 0 {
			t.Fatalf("%d %d %d %d", len(s.inbox), s.queued, s.queuedBytes, s.flightBytes)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for range 4 {
			if m, err := s.Receive(ctx); err == nil && m.bodies() != 1 {
				t.Fatal("a message without a body was given")
			}
		}
		s.finish(ownLeave(), true)
	})
}

// TestUnknownKindIsCounted: what a newer version says beyond this one does not end a session.
func TestUnknownKindIsCounted(t *testing.T) {
	s := newSession(roleGuest, "id", 1, Hello{}, nil)
	s.mu.Lock()
	for n, text := range []string{`{"teleport":{}}`, `{}`, `{"run_ended":{"id":"r"}}`} {
		if err := s.accept(append(binary.BigEndian.AppendUint64(nil, uint64(n+1)), text...)); err != nil {
			t.Error(err)
		}
	}
	s.mu.Unlock()
	if m, err := s.Receive(t.Context()); err != nil || m.RunEnded == nil {
		t.Errorf("%+v, %v", m, err)
	}
	if s.unknown != 2 {
		t.Errorf("%d were counted", s.unknown)
	}
	s.finish(ownLeave(), true)
}

// TestReceiverHoldsTheSenderToTheWindow: more than was allowed is no message.
func TestReceiverHoldsTheSenderToTheWindow(t *testing.T) {
	for _, size := range []int{1, 60 << 10} {
		s := newSession(roleHost, "id", 1, Hello{}, nil)
		s.mu.Lock()
		n := 0
		for ; ; n++ {
			b := binary.BigEndian.AppendUint64(nil, uint64(n+1))
			if s.accept(append(b, make([]byte, size)...)) != nil {
				break
			}
		}
		if n > windowMessages || n*size > windowBytes {
			t.Errorf("%d messages of %d bytes were taken", n, size)
		}
		s.mu.Unlock()
		s.finish(ownLeave(), true)
	}
}
