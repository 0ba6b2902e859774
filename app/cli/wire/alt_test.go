package wire_test

import (
	"encoding/json"
	"net"
	"testing"

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
	guest := h.guest(t, "nat", "--quiet", "--target", "@"+h.invite, "--interface", "127.0.0.1", "--json", "-")
	h.await("guest_left")
	guest.ended.Wait()
	var r natReport
	if err := json.Unmarshal(guest.out.Bytes(), &r); err != nil || guest.errs != "" || guest.code != cli.ExitOK {
		t.Fatalf("exit %d, stderr %q: %v", guest.code, guest.errs, err)
	}
	if r.NAT.Method != "two_addresses" || r.NAT.Mapping != "none" || r.NAT.Filtering != "endpoint_independent" {
		t.Errorf("%+v", r)
	}
}
