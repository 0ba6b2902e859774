package wire_test

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"echopath/internal/netns"
)

// Guests that have named their interface go on measuring when that gets another address, as from a DHCP server: the ICE restart uses the
// address that it has then, on each kind of path.
func TestInterfaceGetsAnotherAddress(t *testing.T) {
	n, dir := office(t, "*filter\n-A FORWARD -i lan -m comment --comment out\nCOMMIT\n*nat\n-A POSTROUTING -o wan -j MASQUERADE\nCOMMIT\n"), t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	invite := filepath.Join(dir, "invite")
	host := program(t, n, "host", dir, "host", "--listen", "11.0.0.7", "--tls-port", "5349", "--budget", "1000", "--max-guests", "3", "--invite-file", invite, "--json", "-")
	next := 0
	said := func(event string) {
		t.Helper()
		var err error
		next, err = host.Await(ctx, next, func(l []byte) bool { return bytes.Contains(l, []byte(`"event":"`+event+`"`)) })
		if err != nil {
			t.Fatalf("%v\n%s\n%s", err, host.Output(), host.Trouble())
		}
	}
	said("started")
	guests := map[string]*netns.Process{} // one after another: each is there before the next comes
	for _, path := range []string{"direct", "relay-udp", "relay-tls"} {
		guests[path] = program(t, n, "guest", filepath.Join(dir, path), "loss", "--quiet", "--target", "@"+invite, "--interface", "eth0", "--path", path,
			"--rate", "20", "--duration", "20s", "--json", "-")
		said("leg_opened")
	}
	for opened := passed(ctx, t, n); passed(ctx, t, n) < opened+200; { // of thousands: test packets are under way
	}
	const change = "addr del 10.1.0.2/24 dev eth0\naddr add 10.1.0.3/24 dev eth0\nroute replace default via 10.1.0.1\n"
	if _, err := n.Run(ctx, "guest", change, "ip", "-batch", "-"); err != nil {
		t.Fatal(err)
	}
	for path, guest := range guests {
		if _, err := guest.Wait(ctx); err != nil { // what the loss comes to is no matter
			t.Fatalf("%s: %v\n%s", path, err, guest.Trouble())
		}
		checkWentOn(t, guest.Output(), path)
	}
	if t.Failed() {
		t.Logf("%s", host.Output())
	}
}

// checkWentOn wants packets to have been lost for a time, and the path to have been measured to its end.
func checkWentOn(t *testing.T, text []byte, path string) {
	t.Helper()
	var r struct {
		Paths []struct {
			Path, State, Reason string
			Carriers            []struct {
				Carrier  string
				Partial  bool
				Up, Down struct{ Sent, Received, Lost int }
			}
		}
	}
	if err := json.Unmarshal(text, &r); err != nil {
		t.Errorf("%s: %v", path, err)
		return
	}
	if len(r.Paths) != 1 || r.Paths[0].Path != path || strings.Contains("failed blocked not_run interrupted", r.Paths[0].State) || len(r.Paths[0].Carriers) != 2 {
		t.Errorf("%s: %+v", path, r)
		return
	}
	for _, c := range r.Paths[0].Carriers {
		if c.Partial || c.Up.Lost+c.Down.Lost == 0 || c.Down.Received == 0 {
			t.Errorf("%s: %+v", path, c)
		}
		t.Logf("%s: %+v", path, c)
	}
}

// passed is how many packets the router has taken from the guests.
func passed(ctx context.Context, t *testing.T, n *netns.Network) int {
	t.Helper()
	out, err := n.Run(ctx, "router", "", "iptables", "-w", "10", "-nvxL", "FORWARD")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out) {
		if strings.Contains(line, "/* out */") {
			count, err := strconv.Atoi(strings.Fields(line)[0])
			if err != nil {
				t.Fatal(err)
			}
			return count
		}
	}
	t.Fatalf("the router does not count:\n%s", out)
	return 0
}
