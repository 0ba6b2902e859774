package wire_test

import (
	"encoding/json"
	"testing"

	"echopath/app/cli"
)

// The command nat asks the servers of a real host over every transport, and measures no path.
func TestNATOfAHost(t *testing.T) {
	h := startHost(t)
	guest := h.guest(t, "nat", "--quiet", "--target", "@"+h.invite, "--interface", "127.0.0.1", "--json", "-")
	h.await("guest_left")
	guest.ended.Wait()
	var r struct {
		Run     struct{ Ended string }
		Paths   []any
		Network struct{ Complete bool }
		NAT     struct{ Method string }
		Probes  []struct{ Kind, State, Transport string }
	}
	if err := json.Unmarshal(guest.out.Bytes(), &r); err != nil || guest.errs != "" || guest.code != cli.ExitOK {
		t.Fatalf("exit %d, stderr %q: %v", guest.code, guest.errs, err)
	}
	relays := map[string]bool{}
	for _, p := range r.Probes {
		if p.Kind == "turn" && p.State == "ok" {
			relays[p.Transport] = true
		}
	}
	if r.Run.Ended != "complete" || len(r.Paths) != 0 || !r.Network.Complete || r.NAT.Method != "two_ports" || !relays["udp"] || !relays["tcp"] || !relays["tls"] {
		t.Errorf("%+v", r)
	}
	if h.end(); h.code != cli.ExitOK || h.errs != "" {
		t.Errorf("host: exit %d, stderr %q", h.code, h.errs)
	}
}
