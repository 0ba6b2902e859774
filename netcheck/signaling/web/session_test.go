package web

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"time"

	"echopath/netcheck/signaling"
)

// newLobbyHost is a host whose wires a lobby serves, with one room.
func newLobbyHost(t testing.TB, guests int, arrive func(*signaling.Guest)) (*host, signaling.Room) {
	t.Helper()
	lobby := signaling.NewLobby(signaling.LobbyConfig{
		Self: signaling.Hello{Name: "host", Versions: [2]int{1, 1}}, MaxGuests: guests, MaxPerAddress: guests, JoinsPerMinute: 2 * guests, Arrive: arrive,
	})
	room := signaling.Room{ID: [8]byte{7}, Secret: [16]byte{1, 2, 3}, Expiry: time.Now().Add(time.Hour), Guests: guests}
	if err := lobby.Open(room); err != nil {
		t.Fatal(err)
	}
	h := newHost(t, func(c *HandlerConfig, _ *http.Server) {
		c.Serve, c.MaxWires, c.MaxPerAddress = lobby.Serve, 2*guests, 2*guests
	})
	t.Cleanup(func() { _ = lobby.Close() }) // before the handler closes
	return h, room
}

func (h *host) join(ctx context.Context, room signaling.Room, i int, way signaling.Way) (signaling.Conn, error) {
	target := h.target()
	target.Only = way
	return signaling.Join(ctx, signaling.JoinConfig{
		Self: signaling.Hello{Name: fmt.Sprintf("guest %d", i), Versions: [2]int{1, 1}}, Room: room.ID, Secret: room.Secret,
		Dial: func(ctx context.Context) (signaling.Wire, error) { return Dial(ctx, target) },
	})
}

// A hundred guests, by both ways, come in, talk, are there at once, and leave.
func TestSessionsOfMany(t *testing.T) {
	const guests = 100
	var mu sync.Mutex
	var talks sync.WaitGroup
	arrived := map[string]bool{}
	h, room := newLobbyHost(t, guests, func(g *signaling.Guest) {
		mu.Lock()
		arrived[g.Peer().Name] = true
		mu.Unlock()
		talks.Go(func() { // sends back what comes, until the guest leaves
			for {
				m, err := g.Receive(context.Background())
				if err != nil || g.Send(context.Background(), m) != nil {
					return
				}
			}
		})
	})
	var joins sync.WaitGroup
	conns := make([]signaling.Conn, guests)
	// Under the race detector, on a busy computer, more handshakes at once would come to the end of their time.
	places := make(chan struct{}, 4)
	for i := range conns {
		joins.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			way := []signaling.Way{signaling.WayWebSocket, signaling.WaySSE}[i%2]
			conn, err := h.join(within(t), room, i, way)
			if err != nil {
				t.Error(err)
				return
			}
			conns[i] = conn
			id := fmt.Sprint(i)
			if err := conn.Send(within(t), signaling.Message{RunEnded: &signaling.RunEnded{ID: id}}); err != nil {
				t.Error(err)
			}
			if m, err := conn.Receive(within(t)); err != nil || m.RunEnded == nil || m.RunEnded.ID != id || conn.Way() != way {
				t.Errorf("%+v, %v by %s", m, err, conn.Way())
			}
		})
	}
	joins.Wait()
	if len(arrived) != guests {
		t.Errorf("%d guests arrived", len(arrived))
	}
	t.Logf("%d goroutines with %d guests, both ends", runtime.NumGoroutine(), guests)
	for _, conn := range conns {
		joins.Go(func() {
			if conn != nil {
				_ = conn.Close()
			}
		})
	}
	joins.Wait()
	talks.Wait()
}

// A session goes on by another way when its wire broke.
func TestSessionOutlivesWires(t *testing.T) {
	guests := make(chan *signaling.Guest, 1)
	h, room := newLobbyHost(t, 1, func(g *signaling.Guest) { guests <- g })
	wires := make(chan *Wire, 64)
	way := signaling.WayWebSocket // of the first wire
	conn, err := signaling.Join(within(t), signaling.JoinConfig{
		Self: signaling.Hello{Name: "guest", Versions: [2]int{1, 1}}, Room: room.ID, Secret: room.Secret,
		Dial: func(ctx context.Context) (signaling.Wire, error) {
			target := h.target()
			target.Only = way
			w, err := Dial(ctx, target)
			if err != nil {
				return nil, err
			}
			way = signaling.WaySSE
			wires <- w.(*Wire) //nolint:errcheck // it is one
			return w, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	guest := <-guests
	(<-wires).stop(errBroken)
	if err := guest.Send(within(t), signaling.Message{RunEnded: &signaling.RunEnded{ID: "after"}}); err != nil {
		t.Fatal(err)
	}
	m, err := conn.Receive(within(t))
	if err != nil || m.RunEnded == nil || m.RunEnded.ID != "after" || conn.Way() != signaling.WaySSE {
		t.Errorf("%+v, %v by %s", m, err, conn.Way())
	}
}
