package signaling

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// openLobby is a lobby with the room of testConfig.
func openLobby(t *testing.T, guests int, c LobbyConfig) *Lobby {
	t.Helper()
	l := NewLobby(c)
	room := testConfig()
	if err := l.Open(Room{ID: room.Room, Secret: room.Secret, Expiry: time.Now().Add(time.Hour), Guests: guests}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// serve lets the lobby serve one end of a wire, and gives the other.
func serve(l *Lobby) (w *memory, served chan error) {
	a, b := memoryWires()
	served = make(chan error, 1)
	go func() { served <- l.Serve(context.Background(), b) }()
	return a, served
}

// plainOf is the content of a frame of one that has received nothing.
func plainOf(kind byte, body []byte) []byte {
	return append(append([]byte{kind}, make([]byte, plainHeader-1)...), body...)
}

// TestFlood: who sends without end is sent away, whatever it sends, and is told so over the same wire.
func TestFlood(t *testing.T) {
	large := make([]byte, 60<<10)
	message := binary.BigEndian.AppendUint64(nil, 1)
	for name, tt := range map[string]struct {
		first, then []byte
		most        int // frames
	}{
		"nothing":        {plainOf(kindQuiet, nil), plainOf(kindQuiet, nil), frameBurst},
		"questions":      {plainOf(kindAsk, nil), plainOf(kindAsk, nil), frameBurst},
		"repeated":       {plainOf(kindData, append(message, "{}"...)), plainOf(kindData, append(message, "{}"...)), frameBurst},
		"large repeated": {plainOf(kindData, append(message, "{}"...)), plainOf(kindData, append(message, large...)), byteBurst / len(large)},
		"large unknown":  {plainOf(kindQuiet, nil), plainOf(200, large), byteBurst / len(large)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := openLobby(t, 1, LobbyConfig{})
				w, served := serve(l)
				_, ch, err := greet(t.Context(), w, testConfig(), nil)
				if err != nil {
					t.Fatal(err)
				}
				farewell := hearOut(ch, w)
				sent := 0
				for plain := tt.first; ; plain = tt.then {
					if sent%1000 == 999 { // an end keeps what it has sent until it hears that it was seen
						plain = plainOf(kindAsk, nil)
						synctest.Wait()
					}
					frame, err := ch.seal(plain)
					if err != nil {
						t.Fatal(err)
					}
					if w.Send(t.Context(), frame) != nil {
						break
					}
					sent++
				}
				if sent < tt.most || sent > tt.most+100 {
					t.Errorf("%d frames were taken, want %d and what was under way", sent, tt.most)
				}
				if got := code(<-served); got != CodeFlood {
					t.Errorf("the wire ended with %q", got)
				}
				if got := <-farewell; got.Code != string(CodeFlood) {
					t.Errorf("the farewell is %+v", got)
				}
				_ = w.Close()
			})
		})
	}
}

// hearOut reads what comes until the wire ends, and gives the farewell.
func hearOut(ch *channel, w *memory) <-chan Leave {
	farewell := make(chan Leave, 1)
	go func() {
		var l Leave
		defer func() { farewell <- l }()
		for {
			frame, err := w.Receive(context.Background())
			if err != nil {
				return
			}
			if plain, err := ch.open(frame); err == nil && plain[0] == kindBye {
				_ = json.Unmarshal(plain[plainHeader:], &l)
			}
		}
	}()
	return farewell
}

// TestFloodOfUnknownMessages: what Receive leaves out counts as well, and the guest does not begin anew with the same invite.
func TestFloodOfUnknownMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wires int
		arrived, refused := make(chan *Guest, 9), make(chan *Gone, 9)
		l := openLobby(t, 1, LobbyConfig{Arrive: func(g *Guest) { arrived <- g }, Refused: func(_ string, g *Gone) { refused <- g }})
		c := testConfig()
		c.Dial = func(context.Context) (Wire, error) {
			wires++
			w, _ := serve(l)
			return w, nil
		}
		conn, err := Join(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		var reading sync.WaitGroup
		reading.Go(func() {
			if _, err := (<-arrived).Receive(t.Context()); code(err) != CodeFlood {
				t.Errorf("the host's end: %v", err)
			}
		})
		unknown := append(append([]byte(`{"x":"`), bytes.Repeat([]byte("a"), 60000)...), `"}`...)
		s := conn.(*session)
		for {
			wait, err := s.queue(unknown)
			if err != nil {
				break
			}
			if wait == nil {
				continue // it was taken
			}
			select {
			case <-wait:
			case <-s.done:
			}
		}
		_, err = conn.Receive(t.Context())
		var g *Gone
		if !errors.As(err, &g) || g.Code != CodeFlood || g.Text != guestWords[CodeFlood].text || wires > 2 { // told at once, or when it came back
			t.Errorf("the guest's end: %v, after %d wires", err, wires)
		}
		reading.Wait()
		synctest.Wait() // a refusal is told behind the guest's back: those of its wires before that of the next Join
		if _, err := Join(t.Context(), c); code(err) != CodeFlood {
			t.Errorf("it came again: %v", err)
		}
		for n := range wires - 1 { // each wire but the first was refused, and the last of them was to join anew
			if g := <-refused; g.Code != CodeFlood || n == wires-2 && g.Text != barred(CodeFlood).Text {
				t.Errorf("the host is told %+v", g)
			}
		}
		_ = conn.Close()
	})
}

