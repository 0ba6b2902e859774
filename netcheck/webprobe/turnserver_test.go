package webprobe_test

import (
	"testing"

	"echopath/internal/middlebox"
	"echopath/netcheck"
	"echopath/netcheck/dial"
	"echopath/netcheck/webprobe"
	"echopath/turnserver"
)

// The embedded server by its pin: as itself, and with somebody on the way.
func TestTLSOfEmbeddedServer(t *testing.T) {
	s, err := turnserver.Start(t.Context(), turnserver.Config{UDPPort: turnserver.PortOff, TCPPort: turnserver.PortOff})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	ask := func(addr string) netcheck.NetResult {
		u, err := netcheck.ParseServerURL("turns:" + addr)
		if err != nil {
			t.Fatal(err)
		}
		target, ok := webprobe.TLSOf(netcheck.ICEServer{URL: u, Trust: netcheck.Trust{Pins: []netcheck.SPKIHash{s.SPKISHA256()}}})
		if !ok {
			t.Fatal("it is no target")
		}
		return (&webprobe.Prober{Dialer: &dial.Dialer{Proxy: noProxy}}).TLS(within(t), target)
	}
	r := ask(s.TLSAddr().String())
	check(t, r, want{netcheck.NetOK, "", []string{"its key is the pinned one"}, nil})
	if r.Facts.TLS.ALPN != "stun.turn" || r.Facts.TLS.VerifiedBy != "pin" {
		t.Errorf("evidence %+v", r.Facts.TLS)
	}
	box := &middlebox.Interceptor{Authority: authority(t, "Corp Inspect CA"), Server: s.TLSAddr().String()}
	r = ask(started(t, box))
	check(t, r, want{netcheck.NetFailed, netcheck.ReasonTLSPin, []string{"is intercepted", `"Corp Inspect CA"`}, nil})
	if r.Facts.TLS.ALPN != "" || r.Facts.TLS.VerifiedBy != "" {
		t.Errorf("evidence %+v", r.Facts.TLS)
	}
}
