package wire_test

import (
	"bytes"
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"echopath/app/cli"
)

// The command nat asks the servers of a real host over every transport, and measures no path.
func TestNATOfAHost(t *testing.T) {
	h := startHost(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var out bytes.Buffer
	var code int
	var errs string
	var guest sync.WaitGroup
	guest.Go(func() {
		code, errs = run(ctx, &out, "nat", "--quiet", "--target", "@"+h.invite, "--interface", "127.0.0.1", "--json", "-")
		if out.Len() == 0 { // nobody came in: nothing is worth waiting for
			h.stop()
		}
	})
	h.await("guest_left")
	guest.Wait()
	var r struct {
		Run     struct{ Ended string }
		Paths   []any
		Network struct{ Complete bool }
		NAT     struct{ Method string }
		Probes  []struct{ Kind, State, Transport string }
	}
	if err := json.Unmarshal(out.Bytes(), &r); err != nil || errs != "" || code != cli.ExitOK {
		t.Fatalf("exit %d, stderr %q: %v", code, errs, err)
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
