package wire_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"sync"
	"testing"
	"time"

	"echopath/app/cli"
)

// natReport is what the test reads of the report of the command nat.
type natReport struct {
	Run     struct{ Ended string }
	Network struct{ Complete bool }
	NAT     struct{ Method, Mapping, Filtering string }
}

// With a second address of the host the command nat needs no other server to say how this end's network maps and filters.
func TestNATOfAHostWithTwoAddresses(t *testing.T) {
	second, err := net.ListenPacket("udp4", "127.0.0.2:0")
	if err != nil {
		t.Skipf("SKIPPED: this system has no address 127.0.0.2: %v", err)
	}
	_ = second.Close()
	h := startHost(t, "--alt-address", "127.0.0.2")
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
	var r natReport
	if err := json.Unmarshal(out.Bytes(), &r); err != nil || errs != "" || code != cli.ExitOK {
		t.Fatalf("exit %d, stderr %q: %v", code, errs, err)
	}
	if r.NAT.Method != "two_addresses" || r.NAT.Mapping != "none" || r.NAT.Filtering != "endpoint_independent" {
		t.Errorf("%+v", r)
	}
}