// TestHonestGuestIsNoFlood: as many messages as a host takes and as much of a view as a guest sends, for ten minutes, with a wire that
// breaks every five seconds and all that is under way sent again.
func TestHonestGuestIsNoFlood(t *testing.T) {
	const (
		messages, messagesAtOnce = 200, 1000        // of app/host
		parts, partsAtOnce       = 100, 50          // of app/session, in place of as many messages
		part                     = 24<<10*4/3 + 400 // of package mirror, if nothing could be compressed
	)
	i, now := newIntake(), time.Unix(1000, 0)
	send := func(n, size int) {
		for range n {
			if !i.takes(make([]byte, size), now) {
				t.Fatalf("a flood after %v: %+v", now.Sub(time.Unix(1000, 0)), i)
			}
		}
	}
	send(messagesAtOnce, 1000)
	send(partsAtOnce, part)
	for second := range 600 {
		now = now.Add(time.Second)
		send(messages-parts, 1000)
		send(parts, part)
		send(20, 50) // acknowledgements and questions
		if second%5 == 0 {
			send(windowBytes/part, part)
		}
	}
}

func TestFloodOfHost(t *testing.T) {
	if g := roleGuest.floodedBy(); g.Code != CodeFlood || g.Text == guestWords[CodeFlood].text || g.Advice == "" {
		t.Errorf("%+v", g)
	}
}

// knock does a handshake up to the host's hello, and leaves it there.
func knock(ctx context.Context, w Wire, c JoinConfig, old *session) (kind byte, answer []byte, err error) {
	g := &greeting{config: c, known: inviteKey(c.Room, c.Secret), old: old}
	if old != nil {
		g.known = old.resume
	}
	if err := g.hello(); err != nil {
		return 0, nil, err
	}
	answer, err = ask(ctx, w, g.first)
	if err != nil {
		return 0, nil, err
	}
	if answer[0] == frameRefusal {
		var gone *Gone
		err := g.refused(answer)
		if errors.As(err, &gone) {
			return frameRefusal, []byte(gone.Code), nil
		}
		return frameRefusal, nil, err
	}
	return answer[0], nil, nil
}

// TestPlacesOfHandshakes: those who know the secret have so many places, with words of their own when they are taken, and who comes back
// needs none.
func TestPlacesOfHandshakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := openLobby(t, 9, LobbyConfig{MaxPerAddress: 1000, JoinsPerMinute: 1000})
		c := testConfig()
		var wire *memory
		c.Dial = func(context.Context) (Wire, error) {
			wire, _ = serve(l)
			return wire, nil
		}
		conn, err := Join(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		for range maxPending {
			w, _ := serve(l)
			if kind, why, err := knock(t.Context(), w, c, nil); err != nil || kind != frameHostHello {
				t.Fatalf("frame %d (%s), %v", kind, why, err)
			}
		}
		w, served := serve(l)
		if kind, why, err := knock(t.Context(), w, c, nil); err != nil || kind != frameRefusal || string(why) != string(CodeBusy) {
			t.Errorf("frame %d, %s, %v; want busy", kind, why, err)
		}
		if got := code(<-served); got != CodeBusy {
			t.Errorf("the host says %q", got)
		}

		// Who comes back has its place, and one at a time: the newer handshake ends the older.
		s := conn.(*session)
		first, servedFirst := serve(l)
		for _, w := range []*memory{first, func() *memory { w, _ := serve(l); return w }()} {
			if kind, why, err := knock(t.Context(), w, c, s); err != nil || kind != frameHostHello {
				t.Fatalf("frame %d (%s), %v", kind, why, err)
			}
		}
		if got := code(<-servedFirst); got != CodeLost {
			t.Errorf("the older handshake ended with %q", got)
		}
		_ = wire.Close()
		time.Sleep(time.Second) // of the bubble's clock: it is back by then
		if err := s.Send(t.Context(), Message{RunEnded: &RunEnded{ID: "back"}}); err != nil {
			t.Fatal(err)
		}
		l.mu.Lock()
		g := l.guests[s.id]
		l.mu.Unlock()
		if m, err := g.Receive(t.Context()); err != nil || m.RunEnded == nil {
			t.Errorf("%+v, %v", m, err)
		}
		_ = conn.Close()
		synctest.Wait()
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.pending != maxPending || g.coming != nil {
			t.Errorf("%d handshakes, %v", l.pending, g.coming)
		}
	})
}

// TestPlacesOfAnAddress: handshakes of one address that are not finished leave those of others alone.
func TestPlacesOfAnAddress(t *testing.T) {
	l := NewLobby(LobbyConfig{MaxPerAddress: 3})
	defer func() { _ = l.Close() }()
	for n := range 3 {
		if got := l.begin("a"); got != "" {
			t.Errorf("number %d: %s", n, got)
		}
	}
	if got := fmt.Sprint(l.begin("a"), l.begin("b")); got != string(CodeTooMany) {
		t.Errorf("the fourth, and another's first: %q", got)
	}
	l.begun("a")
	if got := l.begin("a"); got != "" {
		t.Errorf("a place that is free again: %s", got)
	}
}
