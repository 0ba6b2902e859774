package rtc

import (
	"net"
	"strings"
	"testing"

	"github.com/pion/stun/v3"

	"echopath/netcheck"
)

// mappingServer is a STUN server that sees everyone at an address of another machine, as one behind a NAT does. Nothing can
// be sent there from a socket on the loopback interface, which is what a NAT without hairpinning comes to.
func mappingServer(tb testing.TB) int {
	tb.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	must(tb, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			in := &stun.Message{Raw: append([]byte(nil), buf[:n]...)}
			if in.Decode() != nil {
				continue
			}
			out, err := stun.Build(in, stun.BindingSuccess, &stun.XORMappedAddress{IP: net.IPv4(198, 51, 100, 7), Port: from.(*net.UDPAddr).Port})
			if err == nil {
				_, _ = conn.WriteTo(out.Raw, from)
			}
		}
	}()
	tb.Cleanup(func() {
		_ = conn.Close()
		<-done
	})
	return conn.LocalAddr().(*net.UDPAddr).Port
}

func TestNoHairpin(t *testing.T) {
	noLeaks(t)
	leg := legTo(&testServer{host: "127.0.0.1"}, netcheck.PathSTUN, mappingServer(t))
	leg.Target = netcheck.TargetTURN
	f := failure(t, &Connector{}, leg, nil, netcheck.ReasonNoHairpin)
	if !strings.Contains(f.Text, "198.51.100.7:") {
		t.Errorf("the text does not tell the mapped address: %s", f.Text)
	}
}
