package host

import (
	"net"
	"testing"

	"github.com/pion/turn/v4"

	"echopath/netcheck/signaling"
)

// relay makes an allocation at the host.
func relay(t *testing.T, h *Host, s signaling.Server) error {
	t.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	client, err := turn.NewClient(&turn.ClientConfig{TURNServerAddr: h.turn.UDPAddr().String(), Username: s.Username, Password: s.Password, Conn: conn})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		client.Close()
		_ = conn.Close()
	})
	if err := client.Listen(); err != nil {
		t.Fatal(err)
	}
	allocation, err := client.Allocate()
	if err == nil {
		t.Cleanup(func() { _ = allocation.Close() })
	}
	return err
}

// A guest that only is in has few relays, and those of a run when it has one.
func TestRelaysOfGuestsWithoutARun(t *testing.T) {
	h, _ := startTest(t, usual, nil)
	i, _ := newInvite(t, h, 1)
	c := raw(t, i)
	var s signaling.Server
	for s.Username == "" {
		m, err := c.Receive(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if m.Welcome != nil {
			s = m.Welcome.Servers[1]
		}
	}
	for n := range allocationsOfIdle + 1 {
		if err := relay(t, h, s); (err != nil) != (n == allocationsOfIdle) {
			t.Errorf("relay %d of a guest without a run: %v", n+1, err)
		}
	}
	ask(t, c, signaling.Run{ID: "a", PacketsPerSecond: 1, Duration: 1e9})
	hear(t, c, "a", signaling.StandingAdmitted)
	if err := relay(t, h, s); err != nil {
		t.Errorf("of its run: %v", err)
	}
	if err := c.Send(t.Context(), signaling.Message{RunEnded: &signaling.RunEnded{ID: "a"}}); err != nil {
		t.Fatal(err)
	}
	hear(t, c, "a", signaling.StandingIn)
	if err := relay(t, h, s); err == nil {
		t.Error("after its run it may have as many as in it")
	}
}
